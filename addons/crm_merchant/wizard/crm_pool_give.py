from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmPoolGive(models.TransientModel):
    """Asks why, and to whom, before a held lead or customer is given away. Its own methods check the rights."""

    _name = "crm.pool.give"
    _description = "Release or Transfer"

    lead_ids = fields.Many2many("crm.lead")
    partner_ids = fields.Many2many("res.partner", string="Customers")
    mode = fields.Selection([("release", "Back to the pool"), ("transfer", "To a colleague")], required=True)
    user_id = fields.Many2one("res.users", "Colleague", domain="[('share', '=', False)]")
    reason = fields.Char()

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        name = {"crm.lead": "lead_ids", "res.partner": "partner_ids"}.get(self.env.context.get("active_model"))
        if name:
            values[name] = [(6, 0, self.env.context.get("active_ids", []))]
        return values

    def action_give(self):
        self.ensure_one()
        records = self.partner_ids or self.lead_ids
        if self.mode == "release":
            return records.action_pool_release(self.reason or "")
        if not self.user_id:
            raise UserError(self.env._("Choose the colleague who takes over."))
        records.action_pool_transfer(self.user_id.id, self.reason or "")
        return {"type": "ir.actions.act_window_close"}
