"""The worker: one row at a time. What a call taught is committed before the next call that may change something over
there; during a call nothing is asked of the database."""

import json
import logging
import time
from contextlib import suppress
from types import SimpleNamespace

from odoo import models
from odoo.tools import SQL

from odoo.addons.crm_merchant.models.kernel.outbox_mixin import CONFLICTS

from ..clients.adapter import DONE, WAIT
from ..clients.errors import FinanceError, Mismatch, Unknown
from ..lib.vault import VaultError
from .finance_outbox_changes import OPEN_PHASES

_logger = logging.getLogger(__name__)

# seconds until a document that waits for a person over there is looked at again
LOOK_AGAIN = 600
FIND = "find"


# what a worker knows of its row without reading it again: nobody else changes these columns while it has the row
CARRIED = (
    "company_id", "connection_id", "customer_ref", "kind", "number", "operation", "payload", "phase", "remote_possible",
    "res_id", "res_model", "res_name", "uncertain_since", "wire_text",
)  # fmt: skip


class Claim(str):
    """Token of a worker that carries one row, with what it knows of the row and what it has learnt and not written yet.

    ``row``: the columns ``CARRIED`` as they were when it took the row; between two calls nothing is read again.
    ``line``: columns of the ledger that are the same in all lines of this row.
    """

    def __new__(cls, token, row, names=None):
        claim = super().__new__(cls, token)
        claim.row = SimpleNamespace(**{name: row[name] for name in CARRIED})
        claim.line = row.env["finance.attempt"]._line_of(row, names)
        claim.is_update, claim.bound_kind = row._is_update(), row._bound_kind()
        claim.learnt, claim.adapters = [], getattr(token, "adapters", {})
        # one of several in a call that failed: another one has told the connection
        claim.is_quiet = False
        return claim


class ClaimLost(Exception):
    """The row is no longer ours; whoever has it now asks the far side first."""


