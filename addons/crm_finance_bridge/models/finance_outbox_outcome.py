"""What a failure makes of a row: the one place that turns errors of the clients into states."""

from odoo import models

from ..clients.errors import (
    ASK,
    RETRY,
    EndpointRefused,
    InvalidValues,
    LoginFailed,
    MappingMissing,
    Mismatch,
    NotSent,
    Rejected,
    Unknown,
)
from ..lib.vault import VaultError


class FinanceOutbox(models.Model):
    _inherit = "finance.outbox"

    def _record(self, token, step, error, *, written=False, **more):
        """Stores a failure: what the row becomes, a line in the ledger, the breaker.

        :param written: the call could change something over there
        """
        words = self.connection_id._in_words()
        sentence = words._error_sentence(error)
        # whatever it was, the next document starts with a new one
        token.adapters.clear()

        def note():
            now = self._outbox_now()
            outcome = type(error).__name__
            self.env["finance.attempt"]._note(self, step, outcome, reason=getattr(error, "reason", ""), **more)
            if not token.is_quiet:
                if self._is_failure(error):
                    self.connection_id._breaker_failure(now)
                self.connection_id._slow_down(now, error)
            self._settle(step, error, sentence, written)

        self._step(token, note)

    def _is_failure(self, error):
        """The far side was not reached, or nobody could read what it said; "too many calls" was said clearly."""
        if isinstance(error, EndpointRefused) or self.connection_id._is_throttle(error):
            return False
        return isinstance(error, NotSent | Unknown)

    def _settle(self, step, error, sentence, written):
        """What a failure makes of the row; the table of errors is in ``clients/errors``."""
        code = getattr(error, "reason", "") or getattr(error, "code", "") or type(error).__name__
        code = str(code)
        if isinstance(error, LoginFailed | EndpointRefused | VaultError):
            # no fault of this row: the connection waits for a person
            self.connection_id._pause(sentence)
            self._unmark_unsent(written)
            self._outbox_postpone(sentence, code, delay=0)
        elif isinstance(error, Mismatch):
            self._outbox_stop("dead", sentence, code, remote_possible=True)
        elif isinstance(error, MappingMissing | InvalidValues):
            self._outbox_stop("rejected", sentence, code, remote_possible=bool(self.phase or self.uncertain_since))
        elif error.next_action == ASK:
            self._outbox_postpone(
                sentence, code, uncertain=written, retry_after=error.retry_after, delay=self._throttled_for(error)
            )
        elif error.next_action == RETRY:
            self._unmark_unsent(written)
            self._outbox_postpone(sentence, code, retry_after=error.retry_after, delay=self._throttled_for(error))
        elif isinstance(error, Rejected) and written and self.uncertain_since and not self.phase:
            # perhaps refused because the first one came late and took the number: ask again
            self._outbox_postpone(sentence, code, uncertain=True)
        else:
            self._unmark_unsent(written)
            self._outbox_stop("rejected", sentence, code)

    def _throttled_for(self, error):
        """Seconds to wait after "too many calls", which is no fault of this row and burns no attempt; None otherwise."""
        connection = self.connection_id
        return connection._asked_silence(error) if connection._is_throttle(error) else None

    def _unmark_unsent(self, written):
        """The call certainly did nothing; unless an earlier one may have, nothing of ours is over there."""
        if written and not self.phase and not self.uncertain_since:
            self._outbox_write({"remote_possible": False})
