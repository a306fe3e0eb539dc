"""Client of Kingdee Cloud Galaxy (金蝶云星空) WebAPI: signing, session, operations.

One object serves one account set and one user; it is not safe for use by several threads at once.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from . import kingdee_replies as replies
from .errors import LoginFailed, NotSent, Rejected, SessionLost, Unknown
from .kingdee_filters import Condition, field_name
from .kingdee_signing import KingdeeCredentials, login_signature, signed_headers

__all__ = ["SESSION", "SIGNED", "KingdeeCredentials", "KingdeeGalaxyClient", "LoginResult"]

SIGNED = "signed"
SESSION = "session"
MAX_SKEW = 60  # seconds between our clock and the server's, above which it is the clock that must be set
MAX_ROWS = 2000  # the smallest limit of all versions (Kingdee WebAPI: ExecuteBillQuery)
_AUTH = "Kingdee.BOS.WebApi.ServicesStub.AuthService."
_FORMS = "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService."
_SUFFIX = ".common.kdsvc"


@dataclass(frozen=True)
class LoginResult:
    """What a successful login told; the session id itself stays inside the client."""

    user_name: str
    account_name: str
    version: str


class KingdeeGalaxyClient:
    """Operations of the WebAPI.

    :param transport: an object with ``path_of(name)`` and ``post_json(path, payload, headers)``.
    :param credentials: :class:`KingdeeCredentials`.
    :param auth: ``SIGNED`` puts signature headers on every request, ``SESSION`` logs in first.
    :param clock: gives Unix time in seconds; signatures hold it.

    All calls raise the errors of :mod:`.errors`. A lost session is renewed once. A read is then
    repeated always; a write only if the reply said MsgCode 1, which proves that nothing was done,
    otherwise :class:`SessionLost` with ``definite=False`` tells the caller to ask by number.
    """

    def __init__(self, transport, credentials, *, auth=SIGNED, clock=time.time):
        if auth not in (SIGNED, SESSION):
            raise ValueError("auth must be SIGNED or SESSION")
        self._transport = transport
        self._credentials = credentials
        self._auth = auth
        self._clock = clock
        self._session = ""
        self._cookies = {}

    @property
    def account(self):
        """Id of the account set."""
        return self._credentials.acct_id

    @property
    def user(self):
        """Login name at the far side."""
        return self._credentials.user_name

    # ------------------------------------------------------------------ login

    def login_by_sign(self):
        """Open a session by signature (Kingdee WebAPI: ``AuthService.LoginBySign``).

        Only LoginResultType 1 is success. Raises :class:`LoginFailed`, or :class:`NotSent` when
        the outcome of the login is not known: whatever was to follow has not been sent.
        """
        self._forget()
        known = self._credentials
        stamp = str(int(self._clock()))
        sign = login_signature(known, stamp)
        values = [known.acct_id, known.user_name, known.app_id, stamp, sign, known.lcid]
        path = self._transport.path_of(_AUTH + "LoginBySign" + _SUFFIX)
        try:
            reply = self._transport.post_json(path, {"parameters": values}, {})
            data = replies.parse(reply.text)
        except (Unknown, SessionLost) as error:
            raise NotSent(f"login: {error.summary}", reason="login") from None
        if not isinstance(data, dict) or "LoginResultType" not in data:
            raise NotSent("login: the reply is no login result", reason="login")
        self._remember(reply)
        session = data.get("KDSVCSessionId")
        if data["LoginResultType"] != 1 or not isinstance(session, str) or not _plain(session):
            self._forget()
            text = str(data.get("Message") or "")
            raise LoginFailed(
                f"the server refused the login (type {data['LoginResultType']})",
                reason="login_locked" if "次数超限" in text else "login_refused",
                result_type=data["LoginResultType"],
                code=data.get("MessageCode"),
            )
        self._session = session
        context = data.get("Context") or {}
        return LoginResult(
            str(context.get("UserName") or ""),
            str(context.get("DataCenterName") or ""),
            str(context.get("DisplayVersion") or ""),
        )

    # ------------------------------------------------------------------ operations

    def save(self, form, data):
        """Create or change one document (Kingdee WebAPI: ``Save``); returns an ``Outcome``.

        ``data`` holds ``Model`` and options. Save is not idempotent: only a unique number in
        the model protects a resend.
        """
        return self._write_one("Save", form, data)

    def batch_save(self, form, data):
        """Create several documents (Kingdee WebAPI: ``BatchSave``); returns a ``WriteReply``, one outcome per Model.

        ``data`` is that of Save with a list of models; each stands or fails alone.
        """
        reply = self._call("BatchSave", {"formid": form, "data": data}, write=True)
        return replies.write_reply(reply, len(data["Model"]))

    def submit(self, form, number):
        """Submit one document by number (Kingdee WebAPI: ``Submit``); returns an ``Outcome``."""
        return self._write_one("Submit", form, {"Numbers": [number]})

    def audit(self, form, number):
        """Audit one document by number (Kingdee WebAPI: ``Audit``); returns an ``Outcome``."""
        return self._write_one("Audit", form, {"Numbers": [number]})

    def unaudit(self, form, number):
        """Open one audited document by number (Kingdee WebAPI: ``UnAudit``); returns an ``Outcome``."""
        return self._write_one("UnAudit", form, {"Numbers": [number]})

    def write_many(self, operation, form, numbers):
        """``Submit`` or ``Audit`` several; returns a ``WriteReply`` with one outcome per number."""
        if operation not in ("Submit", "Audit"):
            raise ValueError("operation must be Submit or Audit")
        body = {"formid": form, "data": {"Numbers": list(numbers)}}
        return replies.write_reply(self._call(operation, body, write=True), len(numbers))

    def view(self, form, *, number="", remote_id=""):
        """Read one document as a mapping without F prefixes (Kingdee WebAPI: ``View``)."""
        body = {"formid": form, "data": {"Number": number, "Id": remote_id}}
        data = self._call("View", body, write=False)
        status = replies.response_status(data)
        if status is not None and not replies.is_true(status.get("IsSuccess")):
            raise replies.error_of(status, write=False)
        result = data.get("Result") if isinstance(data, dict) else None
        document = result.get("Result") if isinstance(result, dict) else None
        if not isinstance(document, dict):
            raise Unknown("the reply holds no document", reason="shape")
        return document

    def execute_bill_query(self, form, fields, where=None, *, order=(), start=0, limit=MAX_ROWS):
        """Rows of ``fields`` (Kingdee WebAPI: ``ExecuteBillQuery``), a list per row.

        ``where`` is a :class:`.kingdee_filters.Condition`; ``order`` a sequence of field keys,
        ascending. One row per entry line as soon as one entry field is asked for. TopRowCount
        stays 0, because some servers treat it as the absolute last row.
        """
        if where is not None and not isinstance(where, Condition):
            raise TypeError("where must be a Condition")
        query = {
            "FormId": form,
            "FieldKeys": ",".join(field_name(name) for name in fields),
            "FilterString": str(where) if where is not None else "",
            "OrderString": ",".join(f"{field_name(name)} ASC" for name in order),
            "TopRowCount": 0,
            "StartRow": start,
            "Limit": min(limit, MAX_ROWS),
            "SubSystemId": "",
        }
        data = self._call("ExecuteBillQuery", {"data": query}, write=False)
        return replies.rows(data, len(fields))

    # ------------------------------------------------------------------ inside

    def _write_one(self, operation, form, data):
        reply = self._call(operation, {"formid": form, "data": data}, write=True)
        outcome = replies.write_reply(reply).outcomes[0]
        if outcome.error:
            raise outcome.error
        return outcome

    def _call(self, operation, body, *, write):
        path = self._transport.path_of(_FORMS + operation + _SUFFIX)
        for last in (False, True):
            if self._auth == SESSION and not self._session:
                self.login_by_sign()
            try:
                reply = self._transport.post_json(path, body, self._headers(path))
                self._remember(reply)
                data = replies.parse(reply.text)
                replies.raise_if_session_lost(data)
            except SessionLost as error:
                self._forget()
                if self._auth == SIGNED and error.definite and self._is_clock_wrong(reply):
                    raise LoginFailed("our clock differs from that of the server", reason="clock") from None
                if last or (write and not error.definite):
                    raise
            except Rejected as error:
                if error.reason == "http_401":
                    self._forget()
                raise
            else:
                return data
        raise AssertionError("unreachable")

    def _is_clock_wrong(self, reply):
        """Signatures hold the time, and one that is refused for it looks like a session that is gone."""
        for value in reply.header_values("Date"):
            with suppress(TypeError, ValueError):
                return abs(parsedate_to_datetime(value).timestamp() - self._clock()) > MAX_SKEW
        return False

    def _headers(self, path):
        headers = {}
        if self._auth == SIGNED:
            headers = signed_headers(self._credentials, path, str(int(self._clock())))
        if self._session:
            headers["kdservice-sessionid"] = self._session
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self._cookies.items())
        return headers

    def _remember(self, reply):
        """Keep the session cookies of a reply; anything that is no plain token is left out."""
        for line in reply.header_values("Set-Cookie"):
            name, _, value = line.split(";", 1)[0].partition("=")
            name, value = name.strip(), value.strip()
            if not _plain(name) or (value and not _plain(value)):
                continue
            if value:
                self._cookies[name] = value
            else:
                self._cookies.pop(name, None)
            if name.lower() == "kdservice-sessionid":
                self._session = value

    def _forget(self):
        self._session = ""
        self._cookies = {}


def _plain(text):
    """True for a short token which may safely stand in a header."""
    return 0 < len(text) <= 512 and all(33 <= ord(c) < 127 and c not in ',;"\\' for c in text)
