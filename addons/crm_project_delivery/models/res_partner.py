from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _pool_deal_ends(self):
        """A contract is a deal that goes on until it is completed."""
        ends = super()._pool_deal_ends()
        groups = (
            self.env["crm.contract"]
            .sudo()
            ._read_group(
                [("commercial_partner_id", "in", self.ids), ("state", "=", "completed"), ("completed_at", "!=", False)],
                ["commercial_partner_id"],
                ["completed_at:array_agg"],
            )
        )
        for customer, moments in groups:
            ends.setdefault(customer.id, []).extend(moments)
        return ends
