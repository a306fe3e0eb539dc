from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmPoolGive(models.TransientModel):
    """Asks why, and to whom, before a held lead is given away. The lead's own methods check the rights."""

    _name = "crm.pool.give"
    _description = "Release or Transfer Leads"

    lead_ids = fields.Many2many("crm.lead", required=True)
    mode = fields.Selection([("release", "Back to the pool"), ("transfer", "To a colleague")], required=True)
    user_id = fields.Many2one("res.users", "Colleague", domain="[('share', '=', False)]")
    reason = fields.Char()

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "crm.lead":
            values["lead_ids"] = [(6, 0, self.env.context.get("active_ids", []))]
        return values

    def action_give(self):
        self.ensure_one()
        if self.mode == "release":
            return self.lead_ids.action_pool_release(self.reason or "")
        if not self.user_id:
            raise UserError(self.env._("Choose the colleague who takes the leads over."))
        self.lead_ids.action_pool_transfer(self.user_id.id, self.reason or "")
        return {"type": "ir.actions.act_window_close"}
