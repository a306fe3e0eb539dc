"""The far end of an EAS connection in memory: answers envelopes, keeps books, fails on command."""

import json
from datetime import datetime
from xml.sax.saxutils import escape

from lxml import etree

from ..clients.errors import Unknown
from ..clients.transport import HttpReply
from .fake_erp import fail_after, fail_before

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_MOVES = {"submitBill": ("SAVED", "SUBMITTED"), "auditBill": ("SUBMITTED", "AUDITED")}


class FakeEas:
    """A transport of the EAS client. ``faults``: operation -> list of faults, used up one by one.

    Faults: ``dropped`` (done, reply lost), ``lost`` (not done, reply lost), ``late`` (done after ``arrive()``),
    ``unsent``, ``killed_before``, ``killed_after``, ``session`` (not done), ``refused``, ``html`` and ``soap_fault`` (done).
    """

    def __init__(self):
        # no two fakes share a session
        self.origin = f"https://eas-{id(self)}.example.com:443/ormrpc/services/"
        self.books = {}
        self.receipts = []
        self.faults = {}
        self.calls = []
        self.late = []
        self.logins = 0

    def path_of(self, name):
        return "/ormrpc/services/" + name

    def arrive(self):
        for kind, bill in self.late:
            self._keep(kind, bill)
        self.late = []

    def bills(self, kind):
        return [bill for (name, _number), bill in self.books.items() if name == kind]

    def post_xml(self, path, body, headers):
        root = etree.fromstring(body)
        call = root.find(f"{{{_SOAP}}}Body")[0]
        operation = etree.QName(call).localname
        arguments = [child.text or "" for child in call]
        if operation == "login":
            self.logins += 1
            return self._reply("login", f"<loginReturn><sessionId>S{self.logins}</sessionId></loginReturn>")
        number = json.loads(arguments[1]).get("number") if operation == "importBill" else arguments[1]
        self.calls.append((operation, arguments[0], number))
        left = self.faults.get(operation)
        return self._answer(operation, arguments, left.pop(0) if left else "")

    # -- inside -----------------------------------------------------------------------------

    def _answer(self, operation, arguments, fault):
        fail_before(fault)
        if fault == "session":
            return self._fault("会话不存在或已失效，请重新登录")
        if fault == "refused":
            return self._said(operation, {"success": False, "code": "PERIOD_CLOSED", "message": "会计期间已结账"})
        if fault == "late":
            self.late.append((arguments[0], json.loads(arguments[1])))
            raise Unknown("no reply", reason="read_timeout")
        result = getattr(self, f"_{operation}")(*arguments)
        fail_after(fault)
        if fault == "soap_fault":
            return self._fault("java.sql.SQLException")
        return HttpReply(200, (), "<html>登录</html>") if fault == "html" else self._said(operation, result)

    def _said(self, operation, result):
        return self._reply(operation, f"<{operation}Return>{escape(json.dumps(result))}</{operation}Return>")

    @staticmethod
    def _reply(operation, inner):
        body = f"<{operation}Response>{inner}</{operation}Response>"
        return HttpReply(200, (), f'<s:Envelope xmlns:s="{_SOAP}"><s:Body>{body}</s:Body></s:Envelope>')

    @staticmethod
    def _fault(text):
        body = f"<s:Fault><faultcode>s:Server</faultcode><faultstring>{text}</faultstring></s:Fault>"
        return HttpReply(500, (), f'<s:Envelope xmlns:s="{_SOAP}"><s:Body>{body}</s:Body></s:Envelope>')

    @staticmethod
    def _ok(data):
        return {"success": True, "code": "0", "message": "", "data": data}

    def _getBill(self, kind, number):
        bill = self.books.get((kind, number))
        if not bill:
            return {"success": False, "code": "NOT_FOUND", "message": f"{number}不存在"}
        return self._ok(bill)

    def _importBill(self, kind, text, _mode):
        bill = json.loads(text)
        if (kind, bill["number"]) in self.books:
            return {"success": False, "code": "NUMBER_EXISTS", "message": f"{bill['number']}已存在"}
        return self._ok(self._keep(kind, bill))

    def _keep(self, kind, bill):
        stamp = {"id": f"E{len(self.books) + 1}=", "billStatus": "SAVED", "modifiedTime": "2026-03-01 10:00:00"}
        return self.books.setdefault((kind, bill["number"]), {**bill, **stamp})

    def _move(self, operation, kind, number):
        before, after = _MOVES[operation]
        bill = self.books[kind, number]
        if bill["billStatus"] != before:
            return {"success": False, "code": "STATE", "message": "状态不符"}
        bill["billStatus"] = after
        return self._ok(bill)

    def _submitBill(self, kind, number):
        return self._move("submitBill", kind, number)

    def _auditBill(self, kind, number):
        return self._move("auditBill", kind, number)

    def _queryBills(self, kind, _text):
        rows = self.receipts if kind == "receivingbill" else []
        return self._ok({"rows": rows, "cursor": "", "more": False})

    def enter_receipt(self, customer, amount, **more):
        """An audited receipt of today that somebody over there typed in."""
        self.receipts.append(
            {
                "id": f"R{len(self.receipts) + 1}=",
                "number": f"SK-{len(self.receipts) + 1}",
                "billStatus": "AUDITED",
                "bizDate": "2026-03-01",
                "customer": customer,
                "currency": "BB01",
                "totalAmount": amount,
                "modifiedTime": datetime.now().isoformat(" ", "seconds"),
                **more,
            }
        )
