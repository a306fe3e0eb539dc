import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# how many calls may follow each other at once after a rest, at most
BURST = 20
# a wait is never longer, whatever a clock that was set back makes of it
LONGEST = timedelta(minutes=1)


class FinancePace(models.Model):
    """When a connection may call next, shared by all processes of the server.

    A bucket kept as one moment (generic cell rate algorithm): each call moves it by one interval, a call that finds it
    in the future by more than the burst waits for the rest. In no minute there are more calls than allowed.
    """

    _name = "finance.pace"
    _description = "Finance Pace"
    _log_access = False

    connection_id = fields.Many2one("finance.connection", required=True, readonly=True, ondelete="cascade")
    free_at = fields.Datetime(required=True, readonly=True)

    _connection_uniq = models.UniqueIndex("(connection_id)")

    @api.model
    def _of(self, connection):
        """What the adapter of ``connection`` calls before each of its calls; None where nothing limits them."""
        if not connection.calls_per_minute or not connection.id:
            return None
        return _Pace(self.env.registry.cursor, connection.id, connection.calls_per_minute)


class _Pace:
    """Waits for the turn of a call, by the database's clock, on a cursor of its own."""

    def __init__(self, open_cursor, connection_id, per_minute, sleep=time.sleep):
        self._open_cursor = open_cursor
        self._connection_id = connection_id
        burst = min(BURST, per_minute // 4)
        self._interval = timedelta(minutes=1) / (per_minute - burst - 1)
        self._ahead = self._interval * burst
        self._sleep = sleep

    def __call__(self):
        wait = min(self._reserve(), LONGEST)
        if wait > timedelta():
            self._sleep(wait.total_seconds())

    def _reserve(self):
        """Takes the next place; how long it is until then."""
        with self._open_cursor() as cr:
            # several lanes meet at this row: each must see what the one before has made of it
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            # a place that a crash of the database forgets does no harm
            cr.execute("SET LOCAL synchronous_commit = off")
            cr.execute(
                SQL(
                    "INSERT INTO finance_pace AS p (connection_id, free_at) "
                    "SELECT id, %(now)s + %(interval)s FROM finance_connection WHERE id = %(id)s "
                    "ON CONFLICT (connection_id) DO UPDATE SET free_at = GREATEST(p.free_at, %(now)s) + %(interval)s "
                    "RETURNING p.free_at - %(interval)s - %(ahead)s - %(now)s",
                    now=self._now(),
                    interval=self._interval,
                    ahead=self._ahead,
                    id=self._connection_id,
                )
            )
            row = cr.fetchone()
        # a connection that is not committed yet is tested by one person, once
        return row[0] if row else timedelta()

    def _now(self):
        return SQL("clock_timestamp() AT TIME ZONE 'UTC'")
