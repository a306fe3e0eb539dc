from odoo import api, fields, models

VIEWS = {"crm.pool.lead": "crm.lead", "crm.pool.partner": "res.partner"}


class CrmPoolChange(models.TransientModel):
    """Asks which pool the chosen ones go to, and why. The records' own method checks who may."""

    _name = "crm.pool.change"
    _description = "Move to Another Pool"

    res_model = fields.Char(required=True, readonly=True)
    res_ids = fields.Json(required=True, readonly=True)
    record_count = fields.Integer("Records", readonly=True)
    from_pool_id = fields.Many2one("crm.pool", "Everything in", readonly=True)
    pool_id = fields.Many2one("crm.pool", "Target Pool", required=True)
    reason = fields.Char(required=True)

    @api.model
    def default_get(self, fields_list):
        """The rows chosen in a list of pooled records, or all that lies in a pool."""
        values = super().default_get(fields_list)
        context = self.env.context
        model, ids = context.get("active_model"), list(context.get("active_ids") or [])
        if model == "crm.pool":
            pool = self.env["crm.pool"].browse(ids[:1])
            pool.check_access("read")
            count = sum(map(len, pool._pool_contents()))
            return {**values, "res_model": model, "res_ids": ids[:1], "record_count": count, "from_pool_id": pool.id}
        return {**values, "res_model": VIEWS.get(model, model), "res_ids": ids, "record_count": len(ids)}

    def action_move(self):
        self.ensure_one()
        models_of_pools = self.env["crm.pool"]._pool_models()
        if self.res_model == "crm.pool":
            self.env["crm.pool"].browse(self.res_ids).action_pool_empty(self.pool_id.id, self.reason or "")
        elif self.res_model in models_of_pools:
            self.env[self.res_model].browse(self.res_ids).action_pool_change(self.pool_id.id, self.reason or "")
        return {"type": "ir.actions.client", "tag": "soft_reload"}
