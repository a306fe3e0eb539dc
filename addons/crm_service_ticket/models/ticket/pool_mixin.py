from odoo import api, models
from odoo.fields import Domain

from .service_ticket import OPEN_STATES


class PoolMixin(models.AbstractModel):
    _inherit = "crm.pool.mixin"

    @api.model
    def _pool_exempt_domain(self):
        """Customers with an open ticket stay with their owner, and so do their leads."""
        path = "commercial_partner_id" if self._name == "res.partner" else "partner_id.commercial_partner_id"
        tickets = self.env["service.ticket"].sudo()._search(
            [("state", "in", OPEN_STATES), ("commercial_partner_id", "!=", False)]
        )  # fmt: skip
        return super()._pool_exempt_domain() | Domain(path, "in", tickets.subselect("commercial_partner_id"))
