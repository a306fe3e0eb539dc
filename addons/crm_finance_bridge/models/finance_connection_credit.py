import logging
from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models

from odoo.addons.crm_merchant.models.kernel.outbox_mixin import CONFLICTS

from ..clients.errors import EndpointRefused, FinanceError, LoginFailed, Rejected
from ..lib.vault import VaultError

_logger = logging.getLogger(__name__)


class FinanceConnection(models.Model):
    """What customers owe over there, and how much they may, read every night with its time."""

    _inherit = "finance.connection"

    credit_read_at = fields.Datetime("Balances Read", readonly=True, copy=False)
    credit_problem = fields.Text("Limits Not Read Because", readonly=True, copy=False)

    def _guarded_fields(self):
        return super()._guarded_fields() | {"credit_read_at", "credit_problem"}

    @api.model
    def _cron_credit(self):
        """Every connection that is on and is the source of credit; one that fails stops no other."""
        for connection in self._polled(("credit_source", "=", "there")):
            try:
                connection.with_company(connection.company_id)._read_credit()
            except (FinanceError, VaultError) as error:
                if isinstance(error, LoginFailed | EndpointRefused | VaultError):
                    connection._pause(connection._in_words()._error_sentence(error))
                _logger.info("credit of connection %s: %s", connection.id, type(error).__name__)
            except CONFLICTS:
                # customers are being edited; the next night reads again
                self.env.cr.rollback()
            except Exception:
                connection._reading_broke("credit")
            self._credit_commit()

    def _credit_commit(self):
        self.env["finance.receipt"]._poll_commit()

    def _read_credit(self):
        """Hands balances and limits of all bound customers to the door of credit; what is not offered stays as it is."""
        self.ensure_one()
        adapter = self._reading_adapter()
        moment = self.env.cr.now().replace(microsecond=0)
        today, company = self.company_id._merchant_today(), self.company_id
        own = self._reading_tables()["currency"].get(self.local_currency)
        self._credit_commit()
        items = adapter.read_open_items(today)
        limits, problem = self._read_limits(adapter)
        values = self._prepare_credit(items, limits or {}, moment, own)
        partners = self.env["res.partner"].browse(values).exists()
        partners._credit_sync(company, values)
        vals = {"credit_problem": problem}
        if items is not None or limits is not None:
            vals["credit_read_at"] = moment
        self._reading_write(vals)

    def _read_limits(self, adapter):
        """({customer number: limit} or None, why they could not be read or False)"""
        try:
            return adapter.read_credit_limits(), False
        except Rejected as error:
            # this account set has no such form, or our user may not read it: the balances count all the same
            return None, self._in_words()._error_sentence(error)

    def _prepare_credit(self, items, limits, moment, own):
        """What is handed to the door of credit: {partner id: values}; a balance that is not offered stays unknown.

        :param items: open items over there, None if they are not offered; a customer without any owes nothing
        :param limits: {customer number: limit}, in the currency of the books like all of it
        :param moment: naive UTC of the reading
        :param own: number over there of the currency of the books
        """
        balances, strange = defaultdict(Decimal), set()
        for item in items or ():
            if item.currency_number == own:
                balances[item.customer_number] += item.amount
            else:
                strange.add(item.customer_number)
        bindings = (
            self.env["finance.binding"]
            .sudo()
            .search_fetch(
                [("connection_id", "=", self.id), ("kind", "=", "customer"), ("res_model", "=", "res.partner")],
                ["res_id", "number"],
            )
        )
        # a balance in two currencies is no one figure; it is left as it was known
        return {
            binding.res_id: {
                "balance": None if items is None else float(balances[binding.number]),
                "limit": float(limits[binding.number]) if binding.number in limits else None,
                "moment": moment,
            }
            for binding in bindings
            if binding.number not in strange and (items is not None or binding.number in limits)
        }
