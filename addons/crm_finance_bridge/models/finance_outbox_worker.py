"""The worker: one row at a time. What a call taught is committed before the next call that may change something over
there; during a call nothing is asked of the database."""

import json
import logging
import time
from contextlib import suppress

from odoo import models
from odoo.tools import SQL

from odoo.addons.crm_merchant.models.kernel.outbox_mixin import CONFLICTS

from ..clients.adapter import DONE, WAIT
from ..clients.errors import (
    FinanceError,
    InvalidValues,
    Mismatch,
    Unknown,
)
from ..lib.vault import VaultError
from .finance_outbox_changes import OPEN_PHASES

_logger = logging.getLogger(__name__)

# seconds until a document that waits for a person over there is looked at again
LOOK_AGAIN = 600
FIND = "find"


class Claim(str):
    """Token of a worker that carries one row, with what it has learnt about the row and not written yet.

    ``names``: columns of the ledger that are the same in all lines of this row.
    """

    def __new__(cls, token, names):
        claim = super().__new__(cls, token)
        claim.names, claim.learnt = names, []
        return claim


class ClaimLost(Exception):
    """The row is no longer ours; whoever has it now asks the far side first."""


class FinanceOutbox(models.Model):
    _inherit = "finance.outbox"

    def _progress(self, processed, **kw):
        """Seconds left for this run; commits."""
        self._outbox_commit_soon()
        return self.env["ir.cron"]._commit_progress(processed, **kw)

    def _outbox_claim_condition(self):
        return SQL(
            """%s AND (o.requires_id IS NULL
                   OR EXISTS (SELECT 1 FROM finance_outbox r WHERE r.id = o.requires_id AND r.state = 'done'))
               AND NOT EXISTS (SELECT 1 FROM finance_outbox_product_rel n
                               JOIN finance_outbox r ON r.id = n.product_row_id
                               WHERE n.outbox_id = o.id AND r.state != 'done')
               AND NOT EXISTS (SELECT 1 FROM finance_outbox u
                               WHERE o.customer_ref IS NOT NULL AND u.state != 'done'
                                 AND u.lane = o.connection_id || '/res.partner/' || o.customer_ref
                                 AND u.operation = 'customer_update'
                                 AND (u.phase = ANY(%s) OR u.state IN ('sending', 'uncertain')))
               AND NOT (o.operation = 'customer_update'
                        AND EXISTS (SELECT 1 FROM finance_outbox d
                                    WHERE d.state = 'sending' AND d.customer_ref = o.res_id
                                      AND d.connection_id = o.connection_id))
               AND EXISTS (SELECT 1 FROM finance_connection c
                           WHERE c.id = o.connection_id AND c.state = 'on' AND c.stop_reason IS NULL
                             AND c.lane_count > %s
                             AND (c.breaker_retry_at IS NULL OR c.breaker_retry_at <= %s))""",
            super()._outbox_claim_condition(),
            list(OPEN_PHASES),
            self._lane(),
            self._outbox_now(),
        )

    # -- one row ----------------------------------------------------------------------------

    def _deliver(self, token):
        """Carries one claimed row as far as it goes; never raises for what concerns this row alone."""
        self.ensure_one()
        token = Claim(token, self.env["finance.attempt"]._names_of(self))
        try:
            self._carry(token)
        except ClaimLost:
            self._outbox_rollback()
        except Exception as error:
            # a bug or a database failure must not stop the rows behind this one
            _logger.warning("outbox row %s: %s", self.id, type(error).__name__, exc_info=True)
            self._outbox_rollback()
            token.learnt.clear()
            with suppress(ClaimLost, *CONFLICTS):
                self._record(token, FIND, Unknown("unexpected", reason="internal"), written=self.remote_possible)

    def _carry(self, token):
        try:
            adapter = self.connection_id._adapter()
            kind, number, wire, payload = self._freeze_wire(token, adapter)
        except (FinanceError, VaultError) as error:
            self._record(token, "build", error)
            return
        found, ok = self._call(token, FIND, adapter.find, kind, number)
        if not ok:
            return
        document = self._judge_found(token, found)
        if document is None and (found or self.state != "sending"):
            return
        if document is not None and not self._adopt(token, adapter, wire, document, FIND):
            return
        self._climb(token, adapter, kind, number, wire, payload, document)

    def _freeze_wire(self, token, adapter):
        """Kind, number, values with their numbers, payload: built once, then always the same bytes."""
        wire_text, payload = self.wire_text, self.payload
        if not payload:
            rules = self._operations()[self.operation]
            values = {**json.loads(self.values_text), "number": self.number}
            if rules.needs:
                values[rules.needs_value] = self._needed_number(rules, values)
            payload = json.dumps(adapter.build(self.kind, values), ensure_ascii=False)
            wire_text = json.dumps(values, ensure_ascii=False)
            token.learnt.append(lambda: self._outbox_write({"payload": payload, "wire_text": wire_text}))
        result = (self.kind, self.number, json.loads(wire_text), json.loads(payload))
        # nothing is read from the database during the calls
        self._outbox_commit()
        return result

    def _needed_number(self, rules, values):
        target = self._operations()[rules.needs_operation]
        target_id = values[rules.needs_operation]
        numbers = self.env["finance.binding"]._numbers(self.connection_id, target.model, [target_id], target.kind)
        if target_id not in numbers:
            raise InvalidValues(rules.needs_operation, "has no number over there yet")
        return numbers[target_id]

    def _judge_found(self, token, found):
        """The one document that carries our number, None if there is none or the row is settled another way."""
        if len(found) > 1:
            self._record(token, FIND, Mismatch("number of documents", 1, len(found)))
        elif not found and self.phase:
            # we have seen it; somebody over there took it away
            self._record(token, FIND, Mismatch("number of documents", 1, 0))
        elif (not found or self._is_update()) and self._must_settle():
            words = self.connection_id._in_words()
            text = words._error_sentence(Unknown("settle"))
            rest = self.connection_id.settle_seconds - (self._outbox_now() - self.uncertain_since).total_seconds()
            self._step(token, lambda: self._outbox_postpone(text, "settle", delay=rest + 1))
            return None
        return found[0] if len(found) == 1 else None

    def _must_settle(self):
        """A commit over there may come late: nothing found proves nothing until the settle delay has passed."""
        if not (self.uncertain_since and self.remote_possible):
            return False
        passed = (self._outbox_now() - self.uncertain_since).total_seconds()
        return passed < self.connection_id.settle_seconds

    def _climb(self, token, adapter, kind, number, wire, payload, document):
        """Step after step until the far side is done, each recorded before the next."""
        step = adapter.next_step_for(kind, document, wire)
        steps = adapter.steps(kind)
        for _turn in steps:
            if step not in steps:
                break
            if step == steps[0]:
                token.learnt.append(self._mark_possible)
            document, ok = self._call(token, step, adapter.send_step, kind, step, number, payload)
            if not ok or not self._adopt(token, adapter, wire, document, step):
                return
            step = adapter.next_step_for(kind, document, wire)
        if step == DONE:
            self._step(token, self._finish_bound)
        elif step == WAIT:
            words = self.connection_id._in_words()
            text = words.env._("It waits there for a person to audit it; looked at again by itself.")
            self._step(token, lambda: self._outbox_postpone(text, "waits_there", delay=LOOK_AGAIN))
        elif step in steps:
            self._record(token, step, Unknown("the step had no effect", reason="no_effect"))
        else:
            self._record(token, FIND, Mismatch("state", "ours", document.status if document else "none"))

    def _mark_possible(self):
        """From here on a killed worker leaves doubt. Doubt from before anything was sent is none."""
        vals = {"remote_possible": True}
        if not self.remote_possible:
            vals["uncertain_since"] = False
        self._outbox_write(vals)

    def _finish_bound(self):
        self._outbox_finish()
        if self._is_update() and self._changed_meanwhile():
            self._outbox_write(self._fresh_vals())
        self._close_todo()

    def _adopt(self, token, adapter, wire, document, step):
        """Learns what the far side has, if it is ours; False if it is not and the row was stopped."""
        try:
            adapter.verify(self.kind, wire, document)
        except FinanceError as error:
            self._record(token, step, error)
            return False

        def note():
            vals = {"phase": step if step != FIND else self.phase or FIND, "remote_id": document.remote_id}
            self._outbox_write({**vals, "remote_possible": True, "uncertain_since": False})
            self.env["finance.binding"]._bind(
                self.connection_id, self.res_model, self.res_id, self._bound_kind(),
                number=document.number, remote_id=document.remote_id, remote_state=document.status,
            )  # fmt: skip

        token.learnt.append(note)
        return True

    # -- calling and recording --------------------------------------------------------------

    def _call(self, token, step, function, *args):
        """One call to the far side, learnt with its outcome: (result, True), or (None, False) after a failure."""
        if step != FIND:
            self._step(token)
        start = time.monotonic()
        try:
            result = function(*args)
        except FinanceError as error:
            duration = round((time.monotonic() - start) * 1000)
            self._record(token, step, error, written=step != FIND, duration_ms=duration)
            return None, False
        duration = round((time.monotonic() - start) * 1000)

        def note():
            remote = getattr(result, "remote_id", False)
            self.env["finance.attempt"]._note(
                self, step, "ok", duration_ms=duration, remote_id=remote, names=token.names
            )
            self.connection_id._breaker_success(self._outbox_now())

        token.learnt.append(note)
        return result, True

    def _step(self, token, write=None):
        """Writes what was learnt, then ``write``, in a transaction of its own while the row is ours.

        :raises ClaimLost: it is not any more
        """
        for attempt in range(5):
            try:
                if not self._outbox_still_mine(token):
                    raise ClaimLost
                for learnt in token.learnt:
                    learnt()
                if write:
                    write()
                self.env.flush_all()
                self._outbox_commit()
                token.learnt.clear()
                return
            except CONFLICTS:
                # somebody edited the connection meanwhile; our knowledge must not get lost over that
                self._outbox_rollback()
                if attempt == 4:
                    raise
