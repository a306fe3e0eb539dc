from odoo import models


class SaleOrder(models.Model):
    """What approvers may be allowed to change on a quote, and what follows."""

    _inherit = "sale.order"

    def _approval_editable_paths(self):
        return [
            *super()._approval_editable_paths(),
            "payment_term_id",
            "validity_date",
            "note",
            "order_line.discount",
            "order_line.price_unit",
        ]

    def _approval_cheaper_paths(self):
        return [*super()._approval_cheaper_paths(), "order_line.price_unit", "order_line.discount"]

    def _on_edited(self, request):
        """What was changed is a version of its own: the paper with the old values is not the one that is signed."""
        result = super()._on_edited(request)
        self.env["sale.order.version"]._freeze(self, request)
        return result
