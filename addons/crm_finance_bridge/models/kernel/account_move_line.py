from odoo import api, models

AMOUNTS = frozenset(
    {"move_id", "display_type", "product_id", "product_uom_id", "quantity", "price_unit", "discount", "tax_ids",
     "currency_id", "amount_currency", "balance", "debit", "credit"}
)  # fmt: skip
FROZEN = AMOUNTS | {"partner_id", "date_maturity"}


class AccountMoveLine(models.Model):
    """The one override of ``create`` and ``write`` of invoice lines; Odoo itself leaves prices of posted ones open."""

    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        moves = self.env["account.move"].browse({vals["move_id"] for vals in vals_list if vals.get("move_id")})
        moves.filtered(lambda move: move.state == "posted")._finance_check_free(with_amounts=True)
        return super().create(vals_list)

    def write(self, vals):
        if FROZEN.isdisjoint(vals):
            return super().write(vals)
        posted = self.filtered(lambda line: line.parent_state == "posted")
        amounts = posted._finance_moves_changed(vals, AMOUNTS)
        others = posted._finance_moves_changed(vals, FROZEN - AMOUNTS) - amounts
        amounts._finance_check_free(with_amounts=True)
        others._finance_check_free()
        result = super().write(vals)
        others._finance_note_changed()
        return result

    def _finance_moves_changed(self, vals, names):
        """Invoices of those of these lines that ``vals`` changes in one of ``names``."""
        will_change = self.env["account.move"]._field_will_change
        return self.filtered(lambda line: any(name in names and will_change(line, vals, name) for name in vals)).move_id

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_finance_system(self):
        self.filtered(lambda line: line.parent_state == "posted").move_id._finance_check_free(with_amounts=True)
