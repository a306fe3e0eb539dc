from odoo import models

from ..approval.crm_approval_mixin import fetch_whole


class SaleOrder(models.Model):
    """Reading quotes for their approval: all columns of a kind at once, however many quotes."""

    _inherit = "sale.order"

    def _approval_fetch(self):
        result = super()._approval_fetch()
        self._approval_fetch_lines()
        # a version is kept at each submit and nowhere else
        first = self.filtered(lambda order: not order.approval_request_id)
        self._fields["version_ids"]._insert_cache(first, [()] * len(first))
        for company, orders in self.grouped("company_id").items():
            # the cost is asked for the company, see ``_approval_cost``
            fetch_whole(orders.order_line.product_id.with_company(company), "standard_price")
        return result

    def _approval_partners(self):
        return super()._approval_partners() | self.partner_id | self.user_id.sudo().partner_id

    def _approval_fetch_lines(self):
        """Lines with their taxes, which would else be read order by order."""
        field = self._fields["order_line"]
        orders = self.browse(field._cache_missing_ids(self))
        if orders:
            lines = self.env["sale.order.line"]
            lines = lines.search_fetch(
                [("order_id", "in", orders.ids)],
                [name for name, column in lines._fields.items() if column.prefetch is True],
            )
            found = lines.grouped("order_id")
            field._insert_cache(orders, [found.get(order, lines.browse())._ids for order in orders])
        self.order_line.fetch(["tax_ids"])
