"""Accounts, tokens and the parameters of a call."""

import secrets
import threading
import time
from dataclasses import dataclass

from .refusals import TOKEN_EXPIRED, Refusal

_PERIOD = 7200.0


@dataclass(frozen=True)
class Account:
    """The one application of the simulator; every value is made up."""

    from_account: str = "crm_acc"
    to_account: str = "erp_acc"
    app_key: str = "opaDEMO"
    app_secret: str = "0123abcd"
    data_sources: tuple = ("1", "2")


class Access:
    """Tokens in memory: a restart of the server ends them all."""

    def __init__(self, switches, account=None):
        self.account = account or Account()
        self._switches = switches
        self._lock = threading.Lock()
        self._tokens = {}
        self._fetches = []
        self._logged_in = set()

    def forget(self):
        """End every token, like an administrator who withdraws the authorisation."""
        with self._lock:
            self._tokens.clear()
            self._logged_in.clear()

    def forget_fetches(self):
        """Begin a new period of the cap."""
        with self._lock:
            self._fetches.clear()

    def parameters(self, given, required, optional=()):
        """Parameters of a query string, each there once and none that is not known."""
        code = self._switches.code_parameter
        for name, values in given.items():
            if name not in required and name not in optional:
                raise Refusal(code, f"参数{name}不存在")
            if len(values) != 1 or not values[0]:
                raise Refusal(code, f"参数{name}不正确")
        for name in required:
            if name not in given:
                raise Refusal(code, f"缺少参数{name}")
        return {name: values[0] for name, values in given.items()}

    def token(self, given):
        """A new token for the application's secret."""
        values = self.parameters(given, ("from_account", "app_key", "app_secret"))
        known = self.account
        wanted = (known.from_account, known.app_key, known.app_secret)
        if (values["from_account"], values["app_key"], values["app_secret"]) != wanted:
            raise Refusal(self._switches.code_account, "应用或密钥不正确")
        now = time.monotonic()
        ident = secrets.token_hex(16)
        with self._lock:
            self._fetches = [moment for moment in self._fetches if now - moment < _PERIOD]
            if len(self._fetches) >= self._switches.token_cap:
                raise Refusal(self._switches.code_token_cap, "token获取次数超过限制")
            self._fetches.append(now)
            if self._switches.one_token:
                self._tokens.clear()
            self._tokens[ident] = now
        return {"appKey": known.app_key, "expiresIn": int(self._switches.token_seconds), "id": ident}

    def admit(self, values, *, to_account=True):
        """Check the accounts, the data source and the token of a call."""
        known = self.account
        pairs = [("from_account", known.from_account), ("app_key", known.app_key)]
        if to_account:
            pairs.append(("to_account", known.to_account))
        if any(values[name] != wanted for name, wanted in pairs):
            raise Refusal(self._switches.code_account, "应用未被授权")
        if values.get("ds_sequence", known.data_sources[0]) not in known.data_sources:
            raise Refusal(self._switches.code_parameter, "数据源不存在")
        with self._lock:
            begun = self._tokens.get(values["token"])
        if begun is None and self._switches.unknown_token == "refused":
            raise Refusal(self._switches.code_account, "token不正确")
        if begun is None or time.monotonic() - begun >= self._switches.token_seconds:
            raise Refusal(*TOKEN_EXPIRED)

    def log_in(self, token):
        """Remember that a user logged in over this token."""
        with self._lock:
            self._logged_in.add(token)

    def logged_in(self, token):
        """True after :meth:`log_in`."""
        with self._lock:
            return token in self._logged_in
