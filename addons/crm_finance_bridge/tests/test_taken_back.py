"""What went out and is taken back here by any way there is: refused where it stands over there, told where it cannot be
refused."""

from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..clients.results import RemoteDocument
from ..models.finance_reconciliation import FinanceReconciliation
from .common import BridgeCase
from .fake_erp import FakeAdapter, remote_receipt


class TakenBackCase(BridgeCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(FakeAdapter, "read_documents", self.read_documents))
        self.startPatcher(patch.object(FinanceReconciliation, "_run_commit", lambda _self: 9.0))
        self.connection.sends_receipts = True
        self.today = fields.Date.today()

    def read_documents(self, since, until, *, page=None):
        kept = [document for document in self.erp.documents if document["kind"] in ("receivable", "credit_note")]
        number = self.row(self.partner).number
        return [
            RemoteDocument(d["kind"], d["id"], d["number"], d["status"], amount=d["amount"], customer_number=number,
                           currency_number="PRE001", day=self.today, cancelled=d.get("cancelled", False))
            for d in kept
        ], None  # fmt: skip

    def causes(self):
        self.env["finance.reconciliation"].search([]).unlink()
        self.env["finance.reconciliation"]._cron_reconcile()
        run = self.env["finance.reconciliation"].search([], limit=1)
        return {(line.kind, line.cause, line.number) for line in run.line_ids if line.kind != "total"}

    def sent(self, record):
        self.deliver()
        self.deliver()
        self.assertExactlyOnce(record)
        return record

    def refused(self, *attacks):
        for number, attack in enumerate(attacks):
            with self.subTest(number), self.assertRaises(UserError), self.env.cr.savepoint():
                attack()


@tagged("post_install", "-at_install")
class TestReceiptTakenBack(TakenBackCase):
    def test_the_entry_of_one_that_stands_there_is_not_taken_back_either(self):
        payment = self.sent(self.payment())
        self.refused(
            payment.action_draft,
            payment.action_cancel,
            payment.action_reject,
            payment.unlink,
            payment.move_id.button_draft,
            payment.move_id.button_cancel,
            payment.move_id.with_context(force_delete=True).unlink,
        )
        self.assertEqual((payment.state, payment.move_id.state), ("in_process", "posted"))

    def test_the_entry_of_one_that_waits_takes_it_back(self):
        payment = self.payment()
        payment.move_id.button_draft()
        self.assertEqual(self.row(payment).error_code, "withdrawn")
        self.deliver()
        self.assertFalse(self.erp.with_number(self.row(payment).number))
        payment.move_id.action_post()
        self.assertEqual(self.row(payment).state, "pending")
        self.sent(payment)

    def test_a_reversed_entry_is_told(self):
        self.connection.receipt_source = "here"
        payment = self.sent(self.payment())
        self.assertEqual(self.causes(), set())
        payment.move_id._reverse_moves([{"date": self.today}], cancel=True)
        self.assertEqual(self.causes(), {("state", "reset_here", self.row(payment).number)})

    def test_money_read_from_there_that_is_taken_back_here_is_told(self):
        self.env["finance.binding"]._bind(
            self.connection, "res.partner", self.partner.id, "customer", number="KH-1", by_hand=True
        )
        self.erp.receipts = [
            remote_receipt(remote_id=f"R{n}", number=f"SKD{n}", customer_number="KH-1", amount=300 + n)
            for n in range(4)
        ]
        self.poll()
        rows = self.env["finance.receipt"].search([], order="number")
        for payment in rows.payment_id:
            payment.action_post()
            self.assertEqual(payment.move_id.state, "posted")
            payment._through_door("claim_state").write({"claim_state": "claimed"})
        self.assertEqual(set(rows.mapped("state")), {"matched"})
        self.assertEqual(self.causes(), set())
        reset, cancelled, opened, reversed_one = rows.payment_id
        reset.action_draft()
        cancelled.action_cancel()
        opened.move_id.button_draft()
        reversed_one.move_id._reverse_moves([{"date": self.today}], cancel=True)
        self.assertEqual(self.causes(), {("state", "reset_here", f"SKD{n}") for n in range(4)})
        # a read receipt is money that is there: deleting its payment would lose it silently
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            reset.unlink()

    def test_a_copy_is_another_payment(self):
        payment = self.sent(self.payment())
        twin = payment.copy()
        self.assertFalse(self.rows(twin))
        self.assertFalse(twin.finance_receipt_ids)
        twin.action_post()
        self.sent(twin)
        self.assertNotEqual(self.row(twin).number, self.row(payment).number)


