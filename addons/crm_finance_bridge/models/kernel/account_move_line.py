from odoo import api, models

FROZEN = frozenset(
    {"move_id", "display_type", "product_id", "product_uom_id", "quantity", "price_unit", "discount", "tax_ids",
     "currency_id", "amount_currency", "balance", "debit", "credit", "partner_id", "date_maturity"}
)  # fmt: skip


class AccountMoveLine(models.Model):
    """The one override of ``create`` and ``write`` of invoice lines; Odoo itself leaves prices of posted ones open."""

    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        moves = self.env["account.move"].browse({vals["move_id"] for vals in vals_list if vals.get("move_id")})
        moves.filtered(lambda move: move.state == "posted")._finance_check_free()
        return super().create(vals_list)

    def write(self, vals):
        if not FROZEN.isdisjoint(vals):
            posted = self.filtered(lambda line: line.parent_state == "posted")
            will_change = self.env["account.move"]._field_will_change
            changing = posted.filtered(lambda line: any(n in FROZEN and will_change(line, vals, n) for n in vals))
            changing.move_id._finance_check_free()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_finance_system(self):
        self.filtered(lambda line: line.parent_state == "posted").move_id._finance_check_free()
