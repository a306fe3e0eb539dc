"""How much one person may take and hold, and how soon again.

The daily count stands on the person's ``crm.pool.member`` rows and is summed over all his pools; releasing gives nothing
back. Cool-down and freeze are read from ``crm.pool.ledger``, never from a date of the record, so that neither an edit
nor somebody in between moves them.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

DROPS = ("release", "recycle")


class PoolMixin(models.AbstractModel):
    _inherit = "crm.pool.mixin"

    def _pool_check_caps(self, records, members):
        """Daily cap and holding cap of the current user; the narrowest pool concerned decides.

        :param members: his member rows on duty (superuser), locked
        :raises UserError: naming the cap
        """
        day_limits = [pool.claim_limit_day for pool in records.pool_id if pool.claim_limit_day]
        rows = members.search([("user_id", "=", self.env.uid)])
        claimed = sum(rows.mapped("claims_today"))
        if day_limits and claimed + len(records) > min(day_limits):
            raise UserError(
                self.env._(
                    "You have claimed %(claimed)s today and may claim %(limit)s a day. The count starts again tomorrow.",
                    claimed=claimed,
                    limit=min(day_limits),
                )
            )
        records._pool_check_holding(self.env.user)

    def _pool_check_holding(self, user):
        """Whether ``user`` may hold these records beside what he holds.

        :raises UserError: over the cap
        """
        limits = [limit for limit in self.pool_id.mapped(self._pool_holding_limit_field()) if limit]
        if not limits:
            return
        uncounted = self._pool_uncounted()
        more = self - self.search(fields.Domain("id", "in", self.ids) & uncounted) if uncounted else self
        if not more:
            return
        held = self._pool_holding_domain(user) & fields.Domain("id", "not in", self.ids)
        if uncounted:
            # what the condition looks at may be empty: told apart by the record, not by the value
            held &= fields.Domain("id", "not in", self.sudo().with_context(active_test=False)._search(uncounted))
        holding = self.sudo().search_count(held)
        if holding + len(more) > min(limits):
            raise UserError(
                self.env._(
                    "%(person)s holds %(holding)s and may hold %(limit)s. Release what nobody works on, or ask the "
                    "administrator of the pool.",
                    person=user.sudo().name,
                    holding=holding,
                    limit=min(limits),
                )
            )

    @api.model
    def _pool_uncounted(self):
        """Domain of what the conditions of the pools leave out of the cap; false where no pool has any."""
        lines = self.env["crm.pool.exemption"].sudo().search([("effect", "!=", "stays")])
        domain = lines._get_uncounted_domain(self._name)
        return None if domain.is_false() else domain

    def _pool_holding_limit_field(self):
        """Column of ``crm.pool`` with the holding cap of this kind of record."""
        return "holding_limit"

    def _pool_holding_domain(self, user):
        """Domain of what counts towards a person's holding cap."""
        return fields.Domain([("user_id", "=", user.id), ("pool_state", "=", "owned")])

    # -- cool-down and freeze ---------------------------------------------------------------------

    def _pool_last_drops(self, user=None):
        """When these records last went into a pool or, with ``user``, out of his hands in whatever way before that: who
        hands one on that the next one then releases has held it too. A record handed straight back was in no pool since.

        :return: dict of record id -> (moment, name at that moment)
        """
        gone = SQL("event = ANY(%s)", list(DROPS))
        if user:
            gone = SQL(
                "from_uid = %s AND to_uid IS DISTINCT FROM from_uid AND seq <= (SELECT max(d.seq) FROM crm_pool_ledger d "
                "WHERE d.res_model = l.res_model AND d.res_id = l.res_id AND d.event = ANY(%s))",
                user.id,
                list(DROPS),
            )
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (res_id) res_id, moment, res_name FROM crm_pool_ledger l "
                "WHERE res_model = %s AND res_id = ANY(%s) AND %s ORDER BY res_id, seq DESC",
                self._name,
                self.ids,
                gone,
            )
        )
        return {res_id: (moment, name) for res_id, moment, name in rows}

    def _pool_check_cooldown(self, user):
        """Every former holder waits, not only the last one, so that two people cannot swap a record.

        :raises UserError: naming the record and the moment from which ``user`` may have it
        """
        if not any(self.pool_id.mapped("cooldown_days")):
            return
        drops = self._pool_last_drops(user)
        for record in self.filtered(lambda record: record.id in drops):
            moment, name = drops[record.id]
            free = moment + timedelta(days=record.pool_id.cooldown_days)
            if free > fields.Datetime.now():
                raise UserError(
                    self.env._(
                        "%(person)s held “%(name)s” until lately and may have it again from %(moment)s.",
                        person=user.sudo().name,
                        name=name,
                        moment=self._pool_moment_text(free),
                    )
                )

    def _pool_check_freeze(self):
        """What was just dropped can be claimed by nobody for a while: time for its administrator to look at it.

        :raises UserError: naming the record and the moment from which it is free
        """
        if not any(self.pool_id.mapped("freeze_days")):
            return
        drops = self._pool_last_drops()
        for record in self.filtered(lambda record: record.id in drops):
            moment, name = drops[record.id]
            if not record.pool_id.shows_company or record.pool_id.view_limit_day:
                name = f"{self.env._('No. ')}{record.id}"
            free = moment + timedelta(days=record.pool_id.freeze_days)
            if free > fields.Datetime.now():
                raise UserError(
                    self.env._(
                        "“%(name)s” has just come back to the pool. It can be claimed from %(moment)s.",
                        name=name,
                        moment=self._pool_moment_text(free),
                    )
                )

    def _pool_moment_text(self, moment):
        zone = self.env.user.tz or "Asia/Shanghai"
        return fields.Datetime.context_timestamp(self.with_context(tz=zone), moment).strftime("%Y-%m-%d %H:%M")

    def _pool_check_receiver(self, user, owners):
        """A holder who hands records on, by whatever way, cannot beat the receiver's cool-down and holding cap.

        :param user: the receiver, empty when records go into the pool
        :param owners: dict of record id -> holder before
        """
        if user and self.env.user in owners.values():
            self.sudo()._pool_check_cooldown(user)
            self.sudo()._pool_check_holding(user)
