"""Every way a call can go wrong, and one document at the end."""

from unittest.mock import patch

from odoo.tests import tagged

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestExactlyOnce(BridgeCase):
    def setUp(self):
        super().setUp()
        self.invoice(1)
        self.deliver()
        self.erp.calls.clear()

    def run_until_settled(self, move, later=130):
        for _run in range(4):
            self.deliver(later=later)
        self.assertExactlyOnce(move)

    def test_reply_dropped_after_commit(self):
        for step in ("save", "submit", "audit"):
            with self.subTest(step):
                move = self.invoice()
                self.erp.faults = {step: ["dropped"]}
                self.deliver()
                row = self.row(move)
                self.assertEqual(row.state, "uncertain")
                self.run_until_settled(move)

    def test_dropped_reply_costs_one_more_query(self):
        move = self.invoice()
        self.erp.faults = {"save": ["dropped"]}
        self.run_until_settled(move)
        self.assertEqual([step for step, _number in self.erp.calls], ["find", "save", "find", "submit", "audit"])

    def test_request_lost_is_sent_again_only_after_the_settle_delay(self):
        move = self.invoice()
        self.erp.faults = {"save": ["lost"]}
        self.deliver()
        self.deliver(later=30)
        row = self.row(move)
        self.assertEqual(row.state, "uncertain")
        self.assertEqual([step for step, _number in self.erp.calls], ["find", "save", "find"])
        # asking within the delay burns no attempt
        self.assertEqual(row.attempt_count, 1)
        self.run_until_settled(move)
        self.assertEqual([step for step, _number in self.erp.calls].count("save"), 2)

    def test_late_commit_is_adopted(self):
        move = self.invoice()
        self.erp.faults = {"save": ["late"]}
        self.deliver()
        self.deliver(later=30)
        self.erp.arrive()
        self.run_until_settled(move)
        self.assertEqual([step for step, _number in self.erp.calls].count("save"), 1)

    def test_killed_around_each_call(self):
        for step in ("find", "save", "submit", "audit"):
            for fault in ("killed_before", "killed_after"):
                with self.subTest(step=step, fault=fault):
                    move = self.invoice()
                    self.erp.faults = {step: [fault]}
                    self.deliver()
                    row = self.row(move)
                    self.assertEqual(row.state, "sending")
                    self.assertTrue(row.claim_token)
                    self.run_until_settled(move)

    def test_intent_of_a_save_is_committed_before_it(self):
        move = self.invoice()
        self.erp.faults = {"save": ["killed_before"]}
        self.deliver()
        self.assertTrue(self.row(move).remote_possible)

    def test_killed_row_is_asked_for_first(self):
        move = self.invoice()
        self.erp.faults = {"save": ["killed_after"]}
        self.deliver()
        self.deliver(later=1)
        self.assertExactlyOnce(move)
        self.assertEqual([step for step, _number in self.erp.calls], ["find", "save", "find", "submit", "audit"])

    def test_row_of_a_living_worker_is_left_alone(self):
        move = self.invoice()
        self.erp.faults = {"save": ["killed_before"]}
        self.deliver()
        row = self.row(move)
        with self.registry.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (int(row.claim_token),))
            self.deliver(later=200)
            self.assertEqual(row.state, "sending")
        self.run_until_settled(move)

    def test_wrong_amount_stops_for_a_person(self):
        move = self.invoice()
        self.erp.faults = {"save": ["wrong_amount"]}
        self.deliver()
        row = self.row(move)
        self.assertEqual(row.state, "dead")
        self.assertTrue(row.activity_ids)
        self.assertEqual(self.erp.with_number(row.number)[0]["status"], "A")
        self.deliver(later=700)
        self.assertEqual(row.state, "dead")

    def test_two_documents_stop_for_a_person(self):
        move = self.invoice()
        self.erp.faults = {"save": ["twice"]}
        self.deliver()
        self.deliver(later=130)
        row = self.row(move)
        self.assertEqual(row.state, "dead")
        self.assertEqual(len(self.erp.with_number(row.number)), 2)

    def test_taken_away_over_there_is_not_made_again(self):
        move = self.invoice()
        self.erp.faults = {"submit": ["dropped"]}
        self.deliver()
        self.erp.documents = [d for d in self.erp.documents if d["number"] != self.row(move).number]
        self.deliver(later=130)
        self.assertEqual(self.row(move).state, "dead")

    def test_refused_after_doubt_is_asked_for_again(self):
        move = self.invoice()
        number = self.row(move).number
        self.erp.faults = {"save": ["late", "refused"]}
        self.deliver()
        self.deliver(later=130)
        self.assertEqual(self.row(move).state, "uncertain")
        self.erp.arrive()
        self.run_until_settled(move)
        self.assertEqual(len(self.erp.with_number(number)), 1)

    def test_nothing_is_read_during_a_call(self):
        """No statement runs between a commit and the call: no snapshot and no lock is held while we wait."""
        move = self.invoice()
        counts = []
        execute = type(self.env.cr).execute
        since_commit = [0]

        def counted(cursor, query, *args, **kw):
            since_commit[0] = 0 if "SAVEPOINT worker" in str(query) else since_commit[0] + 1
            return execute(cursor, query, *args, **kw)

        self.erp.before_call = lambda: counts.append(since_commit[0])
        with patch.object(type(self.env.cr), "execute", counted):
            self.deliver()
        self.erp.before_call = None
        self.assertExactlyOnce(move)
        self.assertEqual(counts, [0, 0, 0, 0])

    def test_bug_in_one_row_does_not_stop_the_others(self):
        first, second = self.invoice(), self.invoice()
        number = self.row(first).number

        def before_call():
            if self.erp.calls and self.erp.calls[-1] == ("find", number):
                self.erp.before_call = None
                raise ZeroDivisionError

        self.erp.before_call = before_call
        with self.assertLogs("odoo.addons.crm_finance_bridge.models.finance_outbox_worker", "WARNING"):
            self.deliver()
        self.assertExactlyOnce(second)
        self.run_until_settled(first)

    def test_two_workers_never_hold_one_row(self):
        self.invoice(count=3)
        with self.worker():
            first = self.outbox._outbox_claim("1001", limit=2)
            second = self.outbox._outbox_claim("1002", limit=5)
        self.assertEqual((len(first), len(second)), (2, 1))
        self.assertFalse(first & second)
