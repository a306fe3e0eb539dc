from odoo import models


class PoolMixin(models.AbstractModel):
    """What people enter themselves comes under the rules of the pool of its region, if that pool says so."""

    _inherit = "crm.pool.mixin"

    def _pool_take_created(self):
        result = super()._pool_take_created()
        held = self.filtered(lambda record: record.user_id and not record.pool_state)
        if not held:
            return result
        homes = held._pool_find()
        for home in {homes[record.id] for record in held}:
            if home and home.recycle_active and home.created_rule != "none":
                batch = held.filtered(lambda record, home=home: homes[record.id] == home)
                batch._pool_move("create", batch.grouped("user_id"), "", pool=home)
        return result
