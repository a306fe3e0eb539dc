"""What the other side announced: notes that make us look, and never a value."""

from datetime import timedelta

from psycopg2 import errors

from odoo import api, fields, models
from odoo.tools import mute_logger

from odoo.addons.crm_merchant.models.kernel.outbox_mixin import CONFLICTS

from ..clients.errors import ASK, RETRY, FinanceError, LoginFailed, NotSent, Unknown

KEEP_DAYS = 90
KEEP_REFUSED_DAYS = 7
# notes a minute about calls to an address that leads nowhere
UNKNOWN_LIMIT = 30
# announcements looked at in one poll; the rest comes with the next
AT_ONCE = 500


class FinanceNotice(models.Model):
    """One announcement of the other side, without its contents.

    Its unique indexes refuse a nonce that was used before and let an event count once. Nobody has a right to write;
    the controller and the poller do.
    """

    _name = "finance.notice"
    _description = "Announcement of the Other Side"
    _order = "id desc"
    _rec_name = "event"
    _log_access = False

    connection_id = fields.Many2one("finance.connection", readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="connection_id.company_id", store=True)
    moment = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    outcome = fields.Selection(
        [
            ("waiting", "Will Be Looked At"),
            ("done", "Looked At"),
            ("repeat", "Sent Again"),
            ("unauthorized", "Refused: not signed by the other side"),
            ("bad_request", "Refused: not readable"),
            ("replay", "Refused: used before"),
        ],
        required=True,
        readonly=True,
    )
    event = fields.Char("Number of the Event", readonly=True)
    number = fields.Char("Business Number", readonly=True)
    nonce = fields.Char(readonly=True, groups=fields.NO_ACCESS)

    _nonce_uniq = models.UniqueIndex("(connection_id, nonce) WHERE nonce IS NOT NULL")
    _event_uniq = models.UniqueIndex("(connection_id, event) WHERE outcome IN ('waiting', 'done')")
    _moment_idx = models.Index("(connection_id, moment)")
    _waiting_idx = models.Index("(connection_id) WHERE outcome = 'waiting'")

    @api.depends("event", "outcome")
    def _compute_display_name(self):
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        for notice in self:
            notice.display_name = notice.event or labels.get(notice.outcome)

    # -- the controller ---------------------------------------------------------------------

    @api.model
    def _is_too_many(self, connection):
        """Whether the connection's calls of the last minute reach its limit; calls that nobody signed do not count."""
        recent = [*self._recent(connection), ("nonce", "!=", False)]
        return self.sudo().search_count(recent, limit=connection.hook_limit) >= connection.hook_limit

    @api.model
    def _recent(self, connection):
        return [
            ("connection_id", "=", connection.id),
            ("moment", ">", fields.Datetime.now() - timedelta(minutes=1)),
        ]

    @api.model
    def _take(self, connection, nonce, event, number):
        """Takes note of an announcement and wakes the poller; False if the nonce was used before."""
        vals = {"connection_id": connection.id, "nonce": nonce, "event": event, "number": number}
        for outcome in ("waiting", "repeat"):
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    self.sudo().create({**vals, "outcome": outcome}).flush_recordset()
            except errors.UniqueViolation as error:
                if "nonce" in (error.diag.constraint_name or ""):
                    return False
                continue
            if outcome == "waiting":
                self.env.ref("crm_finance_bridge.cron_poll").sudo()._trigger()
            return True
        return False

    @api.model
    def _note_refusal(self, connection, reason):
        """A line about a refused call, without a word of it; a flood leaves no more lines than the limit allows."""
        limit = connection.hook_limit or UNKNOWN_LIMIT
        recent = [*self._recent(connection), ("nonce", "=", False)]
        if self.sudo().search_count(recent, limit=limit) < limit:
            self.sudo().create({"connection_id": connection.id, "outcome": reason})

    # -- the poller -------------------------------------------------------------------------

    @api.model
    def _read_announced(self, connection):
        """Reads again what was announced; the receipts have just been read.

        What names none of our documents needs nothing more. A document that cannot be reached now waits.
        """
        if connection.breaker_state in ("open", "stopped"):
            return
        domain = [("connection_id", "=", connection.id), ("outcome", "=", "waiting")]
        waiting = self.sudo().search(domain, order="id", limit=AT_ONCE)
        if not waiting:
            return
        domain = [("connection_id", "=", connection.id), ("number", "in", waiting.mapped("number"))]
        bindings = self.env["finance.binding"].sudo().search(domain)
        failed = set()
        for binding in bindings:
            try:
                binding._read_again()
            except FinanceError as error:
                if isinstance(error, LoginFailed):
                    connection._pause(connection._in_words()._error_sentence(error))
                elif isinstance(error, NotSent | Unknown):
                    connection._breaker_failure(self.env.cr.now().replace(microsecond=0))
                if error.next_action in (ASK, RETRY) or isinstance(error, LoginFailed):
                    failed.add(binding.number)
            except CONFLICTS:
                self.env["finance.receipt"]._poll_rollback()
                failed.add(binding.number)
            self.env["finance.receipt"]._poll_commit(1)
        waiting.filtered(lambda notice: notice.number not in failed).write({"outcome": "done"})
        self.env["finance.receipt"]._poll_commit()

    @api.autovacuum
    def _gc_notices(self):
        now = fields.Datetime.now()
        refused = [("moment", "<", now - timedelta(days=KEEP_REFUSED_DAYS)), ("nonce", "=", False)]
        self.sudo().search(refused, limit=100000).unlink()
        self.sudo().search([("moment", "<", now - timedelta(days=KEEP_DAYS))], limit=100000).unlink()
