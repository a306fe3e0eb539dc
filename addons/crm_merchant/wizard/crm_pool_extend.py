from odoo import api, fields, models


class CrmPoolExtend(models.TransientModel):
    """Asks for more days, or grants them where somebody else holds the records. Their own methods check who may."""

    _name = "crm.pool.extend"
    _description = "More Days Before the Pool"

    res_model = fields.Char(required=True, readonly=True)
    res_ids = fields.Json(required=True, readonly=True)
    record_count = fields.Integer("Records", readonly=True)
    is_own = fields.Boolean(readonly=True)
    days_left = fields.Integer(
        "At Most", readonly=True, help="What the pool still allows, of several records the fewest"
    )
    days = fields.Integer(required=True, default=7)
    reason = fields.Char(required=True)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        context = self.env.context
        model, ids = context.get("active_model"), context.get("active_ids") or []
        values |= {"res_model": model, "res_ids": ids, "record_count": len(ids)}
        if model in self.env["crm.pool"]._pool_models():
            records = self.env[model].browse(ids)
            values["is_own"] = records.user_id == self.env.user
            left = min((record.pool_id.extension_limit - record.pool_extra_days for record in records), default=0)
            values["days_left"] = max(left, 0)
            values["days"] = min(values.get("days") or 7, values["days_left"])
        return values

    def action_apply(self):
        self.ensure_one()
        done = ""
        if self.res_model in self.env["crm.pool"]._pool_models():
            records = self.env[self.res_model].browse(self.res_ids)
            if records.user_id == self.env.user:
                records.action_pool_extension_ask(self.days, self.reason or "")
                done = self.env._(
                    "The administrators of the pool were asked. Once one of them agrees, the deadline moves."
                )
            else:
                records.action_pool_extend(self.days, self.reason or "")
                done = self.env._("Granted; the deadline was reckoned anew.")
        close = {"type": "ir.actions.act_window_close"}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": done, "type": "success", "next": close},
        }
