import contextlib
from datetime import datetime, timedelta
from unittest.mock import patch

from psycopg2.errors import CheckViolation, LockNotAvailable

from odoo import SUPERUSER_ID, api, fields
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..clients.errors import Rejected, Unknown
from ..clients.transport import HttpTransport
from ..models.finance_connection import FinanceConnection
from ..models.finance_pace import BURST, _Pace
from .common import BridgeCase
from .fake_erp import FakeAdapter


@tagged("post_install", "-at_install")
class TestLanes(BridgeCase):
    """How many documents go at once, and when a lane sleeps and wakes."""

    def claim(self, lane, token):
        with self.worker():
            return self.outbox.with_context(finance_lane=lane)._outbox_claim(token)

    def test_a_connection_has_no_more_on_the_way_than_it_allows(self):
        self.invoice()
        self.invoice(partner=self.env["res.partner"].create({"name": "另一客户"}))
        self.assertFalse(self.claim(1, "2001"))
        self.connection.lane_count = 2
        self.assertTrue(self.claim(1, "2001"))
        self.assertFalse(self.claim(2, "2002"))
        self.assertTrue(self.claim(0, "2003"))

    def test_number_of_lanes_has_a_range(self):
        for count in (0, 5):
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.connection.lane_count = count
                self.env.flush_all()

    def test_changed_customer_waits_for_a_document_on_its_way(self):
        self.invoice()
        self.deliver()
        self.connection.lane_count = 4
        move = self.invoice()
        claimed = self.claim(0, "2001")
        self.assertEqual(claimed, self.row(move))
        self.partner.name = "苏州华芯智能装备有限公司"
        update = self.rows(self.partner).filtered(lambda row: row.operation == "customer_update")
        self.assertEqual(update.state, "pending")
        self.assertFalse(self.claim(1, "2002"))
        claimed._outbox_postpone("later", "later", delay=60)
        self.assertEqual(self.claim(1, "2002"), update)

    def test_busy_lane_wakes_the_others_once(self):
        self.connection.lane_count = 3
        self.invoice(count=3)
        triggers = self.env["ir.cron.trigger"]
        others = [self.outbox._lane_cron(lane) for lane in (1, 2, 3)]
        with self.worker():
            self.outbox._wake_other_lanes()
            self.outbox._wake_other_lanes()
        self.assertEqual([triggers.search_count([("cron_id", "=", cron.id)]) for cron in others], [1, 1, 0])

    def test_one_lane_wakes_nobody(self):
        self.invoice(count=3)
        with self.worker():
            self.outbox._wake_other_lanes()
        others = [self.outbox._lane_cron(lane).id for lane in (1, 2, 3)]
        self.assertFalse(self.env["ir.cron.trigger"].search([("cron_id", "in", others)]))

    def test_sleeping_lane_is_woken_when_the_next_row_comes_due(self):
        self.erp.faults = {"find": ["unsent"]}
        self.invoice()
        cron = self.outbox._lane_cron(0)
        before = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.deliver()
        self.deliver()
        waiting = self.outbox.search([("state", "=", "pending"), ("next_attempt_at", ">", fields.Datetime.now())])
        self.assertEqual(len(waiting), 1)
        woken = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]) - before
        self.assertEqual(woken.mapped("call_at"), [waiting.next_attempt_at])

    def test_nothing_left_wakes_nobody(self):
        self.invoice()
        cron = self.outbox._lane_cron(0)
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.deliver()
        self.assertEqual(self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), before)

    def test_row_behind_a_stopped_one_wakes_nobody(self):
        self.erp.faults = {"find": ["refused"]}
        move = self.invoice()
        self.deliver()
        self.assertEqual(self.row(move).state, "pending")
        with self.worker():
            before = self.env["ir.cron.trigger"].search_count([])
            self.outbox._cron_deliver()
            self.assertEqual(self.env["ir.cron.trigger"].search_count([]), before)

    def test_crons_run_only_while_a_connection_is_on(self):
        names = self.connection._cron_names()
        crons = self.env["ir.cron"].union(*(self.env.ref(name) for name in names))
        shipped = self.env["ir.model.data"].search([("module", "=", "crm_finance_bridge"), ("model", "=", "ir.cron")])
        self.assertEqual(set(crons.ids), set(shipped.mapped("res_id")), "none runs without a connection")
        self.assertTrue(all(crons.mapped("active")))
        self.env["finance.connection"].search([])._switch("off")
        self.assertFalse(any(crons.mapped("active")))
        self.connection._switch("on")
        self.assertTrue(all(crons.mapped("active")))

    def test_an_adapter_serves_until_what_it_is_made_of_changes(self):
        self.invoice()
        self.deliver()
        made = []

        def adapter(_connection):
            made.append(1)
            return FakeAdapter(self.erp)

        def mapped_meanwhile():
            self.erp.before_call = None
            self.env["finance.mapping"].create(
                {"connection_id": self.connection.id, "kind": "product", "product_id": self.product.id, "number": "01"}
            )

        with patch.object(FinanceConnection, "_adapter", adapter):
            self.invoice(count=3)
            self.deliver()
            self.assertEqual(len(made), 1)
            # somebody mends the mapping while the first of three is on its way
            self.invoice(count=3)
            self.erp.before_call = mapped_meanwhile
            self.deliver()
            self.assertEqual(len(made), 3)
            # what went wrong may lie in the adapter: the next document has a new one
            self.invoice(count=3)
            self.erp.faults = {"find": ["", "refused"]}
            self.deliver()
            self.assertEqual(len(made), 5)

    def test_queries_of_a_document(self):
        """A document costs the same among fifty as alone."""
        self.invoice()
        self.deliver()
        costs = []
        for count in (1, 50):
            self.invoice(count=count)
            self.env.flush_all()
            with self.worker():
                before = self.env.cr.sql_log_count
                self.outbox._cron_deliver()
                costs.append((self.env.cr.sql_log_count - before) / count)
        self.assertLessEqual(costs[0], 70)
        self.assertLessEqual(costs[1], 50)


