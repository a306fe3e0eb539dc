from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    service_sla_active = fields.Boolean("Clocks for Tickets", compute="_compute_service_sla_active")

    @api.depends("company_id")
    def _compute_service_sla_active(self):
        policies = self.env["service.sla.policy"]
        active = bool(policies.search_count(policies._get_switch_domain(), limit=1))
        for settings in self:
            settings.service_sla_active = active

    def action_service_sla_switch(self):
        """Opens the window that shows the effect of turning the clocks on or off."""
        return self.env["ir.actions.actions"]._for_xml_id("crm_service_ticket.action_service_sla_switch")

    def action_service_sla_policies(self):
        """Opens the policies."""
        return self.env["ir.actions.actions"]._for_xml_id("crm_service_ticket.action_service_sla_policy")
