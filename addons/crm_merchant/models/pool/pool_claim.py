"""Claiming: several people want the same record at the same moment.

The database decides. A claim first locks all member rows of the claimer, in id order, so that his own caps hold with
two tabs open (a conflict there is left to Odoo's retry), then the records. Who comes second waits for the first to
commit, gets a serialization error, and is told at once who was faster; the winner is read on a fresh cursor because
this transaction still sees the past.
"""

from datetime import timedelta

import psycopg2

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL


class PoolMixin(models.AbstractModel):
    _inherit = "crm.pool.mixin"

    def action_pool_claim(self):
        """Takes records out of their pools for the current user, all or none.

        Nobody but administrators may read a pooled record, so membership of its pool is the right that is checked.

        :raises AccessError: not a member on duty
        :raises UserError: over a cap, in the cool-down, or somebody was faster
        """
        self._pool_claim()
        return True

    def _pool_claim(self):
        user = self.env.user
        records = self.sudo().exists()
        members = self._pool_lock_members()
        # the right first: who owns a record of a foreign pool is nobody's business
        if not records or records.filtered(lambda record: record.pool_id not in members.pool_id):
            raise AccessError(
                self.env._("You are not a member on duty of this pool. The administrators of the pool can add you.")
            )
        for record in records:
            if record.pool_state != "pooled":
                raise UserError(self._pool_taken_message(record.user_id.name))
        self._pool_check_caps(records, members)
        self._pool_check_cooldown(records)
        self._pool_lock_records(records)
        records._pool_move("claim", {user: records}, "")
        first = members[:1]
        first._through_door("claims_date", "claims_today").write(
            {"claims_date": self._pool_today(), "claims_today": first.claims_today + len(records)}
        )

    def _pool_today(self):
        """The day that counts for the cap: the user's own calendar day."""
        return fields.Date.context_today(self.with_context(tz=self.env.user.tz or "Asia/Shanghai"))

    def _pool_lock_members(self):
        """Locks all member rows of the user in id order and starts the count of a new day.

        :return: his rows on duty in active pools (superuser)
        """
        members = self.env["crm.pool.member"].sudo()
        self.env.flush_all()
        # a conflict here is two tabs of one person; Odoo runs the claim again, so it is nothing to log
        self.env.cr.execute(
            SQL("SELECT id FROM crm_pool_member WHERE user_id = %s ORDER BY id FOR UPDATE", self.env.uid),
            log_exceptions=False,
        )
        rows = members.search([("user_id", "=", self.env.uid)], order="id")
        today = self._pool_today()
        old = rows.filtered(lambda row: row.claims_date != today)
        # updating a row, not only locking it, makes a second tab's older snapshot fail instead of counting twice
        old._through_door("claims_date", "claims_today").write({"claims_date": today, "claims_today": 0})
        return rows.filtered(lambda row: row.on_duty and row.pool_id.active)

    def _pool_check_caps(self, records, members):
        """Daily cap and holding cap count per person over all pools; the narrowest pool concerned decides."""
        pools = records.pool_id
        day_limits = [pool.claim_limit_day for pool in pools if pool.claim_limit_day]
        claimed = sum(
            self.env["crm.pool.member"].sudo().search([("user_id", "=", self.env.uid)]).mapped("claims_today")
        )
        if day_limits and claimed + len(records) > min(day_limits):
            raise UserError(
                self.env._(
                    "You have claimed %(claimed)s today and may claim %(limit)s a day. The count starts again tomorrow.",
                    claimed=claimed,
                    limit=min(day_limits),
                )
            )
        holding_limits = [pool.holding_limit for pool in pools if pool.holding_limit]
        if not holding_limits:
            return
        holding = self.sudo().search_count(self._pool_holding_domain(self.env.user))
        if holding + len(records) > min(holding_limits):
            raise UserError(
                self.env._(
                    "You hold %(holding)s and may hold %(limit)s. Release what you do not work on, or ask the "
                    "administrator of the pool.",
                    holding=holding,
                    limit=min(holding_limits),
                )
            )

    def _pool_holding_domain(self, user):
        """Domain of what counts towards a person's holding cap."""
        return fields.Domain([("user_id", "=", user.id), ("pool_state", "=", "owned")])

    def _pool_check_cooldown(self, records):
        """Every former holder waits, not only the last one, so that two people cannot swap a record."""
        for pool in records.pool_id:
            if not pool.cooldown_days:
                continue
            since = fields.Datetime.now() - timedelta(days=pool.cooldown_days)
            held = (
                self.env["crm.pool.ledger"]
                .sudo()
                .search(
                    [
                        ("res_model", "=", self._name),
                        ("res_id", "in", records.filtered(lambda r, p=pool: r.pool_id == p).ids),
                        ("from_uid", "=", self.env.uid),
                        ("event", "in", ("release", "recycle")),
                        ("moment", ">", since),
                    ],
                    order="moment desc",
                    limit=1,
                )
            )
            if held:
                free = fields.Datetime.context_timestamp(self, held.moment + timedelta(days=pool.cooldown_days))
                raise UserError(
                    self.env._(
                        "You held “%(name)s” until lately and may claim it again from %(moment)s.",
                        name=held.res_name,
                        moment=free.strftime("%Y-%m-%d %H:%M"),
                    )
                )

    def _pool_lock_records(self, records):
        """Locks the records; names the winner when somebody else claimed one since this transaction began."""
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    SQL(
                        "SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                        SQL.identifier(self._table),
                        records.ids,
                    ),
                    log_exceptions=False,
                )
        except psycopg2.errors.SerializationFailure:
            with self.env.registry.cursor() as cr:
                winner = self.with_env(self.env(cr=cr, su=True)).browse(records.ids).user_id[:1].name
            raise UserError(self._pool_taken_message(winner)) from None

    def _pool_taken_message(self, winner):
        if winner:
            return self.env._("%(winner)s was faster: this lead has just been claimed.", winner=winner)
        return self.env._("This lead is no longer in the pool.")
