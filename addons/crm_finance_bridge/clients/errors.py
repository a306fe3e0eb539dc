"""What can go wrong between us and an ERP, sorted by what the caller may do next.

Every error carries three things the outbox worker needs:

``summary``      one short English line without secrets, fit for a log and a ledger row;
``reason``       a stable machine word (``dns``, ``read_timeout``, ``html`` ...) to translate from;
``next_action``  ``RETRY`` (nothing reached the far side, send again later), ``ASK`` (the far side
                 may have acted: ask by business number before anything else) or ``STOP`` (a person
                 has to change something first).

Rule of the sorting: whenever it is not certain that the far side did nothing, the answer is
``ASK``. Source: the reliability rules of the bridge (not sent / rejected / unknown).
"""

from typing import NamedTuple

RETRY = "retry"
ASK = "ask"
STOP = "stop"


class RemoteMessage(NamedTuple):
    """One message of the far side: the field it names, its text, the item it belongs to."""

    field: str
    text: str
    index: int | None = None


class FinanceError(Exception):
    """Base of all errors of the clients. ``retry_after`` is in seconds, ``None`` if not told."""

    next_action = STOP

    def __init__(self, summary, *, reason="", retry_after=None):
        super().__init__(summary)
        self.summary = summary
        self.reason = reason
        self.retry_after = retry_after


class NotSent(FinanceError):
    """No byte of the request reached the application (DNS, refused, TLS): retry freely."""

    next_action = RETRY


class EndpointRefused(NotSent):
    """Our own rules forbid this address or scheme; retrying helps only after a change of settings.

    It stays a ``NotSent`` because nothing went out, but a person has to act.
    """

    next_action = STOP


class Rejected(FinanceError):
    """The far side understood the request, refused it and said so: nothing was done.

    ``code``       number the far side gave (Kingdee ``MsgCode``), ``None`` for a bare HTTP refusal
    ``messages``   tuple of :class:`RemoteMessage`
    ``retryable``  true for locks and quotas (Kingdee MsgCode 13 and 14, HTTP 429): back off, resend
    """

    def __init__(self, summary, *, code=None, messages=(), retryable=False, **kw):
        super().__init__(summary, **kw)
        self.code = code
        self.messages = tuple(messages)
        self.retryable = retryable

    @property
    def next_action(self):
        return RETRY if self.retryable else STOP


class NumberTaken(Rejected):
    """Save was refused because our number is in use already, most likely by our own document.

    An earlier send may have been committed late: ask by number, then adopt or show the mismatch.
    """

    next_action = ASK


class Unknown(FinanceError):
    """The far side may or may not have acted: ask by business number, never resend blindly.

    ``code`` and ``messages`` hold what could be read of the reply, if anything; ``cause`` is the error
    that kept us from reading back what a call had done, ``None`` where there was none.
    """

    next_action = ASK

    def __init__(self, summary, *, code=None, messages=(), cause=None, **kw):
        super().__init__(summary, **kw)
        self.code = code
        self.messages = tuple(messages)
        self.cause = cause


class SessionLost(FinanceError):
    """The session ended and one renewal did not help, or the reply did not prove it for a write.

    ``definite`` is true only if the reply carried MsgCode 1, i.e. the call was certainly not done.
    """

    def __init__(self, summary, *, definite=False, **kw):
        super().__init__(summary, **kw)
        self.definite = definite

    @property
    def next_action(self):
        return RETRY if self.definite else ASK


class LoginFailed(FinanceError):
    """The far side refused the credentials. Never retried by machine: it may lock the account.

    ``result_type`` is Kingdee's LoginResultType, ``code`` its MessageCode text.
    """

    def __init__(self, summary, *, result_type=None, code=None, **kw):
        super().__init__(summary, **kw)
        self.result_type = result_type
        self.code = code


class Mismatch(FinanceError):
    """The far side holds something else under our number than what we sent. A person decides."""

    def __init__(self, field, expected, found):
        super().__init__(
            f"the far side differs in {field}: sent {expected!s}, found {found!s}",
            reason="mismatch",
        )
        self.field = field
        self.expected = expected
        self.found = found


class MappingMissing(FinanceError):
    """No code of the far side is known for one of our values, e.g. ``currency`` ``USD``."""

    def __init__(self, field, value=""):
        super().__init__(f"no mapping for {field} {value!s}".rstrip(), reason="mapping_missing")
        self.field = field
        self.value = value


class InvalidValues(FinanceError):
    """The values to be sent contradict themselves or lack something; found before sending."""

    def __init__(self, field, why):
        super().__init__(f"{field}: {why}", reason="invalid_values")
        self.field = field


class CursorInvalid(FinanceError):
    """The stored reading position cannot be right (for example far in the future)."""
