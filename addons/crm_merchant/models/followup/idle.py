"""久未跟进: how long a held record lies without a follow-up that counts, told and searched; no rule hangs on it."""

from datetime import timedelta

from odoo import api, fields, models


class PoolMixin(models.AbstractModel):
    _inherit = "crm.pool.mixin"

    idle_days = fields.Integer(
        "Days Without Follow-up",
        compute="_compute_idle_days",
        search="_search_idle_days",
        groups="base.group_user",
        aggregator=None,
        help="Since the last follow-up that counts, or since its holder got it",
    )
    of_my_people = fields.Boolean(
        "Held by My People", compute="_compute_of_my_people", search="_search_of_my_people", groups="base.group_user"
    )

    @api.depends("last_followup_at", "pool_since", "create_date", "user_id")
    def _compute_idle_days(self):
        now = fields.Datetime.now()
        for record in self:
            since = record.user_id and (record.last_followup_at or record.pool_since or record.create_date)
            record.idle_days = (now - since).days if since else 0

    @api.model
    def _search_idle_days(self, operator, value):
        """At least, or more than, so many days; what nobody holds is not idle."""
        if operator not in (">", ">=") or not isinstance(value, int) or not 0 <= value <= 36500:
            return NotImplemented
        long_ago = fields.Datetime.now() - timedelta(days=value + (operator == ">"))
        domain = fields.Domain("last_followup_at", "<=", long_ago)
        for known, name in ((["last_followup_at"], "pool_since"), (["last_followup_at", "pool_since"], "create_date")):
            missing = fields.Domain.AND(fields.Domain(field, "=", False) for field in known)
            domain |= missing & fields.Domain(name, "<=", long_ago)
        return domain & fields.Domain("user_id", "!=", False)

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_of_my_people(self):
        people = self.env.user._merchant_people()
        for record in self:
            record.of_my_people = record.user_id in people

    @api.model
    def _search_of_my_people(self, operator, value):
        if operator != "in":
            return NotImplemented
        return fields.Domain("user_id", "in" if True in value else "not in", self.env.user._merchant_people().ids)
