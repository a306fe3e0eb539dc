from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    approval_quote_active = fields.Boolean("Quotes Need Approval", compute="_compute_approval_quote_active")
    approval_sum_days = fields.Integer(related="company_id.approval_sum_days", readonly=False)
    quote_letterhead = fields.Boolean(related="company_id.quote_letterhead", readonly=False)
    quote_expiry_active = fields.Boolean(related="company_id.quote_expiry_active", readonly=False)
    quote_notice_days = fields.Integer(related="company_id.quote_notice_days", readonly=False)
    quote_share_days = fields.Integer(related="company_id.quote_share_days", readonly=False)
    approval_quoted_stage_id = fields.Many2one(related="company_id.approval_quoted_stage_id", readonly=False)

    @api.depends("company_id")
    def _compute_approval_quote_active(self):
        for settings in self:
            settings.approval_quote_active = bool(
                self.env["crm.approval.policy"]._active_policies("sale.order", settings.company_id)
            )

    def action_approval_switch(self):
        """Opens the window that shows the effect of turning approval of quotes on or off."""
        return self.env["crm.approval.policy"].action_switch_quotes()

    def action_approval_policies(self):
        """Opens the policies."""
        return self.env["ir.actions.actions"]._for_xml_id("crm_quote_approval.action_crm_approval_policy")
