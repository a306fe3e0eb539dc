from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL


class CrmPool(models.Model):
    _inherit = "crm.pool"

    extension_limit = fields.Integer(
        "Most Extra Days",
        tracking=True,
        help="How many days more the administrator may grant a holder who asks, in all; 0: none",
    )

    _extension_limit_days = models.Constraint(
        "CHECK(extension_limit BETWEEN 0 AND 3650)", "A number of days lies between 0 and 3650."
    )


class PoolMixin(models.AbstractModel):
    """A holder asks for more days before his record goes back; the administrator of the pool grants them, up to a limit
    that nobody passes. They go with the record: the next holder has none."""

    _inherit = "crm.pool.mixin"

    pool_extra_days = fields.Integer(
        "Extra Days", readonly=True, copy=False, groups="base.group_user", aggregator=None, help="Granted to its holder"
    )

    def _guarded_fields(self):
        return super()._guarded_fields() | {"pool_extra_days"}

    def _prepare_pool_state_vals(self, user, home):
        return {**super()._prepare_pool_state_vals(user, home), "pool_extra_days": 0}

    def _pool_limits(self, life, converted, dealt, deal_end=None):
        limits = super()._pool_limits(life, converted, dealt, deal_end)
        # what lies in the pool of today's limits is not cut short when the limit is lowered later
        return [(rule, days + self.pool_extra_days, start) for rule, days, start in limits]

    def action_pool_extension_ask(self, days, reason=""):
        """Asks the administrators of the pools for more days; they get a to-do.

        :param days: how many more
        :param reason: needed
        :raises AccessError: not his
        :raises UserError: more than the pool allows, or nobody to ask
        """
        self.check_access("write")
        records = self.sudo()
        if not records or records.user_id != self.env.user:
            raise AccessError(self.env._("Only who holds a record can ask for more days."))
        days, reason = records._pool_extension_check(days, reason)
        kind = self._reminder_kind("mail_activity_pool_extension")
        records._drop_reminders(kind)
        values = []
        for record in records:
            if not record.pool_id.admin_ids:
                raise UserError(self.env._("The pool “%(pool)s” has no administrator.", pool=record.pool_id.name))
            values += [
                {
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": record.id,
                    "res_name": record.display_name,
                    "user_id": admin.id,
                    "activity_type_id": kind.id,
                    "date_deadline": fields.Date.context_today(record),
                    "summary": self.env._("%(days)s more days? %(reason)s", days=days, reason=reason),
                }
                for admin in record.pool_id.admin_ids
            ]
        self.env["mail.activity"]._merchant_schedule_quietly(values, self.env._("More days are asked for"))
        records._pool_extension_note("ask", days, reason)
        return True

    def action_pool_extend(self, days, reason=""):
        """Grants the holders of these records more days.

        :param days: how many more
        :param reason: needed
        :raises AccessError: for anyone but the administrators of the pools and of sales, and for the holder himself
        :raises UserError: more than the pool allows
        """
        self.check_access("write")
        records, user = self.sudo(), self.env.user
        is_manager = user.has_group("sales_team.group_sale_manager")
        for record in records:
            if record.user_id == user or not (is_manager or user in record.pool_id.admin_ids):
                raise AccessError(self.env._("An administrator of the pool or of sales grants more days, to others."))
        days, reason = records._pool_extension_check(days, reason)
        self._pool_lock_records(records)
        records._pool_extension_add(days)
        records._drop_reminders(self._reminder_kind("mail_activity_pool_extension"))
        records._pool_extension_note("extend", days, reason)
        records._pool_plan_if_on()
        return True

    def _pool_extension_add(self, days):
        """Door of ``pool_extra_days``, in one statement: Odoo asks for users and contacts of each company it writes."""
        self.flush_recordset(["pool_extra_days"])
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET pool_extra_days = COALESCE(pool_extra_days, 0) + %s WHERE id = ANY(%s)",
                SQL.identifier(self._table),
                days,
                self.ids,
            )
        )
        self.invalidate_recordset(["pool_extra_days"], flush=False)

    def _pool_extension_check(self, days, reason):
        """:return: the days as a number, the reason
        :raises UserError: not held in a pool, no reason, or more than the pool allows"""
        days, reason = int(days), (reason or "").strip()
        if self.filtered(lambda record: record.pool_state != "owned"):
            raise UserError(self.env._("Only what was taken from a pool can have more days."))
        if not reason:
            raise UserError(self.env._("Say in a few words why."))
        for record in self:
            left = record.pool_id.extension_limit - record.pool_extra_days
            if not 0 < days <= left:
                raise UserError(
                    self.env._(
                        "“%(name)s” can have %(left)s more days at most.", name=record.display_name, left=max(left, 0)
                    )
                )
        return days, reason

    def _pool_extension_note(self, event, days, reason):
        """The row in the ledger."""
        rows = []
        for (home, user), batch in self.grouped(lambda record: (record.pool_id, record.user_id)).items():
            rows += batch._pool_rows(event, user, home, dict.fromkeys(batch.ids, user), f"+{days}: {reason}", {})
        self.env["crm.pool.ledger"]._ledger_append(rows)
