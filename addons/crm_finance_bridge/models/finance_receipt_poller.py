"""Reading receipts: what was read and how far is one commit; registering the money is another, one a receipt."""

import logging
from datetime import UTC

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.crm_merchant.models.kernel.outbox_mixin import CONFLICTS

from ..clients.errors import EndpointRefused, FinanceError, LoginFailed, NotSent, Unknown
from ..lib.vault import VaultError
from .finance_receipt import AUDITED

_logger = logging.getLogger(__name__)

STREAM = "receipts"


class FinanceReceipt(models.Model):
    _inherit = "finance.receipt"

    # -- the cron ---------------------------------------------------------------------------

    @api.model
    def _cron_poll(self):
        """Reads what changed on every connection that is on; one that fails does not stop the others."""
        connections = self.env["finance.connection"].sudo().search([("state", "=", "on"), ("stop_reason", "=", False)])
        for connection_id in connections.ids:
            connection = connections.browse(connection_id)
            if connection.breaker_state == "open":
                continue
            receipts = self.sudo().with_company(connection.company_id)
            try:
                left = receipts._poll(connection.with_company(connection.company_id))
                if left:
                    self.env["finance.notice"]._read_announced(connection)
            except CONFLICTS:
                # the cursor did not move: the same window is read again
                receipts._poll_rollback()
                continue
            if not left:
                self.env.ref("crm_finance_bridge.cron_poll").sudo()._trigger()
                break

    def _poll_commit(self, processed=0):
        """Seconds left for this run; commits."""
        return self.env["ir.cron"]._commit_progress(processed)

    def _poll_rollback(self):
        self.env.cr.rollback()

    @api.model
    def _poll(self, connection):
        """Reads one connection to the end of its window; returns the seconds left for this run."""
        store = self.env["finance.cursor"]
        cursor = store._of(connection, STREAM)
        left = self._poll_commit()
        while True:
            now = self.env.cr.now().replace(microsecond=0)
            try:
                position = cursor._get()
                adapter = connection._adapter()
                self._poll_commit()
                receipts, position = adapter.read_receipts(position, now.replace(tzinfo=UTC))
            except (FinanceError, VaultError) as error:
                self._poll_failed(connection, error, now)
                return self._poll_commit()
            self._store(connection, receipts)
            cursor._move(position, now)
            connection._breaker_success(now)
            left = self._poll_commit(len(receipts))
            # all that is not settled yet, so that what a killed poller stored is not forgotten
            left = self._register_stored(connection) or left
            if not position.partial or not left:
                return left

    def _poll_failed(self, connection, error, now):
        if isinstance(error, LoginFailed | EndpointRefused | VaultError):
            connection._pause(connection._in_words()._error_sentence(error))
        elif isinstance(error, NotSent | Unknown):
            connection._breaker_failure(now)
        if isinstance(error, FinanceError):
            connection._slow_down(now, error)
        _logger.info("receipts of connection %s: %s", connection.id, type(error).__name__)

    @api.model
    def _register_stored(self, connection):
        """Registers stored receipts one by one; a bad one says so and stops no other."""
        left = True
        # most polls find nothing to do
        unsettled = self.search(
            [("connection_id", "=", connection.id), ("state", "in", ("new", "review", "open"))], limit=1
        )
        if not unsettled:
            return left
        self._take_over_claims(connection)
        # the job has no language of its own; what it leaves in a record's history is read by people
        reader = self.with_env(connection._in_words().env)
        rows = reader.search([("connection_id", "=", connection.id), ("state", "in", ("new", "review"))])
        for row in rows:
            if row.state == "review":
                row._ask_person()
                continue
            try:
                with self.env.cr.savepoint():
                    row._register_money()
            except CONFLICTS:
                raise
            except Exception as error:
                if not isinstance(error, UserError):
                    _logger.warning("receipt %s: %s", row.id, type(error).__name__, exc_info=True)
                row._needs_person(connection._in_words().env._("It could not be registered: %(why)s", why=str(error)))
            left = self._poll_commit(1)
        return left

    @api.model
    def _take_over_claims(self, connection):
        """Drafts that people have claimed meanwhile are settled."""
        rows = self.search([("connection_id", "=", connection.id), ("state", "=", "open")])
        for row in rows.filtered(lambda row: row.payment_id.claim_state == "claimed"):
            row._set("matched", False)

    # -- one receipt ------------------------------------------------------------------------

    def _refresh_links(self):
        """Customers and currencies may have been bound since it was read."""
        for row in self:
            partners = row._partners_by_number(row.connection_id, {row.customer_number})
            currencies = row._currencies_by_number(row.connection_id)
            vals = {
                "partner_id": partners.get(row.customer_number, False),
                "currency_id": currencies.get(row.currency_number, False),
            }
            row._through_door(*vals).write(vals)

    def _register_money(self):
        """Money over there becomes a payment here, and pays its plan row where that is certain."""
        self.ensure_one()
        words = self.connection_id._in_words()
        if self.is_cancelled or self.status != AUDITED:
            self._set("waiting", words.env._("It is not audited over there; it counts once it is."))
        elif self.amount <= 0:
            self._needs_person(words.env._("A receipt of nothing or less: finance registers it by hand."))
        elif not self.currency_id:
            self._needs_person(words._mapping_sentence("currency", self.currency_number))
        elif not self.connection_id.receipt_journal_id:
            self._set("new", words.env._("The connection has no journal of receipts. A system administrator sets it."))
        else:
            if not self.payment_id:
                payment = self.env["account.payment"].sudo().create(self._prepare_payment_vals())
                vals = {"payment_id": payment.id}
                self._through_door(*vals).write(vals)
            self._match()

    def _prepare_payment_vals(self):
        """Hook: the payment, a draft until it is claimed."""
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": self.partner_id.id,
            "amount": self.amount,
            "currency_id": self.currency_id.id,
            "date": self.date,
            "journal_id": self.connection_id.receipt_journal_id.id,
            "company_id": self.company_id.id,
            "memo": " ".join(filter(None, [self.number, self.receive_item, self.remark])),
        }

    def _match(self):
        """Finds the plan row and lets its owner claim the payment; otherwise the draft waits for a person."""
        line = self._find_plan_line()
        if not line:
            self._claim_open()
            words = self.connection_id._in_words()
            self._set("open", words.env._("It is not certain what it pays; it waits among the receipts to claim."))
            return
        self._claim(line)
        self._set("matched", False)
        self._tell(line)

    def _get_references(self):
        """Hook: texts of the receipt that may name an order, contract or invoice."""
        return [text for text in (self.third_number, self.receive_item, self.remark) if text]

    def _find_plan_line(self):
        return self.env["crm.payment.plan.line"]._find_for_receipt(
            self.partner_id, self.amount, self._get_references(), company=self.company_id
        )

    def _claim(self, line):
        self.payment_id._claim_apply(line)

    def _claim_open(self):
        self.payment_id._claim_open()

    def _tell(self, line):
        """The sales person hears of the money."""
        user = self._get_told_user(line)
        if not user:
            return
        env = self.with_context(lang=user.lang).env
        self.env["mail.thread"].sudo().message_notify(
            partner_ids=user.partner_id.ids,
            subject=env._("Money has come in from %(customer)s", customer=self.partner_id.name or self.customer_number),
            body=env._(
                "%(amount)s has been received and matched with %(row)s.",
                amount=self.currency_id.with_env(env).format(self.amount),
                row=line.display_name,
            ),
        )

    def _get_told_user(self, line):
        """Hook: who hears of the money."""
        partner = self.partner_id or self.payment_id.partner_id
        return line.sudo().contract_id.user_id or partner.commercial_partner_id.user_id

    # -- states -----------------------------------------------------------------------------

    def _set(self, state, message):
        vals = {"state": state, "message": message}
        if (self.state, self.message or False) == (state, message):
            return
        self._through_door(*vals).write(vals)

    def _needs_person(self, message):
        self._set("review", message)
        self._ask_person()

    def _ask_person(self):
        """One to-do for whoever answers for the connection, however often the receipt comes up."""
        self.connection_id._ask_person(
            self,
            self.connection_id.responsible_id,
            lambda env: env._("Receipt %(number)s needs you", number=self.number),
            self.message,
        )
