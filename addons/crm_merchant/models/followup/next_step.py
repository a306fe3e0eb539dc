"""A held record without a planned next step is one that nobody will think of: its holder is told, once, by the daily job
of warnings. The to-do is itself a step, so that the record is not named again before it is done or dropped."""

from odoo import api, fields, models

BATCH = 200


class CrmPool(models.Model):
    _inherit = "crm.pool"

    reminds_next = fields.Boolean(
        "Remind of a Missing Next Step",
        tracking=True,
        help="Who holds a record without a to-do or a meeting to come gets a to-do to plan one",
    )

    @api.model
    def _cron_warn(self):
        result = super()._cron_warn()
        commit = self.env["ir.cron"]._commit_progress
        for pool in self.sudo().search([("reminds_next", "=", True)]):
            for model in self._pool_models():
                self.env[model]._next_step_remind(pool, commit)
                if not commit():
                    return result
        return result


class PoolMixin(models.AbstractModel):
    _inherit = "crm.pool.mixin"

    @api.model
    def _next_step_domain(self):
        """Domain of held records for which nothing is planned."""
        return fields.Domain("pool_state", "=", "owned") & fields.Domain("activity_ids", "=", False)

    @api.model
    def _next_step_remind(self, pool, commit):
        """One to-do a record without a next step in ``pool``, and one message a holder.

        :param commit: called with the number of records after each batch; false when there is no time left
        """
        domain = self._next_step_domain() & fields.Domain("pool_id", "=", pool.id)
        last = 0
        while True:
            batch = self.sudo().search(domain & fields.Domain("id", ">", last), order="id", limit=BATCH)
            if not batch:
                return
            last = batch[-1].id
            self.env["mail.activity"]._merchant_schedule_quietly(
                batch._prepare_next_step_vals(), self.env._("These have no next step")
            )
            if not commit(len(batch)):
                return

    def _prepare_next_step_vals(self):
        kind = self._reminder_kind("mail_activity_no_next_step")
        model_id = self.env["ir.model"]._get_id(self._name)
        return [
            {
                "res_model_id": model_id,
                "res_id": record.id,
                "res_name": record.display_name,
                "user_id": record.user_id.id,
                "activity_type_id": kind.id,
                "date_deadline": fields.Date.context_today(self.with_context(tz=record.user_id.tz or "Asia/Shanghai")),
                "summary": self.env._("Plan the next step with “%(name)s”", name=record.display_name),
            }
            for record in self
        ]

    @api.model
    def _reminder_kinds(self):
        return super()._reminder_kinds() | self._reminder_kind("mail_activity_no_next_step")


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model
    def _next_step_domain(self):
        planned = self.env["calendar.event"].sudo()._search([("start", ">", fields.Datetime.now())])
        return (
            super()._next_step_domain()
            & fields.Domain("won_status", "=", "pending")
            & ~fields.Domain("calendar_event_ids", "in", planned)
        )
