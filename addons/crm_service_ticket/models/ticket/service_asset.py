from odoo import api, fields, models


class ServiceAsset(models.Model):
    _inherit = "service.asset"

    ticket_ids = fields.One2many("service.ticket", "asset_id", readonly=True)
    ticket_count = fields.Integer(compute="_compute_ticket_count")

    @api.depends("ticket_ids")
    def _compute_ticket_count(self):
        counts = dict(self.env["service.ticket"]._read_group([("asset_id", "in", self.ids)], ["asset_id"], ["__count"]))
        for asset in self:
            asset.ticket_count = counts.get(asset, 0)

    def action_view_tickets(self):
        self.ensure_one()
        return self.ticket_ids._get_records_action(name=self.env._("Tickets"))
