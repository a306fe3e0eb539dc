from odoo import api, fields, models


class CrmSuiteSettings(models.TransientModel):
    """What is settable about service."""

    _inherit = "crm.suite.settings"

    service_sla_active = fields.Boolean("Clocks for Tickets", compute="_compute_service_sla_active")
    service_reopen_days = fields.Integer("Reopen within (days)")
    service_warranty_months = fields.Integer("Warranty (months)")

    @api.depends("company_id")
    def _compute_service_sla_active(self):
        policies = self.env["service.sla.policy"]
        self.service_sla_active = bool(policies.search_count(policies._get_switch_domain(), limit=1))

    @api.model
    def _suite_company_fields(self):
        return {
            **super()._suite_company_fields(),
            "service_reopen_days": (1, 3650),
            "service_warranty_months": (0, 600),
        }
