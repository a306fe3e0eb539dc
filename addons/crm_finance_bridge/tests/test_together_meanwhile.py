"""Several rows in a call, and what may happen meanwhile: kills, other workers, conflicts, bugs. And what it costs."""

import contextlib
from unittest.mock import patch

from psycopg2.errors import CheckViolation, SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from ..models.finance_outbox_lanes import FRESH
from ..models.finance_outbox_together import FinanceOutbox as Together
from .fake_erp import FakeAdapter
from .together_case import TogetherCase

WORKER = "odoo.addons.crm_finance_bridge.models.finance_outbox_worker"
LOG = "odoo.addons.crm_finance_bridge.models.finance_outbox_together"


@tagged("post_install", "-at_install")
class TestTogetherMeanwhile(TogetherCase):
    # -- what may happen meanwhile ----------------------------------------------------------

    def test_killed_around_each_call(self):
        for step in ("find", "save", "submit", "audit"):
            for fault in ("killed_before", "killed_after"):
                with self.subTest(step=step, fault=fault):
                    self.erp.calls.clear()
                    moves, rows = self.post(3)
                    self.erp.faults = {step: [fault]}
                    self.deliver()
                    for row in rows:
                        self.assertEqual((row.state, row.remote_possible), ("sending", step != "find"))
                        self.assertTrue(row.claim_token)
                    self.settle(moves)
                    for row in rows:
                        self.assertLessEqual(
                            self.sent(row.number), 2 if (step, fault) == ("save", "killed_before") else 1
                        )

    def test_no_call_without_its_intent(self):
        """Before each call everything of it is committed, and nothing is asked of the database."""
        moves, rows = self.post(3)
        counts, states = [], []
        execute = type(self.env.cr).execute
        since_commit = [0]

        def counted(cursor, query, *args, **kw):
            since_commit[0] = 0 if "SAVEPOINT worker" in str(query) else since_commit[0] + 1
            return execute(cursor, query, *args, **kw)

        def before_call():
            counts.append(since_commit[0])
            query = "SELECT remote_possible, payload IS NOT NULL, phase FROM finance_outbox WHERE id = ANY(%s)"
            execute(self.env.cr, query, [[row.id for row in rows]])
            states.append(set(self.env.cr.fetchall()))

        self.erp.before_call = before_call
        with patch.object(type(self.env.cr), "execute", counted):
            self.deliver()
        self.erp.before_call = None
        self.assertAllOnce(moves)
        self.assertEqual(counts, [0, 0, 0, 0])
        self.assertEqual(states, [{(None, False, None)}, {(True, True, None)}, {(True, True, "save")},
                                  {(True, True, "submit")}])  # fmt: skip

    def test_row_that_another_worker_has_taken_leaves(self):
        for step in ("find", "save", "audit"):
            with self.subTest(step):
                self.erp.calls.clear()
                moves, rows = self.post(3)

                original = FakeAdapter.find_many if step == "find" else FakeAdapter.send_together

                def taken(adapter, *args, original=original, step=step, row=rows[1]):
                    result = original(adapter, *args)
                    if step == "find" or args[1] == step:
                        query = "UPDATE finance_outbox SET claim_token = '77' WHERE id = %s"
                        self.env.cr.execute(query, [row.id])
                    return result

                with patch.object(FakeAdapter, original.__name__, taken):
                    self.deliver()
                self.assertAllOnce([moves[0], moves[2]])
                self.assertEqual((rows[1].state, rows[1].claim_token), ("sending", "77"))
                self.assertEqual(self.sent(rows[1].number), int(step != "find"))
                self.settle(moves)

    def test_conflict_loses_nothing(self):
        """Somebody changes the connection while we write down what we learnt."""
        moves, _rows = self.post(3)
        original, failures = Together._learn_together, [1, 2, 3]

        def learn(records, *args):
            original(records, *args)
            if failures:
                failures.pop()
                raise SerializationFailure

        with patch.object(Together, "_learn_together", learn):
            self.deliver()
        self.assertFalse(failures)
        self.assertAllOnce(moves)
        self.assertEqual(self.steps(), [("find", 3), ("save", 3), ("submit", 3), ("audit", 3)])

    def test_a_bug_leaves_nobody_behind(self):
        for step in ("find", "save", "audit"):
            with self.subTest(step):
                moves, rows = self.post(3)

                def bug(step=step):
                    if self.erp.calls and self.erp.calls[-1][0] == step:
                        self.erp.before_call = None
                        raise ZeroDivisionError

                self.erp.before_call = bug if step != "audit" else None
                adopt = FakeAdapter.verify

                def verify(adapter, kind, values, document, adopt=adopt):
                    if document.status == "C":
                        raise ZeroDivisionError
                    return adopt(adapter, kind, values, document)

                with (
                    self.assertLogs(LOG, "WARNING") as logs,
                    patch.object(FakeAdapter, "verify", verify if step == "audit" else adopt),
                ):
                    with mute_logger(WORKER):
                        self.deliver()
                self.assertEqual(len(logs.output), 1)
                self.assertFalse([row for row in rows if row.state == "sending"])
                self.assertEqual(self.connection.breaker_failures, 1)
                self.settle(moves)

    def test_a_bug_in_recording_one_stops_only_that_one(self):
        moves, rows = self.post(3)
        self.erp.item_faults = {rows[1].number: "refused"}
        settle = type(rows[0])._settle

        def broken(row, step, error, *args):
            if error.reason == "msgcode_11":
                raise ZeroDivisionError
            return settle(row, step, error, *args)

        with patch.object(type(rows[0]), "_settle", broken), self.assertLogs(WORKER, "WARNING"):
            self.deliver()
        self.assertAllOnce([moves[0], moves[2]])
        self.assertEqual(rows[1].state, "uncertain")
        self.settle(moves)

    # -- cost and settings ------------------------------------------------------------------

    def test_queries_of_a_document(self):
        """Most of what the database does is done once for all of them."""
        costs = {}
        for size, count in ((1, 50), (20, 20), (50, 50)):
            self.connection.batch_size = size
            self.invoice(count=count)
            self.env.flush_all()
            with self.worker():
                before = self.env.cr.sql_log_count
                self.outbox._cron_deliver()
                costs[size] = (self.env.cr.sql_log_count - before) / count
        self.assertLessEqual(costs[20], 6)
        self.assertLessEqual(costs[50], 3)
        self.assertGreater(costs[1], 5 * costs[20])

    def test_a_claim_of_fellows_judges_no_more_rows_than_it_takes(self):
        with contextlib.closing(self.env.registry._db.cursor()) as cr:
            outbox = api.Environment(cr, SUPERUSER_ID, {})["finance.outbox"]
            outbox._outbox_alone()
            # as if ten thousand were due: only statistics, nothing is stored
            cr.execute("UPDATE pg_class SET reltuples = 200000, relpages = 9000 WHERE relname = 'finance_outbox'")
            only = SQL("o.connection_id = 1 AND o.operation = 'receivable' AND %s", FRESH)
            cr.execute(SQL("EXPLAIN %s", outbox._outbox_claim_query("1", 19, only)))
            plan = "\n".join(row[0] for row in cr.fetchall())
            cr.rollback()
        self.assertIn("finance_outbox_live_idx on finance_outbox o", plan)
        self.assertNotIn("Sort", plan)

    def test_number_has_a_range(self):
        for count in (0, 101):
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.connection.batch_size = count
                self.env.flush_all()

    def test_shown_where_the_product_can(self):
        self.assertTrue(self.connection.takes_together)
        for product in ("yonyou_u8", "kingdee_eas"):
            self.assertFalse(self.connection.new({"product": product}).takes_together, product)
        with Form(self.connection) as form:
            form.batch_size = 7
        self.assertEqual(self.connection.batch_size, 7)
