"""The client of Kingdee EAS against canned replies: no server, no simulator.

Envelopes are composed after the public description of EASLogin and of Axis 1, which EAS answers with.
"""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
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
SETTINGS = {"organisation": "101000", "materials": {"p1": "M001"}, "units": {"pc": "PCS"}}
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
        "billStatus": "AUDITED",
        "asstActNumber": "CRM-C-1",
        "currency": {"number": "BB01"},
        "amount": 113.10,
        "lastUpdateTime": "2026-03-01 10:00:00",
        **more,
    }


def bills(*found):
    return string_reply("queryBill", json.dumps({"status": 0, "msg": "", "bills": list(found)}))


def imported(**more):
    return string_reply("importBill", json.dumps({"status": 0, "msg": "", "billErrors": [], **more}))


@pytest.fixture(autouse=True)
def no_sessions():
    eas._shared.clear()


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
        wire = Wire(login=login_reply("SID-7", multiref), queryBill=bills())
        assert adapter(wire).find("customer", "CRM-C-1") == []
        assert wire.names() == ["login", "queryBill"]
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
        wire = Wire(queryBill=bills())
        for _ in range(3):
            adapter(wire).find("customer", "X")
        assert wire.names().count("login") == 1

    def test_is_not_shared_by_other_passwords(self):
        wire = Wire(queryBill=bills())
        adapter(wire).find("customer", "X")
        other = eas.KingdeeEasClient(wire, eas.EasCredentials(**{**CREDENTIALS, "password": "other"}))
        other.query_bill("010", "{}", str)
        assert wire.names().count("login") == 2

    @pytest.mark.parametrize(
        "lost",
        [
            (500, fault("会话已失效，请重新登录")),
            fault("SessionId is null"),
            (500, fault("java.lang.Exception: session timeout")),
            string_reply("queryBill", json.dumps({"status": 1, "msg": "会话已过期"})),
        ],
        ids=["fault 500", "fault", "English", "result"],
    )
    def test_a_read_logs_in_again_once(self, lost):
        wire = Wire(login=[login_reply("OLD"), login_reply("NEW")], queryBill=[lost, bills()])
        assert adapter(wire).find("customer", "X") == []
        assert wire.names() == ["login", "queryBill", "login", "queryBill"]
        assert wire.calls[3][2].find("{*}Header")[0].text == "NEW"

    def test_and_not_twice(self):
        wire = Wire(queryBill=fault("会话已失效"))
        with pytest.raises(errors.SessionLost) as caught:
            adapter(wire).find("customer", "X")
        assert caught.value.next_action == errors.ASK
        assert wire.names() == ["login", "queryBill", "login", "queryBill"]

    def test_a_write_is_not_repeated_but_the_next_call_has_a_session(self):
        wire = Wire(importBill=fault("会话已失效"), queryBill=bills())
        known = adapter(wire)
        with pytest.raises(errors.SessionLost) as caught:
            known.send_step("receivable", "save", "CRM-AR-1", known.build("receivable", receivable_values()))
        assert caught.value.next_action == errors.ASK
        assert wire.names() == ["login", "importBill", "login"]
        known.find("receivable", "CRM-AR-1")
        assert wire.names().count("login") == 2

    def test_only_one_of_many_logs_in_again(self):
        wire = Wire(login=[login_reply("OLD"), login_reply("NEW")], queryBill=bills())
        first = adapter(wire).client
        stale = first._session()
        assert first._session(failed=stale).session_id == "NEW"
        assert first._session(failed=stale).session_id == "NEW"
        assert wire.names().count("login") == 2

    def test_a_bare_session_is_no_lost_session(self):
        assert not soap.speaks_of_session("cannot open hibernate session factory")


