"""The hook's limits by the minute, and what becomes of notes that cannot be looked at."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..clients.errors import LoginFailed
from ..models import finance_notice
from .common import BridgeCase
from .fake_erp import FakeAdapter
from .test_hook import OTHER, TestHook


@tagged("post_install", "-at_install")
class TestHookMore(TestHook):
    def test_a_number_counts_as_a_name_and_spaces_do_not(self):
        self.announce({"event_id": 7})
        self.announce({"event_id": " e-1 ", "number": " CRM-AR-1\n"}, nonce="nonce-0002")
        found = self.notices.search([], order="id").mapped(lambda notice: (notice.event, notice.number))
        self.assertEqual(found, [("7", ""), ("e-1", "CRM-AR-1")])

    def test_the_limit_is_by_the_minute(self):
        self.connection.hook_limit = 1
        self.assertEqual(self.announce().status_code, 200)
        self.assertEqual(self.announce({"event_id": "e-2"}, nonce="nonce-0002").status_code, 429)
        self.env.cr.execute("UPDATE finance_notice SET moment = moment - interval '61 seconds'")
        self.assertEqual(self.announce({"event_id": "e-2"}, nonce="nonce-0003").status_code, 200)

    def test_calls_to_nowhere_leave_few_lines(self):
        with patch.object(finance_notice, "UNKNOWN_LIMIT", 2):
            for _number in range(4):
                self.announce(path="/finance/hook/nothing-here")
        self.assertEqual(self.outcomes(), ["unauthorized"] * 2)

    def test_a_new_secret_keeps_the_address_and_is_gone_at_once(self):
        url = self.connection.hook_url
        self.connection.hook_input = OTHER
        self.assertFalse(self.connection.hook_input)
        self.assertEqual(self.connection.hook_url, url)


@tagged("post_install", "-at_install")
class TestNotices(BridgeCase):
    def setUp(self):
        super().setUp()
        self.move = self.invoice()
        self.deliver()
        self.number = self.row(self.move).number
        self.erp.calls.clear()
        self.notices = self.env["finance.notice"].sudo()

    def note(self, number=None, connection=None, **vals):
        return self.notices.create(
            {"connection_id": (connection or self.connection).id, "outcome": "waiting", "event": f"e-{number}",
             "number": number or self.number, **vals}
        )  # fmt: skip

    def look(self):
        with self.worker():
            self.notices._read_announced(self.connection)

    def other_connection(self):
        company = self.env["res.company"].create({"name": "另一家"})
        return self.connection.copy({"company_id": company.id, "receipt_journal_id": False})

    def test_nobody_is_asked_while_the_breaker_is_open(self):
        notice = self.note()
        now = fields.Datetime.now()
        for vals in (
            {"breaker_opened_at": now, "breaker_retry_at": now + timedelta(minutes=5)},
            {"breaker_opened_at": False, "breaker_retry_at": False, "stop_reason": "the secret is wrong"},
        ):
            self.connection._breaker_write(vals)
            self.connection.invalidate_recordset(["breaker_state"])
            self.look()
            self.assertEqual((notice.outcome, self.erp.calls), ("waiting", []))

    def test_notes_and_documents_of_another_connection_are_left_alone(self):
        other = self.other_connection()
        bind = self.env["finance.binding"]._bind
        theirs = bind(other, "account.move", self.move.id, "receivable", number="X-1", remote_id="7", remote_state="C")
        notice = self.note(connection=other)
        self.note("X-1")
        self.look()
        self.assertEqual((notice.outcome, self.erp.calls), ("waiting", []))
        self.assertEqual(theirs.remote_stage, "audited")

    def test_a_refused_login_stops_the_connection_and_the_note_waits(self):
        notice = self.note()
        with patch.object(FakeAdapter, "find", side_effect=LoginFailed("no", reason="login_refused")):
            self.look()
        self.assertTrue(self.connection.stop_reason)
        self.assertEqual(notice.outcome, "waiting")

    def test_not_reached_counts_for_the_breaker(self):
        self.note()
        self.erp.faults = {"find": ["unsent"]}
        self.look()
        self.assertEqual(self.connection.breaker_failures, 1)

    def test_what_is_another_document_there_is_looked_at_once(self):
        notice = self.note()
        document = self.erp.with_number(self.number)[0]
        binding = self.env["finance.binding"].search([("number", "=", self.number)])
        for documents in (
            [{**document, "status": "D"}, {**document, "id": "9"}],
            [{**document, "id": "9", "status": "D"}],
        ):
            notice.outcome = "waiting"
            self.erp.documents = documents
            self.look()
            self.assertEqual((notice.outcome, binding.remote_stage), ("done", "audited"))

    def test_what_is_gone_there_asks_a_person(self):
        self.note()
        self.erp.documents = []
        self.look()
        binding = self.env["finance.binding"].search([("number", "=", self.number)])
        self.assertEqual((binding.remote_stage, binding.remote_state), ("gone", "C"))
        self.assertEqual(self.row(self.move).activity_ids.user_id, self.clerk)

    def test_how_long_notes_are_kept(self):
        now = fields.Datetime.now()
        kept = self.note("1", moment=now - timedelta(days=89), nonce="n-1", outcome="done")
        kept += self.note("2", moment=now - timedelta(days=6), outcome="unauthorized")
        self.note("3", moment=now - timedelta(days=91), nonce="n-2", outcome="done")
        self.note("4", moment=now - timedelta(days=8), outcome="unauthorized")
        self.notices._gc_notices()
        self.assertEqual(self.notices.search([], order="id"), kept)
