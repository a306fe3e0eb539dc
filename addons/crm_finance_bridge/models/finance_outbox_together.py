"""Several new rows that share their calls, where the product takes that; the good case only.

They are of one connection and one operation, and nobody has tried them before. Each is judged by itself. What turns out
otherwise for one of them is recorded as the worker of one row would; what cannot be told for each is given back and goes
on alone. As there: what may change something over there has its committed intent, and what a call taught is committed
before the next one.
"""

import logging
import time
from functools import partial
from itertools import chain

from odoo import models
from odoo.tools import SQL

from odoo.addons.crm_merchant.models.kernel.outbox_mixin import CONFLICTS

from ..clients.adapter import DONE, WAIT
from ..clients.errors import STOP, EndpointRefused, FinanceError, LoginFailed, Unknown
from ..lib.vault import VaultError
from .finance_outbox_worker import CARRIED, FIND, LOOK_AGAIN, Claim, ClaimLost

_logger = logging.getLogger(__name__)

# code of a row that was given back: it is no error, and it is not taken together again
ALONE = "alone"


class Fellow:
    """One of the rows of a call.

    ``step``: what is due next. ``heard``: (step, milliseconds) of a call that went well for it and is not written yet.
    """

    def __init__(self, token, row, names):
        self.row, self.claim = row, Claim(token, row, names)
        self.number = self.claim.row.number
        self.wire = self.payload = self.document = self.step = self.heard = None
        self.is_back = False

    def line(self, step, outcome, spent, **more):
        """A line of the ledger about a call."""
        return {**self.claim.line, "step": step, "outcome": outcome, "duration_ms": spent, **more}


