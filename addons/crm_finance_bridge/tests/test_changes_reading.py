"""When what changed over there is asked for, and what a failed question leaves behind."""

from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.tests import tagged

from ..clients.errors import LoginFailed, NotSent
from ..models import finance_binding_reading
from ..models.finance_receipt_poller import FinanceReceipt as Poller
from .fake_erp import FakeAdapter
from .test_changes import TestChanges


@tagged("post_install", "-at_install")
class TestChangesReading(TestChanges):
    def test_who_is_not_to_be_asked_is_not(self):
        now = fields.Datetime.now()
        rest = {"breaker_opened_at": False, "breaker_retry_at": False}
        for vals in (
            {"breaker_opened_at": now, "breaker_retry_at": now + timedelta(minutes=5)},
            {**rest, "stop_reason": "the secret is wrong"},
        ):
            self.connection._breaker_write(vals)
            self.connection.invalidate_recordset(["breaker_state"])
            self.read_changes()
        self.connection._breaker_write({"stop_reason": False})
        self.env.flush_all()
        self.env.cr.execute("UPDATE finance_connection SET state = 'off' WHERE id = %s", [self.connection.id])
        self.env.invalidate_all()
        self.read_changes()
        self.assertFalse(self.asked)

    def test_nothing_sent_nothing_asked(self):
        self.env.cr.execute("DELETE FROM finance_binding")
        self.env.invalidate_all()
        with patch.object(type(self.connection), "_adapter", side_effect=AssertionError):
            self.read_changes()
        self.assertFalse(self.env["finance.cursor"].search([("stream", "=", "changes")]))

    def test_fapiao_numbers_are_asked_for_receivables_alone(self):
        self.env.cr.execute("DELETE FROM finance_binding WHERE kind = 'receivable'")
        self.env.invalidate_all()
        self.read_changes(fapiao=AssertionError())
        self.assertEqual([kind for kind, *_window in self.asked], ["customer"])

    def test_no_transaction_is_open_while_they_are_asked(self):
        seen = []
        with (
            self.worker(),
            patch.object(Poller, "_poll_commit", lambda *_args: seen.append("commit")),
            patch.object(FakeAdapter, "read_changes", lambda *_args: seen.append("ask")),
            patch.object(FakeAdapter, "read_fapiao", lambda *_args: None),
        ):
            self.env["finance.binding"]._cron_changes()
        self.assertEqual(seen[:2], ["commit", "ask"])

    def test_a_failure_counts_like_one_of_the_poller(self):
        self.read_changes(NotSent("unreachable", reason="connect"))
        self.assertEqual(self.connection.breaker_failures, 1)
        self.read_changes(LoginFailed("no", reason="login_refused"))
        self.assertTrue(self.connection.stop_reason)

    def test_a_conflict_reads_the_same_window_again(self):
        self.read_changes()
        self.asked.clear()
        note = patch.object(type(self.binding), "_note_stages", side_effect=SerializationFailure)
        with note:
            self.read_changes()
        self.read_changes()
        self.assertEqual(self.asked[0][1], self.asked[-1][1])

    def test_many_numbers_go_in_parts(self):
        self.invoice(count=4)
        self.deliver()
        bindings = self.env["finance.binding"].search([("kind", "=", "receivable")])
        with patch.object(finance_binding_reading, "BATCH", 2):
            self.read_changes([self.document(binding, status="B") for binding in bindings])
        self.assertEqual(bindings.mapped("remote_stage"), ["submitted"] * 5)

    def test_the_same_number_elsewhere_is_another_document(self):
        company = self.env["res.company"].create({"name": "另一家"})
        other = self.connection.copy({"company_id": company.id, "receipt_journal_id": False})
        bind = self.env["finance.binding"]._bind
        known = {"number": self.binding.number, "remote_id": self.binding.remote_id, "remote_state": "C"}
        elsewhere = bind(other, "account.move", self.move.id, "receivable", **known)
        order = bind(self.connection, "sale.order", 1, "sales_order", **known)
        self.read_changes([self.document(status="B")])
        self.assertEqual(self.binding.remote_stage, "submitted")
        self.assertEqual((elsewhere.remote_stage, order.remote_stage), ("audited", "audited"))

    def test_a_number_that_is_known_is_not_written_again(self):
        found = {self.binding.number: ("1",)}
        self.read_changes(fapiao=found)
        self.env.flush_all()
        self.env.cr.execute("UPDATE finance_binding SET seen_at = '2026-01-01'")
        self.env.invalidate_all()
        self.read_changes(fapiao=found)
        self.assertEqual(fields.Datetime.to_string(self.binding.seen_at), "2026-01-01 00:00:00")
