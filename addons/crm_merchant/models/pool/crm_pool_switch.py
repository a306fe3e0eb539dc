from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

BATCH = 5000


class CrmPool(models.Model):
    """Switching recycling on and off. Nothing falls into the pool without a warning when the rules begin to hold."""

    _inherit = "crm.pool"

    def _guarded_fields(self):
        return super()._guarded_fields() | {"recycle_active"}

    @api.model
    def _pool_models(self):
        """Names of the models whose records lie in pools."""
        return ["crm.lead"]

    @api.model
    def _pool_record(self, model, res_id):
        """The record of one of these models that a caller names.

        :raises UserError: no such model or record
        """
        record = self.env[model].browse(res_id).exists() if model in self._pool_models() and res_id else None
        if not record:
            raise UserError(self.env._("This record is not there any more."))
        return record

    def _held_batches(self, model):
        """Held records of these pools (superuser), in batches by id."""
        last = 0
        while True:
            batch = (
                self.env[model]
                .sudo()
                .search(
                    [("id", ">", last), ("pool_id", "in", self.ids), ("pool_state", "=", "owned")],
                    order="id",
                    limit=BATCH,
                )
            )
            if not batch:
                return
            yield batch
            last = batch[-1].id

    def _recycle_effect(self):
        """What the rules as they are now would do to what is held today.

        :return: dict with the numbers of records held, due at once, due within the time of warning, exempt, and held by
            people but in no pool yet, which get a clock from now on
        """
        self.ensure_one()
        now = fields.Datetime.now()
        soon = fields.Datetime.add(now, days=self.warn_days)
        effect = {"held": 0, "due": 0, "soon": 0, "exempt": 0, "adopted": 0}
        for model in self._pool_models():
            effect["adopted"] += sum(len(batch) for batch in self.env[model]._pool_adoptable(self))
            for batch in self._held_batches(model):
                due = batch._pool_deadlines(assume_on=True)
                near = batch.filtered(lambda record, due=due: record.id in due and due[record.id][0] <= soon)
                exempt = near._pool_exempt_now()
                effect["held"] += len(batch)
                effect["exempt"] += len(exempt)
                for record in near - exempt:
                    effect["due" if due[record.id][0] <= now else "soon"] += 1
                batch.invalidate_recordset(flush=False)
        return effect

    def _recycle_check_switcher(self):
        """:raises AccessError: for anyone but the administrators of the pool and of sales"""
        self.check_access("write")
        if self.env.user not in self.admin_ids and not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(self.env._("An administrator of the pool or of sales switches recycling."))

    def action_recycle_on(self):
        """Switches recycling on, or applies changed rules to clocks that run; noted in the chatter with its effect.

        What would be due at once falls after the time of warning, so that its holder is told first.
        """
        self._recycle_check_switcher()
        for pool in self.sudo():
            effect = pool._recycle_effect()
            pool._through_door("recycle_active").write({"recycle_active": True})
            grace = fields.Datetime.add(fields.Datetime.now(), days=max(pool.warn_days, 1))
            for model in self._pool_models():
                for batch in self.env[model]._pool_adoptable(pool):
                    batch._pool_adopt(pool)
                for batch in pool._held_batches(model):
                    pool._recycle_fill(batch)
                    batch._pool_plan(earliest=grace)
                    batch.invalidate_recordset(flush=False)
            pool.message_post(
                body=self.env._(
                    "Recycling runs by the present rules. Held: %(held)s; overdue, warned first: %(due)s; due within "
                    "%(days)s days: %(soon)s; exempt: %(exempt)s; held by people and new here: %(adopted)s.",
                    days=pool.warn_days,
                    **effect,
                ),
                author_id=self.env.user.partner_id.id,
            )
        return True

    def action_recycle_off(self):
        """Switches recycling off; held records lose their deadlines, the follow-ups and the ledger stay."""
        self._recycle_check_switcher()
        for pool in self.sudo():
            pool._through_door("recycle_active").write({"recycle_active": False})
            for model in self._pool_models():
                for batch in pool._held_batches(model):
                    batch._pool_plan()
                    batch.invalidate_recordset(flush=False)
            pool.message_post(body=self.env._("Recycling is switched off."), author_id=self.env.user.partner_id.id)
        return True

    @api.model
    def _recycle_fill(self, batch):
        """Grades of records that are older than the grade, so that they can be searched for."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET merchant_grade = 'C' WHERE id = ANY(%s) AND merchant_grade IS NULL",
                SQL.identifier(batch._table),
                batch.ids,
            )
        )
        batch.invalidate_recordset(["merchant_grade"], flush=False)

    # -- the jobs -------------------------------------------------------------------------------

    @api.model
    def _cron_recycle(self):
        """Puts what is due back into its pool, with the members of today."""
        self._cron_departments()
        for model in self._pool_models():
            self.env[model]._pool_recycle_due(self.env["ir.cron"]._commit_progress)
            if not self.env["ir.cron"]._commit_progress():
                return

    @api.model
    def _cron_warn(self):
        """Warns the holders of what is due soon."""
        for pool in self.sudo().search([("recycle_active", "=", True), ("warn_days", ">", 0)]):
            for model in self._pool_models():
                self.env[model]._pool_warn_soon(pool, self.env["ir.cron"]._commit_progress)
                if not self.env["ir.cron"]._commit_progress():
                    return
