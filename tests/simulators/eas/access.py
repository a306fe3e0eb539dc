"""Accounts and sessions."""

import secrets
import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """The one user of the simulator; every value is made up."""

    user_name: str = "crm"
    password: str = "crm-secret"
    sln_name: str = "eas"
    dc_name: str = "DC01"
    language: str = "L2"
    db_type: int = 1


class Access:
    """Sessions in memory: a restart of the server ends them all."""

    def __init__(self, switches, account=None):
        self.account = account or Account()
        self._switches = switches
        self._lock = threading.Lock()
        self._sessions = {}

    def forget(self):
        """End every session."""
        with self._lock:
            self._sessions.clear()

    def log_in(self, given):
        """A new session id, or ``None`` if any value of the login is wrong."""
        known = self.account
        wanted = (known.user_name, known.password, known.sln_name, known.dc_name, known.db_type)
        names = ("userName", "password", "slnName", "dcName", "dbType")
        if tuple(given[name] for name in names) != wanted:
            return None
        if given["language"] not in ("L2", "L3") or given.get("authPattern", "BaseDB") != "BaseDB":
            return None
        ident = secrets.token_hex(16)
        with self._lock:
            if self._switches.one_session:
                self._sessions.clear()
            self._sessions[ident] = time.monotonic()
        return ident

    def alive(self, ident, cookie):
        """True if the session exists and did not idle too long; renews it."""
        if self._switches.affinity and cookie != ident:
            return False
        now = time.monotonic()
        with self._lock:
            last = self._sessions.get(ident)
            if last is None or now - last >= self._switches.session_seconds:
                self._sessions.pop(ident, None)
                return False
            self._sessions[ident] = now
            return True
