"""What must reach the outside world exactly once waits here until a worker has carried it there.

The row is written in the transaction of its cause; nothing is sent there. A worker claims a row, commits, and only then
talks to the far side, so that at every moment the database knows what may have happened:

* ``pending``    not sent, or certainly refused for the moment: send when ``next_attempt_at`` has come
* ``sending``    claimed by a living worker
* ``uncertain``  the far side may have acted: ask it before anything is sent again
* ``done``, ``rejected`` (our data or their rules; a person mends it), ``dead`` (given up; a person decides)

Order holds within a lane and nowhere else: a row waits for all earlier rows of its lane to be ``done``, a dead one
stops only its own. A worker keeps an advisory lock under its token for as long as it lives; a ``sending`` row whose
token nobody holds belonged to a killed worker and becomes ``uncertain``, it is never sent again blindly.

Ages are told by the database's clock. A model with this mixin adds its unique index over the business key.
"""

import random
import secrets
from contextlib import contextmanager, suppress
from datetime import timedelta

import psycopg2
from psycopg2 import errors

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

# a model of another addon names them again (``state = fields.Selection(STATES)``), or its words are not translated
STATES = [
    ("pending", "Waiting"),
    ("sending", "Sending"),
    ("uncertain", "Uncertain"),
    ("done", "Done"),
    ("rejected", "Rejected"),
    ("dead", "Stopped"),
]
CONFLICTS = (errors.SerializationFailure, errors.DeadlockDetected, errors.LockNotAvailable)
# full jitter: sleep = U(0, min(cap, base * 2 ** n)), in seconds
BACKOFF_BASE = 2
BACKOFF_CAP = 600
MAX_ATTEMPTS = 8