BAD_REPLIES = {
    "empty": ("", "empty"),
    "html": ("<html><body>登录</body></html>", "html"),
    "html_doctype": ("<!DOCTYPE html><html></html>", "html"),
    "truncated": (imported()[:-30], "xml"),
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
    "gbk": (imported().replace('encoding="UTF-8"', 'encoding="GBK"'), "charset"),
    "huge_depth": (envelope("<a>" * 5000 + "</a>" * 5000), "xml"),
    "other_answer": (string_reply("queryBill", '{"status": 0}'), "envelope"),
    "no_body": (envelope(""), "envelope"),
    "not_soap": ("<root><importBillReturn>{}</importBillReturn></root>", "envelope"),
    "no_return": (envelope("<importBillResponse/>"), "envelope"),
    "nil": (envelope('<importBillResponse><importBillReturn xsi:nil="true"/></importBillResponse>'), "empty"),
    "blank": (string_reply("importBill", "  "), "empty"),
    "no_json": (string_reply("importBill", "成功"), "json"),
    "broken_json": (string_reply("importBill", '{"status": 0'), "json"),
    "list": (string_reply("importBill", "[]"), "shape"),
    "page_inside": (string_reply("importBill", "<html/>"), "html"),
    "no_status": (string_reply("importBill", "{}"), "contradiction"),
    "status_text": (imported(status="0"), "contradiction"),
    "status_true": (imported(status=True), "contradiction"),
    "status_false": (imported(status=False), "contradiction"),
    "zero_with_error": (
        imported(billErrors=[{"number": "CRM-AR-1", "status": 1, "errorMsgs": ["no"]}]),
        "contradiction",
    ),
    "zero_for_another": (imported(billErrors=[{"number": "CRM-AR-2", "status": 0}]), "contradiction"),
    "refused_without_words": (imported(status=1), "no_status"),
    "fault": (fault("java.lang.NullPointerException"), "soap_fault"),
    "fault_500": ((500, fault("java.sql.SQLException")), "soap_fault"),
    "fine_500": ((500, imported()), "http_500"),
}


class TestBadReplies:
    @pytest.mark.parametrize("name", BAD_REPLIES)
    def test_a_write_is_unknown_and_never_success(self, name):
        reply, reason = BAD_REPLIES[name]
        wire = Wire(importBill=reply, queryBill=bills(bill()))
        with pytest.raises(errors.Unknown) as caught:
            send(wire)
        assert caught.value.reason == reason
        assert caught.value.next_action == errors.ASK
        assert wire.names().count("importBill") == 1

    @pytest.mark.parametrize("name", [name for name in BAD_REPLIES if name not in ("other_answer",)])
    def test_a_question_is_not_answered_by_it(self, name):
        reply = BAD_REPLIES[name][0]
        status, text = reply if isinstance(reply, tuple) else (200, reply)
        wire = Wire(queryBill=(status, text.replace("importBill", "queryBill")))
        with pytest.raises((errors.Unknown, errors.Rejected)):
            adapter(wire).find("receivable", "CRM-AR-1")

    @pytest.mark.parametrize(
        "found",
        [
            {"bills": [bill(id=None)]},
            {"bills": [bill(id="")]},
            {"bills": [bill(billStatus=None)]},
            {"bills": [bill(amount=None)]},
            {"bills": [bill(amount="a lot")]},
            {"bills": [bill(lastUpdateTime="yesterday")]},
            {"bills": {}},
            {"bills": ["x"]},
            {"bills": None},
            {"bills": [bill()] * 51},
        ],
    )
    def test_bills_that_cannot_be_read(self, found):
        wire = Wire(queryBill=string_reply("queryBill", json.dumps({"status": 0, **found})))
        with pytest.raises(errors.Unknown):
            adapter(wire).find("receivable", "CRM-AR-1")

    def test_a_soap_refusal_did_nothing(self):
        with pytest.raises(errors.Rejected) as caught:
            send(Wire(importBill=(500, fault("no such operation", "soapenv:Client")), queryBill=bills()))
        assert caught.value.next_action == errors.STOP

    @pytest.mark.parametrize("error", [errors.NotSent("x"), errors.Unknown("x", reason="read_timeout")])
    def test_errors_of_the_wire_pass(self, error):
        with pytest.raises(type(error)):
            send(Wire(importBill=error))


