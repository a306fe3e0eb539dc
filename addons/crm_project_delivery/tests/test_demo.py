from datetime import timedelta

from odoo import fields
from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_merchant.demo import company as merchant
from odoo.addons.crm_quote_approval.demo import company as approval

from ..demo import company


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """Contracts of the demo company stand in every state, with what is late and whose fault it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.others = cls.env["account.payment"].search([])
        for addon in (merchant, approval, company):
            addon.build(cls.env)
        cls.users = {user.login: user for user in cls.env["res.users"].search([])}
        cls.today = fields.Date.context_today(cls.env.user.with_context(tz="Asia/Shanghai"))

    def contract(self, key):
        contract = self.env["crm.contract"].search([("partner_id.name", "=", company.CONTRACTS[key][0])])
        self.assertEqual(len(contract), 1)
        return contract

    def test_states(self):
        states = {
            "fresh": "signed", "draft": "draft", "late": "running", "week": "running", "unpaid": "signed",
            "refused": "signed", "done": "completed", "cancelled": "cancelled",
        }  # fmt: skip
        self.assertEqual({key: self.contract(key).state for key in states}, states)
        self.assertEqual(self.contract("late").signed_by_id, self.users["hq_commerce"])

    def test_late_money(self):
        deposit, progress, rest = self.contract("late").plan_line_ids
        self.assertEqual((deposit.state, progress.state, rest.state), ("paid", "partial", "planned"))
        self.assertTrue(progress.is_late)
        self.assertTrue(self.contract("unpaid").plan_line_ids[0].is_late)
        self.assertFalse(self.contract("fresh").plan_line_ids[0].is_late)

    def test_delay_of_the_customer(self):
        installation = self.contract("late").milestone_ids[1]
        self.assertEqual((installation.delivery_is_late, installation.delivery_delay_side), (True, "customer"))
        self.assertEqual(installation.delivery_delay_cause, company.DELAY)

    def test_milestone_of_this_week(self):
        milestone = self.contract("week").milestone_ids[0]
        self.assertEqual((milestone.delivery_state, milestone.delivery_is_late), ("submitted", False))
        monday = self.today - timedelta(days=self.today.weekday())
        self.assertTrue(self.today <= milestone.deadline <= monday + timedelta(days=6))
        self.assertEqual(milestone.delivery_attachment_ids.create_uid, self.users["field_engineer"])
        # the project manager may accept it at once
        milestone.with_user(self.users["project_manager"]).action_accept()

    def test_requests_and_receipts(self):
        requests = self.env["crm.invoice.request"].search([("contract_id", "=", self.contract("unpaid").id)])
        self.assertEqual((requests.state, requests.user_id), ("requested", self.users["sales_rep_2"]))
        refused = self.env["crm.invoice.request"].search([("contract_id", "=", self.contract("refused").id)])
        self.assertEqual((refused.refusal, refused.answered_by_id), (company.REFUSAL, self.users["finance_clerk"]))
        payments = self.env["account.payment"].search([("claim_state", "=", "open")]) - self.others
        self.assertEqual(len(payments), len(company.RECEIPTS))
        known = payments.filtered("partner_id")
        known.with_user(self.users["finance_clerk"]).action_claim(self.contract("late").plan_line_ids[1].ids)
        self.assertEqual(self.contract("late").plan_line_ids[1].paid_amount, 500000)

    def test_customer_sees_his_own(self):
        user = self.users["customer"]
        orders = self.env["sale.order"].with_user(user).search([])
        self.assertEqual(sorted(orders.mapped("state")), ["sale", "sent"])
        self.assertTrue(orders.filtered(lambda order: order.state == "sent")._has_to_be_signed())

    def test_second_company(self):
        subsidiary = self.env["res.company"].search([("name", "=", merchant.SUBSIDIARY)])
        contract = self.env["crm.contract"].search([("company_id", "=", subsidiary.id)])
        self.assertEqual((contract.state, contract.plan_line_ids[0].state), ("signed", "invoiced"))
        self.assertEqual(contract.plan_line_ids[0].invoice_id.company_id, subsidiary)