class OutboxMixin(models.AbstractModel):
    _name = "crm.outbox.mixin"
    _inherit = ["crm.guarded.mixin"]
    _description = "Outbox"
    _order = "id desc"
    _rec_name = "business_key"

    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default="pending",
        copy=False,
    )
    lane = fields.Char(required=True, readonly=True, copy=False, help="Rows of one lane go out one after the other")
    operation = fields.Char(required=True, readonly=True, copy=False)
    business_key = fields.Char(required=True, readonly=True, copy=False)
    request_hash = fields.Char(readonly=True, copy=False, help="Hash of the values frozen with the intent")
    owner_id = fields.Many2one("res.users", "Who Can Mend It", readonly=True, copy=False)
    attempt_count = fields.Integer("Attempts", readonly=True, copy=False)
    next_attempt_at = fields.Datetime("Next Attempt", readonly=True, copy=False)
    claimed_at = fields.Datetime(readonly=True, copy=False)
    claim_token = fields.Char(readonly=True, copy=False)
    uncertain_since = fields.Datetime(readonly=True, copy=False, help="When the far side may have acted last")
    last_error = fields.Text("What Is Wrong", readonly=True, copy=False)
    error_code = fields.Char(readonly=True, copy=False)
    finished_at = fields.Datetime("Finished", readonly=True, copy=False)

    _live_idx = models.Index("(next_attempt_at, id) WHERE state IN ('pending', 'uncertain')")
    _lane_idx = models.Index("(lane, id) WHERE state != 'done'")
    _sending_idx = models.Index("(claim_token) WHERE state = 'sending'")

    def _guarded_fields(self):
        own = self.env.registry["crm.outbox.mixin"]._fields
        return super()._guarded_fields() | {name for name, field in own.items() if field.store and name != "id"}

    # -- seams for tests and other drivers --------------------------------------------------

    def _outbox_now(self):
        """Naive UTC of the database, to the second."""
        return self.env.cr.now().replace(microsecond=0)

    def _outbox_random(self):
        """Number in [0, 1) that spreads the retries."""
        return random.random()  # noqa: S311 it only spreads, it protects nothing

    def _outbox_commit(self):
        """Makes durable what the worker has found out. The only commit of a worker besides the cron's own."""
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def _outbox_commit_soon(self):
        """The next commit need not wait for the disk: should it get lost in a crash, nothing over there hangs on it."""
        self.env.cr.execute("SET LOCAL synchronous_commit = off")

    def _outbox_rollback(self):
        self.env.cr.rollback()
        self.env.invalidate_all(flush=False)

    @contextmanager
    def _outbox_hold(self):
        """Gives the token of a worker and holds its lock, on a connection of its own, while the worker lives."""
        token = str(secrets.randbits(62))
        cursor = self.env.registry.cursor()
        try:
            # read committed: an idle transaction then keeps no old snapshot alive
            cursor.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (int(token),))
            yield token
        finally:
            with suppress(psycopg2.Error):
                cursor.close()

    def _outbox_alone(self):
        """Waits until no other worker is claiming, to the end of this transaction, which must be a new one.

        A condition of a claim looks at other rows: two workers that claim at the same moment would each not see what
        the other one takes. Read committed, since a repeatable read would take its picture of the data before the wait.
        """
        self.env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(hashtext(%s), 0)", self._table))

    def _outbox_claim_condition(self):
        """SQL condition on the candidate row ``o`` besides state, time and lane; ``TRUE`` by default."""
        return SQL("TRUE")

    # -- writing ----------------------------------------------------------------------------

    def _outbox_write(self, vals):
        """The door: writes ``vals`` whatever is guarded among them."""
        return self.sudo()._through_door(*vals).write(vals)

    def _outbox_add(self, vals_list):
        """Creates rows, in the order given.

        :raises ConcurrencyError: somebody wrote the same business key at the same moment; Odoo runs the transaction
            again, which then finds that row
        """
        names = {name for vals in vals_list for name in vals}
        try:
            return self.sudo()._through_door(*names)._outbox_create(vals_list).with_env(self.env)
        except errors.UniqueViolation as error:
            raise ConcurrencyError("outbox: the same intent was written at the same moment") from error

    def _outbox_create(self, vals_list):
        """The rows themselves; a model that knows all that hangs on its creation may do it faster."""
        return self.create(vals_list)

    # -- the worker's side ------------------------------------------------------------------

    @api.model
    def _outbox_claim(self, token, limit=1, only=None):
        """Rows that are due and now belong to ``token``; call it first after a commit, it commits itself.

        :param token: of :meth:`_outbox_hold`
        :param only: SQL, a further condition on the candidate row ``o``
        :return: recordset (superuser), empty if nothing is due or all of it is locked by others
        """
        for _try in range(3):
            try:
                self._outbox_alone()
                ids = [row[0] for row in self.env.execute_query(self._outbox_claim_query(token, limit, only))]
                self._outbox_commit_soon()
                self._outbox_commit()
            except CONFLICTS:
                # what a person decided at the same moment
                self._outbox_rollback()
                continue
            rows = self.sudo().browse(sorted(ids))
            rows.invalidate_recordset(flush=False)
            return rows
        return self.sudo().browse()

    def _outbox_claim_query(self, token, limit, only=None):
        # materialized: a plain subquery may be planned to lock once a row, and the limit then holds nothing
        now = self._outbox_now()
        return SQL(
            """
            WITH due AS MATERIALIZED (
                SELECT o.id FROM %(table)s o
                WHERE o.state IN ('pending', 'uncertain') AND o.next_attempt_at <= %(now)s
                  AND NOT EXISTS (SELECT 1 FROM %(table)s e WHERE e.lane = o.lane AND e.id < o.id AND e.state != 'done')
                  AND %(condition)s
                ORDER BY o.next_attempt_at, o.id
                LIMIT %(limit)s
                FOR UPDATE OF o SKIP LOCKED
            )
            UPDATE %(table)s SET state = 'sending', claim_token = %(token)s, claimed_at = %(now)s,
                   attempt_count = COALESCE(attempt_count, 0) + 1, write_date = %(now)s, write_uid = %(uid)s
            FROM due WHERE due.id = %(table)s.id
            RETURNING %(table)s.id
            """,
            table=SQL.identifier(self._table),
            token=token,
            now=now,
            uid=self.env.uid,
            condition=SQL("%s AND %s", only or SQL("TRUE"), self._outbox_claim_condition()),
            limit=limit,
        )

    @api.model
    def _outbox_recover(self, token):
        """Rows of killed workers become uncertain; commits. Those of living workers stay."""
        query = SQL(
            "SELECT id, claim_token FROM %s WHERE state = 'sending' AND claim_token IS DISTINCT FROM %s "
            "FOR UPDATE SKIP LOCKED",
            SQL.identifier(self._table),
            token,
        )
        stale, held, found = self.sudo().browse(), {}, []
        for _try in range(3):
            try:
                found = self.env.execute_query(query)
                break
            except CONFLICTS:
                # another worker changed one of these rows since our transaction began
                self._outbox_rollback()
        for row_id, other in found:
            if other not in held:
                locked = self.env.execute_query(SQL("SELECT pg_try_advisory_xact_lock(%s)", int(other or 0)))
                held[other] = not locked[0][0]
            if not held[other]:
                stale += stale.browse(row_id)
        stale.invalidate_recordset(flush=False)
        for row in stale:
            row._outbox_postpone(
                self.env._(
                    "The server stopped while this was being sent. It is asked for before anything is repeated."
                ),
                "killed",
                uncertain=True,
            )
            if row.state == "uncertain":
                # the time of the kill is over already; asking changes nothing over there
                row._outbox_write({"next_attempt_at": self._outbox_now()})
        self._outbox_commit()
        return stale

    def _outbox_still_mine(self, token):
        """True while the row belongs to ``token``; locks it. First statement of every recording transaction."""
        self.ensure_one()
        query = SQL(
            "SELECT 1 FROM %s WHERE id = %s AND state = 'sending' AND claim_token = %s FOR UPDATE",
            SQL.identifier(self._table),
            self.id,
            token,
        )
        return bool(self.env.execute_query(query))

    def _outbox_backoff(self, attempt, retry_after=None):
        """Seconds until the next attempt: full jitter, never less than the far side asked for."""
        jitter = self._outbox_random() * min(BACKOFF_CAP, BACKOFF_BASE * 2 ** min(attempt, 16))
        return max(jitter, retry_after or 0)

    def _outbox_postpone(self, error, code, *, uncertain=False, retry_after=None, delay=None):
        """Not now: ``pending``, or ``uncertain`` if the far side may have acted; ``dead`` after the last attempt.

        :param error: sentence for people, without secrets
        :param uncertain: the far side may just have acted
        :param delay: seconds, instead of the backoff; such a wait is no failure and never ends in ``dead``
        """
        self.ensure_one()
        now = self._outbox_now()
        vals = {"claim_token": False, "claimed_at": False, "last_error": error, "error_code": code}
        if uncertain:
            vals["uncertain_since"] = now
        if delay is None and self.attempt_count >= MAX_ATTEMPTS:
            return self._outbox_stop("dead", error, code, **vals)
        if delay is None:
            delay = self._outbox_backoff(self.attempt_count, retry_after)
        else:
            vals["attempt_count"] = max(self.attempt_count - 1, 0)
        vals["state"] = "uncertain" if uncertain or self.uncertain_since else "pending"
        vals["next_attempt_at"] = now + timedelta(seconds=delay)
        return self._outbox_write(vals)

    def _outbox_stop(self, state, error, code, **more):
        """``rejected`` or ``dead``: from here a person goes on."""
        vals = {"claim_token": False, "claimed_at": False, **more, "state": state}
        self._outbox_write({**vals, "last_error": error, "error_code": code, "finished_at": self._outbox_now()})
        self._outbox_stopped()

    def _outbox_stopped(self):
        """Hook: tells the person who can mend it."""

    def _outbox_finish(self, **more):
        """The far side has it."""
        empty = dict.fromkeys(("last_error", "error_code", "claim_token", "claimed_at", "uncertain_since"), False)
        self._outbox_write({**empty, **more, "state": "done", "finished_at": self._outbox_now()})

    def _outbox_restart(self, **more):
        """Gives stopped or waiting rows a fresh set of attempts, due now; the caller checked the actor."""
        for row in self:
            vals = {"attempt_count": 0, "next_attempt_at": self._outbox_now(), "finished_at": False, **more}
            row._outbox_write({**vals, "state": "uncertain" if row.uncertain_since else "pending"})
