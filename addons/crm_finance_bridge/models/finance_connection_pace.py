from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..clients.adapter import adapter_for
from ..clients.errors import Rejected, Unknown
from .finance_connection_breaker import COOL_DOWN

# seconds of silence after "too many calls" that names no time
SLOW_DOWN = 60
# MsgCode of Kingdee: the quota of calls is used up (调用限制)
KINGDEE_QUOTA = 14


class FinanceConnection(models.Model):
    """How much at once, how fast, and how long nothing after the other side has asked to slow down."""

    _inherit = "finance.connection"

    lane_count = fields.Integer(
        "Documents at Once",
        default=1,
        required=True,
        tracking=True,
        help="How many documents may be on their way at the same time, 1 to 4. More than one needs as many free cron "
        "workers on this server, and a product that takes several calls of one user.",
    )
    calls_per_minute = fields.Integer(
        "Calls a Minute",
        default=0,
        required=True,
        tracking=True,
        help="Never more calls than this in any minute, everything together; stay below what the vendor's contract "
        "allows. 0: as fast as the other side answers.",
    )

    batch_size = fields.Integer(
        "Documents per Call",
        default=20,
        required=True,
        tracking=True,
        help="How many new documents may share a call, 1 to 100; 1: each is sent by itself. Each is judged by itself "
        "all the same, and whatever is not in order goes on alone. Choose fewer if the other side needs more than half "
        "a minute for a call.",
    )
    takes_together = fields.Boolean(compute="_compute_takes_together")

    _batch_size_range = models.Constraint("CHECK (batch_size BETWEEN 1 AND 100)", "Choose 1 to 100 documents per call.")
    _lane_count_range = models.Constraint("CHECK (lane_count BETWEEN 1 AND 4)", "Choose 1 to 4 documents at once.")
    _calls_per_minute_range = models.Constraint(
        "CHECK (calls_per_minute = 0 OR calls_per_minute BETWEEN 10 AND 60000)",
        "Calls a minute are between 10 and 60000, or 0 for no limit of ours.",
    )

    @api.depends("product")
    def _compute_takes_together(self):
        for connection in self:
            adapter = adapter_for(connection.product) if connection.product else None
            connection.takes_together = adapter and any(map(adapter.takes_together, adapter.sends))

    def _adapter_options(self):
        pace = self.env["finance.pace"]._of(self)
        return super()._adapter_options() | ({"pace": pace} if pace else {})

    def _adapter_stamp(self):
        """What :meth:`_adapter` is made of, as a value that changes with it.

        Hook: who reads other tables in ``_adapter_settings`` adds them; an adapter serves for one run of a worker, some
        seconds, at the longest.
        """
        # a sum, since the largest time stays what it is when a transaction that began earlier ends later
        query = SQL(
            "SELECT c.write_date, "
            "(SELECT ROW(count(*), sum(extract(epoch FROM m.write_date)))::text FROM finance_mapping m "
            "WHERE m.connection_id = c.id), "
            "(SELECT ROW(count(*), max(b.id))::text FROM finance_binding b "
            "WHERE b.connection_id = c.id AND b.kind = 'product') "
            "FROM finance_connection c WHERE c.id = %s",
            self.id,
        )
        return self.env.execute_query(query)

    def _slow_down(self, now, error):
        """Nothing is sent before the moment that the other side asks for, if it asks for one.

        :param now: naive UTC of the database
        """
        wait = timedelta(seconds=self._asked_silence(error))
        if wait:
            # who asks again and again is asked once a minute, like one that does not answer
            until = now + (max(wait, COOL_DOWN) if self.breaker_opened_at else wait)
            self._breaker_write(
                {
                    "breaker_opened_at": self.breaker_opened_at or now,
                    "breaker_retry_at": max(until, self.breaker_retry_at or until),
                    "breaker_successes": 0,
                }
            )

    def _asked_silence(self, error):
        """Seconds for which the other side wants to hear nothing more of us, 0 if it does not mind."""
        if self._is_throttle(error):
            return error.retry_after or SLOW_DOWN
        is_overload = isinstance(error, Unknown) and error.reason.startswith("http_5")
        return error.retry_after or 0 if is_overload else 0

    def _error_sentence(self, error):
        if self._is_throttle(error):
            return self.env._("The other side asks us to call less often; it goes on by itself after a pause.")
        return super()._error_sentence(error)

    def _is_throttle(self, error):
        """Hook: whether an error means "too many calls", which is no fault of the document.

        It may come when we read back what a call has done: then the document may be there all the same.
        """
        if isinstance(error, Unknown) and error.cause:
            return self._is_throttle(error.cause)
        return isinstance(error, Rejected) and (
            error.reason == "http_429" or (self.product == "kingdee_galaxy" and error.code == KINGDEE_QUOTA)
        )
