from odoo import api, fields, models
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
        records = self.sudo().exists()
        # the right first: what lies in a foreign pool is nobody's business
        records.pool_id._pool_check_mover(self.env.user, bool(records))
        target = self._pool_change_target(pool_id)
        if records.filtered(lambda record: record.pool_state != "pooled"):
            raise UserError(self.env._("Only what lies in a pool can be moved to another."))
        self._pool_change(records, target, reason)
        return True

    @api.model
    def _pool_change_target(self, pool_id):
        target = self.env["crm.pool"].browse(int(pool_id)).exists()
        if not target or not target.sudo().active:
            raise UserError(self.env._("Choose the pool they go to."))
        target.check_access("read")
        return target.sudo()

    @api.model
    def _pool_change(self, records, target, reason):
        """Gives these records (superuser) another home pool; who holds one keeps it, its lock and his extra days."""
        if records.pool_id.company_id - target.company_id:
            raise UserError(self.env._("The pools belong to different companies."))
        if not (reason or "").strip():
            raise UserError(self.env._("Say in a few words why."))
        self._pool_lock_records(records)
        groups = records.filtered(lambda record: record.pool_id != target).grouped(
            lambda record: (record.pool_id, record.pool_locked, record.pool_extra_days)
        )
        self._pool_move_all(
            [
                {
                    "event": "move",
                    "holders": dict(batch.grouped("user_id")),
                    "reason": f"{home.name} → {target.name}: {reason.strip()}",
                    "vals": {"pool_id": target.id, "pool_locked": locked, "pool_extra_days": extra},
                    "row_vals": {"pool_ref": target.id, "pool_name": target.name},
                }
                for (home, locked, extra), batch in groups.items()
            ]
        )


class CrmPool(models.Model):
    """A pool is closed only when nothing calls it its home any more: nobody would see what falls into it."""

    _inherit = "crm.pool"

    def _watched_fields(self):
        return {**super()._watched_fields(), "active": "_pool_active_written"}

    def _pool_active_written(self, before):
        """:raises UserError: a pool that is archived holds records, in it or in people's hands"""
        for pool in self.filtered(lambda pool: before and not pool.active):
            lying, held = (pool._pool_contents(state) for state in ("pooled", "owned"))
            if lying or held:
                raise UserError(
                    self.env._(
                        "“%(pool)s” cannot be archived: %(lying)s records lie in it and %(held)s are held by people. Use "
                        "“Move Everything to Another Pool” first.",
                        pool=pool.name,
                        lying=sum(map(len, lying)),
                        held=sum(map(len, held)),
                    )
                )

    def _pool_contents(self, state=None):
        """The records (superuser) whose home is this pool, archived ones too: a list of recordsets, none empty.

        :param state: ``pooled`` or ``owned``, by default both
        """
        self.ensure_one()
        domain = fields.Domain("pool_id", "=", self.id)
        if state:
            domain &= fields.Domain("pool_state", "=", state)
        found = [
            self.env[model].sudo().with_context(active_test=False).search(domain, order="id")
            for model in self._pool_models()
        ]
        return [records for records in found if records]

    def _pool_check_mover(self, user, some=True):
        """:raises AccessError: for anyone but the administrators of all these pools and of sales"""
        if not user.has_group("sales_team.group_sale_manager") and (
            not some or any(user not in pool.admin_ids for pool in self.sudo())
        ):
            raise AccessError(self.env._("An administrator of the pool they lie in, or of sales, moves them."))

    def action_pool_empty(self, pool_id, reason=""):
        """Gives everything whose home is this pool another one, what people hold too; they keep it.

        :param pool_id: id of an active pool of the same company
        :param reason: why, needed
        :raises AccessError: for anyone but administrators of this pool and of sales
        """
        self.ensure_one()
        self._pool_check_mover(self.env.user)
        target = self.env["crm.pool.mixin"]._pool_change_target(pool_id)
        for records in self._pool_contents():
            records.with_env(self.env)._pool_change(records, target, reason)
        return True
