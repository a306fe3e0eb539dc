"""Reading receipts: what was read and how far is one commit; registering the money is another."""

import logging
import time
from datetime import UTC
from math import inf

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.crm_merchant.models.kernel.outbox_mixin import CONFLICTS

from ..clients.errors import EndpointRefused, FinanceError, LoginFailed, NotSent, Unknown
from ..lib.vault import VaultError

_logger = logging.getLogger(__name__)

STREAM = "receipts"
# receipts that become payments in one step and one commit
AT_ONCE = 200


class FinanceReceipt(models.Model):
    _inherit = "finance.receipt"

    # -- the cron ---------------------------------------------------------------------------

    @api.model
    def _cron_poll(self):
        """Reads what changed on every connection that is on; one that fails does not stop the others."""
        for connection in self.env["finance.connection"]._polled():
            if connection.breaker_state == "open":
                continue
            receipts = self.sudo().with_company(connection.company_id)
            poll = receipts._poll if connection.receipt_source == "there" else receipts._poll_announcements
            try:
                left = poll(connection.with_company(connection.company_id))
            except CONFLICTS:
                # the cursor did not move: the same window is read again
                receipts._poll_rollback()
                continue
            except Exception:
                connection._reading_broke("receipts")
                receipts._poll_commit()
                continue
            if not left:
                self.env.ref("crm_finance_bridge.cron_poll").sudo()._trigger()
                break

    def _poll_commit(self, processed=0):
        """Seconds left for this run; commits. A poll that found nothing is no progress: noting it would cost queries."""
        cron = self.env["ir.cron"]
        if processed:
            return cron._commit_progress(processed)
        cron.with_context(ir_cron_progress_id=False)._commit_progress()
        return max(self.env.context.get("cron_end_time", inf) - time.monotonic(), 0)

    def _poll_rollback(self):
        self.env.cr.rollback()

    @api.model
    def _poll_due(self, connection):
        """(moment of the database, whether receipts wait to be settled, whether announcements wait), by one query.

        Receipts in question have asked a person, those without a journal have said so: both wait for somebody.
        """
        for model in ("finance.notice", "finance.receipt", "mail.activity"):
            self.env[model].flush_model()
        query = SQL(
            """
            SELECT now() AT TIME ZONE 'UTC',
                   EXISTS (SELECT 1 FROM finance_receipt r WHERE r.connection_id = %(id)s AND (
                       r.state = 'new' AND (%(registers)s OR r.message IS NULL)
                       OR r.state = 'review' AND NOT EXISTS (
                           SELECT 1 FROM mail_activity a
                           WHERE a.res_model = 'finance.receipt' AND a.res_id = r.id AND a.active))),
                   EXISTS (SELECT 1 FROM finance_notice WHERE connection_id = %(id)s AND outcome = 'waiting')
            """,
            id=connection.id,
            registers=bool(connection.receipt_journal_id),
        )
        moment, unsettled, announced = self.env.execute_query(query)[0]
        return moment.replace(microsecond=0), unsettled, announced

    @api.model
    def _poll(self, connection):
        """Reads one connection to the end of its window; returns the seconds left for this run."""
        cursor = self.env["finance.cursor"]._of(connection, STREAM)
        while True:
            now, unsettled, announced = self._poll_due(connection)
            at_rest = not (connection.breaker_failures or connection.breaker_opened_at)
            try:
                position = cursor._get()
                adapter = connection._reading_adapter()
                self._poll_commit()
                receipts, position = adapter.read_receipts(position, now.replace(tzinfo=UTC))
            except (FinanceError, VaultError) as error:
                self._poll_failed(connection, error, now)
                return self._poll_commit()
            stored = self._store(connection, receipts)
            cursor._move(position, now)
            self._poll_went_well(connection, at_rest, now)
            left = self._poll_commit(len(receipts))
            if stored or unsettled:
                # all that is not settled yet, so that what a killed poller stored is not forgotten
                left = self._register_stored(connection)
            if left and not position.partial and announced:
                self.env["finance.notice"]._read_announced(connection)
            if not position.partial or not left:
                return left

    @api.model
    def _poll_announcements(self, connection):
        """Where receipts are kept here only announced documents are looked at; returns the seconds left."""
        _now, _unsettled, announced = self._poll_due(connection)
        if announced:
            self.env["finance.notice"]._read_announced(connection)
        return self._poll_commit()

    @api.model
    def _poll_went_well(self, connection, at_rest, now):
        """Notes a success; where the breaker was at rest before the call, without reading the connection again."""
        if at_rest:
            connection._reading_write({"last_success_at": now})
        else:
            connection._breaker_success(now)

    def _poll_failed(self, connection, error, now):
        if isinstance(error, LoginFailed | EndpointRefused | VaultError):
            connection._pause(connection._in_words()._error_sentence(error))
        elif isinstance(error, NotSent | Unknown):
            connection._breaker_failure(now)
        if isinstance(error, FinanceError):
            connection._slow_down(now, error)
        _logger.info("reading from connection %s: %s", connection.id, type(error).__name__)

    # -- registering ------------------------------------------------------------------------

    @api.model
    def _register_stored(self, connection):
        """Registers stored receipts; a bad one says so and stops no other. Returns the seconds left for this run."""
        # the job has no language of its own; what it leaves in a record's history is read by people
        reader = self.with_env(connection._in_words().env)
        own = [("connection_id", "=", connection.id)]
        unasked = reader.search([*own, ("state", "=", "review"), ("activity_ids", "=", False)])
        for row in unasked:
            row._ask_person()
        domain = [*own, ("state", "=", "new")]
        if not connection.receipt_journal_id:
            # they wait for the journal and have said so
            domain.append(("message", "=", False))
        ids = reader.search(domain, order="id").ids
        left = self._poll_commit()
        for start in range(0, len(ids), AT_ONCE):
            part = ids[start : start + AT_ONCE]
            reader.browse(part)._register_together()
            left = self._poll_commit(len(part))
            if not left:
                break
        return left

    def _register_together(self):
        """Registers these at once; if one of them cannot be, each by itself, and that one says why."""
        try:
            with self.env.cr.savepoint():
                self._register_money()
            return
        except CONFLICTS:
            raise
        except Exception as error:
            if len(self) == 1:
                self._register_failed(error)
                return
        for row in self:
            row._register_together()

    def _register_failed(self, error):
        if not isinstance(error, UserError):
            _logger.warning("receipt %s: %s", self.id, type(error).__name__, exc_info=error)
        words = self.connection_id._in_words()
        self._needs_person(words.env._("It could not be registered: %(why)s", why=str(error)))
