import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_datetime

_logger = logging.getLogger(__name__)

# a far side that is away for longer is a matter for a person
LONG_SILENCE = timedelta(hours=1)


class FinanceConnection(models.Model):
    """What the jobs that read ask of a connection. They run day and night and mostly find nothing: a poll costs six
    queries at most, its two writes included."""

    _inherit = "finance.connection"

    local_currency = fields.Char(
        related="company_id.currency_id.name", string="Currency of the Books", store=True, help="Kept for the polls"
    )

    @api.model
    def _polled(self, *conditions):
        """Connections that are on and not stopped, with all their columns by one query."""
        return self.sudo().search_fetch([("state", "=", "on"), ("stop_reason", "=", False), *conditions])

    def _reading_adapter(self):
        """The adapter for what only reads; it need not know our products.

        :raises FinanceError: settings that cannot work
        :raises VaultError: the secret cannot be read
        """
        return self.with_context(finance_reading=True)._adapter()

    def _reading_tables(self):
        """The tables of codes without our products: kind -> {our key: their number}."""
        return self.env["finance.mapping"].sudo()._tables(self.with_context(finance_reading=True))

    def _reading_write(self, vals):
        """Notes what a poll found, by one query: none of it is tracked, so nothing is read before."""
        self.sudo().with_context(mail_notrack=True)._through_door(*vals).write(vals)

    def _reading_broke(self, job):
        """What nobody foresaw, in the middle of a job: undone, logged, told to a person; it stops no other connection.

        :param job: what was read, for the log
        """
        _logger.warning("%s of connection %s", job, self.id, exc_info=True)
        self.env["finance.receipt"]._poll_rollback()
        self._ask_person(
            self,
            self.responsible_id,
            lambda env: env._("Reading from the finance system stopped"),
            self._in_words().env._(
                "Reading from the finance system stopped at something unexpected and is tried again. If this stays, the "
                "operator of the server finds the reason in its log."
            ),
        )

    def _tell_silence(self):
        """A person hears that the far side has been away for long: until then nothing is refused and nobody asks."""
        since = self.breaker_opened_at
        if not since or self.env.cr.now() - since < LONG_SILENCE:
            return
        words, user = self._in_words(), self.responsible_id
        self._ask_person(
            self,
            user,
            lambda env: env._("The finance system does not answer"),
            words.env._(
                "The finance system has not answered since %(moment)s; %(count)s documents wait. Nothing is lost, they go "
                "out by themselves when it is back. Ask who operates it.",
                moment=format_datetime(words.env, since, tz=user.tz or self.company_id._merchant_zone()),
                count=self.waiting_count + self.uncertain_count,
            ),
        )
