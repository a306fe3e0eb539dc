from collections import defaultdict

from odoo import models
from odoo.tools import SQL


class ResPartner(models.Model):
    """The rehearsal of recycling over customers."""

    _inherit = "res.partner"

    def _replay_followups(self):
        """A follow-up on a lead of a customer counts for him where both are in the same hands; whose they were at that
        time is not asked, whose they are today decides."""
        found = super()._replay_followups()
        self.env["crm.lead"].flush_model(["partner_id", "user_id"])
        self.env["res.partner"].flush_model(["commercial_partner_id", "user_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT c.id, f.moment
                  FROM crm_followup f
                  JOIN crm_lead l ON l.id = f.lead_id
                  JOIN res_partner p ON p.id = l.partner_id
                  JOIN res_partner c ON c.id = p.commercial_partner_id AND c.user_id = l.user_id
                 WHERE f.is_effective AND c.id = ANY(%s)
                """,
                self.ids,
            )
        )
        for partner_id, moment in rows:
            found[partner_id].append(moment)
        return found

    def _replay_turns(self):
        """The first opportunity, or the first order, whichever came first; and the first order."""
        turns = super()._replay_turns()
        self.env["crm.lead"].flush_model(["partner_id", "type", "date_conversion"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.commercial_partner_id, min(COALESCE(l.date_conversion, l.create_date))
                  FROM crm_lead l JOIN res_partner p ON p.id = l.partner_id
                 WHERE l.type = 'opportunity' AND p.commercial_partner_id = ANY(%s)
                 GROUP BY p.commercial_partner_id
                """,
                self.ids,
            )
        )
        converted = dict(rows)
        dealt = {}
        orders = self.env["sale.order"].sudo()
        domain = [("partner_id.commercial_partner_id", "in", self.ids), *self._get_deal_domain()]
        for partner, moment in orders._read_group(domain, ["partner_id"], ["date_order:min"]):
            customer_id = partner.commercial_partner_id.id
            dealt[customer_id] = min(moment, dealt.get(customer_id, moment))
        for partner_id in turns:
            first = min(filter(None, (converted.get(partner_id), dealt.get(partner_id))), default=None)
            turns[partner_id] = (first, dealt.get(partner_id))
        return turns

    def _rehearsal_deals(self, holders):
        """Open deals that would go along with their customer, as in ``_pool_take_along``."""
        deals = defaultdict(self.env["crm.lead"].sudo().browse, super()._rehearsal_deals(holders))
        domain = [("partner_id.commercial_partner_id", "in", self.ids), ("type", "=", "opportunity")]
        for lead in self.env["crm.lead"].sudo().search([*domain, ("won_status", "=", "pending")], order="id"):
            customer = lead.partner_id.commercial_partner_id
            if lead.user_id == holders[customer.id]:
                deals[customer.id] += lead
        return dict(deals)