@tagged("post_install", "-at_install")
class TestSideBySide(BridgeCase):
    """Two workers at once, each with a transaction of its own; what the database must decide is tried on it."""

    def test_claims_come_one_after_the_other(self):
        database = self.env.registry._db
        with contextlib.closing(database.cursor()) as one, contextlib.closing(database.cursor()) as two:
            outbox = api.Environment(one, SUPERUSER_ID, {})["finance.outbox"]
            other = api.Environment(two, SUPERUSER_ID, {})["finance.outbox"]
            outbox._outbox_alone()
            two.execute("SET LOCAL lock_timeout = '50ms'")
            with mute_logger("odoo.sql_db"), self.assertRaises(LockNotAvailable):
                other._outbox_alone()
            two.rollback()
            one.rollback()
            other._outbox_alone()
            two.execute("SHOW transaction_isolation")
            # what the first one has committed while the second waited is seen
            self.assertEqual(two.fetchone(), ("read committed",))
            two.rollback()

    def test_a_claim_judges_no_more_rows_than_it_takes(self):
        with contextlib.closing(self.env.registry._db.cursor()) as cr:
            outbox = api.Environment(cr, SUPERUSER_ID, {})["finance.outbox"]
            outbox._outbox_alone()
            # as if ten thousand were due: only statistics, nothing is stored
            cr.execute("UPDATE pg_class SET reltuples = 200000, relpages = 9000 WHERE relname = 'finance_outbox'")
            cr.execute(SQL("EXPLAIN %s", outbox._outbox_claim_query("1", 1)))
            plan = "\n".join(row[0] for row in cr.fetchall())
            cr.rollback()
        self.assertIn("finance_outbox_live_idx on finance_outbox o", plan)
        self.assertNotIn("Sort", plan)


@tagged("post_install", "-at_install")
class TestPace(BridgeCase):
    """Never more calls in a minute than allowed, by a clock that the test moves."""

    def setUp(self):
        super().setUp()
        self.moment = datetime(2026, 11, 22, 8, 0)
        self.slept = []
        self.calls = []

    def lane(self, per_minute):
        case = self

        class Frozen(_Pace):
            def _now(self):
                return case.moment

        def sleep(seconds):
            case.slept.append(seconds)
            case.moment += timedelta(seconds=seconds)

        pace = Frozen(self.cursor, self.connection.id, per_minute, sleep=sleep)

        def call():
            pace()
            self.calls.append(self.moment)

        return call

    @contextlib.contextmanager
    def cursor(self):
        yield _WithoutIsolation(self.env.cr)

    def test_no_minute_has_more_calls_than_allowed(self):
        for per_minute in (10, 60, 300):
            with self.subTest(per_minute=per_minute):
                self.calls = []
                lanes = [self.lane(per_minute) for _lane in range(4)]
                for number in range(per_minute * 3):
                    lanes[number % 4]()
                for start in self.calls:
                    within = [call for call in self.calls if start <= call < start + timedelta(minutes=1)]
                    self.assertLessEqual(len(within), per_minute)
                # and it is not needlessly slow
                seconds = (self.calls[-1] - self.calls[0]).total_seconds()
                self.assertLess(seconds, 60 * 3 * 1.6)
                self.moment += timedelta(hours=1)

    def test_after_a_rest_some_calls_go_at_once(self):
        lane = self.lane(600)
        for _call in range(BURST):
            lane()
        self.assertFalse(self.slept)

    def test_a_clock_set_back_does_not_stop_the_bridge(self):
        lane = self.lane(60)
        lane()
        self.moment -= timedelta(hours=5)
        for _call in range(20):
            lane()
        self.assertLessEqual(max(self.slept), 60)

    def test_no_limit_costs_nothing(self):
        self.assertIsNone(self.env["finance.pace"]._of(self.connection))
        self.assertNotIn("pace", self.connection._adapter_options())
        self.connection.calls_per_minute = 600
        self.assertTrue(self.connection._adapter_options()["pace"])

    def test_limit_has_a_range(self):
        for count in (-1, 5, 100000):
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.connection.calls_per_minute = count
                self.env.flush_all()

    def test_each_call_of_the_transport_takes_its_turn(self):
        taken = []
        transport = HttpTransport("https://erp.example.com/", pace=lambda: taken.append(1))
        with patch.object(HttpTransport, "_connect", side_effect=Unknown("stop", reason="stop")):
            for call in (lambda: transport.get("/", {}), lambda: transport.post_json("/", {}, {})):
                with self.assertRaises(Unknown):
                    call()
        self.assertEqual(len(taken), 2)


