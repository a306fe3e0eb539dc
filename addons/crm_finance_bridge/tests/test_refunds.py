"""Money given back to customers: told to finance, never sent, never taken for money that came in."""

from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.finance_reconciliation import FinanceReconciliation
from .common import BridgeCase
from .fake_erp import FakeAdapter, remote_receipt


@tagged("post_install", "-at_install")
class TestRefunds(BridgeCase):
    def setUp(self):
        super().setUp()
        self.connection.sends_receipts = True
        self.startPatcher(patch.object(FakeAdapter, "read_documents", lambda *_args, **_kw: ([], None)))
        self.startPatcher(patch.object(FinanceReconciliation, "_run_commit", lambda _self: 9.0))

    def refund(self, **vals):
        return self.payment(payment_type="outbound", **vals)

    def causes(self):
        self.env["finance.reconciliation"].search([]).unlink()
        self.env["finance.reconciliation"]._cron_reconcile()
        run = self.env["finance.reconciliation"].search([], limit=1)
        return {(line.kind, line.cause, line.amount_here, line.res_id) for line in run.line_ids}

    def test_finance_is_told_and_nothing_is_sent(self):
        refund = self.refund()
        row = self.row(refund)
        self.assertEqual((row.operation, row.state, row.error_code), ("refund", "rejected", "by_hand"))
        self.assertEqual(row.activity_ids.user_id, self.clerk)
        self.assertIn(self.partner.name, row.activity_ids.note)
        self.assertIn("250", row.last_error)
        for _time in range(3):
            self.deliver(later=300)
        self.assertFalse(self.erp.calls)
        self.assertFalse(self.rows(self.partner), "its customer need not go out for it")
        self.assertEqual(row.state, "rejected")
        with self.assertRaises(UserError):
            row.with_user(self.clerk).action_retry()

    def test_it_stands_in_the_comparison_until_finance_marks_it(self):
        refund = self.refund(date=fields.Date.today() - timedelta(days=200))
        self.assertEqual(self.causes(), {("missing_there", "refund_here", -250.0, refund.id)})
        row = self.row(refund)
        row.with_user(self.clerk).action_mark_done("SKTKD0001 entered by 王", "SKTKD0001")
        self.assertEqual(self.causes(), set())
        self.assertFalse(row.activity_ids)
        binding = self.env["finance.binding"].search([("res_model", "=", "account.payment")])
        self.assertEqual((binding.number, binding.kind, binding.is_by_hand), ("SKTKD0001", "refund", True))
        self.assertFalse(self.erp.calls)

    def test_one_that_is_taken_back_asks_nobody_any_more(self):
        refund = self.refund()
        refund.action_draft()
        row = self.row(refund)
        self.assertEqual((row.error_code, len(row.activity_ids)), ("withdrawn", 0))
        self.assertEqual(self.causes(), set())
        refund.amount = 99
        refund.action_post()
        self.assertEqual((row.error_code, len(row.activity_ids)), ("by_hand", 1))
        self.assertIn("99", row.activity_ids.note)
        self.assertEqual(self.causes(), {("missing_there", "refund_here", -99.0, refund.id)})

    def test_one_that_changes_before_it_is_entered_tells_the_new_amount(self):
        refund = self.refund()
        refund.date -= timedelta(days=1)
        row = self.row(refund)
        self.assertEqual((row.state, len(row.activity_ids)), ("rejected", 1))
        self.assertIn(str(refund.date), row.values_text)

    def test_what_finance_has_entered_there_stays_as_it_is_here(self):
        refund = self.refund()
        self.row(refund).with_user(self.clerk).action_mark_done("SKTKD0001 entered", "SKTKD0001")
        for attack in (refund.action_draft, refund.action_cancel, refund.unlink):
            with self.subTest(attack.__name__), self.assertRaises(UserError):
                attack()

    def test_whose_receipts_are_not_sent_is_not_told(self):
        self.connection.sends_receipts = False
        refund = self.refund()
        self.assertFalse(self.row(refund))
        self.assertEqual(self.causes(), set())

    def test_of_before_the_start_and_of_suppliers_nobody_is_told(self):
        self.connection._through_door("start_date").write({"start_date": fields.Date.today()})
        early = self.refund(date=fields.Date.today() - timedelta(days=1))
        supplier = self.refund(partner_type="supplier")
        back = self.payment(partner_type="supplier")
        self.assertFalse(self.row(early) | self.row(supplier) | self.row(back))
        self.assertEqual(self.causes(), set())

    def test_one_posted_while_it_was_off_is_found(self):
        self.connection._switch("off")
        refund = self.refund()
        self.assertFalse(self.row(refund))
        self.connection._switch("on")
        self.assertEqual(self.causes(), {("missing_there", "refund_here", -250.0, refund.id)})

    def test_red_receipts_never_become_money_that_came_in(self):
        self.erp.receipts = [
            remote_receipt(remote_id=f"R{n}", number=f"SKD{n}", customer_number="KH-1", amount=Decimal(amount))
            for n, amount in enumerate(("-12.30", "0"))
        ]
        before = self.env["account.payment"].search_count([])
        self.poll()
        rows = self.env["finance.receipt"].search([])
        self.assertEqual(set(rows.mapped("state")), {"review"})
        self.assertTrue(all(row.activity_ids for row in rows))
        # whoever presses the button learns the same
        rows.with_user(self.clerk).action_apply()
        self.poll()
        self.assertEqual(set(rows.mapped("state")), {"review"})
        self.assertEqual(self.env["account.payment"].search_count([]), before)
