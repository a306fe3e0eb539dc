"""The HTTP side: routes, faults, call log. Listens on 127.0.0.1 only.

``python -m kingdee.server --port 8090 --ledger books.db``; prints ``READY <port>`` when it listens.
"""

import re
from functools import partial
from http import cookies as http_cookies
from urllib.parse import urlsplit

from simulation.faults import MAYBE_DONE, NOTHING_DONE, Faults
from simulation.serving import BooksHandler, BooksServer, Reply, serve
from simulation.store import Store

from . import page, wire
from .auth import SESSION_COOKIE, Authority
from .business import Business
from .control import KingdeeControl
from .faults import KINDS, bend
from .reading import Reading, Refusal, form_of

_SERVICE = re.compile(r"^/k3cloud/(?:[\w.]+\.)?(\w+)\.(\w+)\.common\.kdsvc$", re.IGNORECASE)
_WRITES = frozenset(
    {
        "save",
        "draft",
        "submit",
        "audit",
        "unaudit",
        "cancelassign",
        "delete",
        "excuteoperation",
        "executeoperation",
    }
)


class Simulator(BooksServer):
    """The server with its books, sessions and faults."""

    def __init__(self, port, ledger):
        self.store = Store(ledger)
        self.business = Business(self.store)
        self.business.seed()
        self.reading = Reading(self.store)
        self.authority = Authority()
        self.faults = Faults(KINDS)
        self.control = KingdeeControl(self)
        super().__init__(port, Handler)


class Handler(BooksHandler):
    """Routes and calls of the WebAPI."""

    server_version = "Kingdee-Simulator"
    nothing_done = NOTHING_DONE | {"refuse", "lost_session", "firewall"}
    maybe_done = MAYBE_DONE | {"response_error", "exception"}

    # ------------------------------------------------------------------ routes

    def do_GET(self):
        path = urlsplit(self.path).path
        if self.look(path):
            return
        if path != "/":
            self.send(404, "text/plain", "not found")
        elif not self.local_host():
            self.send(403, "text/plain", "forbidden")
        else:
            self.send(200, "text/html", page.render(self.server.store))

    def do_POST(self):
        raw = self.body()
        path = urlsplit(self.path).path
        match = _SERVICE.match(path)
        if match:
            self._service(match.group(1), match.group(2), path, raw)
        elif path.startswith("/_sim/"):
            self.order(path[len("/_sim/") :], raw)
        else:
            self.send(404, "text/plain", "not found")

    # ------------------------------------------------------------------ WebAPI

    def _service(self, service, operation, path, raw):
        cookies = http_cookies.SimpleCookie(self.headers.get("Cookie") or "")
        jar = {name: morsel.value for name, morsel in cookies.items()}
        if service.lower() == "authservice":
            self._login(operation, raw)
            return
        try:
            form, data, extra = wire.read_body(raw, self.headers.get("Content-Type") or "")
        except (ValueError, TypeError, IndexError) as error:
            self.send(500, "text/plain", str(error))
            return
        if operation.lower() in wire.QUERIES:
            form = str(data.get("FormId") or "")
        store = self.server.store
        call = store.log_call(operation, str(form), _number_of(data))
        session = self.server.authority.admit(path, self.headers, jar)
        if session is None:
            store.end_call(call, "session lost")
            self.send(200, "application/json", wire.session_lost(operation))
            return
        fault = self.server.faults.take(operation, str(form))
        job = (call, operation, form, data, extra, fault)
        self._answer(job, {"Set-Cookie": f"{SESSION_COOKIE}={session}; path=/; HttpOnly"})

    def _login(self, operation, raw):
        call = self.server.store.log_call(operation, "", "")
        fault = self.server.faults.take(operation, "")
        if fault:
            self._answer((call, operation, "", {}, {}, fault), {})
            return
        if operation.lower() not in ("loginbysign", "loginbysign2"):
            self.server.store.end_call(call, "not offered")
            self.send(200, "application/json", "response_error:不支持的登录方式")
            return
        try:
            reply, session = self.server.authority.login(wire.login_values(raw))
        except (ValueError, AttributeError, TypeError):
            reply, session = {"LoginResultType": -1, "Message": "参数错误"}, None
        self.server.store.end_call(call, "ok" if session else "login refused")
        cookie = {"Set-Cookie": f"{SESSION_COOKIE}={session}; path=/; HttpOnly"} if session else {}
        self.send(200, "application/json", wire.to_json(reply), cookie)

    def _answer(self, job, headers):
        call, operation, _form, _data, _extra, fault = job
        self.answer(call, fault, partial(self._run, job), lambda f, reply: bend(f, operation, reply), headers)

    def _run(self, job):
        """Do the call in one transaction."""
        call, operation, form, data, extra, fault = job
        store = self.server.store
        try:
            with store.transaction():
                reply = self._dispatch(operation.lower(), form, data, extra, fault)
                code = _code_of(reply)
                if operation.lower() in _WRITES and (code == 0 or _some_done(reply)):
                    store.mark_committed(call)
        except Refusal as refusal:
            extra = {"Id": "", "Number": "", "NeedReturnData": [{}]}
            reply = wire.refused(refusal.code, refusal.errors, extra=extra)
            reply, code = wire.for_operation(operation, reply), refusal.code
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            reply = wire.refused(4, [("", f"{type(error).__name__}: {error}", 0)])
            reply, code = wire.for_operation(operation, reply), 4
        number = reply["Result"].get("Number") if isinstance(reply, dict) else None
        return Reply(wire.to_json(reply), "ok" if code == 0 else f"refused:{code}", number or None)

    def _dispatch(self, operation, form_name, data, extra, fault):
        business = self.server.business
        if operation in wire.QUERIES:
            return self.server.reading.query(data, named=operation == "billquery")
        form = form_of(form_name)
        if operation in ("save", "draft"):
            error = fault.get("difference", 1) if fault.get("kind") == "wrong_amount" else 0
            return business.save(form, data, draft=operation == "draft", amount_error=error)
        if operation == "view":
            return self.server.reading.view(form, data)
        if operation in ("excuteoperation", "executeoperation"):
            values = extra.get("parameters") or []
            operation = str(extra.get("opNumber") or (values[1] if len(values) > 2 else ""))
        return business.move(form, operation.lower(), data)


def _number_of(data):
    model = data.get("Model")
    if isinstance(model, dict):
        return str(model.get("FBillNo") or model.get("FNumber") or "")
    numbers = data.get("Numbers") or data.get("Number") or data.get("FilterString") or ""
    return ",".join(map(str, numbers)) if isinstance(numbers, list) else str(numbers)


def _code_of(reply):
    if not isinstance(reply, dict) or "Result" not in reply:
        return 0
    return (reply["Result"].get("ResponseStatus") or {}).get("MsgCode", 0)


def _some_done(reply):
    return bool(reply["Result"]["ResponseStatus"]["SuccessEntitys"])


if __name__ == "__main__":
    serve(Simulator, __doc__, 8090)
