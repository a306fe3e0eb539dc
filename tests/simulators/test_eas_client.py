"""The client of Kingdee EAS against canned replies: no server, no simulator.

Envelopes are composed after the public description of EASLogin and of Axis 1, which EAS answers with.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from kingdee_support import customer_values, module, receivable_values
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


@pytest.fixture(autouse=True)
def no_sessions():
    eas.SESSIONS._entries.clear()


def adapter(wire, **settings):
    client = eas.KingdeeEasClient(wire, eas.EasCredentials(**CREDENTIALS))
    return adapters.KingdeeEasAdapter(client, adapters.EasSettings(**{**SETTINGS, **settings}), page_size=2)


def send(wire):
    known = adapter(wire)
    payload = known.build("receivable", receivable_values())
    return known.send_step("receivable", "save", "CRM-AR-1", payload)


class TestLogin:
    @pytest.mark.parametrize("multiref", [True, False])
    def test_arguments_and_session_header(self, multiref):
        wire = Wire(login=login_reply("SID-7", multiref), getBill=got())
        assert adapter(wire).find("customer", "CRM-C-1") == []
        assert wire.names() == ["login", "getBill"]
        assert wire.calls[0][1] == "/ormrpc/services/EASLogin"
        assert wire.arguments(0) == ["odoo", "s3cret-pass", "eas", "db01", "L2", "1"]
        assert wire.calls[0][2].find("{*}Header") is None
        header = wire.calls[1][2].find("{*}Header")[0]
        assert (header.tag, header.text) == ("{http://login.webservice.bos.kingdee.com}SessionId", "SID-7")
        assert wire.calls[1][3]["Cookie"] == "JSESSIONID=node1"

    @pytest.mark.parametrize(
        "reply",
        [
            login_reply(""),
            login_reply("a b"),
            envelope("<loginResponse><loginReturn/></loginResponse>"),
            envelope('<loginResponse><loginReturn xsi:nil="true"/></loginResponse>'),
            fault("用户名或密码错误"),
            (500, fault("用户名或密码错误")),
            (500, fault("请先登录")),
            errors.Rejected("no", reason="http_401"),
        ],
    )
    def test_refused_is_never_tried_again(self, reply):
        wire = Wire(login=reply)
        with pytest.raises(errors.LoginFailed) as caught:
            adapter(wire).find("customer", "X")
        assert caught.value.next_action == errors.STOP
        assert len(wire.calls) == 1
        assert "s3cret" not in str(caught.value)

    @pytest.mark.parametrize("reply", ["<html>login</html>", "", envelope("<x/>"), errors.Unknown("t", reason="reset")])
    def test_unknown_outcome_means_nothing_was_sent(self, reply):
        with pytest.raises(errors.NotSent):
            send(Wire(login=reply))

    def test_a_busy_server_says_when_to_come_again(self):
        busy = errors.Rejected("slow down", reason="http_429", retryable=True, retry_after=7)
        with pytest.raises(errors.NotSent) as caught:
            send(Wire(login=busy))
        assert caught.value.retry_after == 7

    def test_secrets_are_in_no_repr(self):
        known = eas.EasCredentials(**CREDENTIALS)
        assert "s3cret" not in repr(known)
        assert "SID" not in repr(eas.EasSession("SID-1"))

    @pytest.mark.parametrize("change", [{"dc_name": ""}, {"password": ""}, {"db_type": 9}, {"nonsense": 1}])
    def test_settings_that_cannot_work(self, change):
        with pytest.raises(errors.InvalidValues):
            adapters.KingdeeEasAdapter.connect("https://eas.example.com", {**CREDENTIALS, **change}, SETTINGS)

    @pytest.mark.parametrize("base", ["https://e.example.com:6888", "https://e.example.com:6888/ormrpc/services/"])
    def test_services_stand_below_the_address(self, base):
        known = adapters.KingdeeEasAdapter.connect(base, CREDENTIALS, SETTINGS)
        assert known.client._soap._transport.path_of("EASLogin") == "/ormrpc/services/EASLogin"


class TestSession:
    def test_is_shared_by_adapters_of_the_process(self):
        wire = Wire(getBill=got())
        for _ in range(3):
            adapter(wire).find("customer", "X")
        assert wire.names().count("login") == 1

    def test_is_not_shared_by_other_passwords(self):
        wire = Wire(getBill=got())
        adapter(wire).find("customer", "X")
        other = eas.KingdeeEasClient(wire, eas.EasCredentials(**{**CREDENTIALS, "password": "other"}))
        other.get_bill("customer", "X", str)
        assert wire.names().count("login") == 2

    @pytest.mark.parametrize(
        "lost",
        [
            (500, fault("会话已失效，请重新登录")),
            fault("SessionId is null"),
            (500, fault("java.lang.Exception: session timeout")),
            refusal("getBill", "SESSION", "x"),
            refusal("getBill", "", "会话已过期"),
            string_reply("getBill", "请重新登录"),
        ],
        ids=["fault 500", "fault", "English", "code", "words", "bare"],
    )
    def test_a_read_logs_in_again_once(self, lost):
        wire = Wire(login=[login_reply("OLD"), login_reply("NEW")], getBill=[lost, got()])
        assert adapter(wire).find("customer", "X") == []
        assert wire.names() == ["login", "getBill", "login", "getBill"]
        assert wire.calls[3][2].find("{*}Header")[0].text == "NEW"

    def test_and_not_twice(self):
        wire = Wire(getBill=fault("会话已失效"))
        with pytest.raises(errors.SessionLost) as caught:
            adapter(wire).find("customer", "X")
        assert caught.value.next_action == errors.ASK
        assert wire.names() == ["login", "getBill", "login", "getBill"]

    def test_a_write_is_not_repeated_but_the_next_call_has_a_session(self):
        wire = Wire(importBill=fault("会话已失效"), getBill=got())
        known = adapter(wire)
        with pytest.raises(errors.SessionLost) as caught:
            known.send_step("receivable", "save", "CRM-AR-1", known.build("receivable", receivable_values()))
        assert caught.value.next_action == errors.ASK
        assert wire.names() == ["login", "importBill", "login"]
        known.find("receivable", "CRM-AR-1")
        assert wire.names().count("login") == 2

    @pytest.mark.parametrize("login", [fault("锁定"), errors.NotSent("x"), errors.Unknown("x", reason="reset")])
    def test_a_login_that_fails_does_not_hide_the_doubt(self, login):
        wire = Wire(login=[login_reply("OLD"), login], importBill=fault("会话已失效"))
        with pytest.raises(errors.SessionLost) as caught:
            send(wire)
        assert caught.value.next_action == errors.ASK

    def test_only_one_of_many_logs_in_again(self):
        wire = Wire(login=[login_reply("OLD"), login_reply("NEW")], getBill=got())
        first = adapter(wire).client
        stale = eas.SESSIONS.get(first._key, first._fetch)
        for _ in range(2):
            assert json.loads(eas.SESSIONS.get(first._key, first._fetch, stale))["session_id"] == "NEW"
        assert wire.names().count("login") == 2

    def test_a_tested_login_is_a_new_one_for_all(self):
        wire = Wire(login=[login_reply("OLD"), login_reply("NEW")], getBill=got())
        known = adapter(wire)
        known.find("customer", "X")
        assert known.client.login().session_id == "NEW"
        known.find("customer", "X")
        assert wire.calls[-1][2].find("{*}Header")[0].text == "NEW"
        assert wire.names().count("login") == 2

    def test_the_first_login_is_not_two(self):
        wire = Wire()
        assert adapter(wire).client.login().user_name == "odoo"
        assert len(wire.calls) == 1

    def test_a_bare_session_is_no_lost_session(self):
        assert not soap.speaks_of_session("cannot open hibernate session factory")


BAD_REPLIES = {
    "empty": ("", "empty"),
    "html": ("<html><body>登录</body></html>", "html"),
    "html_doctype": ("<!DOCTYPE html><html></html>", "html"),
    "truncated": (saved()[:-30], "xml"),
    "not_xml": ("{}", "xml"),
    "entity_bomb": (
        envelope(
            "<importBillResponse><importBillReturn>&b;</importBillReturn></importBillResponse>",
            '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>',
        ),
        "doctype",
    ),
    "file_entity": (
        envelope(
            "<importBillResponse><importBillReturn>&b;</importBillReturn></importBillResponse>",
            '<!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
        ),
        "doctype",
    ),
    "reference_bomb": (
        envelope(
            '<importBillResponse><importBillReturn href="#a"/></importBillResponse>'
            '<multiRef id="a"><x href="#b"/><x href="#b"/></multiRef><multiRef id="b"><y/></multiRef>'
        ),
        "multiref",
    ),
    "reference_to_itself": (
        envelope(
            '<importBillResponse><importBillReturn href="#a"/></importBillResponse><multiRef id="a"><x href="#a"/>'
            "</multiRef>"
        ),
        "multiref",
    ),
    "gbk": (saved().replace('encoding="UTF-8"', 'encoding="GBK"'), "charset"),
    "huge_depth": (envelope("<a>" * 5000 + "</a>" * 5000), "xml"),
    "other_answer": (result("getBill", {"number": "CRM-AR-1"}), "envelope"),
    "no_body": (envelope(""), "envelope"),
    "not_soap": ("<root><importBillReturn>{}</importBillReturn></root>", "envelope"),
    "no_return": (envelope("<importBillResponse/>"), "envelope"),
    "nil": (envelope('<importBillResponse><importBillReturn xsi:nil="true"/></importBillResponse>'), "empty"),
    "blank": (string_reply("importBill", "  "), "empty"),
    "no_json": (string_reply("importBill", "成功"), "json"),
    "broken_json": (string_reply("importBill", '{"success": true'), "json"),
    "list": (string_reply("importBill", "[]"), "json"),
    "page_inside": (string_reply("importBill", "<html/>"), "html"),
    "no_status": (string_reply("importBill", "{}"), "no_status"),
    "status_text": (result("importBill", success="true"), "no_status"),
    "status_number": (result("importBill", success=1), "no_status"),
    "no_data": (result("importBill"), "shape"),
    "no_number": (result("importBill", {"id": "AR=1"}), "shape"),
    "data_text": (result("importBill", "ok"), "shape"),
    "refused_without_words": (refusal("importBill", ""), "no_status"),
    "exception_inside": (refusal("importBill", "X", "com.kingdee.bos.BOSException: x"), "exception"),
    "error_inside": (refusal("importBill", "ERROR", "x"), "exception"),
    "fault": (fault("java.lang.NullPointerException"), "soap_fault"),
    "fault_500": ((500, fault("java.sql.SQLException")), "soap_fault"),
    "fine_500": ((500, saved()), "http_500"),
}


class TestBadReplies:
    @pytest.mark.parametrize("name", BAD_REPLIES)
    def test_a_write_is_unknown_and_never_success(self, name):
        reply, reason = BAD_REPLIES[name]
        wire = Wire(importBill=reply, getBill=got(bill()))
        with pytest.raises(errors.Unknown) as caught:
            send(wire)
        assert caught.value.reason == reason
        assert caught.value.next_action == errors.ASK
        assert wire.names().count("importBill") == 1

    @pytest.mark.parametrize("operation", ["getBill", "queryBills"])
    @pytest.mark.parametrize("name", [name for name in BAD_REPLIES if name not in ("other_answer", "no_data")])
    def test_a_question_is_not_answered_by_it(self, name, operation):
        """Nothing found by mistake would cause a second document, no receipts by mistake would lose money."""
        reply = BAD_REPLIES[name][0]
        status, text = reply if isinstance(reply, tuple) else (200, reply)
        known = adapter(Wire(**{operation: (status, text.replace("importBill", operation))}))
        with pytest.raises((errors.Unknown, errors.Mismatch)):
            if operation == "getBill":
                known.find("receivable", "CRM-AR-1")
            else:
                known.read_receipts(results.ReceiptCursor(NOW - timedelta(hours=1)), NOW)

    @pytest.mark.parametrize(
        "change",
        [{"id": None}, {"id": ""}, {"billStatus": None}, {"billStatus": 3}, {"totalAmount": None},
         {"totalAmount": "a lot"}, {"modifiedTime": "yesterday"}],
    )  # fmt: skip
    def test_bills_that_cannot_be_read(self, change):
        with pytest.raises(errors.Unknown):
            adapter(Wire(getBill=got(bill(**change)))).find("receivable", "CRM-AR-1")

    def test_a_soap_refusal_did_nothing(self):
        for code in ("soapenv:Client", "soapenv:Client.NoSOAPAction", "soapenv:VersionMismatch"):
            with pytest.raises(errors.Rejected) as caught:
                send(Wire(importBill=(500, fault("no such operation", code))))
            assert caught.value.next_action == errors.STOP

    @pytest.mark.parametrize("error", [errors.NotSent("x"), errors.Unknown("x", reason="read_timeout")])
    def test_errors_of_the_wire_pass(self, error):
        with pytest.raises(type(error)):
            send(Wire(importBill=error))


class TestAsking:
    @pytest.mark.parametrize(
        "reply",
        [got(), result("getBill"), refusal("getBill", "", "应收单CRM-AR-1不存在")],
        ids=["code", "null", "words"],
    )
    def test_nothing_is_there(self, reply):
        assert adapter(Wire(getBill=reply)).find("receivable", "CRM-AR-1") == []

    @pytest.mark.parametrize(
        "reply",
        [
            refusal("getBill", "", "客户X不存在"),
            refusal("getBill", "PERMISSION", "CRM-AR-1不存在"),
            refusal("getBill", "X", "x"),
        ],
    )
    def test_another_refusal_is_not_nothing(self, reply):
        with pytest.raises(errors.Rejected):
            adapter(Wire(getBill=reply)).find("receivable", "CRM-AR-1")

    def test_another_document_is_a_mismatch(self):
        with pytest.raises(errors.Mismatch):
            adapter(Wire(getBill=got(bill(number="CRM-AR-10")))).find("receivable", "CRM-AR-1")

    @pytest.mark.parametrize(
        ("state", "step"),
        [("SAVED", "submit"), ("SUBMITTED", "audit"), ("AUDITED", "done"), ("REJECTED", "stop"), ("DELETED", "stop"),
         ("WHATEVER", "stop")],
    )  # fmt: skip
    def test_states(self, state, step):
        known = adapter(Wire(getBill=got(bill(billStatus=state))))
        (document,) = known.find("receivable", "CRM-AR-1")
        assert known.next_step("receivable", document) == step

    def test_people_audit_where_we_do_not(self):
        known = adapter(Wire(getBill=got(bill(billStatus="SUBMITTED"))), audit_kinds=())
        assert known.steps("receivable") == ("save", "submit")
        assert known.next_step("receivable", known.find("receivable", "CRM-AR-1")[0]) == "wait"
        assert known.steps("receipt") == ()

    @pytest.mark.parametrize(
        "change", [{"amount_total": "113.20"}, {"customer_number": "CRM-C-2"}, {"currency": "USD"}, {"number": "N"}]
    )
    def test_verify_finds_what_differs(self, change):
        known = adapter(Wire(getBill=got(bill())))
        (document,) = known.find("receivable", "CRM-AR-1")
        known.verify("receivable", receivable_values(), document)
        with pytest.raises(errors.Mismatch):
            known.verify("receivable", receivable_values(**change), document)

    def test_verify_of_a_customer_goes_by_name(self):
        known = adapter(Wire(getBill=got({"id": "C=1", "number": "CRM-C-1", "billStatus": "SAVED", "name": "别人"})))
        (document,) = known.find("customer", "CRM-C-1")
        with pytest.raises(errors.Mismatch):
            known.verify("customer", customer_values(), document)


class TestSending:
    def test_a_receivable(self):
        wire = Wire(importBill=saved(), getBill=got(bill()))
        document = send(wire)
        assert (document.remote_id, document.status, document.amount) == ("AR=1", "A", Decimal("113.1"))
        kind, text, mode = wire.arguments(1)
        assert (kind, mode, wire.calls[1][1]) == ("otherbill", "save", "/ormrpc/services/SCMWebServiceFacade")
        assert json.loads(text) == {
            "company": "01", "number": "CRM-AR-1", "reference": "CRM-AR-1", "bizDate": "2026-01-20",
            "dueDate": "2026-02-19", "customer": "CRM-C-1", "currency": "BB01", "redBlue": "blue",
            "totalAmount": "113.10",
            "entries": [{
                "seq": 1, "material": "M001", "unit": "PCS", "quantity": "10", "taxPrice": "11.31", "taxRate": "13",
                "amount": "100.09", "tax": "13.01", "totalAmount": "113.10",
            }],
        }  # fmt: skip

    def test_submit_and_audit_by_number(self):
        wire = Wire(
            submitBill=result("submitBill", {"number": "CRM-AR-1"}),
            auditBill=result("auditBill", {"number": "CRM-AR-1"}),
            getBill=got(bill(billStatus="AUDITED")),
        )
        for step in ("submit", "audit"):
            assert adapter(wire).send_step("receivable", step, "CRM-AR-1").status == "C"
        assert wire.arguments(1) == wire.arguments(3) == ["otherbill", "CRM-AR-1"]

    def test_a_credit_note_is_negative(self):
        known = adapter(Wire())
        line = {
            key: f"-{value}" if key.startswith(("amount", "quantity")) else value
            for key, value in receivable_values()["lines"][0].items()
        }
        values = receivable_values("CRM-AR-9", amount_total="-113.10", lines=[line])
        sent = known.build("credit_note", values)
        assert (sent["redBlue"], sent["totalAmount"]) == ("red", "-113.10")
        assert (sent["entries"][0]["quantity"], sent["entries"][0]["taxPrice"]) == ("-10", "11.31")

    @pytest.mark.parametrize("reply", [("NUMBER_EXISTS", "x"), ("", "应收单编号CRM-AR-1已存在")])
    def test_number_in_use(self, reply):
        with pytest.raises(errors.NumberTaken) as caught:
            send(Wire(importBill=refusal("importBill", *reply)))
        assert caught.value.next_action == errors.ASK

    @pytest.mark.parametrize("code", ["PERIOD_CLOSED", "UNKNOWN_CODE", ""])
    def test_refused_with_words(self, code):
        with pytest.raises(errors.Rejected) as caught:
            send(Wire(importBill=refusal("importBill", code, "物料M001不存在")))
        assert not isinstance(caught.value, errors.NumberTaken)
        assert caught.value.next_action == errors.STOP
        assert caught.value.messages[0].text == "物料M001不存在"

    @pytest.mark.parametrize("found", [got(), errors.Unknown("x", reason="reset"), errors.NotSent("x")])
    def test_done_but_not_found_is_unknown(self, found):
        with pytest.raises(errors.Unknown) as caught:
            send(Wire(importBill=saved(), getBill=found))
        assert caught.value.reason == "read_back"

    def test_another_number_or_id_is_a_mismatch(self):
        for reply in (saved(number="YS001"), saved(id="AR=2")):
            with pytest.raises(errors.Mismatch):
                send(Wire(importBill=reply, getBill=got(bill())))

    def test_the_payload_survives_storage(self):
        known = adapter(Wire())
        for kind, values in [
            ("customer", customer_values()),
            ("product", {"number": "CRM-P-1", "name": "泵", "unit": "pc"}),
            ("sales_order", receivable_values("CRM-SO-1", contract_number="HT-1")),
            ("own_receipt", receivable_values("CRM-RC-1", settlement="j", is_advance=True)),
        ]:
            payload = known.build(kind, values)
            assert json.loads(json.dumps(payload)) == payload
            assert payload["number"] == values["number"]

    def test_a_payload_of_another_number_is_not_sent(self):
        wire = Wire()
        with pytest.raises(errors.InvalidValues):
            adapter(wire).send_step("receivable", "save", "CRM-AR-2", {"number": "CRM-AR-1"})
        assert wire.calls == []

    def test_amounts_as_numbers_keep_their_digits(self):
        sent = adapter(Wire(), amounts="number").build("receivable", receivable_values())
        assert (sent["totalAmount"], sent["entries"][0]["amount"], sent["entries"][0]["quantity"]) == (
            113.1,
            100.09,
            10,
        )
        number = module("kingdee_eas_payloads").json_number
        for text in ("0.1", "113.10", "99999999999.99", "-0.01", "1000000"):
            assert Decimal(json.dumps(number(Decimal(text)))) == Decimal(text)
        with pytest.raises(errors.InvalidValues):
            number(Decimal("12345678901234567.89"))

    @pytest.mark.parametrize("change", [{"amount_total": "113.11"}, {"lines": []}, {"date": ""}, {"amount_total": 1.5}])
    def test_values_that_contradict_themselves(self, change):
        with pytest.raises(errors.InvalidValues):
            adapter(Wire()).build("receivable", receivable_values(**change))

    def test_missing_codes_are_named(self):
        with pytest.raises(errors.MappingMissing):
            adapter(Wire(), materials={}).build("receivable", receivable_values())
        with pytest.raises(errors.MappingMissing):
            adapter(Wire()).build("receivable", receivable_values(currency="USD"))

    def test_what_is_only_read_is_not_built(self):
        with pytest.raises(errors.InvalidValues):
            adapter(Wire()).build("receipt", {})


def receipt(ident, **more):
    return bill(id=ident, number=f"SK-{ident}", billStatus="AUDITED", bizDate="2026-03-01", totalAmount=100.5, **more)


class TestReceipts:
    def test_pages_and_a_cursor_that_survives_storage(self):
        wire = Wire(queryBills=[page(receipt("a"), receipt("b"), cursor="t|2", more=True), page(receipt("c"))])
        known = adapter(wire)
        first, cursor = known.read_receipts(results.ReceiptCursor(NOW - timedelta(hours=1)), NOW)
        assert [line.remote_id for line in first] == ["a", "b"]
        assert (first[0].amount, first[0].customer_number, first[0].status) == (Decimal("100.5"), "CRM-C-1", "C")
        assert first[0].modified == datetime(2026, 3, 1, 2, 0, 0, 123000, tzinfo=UTC)
        cursor = results.ReceiptCursor.from_json(cursor.to_json())
        assert cursor.partial
        second, cursor = known.read_receipts(cursor, NOW + timedelta(hours=3))
        assert [line.remote_id for line in second] == ["c"]
        assert cursor == results.ReceiptCursor(NOW)
        asked = [json.loads(wire.arguments(index)[1]) for index in (1, 2)]
        assert asked[0] == {
            "company": "01", "modifiedFrom": "2026-03-01 14:45:00", "modifiedTo": "2026-03-01 16:00:00", "limit": 2,
        }  # fmt: skip
        assert asked[1] == {**asked[0], "cursor": "t|2"}

    def test_nothing_new_asks_nothing(self):
        wire = Wire()
        assert adapter(wire).read_receipts(results.ReceiptCursor(NOW), NOW) == ([], results.ReceiptCursor(NOW))
        assert wire.calls == []

    def test_an_empty_list_told_as_an_error(self):
        wire = Wire(queryBills=refusal("queryBills", "NOT_FOUND", "未查询到数据"))
        start = results.ReceiptCursor(NOW - timedelta(hours=1))
        assert adapter(wire).read_receipts(start, NOW) == ([], results.ReceiptCursor(NOW))

    def test_a_cursor_of_tomorrow_is_refused(self):
        with pytest.raises(errors.CursorInvalid):
            adapter(Wire()).read_receipts(results.ReceiptCursor(NOW + timedelta(days=9)), NOW)

    def test_a_page_that_does_not_move_is_refused(self):
        known = adapter(Wire(queryBills=page(receipt("a"), cursor="t|2", more=True)))
        _lines, cursor = known.read_receipts(results.ReceiptCursor(NOW - timedelta(hours=1)), NOW)
        with pytest.raises(errors.Unknown):
            known.read_receipts(cursor, NOW)

    @pytest.mark.parametrize(
        "data",
        [
            {"rows": [], "cursor": "x", "more": True},
            {"rows": [receipt("a")], "cursor": "", "more": True},
            {"rows": [receipt("a")] * 3, "cursor": "", "more": False},
            {"rows": [receipt("a")], "cursor": ""},
            {"rows": [receipt("a")], "more": "false"},
            {"rows": {}, "more": False},
            {"rows": ["x"], "more": False},
            {"rows": [receipt("a", modifiedTime="")], "more": False},
            {"rows": [receipt("")], "more": False},
            {"rows": [{**receipt("a"), "bizDate": "soon"}], "more": False},
        ],
    )
    def test_pages_that_cannot_be_read(self, data):
        with pytest.raises(errors.Unknown):
            adapter(Wire(queryBills=result("queryBills", data))).read_receipts(
                results.ReceiptCursor(NOW - timedelta(hours=1)), NOW
            )

    def test_documents_for_the_reconciliation(self):
        wire = Wire(queryBills=[page(bill(), cursor="t|1", more=True), page(bill(number="CRM-AR-2"))])
        days = (NOW.date(), NOW.date())
        first, following = adapter(wire).read_documents(*days)
        second, end = adapter(wire).read_documents(*days, page=following)
        assert [document.number for document in first + second] == ["CRM-AR-1", "CRM-AR-2"]
        assert (following, end) == ("t|1", None)


def test_the_wsdl_asks_for_nothing_from_elsewhere():
    for service in ("EASLogin", "SCMWebServiceFacade", "WSCrmBridgeFacade"):
        text = (soap._WSDL / f"{service}.wsdl").read_text()
        assert "schemaLocation" not in text
        assert "wsdl:import" not in text
        assert soap._document(service).bindings


def test_zeep_is_not_loaded_with_the_addon():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import kingdee_support as s; s.module('kingdee_eas_adapter'); "
        "sys.exit('zeep' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(Path(__file__).parent)], check=False).returncode == 0


def test_registered():
    assert module("adapter").adapter_for("kingdee_eas") is adapters.KingdeeEasAdapter
