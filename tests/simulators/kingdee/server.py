"""The HTTP side: routes, faults, call log. Listens on 127.0.0.1 only.

``python -m kingdee.server --port 8090 --ledger books.db``; prints ``READY <port>`` when it listens.
"""

import re
from functools import partial
from http import cookies as http_cookies
from urllib.parse import urlsplit

from simulation.faults import MAYBE_DONE, NOTHING_DONE, Faults
from simulation.serving import BooksHandler, BooksServer, Reply, serve

from . import page, wire
from .auth import SESSION_COOKIE, Authority
from .batches import Batch, Switches, models_of, names_of, numbers_asked
from .books import Books
from .business import Business
from .control import KingdeeControl
from .faults import KINDS, bend
from .forms import FORMS
from .reading import Reading, Refusal, form_of

_SERVICE = re.compile(r"^/k3cloud/(?:[\w.]+\.)?(\w+)\.(\w+)\.common\.kdsvc$", re.IGNORECASE)
_WRITES = frozenset(
    {
        "save",
        "draft",
        "batchsave",
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
        self.store = Books(ledger)
        self.business = Business(self.store)
        self.business.seed()
        self.reading = Reading(self.store)
        self.authority = Authority()
        self.faults = Faults(KINDS)
        self.switches = Switches()
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
        if operation.lower() in _WRITES:
            numbers = numbers_asked(operation.lower(), FORMS.get(str(form).upper()), data)
            call = store.log_change(operation, str(form), numbers)
        else:
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
        """Do the call: a question in one transaction, a change in one for each document."""
        _call, operation, form, data, _extra, _fault = job
        try:
            if operation.lower() in _WRITES:
                return self._change(job)
            with self.server.store.transaction():
                reply = self._ask(operation.lower(), form, data)
        except Refusal as refusal:
            extra = {} if operation.lower() == "batchsave" else {"Id": "", "Number": ""}
            reply = wire.refused(refusal.code, refusal.errors, extra={**extra, "NeedReturnData": [{}]})
            return Reply(wire.to_json(wire.for_operation(operation, reply)), f"refused:{refusal.code}")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            reply = wire.refused(4, [("", f"{type(error).__name__}: {error}", 0)])
            return Reply(wire.to_json(wire.for_operation(operation, reply)), "refused:4")
        return Reply(wire.to_json(reply), "ok")

    def _ask(self, operation, form_name, data):
        if operation in wire.QUERIES:
            return self.server.reading.query(data, named=operation == "billquery")
        form = form_of(form_name)
        if operation == "view":
            return self.server.reading.view(form, data)
        raise Refusal(3, ("", "操作标识不存在", 0))

    def _change(self, job):
        call, operation, form_name, data, extra, fault = job
        form, operation = form_of(form_name), operation.lower()
        batch = Batch(self.server.store, self.server.switches, call, fault)
        if operation in ("save", "draft"):
            batch.run([data.get("Model")], partial(self._save, job, form))
            reply = batch.reply(_echo_of_one(batch))
        elif operation == "batchsave":
            with self.server.store.transaction():
                self.server.business.check_repeated(form, data)
            batch.run(models_of(data), partial(self._save, job, form))
            reply = batch.reply({"NeedReturnData": [item[3] for item in batch.good] or [{}]})
        else:
            if operation in ("excuteoperation", "executeoperation"):
                values = extra.get("parameters") or []
                operation = str(extra.get("opNumber") or (values[1] if len(values) > 2 else "")).lower()
            business = self.server.business
            by, names = names_of(data)
            batch.run(names, lambda name, _position: (*business.move(form, operation, by, name), None))
            reply = batch.reply(message=partial(business.success, form, operation))
        return Reply(wire.to_json(reply), batch.outcome, ",".join(batch.numbers) if not batch.errors else None)

    def _save(self, job, form, model, position):
        _call, operation, _form, data, _extra, fault = job
        is_batch = operation.lower() == "batchsave"
        if not is_batch:
            self.server.business.check_repeated(form, data)
        is_wrong = fault.get("kind") == "wrong_amount" and fault.get("item") in (None, position)
        error = fault.get("difference", 1) if is_wrong else 0
        return self.server.business.save(form, data, model, draft=operation.lower() == "draft", amount_error=error)


def _echo_of_one(batch):
    for _position, ident, number, echo in batch.good:
        return {"Id": ident, "Number": number, "NeedReturnData": [echo]}
    return {"Id": "", "Number": "", "NeedReturnData": [{}]}


def _number_of(data):
    return str(data.get("Number") or data.get("FilterString") or "")


if __name__ == "__main__":
    serve(Simulator, __doc__, 8090)