@tagged("post_install", "-at_install")
class TestInvoiceTakenBack(TakenBackCase):
    def test_every_way_is_refused_once_it_stands_there(self):
        move = self.sent(self.invoice())
        self.refused(
            move.button_draft,
            move.button_cancel,
            lambda: move.write({"state": "draft"}),
            lambda: move.write({"state": "cancel"}),
            lambda: move.with_context(force_delete=True).unlink(),
            lambda: move.with_user(self.manager).button_draft(),
            lambda: move._reverse_moves([{"invoice_date": self.today}]).reversed_entry_id.button_draft(),
        )
        self.assertEqual(move.state, "posted")

    def test_cancelled_before_its_first_send_it_is_never_sent(self):
        move = self.invoice()
        move.button_cancel()
        for _time in range(2):
            self.deliver(later=300)
        self.assertFalse(self.erp.with_number(self.row(move).number))
        self.assertEqual(self.causes(), set())

    def test_a_credit_note_of_one_that_was_never_sent_waits_for_it(self):
        self.invoice()
        self.deliver()
        self.erp.faults = {"save": ["refused"]}
        move = self.invoice()
        self.deliver()
        self.assertEqual(self.row(move).state, "rejected")
        note = move._reverse_moves([{"invoice_date": self.today}])
        note.action_post()
        self.deliver(later=300)
        self.assertEqual(self.row(note).state, "pending")
        self.assertFalse(self.erp.with_number(self.row(note).number))

    def test_a_credit_note_of_one_that_nobody_sent_is_not_sent_alone(self):
        self.sent(self.invoice())
        self.connection._switch("off")
        move = self.invoice()
        self.connection._switch("on")
        note = move._reverse_moves([{"invoice_date": self.today}])
        note.action_post()
        row = self.row(note)
        self.assertEqual(
            (row.state, row.error_code, row.activity_ids.user_id), ("rejected", "origin_unsent", self.clerk)
        )
        self.deliver(later=300)
        self.assertFalse(self.erp.with_number(row.number))
        # finance has looked: it stands there by hand
        row.with_user(self.clerk).action_retry()
        self.sent(note)

    def test_a_credit_note_of_one_of_before_the_start_goes_out(self):
        self.connection._switch("off")
        move = self.invoice(invoice_date=self.today - timedelta(days=3))
        self.connection._switch("on", self.today)
        note = move._reverse_moves([{"invoice_date": self.today, "date": self.today}])
        note.action_post()
        self.sent(note)

    def test_a_copy_is_another_invoice(self):
        move = self.sent(self.invoice())
        twin = move.copy({"invoice_date": self.today})
        self.assertFalse(self.rows(twin))
        self.assertFalse(twin.finance_bridge_number)
        twin.action_post()
        self.sent(twin)
        self.assertNotEqual(self.row(twin).number, self.row(move).number)

    def test_one_of_the_future_goes_out_on_its_day(self):
        day = self.today + timedelta(days=40)
        move = self.invoice(post=False, invoice_date=day, auto_post="at_date")
        move._post(soft=True)
        self.assertEqual(move.state, "draft")
        self.assertFalse(self.rows(move))
        move.date = move.invoice_date = self.today
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kw: 9.0):
            self.env["account.move"]._autopost_draft_entries()
        self.assertEqual(move.state, "posted")
        self.sent(move)

    def test_a_user_of_another_company_posts_into_the_books_of_the_invoice(self):
        other = self.env["res.company"].create({"name": "另一家"})
        user = self.manager
        user.write({"company_ids": [Command.link(other.id)], "company_id": other.id})
        move = self.invoice(post=False)
        move.with_user(user).with_context(allowed_company_ids=[other.id, self.company.id]).action_post()
        row = self.row(move)
        self.assertEqual((row.connection_id, row.company_id), (self.connection, self.company))
        self.sent(move)

    # -- what the other side says is gone ---------------------------------------------------

    def gone(self):
        """An invoice that somebody over there deleted, as the night finds out."""
        move = self.sent(self.invoice())
        self.erp.documents = [d for d in self.erp.documents if d["number"] != self.row(move).number]
        self.assertEqual(self.causes(), {("missing_there", "deleted_there", self.row(move).number)})
        self.assertEqual(self.row(move).activity_ids.user_id, self.clerk)
        return move

    def test_one_that_is_gone_there_may_be_taken_back_here(self):
        """Otherwise a credit note would be the only way, and it would stand over there alone."""
        move = self.gone()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            move.invoice_line_ids[0].price_unit = 7
        move.button_draft()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            move.action_post()
        move.button_cancel()
        self.assertEqual(self.causes(), set())
        self.deliver(later=300)
        self.assertFalse(self.erp.with_number(self.row(move).number))

    def test_a_credit_note_of_one_that_is_gone_there_is_not_sent_alone(self):
        move = self.gone()
        note = move._reverse_moves([{"invoice_date": self.today}])
        note.action_post()
        row = self.row(note)
        self.assertEqual((row.state, row.error_code, row.activity_ids.user_id), ("rejected", "origin_gone", self.clerk))
        self.deliver(later=300)
        self.assertFalse(self.erp.with_number(row.number))
        self.assertTrue(note.state == "posted")
        note.button_draft()
        self.assertEqual(row.error_code, "withdrawn")

    def test_a_void_one_may_be_taken_back_and_its_receipt_too(self):
        move, payment = self.sent(self.invoice()), self.sent(self.payment())
        for record in (move, payment):
            self.refused(record.move_id.button_draft if record == payment else record.button_draft)
            binding = self.env["finance.binding"].search([("res_model", "=", record._name), ("res_id", "=", record.id)])
            binding._through_door("remote_stage").write({"remote_stage": "void"})
        move.button_draft()
        payment.action_draft()
        self.assertEqual((move.state, payment.state), ("draft", "draft"))

    def test_one_that_was_dated_anew_there_is_not_missing(self):
        move = self.sent(self.invoice())
        with patch.object(FakeAdapter, "read_documents", lambda *_args, **_kw: ([], None)):
            document = self.erp.with_number(self.row(move).number)[0]
            found = self.read_documents(None, None)[0][0]
            with patch.object(FakeAdapter, "find", lambda *_args: [found]):
                self.assertEqual(self.causes(), set())
        self.assertEqual(document["status"], "C")

    def test_one_that_was_entered_there_by_hand_is_compared_under_its_number(self):
        self.sent(self.invoice())
        self.erp.faults = {"save": ["refused"]}
        move = self.invoice()
        self.deliver()
        self.row(move).with_user(self.clerk).action_mark_done("entered as AR0007 by 王", "AR0007")
        self.erp.documents.append({"kind": "receivable", "number": "AR0007", "id": "77", "status": "C",
                                   "amount": move.amount_total, "payload": {}})  # fmt: skip
        self.assertEqual(self.causes(), set())
