from odoo import api, models

# what a sales order over there holds of a line
JUDGED = frozenset({"product_id", "product_uom_id", "product_uom_qty", "price_unit", "discount", "tax_ids"})


class SaleOrderLine(models.Model):
    """The one override of ``create`` and ``write`` of order lines: a confirmed order may have gone out."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.order_id._finance_note_changed()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if not JUDGED.isdisjoint(vals):
            self.order_id._finance_note_changed()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_is_noted_for_finance_system(self):
        self.order_id._finance_note_changed()
