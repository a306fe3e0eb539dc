from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

LONGEST_DAYS = 366


class PoolMixin(models.AbstractModel):
    """Sharing a held record with a colleague until a day."""

    _inherit = "crm.pool.mixin"

    def action_collaborator_set(self, user_id, until, can_write=False, reason=""):
        """Lets a colleague read these records, or also change them, until a day; asked again, it sets a new day.

        :param user_id: id of a colleague who works in sales
        :param until: the last day, a date or its text in ISO form
        :raises AccessError: for anyone but the holder, his superiors and the administrators of the pool
        """
        self.check_access("write")
        self._pool_check_steward()
        user = self.env["res.users"].browse(int(user_id)).exists()
        if not user or user.share or not user.has_group("sales_team.group_sale_salesman"):
            raise UserError(self.env._("Choose a colleague who works in sales."))
        day, today = self._collaborator_day(until), fields.Date.context_today(self)
        if not day or not today <= day <= today + timedelta(days=LONGEST_DAYS):
            raise UserError(self.env._("Choose a day within the next %(days)s days.", days=LONGEST_DAYS))
        records = self.sudo()
        if records.filtered(lambda record: record.pool_state == "pooled" or not record.user_id):
            raise UserError(self.env._("Only what somebody holds can be shared."))
        records._collaborator_put(user, day, can_write, reason)
        return True

    def _collaborator_put(self, user, day, can_write, reason=""):
        """Makes ``user`` a collaborator of these records (superuser) until ``day``, and writes it into the ledger."""
        records = self
        name = self._followup_field()
        known = records.collaborator_ids.filtered(lambda row: row.user_id == user)
        known.write({"until": day, "can_write": bool(can_write)})
        known.create(
            [
                {
                    name: record.id,
                    "company_id": (record.company_id or self.env.company).id,
                    "user_id": user.id,
                    "until": day,
                    "can_write": bool(can_write),
                }
                for record in records - known[name]
            ]
        )
        right = self.env._("may change it") if can_write else self.env._("may read it")
        why = self.env._("%(right)s until %(day)s", right=right, day=fields.Date.to_string(day))
        why = f"{why}: {reason.strip()}" if (reason or "").strip() else why
        self.env["crm.pool.ledger"]._ledger_append(
            [record._prepare_collaborator_row("share", user, why) for record in records]
        )

    def _collaborator_day(self, until):
        try:
            return fields.Date.to_date(until or False)
        except ValueError:
            raise UserError(self.env._("“%(value)s” is not a date.", value=until)) from None

    def _prepare_collaborator_row(self, event, user, reason):
        """Ledger row about a collaborator of this record (superuser); the holder stays who he is."""
        self.ensure_one()
        row = self._pool_rows(event, self.user_id, self.pool_id, {self.id: self.user_id}, "", {})[0]
        return {**row, "reason": f"{user.name}: {reason}"}

    def _pool_leave_owner(self, owners):
        """In the pool nobody works on it together."""
        self.sudo().collaborator_ids._end(self.env._("It went into the pool"))
        return super()._pool_leave_owner(owners)


class CrmLead(models.Model):
    _inherit = "crm.lead"

    collaborator_ids = fields.One2many("crm.collaborator", "lead_id", "Collaborators", readonly=True)


class ResPartner(models.Model):
    _inherit = "res.partner"

    collaborator_ids = fields.One2many(
        "crm.collaborator", "partner_id", "Collaborators", readonly=True, groups="base.group_user"
    )
