from odoo import models

SENT = ("out_invoice", "out_refund")
# what was frozen when the invoice was posted
FROZEN = frozenset(
    {"state", "partner_id", "commercial_partner_id", "currency_id", "company_id", "move_type", "name", "invoice_date",
     "invoice_date_due", "invoice_payment_term_id", "invoice_currency_rate", "invoice_line_ids", "line_ids"}
)  # fmt: skip
# what Odoo does not follow with the amounts of a posted invoice
AMOUNTS = frozenset({"currency_id", "invoice_currency_rate", "move_type"})


class AccountMove(models.Model):
    """The one override of ``write`` of invoices: what the ERP has or may have stays as it is."""

    _inherit = "account.move"

    def write(self, vals):
        if FROZEN.isdisjoint(vals):
            return super().write(vals)
        if vals.get("state", "posted") != "posted":
            # the entry of a receipt is taken back without a word to the receipt itself
            entries = self.filtered(lambda move: move.state == "posted" and move.origin_payment_id)
            entries.origin_payment_id._finance_take_back()
        posted = self.filtered(lambda move: move.state == "posted" and move.move_type in SENT)
        if not posted:
            return super().write(vals)
        changing = posted.filtered(
            lambda move: any(name in FROZEN and self._finance_changes(move, vals, name) for name in vals)
        )
        changing._finance_check_free(with_amounts=not AMOUNTS.isdisjoint(vals))
        result = super().write(vals)
        taken_back = changing.filtered(lambda move: move.state != "posted")
        taken_back._finance_withdraw()
        (changing - taken_back)._finance_note_changed()
        return result

    def _finance_changes(self, move, vals, name):
        return name in ("invoice_line_ids", "line_ids") or self._field_will_change(move, vals, name)
