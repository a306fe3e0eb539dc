"""Calls about several rows that fail as a whole: doubt about each, and one failure for the connection."""

from unittest.mock import patch

from odoo.tests import tagged

from ..clients.errors import LoginFailed
from .together_case import TogetherCase


@tagged("post_install", "-at_install")
class TestTogetherFailing(TogetherCase):
    def test_no_answer_to_a_call_is_doubt_about_each(self):
        for fault, arrived in (("dropped", True), ("lost", False)):
            for step in ("save", "submit", "audit"):
                with self.subTest(fault=fault, step=step):
                    self.erp.calls.clear()
                    moves, rows = self.post(3)
                    self.erp.faults = {step: [fault]}
                    self.deliver()
                    for row in rows:
                        self.assertEqual((row.state, row.remote_possible), ("uncertain", True))
                    self.assertEqual(self.connection.breaker_failures, 1)
                    self.settle(moves)
                    for row in rows:
                        self.assertEqual(self.sent(row.number, step), 1 if arrived else 2)

    def test_lost_call_is_not_repeated_before_the_settle_delay(self):
        moves, rows = self.post(3)
        self.erp.item_faults = dict.fromkeys([row.number for row in rows], "late")
        self.deliver()
        self.deliver(later=30)
        self.assertEqual({row.state for row in rows}, {"uncertain"})
        self.erp.arrive()
        self.settle(moves)
        self.assertEqual([self.sent(row.number) for row in rows], [1, 1, 1])

    def test_nothing_reached_them(self):
        moves, rows = self.post(7)
        for step in ("find", "save"):
            self.erp.faults = {step: ["unsent"]}
            self.deliver(later=700)
            for row in rows:
                self.assertEqual((row.state, row.remote_possible, row.error_code), ("pending", False, "connect"))
            self.assertEqual(self.connection.breaker_failures, 1)
            self.assertFalse(self.connection.breaker_opened_at)
            self.outbox.union(*rows)._outbox_restart(error_code=False)
        self.settle(moves)

    def test_five_calls_open_the_breaker_and_one_does_not(self):
        self.connection.batch_size = 2
        _moves, _rows = self.post(12)
        self.erp.faults = {"find": ["unsent"] * 6}
        self.deliver()
        self.assertEqual(sum(step == "find" for step, _count in self.steps()), 5)
        self.assertEqual(self.connection.breaker_state, "open")

    def test_too_many_calls_silences_once(self):
        moves, rows = self.post(3)
        for step in ("find", "save"):
            self.erp.faults = {step: ["throttled"]}
            self.deliver(later=200)
            until = self.connection.breaker_retry_at - self.connection.breaker_opened_at
            self.assertEqual(until.total_seconds(), 45)
            for row in rows:
                self.assertEqual((row.state, row.attempt_count, row.remote_possible), ("pending", 0, False))
            self.connection._resume()
            self.outbox.union(*rows)._outbox_restart(error_code=False)
        self.settle(moves)

    def test_a_refused_login_stops_the_connection_and_is_not_tried_again(self):
        moves, rows = self.post(4)

        tries = []

        def refuse():
            tries.append(1)
            raise LoginFailed("refused", reason="login_refused")

        self.erp.before_call = refuse
        self.deliver()
        # once more might lock the account
        self.assertEqual(len(tries), 1)
        self.assertTrue(self.connection.stop_reason)
        self.assertEqual({row.state for row in rows}, {"pending"})
        self.erp.before_call = None
        self.connection._resume()
        self.settle(moves)

    def test_what_is_refused_as_a_whole_is_tried_one_by_one(self):
        """The text of one document may be the reason for which all were held back."""
        for step in ("find", "save", "submit"):
            with self.subTest(step):
                self.erp.calls.clear()
                moves, rows = self.post(3)
                self.erp.faults = {step: ["blamed"]}
                self.deliver()
                self.assertAllOnce(moves)
                self.assertEqual(self.steps()[-1], ("audit", 1))
                for row in rows:
                    self.assertIn((step, "Rejected"), self.lines(row))
                    self.assertEqual(row.attempt_count, 1)

    def test_rows_that_are_given_back_are_as_they_were(self):
        moves, rows = self.post(3)
        due = {row: row.next_attempt_at for row in rows}

        def stop_then():
            if self.erp.calls and self.erp.calls[-1][0] == "save":
                raise LoginFailed("refused", reason="login_refused")

        self.erp.before_call = stop_then
        self.erp.faults = {"save": ["blamed"]}
        self.deliver()
        # the first one went on alone and stopped the connection
        self.assertEqual([row.error_code for row in rows], ["login_refused", "alone", "alone"])
        for row in rows[1:]:
            self.assertEqual((row.state, row.attempt_count, row.remote_possible), ("pending", 0, False))
            self.assertEqual(row.next_attempt_at, due[row])
            self.assertFalse(row.claim_token or row.last_error or row._is_frozen())
            self.assertIn("goes alone", row.message_shown)
        self.assertEqual(rows[0].message_shown, rows[0].last_error)
        self.erp.before_call = None
        self.connection._resume()
        self.settle(moves)
        self.assertNotIn(3, [count for step, count in self.steps()][2:])

    def test_a_connection_that_cannot_be_used_is_told_once(self):
        moves, rows = self.post(3)
        with patch.object(type(self.connection), "_adapter", side_effect=LoginFailed("no", reason="login_refused")):
            self.deliver()
        self.assertTrue(self.connection.stop_reason)
        self.assertEqual({row.state for row in rows}, {"pending"})
        self.assertEqual({row.attempt_count for row in rows}, {0})
        self.connection._resume()
        self.settle(moves)
