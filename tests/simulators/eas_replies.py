"""Canned replies of Kingdee EAS, and a wire that answers with them: no server, no simulator.

Envelopes are composed after the public description of EASLogin and of Axis 1, which EAS answers with.
"""

import json
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from kingdee_support import module, receivable_values
from lxml import etree

errors = module("errors")
results = module("results")
adapters = module("kingdee_eas_adapter")
eas = module("kingdee_eas")
soap = module("kingdee_eas_soap")
HttpReply = module("transport").HttpReply

CREDENTIALS = {"user_name": "odoo", "password": "s3cret-pass", "dc_name": "db01", "db_type": 1}
SETTINGS = {"organisation": "01", "materials": {"p1": "M001"}, "units": {"pc": "PCS"}}
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def envelope(body, extra=""):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>' + extra + "<soapenv:Envelope "
        'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>' + body + "</soapenv:Body>"
        "</soapenv:Envelope>"
    )


def login_reply(session="SID-1", multiref=True):
    fields = (
        '<dbType xsi:type="xsd:int">1</dbType><dcName xsi:type="xsd:string">db01</dcName>'
        f'<sessionId xsi:type="xsd:string">{session}</sessionId><userName xsi:type="xsd:string">odoo</userName>'
    )
    if not multiref:
        return envelope(f"<loginResponse><loginReturn>{fields}</loginReturn></loginResponse>")
    return envelope(
        '<ns1:loginResponse xmlns:ns1="http://login.webservice.bos.kingdee.com"><loginReturn href="#id0"/>'
        f'</ns1:loginResponse><multiRef id="id0" xmlns:ns2="urn:client" xsi:type="ns2:WSContext">{fields}</multiRef>'
    )


def string_reply(operation, text):
    return envelope(
        f'<ns1:{operation}Response xmlns:ns1="urn:client"><{operation}Return xsi:type="xsd:string">{escape(text)}'
        f"</{operation}Return></ns1:{operation}Response>"
    )


def fault(text, code="soapenv:Server.userException"):
    return envelope(f"<soapenv:Fault><faultcode>{code}</faultcode><faultstring>{text}</faultstring></soapenv:Fault>")


class Wire:
    """Answers by operation; each answer is text, ``(status, text)`` or an exception; the last one stays."""

    origin = ""

    def __init__(self, **answers):
        self.answers = {name: list(value) if isinstance(value, list) else [value] for name, value in answers.items()}
        self.answers.setdefault("login", [login_reply()])
        self.calls = []

    def path_of(self, name):
        return f"/ormrpc/services/{name}"

    def post_xml(self, path, body, headers):
        root = etree.fromstring(body)
        operation = root.find("{*}Body")[0]
        name = etree.QName(operation).localname
        self.calls.append((name, path, root, dict(headers)))
        queue = self.answers[name]
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(answer, Exception):
            raise answer
        status, text = answer if isinstance(answer, tuple) else (200, answer)
        return HttpReply(status, (("Set-Cookie", "JSESSIONID=node1; Path=/"),), text)

    def names(self):
        return [call[0] for call in self.calls]

    def arguments(self, index):
        return [child.text for child in self.calls[index][2].find("{*}Body")[0]]


def bill(**more):
    return {
        "id": "AR=1",
        "number": "CRM-AR-1",
        "billStatus": "SAVED",
        "company": "01",
        "customer": "CRM-C-1",
        "currency": "BB01",
        "totalAmount": 113.10,
        "modifiedTime": "2026-03-01 10:00:00.123",
        **more,
    }


def result(operation, data=None, **more):
    said = {"success": True, "code": "0", "message": "", "data": data, **more}
    return string_reply(operation, json.dumps(said))


def refusal(operation, code, message=""):
    return result(operation, success=False, code=code, message=message)


def got(found=None):
    return result("getBill", found) if found else refusal("getBill", "NOT_FOUND", "应收单CRM-AR-1不存在")


def page(*rows, cursor="", more=False):
    return result("queryBills", {"rows": list(rows), "cursor": cursor, "more": more})


def saved(**more):
    return result("importBill", {"id": "AR=1", "number": "CRM-AR-1", "billStatus": "SAVED", **more})


def adapter(wire, **settings):
    client = eas.KingdeeEasClient(wire, eas.EasCredentials(**CREDENTIALS))
    return adapters.KingdeeEasAdapter(client, adapters.EasSettings(**{**SETTINGS, **settings}), page_size=2)


def send(wire):
    known = adapter(wire)
    payload = known.build("receivable", receivable_values())
    return known.send_step("receivable", "save", "CRM-AR-1", payload)
