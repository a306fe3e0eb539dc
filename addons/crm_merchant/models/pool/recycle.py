"""Recycling: what is due goes back to its pool, and who holds what is soon due is told before.

Both jobs take only rows whose stored deadline has come, over a partial index, so that they cost the same with a
thousand and with a million held records. A deadline that came is reckoned once more before anything moves.
"""

from datetime import timedelta

from odoo import api, fields, models

from ..kernel.carefully import run_carefully

BATCH = 200


class PoolMixin(models.AbstractModel):
    _inherit = "crm.pool.mixin"

    @api.model
    def _pool_due_domain(self):
        """Domain of held records whose deadline has come."""
        return fields.Domain([("pool_state", "=", "owned"), ("recycle_deadline", "<=", fields.Datetime.now())])

    @api.model
    def _pool_recycle_due(self, commit):
        """Recycles everything that is due, in batches.

        :param commit: called with the number of records after each batch; false when there is no time left
        :return: ids of records that could not be recycled; they are logged and tried again next time
        """
        bad = []
        while True:
            domain = self._pool_due_domain() & fields.Domain("id", "not in", bad)
            batch = self.sudo().search(domain, order="recycle_deadline, id", limit=BATCH)
            if not batch:
                return bad
            bad += run_carefully(batch, "_pool_recycle_batch")
            if not commit(len(batch)):
                return bad

    def _pool_recycle_batch(self):
        """Recycles those of these records that are really due and plans the others anew.

        What nobody was warned of, because a new grade or an unlocking made it due at once, is warned of now and goes
        after the time of warning.
        """
        now = fields.Datetime.now()
        due = self._pool_deadlines()
        late = self.filtered(lambda record: record.id in due and due[record.id][0] <= now)
        exempt = late._pool_exempt_now()
        (self - late)._pool_plan()
        unwarned = (late - exempt).filtered(lambda record: record.pool_id.warn_days and not record.recycle_warned)
        # looked at again after the time of warning, so that nothing falls on the day its reason to stay ends
        self._pool_put_deadlines(
            {record.id: now + timedelta(days=max(record.pool_id.warn_days, 1)) for record in exempt | unwarned}
        )
        unwarned._pool_warn()
        reasons = {}
        for record in late - exempt - unwarned:
            _moment, rule, days = due[record.id]
            reasons.setdefault((rule, days), []).append(record.id)
        for (rule, days), ids in reasons.items():
            records = self.browse(ids)
            records._pool_move("recycle", {self.env["res.users"]: records}, self._pool_recycle_reason(rule, days))

    @api.model
    def _pool_recycle_reason(self, rule, days):
        """Why a record goes back, in words for people."""
        if rule == "no_opportunity":
            return self.env._("No opportunity for %(days)s days", days=days)
        if rule == "no_deal":
            return self.env._("No deal for %(days)s days", days=days)
        if rule == "after_deal":
            return self.env._("Bought before: no follow-up and no new deal for %(days)s days", days=days)
        return self.env._("No follow-up for %(days)s days", days=days)

    # -- warning --------------------------------------------------------------------------------

    @api.model
    def _pool_warn_soon(self, pool, commit):
        """Gives each holder a to-do a record that falls into the pool soon, and one message that names them all."""
        soon = fields.Datetime.now() + timedelta(days=pool.warn_days)
        domain = (
            fields.Domain([("pool_id", "=", pool.id), ("pool_state", "=", "owned"), ("recycle_warned", "=", False)])
            & fields.Domain("recycle_deadline", "<=", soon)
        )  # fmt: skip
        last = 0
        while True:
            batch = self.sudo().search(domain & fields.Domain("id", ">", last), order="id", limit=BATCH)
            if not batch:
                return
            last = batch[-1].id
            # nobody is alarmed for what a leave or a holiday has moved
            due = batch._pool_deadlines()
            later = [record for record in batch if record.id in due and due[record.id][0] > record.recycle_deadline]
            self._pool_put_deadlines({record.id: due[record.id][0] for record in later})
            near = batch.filtered(lambda record: record.recycle_deadline <= soon)
            told = near - near._pool_exempt_now()
            # the job runs once a day: what it could not see coming has its days from now
            sudden = told.filtered(lambda record: record.recycle_deadline < soon - timedelta(days=1))
            self._pool_put_deadlines(dict.fromkeys(sudden.ids, soon))
            told._pool_warn()
            if not commit(len(batch)):
                return

    def _pool_warn(self):
        """Tells the holders of these records (superuser)."""
        if not self:
            return
        self._through_door("recycle_warned").with_context(mail_notrack=True).write({"recycle_warned": True})
        self.env["mail.activity"]._merchant_schedule_quietly(
            self._prepare_pool_warning_vals(), lambda env: env._("These go back to the pool soon")
        )

    def _prepare_pool_warning_vals(self):
        """Values of the to-dos of these records; the day is that of the deadline."""
        kind = self._reminder_kind("mail_activity_pool_warning")
        model_id = self.env["ir.model"]._get_id(self._name)
        return [
            {
                "res_model_id": model_id,
                "res_id": record.id,
                "res_name": record.display_name,
                "user_id": record.user_id.id,
                "activity_type_id": kind.id,
                "date_deadline": fields.Datetime.context_timestamp(
                    self.with_context(tz=record.user_id.tz or "Asia/Shanghai"), record.recycle_deadline
                ).date(),
                "summary": lambda env, name=record.display_name: env._(
                    "Follow up “%(name)s”, or it goes back to the pool", name=name
                ),
            }
            for record in self
        ]

    def _drop_reminders(self, kinds=None):
        """A follow-up was made: the to-dos that asked for it are done.

        :param kinds: activity types, by default all of ``_reminder_kinds``
        """
        if self:
            self.env["mail.activity"].sudo().search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("activity_type_id", "in", (kinds or self._reminder_kinds()).ids),
                ]
            ).unlink()

    @api.model
    def _reminder_kinds(self):
        """Types of the to-dos by which the suite itself asks for a follow-up."""
        return self._reminder_kind("mail_activity_pool_warning")

    @api.model
    def _reminder_kind(self, name):
        """A shipped activity type by its cached id: asked for in every batch."""
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(f"crm_merchant.{name}", raise_if_not_found=True)
        return self.env["mail.activity.type"].browse(type_id)