class TestSending:
    def test_a_receivable(self):
        wire = Wire(importBill=imported(), queryBill=bills(bill()))
        document = send(wire)
        assert (document.remote_id, document.status, document.amount) == ("AR=1", "C", Decimal("113.1"))
        kind, text, mode = wire.arguments(1)
        assert (kind, mode) == ("010", "3")
        (sent,) = json.loads(text)
        assert sent["amount"] == 113.1
        assert (sent["totalAmount"], sent["totalTax"]) == (100.09, 13.01)
        assert sent["asstActNumber"] == "CRM-C-1"
        assert sent["entry"][0]["material"] == {"number": "M001"}
        assert sent["payPlan"] == [{"recievePayDate": "2026-02-19", "recievePayAmount": 113.1}]
        adapter(wire).verify("receivable", receivable_values(), document)

    def test_a_credit_note_is_negative(self):
        known = adapter(Wire())
        (line,) = receivable_values()["lines"]
        sent = known.build("credit_note", receivable_values("CRM-AR-9"))["bill"]
        assert (sent["amount"], sent["entry"][0]["quantity"]) == (-113.1, -10)
        assert sent["entry"][0]["taxPrice"] == float(line["price_unit"])
        document = results.RemoteDocument(
            "credit_note", "1", "CRM-AR-9", "C", amount=Decimal("-113.10"), customer_number="CRM-C-1",
            currency_number="BB01",
        )  # fmt: skip
        known.verify("credit_note", receivable_values("CRM-AR-9"), document)
        with pytest.raises(errors.Mismatch):
            known.verify("receivable", receivable_values("CRM-AR-9"), document)

    def test_submit_only_where_people_audit(self):
        known = adapter(Wire(), audit_kinds=())
        assert known.build("receivable", receivable_values())["mode"] == 2
        submitted = results.RemoteDocument("receivable", "1", "N", "B")
        assert known.next_step("receivable", submitted) == "wait"

    @pytest.mark.parametrize(
        "state, step",
        [("SUBMITED", "wait"), ("SAVE", "wait"), ("AUDITED", "done"), ("DELETED", "stop"), ("WHATEVER", "stop")],
    )
    def test_states(self, state, step):
        wire = Wire(queryBill=bills(bill(billStatus=state)))
        (document,) = adapter(wire).find("receivable", "CRM-AR-1")
        assert adapter(wire).next_step("receivable", document) == step

    def test_number_in_use(self):
        taken = [{"number": "CRM-AR-1", "status": 1, "errorMsgs": ["单据编号CRM-AR-1已经存在不能重复导入"]}]
        with pytest.raises(errors.NumberTaken) as caught:
            send(Wire(importBill=imported(status=1, billErrors=taken)))
        assert caught.value.next_action == errors.ASK

    @pytest.mark.parametrize("status", [1, 2])
    def test_refused_with_words(self, status):
        refused = [{"number": "CRM-AR-1", "status": 1, "errorMsgs": ["物料M001不存在"]}]
        with pytest.raises(errors.Rejected) as caught:
            send(Wire(importBill=imported(status=status, billErrors=refused)))
        assert caught.value.next_action == errors.STOP
        assert caught.value.messages[0].text == "物料M001不存在"

    @pytest.mark.parametrize("found", [bills(), errors.Unknown("x", reason="reset")])
    def test_done_but_not_found_is_unknown(self, found):
        with pytest.raises(errors.Unknown) as caught:
            send(Wire(importBill=imported(), queryBill=found))
        assert caught.value.reason == "read_back"

    def test_another_id_or_two_documents_are_a_mismatch(self):
        done = imported(billErrors=[{"number": "CRM-AR-1", "status": 0, "id": "AR=2"}])
        for reply, found in [(done, bills(bill())), (imported(), bills(bill(), bill(id="AR=3")))]:
            with pytest.raises(errors.Mismatch):
                send(Wire(importBill=reply, queryBill=found))

    def test_a_facade_that_ignores_the_number(self):
        wire = Wire(queryBill=bills(bill(number="CRM-AR-10")))
        assert adapter(wire).find("receivable", "CRM-AR-1") == []

    @pytest.mark.parametrize(
        "change", [{"amount_total": "113.20"}, {"customer_number": "CRM-C-2"}, {"currency": "USD"}, {"number": "N"}]
    )
    def test_verify_finds_what_differs(self, change):
        wire = Wire(queryBill=bills(bill()))
        (document,) = adapter(wire).find("receivable", "CRM-AR-1")
        with pytest.raises(errors.Mismatch):
            adapter(wire).verify("receivable", receivable_values(**change), document)

    def test_the_payload_survives_storage(self):
        known = adapter(Wire())
        for kind, values in [
            ("customer", customer_values()),
            ("product", {"number": "CRM-P-1", "name": "泵", "unit": "pc"}),
            ("sales_order", receivable_values("CRM-SO-1")),
            ("own_receipt", receivable_values("CRM-RC-1")),
        ]:
            payload = known.build(kind, values)
            assert json.loads(json.dumps(payload)) == payload
            assert payload["bill"]["number"] == values["number"]

    def test_amounts_keep_their_digits(self):
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


