from odoo import api, models
from odoo.fields import Domain

from .crm_contract import OPEN_STATES


class PoolMixin(models.AbstractModel):
    _inherit = "crm.pool.mixin"

    @api.model
    def _pool_exempt_domain(self):
        """Customers with a contract that runs stay with their owner, and so do their leads."""
        path = "commercial_partner_id" if self._name == "res.partner" else "partner_id.commercial_partner_id"
        contracts = self.env["crm.contract"].sudo()._search([("state", "in", OPEN_STATES)])
        return super()._pool_exempt_domain() | Domain(path, "in", contracts.subselect("commercial_partner_id"))