class FinanceOutbox(models.Model):
    _inherit = "finance.outbox"

    def _deliver_together(self, token):
        """Carries claimed rows; never raises for what concerns these rows alone."""
        self.fetch([*CARRIED, "values_text"])
        rows = self.with_company(self[0].company_id)
        names = self.env["finance.attempt"]._names_of(rows[0])
        fellows = [Fellow(token, row, names) for row in rows]
        try:
            rows._carry_together(fellows)
        except Exception as error:
            # those whose part is over are not ours any more
            _logger.warning("outbox rows %s: %s", rows.ids, type(error).__name__, exc_info=True)
            rows._outbox_rollback()
            for fellow in fellows:
                fellow.claim.learnt.clear()
            rows._record_each(dict.fromkeys(fellows, Unknown("unexpected", reason="internal")), FIND, written=None)
        return sum(not fellow.is_back for fellow in fellows)

    def _carry_together(self, fellows):
        try:
            adapter = fellows[0].row._adapter_of(fellows[0].claim)
        except (FinanceError, VaultError):
            # the worker of one row stops the connection
            self._give_back(fellows)
            return
        kind = fellows[0].claim.row.kind
        fellows = self._freeze_wires(fellows, adapter)
        # nothing is read from the database during the calls
        self._outbox_commit()
        fellows = self._find_together(fellows, adapter, kind)
        for step in adapter.steps(kind):
            if any(fellow.step == step for fellow in fellows):
                fellows = self._send_together(fellows, adapter, kind, step)
        self._end_together(fellows, adapter)

    def _freeze_wires(self, fellows, adapter):
        """Those whose wire could be built; the others are recorded."""
        numbers = self._needed_numbers()
        good, errors, bugs = [], {}, {}
        for fellow in fellows:
            try:
                fellow.wire, fellow.payload = fellow.row._wire_of(fellow.claim, adapter, numbers)
                good.append(fellow)
            except (FinanceError, VaultError) as error:
                errors[fellow] = error
            except Exception as error:
                bugs[fellow] = error
        self._record_each(errors, "build")
        for fellow, error in bugs.items():
            fellow.row._stumble(fellow.claim, error)
        return good

    def _find_together(self, fellows, adapter, kind):
        """Those of whom the far side has nothing; it is asked for the others one by one."""
        if not fellows:
            return []
        found, error, spent = self._timed(adapter.find_many, kind, [fellow.number for fellow in fellows])
        if error:
            self._fail_together(fellows, FIND, error, spent)
            return []
        for fellow in fellows:
            fellow.heard = FIND, spent
            fellow.step = adapter.next_step_for(kind, None, fellow.wire)
        self._give_back([fellow for fellow in fellows if found[fellow.number]])
        return [fellow for fellow in fellows if not found[fellow.number]]

    def _send_together(self, fellows, adapter, kind, step):
        """One step for all for whom it is due; gives those who go on."""

        def intend(mine):
            self._learn_together(mine, adapter)
            if step == adapter.steps(kind)[0]:
                for fellow in mine:
                    if fellow.step == step:
                        fellow.row._mark_possible(fellow.claim)

        fellows = self._step_together(fellows, intend)
        due = [fellow for fellow in fellows if fellow.step == step]
        others = [fellow for fellow in fellows if fellow.step != step]
        if not due:
            return others
        payloads = {fellow.number: fellow.payload for fellow in due}
        outcomes, error, spent = self._timed(adapter.send_together, kind, step, payloads)
        if error:
            self._fail_together(due, step, error, spent, written=True)
            return others
        refused, different = {}, {}
        for fellow in due:
            outcome = outcomes[fellow.number]
            if isinstance(outcome, FinanceError):
                refused[fellow] = outcome
                continue
            try:
                adapter.verify(kind, fellow.wire, outcome)
            except FinanceError as error:
                different[fellow] = error
                # what the others learn after the call is written with their next step, this one has none
                line = fellow.line(step, "ok", spent, remote_id=outcome.remote_id)
                fellow.claim.learnt.append(partial(self.env["finance.attempt"]._ledger_append, [line]))
                continue
            fellow.document, fellow.heard = outcome, (step, spent)
            fellow.step = adapter.next_step_for(kind, outcome, fellow.wire)
        self._record_each(refused, step, written=True, duration_ms=spent)
        self._record_each(different, step)
        return [fellow for fellow in fellows if fellow not in refused and fellow not in different]

    def _end_together(self, fellows, adapter):
        """Those who are done, those who wait for a person over there; whose next step is another one goes on alone."""

        def end(mine):
            self._learn_together(mine, adapter)
            for fellow in mine:
                if fellow.step == DONE:
                    fellow.row._finish_bound(fellow.claim)
                elif fellow.step == WAIT:
                    fellow.row._outbox_postpone(self._waits_there(), "waits_there", delay=LOOK_AGAIN)

        fellows = self._step_together(fellows, end)
        self._give_back([fellow for fellow in fellows if fellow.step not in (DONE, WAIT)])

    # -- writing ----------------------------------------------------------------------------

    def _step_together(self, fellows, write):
        """Writes what was learnt, then ``write(mine)``, in one transaction; gives the rows that are ours still."""
        if not fellows:
            return []
        for attempt in range(5):
            try:
                mine = self._still_mine_of(fellows)
                for learnt in chain.from_iterable(fellow.claim.learnt for fellow in mine):
                    learnt()
                write(mine)
                self.env.flush_all()
                self._outbox_commit()
            except CONFLICTS:
                self._outbox_rollback()
                if attempt == 4:
                    raise
                continue
            for fellow in mine:
                fellow.claim.learnt.clear()
                fellow.heard = None
            return mine

    def _still_mine_of(self, fellows):
        """Those whose rows still belong to their worker; locks them, in the order in which people lock theirs."""
        query = SQL(
            "SELECT id FROM finance_outbox WHERE id = ANY(%s) AND state = 'sending' AND claim_token = %s "
            "ORDER BY id FOR UPDATE",
            [fellow.row.id for fellow in fellows],
            fellows[0].claim,
        )
        ours = {row[0] for row in self.env.execute_query(query)}
        return [fellow for fellow in fellows if fellow.row.id in ours]

    def _learn_together(self, mine, adapter=None):
        """What the last call has told: its lines in the ledger, what stands over there, that the other side is well."""
        heard = [fellow for fellow in mine if fellow.heard]
        if not heard:
            return
        lines = []
        for fellow in heard:
            step, spent = fellow.heard
            remote = fellow.document.remote_id if fellow.document else False
            lines.append(fellow.line(step, "ok", spent, remote_id=remote))
        self.env["finance.attempt"]._ledger_append(lines)
        # the one that is known: reading it would fetch all that the rows hold
        connection = heard[0].claim.row.connection_id
        connection._breaker_success(self._outbox_now())
        adopted = [fellow for fellow in heard if fellow.document]
        for fellow in adopted:
            vals = {"phase": fellow.heard[0], "remote_id": fellow.document.remote_id}
            fellow.row._outbox_write({**vals, "remote_possible": True, "uncertain_since": False})
        if adopted:
            kind, row = adopted[0].claim.bound_kind, adopted[0].claim.row
            bindings = [
                (fellow.claim.row.res_id, fellow.document.number, fellow.document.remote_id, fellow.document.status,
                 adapter.stage_of(kind, fellow.document.status))
                for fellow in adopted
            ]  # fmt: skip
            self.env["finance.binding"]._bind_many(connection, row.res_model, kind, bindings)

    def _fail_together(self, fellows, step, error, spent, written=False):
        """A call that failed as a whole. What is refused for good may be the fault of one: each goes on alone."""
        if error.next_action == STOP and not isinstance(error, LoginFailed | EndpointRefused):
            self._give_back(fellows, [fellow.line(step, type(error).__name__, spent) for fellow in fellows], written)
        else:
            self._record_each(dict.fromkeys(fellows, error), step, written=written, duration_ms=spent)

    def _give_back(self, fellows, lines=(), written=False):
        """These rows are due as before and have lost no attempt; each goes on alone."""

        def write(mine):
            self._learn_together(mine)
            ours = {fellow.row.id for fellow in mine}
            self.env["finance.attempt"]._ledger_append([line for line in lines if line["res_id"] in ours])
            for fellow in mine:
                fellow.row._unmark_unsent(written)
            vals = {"state": "pending", "claim_token": False, "claimed_at": False, "attempt_count": 0}
            self.filtered(lambda row: row.id in ours)._outbox_write({**vals, "error_code": ALONE})

        for fellow in self._step_together(fellows, write):
            fellow.is_back = True

    def _record_each(self, errors, step, *, written=False, **more):
        """Stores failures, each as the worker of one row does; the connection hears of a call once, of the worst.

        :param errors: {fellow: error}
        :param written: the call could change something over there; None: as its row says
        """

        def weight(fellow):
            return self.connection_id._asked_silence(errors[fellow]), self._is_failure(errors[fellow])

        is_told = False
        for fellow in sorted(errors, key=weight, reverse=True):
            fellow.claim.is_quiet, row = is_told, fellow.row
            try:
                possible = row.remote_possible if written is None else written
                row._record(fellow.claim, step, errors[fellow], written=possible, **more)
                is_told = True
            except ClaimLost:
                row._outbox_rollback()
            except Exception as error:
                row._stumble(fellow.claim, error)

    @staticmethod
    def _timed(function, *args):
        """(result or None, FinanceError or None, milliseconds)."""
        start = time.monotonic()
        result = error = None
        try:
            result = function(*args)
        except FinanceError as failure:
            error = failure
        return result, error, round((time.monotonic() - start) * 1000)
