from odoo import Command, models
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import ServiceCase

# what customers read of a ticket, beside the fields that Odoo's own mixins bring
CUSTOMERS_LIST = {
    "name", "subject", "description", "partner_id", "commercial_partner_id", "asset_id", "type_id", "priority",
    "user_id", "state", "solution", "opened_at", "solved_at", "company_id",
}  # fmt: skip
MODELS = [
    "service.asset", "service.sla.status", "service.sla.policy", "service.team", "service.team.member",
    "service.ticket.type", "service.ticket.solve", "service.sla.switch",
]  # fmt: skip


@tagged("post_install", "-at_install")
class TestRights(ServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["service.sla.policy"].with_context(active_test=False).search([])._switch(True)
        cls.ticket = cls._ticket()
        cls.foreign = cls._ticket(partner_id=cls.stranger.partner_id.id, asset_id=False)
        cls.nobodys = cls._ticket(partner_id=False, asset_id=False, email_from="x@example.com", channel="mail")
        cls.all = cls.ticket | cls.foreign | cls.nobodys

    def _seen(self, user, model="service.ticket"):
        if isinstance(user, str):
            user = self.users[user]
        found = self.env[model].with_user(user).search([])
        if model == "service.ticket":
            return found.sudo() & self.all
        return found.sudo()

    def test_who_sees_which_tickets(self):
        for role in ("service_agent", "service_lead", "suite_admin", "sales_supervisor", "hq_commerce"):
            self.assertEqual(self._seen(role), self.all, role)
        self.assertEqual(self._seen("sales_rep"), self.ticket)
        self.assertEqual(self._seen("sales_rep_2"), self.foreign)
        self.assertEqual(self._seen(self.portal), self.ticket)
        self.assertEqual(self._seen(self.stranger), self.foreign)
        for role in ("regional_agent", "project_manager", "field_engineer"):
            self.assertFalse(self._seen(role), role)
        self.foreign.user_id = self.users["field_engineer"]
        self.assertEqual(self._seen("field_engineer"), self.foreign)

    def test_equipment_and_clocks_go_with_the_tickets(self):
        for role in ("sales_rep", "service_agent"):
            self.assertIn(self.asset, self._seen(role, "service.asset"))
        for role in ("sales_rep_2", "field_engineer"):
            self.assertNotIn(self.asset, self._seen(role, "service.asset"))
        self.assertEqual(self._seen("sales_rep", "service.sla.status").ticket_id, self.ticket)
        self.ticket.user_id = self.users["field_engineer"]
        self.assertIn(self.asset, self._seen("field_engineer", "service.asset"))
        self.assertEqual(self._seen("field_engineer", "service.sla.status").ticket_id, self.ticket)

    def test_who_sees_nothing(self):
        plain = new_test_user(self.env, "plain_employee", "base.group_user")
        people = [plain, *(self.users[role] for role in ("finance_clerk", "finance_manager", "marketing", "legal",
                                                         "technical_lead"))]  # fmt: skip
        for user in people:
            for model in ("service.ticket", *MODELS):
                with self.subTest(user=user.login, model=model), self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])

    def test_readers_only_read(self):
        for role in ("sales_rep", "sales_supervisor", "hq_commerce", "suite_admin"):
            rows = self.ticket.sla_status_ids.with_user(self.users[role])
            for call in (lambda rows=rows: rows.write({"state": "met"}), rows.unlink):
                with self.subTest(role=role), self.assertRaises(AccessError):
                    call()
            with self.subTest(role=role), self.assertRaises(AccessError):
                rows.create({"ticket_id": self.ticket.id, "kind": "solve"})
        for role in ("sales_rep", "sales_supervisor", "hq_commerce"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.ticket.with_user(self.users[role]).write({"priority": "p3"})
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.asset.with_user(self.users[role]).write({"note": "x"})
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.ticket.with_user(self.users[role]).create({"subject": "x"})

    def test_settings_are_the_leads(self):
        policy = self.env["service.sla.policy"].search([], limit=1)
        for record, vals in ((self.team, {"name": "x"}), (self.team.member_ids[0], {"is_on_duty": False}),
                             (self.breakdown, {"name": "x"}), (policy, {"response_number": 3})):  # fmt: skip
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                record.with_user(self.agent).write(vals)
            record.with_user(self.lead).write(vals)

    def test_closed_region(self):
        region = self.env["crm.region"].create({"name": "华东", "code": "TEST-HD", "is_scoped": True})
        self.customer._through_door("region_id").region_id = region
        self.env.flush_all()
        self.assertEqual((self.ticket.region_id, self.asset.region_id), (region, region))
        self.assertNotIn(self.ticket, self._seen("sales_supervisor"))
        self.assertNotIn(self.asset, self._seen("sales_supervisor", "service.asset"))
        self.assertNotIn(self.ticket, self._seen("sales_supervisor", "service.sla.status").ticket_id)
        for user in ("sales_rep", "hq_commerce", "service_agent", self.portal):
            self.assertIn(self.ticket, self._seen(user))
        region.manager_ids = self.users["sales_supervisor"]
        self.env.flush_all()
        self.assertIn(self.ticket, self._seen("sales_supervisor"))

    def test_companies(self):
        second = self.env["res.company"].create({"name": "苏州二厂"})
        stranger = new_test_user(
            self.env, "second_agent", "base.group_user,crm_merchant.group_service_agent",
            company_id=second.id, company_ids=[Command.set(second.ids)],
        )  # fmt: skip
        self.assertFalse(self._seen(stranger))
        self.assertNotIn(self.asset, self._seen(stranger, "service.asset"))
        self.assertNotIn(self.team, self._seen(stranger, "service.team"))
        for method in ("action_take", "action_start", "action_cancel", "action_view_asset"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(self.ticket.with_user(stranger), method)()

    # -- customers --------------------------------------------------------------------------

    def test_customers_read_their_list_and_no_more(self):
        ticket = self.ticket.with_user(self.portal)
        ours = {
            name for name, field in ticket._fields.items()
            if field._module == "crm_service_ticket" and name not in models.MAGIC_COLUMNS
        }  # fmt: skip
        readable = ours & set(ticket.fields_get())
        self.assertEqual(readable, CUSTOMERS_LIST)
        ticket.read(sorted(readable))
        for name in sorted(ours - readable):
            with self.subTest(field=name), self.assertRaises(AccessError):
                ticket.read([name])
            with self.subTest(order=name), self.assertRaises(AccessError):
                ticket.search([], order=f"{name} desc").ids or self.fail()

    def test_customers_see_nothing_else_of_ours(self):
        for model in MODELS:
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(self.portal).search([])
        for record in (self.portal.partner_id, self.env.company, self.env["project.project"],
                       self.env["product.template"]):  # fmt: skip
            names = [name for name, field in record._fields.items() if field._module == "crm_service_ticket"]
            self.assertTrue(names)
            shown = set(record.with_user(self.portal).fields_get())
            self.assertFalse(shown & set(names), record._name)

    def test_customers_write_nothing(self):
        ticket = self.ticket.with_user(self.portal)
        for vals in ({"priority": "p0"}, {"subject": "x"}, {"state": "closed"}, {"user_id": self.portal.id},
                     {"partner_id": self.stranger.partner_id.id}):  # fmt: skip
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                ticket.write(vals)
        with self.assertRaises(AccessError):
            ticket.create({"subject": "x"})
        with self.assertRaises(AccessError):
            ticket.unlink()
        with self.assertRaises(AccessError):
            ticket.copy()

    def test_strangers_read_nothing_of_a_ticket(self):
        note = self._answer(self.ticket, "内部", subtype="mail.mt_note")
        word = self._answer(self.ticket, "公开")
        messages = self.env["mail.message"].with_user(self.stranger)
        self.assertFalse(messages.search([("id", "in", (note | word).ids)]))
        for message in (note, word):
            with self.assertRaises(AccessError):
                message.with_user(self.stranger).read(["body"])
        with self.assertRaises(AccessError):
            note.with_user(self.portal).read(["body"])
        file = self.env["ir.attachment"].create(
            {"name": "a.txt", "raw": b"a", "res_model": "service.ticket", "res_id": self.ticket.id}
        )
        with self.assertRaises(AccessError):
            file.with_user(self.stranger).read(["raw"])
        with self.assertRaises(AccessError):
            self.ticket.with_user(self.stranger).message_post(body="x")
