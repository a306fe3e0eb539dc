from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import DeliveryCase

MODELS = ["crm.contract", "crm.payment.plan.line", "crm.invoice.request"]


@tagged("post_install", "-at_install")
class TestRights(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._contract(user=cls.rep)
        cls.other = cls._contract(user=cls.users["sales_rep_2"])
        for contract in cls.contract | cls.other:
            contract.plan_line_ids[0].with_user(contract.user_id).action_request_invoice()
        cls.both = cls.contract | cls.other

    def _seen(self, role):
        user = self.users[role] if isinstance(role, str) else role
        domains = {
            "crm.contract": [("id", "in", self.both.ids)],
            "crm.payment.plan.line": [("contract_id", "in", self.both.ids)],
            "crm.invoice.request": [("contract_id", "in", self.both.ids)],
        }
        seen = []
        for model in MODELS:
            found = self.env[model].with_user(user).search(domains[model])
            found = found if model == "crm.contract" else found.contract_id
            seen.append(set(found.sudo().ids))
        return seen

    def test_rep_sees_own(self):
        self.assertEqual(self._seen("sales_rep"), [set(self.contract.ids)] * 3)
        self.assertEqual(self._seen("sales_rep_2"), [set(self.other.ids)] * 3)

    def test_wider_roles(self):
        for role in ("sales_supervisor", "hq_commerce", "finance_clerk", "finance_manager"):
            with self.subTest(role=role):
                self.assertEqual(self._seen(role), [set(self.both.ids)] * 3)

    def test_project_manager_sees_his_projects(self):
        self.assertEqual(self._seen("project_manager"), [set(self.both.ids)] * 3)
        self.other.project_id.user_id = self.env.ref("base.user_admin")
        self.other.manager_id = self.env.ref("base.user_admin")
        self.assertEqual(self._seen("project_manager"), [set(self.contract.ids)] * 3)

    def test_without_contract_rights(self):
        for role in ("field_engineer", "marketing", "service_agent", "technical_lead"):
            for model in MODELS:
                with self.subTest(role=role, model=model), self.assertRaises(AccessError):
                    self.env[model].with_user(self.users[role]).search([])

    def test_finance_does_not_edit(self):
        draft = self._contract(user=self.rep, signed=False)
        for role in ("finance_clerk", "finance_manager", "project_manager"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                draft.with_user(self.users[role]).write({"note": "x"})
            with self.subTest(role=role), self.assertRaises(AccessError):
                draft.plan_line_ids.with_user(self.users[role]).write({"note": "x"})

    def test_closed_region(self):
        region = self.env["crm.region"].create({"name": "华东", "code": "TEST-HD", "is_scoped": True})
        self.customer._through_door("region_id").region_id = region
        self.assertEqual(self.contract.region_id, region)
        self.assertEqual(self._seen("sales_supervisor"), [set()] * 3)
        self.assertEqual(self._seen("sales_rep"), [set(self.contract.ids)] * 3)
        for role in ("hq_commerce", "finance_clerk"):
            self.assertEqual(self._seen(role), [set(self.both.ids)] * 3)
        region.manager_ids = self.users["sales_supervisor"]
        self.env.flush_all()
        self.assertEqual(self._seen("sales_supervisor"), [set(self.both.ids)] * 3)

    def test_companies(self):
        second = self.env["res.company"].create({"name": "苏州二厂"})
        stranger = new_test_user(
            self.env, "second_commerce", "base.group_user,crm_merchant.group_hq_commerce",
            company_id=second.id, company_ids=[Command.set(second.ids)],
        )  # fmt: skip
        self.assertEqual(self._seen(stranger), [set()] * 3)
        for method in ("action_sign", "action_cancel", "action_view_order"):
            with self.assertRaises(AccessError):
                getattr(self.contract.with_user(stranger), method)()
        with self.assertRaises(AccessError):
            self.contract.plan_line_ids[0].with_user(stranger).action_create_invoice()
        template = self.env["crm.payment.plan.template"].create(
            {"name": "二厂", "sequence": 1, "company_id": second.id,
             "line_ids": [Command.create({"name": "全款", "percent": 100, "trigger": "signing"})]}
        )  # fmt: skip
        self.assertFalse(template.with_user(self.commerce).search([("id", "=", template.id)]))
        # the other company's template is not taken here, though it stands first
        self.assertEqual(len(self._contract(signed=False).plan_line_ids), 3)

    def test_portal_customer(self):
        portal = new_test_user(self.env, "portal_customer", "base.group_portal", email="p@example.com")
        portal.partner_id.parent_id = self.customer
        order = self.contract.order_id.with_user(portal)
        milestone = self.contract.milestone_ids[:1].with_user(portal)
        self.contract.project_id.write({"privacy_visibility": "portal"})
        self.contract.project_id.message_subscribe(partner_ids=portal.partner_id.ids)
        for model in [*MODELS, "crm.payment.plan.template", "crm.delivery.template"]:
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(portal).search([])
        for record, names in (
            (order, ["contract_ids", "contract_id", "contract_count"]),
            (milestone, [name for name in milestone._fields if name.startswith("delivery_")]),
            (self.contract.project_id.with_user(portal), ["delivery_contract_ids", "delivery_milestones"]),
        ):
            for name in names:
                with self.subTest(field=name), self.assertRaises(AccessError):
                    record.read([name])
                self.assertNotIn(name, record.fields_get())
        with self.assertRaises(AccessError):
            order.action_create_contract()
        with self.assertRaises(AccessError):
            milestone.action_accept()

    def test_order_form_opens_for_everybody_who_could_before(self):
        """A plain salesman of Odoo without a role of ours still reads orders and invoices."""
        plain = new_test_user(self.env, "plain_sales", "sales_team.group_sale_salesman_all_leads")
        order = self.contract.order_id.with_user(plain)
        order.web_read({name: {} for name in order.fields_get()})
        order.get_view(view_type="form")
        with self.assertRaises(AccessError):
            order.action_create_contract()

    def test_settings(self):
        template = self.env.ref("crm_project_delivery.plan_template_30_60_10")
        for role in ("sales_rep", "sales_supervisor", "finance_manager", "project_manager"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                template.with_user(self.users[role]).write({"name": "x"})
        template.with_user(self.commerce).write({"name": "30 / 60 / 10"})
        delivery = self.env.ref("crm_project_delivery.delivery_template_equipment")
        with self.assertRaises(AccessError):
            delivery.with_user(self.rep).write({"name": "x"})
        delivery.with_user(self.manager).write({"name": "Equipment"})
