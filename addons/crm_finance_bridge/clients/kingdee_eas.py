"""Client of Kingdee EAS (金蝶 EAS) web services: login, shared session, the calls we make.

Facts: ``EASLogin.login`` gives a ``WSContext`` whose ``sessionId`` goes into a SOAP header of every
other call; a cluster keeps a session on one node by cookies. How long a session lives and how its
end is told is not documented, so the end is recognised by words and never taken as proof that a
write did nothing.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, field

from .errors import FinanceError, InvalidValues, LoginFailed, NotSent, Rejected, SessionLost, Unknown
from .kingdee_eas_soap import EasSoap
from .u8_token import TokenCache

LOGIN = "EASLogin"
IMPORT = "SCMWebServiceFacade"
BRIDGE = "WSCrmBridgeFacade"  # the site's own, see docs/kingdee_eas.md
_LOGIN_REFUSED = frozenset({"soap_fault", "soap_client", "session", "http_401", "http_403"})
# seconds after which a session is renewed anyway; how long one lives is not documented
LIFETIME = 3600
SESSIONS = TokenCache()
DB_TYPES = {"sqlserver": 0, "oracle": 1, "db2": 2, "postgresql": 3}


@dataclass(frozen=True)
class EasCredentials:
    """What a login needs.

    :param dc_name: code of the data centre (数据中心)
    :param db_type: 0 SQL Server, 1 Oracle, 2 DB2, 3 PostgreSQL
    :param language: ``L2`` is simplified Chinese
    """

    user_name: str
    password: str = field(repr=False)
    dc_name: str = ""
    db_type: int = 1
    language: str = "L2"
    sln_name: str = "eas"

    def __post_init__(self):
        if not (self.user_name and self.password and self.dc_name):
            raise InvalidValues("connection", "user, password and data centre are needed")
        if self.db_type not in DB_TYPES.values():
            raise InvalidValues("db_type", "is no database of EAS")


@dataclass(frozen=True)
class EasSession:
    """An open session; the id stays out of ``repr``."""

    session_id: str = field(repr=False)
    user_name: str = ""
    cookies: dict = field(default_factory=dict, repr=False)


class KingdeeEasClient:
    """Operations of the web services.

    :param transport: an object with ``path_of(name)``, ``post_xml(path, body, headers)`` and ``origin``.
    :param credentials: :class:`EasCredentials`.
    :param tokens: shares the session with others; see :class:`.u8_token.TokenCache`.

    All calls raise the errors of :mod:`.errors`. A session that ended is renewed once, by one
    caller for all; a read is then repeated, a write never: the caller asks by number.
    """

    def __init__(self, transport, credentials, *, tokens=None):
        self._soap = EasSoap(transport)
        self._known = credentials
        self._tokens = tokens or SESSIONS
        known = credentials
        secret = hashlib.sha256(known.password.encode()).hexdigest()
        self._key = ("kingdee_eas", transport.origin, known.user_name, known.dc_name, known.language, secret)

    @property
    def account(self):
        """Code of the data centre."""
        return self._known.dc_name

    @property
    def user(self):
        """Login name at the far side."""
        return self._known.user_name

    def login(self):
        """A new session for all who share it, whatever was known before."""
        fetched = []

        def fetch():
            fetched.append(True)
            return self._fetch()

        text = self._tokens.get(self._key, fetch)
        if not fetched:
            text = self._tokens.get(self._key, fetch, text)
        return EasSession(**json.loads(text))

    # ``read`` makes of the text of an answer what is returned; it runs inside, because the end of a
    # session may be told in that text.

    def import_bill(self, bill_type, text, mode, read):
        """``importBill``: writes the one bill that ``text`` (JSON) holds."""
        return self._call(IMPORT, "importBill", [bill_type, text, mode], read, write=True)

    def submit_bill(self, bill_type, number, read):
        """``submitBill`` of the site's facade."""
        return self._call(BRIDGE, "submitBill", [bill_type, number], read, write=True)

    def audit_bill(self, bill_type, number, read):
        """``auditBill`` of the site's facade."""
        return self._call(BRIDGE, "auditBill", [bill_type, number], read, write=True)

    def get_bill(self, bill_type, number, read):
        """``getBill`` of the site's facade; changes nothing."""
        return self._call(BRIDGE, "getBill", [bill_type, number], read, write=False)

    def query_bills(self, bill_type, text, read):
        """``queryBills`` of the site's facade; changes nothing."""
        return self._call(BRIDGE, "queryBills", [bill_type, text], read, write=False)

    # ------------------------------------------------------------------ inside

    def _login(self):
        """Only a session id is success. Raises :class:`LoginFailed`; :class:`NotSent` if the outcome is unknown."""
        known = self._known
        values = [known.user_name, known.password, known.sln_name, known.dc_name, known.language, known.db_type]
        try:
            context, reply = self._soap.call(LOGIN, "login", values)
        except (Rejected, SessionLost, Unknown) as error:
            if error.reason in _LOGIN_REFUSED:
                # never tried again by machine: it may lock the account
                raise LoginFailed("the server refused the login", reason="login_refused") from None
            raise NotSent(f"login: {error.summary}", reason="login", retry_after=error.retry_after) from None
        session = context.get("sessionId") if isinstance(context, dict) else None
        if not session or not _plain(session.strip()):
            raise LoginFailed("the login gave no session", reason="login_refused")
        return EasSession(session.strip(), str(context.get("userName") or ""), _cookies(reply))

    def _fetch(self):
        """(text of a new session, seconds until it is renewed anyway)"""
        return json.dumps(vars(self._login())), LIFETIME

    def _call(self, service, operation, arguments, read, *, write):
        session = self._tokens.get(self._key, self._fetch)
        try:
            return read(self._send(service, operation, arguments, session))
        except SessionLost:
            if write:
                # a login that fails now must not hide that the fate of the write is unknown
                with suppress(FinanceError):
                    self._tokens.get(self._key, self._fetch, session)
                raise
            session = self._tokens.get(self._key, self._fetch, session)
        return read(self._send(service, operation, arguments, session))

    def _send(self, service, operation, arguments, session):
        session = EasSession(**json.loads(session))
        text, _reply = self._soap.call(
            service, operation, arguments, session=session.session_id, cookies=session.cookies
        )
        if not isinstance(text, str) or not text.strip():
            raise Unknown("the reply is empty", reason="empty")
        return text


def _cookies(reply):
    """Cookies of a reply; anything that is no plain token is left out."""
    found = {}
    for line in reply.header_values("Set-Cookie"):
        name, _, value = line.split(";", 1)[0].partition("=")
        if _plain(name.strip()) and _plain(value.strip()):
            found[name.strip()] = value.strip()
    return found


def _plain(text):
    """True for a short token which may safely stand in a header."""
    return 0 < len(text) <= 512 and all(33 <= ord(c) < 127 and c not in ',;"\\<>&' for c in text)
