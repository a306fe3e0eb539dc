from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_merchant.demo import company as merchant

from ..demo import company


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """Quotes of the demo company stand at each place on the road, brought there by those whose job it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        merchant.build(cls.env)
        company.build(cls.env)
        cls.users = {user.login: user for user in cls.env["res.users"].search([])}

    def quote(self, key):
        name = company.QUOTES[key][0]
        order = self.env["sale.order"].search([("partner_id.name", "=", name)])
        self.assertEqual(len(order), 1, name)
        return order

    def waits_for(self, key):
        return self.quote(key).approval_task_ids.filtered(lambda task: task.state == "pending").user_id

    def test_one_waits_at_each_step(self):
        steps = {
            "waits_supervisor": "sales_supervisor",
            "late_technical": "technical_lead",
            "waits_finance": "finance_manager",
            "waits_director": "sales_director",
            "waits_general": "general_manager",
            "waits_legal": "legal",
            "waits_delegate": "region_manager_2",
        }
        for key, login in steps.items():
            self.assertEqual(self.quote(key).approval_state, "pending")
            self.assertEqual(self.waits_for(key), self.users[login], key)

    def test_one_is_over_its_time(self):
        late = self.env["crm.approval.task"].search([("state", "=", "pending")]).filtered("is_late")
        self.assertIn(self.quote("late_technical").id, late.mapped("res_id"))
        quotes = self.env["sale.order"].browse(late.mapped("res_id"))
        self.assertNotIn(self.quote("waits_director"), quotes)

    def test_decisions_are_the_deciders_own(self):
        states = {"approved": "approved", "sent": "approved", "void": "void", "rejected": "rejected"}
        for key, state in {**states, "returned": "returned", "small": "none"}.items():
            self.assertEqual(self.quote(key).approval_state, state, key)
        self.assertEqual(self.quote("sent").state, "sent")
        for task in self.env["crm.approval.task"].search([("state", "in", ("approved", "rejected", "returned"))]):
            self.assertEqual(task.decided_by_id, task.user_id)
            self.assertNotEqual(task.decided_by_id, task.requester_id)
        rejected = self.quote("rejected").approval_task_ids.filtered(lambda task: task.state == "rejected")
        self.assertEqual(
            (rejected.user_id, rejected.comment), (self.users["finance_manager"], company.REJECTED_BECAUSE)
        )
        self.assertEqual(self.quote("returned").approval_request_id.reason, company.RETURNED_BECAUSE)

    def test_second_company_has_its_own(self):
        subsidiary = self.env["res.company"].search([("name", "=", merchant.SUBSIDIARY)])
        quote = self.env["sale.order"].search([("company_id", "=", subsidiary.id)])
        self.assertEqual((len(quote), quote.approval_state), (1, "pending"))

    def test_issued_quotes(self):
        quote = self.quote("issued")
        self.assertRegex(quote.name, r"^BJ\d{4}-01\d{4}$")
        self.assertEqual((quote.approval_state, quote.state), ("approved", "sent"))
        versions = quote.version_ids.sorted("number")
        self.assertEqual(versions.mapped("standing"), ["superseded", "valid"])
        self.assertEqual((quote.share_ids.state, quote.share_ids.opened_count), ("open", 2))
        self.assertFalse(quote.parameters_missing)
        self.assertIn("节拍", self.quote("incomplete").parameters_missing)

    def test_validities(self):
        todos = self.env["mail.activity"].search([("res_model", "=", "sale.order"), ("summary", "ilike", "%至%")])
        self.assertIn(self.quote("expiring").id, todos.mapped("res_id"))
        self.assertEqual((self.quote("expiring").quote_expired, self.quote("expired").quote_expired), (False, True))
