from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestAccess(ApprovalCase):
    def sees(self, record, user):
        return bool(record.with_user(user).search([("id", "in", record.ids)]))

    def test_approver_reads_only_the_quotes_that_ask_him(self):
        order, other = self.submitted(), self.quote(10, partner_id=self.world["partner"].copy().id)
        lead = self.users["technical_lead"]
        self.assertEqual(order.with_user(lead).search([("id", "in", (order | other).ids)]), order)
        self.assertTrue(order.with_user(lead).order_line.mapped("price_unit"))
        with self.assertRaises(AccessError):
            other.with_user(lead).read(["name"])
        with self.assertRaises(AccessError):
            other.order_line.with_user(lead).read(["price_unit"])
        with self.assertRaises(AccessError):
            order.with_user(lead).write({"client_order_ref": "x"})
        with self.assertRaises(AccessError):
            order.with_user(lead).order_line.write({"price_unit": 1})

    def test_named_person_needs_no_right_on_quotes(self):
        agent = self.users["service_agent"]
        self.policy.step_ids.filtered(lambda s: s.sequence > 10).unlink()
        self.policy.step_ids.write({"source": "user", "user_ids": agent.ids, "superiors_first": False})
        order = self.submitted()
        task = self.task(order, "service_agent")
        with self.assertRaises(AccessError):
            order.with_user(agent).read(["name"])
        self.assertIn("Press", task.snapshot_html)
        task.read()
        task.action_approve()
        self.assertEqual(order.approval_state, "approved")

    def test_becoming_an_approver_takes_nothing_away(self):
        """Accounting reads all orders by an access line without a rule; a first group rule would narrow it."""
        order = self.quote(10)
        for role in ("finance_manager", "finance_clerk"):
            self.assertTrue(self.sees(order, self.users[role]), role)
        clerk = self.users["finance_clerk"]
        clerk.group_ids += self.env.ref("crm_quote_approval.group_approver")
        self.assertTrue(self.sees(order, clerk))
        # who sells keeps Odoo's own rules: his own, and now those that ask him
        rep = self.users["sales_rep_2"]
        rep.group_ids += self.env.ref("crm_quote_approval.group_approver")
        self.assertFalse(self.sees(order, rep))

    def test_who_reads_requests_tasks_and_ledger(self):
        order = self.submitted()
        request = order.sudo().approval_request_id
        rows = self.env["crm.approval.ledger"].sudo().search([("request_ref", "=", request.id)])
        allowed = {
            "sales_rep",
            "sales_supervisor",
            "technical_lead",
            "finance_manager",
            "sales_director",
            "general_manager",
            "suite_admin",
        }
        for role in (*allowed, "sales_rep_2", "service_agent", "finance_clerk"):
            user = self.users[role]
            for record in (request, request.task_ids[0], rows):
                with self.subTest(role=role, model=record._name):
                    self.assertEqual(self.sees(record, user), role in allowed)

    def test_another_company(self):
        order = self.submitted()
        company = self.env["res.company"].create({"name": "Second"})
        admin = self.users["suite_admin"]
        admin.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
        self.assertFalse(self.sees(order.sudo().approval_request_id, admin))
        self.assertFalse(self.sees(order.sudo().approval_task_ids, admin))

    def test_portal_reads_nothing(self):
        order = self.approved()
        portal = new_test_user(self.env, "portal_customer", groups="base.group_portal")
        portal.partner_id.parent_id = self.world["partner"]
        order.sudo().message_subscribe(portal.partner_id.ids)
        order.action_quotation_sent()
        for name in (
            "crm.approval.request",
            "crm.approval.task",
            "crm.approval.ledger",
            "crm.approval.policy",
            "crm.approval.policy.step",
            "crm.approval.delegation",
            "sale.order.version",
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                self.env[name].with_user(portal).search_read([])
        mine = order.with_user(portal)
        self.assertTrue(mine.read(["name"]))
        names = [name for name in mine._fields if name.startswith(("approval_", "version_", "margin", "alternative_"))]
        self.assertGreater(len(names), 8)
        for name in names:
            with self.subTest(name), self.assertRaises(AccessError):
                mine.read([name])
        for name in ("margin", "margin_percent", "purchase_price"):
            with self.subTest(name), self.assertRaises(AccessError):
                mine.order_line.read([name])

    def test_h_portal_learns_nothing_by_any_read(self):
        """Thresholds, names and comments of an approval that ran on the customer's own quote."""
        order = self.submitted()
        self.task(order, "sales_supervisor").action_approve("only because of the volume")
        portal = new_test_user(self.env, "portal_customer", groups="base.group_portal")
        portal.partner_id.parent_id = self.world["partner"]
        order.sudo().message_subscribe(portal.partner_id.ids)
        request = order.sudo().approval_request_id
        policy = self.policy.sudo()
        for records in (
            policy,
            policy.step_ids,
            policy._conditions(),
            request,
            request.task_ids,
            request.ledger_ids,
        ):
            self.assertTrue(records)
            mine = records.with_user(portal)
            name = next(name for name in ("title", "name", "res_name", "measure") if name in mine._fields)
            for way, call in {
                "search": lambda mine=mine: mine.search([]),
                "count": lambda mine=mine: mine.search_count([]),
                "read": lambda mine=mine, name=name: mine.read([name]),
                "web_read": lambda mine=mine, name=name: mine.web_read({name: {}}),
                "web_search_read": lambda mine=mine, name=name: mine.web_search_read([], {name: {}}),
                "name_search": lambda mine=mine: mine.name_search(""),
                "group": lambda mine=mine: mine.formatted_read_group([], ["id"], ["__count"]),
                "export": lambda mine=mine, name=name: mine.export_data([name]),
            }.items():
                with self.subTest(mine._name, way=way):
                    try:
                        found = call()
                    except (AccessError, UserError):
                        continue
                    self.assertFalse(found, f"{mine._name}.{way} answers {found!r}")
        # nor through the quote, which he may read
        with self.assertRaises(AccessError):
            order.with_user(portal).search([("approval_task_ids.comment", "like", "volume")])
        with self.assertRaises(AccessError):
            order.with_user(portal).web_read({"approval_request_id": {"fields": {"amount": {}}}})

    def test_secret_of_a_version(self):
        version = self.approved().sudo().version_ids
        for role in ("sales_rep", "technical_lead", "suite_admin"):
            with self.subTest(role), self.assertRaises(AccessError):
                version.with_user(self.users[role]).read(["secret"])

    def test_versions(self):
        version = self.submitted().sudo().version_ids
        for role, seen in (
            ("sales_rep", True),
            ("sales_rep_2", False),
            ("technical_lead", True),
            ("finance_clerk", True),
            ("sales_director", True),
        ):
            with self.subTest(role):
                self.assertEqual(self.sees(version, self.users[role]), seen)
            with self.subTest(role), self.assertRaises(AccessError):
                version.with_user(self.users[role]).write({"number": 9})
        with self.assertRaises(AccessError):
            version.with_user(self.users["service_agent"]).search([])

    def test_opening_the_paper(self):
        order = self.submitted()
        request = order.approval_request_id
        self.assertEqual(request.action_open_document()["res_id"], order.id)
        with self.assertRaises(AccessError):
            request.with_user(self.users["service_agent"]).action_open_document()
        self.assertEqual(order.action_approval_open()["res_id"], request.id)
