from odoo import models
from odoo.exceptions import AccessError, UserError


class PoolMixin(models.AbstractModel):
    """Moving what lies in pools from one pool to another."""

    _inherit = "crm.pool.mixin"

    def action_pool_change(self, pool_id, reason=""):
        """Puts pooled records into another pool of the same company; nobody's quota, cool-down or rest changes by it.

        :param pool_id: id of an active pool
        :param reason: why, needed
        :raises AccessError: for anyone but the administrators of the pools they lie in and sales administrators
        """
        target = self.env["crm.pool"].browse(int(pool_id)).exists()
        records = self.sudo().exists()
        user = self.env.user
        # the right first: what lies in a foreign pool is nobody's business
        if not user.has_group("sales_team.group_sale_manager") and (
            not records or any(user not in record.pool_id.admin_ids for record in records)
        ):
            raise AccessError(self.env._("An administrator of the pool they lie in, or of sales, moves them."))
        if not target or not target.sudo().active:
            raise UserError(self.env._("Choose the pool they go to."))
        target.check_access("read")
        target = target.sudo()
        if records.filtered(lambda record: record.pool_state != "pooled"):
            raise UserError(self.env._("Only what lies in a pool can be moved to another."))
        if records.pool_id.company_id - target.company_id:
            raise UserError(self.env._("The pools belong to different companies."))
        if not (reason or "").strip():
            raise UserError(self.env._("Say in a few words why."))
        self._pool_lock_records(records)
        nobody = self.env["res.users"]
        self._pool_move_all(
            [
                {
                    "event": "move",
                    "holders": {nobody: batch},
                    "reason": f"{home.name} → {target.name}: {reason.strip()}",
                    "vals": {"pool_id": target.id},
                    "row_vals": {"pool_ref": target.id, "pool_name": target.name},
                }
                for home, batch in records.grouped("pool_id").items()
                if home != target
            ]
        )
        return True
