"""Claiming: several people want the same record at the same moment.

The database decides. A claim first locks all member rows of the claimer, in id order, so that his own caps hold with
two tabs open (a conflict there is left to Odoo's retry), then the records. Who comes second waits for the first to
commit, gets a serialization error, and is told at once who was faster; the winner is read on a fresh cursor because
this transaction still sees the past.
"""

import psycopg2

from odoo import models
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
        records._pool_check_freeze()
        records._pool_check_cooldown(user)
        self._pool_lock_records(records)
        records._pool_move("claim", {user: records}, "")
        first = members[:1]
        first._through_door("claims_today").write({"claims_today": first.claims_today + len(records)})

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
        today = rows._today() if rows else False
        old = rows.filtered(lambda row: row.claims_date != today)
        # updating a row, not only locking it, makes a second tab's older snapshot fail instead of counting twice
        old._through_door("claims_date", "claims_today", "looked_ids").write(
            {"claims_date": today, "claims_today": 0, "looked_ids": False}
        )
        return rows.filtered(lambda row: row.on_duty and row.pool_id.active)

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
            return self.env._("%(winner)s was faster: this has just been claimed.", winner=winner)
        return self.env._("This is no longer in the pool.")
