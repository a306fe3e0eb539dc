from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _action_confirm(self):
        """Who buys has other days from now on, which may be fewer than those of his grade."""
        result = super()._action_confirm()
        customers = self.sudo().partner_id.commercial_partner_id
        customers.filtered("pool_id.recycle_days_won")._pool_plan_if_on()
        return result
