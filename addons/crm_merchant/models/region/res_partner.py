from odoo import models


class ResPartner(models.Model):
    """A customer whose place nobody wrote down lies where the first of its leads lies: a lead that a closed region hides
    shall not be told of by its customer."""

    _name = "res.partner"
    _inherit = ["crm.region.mixin", "res.partner"]

    def _region_placeless(self):
        """Those of these companies that say nothing of where they are."""
        return self.filtered(
            lambda partner: partner.commercial_partner_id == partner
            and not (partner.state_id or partner.city)
            and partner.country_id.code in (False, "CN")
        )

    def _region_elsewhere(self):
        found = super()._region_elsewhere()
        placeless = self._region_placeless()
        if not placeless:
            return found
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        first = {}
        for partner, region, lead_id in leads._read_group(
            [("partner_id.commercial_partner_id", "in", placeless.ids), ("region_id", "!=", False)],
            ["partner_id", "region_id"],
            ["id:min"],
        ):
            customer_id = partner.commercial_partner_id.id
            first[customer_id] = min((lead_id, region.id), first.get(customer_id, (lead_id, region.id)))
        return {**found, **{customer_id: region_id for customer_id, (_lead_id, region_id) in first.items()}}
