from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestCollection(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._contract()
        cls.deposit, cls.progress, cls.rest = cls.contract.plan_line_ids

    def test_partial_payment_and_its_end(self):
        invoice = self._invoice(self.deposit)
        self._pay(invoice, 10000)
        self.assertEqual((self.deposit.state, self.deposit.paid_amount), ("partial", 10000))
        self.assertFalse(self.contract.activity_ids)
        self._pay(invoice, 28399.99)
        self.assertEqual(self.deposit.state, "partial")
        self._pay(invoice)
        self.assertEqual((self.deposit.state, self.deposit.paid_amount), ("paid", 38400))
        self.assertEqual(len(self.contract.activity_ids), 1)
        self.assertEqual(self.contract.activity_ids.user_id, self.rep)

    def test_payment_taken_back(self):
        invoice = self._invoice(self.deposit)
        payment = self._pay(invoice)
        self.assertEqual(self.deposit.state, "paid")
        invoice.line_ids.remove_move_reconcile()
        self.assertEqual((self.deposit.state, self.deposit.paid_amount), ("invoiced", 0))
        invoice.js_assign_outstanding_line(
            payment.move_id.line_ids.filtered(lambda line: line.account_type == "asset_receivable").id
        )
        self.assertEqual(self.deposit.state, "paid")
        payment.action_cancel()
        self.assertEqual((self.deposit.state, self.deposit.paid_amount), ("invoiced", 0))

    def test_credit_note_is_no_money(self):
        invoice = self._invoice(self.deposit)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        wizard.refund_moves()
        wizard.new_move_ids.action_post()
        if invoice.payment_state != "reversed":
            (invoice | wizard.new_move_ids).line_ids.filtered(
                lambda line: line.account_type == "asset_receivable"
            ).reconcile()
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual((self.deposit.state, self.deposit.paid_amount, self.deposit.invoiced_amount), ("due", 0, 0))
        again = self._invoice(self.deposit)
        self.assertNotEqual(again, invoice)
        self._pay(again)
        self.assertEqual(self.deposit.state, "paid")
        self.assertEqual(self.deposit.move_ids, invoice | again)

    def test_draft_and_cancelled_invoice(self):
        invoice = self._invoice(self.deposit, post=False)
        self.assertEqual(self.deposit.state, "due")
        # pressing again opens the same draft
        self.assertEqual(self._invoice(self.deposit, post=False), invoice)
        invoice.button_cancel()
        self.assertEqual(self.deposit.state, "due")
        self.assertNotEqual(self._invoice(self.deposit, post=False), invoice)
        self.deposit.invoice_id.action_post()
        self.deposit.invoice_id.button_draft()
        self.assertEqual(self.deposit.state, "due")
        self.deposit.invoice_id.unlink()
        self.assertEqual(self.deposit.state, "due")
        self.assertFalse(self.deposit.invoice_id)

    def test_invoice_says_what_the_plan_says(self):
        invoice = self._invoice(self.deposit, post=False)
        self.assertEqual(invoice.invoice_date_due, self.deposit.due_date)
        self.assertEqual(invoice.ref, self.contract.name)
        self.assertTrue(all(invoice.invoice_line_ids.sale_line_ids.mapped("is_downpayment")))
        self.assertEqual(invoice.with_user(self.rep).contract_ids, self.contract)

    def test_only_due_rows_are_invoiced(self):
        with self.assertRaises(UserError):
            self.progress.with_user(self.clerk).action_create_invoice()
        with self.assertRaises(UserError):
            self.progress.with_user(self.rep).action_request_invoice()

    def test_rest_that_does_not_fit_is_refused(self):
        self.contract.milestone_ids.with_user(self.manager)
        for milestone in self.contract.milestone_ids:
            self._accept(milestone)
        self._invoice(self.deposit)
        self._invoice(self.progress)
        self.contract.order_id.order_line.filtered(lambda line: not line.is_downpayment)[0].price_unit += 1
        before = self.env["account.move"].search_count([])
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.rest.with_user(self.clerk).action_create_invoice()
        self.assertEqual(self.env["account.move"].search_count([]), before)

    def test_who_makes_invoices(self):
        for role in ("sales_rep", "sales_supervisor", "project_manager", "sales_rep_2", "technical_lead"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.deposit.with_user(self.users[role]).action_create_invoice()
        self.deposit.with_user(self.commerce).action_create_invoice()
        self.assertTrue(self.deposit.invoice_id)

    def test_request_to_invoice(self):
        line = self.deposit.with_user(self.rep)
        request = self.env["crm.invoice.request"].browse(line.action_request_invoice()["res_id"])
        self.assertEqual((request.state, request.amount, request.user_id), ("requested", 38400, self.rep))
        self.assertEqual(line.action_request_invoice()["res_id"], request.id)
        self.assertIn(self.clerk, request.activity_ids.user_id)
        for role in ("sales_rep", "sales_supervisor", "project_manager", "sales_rep_2"):
            for method in ("action_issue", "action_refuse"):
                with self.subTest(role=role, method=method), self.assertRaises(AccessError):
                    getattr(request.with_user(self.users[role]), method)()
        request.with_user(self.clerk).action_issue()
        self.assertEqual((request.state, request.invoice_id), ("issued", self.deposit.invoice_id))
        self.assertFalse(request.activity_ids)
        with self.assertRaises(UserError):
            request.with_user(self.clerk).action_refuse("late")

    def test_request_refused_and_asked_again(self):
        request = self.env["crm.invoice.request"]
        first = request.browse(self.deposit.with_user(self.rep).action_request_invoice()["res_id"])
        first.with_user(self.clerk).action_refuse("开票信息不全")
        self.assertEqual((first.state, first.refusal), ("refused", "开票信息不全"))
        second = self.deposit.with_user(self.rep).action_request_invoice()["res_id"]
        self.assertNotEqual(second, first.id)
        with self.assertRaises(AccessError):
            self.deposit.with_user(self.users["sales_rep_2"]).action_request_invoice()
        with self.assertRaises(AccessError):
            self.deposit.with_user(self.clerk).action_request_invoice()

    def test_late_rows(self):
        today = fields.Date.context_today(self.deposit)
        self.assertFalse(self.deposit.is_late)
        self.deposit._through_door("due_date").due_date = today - timedelta(days=3)
        self.deposit.invalidate_recordset()
        self.assertTrue(self.deposit.is_late)
        self.assertIn("3", self.deposit.time_left)
        lines = self.contract.plan_line_ids
        late = [("id", "in", lines.ids), ("is_late", "=", True)]
        self.assertEqual(lines.search(late), self.deposit)
        self.assertEqual(lines.search([("id", "in", lines.ids), ("is_late", "=", False)]), lines - self.deposit)
        self.assertEqual(lines.search([("id", "in", lines.ids), ("is_late", "!=", True)]), lines - self.deposit)

    def test_query_count_does_not_grow(self):
        """One payment's row costs the same beside 49 other rows that were read with it."""
        lines = self.env["crm.payment.plan.line"]
        for _index in range(17):
            lines |= self._contract(self._order()).plan_line_ids
        self.env.flush_all()

        def cost(records):
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.env.add_to_compute(lines._fields["state"], records)
            records.mapped("state")
            records.mapped("time_left")
            self.env.flush_all()
            return self.env.cr.sql_log_count - start

        cost(lines[:1])
        one, fifty = cost(lines[:1]), cost(lines[:50])
        self.assertLessEqual(fifty, one + 2, f"{one} queries for one row, {fifty} for fifty")
        self.assertLessEqual(one, 15)
