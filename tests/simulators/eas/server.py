"""The HTTP side: SOAP services below ``/ormrpc/services/`` and their WSDL.

``python -m eas.server --port 8092 --ledger books.db``; prints ``READY <port>`` when it listens.
"""

import json
from http import cookies as http_cookies
from urllib.parse import urlsplit

from simulation import faults as common
from simulation.faults import Faults
from simulation.serving import BooksHandler, BooksServer, Reply, serve
from simulation.store import Store

from . import faults, soap
from .access import Access
from .business import Business
from .control import EASControl
from .refusals import Refusal, SoapFault
from .switches import Switches

ROOT = "/ormrpc/services/"
COOKIE = "JSESSIONID"
_WRITES = frozenset({"importBill", "submitBill", "auditBill", "unauditBill", "deleteBill"})


class Simulator(BooksServer):
    """The server with its books, sessions, switches and faults."""

    def __init__(self, port, ledger):
        self.store = Store(ledger)
        self.switches = Switches()
        self.business = Business(self.store, self.switches)
        self.business.seed()
        self.access = Access(self.switches)
        self.faults = Faults(faults.KINDS)
        self.control = EASControl(self)
        super().__init__(port, Handler)

    @property
    def address(self):
        """Base of the addresses in a WSDL."""
        return f"http://127.0.0.1:{self.server_address[1]}{ROOT}"


class Handler(BooksHandler):
    """Routes and calls."""

    server_version = "EAS-Simulator"
    mime = "text/xml"
    nothing_done = common.NOTHING_DONE | faults.NOTHING_DONE
    maybe_done = common.MAYBE_DONE | faults.MAYBE_DONE

    def do_GET(self):
        parts = urlsplit(self.path)
        if self.look(parts.path):
            return
        service = self._service(parts.path)
        if service and parts.query.lower() == "wsdl":
            self.send(200, "text/xml", service.described(self.server.address, self.server.switches.inner_host))
        elif service:
            self.send(200, "text/html", f"<h1>{service.name}</h1><p>Hi there, this is an AXIS service!</p>")
        else:
            self.send(404, "text/html", "The AXIS engine could not find a target service to invoke!")

    def do_POST(self):
        raw = self.body()
        path = urlsplit(self.path).path
        if path.startswith("/_sim/"):
            self.order(path[len("/_sim/") :], raw)
            return
        service = self._service(path)
        if service is None:
            message = "The AXIS engine could not find a target service to invoke!"
            self.send(500, "text/xml", soap.fault("Server.NoService", message))
            return
        self._serve(service, raw)

    @staticmethod
    def _service(path):
        return soap.SERVICES.get(path[len(ROOT) :]) if path.startswith(ROOT) else None

    # ------------------------------------------------------------------ calls

    def _serve(self, service, raw):
        store = self.server.store
        try:
            mime = (self.headers.get("Content-Type") or "").split(";")[0].strip().lower()
            if mime != "text/xml":
                raise SoapFault("Client", f"Content-Type应为text/xml，而不是{mime}")
            if self.headers.get("SOAPAction") is None:
                raise SoapFault("Client.NoSOAPAction", "no SOAPAction header!")
            asked = service.read(raw)
        except SoapFault as fault:
            store.end_call(store.log_call("unreadable", "", ""), f"fault:{fault.code}")
            self.send(500, "text/xml", soap.fault(fault.code, str(fault)))
            return
        form = asked.arguments.get("billTypeCode", "")
        call = store.log_call(asked.operation, form, _number_of(asked.arguments))
        if self.too_many(call, self.server.switches.calls_per_minute):
            return
        fault = self.server.faults.take(asked.operation, form)
        if asked.operation == "login":
            context = {}
            self.answer(call, fault, lambda: self._login(service, asked, context), self._bend(service, asked), context)
        else:
            self.answer(call, fault, lambda: self._run(call, service, asked, fault), self._bend(service, asked))

    @staticmethod
    def _bend(service, asked):
        return lambda fault, reply: faults.bend(fault, reply, service, asked.operation)

    def _login(self, service, asked, headers):
        switches, known = self.server.switches, self.server.access.account
        session = self.server.access.log_in(asked.arguments)
        if session:
            headers["Set-Cookie"] = f"{COOKIE}={session}; Path=/; HttpOnly"
        elif switches.login_failure == "fault":
            return Reply(soap.fault("Server.userException", "用户名或密码错误"), "login refused", status=500)
        values = {"dbType": known.db_type, "dcName": known.dc_name, "sessionId": session}
        values |= {"slnName": known.sln_name, "userName": asked.arguments["userName"]}
        if not session and switches.login_failure == "absent":
            del values["sessionId"]
        text = soap.context_answer(service, values, multi_ref=switches.multi_ref)
        return Reply(text, "ok" if session else "login refused")

    def _run(self, call, service, asked, fault):
        """Do the call in one transaction."""
        jar = http_cookies.SimpleCookie(self.headers.get("Cookie") or "")
        cookie = jar[COOKIE].value if COOKIE in jar else ""
        if not asked.session or not self.server.access.alive(asked.session, cookie):
            if self.server.switches.lost_session == "fault":
                return Reply(soap.fault("Server.userException", faults.LOST), "session lost", status=500)
            return Reply(self._said(service, asked, "SESSION", faults.LOST), "session lost")
        store = self.server.store
        try:
            with store.transaction():
                data = self._dispatch(asked, fault)
                if asked.operation in _WRITES:
                    store.mark_committed(call)
        except Refusal as refusal:
            return Reply(self._said(service, asked, refusal.code, str(refusal)), f"refused:{refusal.code}")
        if data is None and self.server.switches.missing == "empty":
            return Reply(soap.text_answer(service, asked.operation, ""), "ok")
        said = {"success": True, "code": "0", "message": "", "data": data}
        text = soap.text_answer(service, asked.operation, json.dumps(said, ensure_ascii=False))
        return Reply(text, "ok", (data or {}).get("number"))

    def _said(self, service, asked, code, message):
        code = code if self.server.switches.error_codes else ""
        said = {"success": False, "code": code, "message": message, "data": None}
        return soap.text_answer(service, asked.operation, json.dumps(said, ensure_ascii=False))

    def _dispatch(self, asked, fault):
        business, given = self.server.business, asked.arguments
        form = business.form(given["billTypeCode"])
        if asked.operation == "importBill":
            error = fault.get("difference", 1) if fault.get("kind") == "wrong_amount" else 0
            return business.enter(form, given["json"], given["mode"], error=error)
        if asked.operation == "getBill":
            return business.get(form, given["number"])
        if asked.operation == "queryBills":
            return business.query(form, given["json"])
        return business.move(form, asked.operation.removesuffix("Bill"), given["number"])


def _number_of(arguments):
    """Business number for the call log, as far as it can be seen."""
    try:
        data = json.loads(arguments.get("json", "{}"))
    except ValueError:
        return ""
    number = data.get("number", "") if isinstance(data, dict) else ""
    return str(arguments.get("number") or number)


if __name__ == "__main__":
    serve(Simulator, __doc__, 8092)
