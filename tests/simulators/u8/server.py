"""The HTTP side of the OpenAPI.

``python -m u8.server --port 8091 --ledger books.db``; prints ``READY <port>`` when it listens.
"""

import json
import re
import time
from urllib.parse import parse_qs, urlsplit

from simulation import faults as common
from simulation.faults import Faults
from simulation.serving import BooksHandler, BooksServer, Reply, serve
from simulation.store import Store

from . import faults
from .access import Access
from .business import MOVES, PEOPLE_ONLY, Business
from .checks import unwrap
from .control import U8Control
from .reading import Reading
from .refusals import Refusal, business
from .resources import BASE_LISTS, LISTS, RESOURCES
from .switches import Switches

_COMMON = ("from_account", "to_account", "app_key", "token")
_LIST = ("ds_sequence", "page_index", "rows_per_page")
_PERIODS = ("period", "mendsa", "mendglgz")


class Simulator(BooksServer):
    """The server with its books, tokens, switches and faults."""

    def __init__(self, port, ledger):
        self.store = Store(ledger)
        self.switches = Switches()
        self.business = Business(self.store, self.switches)
        self.business.seed()
        self.reading = Reading(self.store, self.business)
        self.access = Access(self.switches)
        self.faults = Faults(faults.KINDS)
        self.control = U8Control(self)
        super().__init__(port, Handler)
        self.business.resume()

    @property
    def address(self):
        """Base of the addresses it gives out."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BooksHandler):
    """Routes and calls of the OpenAPI."""

    server_version = "U8-Simulator"
    nothing_done = common.NOTHING_DONE | faults.NOTHING_DONE
    maybe_done = common.MAYBE_DONE | faults.MAYBE_DONE

    def do_GET(self):
        parts = urlsplit(self.path)
        if not self.look(parts.path):
            self._call("GET", parts, b"")

    def do_POST(self):
        raw = self.body()
        parts = urlsplit(self.path)
        if parts.path.startswith("/_sim/"):
            self.order(parts.path[len("/_sim/") :], raw)
        else:
            self._call("POST", parts, raw)

    # ------------------------------------------------------------------ calls

    def _call(self, method, parts, raw):
        names = parts.path.strip("/").split("/")
        if names[0] == "result" and len(names) == 1:
            form, operation = "", "result"
        elif len(names) == 2 and names[0] == "system":
            form, operation = "", names[1]
        elif len(names) == 3 and names[0] == "api":
            form, operation = names[1].removesuffix("list"), names[2]
        else:
            self.send(404, "text/plain", "not found")
            return
        given = parse_qs(parts.query, keep_blank_values=True)
        call = self.server.store.log_call(operation, form, _number_of(given, raw))
        if self.too_many(call, self.server.switches.calls_per_minute):
            return
        fault = self.server.faults.take(operation, form)
        self.answer(call, fault, lambda: self._run(call, fault, method, names, given, raw), faults.bend)

    def _run(self, call, fault, method, names, given, raw):
        """Do the call; every refusal is an answer with status 200."""
        try:
            reply = self._route(call, fault, method, names, given, raw)
        except Refusal as refusal:
            reply = {"errcode": refusal.code, "errmsg": str(refusal)}
        code = reply.get("errcode")
        outcome = {"0": "ok", None: "accepted"}.get(code, f"refused:{code}")
        return Reply(json.dumps(reply, ensure_ascii=False), outcome, reply.get("id"))

    def _route(self, call, fault, method, names, given, raw):
        access, switches = self.server.access, self.server.switches
        if names[0] == "result":
            self._need(method, "GET")
            request = access.parameters(given, ("requestid",))["requestid"]
            return self.server.business.result(request) or self._wait(request)
        if names[0] == "system" and names[1] == "token":
            self._need(method, "GET")
            return {"errcode": "0", "errmsg": "", "token": access.token(given)}
        if names[0] == "system" and names[1] == "tradeid":
            self._need(method, "GET")
            access.admit(access.parameters(given, ("from_account", "app_key", "token")), to_account=False)
            return {"errcode": "0", "errmsg": "", "trade": {"id": self.server.business.new_tradeid()}}
        if names[0] == "api":
            name, operation = names[1:]
            if operation == "batch_get":
                return self._batch(method, name, given)
            if name == "user" and operation in ("login", "login_v2"):
                return self._login(method, given, raw)
            resource = RESOURCES.get(name)
            if resource and operation in resource.operations:
                return self._operate(call, fault, method, resource, operation, given, raw)
        raise Refusal(switches.code_path, "接口不存在")

    def _need(self, method, wanted):
        if method != wanted:
            raise Refusal(self.server.switches.code_path, f"请使用{wanted}方法")

    def _batch(self, method, name, given):
        self._need(method, "GET")
        access, reading = self.server.access, self.server.reading
        resource = LISTS.get(name)
        if resource is None and name not in (*BASE_LISTS, *_PERIODS):
            raise Refusal(self.server.switches.code_path, "接口不存在")
        filters = tuple(resource.filters) if resource else ()
        values = access.parameters(given, _COMMON, (*_LIST, *filters))
        access.admit(values)
        if resource:
            return reading.batch(resource, values)
        return reading.periods(name, values) if name in _PERIODS else reading.base(name, values)

    def _login(self, method, given, raw):
        self._need(method, "POST")
        access, switches = self.server.access, self.server.switches
        values = access.parameters(given, _COMMON, ("ds_sequence",))
        access.admit(values)
        user = self._json(raw).get("user")
        if not isinstance(user, dict) or set(user) != {"user_id", "password"}:
            raise Refusal(switches.code_parameter, '请求内容应为{"user":{"user_id","password"}}')
        if user["user_id"] not in self.server.business.base("user") or user["password"] != "demo":
            raise Refusal(switches.code_account, "用户名或密码不正确")
        access.log_in(values["token"])
        return {"errcode": "0", "errmsg": ""}

    def _operate(self, call, fault, method, resource, operation, given, raw):
        access = self.server.access
        if operation == "get":
            self._need(method, "GET")
            values = access.parameters(given, (*_COMMON, "id"), ("ds_sequence",))
            access.admit(values)
            return self.server.reading.get(resource, values["id"])
        self._need(method, "POST")
        optional = {"add": ("ds_sequence", "sync", "tradeid", "biz_id"), "edit": ("ds_sequence",)}
        values = access.parameters(given, _COMMON, optional.get(operation, ("ds_sequence", "sync")))
        if values.get("sync", "0") not in ("0", "1"):
            raise Refusal(self.server.switches.code_parameter, "参数sync不正确")
        if operation == "add" and ("tradeid" in values) == ("biz_id" in values):
            raise Refusal(self.server.switches.code_parameter, "tradeid和biz_id必须且只能传入一个")
        access.admit(values)
        body = unwrap(resource, self._json(raw), self.server.switches)
        if operation == "add":
            return self._add(call, fault, resource, values, body)
        if operation in ("verify", "audit"):
            self._may_decide(operation, values["token"])
        with self.server.store.transaction():
            if operation == "edit":
                number = self.server.business.edit(resource, body)
            elif operation in MOVES and operation not in PEOPLE_ONLY:
                number = self.server.business.move(resource, operation, body)
            self.server.store.mark_committed(call)
        return {"errcode": "0", "errmsg": "", "id": number}

    def _may_decide(self, operation, token):
        switches = self.server.switches
        if switches.login_required and not self.server.access.logged_in(token):
            raise business("请先登录")
        if operation == "verify" and switches.workflow:
            raise business("单据已启用工作流，请使用审批")

    def _add(self, call, fault, resource, values, body):
        """Claim the id, then do it now or keep it for later."""
        store, server = self.server.store, self.server
        kind = "tradeid" if "tradeid" in values else "biz_id"
        error = fault.get("difference", 1) if fault.get("kind") == "wrong_amount" else 0
        job = {"resource": resource.name, "kind": kind, "ident": values[kind], "values": body, "error": error}
        with store.transaction():
            earlier = server.business.claim(resource, kind, values[kind])
            late = float(fault.get("seconds", 1)) if fault.get("kind") == "late_result" else 0.0
            seconds = late or server.switches.async_seconds
            if earlier is None and values.get("sync", "0") == "0":
                request = server.business.accept(job, seconds, call)
        if earlier is not None:
            return earlier
        if values.get("sync", "0") == "1":
            time.sleep(late)
            return server.business.run_add(job, call)
        if seconds:
            server.business.later(job)
        else:
            server.business.run_add(job, call)
        return self._wait(request)

    def _wait(self, request):
        url = f"{self.server.address}/result?requestid={request}"
        return {"url": url, "ping_after": self.server.switches.ping_after, "requestid": request}

    def _json(self, raw):
        switches = self.server.switches
        if (self.headers.get("Content-Type") or "").split(";")[0].strip().lower() != "application/json":
            raise Refusal(switches.code_parameter, "Content-Type应为application/json")
        try:
            body = json.loads(raw.decode("utf-8"), object_pairs_hook=_each_once)
        except ValueError:
            raise Refusal(switches.code_parameter, "请求内容不是正确的JSON") from None
        if not isinstance(body, dict):
            raise Refusal(switches.code_parameter, "请求内容不是正确的JSON")
        return body


def _each_once(pairs):
    if len({name for name, _value in pairs}) != len(pairs):
        raise ValueError("a name twice")
    return dict(pairs)


def _number_of(given, raw):
    """Business number for the call log, as far as it can be seen."""
    if "id" in given:
        return given["id"][0]
    found = re.search(rb'"(?:code|vouchcode|voucher_code|invoiceno)"\s*:\s*"([^"]{1,60})"', raw)
    number = found[1].decode("utf-8", "replace") if found else ""
    return number or (given.get("biz_id") or [""])[0]


if __name__ == "__main__":
    serve(Simulator, __doc__, 8091)
