from odoo.tests import Form, tagged

from .common import DeliveryCase

ACTIONS = [
    "action_crm_contract", "action_crm_payment_plan_line", "action_crm_invoice_request",
    "action_crm_payment_plan_template", "action_crm_delivery_template",
]  # fmt: skip
READERS = ["sales_rep", "sales_supervisor", "hq_commerce", "finance_clerk", "project_manager"]


@tagged("post_install", "-at_install")
class TestViews(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._contract()
        cls.contract.plan_line_ids[0].with_user(cls.rep).action_request_invoice()

    def _specification(self, model, arch_fields):
        return {name: {} for name in arch_fields if name in model._fields}

    def _open(self, action, user):
        """What the web client asks for when the user opens the action: its views, and the fields of these."""
        model = self.env[action.res_model].with_user(user)
        views = [(view[0] or False, view[1]) for view in action._get_action_dict()["views"]] + [(False, "search")]
        answer = model.get_views(views)
        for kind, view in answer["views"].items():
            if kind == "search":
                continue
            names = set(answer["models"][model._name]["fields"])
            records = model.web_search_read([], self._specification(model, names), limit=80)
            self.assertIn("length", records, view["id"])

    def test_each_reader_opens_each_list(self):
        for role in READERS:
            for name in ACTIONS:
                with self.subTest(role=role, action=name):
                    self._open(self.env.ref(f"crm_project_delivery.{name}"), self.users[role])
        for role in ("project_manager", "field_engineer"):
            with self.subTest(role=role):
                self._open(self.env.ref("crm_project_delivery.action_project_milestone"), self.users[role])

    def test_whoever_reads_an_order_opens_it(self):
        """Also where milestones are on, which shows its projects to everybody."""
        self.env.ref("base.group_user").implied_ids += self.env.ref("project.group_project_milestone")
        project = self.contract.project_id or self.env["project.project"].create(
            {"name": "总装线", "partner_id": self.contract.partner_id.id, "allow_billable": True}
        )
        order = self.contract.order_id
        order.project_id = project
        for role in ("sales_rep", "hq_commerce", "finance_clerk", "finance_manager"):
            with self.subTest(role=role):
                self.env.flush_all()
                self.env.invalidate_all()
                user = self.users[role]
                self._open(self.env.ref("sale.action_orders"), user)
                seen = project.with_user(user)._filtered_access("read")
                self.assertEqual(order.with_user(user).project_ids.ids, seen.ids)

    def test_draft_form_edits_the_plan(self):
        draft = self._contract(signed=False).with_user(self.rep)
        with Form(draft) as form:
            form.customer_signer = "王总"
            with form.plan_line_ids.edit(0) as row:
                row.percent = 20
            with form.plan_line_ids.edit(1) as row:
                row.percent = 70
        self.assertEqual(draft.plan_line_ids.mapped("amount"), [25600, 89600, 12800])

    def test_clerk_and_salesman_open_the_neighbours(self):
        invoice = self._invoice(self.contract.plan_line_ids[0])
        self.assertTrue(Form(invoice.with_user(self.clerk)).id)
        for role in ("finance_clerk", "hq_commerce", "sales_rep"):
            with self.subTest(role=role):
                self.assertEqual(invoice.with_user(self.users[role]).contract_ids, self.contract)
        for role in ("sales_rep", "hq_commerce"):
            with self.subTest(role=role):
                self.assertTrue(Form(self.contract.order_id.with_user(self.users[role])).id)
        milestone = self.contract.milestone_ids[0]
        for role in ("project_manager", "field_engineer"):
            with self.subTest(role=role):
                form = Form(milestone.with_user(self.users[role]), view="project.project_milestone_view_form")
                self.assertTrue(form.id)

    def test_buttons_lead_to_the_neighbours(self):
        contract = self.contract.with_user(self.rep)
        self.assertEqual(contract.action_view_order()["res_id"], contract.order_id.id)
        self.assertEqual(self.contract.order_id.with_user(self.rep).action_view_contract()["res_id"], contract.id)
        invoice = self._invoice(self.contract.plan_line_ids[0])
        self.assertEqual(contract.action_view_invoices()["res_id"], invoice.id)
        self.assertEqual(contract.plan_line_ids[0].action_view_invoice()["res_id"], invoice.id)
        self.assertEqual(invoice.with_user(self.clerk).action_view_contracts()["res_id"], contract.id)
        self.assertEqual(contract.with_user(self.manager).action_view_project()["res_id"], contract.project_id.id)
        project = self.contract.project_id.with_user(self.manager)
        self.assertEqual(project.action_view_delivery_contracts()["res_id"], contract.id)

    def test_lists_cost_the_same_for_fifty(self):
        contracts = self.contract
        for _index in range(24):
            contracts |= self._contract(self._order(), signed=False)
        names = ["name", "amount_paid", "paid_percent", "collection_text", "state", "partner_id"]

        def cost(records):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            records.with_user(self.clerk).read(names)
            return self.env.cr.sql_log_count - start

        cost(contracts[:1])
        one, many = cost(contracts[:1]), cost(contracts)
        self.assertLessEqual(many, one + 1, f"{one} queries for one, {many} for {len(contracts)}")
        self.assertLessEqual(one, 12)
