from odoo import api, fields, models

from ..models.pool.grade import GRADES


class CrmPoolGrade(models.TransientModel):
    """Asks which grade and why. The record's own method checks who may."""

    _name = "crm.pool.grade"
    _description = "Set the Grade"

    res_model = fields.Char(required=True, readonly=True)
    res_ids = fields.Json(required=True, readonly=True)
    record_count = fields.Integer("Records", readonly=True)
    grade = fields.Selection(GRADES, required=True, default="A")
    reason = fields.Char(required=True)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        context = self.env.context
        ids = context.get("active_ids") or []
        return {**values, "res_model": context.get("active_model"), "res_ids": ids, "record_count": len(ids)}

    def action_set(self):
        self.ensure_one()
        model = self.env[self.res_model]
        if self.res_model in self.env["crm.pool"]._pool_models():
            model.browse(self.res_ids).action_grade_set(self.grade, self.reason or "")
        return {"type": "ir.actions.act_window_close"}