class _WithoutIsolation:
    """The cursor of the test, whose transaction cannot become another kind of transaction."""

    def __init__(self, cr):
        self._cr = cr

    def execute(self, query, *args):
        if not str(query).startswith("SET TRANSACTION"):
            self._cr.execute(query, *args)

    def fetchone(self):
        return self._cr.fetchone()


@tagged("post_install", "-at_install")
class TestThrottle(BridgeCase):
    """ "Too many calls" silences the connection and is no fault of a document."""

    def throttled(self, error):
        def before_call():
            if self.erp.calls and self.erp.calls[-1][0] == "save":
                self.erp.before_call = None
                raise error

        self.erp.before_call = before_call

    def test_nothing_is_sent_before_the_moment_they_ask_for(self):
        self.invoice(count=3)
        self.deliver()
        moves = self.invoice(count=2)
        self.throttled(Rejected("slow down", reason="http_429", retryable=True, retry_after=45))
        self.deliver()
        rows = self.outbox.union(*(self.row(move) for move in moves))
        self.assertEqual(set(rows.mapped("state")), {"pending"})
        self.assertEqual(set(rows.mapped("attempt_count")), {0})
        self.assertEqual(self.connection.breaker_state, "open")
        calls = len(self.erp.calls)
        self.deliver(later=40)
        self.assertEqual(len(self.erp.calls), calls)
        self.deliver(later=10)
        for move in moves:
            self.assertExactlyOnce(move)

    def test_saved_and_then_silenced_is_asked_for_after_the_silence(self):
        """Too many calls when it was to be read back: it may be there, and nobody is down."""
        self.invoice()
        self.deliver()
        move, other = self.invoice(), self.invoice()
        self.erp.faults = {"save": ["unread"]}
        self.deliver()
        row = self.row(move)
        self.assertEqual(row.error_code, "read_back")
        for _time in range(12):
            self.assertEqual((row.state, row.attempt_count), ("uncertain", 0))
            self.assertTrue(row.remote_possible)
            self.assertEqual((self.connection.breaker_failures, self.connection.breaker_state), (0, "open"))
            calls = len(self.erp.calls)
            self.deliver(later=40)
            self.assertEqual(len(self.erp.calls), calls)
            self.erp.faults = {"find": ["throttled"]}
            self.deliver(later=30)
        throttled = Rejected("slow down", reason="http_429", retryable=True)
        self.assertEqual(row.last_error, self.connection._in_words()._error_sentence(throttled))
        self.deliver(later=70)
        self.deliver(later=70)
        self.assertEqual(self.erp.calls.count(("save", row.number)), 1)
        self.assertExactlyOnce(move)
        self.assertExactlyOnce(other)

    def test_it_never_kills_a_document(self):
        self.invoice()
        self.deliver()
        move = self.invoice()
        for _time in range(12):
            self.throttled(Rejected("slow down", reason="http_429", retryable=True))
            self.deliver(later=70)
            self.assertEqual(self.row(move).state, "pending")
        self.erp.before_call = None
        self.deliver(later=70)
        self.assertExactlyOnce(move)

    def test_kingdee_quota_is_a_throttle_and_a_lock_is_not(self):
        quota = Rejected("quota", code=14, reason="msgcode_14", retryable=True)
        lock = Rejected("lock", code=13, reason="msgcode_13", retryable=True)
        self.assertEqual(self.connection._asked_silence(quota), 60)
        self.assertEqual(self.connection._asked_silence(lock), 0)
        self.assertEqual(self.connection._asked_silence(Unknown("x", reason="http_503", retry_after=30)), 30)
        self.assertEqual(self.connection._asked_silence(Unknown("x", reason="still_running", retry_after=30)), 0)
        self.assertIn("less often", self.connection._error_sentence(quota))

    def test_an_outsider_cannot_read_the_pace(self):
        self.assertFalse(self.env["finance.pace"].with_user(self.clerk).has_access("read"))
        self.assertFalse(self.env["finance.pace"].with_user(self.users["suite_admin"]).has_access("write"))
