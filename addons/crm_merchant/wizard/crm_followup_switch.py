from odoo import api, fields, models


class CrmFollowupSwitch(models.TransientModel):
    """Shows how many leads a follow-up rule begins to time before it is switched."""

    _name = "crm.followup.switch"
    _description = "Switch a Follow-up Rule"

    rule_id = fields.Many2one("crm.followup.rule", required=True, readonly=True)
    active_rule = fields.Boolean(related="rule_id.active", string="Is On")
    lead_count = fields.Integer("Leads It Fits", compute="_compute_lead_count")

    @api.depends("rule_id")
    def _compute_lead_count(self):
        for wizard in self:
            wizard.rule_id._check_switcher()
            wizard.lead_count = wizard.rule_id._effect()

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "crm.followup.rule":
            values["rule_id"] = self.env.context.get("active_id")
        return values

    def action_on(self):
        self.rule_id.action_switch_on()
        return {"type": "ir.actions.act_window_close"}

    def action_off(self):
        self.rule_id.action_switch_off()
        return {"type": "ir.actions.act_window_close"}
