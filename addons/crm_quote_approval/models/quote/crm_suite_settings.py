from odoo import api, fields, models


class CrmSuiteSettings(models.TransientModel):
    """What is settable about quotes and their approval."""

    _inherit = "crm.suite.settings"

    approval_quote_active = fields.Boolean("Quotes Need Approval", compute="_compute_approval_quote_active")
    approval_sum_days = fields.Integer("Confirmed Orders Count for (days)")
    approval_quoted_stage_id = fields.Many2one("crm.stage", "Stage after Approval")
    quote_letterhead = fields.Boolean("Quotations with Letterhead")
    quote_expiry_active = fields.Boolean("Expired Quotes Are Not Valid")
    quote_notice_days = fields.Integer("Notice before Expiry (working days)")
    quote_share_days = fields.Integer("Shared Links Are Open for (days)")

    @api.depends("company_id")
    def _compute_approval_quote_active(self):
        active = self.env["crm.approval.policy"]._active_policies("sale.order", self.env.company)
        self.approval_quote_active = bool(active)

    @api.model
    def _suite_company_fields(self):
        return {
            **super()._suite_company_fields(),
            "approval_sum_days": (0, 3650),
            "approval_quoted_stage_id": None,
            "quote_letterhead": None,
            "quote_expiry_active": None,
            "quote_notice_days": (0, 60),
            "quote_share_days": (1, 365),
        }

    def action_approval_switch(self):
        """Opens the window that shows the effect of turning approval of quotes on or off."""
        return self.env["crm.approval.policy"].action_switch_quotes()
