"""Who may call: login by signature, signed headers, sessions and their loss.

The checks are written from the protocol's description and share no code with the client under
test: a mistake made in both would otherwise go unseen.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import threading
import time
from dataclasses import dataclass
from urllib.parse import quote

MASK = "0054f397c6234378b09ca7d3e5debce7"
SESSION_COOKIE = "kdservice-sessionid"


@dataclass(frozen=True)
class Account:
    """The one account set of the simulator; every value is made up."""

    acct_id: str = "5f0a1b2c3d4e5f"
    user_name: str = "demo"
    app_id: str = "123456_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
    app_secret: str = "0123456789abcdef0123456789abcdef"


class Authority:
    """Sessions in memory: a restart of the server ends them all, as in life.

    ``ttl`` is the life of an idle session in seconds, ``clock_tolerance`` how far the time of a
    signed request may lie from ours.
    """

    def __init__(self, account=None, ttl=1200.0, clock_tolerance=300.0):
        self.account = account or Account()
        self.ttl = ttl
        self.clock_tolerance = clock_tolerance
        self._sessions = {}
        self._lock = threading.Lock()

    # ------------------------------------------------------------------ sessions

    def open_session(self):
        """A new session id."""
        ident = secrets.token_hex(16)
        with self._lock:
            self._sessions[ident] = time.monotonic()
        return ident

    def drop_sessions(self):
        """End every session, like an administrator who restarts the application pool."""
        with self._lock:
            self._sessions.clear()

    def alive(self, ident):
        """True if the session exists and did not idle too long; renews it."""
        now = time.monotonic()
        with self._lock:
            last = self._sessions.get(ident)
            if last is None or now - last > self.ttl:
                self._sessions.pop(ident, None)
                return False
            self._sessions[ident] = now
            return True

    # ------------------------------------------------------------------ login

    def login(self, values):
        """Answer of LoginBySign for positional values; returns ``(reply, session id or None)``."""
        known = self.account
        try:
            acct_id, user, app_id, stamp, sign, lcid = (str(v) for v in values[:6])
        except ValueError:
            return self._login_reply(-1, "参数错误", None), None
        if (acct_id, user, app_id) != (known.acct_id, known.user_name, known.app_id):
            return self._login_reply(0, "用户名或密码错误", None), None
        parts = [acct_id, user, app_id, known.app_secret, stamp]
        text = "".join(sorted(parts)).encode("utf-8")
        wanted = (hashlib.sha256(text).hexdigest(), hashlib.sha1(text).hexdigest())
        if not any(hmac.compare_digest(sign, one) for one in wanted) or not self._fresh(stamp):
            return self._login_reply(-1, "签名不匹配", "002005000003016"), None
        ident = self.open_session()
        return self._login_reply(1, None, None, ident, lcid), ident

    def _login_reply(self, kind, message, code, ident=None, lcid="2052"):
        context = None
        if ident:
            context = {
                "SessionId": ident,
                "DBid": self.account.acct_id,
                "UserId": 100001,
                "UserName": self.account.user_name,
                "DataCenterName": "测试账套",
                "DisplayVersion": "8.0.0.0",
                "UserLocale": lcid,
                "CurrentOrganizationInfo": {
                    "ID": 1,
                    "AcctOrgType": "1",
                    "Name": "总公司",
                    "FunctionIds": [101, 102],
                },
                "UTimeZone": {"OffsetTicks": 288000000000, "Number": "1078_SYS"},
            }
        return {
            "Message": message,
            "MessageCode": code,
            "LoginResultType": kind,
            "Context": context,
            "KDSVCSessionId": ident,
            "FormId": None,
            "RedirectFormParam": None,
            "FormInputObject": None,
            "ErrorStackTrace": None,
            "Lcid": 0,
            "AccessToken": None,
            "KdAccessResult": None,
            "IsSuccessByAPI": kind == 1,
        }

    # ------------------------------------------------------------------ requests

    def admit(self, path, headers, cookies):
        """Session id of an admitted request (a new one for a signed request without one).

        ``None`` means: not admitted, which the far side shows as a lost session.
        """
        ident = headers.get(SESSION_COOKIE) or cookies.get(SESSION_COOKIE) or ""
        if headers.get("X-Kd-Appkey"):
            if not self._signed(path, headers):
                return None
            return ident if ident and self.alive(ident) else self.open_session()
        return ident if ident and self.alive(ident) else None

    def _signed(self, path, headers):
        known = self.account
        try:
            data = base64.b64decode(headers.get("X-Kd-Appdata", ""), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return False
        if headers["X-Kd-Appkey"] != known.app_id:
            return False
        if data.split(",")[:2] != [known.acct_id, known.user_name]:
            return False
        wanted = _signature(known.app_secret, known.app_id + data)
        if not hmac.compare_digest(headers.get("X-Kd-Signature", ""), wanted):
            return False
        given = headers.get("X-Api-Signature", "")
        if not given:
            return True  # an application id in one part signs nothing
        stamp, nonce = headers.get("x-api-timestamp", ""), headers.get("x-api-nonce", "")
        text = f"POST\n{quote(path, safe='')}\n\nx-api-nonce:{nonce}\nx-api-timestamp:{stamp}\n"
        secret = _client_secret(known.app_id)
        return hmac.compare_digest(given, _signature(secret, text)) and self._fresh(stamp)

    def _fresh(self, stamp):
        if not stamp.isdecimal():
            return False
        seconds = int(stamp) / 1000 if len(stamp) >= 13 else int(stamp)
        return abs(time.time() - seconds) <= self.clock_tolerance


def _signature(key, text):
    digest = hmac.new(key.encode(), text.encode("utf-8"), hashlib.sha256).hexdigest()
    return base64.b64encode(digest.encode()).decode()


def _client_secret(app_id):
    hidden = base64.b64decode(app_id.split("_")[1])
    plain = bytes(byte ^ ord(MASK[position]) for position, byte in enumerate(hidden))
    return base64.b64encode(plain).decode()
