from odoo import api, fields, models


class CrmPoolSwitch(models.TransientModel):
    """Shows what recycling would do to what is held today, before it is switched on or changed rules are applied."""

    _name = "crm.pool.switch"
    _description = "Switch Recycling"

    pool_id = fields.Many2one("crm.pool", required=True, readonly=True)
    recycle_active = fields.Boolean(related="pool_id.recycle_active")
    warn_days = fields.Integer(related="pool_id.warn_days")
    held_count = fields.Integer("Held Today", compute="_compute_effect")
    adopted_count = fields.Integer(
        "Held, in No Pool Yet",
        compute="_compute_effect",
        help="Held by people since before the pool recycled. They come under its rules, with clocks that begin now.",
    )
    due_count = fields.Integer("Overdue by These Rules", compute="_compute_effect")
    soon_count = fields.Integer("Due Within the Time of Warning", compute="_compute_effect")
    exempt_count = fields.Integer("Overdue or Due Soon, but Exempt", compute="_compute_effect")

    @api.depends("pool_id")
    def _compute_effect(self):
        for wizard in self:
            wizard.pool_id._recycle_check_switcher()
            effect = wizard.pool_id.sudo()._recycle_effect()
            wizard.held_count = effect["held"]
            wizard.adopted_count = effect["adopted"]
            wizard.due_count = effect["due"]
            wizard.soon_count = effect["soon"]
            wizard.exempt_count = effect["exempt"]

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "crm.pool":
            values["pool_id"] = self.env.context.get("active_id")
        return values

    def action_on(self):
        self.ensure_one()
        self.pool_id.action_recycle_on()
        return {"type": "ir.actions.act_window_close"}

    def action_off(self):
        self.ensure_one()
        self.pool_id.action_recycle_off()
        return {"type": "ir.actions.act_window_close"}
