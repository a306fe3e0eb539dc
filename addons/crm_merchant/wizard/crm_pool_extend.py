from odoo import api, fields, models


class CrmPoolExtend(models.TransientModel):
    """Asks for more days, or grants them where somebody else holds the records. Their own methods check who may."""

    _name = "crm.pool.extend"
    _description = "More Days Before the Pool"

    res_model = fields.Char(required=True, readonly=True)
    res_ids = fields.Json(required=True, readonly=True)
    record_count = fields.Integer("Records", readonly=True)
    is_own = fields.Boolean(readonly=True)
    days = fields.Integer(required=True, default=7)
    reason = fields.Char(required=True)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        context = self.env.context
        model, ids = context.get("active_model"), context.get("active_ids") or []
        values |= {"res_model": model, "res_ids": ids, "record_count": len(ids)}
        if model in self.env["crm.pool"]._pool_models():
            values["is_own"] = self.env[model].browse(ids).user_id == self.env.user
        return values

    def action_apply(self):
        self.ensure_one()
        if self.res_model in self.env["crm.pool"]._pool_models():
            records = self.env[self.res_model].browse(self.res_ids)
            if records.user_id == self.env.user:
                records.action_pool_extension_ask(self.days, self.reason or "")
            else:
                records.action_pool_extend(self.days, self.reason or "")
        return {"type": "ir.actions.act_window_close"}
