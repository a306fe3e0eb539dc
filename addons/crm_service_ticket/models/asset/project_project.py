from odoo import api, fields, models


class ProjectProject(models.Model):
    _inherit = "project.project"

    service_asset_count = fields.Integer(
        "Equipment Count", compute="_compute_service_asset_count", groups="crm_service_ticket.group_ticket_reader"
    )

    @api.depends("delivery_contract_ids.service_asset_ids")
    def _compute_service_asset_count(self):
        groups = self.env["service.asset"]._read_group(
            [("milestone_id.project_id", "in", self.ids)], ["milestone_id"], ["__count"]
        )
        counts = {}
        for milestone, count in groups:
            counts[milestone.project_id] = counts.get(milestone.project_id, 0) + count
        for project in self:
            project.service_asset_count = counts.get(project, 0)

    def action_view_service_assets(self):
        self.ensure_one()
        assets = self.env["service.asset"].search([("milestone_id.project_id", "=", self.id)])
        return assets._get_records_action(name=self.env._("Equipment"))