class FinanceOutbox(models.Model):
    _inherit = "finance.outbox"

    def _progress(self, processed, **kw):
        """Seconds left for this run; commits."""
        self._outbox_commit_soon()
        return self.env["ir.cron"]._commit_progress(processed, **kw)

    def _outbox_alone(self):  # pylint: disable=missing-return
        super()._outbox_alone()
        # a claim wants the first of perhaps ten thousand rows that are due: walk the index, judge and sort no others
        self.env.cr.execute("SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")

    def _outbox_claim_condition(self):
        return SQL(
            """%s
               AND NOT EXISTS (SELECT 1 FROM finance_outbox r WHERE r.id = o.requires_id AND r.state != 'done')
               AND NOT EXISTS (SELECT 1 FROM finance_outbox_product_rel n
                               JOIN finance_outbox r ON r.id = n.product_row_id
                               WHERE n.outbox_id = o.id AND r.state != 'done')
               AND NOT EXISTS (SELECT 1 FROM finance_outbox u
                               WHERE o.customer_ref IS NOT NULL AND u.state != 'done'
                                 AND u.lane = o.connection_id || '/res.partner/' || o.customer_ref
                                 AND u.operation = 'customer_update'
                                 AND (u.phase = ANY(%s) OR u.state IN ('sending', 'uncertain')))
               AND NOT EXISTS (SELECT 1 FROM finance_outbox d
                               WHERE o.operation = 'customer_update' AND d.state = 'sending'
                                 AND d.customer_ref = o.res_id AND d.connection_id = o.connection_id)
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
        self.fetch([*CARRIED, "values_text"])
        row = self.with_company(self.company_id)
        token = Claim(token, row)
        try:
            row._carry(token)
        except ClaimLost:
            row._outbox_rollback()
        except Exception as error:
            row._stumble(token, error)

    def _carry(self, token):
        try:
            adapter = self._adapter_of(token)
            kind, number, wire, payload = self._freeze_wire(token, adapter)
        except (FinanceError, VaultError) as error:
            self._record(token, "build", error)
            return
        found, ok = self._call(token, FIND, adapter.find, kind, number)
        if not ok:
            return
        document, ok = self._judge_found(token, found)
        if not ok:
            return
        if document is not None and not self._adopt(token, adapter, wire, document, FIND):
            return
        self._climb(token, adapter, kind, number, wire, payload, document)

    def _adapter_of(self, token):
        """The adapter of the row's connection: that of the document before, unless what it is made of has changed."""
        connection = token.row.connection_id
        stamp = connection._adapter_stamp()
        known, adapter = token.adapters.get(connection.id, (None, None))
        if known != stamp:
            adapter = connection._adapter()
            token.adapters[connection.id] = stamp, adapter
        return adapter

    def _stumble(self, token, error):
        """A bug or a database failure must not stop the rows behind this one."""
        _logger.warning("outbox row %s: %s", self.id, type(error).__name__, exc_info=error)
        self._outbox_rollback()
        token.learnt.clear()
        with suppress(ClaimLost, *CONFLICTS):
            self._record(token, FIND, Unknown("unexpected", reason="internal"), written=self.remote_possible)

    def _freeze_wire(self, token, adapter):
        """Kind, number, values with their numbers, payload: built once, then always the same bytes."""
        wire, payload = self._wire_of(token, adapter)
        # nothing is read from the database during the calls
        self._outbox_commit()
        return token.row.kind, token.row.number, wire, payload

    def _wire_of(self, token, adapter, numbers=None):
        row = token.row
        wire_text, payload = row.wire_text, row.payload
        if not payload:
            rules = self._operations()[row.operation]
            values = {**json.loads(self.values_text), "number": row.number}
            if rules.needs:
                values[rules.needs_value] = self._needed_number(rules, values, numbers)
            payload = json.dumps(adapter.build(row.kind, values), ensure_ascii=False)
            wire_text = json.dumps(values, ensure_ascii=False)
            token.learnt.append(lambda: self._outbox_write({"payload": payload, "wire_text": wire_text}))
        token.line |= self.env["finance.attempt"]._payload_line(payload)
        return json.loads(wire_text), json.loads(payload)

    def _judge_found(self, token, found):
        """(the one document that carries our number or None, True), or (None, False) if the row is settled by now."""
        if len(found) > 1:
            self._record(token, FIND, Mismatch("number of documents", 1, len(found)))
        elif not found and token.row.phase:
            # we have seen it; somebody over there took it away
            self._record(token, FIND, Mismatch("number of documents", 1, 0))
        elif (not found or token.is_update) and (rest := self._seconds_to_settle(token)) > 0:
            words = self.connection_id._in_words()
            text = words._error_sentence(Unknown("settle"))
            self._step(token, lambda: self._outbox_postpone(text, "settle", delay=rest + 1))
        else:
            return (found[0] if found else None), True
        return None, False

    def _seconds_to_settle(self, token):
        """A commit over there may come late: nothing found proves nothing until the settle delay has passed."""
        if not (token.row.uncertain_since and token.row.remote_possible):
            return 0
        passed = (self._outbox_now() - token.row.uncertain_since).total_seconds()
        return self.connection_id.settle_seconds - passed

    def _climb(self, token, adapter, kind, number, wire, payload, document):
        """Step after step until the far side is done, each recorded before the next."""
        step = adapter.next_step_for(kind, document, wire)
        steps = adapter.steps(kind)
        for _turn in steps:
            if step not in steps:
                break
            if step == steps[0]:
                token.learnt.append(lambda: self._mark_possible(token))
            document, ok = self._call(token, step, adapter.send_step, kind, step, number, payload)
            if not ok or not self._adopt(token, adapter, wire, document, step):
                return
            step = adapter.next_step_for(kind, document, wire)
        if step == DONE:
            self._step(token, lambda: self._finish_bound(token))
        elif step == WAIT:
            text = self._waits_there()
            self._step(token, lambda: self._outbox_postpone(text, "waits_there", delay=LOOK_AGAIN))
        elif step in steps:
            self._record(token, step, Unknown("the step had no effect", reason="no_effect"))
        else:
            self._record(token, FIND, Mismatch("state", "ours", document.status if document else "none"))

    def _waits_there(self):
        return self.connection_id._in_words().env._(
            "It waits there for a person to audit it; looked at again by itself."
        )

    def _mark_possible(self, token):
        """From here on a killed worker leaves doubt. Doubt from before anything was sent is none."""
        vals = {"remote_possible": True}
        if not token.row.remote_possible:
            vals["uncertain_since"] = False
        self._outbox_write(vals)

    def _finish_bound(self, token):
        self._outbox_finish()
        if token.is_update and self._changed_meanwhile():
            self._outbox_write(self._fresh_vals())
        self._close_todo()

    def _adopt(self, token, adapter, wire, document, step):
        """Learns what the far side has, if it is ours; False if it is not and the row was stopped."""
        try:
            adapter.verify(token.row.kind, wire, document)
        except FinanceError as error:
            self._record(token, step, error)
            return False

        row = token.row

        def note():
            vals = {"phase": step if step != FIND else row.phase or FIND, "remote_id": document.remote_id}
            self._outbox_write({**vals, "remote_possible": True, "uncertain_since": False})
            stage = adapter.stage_of(token.bound_kind, document.status)
            self.env["finance.binding"]._bind(
                row.connection_id, row.res_model, row.res_id, token.bound_kind, number=document.number,
                remote_id=document.remote_id, remote_state=document.status, stage=stage,
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
            self.env["finance.attempt"]._note(self, step, "ok", duration_ms=duration, remote_id=remote, line=token.line)
            token.row.connection_id._breaker_success(self._outbox_now())

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
