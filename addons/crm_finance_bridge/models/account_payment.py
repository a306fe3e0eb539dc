from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_merchant.lib.money import from_float

from .finance_outbox_people import BY_HAND
from .finance_receipt import AUDITED

CONFIRMED = ("in_process", "paid")
# what the finance system was told of a payment
SENT_FIELDS = ("amount", "currency_id", "date", "journal_id", "partner_id", "partner_type", "payment_type")


class AccountPayment(models.Model):
    """A customer's payment that was entered here goes out where the connection says so; one read from there never."""

    _inherit = "account.payment"

    finance_receipt_ids = fields.One2many(
        "finance.receipt",
        "payment_id",
        "Receipt Over There",
        readonly=True,
        groups="crm_finance_bridge.group_bridge_reader",
    )

    def action_open_finance_receipt(self):
        """The receipt over there that this payment was registered from."""
        self.ensure_one()
        return self.finance_receipt_ids._get_records_action(name=self.env._("Receipt Over There"))

    def _watched_fields(self):
        sent = dict.fromkeys(SENT_FIELDS, "_on_finance_values")
        return sent | super()._watched_fields() | {"state": "_on_finance_state", "claim_state": "_on_finance_claimed"}

    def _on_finance_values(self, before):
        """Handler: what stands over there keeps its values here; what still waits is sent with the new ones."""
        changed = self.filtered(
            lambda payment: payment.state in CONFIRMED
            and payment.id in before
            and any(payment[name] != before[payment.id].get(name, payment[name]) for name in SENT_FIELDS)
        )
        if changed:
            rows = changed._finance_check_free()
            waiting = rows.filtered(lambda row: row.state == "pending" or row.error_code == BY_HAND)
            changed.browse(waiting.mapped("res_id"))._finance_enqueue()

    def _on_finance_state(self, before):
        """Handler: confirmed payments go out; what stands over there is not taken back here."""
        confirmed = self.filtered(
            lambda payment: payment.state in CONFIRMED and before.get(payment.id, {}).get("state") not in CONFIRMED
        )
        taken_back = self.filtered(
            lambda payment: payment.state not in CONFIRMED and before.get(payment.id, {}).get("state") in CONFIRMED
        )
        if confirmed:
            confirmed._finance_enqueue()
        if taken_back:
            taken_back._finance_take_back()

    def _on_finance_claimed(self, before):
        """Handler: what was read over there and waited for this claim is settled."""
        claimed = self.filtered(lambda payment: payment.claim_state == "claimed" and payment.id in before)
        if claimed:
            domain = [("payment_id", "in", claimed.ids), ("state", "=", "open")]
            self.env["finance.receipt"].sudo().search(domain)._set("matched", False)

    def _check_claim(self, lines):
        """:raises UserError: the money does not stand over there (any more)"""
        receipts = self.sudo().finance_receipt_ids
        if receipts.filtered(lambda row: row.gone_at or row.is_cancelled or row.status != AUDITED):
            raise UserError(
                self.env._(
                    "The receipt was deleted, cancelled or opened again in the finance system. Finance finds out why before "
                    "anything is paid with it."
                )
            )
        return super()._check_claim(lines)

    def _finance_enqueue(self):
        """Receipts go out; refunds are told to finance, since no product takes them from us."""
        customers = self.filtered(
            lambda payment: payment.partner_type == "customer"
            and payment.currency_id.compare_amounts(payment.amount, 0) > 0
        )
        connections = self.env["finance.connection"]._on_for(customers, "sends_receipts") if customers else ()
        if not connections:
            return
        mirrored = self.env["finance.receipt"].sudo().search([("payment_id", "in", customers.ids)]).payment_id
        outbox = self.env["finance.outbox"].sudo()
        for connection in connections:
            payments = (customers - mirrored)._finance_to_send(connection)
            receipts = payments.filtered(lambda payment: payment.payment_type == "inbound" and payment.partner_id)
            if receipts and outbox._can_send(connection, "own_receipt"):
                outbox._enqueue(connection, "own_receipt", receipts)
            if refunds := payments.filtered(lambda payment: payment.payment_type == "outbound"):
                outbox._leave_to_person(connection, "refund", refunds)

    def _finance_to_send(self, connection):
        """Hook: which of these payments are told to ``connection``. Those of before its start or after its end are
        not."""
        return self.filtered(
            lambda payment: payment.company_id == connection.company_id and connection._takes_day(payment.date)
        )

    def _finance_by_hand_text(self, env):
        """What finance does about a refund, in the language of ``env``."""
        self.ensure_one()
        return env._(
            "A refund of %(amount)s to %(customer)s was confirmed here and is not sent. Finance enters it in the finance "
            "system as a refund and presses Mark as Done with the number that it has there.",
            amount=self.currency_id.with_env(env).format(self.amount),
            customer=self.partner_id.name or "",
        )

    def _finance_take_back(self):
        """:raises UserError: the finance system has or may have one of these payments"""
        if self:
            rows = self._finance_check_free()
            rows.filtered(lambda row: row.error_code != "withdrawn")._withdraw()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_finance_system(self):
        self._finance_take_back()

    def _finance_check_free(self):
        """Outbox rows of these payments, as superuser.

        :raises UserError: the finance system has or may have one of them
        """
        rows = self.env["finance.outbox"].sudo().search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        for row in rows:
            if row._stands_there():
                if row.operation == "refund":
                    raise UserError(
                        self.env._(
                            "%(payment)s was entered in the finance system by finance and cannot be changed, reset, "
                            "cancelled or deleted here. Register a receipt instead, and enter it there too.",
                            payment=row.res_name,
                        )
                    )
                raise UserError(
                    self.env._(
                        "%(payment)s stands in the finance system as %(number)s, or is on its way there, and cannot be "
                        "changed, reset, cancelled or deleted here. Register a refund instead.",
                        payment=row.res_name,
                        number=row.number,
                    )
                )
        return rows

    # -- frozen values ----------------------------------------------------------------------

    def _finance_customers(self):
        """{payment id: customer whose number it names}"""
        return {payment.id: payment.partner_id.commercial_partner_id for payment in self}

    def _finance_receipt_values(self):
        """{payment id: values of a receipt} as ``clients/values`` describes them."""
        return {payment.id: payment._prepare_finance_receipt_vals() for payment in self}

    def _prepare_finance_receipt_vals(self):
        """Hook: plain values of one receipt; without an invoice it is paid ahead."""
        self.ensure_one()
        invoices = self.invoice_ids
        return {
            "customer": self.partner_id.commercial_partner_id.id,
            "date": self.date.isoformat(),
            "currency": self.currency_id.name,
            "amount_total": str(from_float(self.amount, self.currency_id.decimal_places)),
            "settlement": self.env["finance.mapping"]._key_of(self.journal_id),
            "reference": self.payment_reference or "",
            "for": ",".join(invoices.mapped("name"))[:100],
            "is_advance": not invoices,
            "remark": (self.memo or "")[:200],
        }
