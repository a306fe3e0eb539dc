from odoo import api, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """What the clock of a held customer looks at."""

    _inherit = "res.partner"

    @api.model
    def _pool_customer_path(self):
        return "commercial_partner_id"

    def _pool_exempt_now(self):
        """A customer goes with his leads, so he stays while his holder has locked one of them or the pool exempts one."""
        exempt = super()._pool_exempt_now()
        rest = (self - exempt)._origin
        if not rest:
            return exempt
        leads = (
            self.env["crm.lead"]
            .sudo()
            .search(
                Domain("partner_id.commercial_partner_id", "in", rest.ids)
                & Domain("pool_state", "=", "owned")
                & Domain("won_status", "=", "pending")
            )
        )
        staying = leads.filtered("pool_locked") | leads._pool_exempt_now()
        pairs = {(lead.partner_id.commercial_partner_id.id, lead.user_id) for lead in staying}
        return exempt | self.filtered(lambda customer: (customer._origin.id, customer.sudo().user_id) in pairs)

    def _pool_limits(self, life, converted, dealt, deal_end=None):
        # a customer who ordered is past the question whether he becomes an opportunity
        return super()._pool_limits(life, converted or dealt, dealt, deal_end)

    def _pool_with_opportunity(self):
        groups = (
            self.env["crm.lead"]
            .sudo()
            .with_context(active_test=False)
            ._read_group(
                [("partner_id.commercial_partner_id", "in", self.ids), ("type", "=", "opportunity")], ["partner_id"]
            )
        )
        found = {partner.commercial_partner_id.id for (partner,) in groups}
        return super()._pool_with_opportunity() | self.filtered(lambda customer: customer.id in found)

    @api.model
    def _get_deal_domain(self):
        """Orders that make a customer one who bought."""
        return Domain("state", "=", "sale")

    def _pool_with_deal(self):
        groups = (
            self.env["sale.order"]
            .sudo()
            ._read_group(
                Domain("partner_id.commercial_partner_id", "in", self.ids) & self._get_deal_domain(), ["partner_id"]
            )
        )
        found = {partner.commercial_partner_id.id for (partner,) in groups}
        return super()._pool_with_deal() | self.filtered(lambda customer: customer.id in found)

    def _pool_deal_ends(self):
        """An order by itself ends when it is confirmed."""
        ends = super()._pool_deal_ends()
        groups = (
            self.env["sale.order"]
            .sudo()
            ._read_group(
                Domain("partner_id.commercial_partner_id", "in", self.ids) & self._get_deal_domain(),
                ["partner_id"],
                ["date_order:array_agg"],
            )
        )
        for partner, moments in groups:
            ends.setdefault(partner.commercial_partner_id.id, []).extend(moments)
        return ends
