from odoo import api, models
from odoo.fields import Domain


class PoolMixin(models.AbstractModel):
    _inherit = "crm.pool.mixin"

    @api.model
    def _pool_exempt_domain(self):
        """Customers whose quote is being decided stay with their owner, and so do their leads."""
        quotes = self.env["sale.order"].sudo()._search([("approval_state", "=", "pending")])
        partners = self.env["res.partner"].sudo()._search([("id", "in", quotes.subselect("partner_id"))])
        return super()._pool_exempt_domain() | Domain(
            self._pool_customer_path(), "in", partners.subselect("commercial_partner_id")
        )
