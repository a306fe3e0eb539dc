from datetime import datetime, timedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL


class PoolMixin(models.AbstractModel):
    """A holder may lock a few records against recycling; only unlocking ends it, or giving the record away."""

    _inherit = "crm.pool.mixin"

    pool_locked = fields.Boolean("Locked", readonly=True, copy=False, groups="base.group_user")

    def _guarded_fields(self):
        return super()._guarded_fields() | {"pool_locked"}

    def _prepare_pool_state_vals(self, user, home):
        return {**super()._prepare_pool_state_vals(user, home), "pool_locked": False}

    def action_pool_lock(self):
        """Keeps held records of the current user from being recycled.

        :raises AccessError: not his
        :raises UserError: no pool holds them, or over the cap, which counts over all his pools
        """
        self.check_access("write")
        records = self.sudo()
        if records.user_id != self.env.user:
            raise AccessError(self.env._("Only who holds a record can lock it."))
        records = records.filtered(lambda record: not record.pool_locked)
        if records.filtered(lambda record: record.pool_state != "owned"):
            raise UserError(self.env._("Only what was taken from a pool can be locked."))
        # two tabs of one person meet at his own rows
        self._pool_lock_members()
        caps = records.pool_id.mapped("lock_limit")
        mine = [("user_id", "=", self.env.uid), ("pool_locked", "=", True), ("pool_state", "=", "owned")]
        locked = sum(self.env[model].sudo().search_count(mine) for model in self.env["crm.pool"]._pool_models())
        if caps and locked + len(records) > min(caps):
            raise UserError(
                self.env._(
                    "You have locked %(locked)s and may lock %(limit)s. Unlock one first.",
                    locked=locked,
                    limit=min(caps),
                )
            )
        records._pool_set_lock(True)
        return True

    def action_pool_unlock(self):
        """Lets the clock run again; for the holder, his superiors and the administrators of the pool."""
        self.check_access("write")
        self._pool_check_steward()
        self.sudo().filtered("pool_locked")._pool_set_lock(False)
        return True

    def _pool_locked_long(self):
        """Those of these locked records (superuser) whose lock lasted longer than the time of warning: a warning from
        before is forgotten, while who only locks and unlocks wins no time by it."""
        rows = self.env.execute_query(
            SQL(
                "SELECT res_id, max(moment) FROM crm_pool_ledger "
                "WHERE res_model = %s AND res_id = ANY(%s) AND event = 'lock' GROUP BY res_id",
                self._name,
                self.ids,
            )
        )
        since, now = dict(rows), fields.Datetime.now()
        return self.filtered(
            lambda record: now - since.get(record.id, datetime.min) > timedelta(days=record.pool_id.warn_days)
        )

    def _pool_set_lock(self, locked):
        """Door of ``pool_locked``."""
        self._through_door("pool_locked").write({"pool_locked": locked})
        if not locked:
            forgotten = self._pool_locked_long()
            forgotten._through_door("recycle_warned").write({"recycle_warned": False})
        rows = []
        for (home, user), batch in self.grouped(lambda record: (record.pool_id, record.user_id)).items():
            holders = dict.fromkeys(batch.ids, user)
            rows += batch._pool_rows("lock" if locked else "unlock", user, home, holders, "", {})
        self.env["crm.pool.ledger"]._ledger_append(rows)
        self._pool_plan_if_on()
