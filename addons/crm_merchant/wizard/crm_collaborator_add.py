from datetime import timedelta

from odoo import api, fields, models


class CrmCollaboratorAdd(models.TransientModel):
    """Asks whom, until when and with what right. The record's own method checks who may."""

    _name = "crm.collaborator.add"
    _description = "Add a Collaborator"

    res_model = fields.Char(required=True, readonly=True)
    res_ids = fields.Json(required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Colleague", required=True, domain="[('share', '=', False)]")
    until = fields.Date(required=True, default=lambda self: self._default_until(), help="The last day")
    can_write = fields.Boolean("May Change It")
    reason = fields.Char()

    def _default_until(self):
        return fields.Date.context_today(self) + timedelta(days=14)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        context = self.env.context
        return {
            **values,
            "res_model": context.get("active_model"),
            "res_ids": list(context.get("active_ids") or []),
        }

    def action_add(self):
        self.ensure_one()
        if self.res_model in self.env["crm.pool"]._pool_models():
            records = self.env[self.res_model].browse(self.res_ids)
            records.action_collaborator_set(self.user_id.id, self.until, self.can_write, self.reason or "")
        return {"type": "ir.actions.client", "tag": "soft_reload"}
