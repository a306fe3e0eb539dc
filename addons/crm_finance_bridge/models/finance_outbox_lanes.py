"""Who works, and when: lanes that run side by side, each a cron that sleeps until somebody wakes it.

Lane 0 serves every connection, lane n those whose ``lane_count`` is larger than n. A cron runs on one worker of the
server at a time, so a connection never has more documents on their way than it allows. ``_cron_deliver`` is a plain
method: another queue may call it, once at a time for each lane.
"""

import time

from odoo import api, models
from odoo.tools import SQL

from ..clients.adapter import adapter_for
from .finance_connection import LANES

# seconds after which a busy lane looks again whether the others have work
LOOK_ROUND = 1
# a row that nobody has tried: every failure leaves its code
FRESH = SQL("o.error_code IS NULL AND o.phase IS NULL AND o.uncertain_since IS NULL AND o.remote_possible IS NOT TRUE")


class Token(str):
    """Token of a worker.

    ``adapters``: connection id -> (what it was made of, the adapter), used for one document after the other.
    """

    def __new__(cls, token):
        token = super().__new__(cls, token)
        token.adapters = {}
        return token


class FinanceOutbox(models.Model):
    _inherit = "finance.outbox"

    @api.model
    def _cron_deliver(self, lane=0):
        """Carries what is due, until nothing is or the cron's time is up; then it wakes itself for the rest."""
        worker = self.with_context(finance_lane=lane)
        end = self.env.context.get("cron_end_time")
        if end and time.monotonic() > end:
            worker._progress(0, remaining=1)
            worker._wake()
            return
        with self._outbox_hold() as token:
            worker._outbox_recover(token)
            worker._work(Token(token))

    @api.model
    def _work(self, token):
        """One row after the other, or several that may share their calls."""
        looked = 0
        self._outbox_commit()
        while True:
            row = self._outbox_claim(token)
            if not row:
                # once more, with a moment to count from: most claims find a row and need none
                before = self._outbox_now()
                self._outbox_commit()
                row = self._outbox_claim(token)
            if not row:
                self._wake_at_next(before)
                return
            if time.monotonic() - looked > LOOK_ROUND:
                looked = time.monotonic()
                self._wake_other_lanes()
            if not self._progress(row._deliver_with_fellows(token)):
                if self._due_count():
                    self._wake()
                    self._progress(0, remaining=1)
                return

    def _deliver_with_fellows(self, token):
        """Carries this claimed row, with others if they may share its calls; how many were carried."""
        fellows = self._claim_fellows(token)
        if fellows:
            return (self + fellows)._deliver_together(token)
        self._deliver(token)
        return 1

    def _claim_fellows(self, token):
        """Rows, claimed like this one, that may go out with it; none while it is tried whether the far side is back."""
        query = SQL(
            "SELECT c.id, c.product, c.batch_size, o.operation, o.kind "
            "FROM finance_outbox o JOIN finance_connection c ON c.id = o.connection_id "
            "WHERE o.id = %s AND c.batch_size > 1 AND c.breaker_opened_at IS NULL AND %s",
            self.id,
            FRESH,
        )
        for connection_id, product, size, operation, kind in self.env.execute_query(query):
            if self._operations()[operation].binds or not adapter_for(product).takes_together(kind):
                continue
            only = SQL("o.connection_id = %s AND o.operation = %s AND %s", connection_id, operation, FRESH)
            self._outbox_commit()
            return self._outbox_claim(token, limit=size - 1, only=only)
        return self.browse()

    def _lane(self):
        """Number of the lane that works here; whoever writes an intent is none and wakes the first."""
        return self.env.context.get("finance_lane", 0)

    @api.model
    def _due_count(self):
        domain = [("state", "in", ("pending", "uncertain")), ("next_attempt_at", "<=", self._outbox_now())]
        return self.sudo().search_count(domain, limit=1)

    # -- waking -----------------------------------------------------------------------------

    @api.model
    def _lane_cron(self, lane):
        """The cron of a lane (superuser)."""
        name = f"crm_finance_bridge.{LANES[lane]}"
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id(name, raise_if_not_found=True)
        return self.env["ir.cron"].sudo().browse(cron_id)

    @api.model
    def _wake(self):
        """The worker starts right after this transaction is committed."""
        self._lane_cron(self._lane())._trigger()

    @api.model
    def _wake_other_lanes(self):
        """Starts the lanes that a connection with work allows, unless they run or are about to."""
        query = SQL(
            "SELECT max(c.lane_count) FROM finance_connection c "
            "WHERE c.lane_count > 1 AND c.state = 'on' AND c.stop_reason IS NULL "
            "AND EXISTS (SELECT 1 FROM finance_outbox o WHERE o.connection_id = c.id "
            "AND o.state IN ('pending', 'uncertain') AND o.next_attempt_at <= %s)",
            self._outbox_now(),
        )
        lanes = self.env.execute_query(query)[0][0] or 0
        crons = [self._lane_cron(lane) for lane in range(lanes) if lane != self._lane()]
        if not crons:
            return
        # a cron keeps the trigger that started it until it ends
        query = SQL(
            "SELECT cron_id FROM ir_cron_trigger WHERE cron_id = ANY(%s) AND call_at <= %s",
            [cron.id for cron in crons],
            self._outbox_now(),
        )
        awake = {row[0] for row in self.env.execute_query(query)}
        for cron in crons:
            if cron.id not in awake:
                cron._trigger()
        self._outbox_commit()

    @api.model
    def _wake_at_next(self, looked_at):
        """Has the first lane woken when the next row comes due: between two moments of work nobody asks the database.

        :param looked_at: rows that were due then wait for another row, not for a moment
        """
        query = SQL(
            "SELECT min(GREATEST(o.next_attempt_at, c.breaker_retry_at)) "
            "FROM finance_outbox o JOIN finance_connection c ON c.id = o.connection_id "
            "WHERE o.state IN ('pending', 'uncertain') AND c.state = 'on' AND c.stop_reason IS NULL "
            "AND GREATEST(o.next_attempt_at, c.breaker_retry_at) > %s",
            looked_at,
        )
        moment = self.env.execute_query(query)[0][0]
        cron = self._lane_cron(0)
        if moment and not self._is_woken(cron, looked_at, moment):
            cron._trigger(moment)
        self._outbox_commit()

    def _is_woken(self, cron, after, until):
        """Whether a cron starts by itself between two moments."""
        query = SQL(
            "SELECT 1 FROM ir_cron_trigger WHERE cron_id = %s AND call_at > %s AND call_at <= %s LIMIT 1",
            cron.id,
            after,
            until,
        )
        return bool(self.env.execute_query(query))