def receipt(ident, **more):
    return {
        "id": ident,
        "number": f"SK-{ident}",
        "billStatus": "AUDITED",
        "bizDate": "2026-03-01",
        "payerNumber": "CRM-C-1",
        "currency": {"number": "BB01"},
        "actRecAmt": 100,
        "lastUpdateTime": "2026-03-01 10:00:00",
        "entry": [{"id": f"{ident}-1", "actualAmt": 100.5}],
        **more,
    }


class TestReceipts:
    def test_pages_by_id_and_a_cursor_that_survives_storage(self):
        wire = Wire(queryBill=[bills(receipt("a"), receipt("b")), bills(receipt("c"))])
        known = adapter(wire)
        first, cursor = known.read_receipts(results.ReceiptCursor(NOW - timedelta(hours=1)), NOW)
        assert [line.remote_id for line in first] == ["a", "b"]
        assert first[0].amount == Decimal("100.5")
        assert first[0].modified == datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
        cursor = results.ReceiptCursor.from_json(cursor.to_json())
        assert cursor.partial
        second, cursor = known.read_receipts(cursor, NOW + timedelta(hours=3))
        assert [line.remote_id for line in second] == ["c"]
        assert cursor == results.ReceiptCursor(NOW)
        asked = [json.loads(wire.arguments(index)[1]) for index in (1, 2)]
        assert asked[0] == {
            "company": "101000", "modifiedFrom": "2026-03-01 14:45:00", "modifiedTo": "2026-03-01 16:00:00", "limit": 2,
        }  # fmt: skip
        assert asked[1] == {**asked[0], "afterId": "b"}

    def test_nothing_new_asks_nothing(self):
        wire = Wire()
        assert adapter(wire).read_receipts(results.ReceiptCursor(NOW), NOW) == ([], results.ReceiptCursor(NOW))
        assert wire.calls == []

    def test_a_cursor_of_tomorrow_is_refused(self):
        with pytest.raises(errors.CursorInvalid):
            adapter(Wire()).read_receipts(results.ReceiptCursor(NOW + timedelta(days=9)), NOW)

    def test_a_page_that_does_not_move_is_refused(self):
        wire = Wire(queryBill=bills(receipt("a"), receipt("b")))
        known = adapter(wire)
        _lines, cursor = known.read_receipts(results.ReceiptCursor(NOW - timedelta(hours=1)), NOW)
        with pytest.raises(errors.Unknown):
            known.read_receipts(cursor, NOW)

    @pytest.mark.parametrize(
        "change", [{"entry": []}, {"entry": [{"actualAmt": 1}]}, {"lastUpdateTime": ""}, {"id": ""}, {"entry": None}]
    )
    def test_receipts_that_cannot_be_read(self, change):
        wire = Wire(queryBill=bills(receipt("a", **change)))
        with pytest.raises(errors.Unknown):
            adapter(wire).read_receipts(results.ReceiptCursor(NOW - timedelta(hours=1)), NOW)

    def test_void_and_not_audited_are_told(self):
        wire = Wire(queryBill=bills(receipt("a", billStatus="CANCELED")))
        lines, _cursor = adapter(wire).read_receipts(results.ReceiptCursor(NOW - timedelta(hours=1)), NOW)
        assert lines[0].cancelled


def test_the_wsdl_asks_for_nothing_from_elsewhere():
    for service in ("EASLogin", "WSSCMWebServiceFacade", "WSCrmBridgeFacade"):
        text = (soap._WSDL / f"{service}.wsdl").read_text()
        assert "schemaLocation" not in text
        assert "wsdl:import" not in text
        assert soap._document(service).bindings


def test_registered():
    assert module("adapter").adapter_for("kingdee_eas") is adapters.KingdeeEasAdapter
