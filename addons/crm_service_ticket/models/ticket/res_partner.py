from odoo import fields, models

_READERS = "crm_service_ticket.group_ticket_reader"


class ResPartner(models.Model):
    _inherit = "res.partner"

    service_ticket_count = fields.Integer("Tickets", compute="_compute_service_counts", groups=_READERS)
    service_asset_count = fields.Integer("Equipment", compute="_compute_service_counts", groups=_READERS)

    def _compute_service_counts(self):
        companies = self.commercial_partner_id
        tickets = dict(
            self.env["service.ticket"]._read_group(
                [("commercial_partner_id", "in", companies.ids)], ["commercial_partner_id"], ["__count"]
            )
        )
        assets = dict(
            self.env["service.asset"]._read_group(
                [("partner_id", "in", companies.ids)], ["partner_id"], ["__count"]
            )
        )  # fmt: skip
        for partner in self:
            partner.service_ticket_count = tickets.get(partner.commercial_partner_id, 0)
            partner.service_asset_count = assets.get(partner.commercial_partner_id, 0)

    def action_view_service_tickets(self):
        self.ensure_one()
        tickets = self.env["service.ticket"].search([("commercial_partner_id", "=", self.commercial_partner_id.id)])
        return tickets._get_records_action(name=self.env._("Tickets"))

    def action_view_service_assets(self):
        self.ensure_one()
        assets = self.env["service.asset"].search([("partner_id", "=", self.commercial_partner_id.id)])
        return assets._get_records_action(name=self.env._("Equipment"))
