from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.finance_receipt_register import FinanceReceipt
from .common import BridgeCase
from .fake_erp import remote_receipt


@tagged("post_install", "-at_install")
class TestReceipts(BridgeCase):
    """The plan row is a stand-in here: how rows are found and paid is tested in crm_project_delivery."""

    def setUp(self):
        super().setUp()
        self.move = self.invoice(1000)
        self.deliver()
        self.claimed = []
        self.line = SimpleNamespace(display_name="定金", _open_amount=lambda: 300)
        self.startPatcher(patch.object(FinanceReceipt, "_may_pay", lambda r: r))
        self.startPatcher(patch.object(FinanceReceipt, "_find_plan_line", lambda _r: self.line))
        self.startPatcher(patch.object(FinanceReceipt, "_claim", lambda r, line: self.claimed.append(r.payment_id)))
        self.startPatcher(patch.object(FinanceReceipt, "_claim_open", lambda _r: None))
        self.startPatcher(patch.object(FinanceReceipt, "_get_told_user", lambda _r, _line: self.rep))
        self.receipts = self.env["finance.receipt"]

    def receipt(self, **kw):
        vals = {
            "date": date(2026, 3, 2),
            "customer_number": self.row(self.partner).number,
            "amount": Decimal("300.00"),
            "remark": "定金",
            "modified": datetime.now(UTC) - timedelta(minutes=2),
        }
        return remote_receipt(**vals | kw)

    def test_receipt_becomes_a_payment_and_pays_its_row(self):
        self.erp.receipts = [self.receipt()]
        self.poll()
        receipt = self.receipts.search([])
        payment = receipt.payment_id
        self.assertEqual(receipt.state, "matched")
        self.assertEqual((payment.partner_id, payment.amount, payment.journal_id), (self.partner, 300, self.journal))
        self.assertEqual(self.claimed, [payment])
        action = payment.with_user(self.clerk).action_open_finance_receipt()
        self.assertEqual((action["res_model"], action["res_id"]), (receipt._name, receipt.id))
        with self.assertRaises(AccessError):
            payment.with_user(self.rep).action_open_finance_receipt()
        told = self.env["mail.notification"].search([("res_partner_id", "=", self.rep.partner_id.id)])
        self.assertIn(self.partner.name, told.mail_message_id[:1].subject)

    def test_polled_again_is_the_same_receipt(self):
        self.erp.receipts = [self.receipt()]
        for _time in range(3):
            self.poll()
        self.assertEqual(len(self.receipts.search([])), 1)
        self.assertEqual(len(self.env["account.payment"].search([("partner_id", "=", self.partner.id)])), 1)
        self.assertEqual(len(self.claimed), 1)

    def test_unknown_payer_waits_as_a_draft(self):
        self.line = None
        self.erp.receipts = [self.receipt(customer_number="KH9999")]
        self.poll()
        receipt = self.receipts.search([])
        self.assertEqual(receipt.state, "open")
        self.assertEqual(receipt.payment_id.state, "draft")
        self.assertFalse(receipt.payment_id.partner_id)

    def test_a_payer_who_is_bound_later_stands_on_the_payment(self):
        self.line = None
        self.erp.receipts = [self.receipt(customer_number="KH9999")]
        self.poll()
        receipt = self.receipts.search([])
        self.assertIn("对方的客户", receipt.message)
        # pressed too early it says that nothing came of it
        said = receipt.with_user(self.clerk).action_apply()["params"]
        self.assertEqual((said["type"], receipt.state), ("warning", "open"))
        payer = self.env["res.partner"].create({"name": "后来认得", "is_company": True})
        self.env["finance.binding"]._bind(
            self.connection, "res.partner", payer.id, "customer", number="KH9999", by_hand=True
        )
        self.assertFalse(receipt.with_user(self.clerk).action_apply())
        self.assertEqual((receipt.partner_id, receipt.payment_id.partner_id), (payer, payer))
        self.assertNotIn("对方的客户", receipt.message)

    def test_not_audited_does_not_count_until_it_is(self):
        self.erp.receipts = [self.receipt(status="B")]
        self.poll()
        receipt = self.receipts.search([])
        self.assertEqual(receipt.state, "waiting")
        self.assertFalse(receipt.payment_id)
        self.erp.receipts = [self.receipt(modified=datetime.now(UTC))]
        self.poll()
        self.assertEqual(receipt.state, "matched")

    def test_changed_or_cancelled_asks_for_a_person(self):
        self.erp.receipts = [self.receipt()]
        self.poll()
        receipt = self.receipts.search([])
        for change in ({"cancelled": True}, {"amount": Decimal("299.00")}):
            with self.subTest(change):
                self.erp.receipts = [self.receipt(modified=datetime.now(UTC) + timedelta(seconds=1), **change)]
                self.poll()
                self.poll()
                self.assertEqual(receipt.state, "review")
                self.assertEqual(receipt.activity_ids.user_id, self.clerk)
                self.assertEqual(receipt.payment_id.amount, 300)
                why = receipt.message
                receipt.with_user(self.clerk).action_close_review()
                self.assertEqual(receipt.state, "closed")
                # who set it right, and what was wrong, stays to be read
                note = receipt.message_ids[0]
                self.assertEqual(note.author_id, self.clerk.partner_id)
                self.assertIn(why, note.preview or note.body)

    def test_negative_amount_asks_for_a_person(self):
        self.erp.receipts = [self.receipt(amount=Decimal("-5"))]
        self.poll()
        self.assertEqual(self.receipts.search([]).state, "review")

    def test_bad_receipt_does_not_stop_the_others(self):
        self.erp.receipts = [self.receipt(), self.receipt(entry_id="2", amount=Decimal("7"))]

        def claim(receipt, line):
            if receipt.amount == 300:
                raise UserError(receipt.number)
            self.claimed.append(receipt.payment_id)

        with patch.object(FinanceReceipt, "_claim", claim):
            self.poll()
        first, second = self.receipts.search([], order="entry_id")
        self.assertEqual((first.state, second.state), ("review", "matched"))
        self.assertFalse(first.payment_id)

    def test_no_journal_waits_and_says_so(self):
        self.connection.receipt_journal_id = False
        self.erp.receipts = [self.receipt()]
        self.poll()
        receipt = self.receipts.search([])
        self.assertEqual(receipt.state, "new")
        self.assertTrue(receipt.message)
        self.connection.receipt_journal_id = self.journal
        receipt.with_user(self.clerk).action_apply()
        self.assertEqual(receipt.state, "matched")

    def test_cursor_moves_with_what_was_stored(self):
        self.erp.receipts = [self.receipt()]
        self.erp.faults = {"receipts": ["unsent"]}
        since = fields.Datetime.now() - timedelta(hours=1)
        self.connection._through_door("sync_from").write({"sync_from": since})
        self.poll()
        cursor = self.env["finance.cursor"].search([("connection_id", "=", self.connection.id)])
        before = cursor.position
        self.assertFalse(cursor.read_at)
        self.poll()
        self.assertNotEqual(cursor.position, before)
        self.assertTrue(cursor.read_at)

    def test_receipts_kept_here_are_not_read(self):
        self.connection.receipt_source = "here"
        self.erp.receipts = [self.receipt()]
        self.erp.calls.clear()
        self.poll()
        self.assertFalse(self.receipts.search([]))
        self.assertFalse(self.erp.calls)
        self.connection.receipt_source = "there"
        self.poll()
        self.assertEqual(self.receipts.search([]).state, "matched")

    def test_cost_for_one_and_fifty(self):
        """What is not certain is stored, registered and put up for a claim by a number of queries that does not grow, but
        for one of Odoo's own for each payment."""
        self.line = None
        counts = []
        for first, count in ((0, 1), (100, 51)):
            self.erp.receipts = [
                self.receipt(remote_id=str(first + n), number=f"SKD{first + n}", entry_id=str(n)) for n in range(count)
            ]
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.poll()
            counts.append(self.env.cr.sql_log_count - before - count)
        self.assertEqual(set(self.receipts.search([]).mapped("state")), {"open"})
        self.assertLessEqual(counts[1], counts[0] + 5)

    def test_buttons_ask_who_it_is(self):
        self.erp.receipts = [self.receipt()]
        self.poll()
        receipt = self.receipts.search([])
        for user in (self.rep, self.users["suite_admin"]):
            for name in ("action_apply", "action_close_review"):
                with self.subTest(user=user.login, name=name), self.assertRaises(AccessError):
                    getattr(receipt.with_user(user), name)()
        with self.assertRaises(UserError):
            receipt.with_user(self.clerk).action_apply()
