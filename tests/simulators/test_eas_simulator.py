"""The EAS simulator by hand-made envelopes, and by zeep from its WSDL: protocol, checks, states, lists."""

import json
import threading
import xml.etree.ElementTree as ET

import pytest
import zeep
from eas_values import CUSTOMER, MATERIAL, ORDER, RECEIPT, RECEIVABLE, RED, row
from lxml import etree
from raw_calls import EASCalls, call, fault_of
from simulators_apart import imports_of

SERVICES = ["EASLogin", "SCMWebServiceFacade", "WSCrmBridgeFacade"]
LOGIN = "http://login.webservice.bos.kingdee.com"
BRIDGE = "urn:clientwscrmbridgefacade"


@pytest.fixture
def api(eas):
    return EASCalls(eas)


@pytest.fixture
def ready(api):
    """Calls to books that hold a customer and a material."""
    assert api.save("customer", CUSTOMER, "audit")["success"] is True
    assert api.save("material", MATERIAL, "audit")["success"] is True
    return api


# ------------------------------------------------------------------ login and session


def test_login_gives_a_context(api):
    answer = api.log_in()
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    tree = ET.fromstring(answer.raw)
    (context,) = tree.iter("loginReturn")
    assert {child.tag: child.text for child in context} == {
        "dbType": "1",
        "dcName": "DC01",
        "sessionId": context.findtext("sessionId"),
        "slnName": "eas",
        "userName": "crm",
    }
    assert len(context.findtext("sessionId")) == 32
    assert tree.find(f".//{{{LOGIN}}}loginResponse") is not None


@pytest.mark.parametrize(
    "change",
    [
        {"password": "x"},
        {"userName": "x"},
        {"slnName": "x"},
        {"dcName": "x"},
        {"language": "L9"},
        {"dbType": 0},
        {"authPattern": "BaseLDAP"},
    ],
)
def test_a_refused_login_has_no_session(api, eas, change):
    nil = "{http://www.w3.org/2001/XMLSchema-instance}nil"
    for switch, wanted in (("nil", 1), ("absent", 0)):
        eas.settings(login_failure=switch)
        found = ET.fromstring(api.log_in(**change).raw).findall(".//sessionId")
        assert [one.get(nil) for one in found] == ["true"] * wanted
    eas.settings(login_failure="fault")
    answer = api.log_in(**change)
    assert answer.status == 500
    assert fault_of(answer) == ("soapenv:Server.userException", "用户名或密码错误")


def test_login_takes_the_optional_pattern_and_l3(api):
    for change in ({"authPattern": "BaseDB"}, {"language": "L3"}):
        assert ET.fromstring(api.log_in(**change).raw).findtext(".//sessionId")


def test_context_beside_the_answer(api, eas):
    eas.settings(multi_ref=True)
    tree = ET.fromstring(api.log_in().raw)
    assert next(tree.iter("loginReturn")).get("href") == "#id0"
    assert len(next(tree.iter("multiRef")).findtext("sessionId")) == 32


@pytest.mark.parametrize("session", ["", "made-up", None])
def test_a_call_needs_a_session(ready, eas, session):
    body = ready.envelope(BRIDGE, "getBill", [("billTypeCode", "customer"), ("number", "KH-1")], session)
    answer = ready.post("WSCrmBridgeFacade", body)
    assert answer.status == 500
    assert fault_of(answer)[1] == "会话不存在或已失效，请重新登录"
    eas.settings(lost_session="result")
    answer = ready.post("WSCrmBridgeFacade", body)
    assert answer.status == 200
    assert json.loads(ET.fromstring(answer.raw).findtext(".//getBillReturn"))["code"] == "SESSION"


def test_a_session_in_another_namespace_is_none(ready):
    header = f"<SessionId>{ready.session}</SessionId>"
    pairs = [("billTypeCode", "customer"), ("number", "KH-1")]
    body = ready.envelope(BRIDGE, "getBill", pairs, header=header)
    assert ready.post("WSCrmBridgeFacade", body).status == 500


def test_sessions_end(ready, eas):
    eas.settings(session_seconds=0)
    assert ready.send("getBill", "customer", "KH-1").status == 500
    eas.settings(session_seconds=1800)
    ready._session = None
    assert ready.send("getBill", "customer", "KH-1").status == 200
    eas.settings(drop_sessions=True)
    assert ready.send("getBill", "customer", "KH-1").status == 500


def test_another_login_ends_the_first_if_switched(ready, eas):
    first = ready.session
    ready.log_in()
    assert ready.send("getBill", "customer", "KH-1", session=first).status == 200
    eas.settings(one_session=True)
    ready.log_in()
    assert ready.send("getBill", "customer", "KH-1", session=first).status == 500


def test_a_cluster_wants_its_cookie(ready, eas):
    eas.settings(affinity=True)
    assert ready.send("getBill", "customer", "KH-1").status == 500
    answer = ready.log_in()
    ready.cookie = answer.headers["Set-Cookie"].split(";")[0]
    session = ET.fromstring(answer.raw).findtext(".//sessionId")
    assert ready.send("getBill", "customer", "KH-1", session=session).status == 200


# ------------------------------------------------------------------ envelopes


def arguments(**changes):
    return list({"billTypeCode": "customer", "number": "KH-1", **changes}.items())


BAD_ARGUMENTS = [
    arguments()[::-1],
    arguments()[:1],
    [*arguments(), ("more", "x")],
    [("billTypeCode", "customer"), ("Number", "KH-1")],
    [("in0", "customer"), ("in1", "KH-1")],
    [arguments()[0], *arguments()],
]


@pytest.mark.parametrize("pairs", BAD_ARGUMENTS)
def test_arguments_by_name_in_order_each_once(ready, eas, pairs):
    answer = ready.post("WSCrmBridgeFacade", ready.envelope(BRIDGE, "getBill", pairs, ready.session))
    assert answer.status == 500
    assert fault_of(answer)[0] == "soapenv:Client"
    assert eas.calls("unreadable")[-1]["outcome"] == "fault:Client"


def changed(old, new):
    good = EASCalls.envelope(BRIDGE, "getBill", arguments(), "SESSION")
    assert old in good
    return good.replace(old, new)


BAD_ENVELOPES = [
    "",
    "nonsense",
    "<a/>",
    changed("schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope"),
    changed(BRIDGE, "urn:client"),
    changed(BRIDGE, "urn:other"),
    changed("cli:getBill", "getBill"),
    changed("cli:getBill>", "cli:dropBill>"),
    changed("</soapenv:Body>", "<x/></soapenv:Body>"),
    changed("</soapenv:Envelope>", "<x/></soapenv:Envelope>"),
    changed("<soapenv:Envelope", "<!DOCTYPE a [<!ENTITY b 'c'>]><soapenv:Envelope"),
    changed("<number>", "<number><x/>"),
    changed("<number>", '<number xsi:type="xsd:int" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'),
    changed("<number>", '<number xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'),
    changed("<soapenv:Header>", '<soapenv:Header><x xmlns="y" soapenv:mustUnderstand="1"/>'),
    changed("</soapenv:Header>", f'<SessionId xmlns="{LOGIN}">b</SessionId></soapenv:Header>'),
]


@pytest.mark.parametrize("text", BAD_ENVELOPES)
def test_odd_envelopes(ready, text):
    answer = ready.post("WSCrmBridgeFacade", text.replace("SESSION", ready.session))
    assert answer.status == 500
    assert fault_of(answer)
    assert "会话" not in fault_of(answer)[1]


def test_another_version_of_soap_is_called_that(ready):
    text = changed("schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope")
    assert fault_of(ready.post("WSCrmBridgeFacade", text)) == ("soapenv:VersionMismatch", "Version Mismatch")


def test_type_annotations_and_other_headers_are_fine(ready):
    typed = '<number xsi:type="xsd:string" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    text = changed("<number>", typed).replace("<soapenv:Header>", '<soapenv:Header><x xmlns="y"/>')
    assert ready.post("WSCrmBridgeFacade", text.replace("SESSION", ready.session)).status == 200


def test_http_headers(ready):
    body = ready.envelope(BRIDGE, "getBill", arguments(), ready.session)
    no_action = ready.post("WSCrmBridgeFacade", body, {"Content-Type": "text/xml"})
    assert fault_of(no_action) == ("soapenv:Client.NoSOAPAction", "no SOAPAction header!")
    assert ready.post("WSCrmBridgeFacade", body, {"Content-Type": "application/json", "SOAPAction": ""}).status == 500
    assert ready.post("WSCrmBridgeFacade", body, {"Content-Type": "text/xml", "SOAPAction": ""}).status == 200
    assert ready.post("WSNothingFacade", body).status == 500


def test_numbers_of_a_login_are_numbers(api):
    assert api.log_in(dbType="x").status == 500


def test_other_addresses(api):
    assert call(api.simulator.port, "GET", "/").status == 404
    assert call(api.simulator.port, "GET", "/ormrpc/services/EASLogin").status == 200
    head = {"Host": "evil.example"}
    assert call(api.simulator.port, "GET", "/_sim/ledger", headers=head).status == 403


# ------------------------------------------------------------------ WSDL


@pytest.mark.parametrize("name", SERVICES)
def test_the_wsdl_is_served_and_kept(api, eas, name):
    served = call(eas.port, "GET", f"/ormrpc/services/{name}?wsdl").text
    kept = (eas.wsdl_folder / f"{name}.wsdl").read_text(encoding="utf-8")
    inner = f"http://eas.example.test:6888/ormrpc/services/{name}"
    assert inner in kept
    assert served == kept.replace(inner, f"{eas.base_url}{name}")
    eas.settings(inner_host="10.1.2.3:6888")
    assert f"http://10.1.2.3:6888/ormrpc/services/{name}" in call(eas.port, "GET", f"/ormrpc/services/{name}?WSDL").text


def zeep_services(eas, served):
    """Login and both facades from the served WSDL, or from the files with the address set by us."""
    found = {}
    for name in SERVICES:
        if served:
            found[name] = zeep.Client(f"{eas.base_url}{name}?wsdl").service
        else:
            client = zeep.Client(str(eas.wsdl_folder / f"{name}.wsdl"))
            found[name] = client.create_service(next(iter(client.wsdl.bindings)), f"{eas.base_url}{name}")
    return found


@pytest.mark.parametrize("multi_ref", [False, True])
@pytest.mark.parametrize("served", [True, False])
def test_zeep_lives_on_the_wsdl(ready, eas, served, multi_ref):
    eas.settings(multi_ref=multi_ref)
    services = zeep_services(eas, served)
    known = eas.credentials
    context = services["EASLogin"].login(*known.values())
    assert (context.userName, context.dbType) == ("crm", 1)
    header = etree.Element(f"{{{LOGIN}}}SessionId")
    header.text = context.sessionId
    text = json.dumps(RECEIVABLE, ensure_ascii=False)
    saved = services["SCMWebServiceFacade"].importBill("otherbill", text, "submit", _soapheaders=[header])
    assert json.loads(saved)["data"]["billStatus"] == "SUBMITTED"
    shown = services["WSCrmBridgeFacade"].getBill(billTypeCode="otherbill", number="CRM-AR-1", _soapheaders=[header])
    assert json.loads(shown)["data"]["totalAmount"] == 1130
    with pytest.raises(zeep.exceptions.Fault, match="会话不存在或已失效"):
        services["WSCrmBridgeFacade"].getBill("otherbill", "CRM-AR-1")
    refused = services["EASLogin"].login(**{"userName": "crm", "password": "x", "slnName": "eas"},
                                         dcName="DC01", language="L2", dbType=1)  # fmt: skip
    assert refused.sessionId is None
    eas.settings(login_failure="absent")
    assert services["EASLogin"].login("crm", "x", "eas", "DC01", "L2", 1).sessionId is None


# ------------------------------------------------------------------ documents


def test_save_and_read(ready, eas):
    reply = ready.save("otherbill", RECEIVABLE)
    assert reply == {
        "success": True,
        "code": "0",
        "message": "",
        "data": {"id": reply["data"]["id"], "number": "CRM-AR-1", "billStatus": "SAVED"},
    }
    assert eas.count("CRM-AR-1") == eas.count("crm-AR-1") == eas.count("CRM-AR-1", "otherbill") == 1
    assert eas.calls("importBill", "otherbill")[0]["committed"] is True
    shown = ready.ask("getBill", "otherbill", "CRM-AR-1")["data"]
    assert shown["entries"][0]["seq"] == 1
    assert (shown["totalAmount"], shown["billStatus"], shown["dueDate"]) == (1130.0, "SAVED", "2025-03-02")
    assert ready.ask("getBill", "customer", "KH-1")["data"]["name"] == CUSTOMER["name"]


@pytest.mark.parametrize(
    ("kind", "values"),
    [("saleorder", ORDER), ("otherbill", RECEIVABLE), ("otherbill", RED), ("receivingbill", RECEIPT)],
)
def test_what_is_accepted(ready, eas, kind, values):
    assert ready.save(kind, values)["success"] is True
    assert eas.count(values["number"], kind) == 1


BAD = [
    ("nothing", {}, "UNKNOWN_TYPE"),
    ("customer", {**CUSTOMER, "colour": "red"}, "UNKNOWN_FIELD"),
    ("customer", {**CUSTOMER, "creditAmount": 5}, "UNKNOWN_FIELD"),
    ("customer", {**CUSTOMER, "name": ""}, "REQUIRED"),
    ("customer", {**CUSTOMER, "name": 5}, "FORMAT"),
    ("customer", {**CUSTOMER, "taxNumber": "9" * 51}, "FORMAT"),
    ("customer", {**CUSTOMER, "currency": "CNY"}, "UNKNOWN_CODE"),
    ("customer", {**CUSTOMER, "company": "99"}, "UNKNOWN_CODE"),
    ("customer", CUSTOMER, "NUMBER_EXISTS"),
    ("material", {**MATERIAL, "number": "WL-2", "baseUnit": "PCS"}, "UNKNOWN_CODE"),
    ("otherbill", {**RECEIVABLE, "customer": "KH-9"}, "UNKNOWN_CODE"),
    ("otherbill", {**RECEIVABLE, "department": "D99"}, "UNKNOWN_CODE"),
    ("otherbill", {**RECEIVABLE, "bizDate": "2025/01/31"}, "FORMAT"),
    ("otherbill", {**RECEIVABLE, "dueDate": "2025-02-30"}, "FORMAT"),
    ("otherbill", {**RECEIVABLE, "redBlue": "green"}, "FORMAT"),
    ("otherbill", {**RECEIVABLE, "redBlue": "red"}, "AMOUNT"),
    ("otherbill", {**RED, "redBlue": "blue"}, "AMOUNT"),
    ("otherbill", {**RECEIVABLE, "totalAmount": "1130.01"}, "AMOUNT"),
    ("otherbill", {**RECEIVABLE, "totalAmount": "1,130.00"}, "FORMAT"),
    ("otherbill", {**RECEIVABLE, "totalAmount": 1130.001}, "FORMAT"),
    ("otherbill", {**RECEIVABLE, "totalAmount": True}, "FORMAT"),
    ("otherbill", {**RECEIVABLE, "entries": []}, "FORMAT"),
    ("otherbill", {**RECEIVABLE, "entries": {}}, "FORMAT"),
    ("otherbill", row(RECEIVABLE, seq=2), "FORMAT"),
    ("otherbill", row(RECEIVABLE, seq=1.5), "FORMAT"),
    ("otherbill", row(RECEIVABLE, tax="131.00"), "AMOUNT"),
    ("otherbill", row(RECEIVABLE, material="WL-9"), "UNKNOWN_CODE"),
    ("otherbill", row(RECEIVABLE, unit="PCS"), "UNKNOWN_CODE"),
    ("otherbill", row(RECEIVABLE, colour="red"), "UNKNOWN_FIELD"),
    ("saleorder", {**ORDER, "dueDate": "2025-03-02"}, "UNKNOWN_FIELD"),
    ("receivingbill", {**RECEIPT, "settlementType": "JS99"}, "UNKNOWN_CODE"),
    ("receivingbill", {**RECEIPT, "bankAccount": "1"}, "UNKNOWN_CODE"),
    ("receivingbill", {**RECEIPT, "recType": "x"}, "FORMAT"),
    ("receivingbill", {**RECEIPT, "totalAmount": 1}, "AMOUNT"),
]


@pytest.mark.parametrize(("kind", "values", "code"), BAD)
def test_what_is_refused(ready, eas, kind, values, code):
    before = eas.ledger()
    reply = ready.save(kind, values)
    assert (reply["success"], reply["code"], reply["data"]) == (False, code, None)
    assert reply["message"]
    assert eas.ledger() == before


@pytest.mark.parametrize("text", ["", "nonsense", "[]", '{"number":"1","number":"2"}'])
def test_json_is_one_document(ready, text):
    assert ready.save("customer", text)["code"] == "FORMAT"


def test_refusals_without_codes(ready, eas):
    eas.settings(error_codes=False)
    reply = ready.save("customer", CUSTOMER)
    assert (reply["code"], reply["message"]) == ("", "客户编号KH-1已存在")


def test_switches_for_documents(ready, eas):
    eas.settings(manual_number=False)
    assert ready.save("otherbill", RECEIVABLE)["data"]["number"] == "YS00000001"
    eas.settings(numbers="number")
    assert ready.save("saleorder", ORDER)["code"] == "FORMAT"
    eas.enter_receipt("KH-1", "5")
    eas.settings(numbers="text")
    eas.enter_receipt("KH-1", "5")
    assert ready.save("receivingbill", RECEIPT)["code"] == "FORMAT"
    eas.settings(numbers="any", red_sign="positive")
    assert ready.save("otherbill", RED)["code"] == "AMOUNT"
    assert ready.save("otherbill", {**RECEIVABLE, "redBlue": "red"})["success"] is True
    eas.settings(red_sign="any")
    assert ready.save("otherbill", RED)["success"] is True
    eas.settings(customers_audited=True)
    ready.save("customer", {**CUSTOMER, "number": "KH-2"})
    assert ready.save("saleorder", {**ORDER, "customer": "KH-2"})["code"] == "STATE"


def test_closed_periods(ready, eas):
    eas.settings(closed_through="2025-01-31")
    reply = ready.save("otherbill", RECEIVABLE)
    assert reply["code"] == "PERIOD_CLOSED"
    assert "已结账" in reply["message"]
    assert ready.save("otherbill", {**RECEIVABLE, "bizDate": "2025-02-01"})["success"] is True
    assert ready.save("saleorder", ORDER)["success"] is True


# ------------------------------------------------------------------ states


def test_states(ready, eas):
    ready.save("otherbill", RECEIVABLE)
    state = lambda: ready.ask("getBill", "otherbill", "CRM-AR-1")["data"]["billStatus"]  # noqa: E731
    assert ready.ask("auditBill", "otherbill", "CRM-AR-1")["code"] == "STATE"
    assert ready.ask("submitBill", "otherbill", "CRM-AR-1")["data"]["billStatus"] == "SUBMITTED"
    eas.act("otherbill", "CRM-AR-1", "reject")
    assert state() == "REJECTED"
    assert ready.save("otherbill", {"number": "CRM-AR-1", "description": "改"}, "update")["success"] is True
    ready.ask("submitBill", "otherbill", "CRM-AR-1")
    assert ready.ask("submitBill", "otherbill", "CRM-AR-1")["code"] == "STATE"
    assert ready.ask("auditBill", "otherbill", "CRM-AR-1")["data"]["billStatus"] == "AUDITED"
    assert ready.save("otherbill", {"number": "CRM-AR-1"}, "update")["code"] == "STATE"
    assert ready.ask("deleteBill", "otherbill", "CRM-AR-1")["code"] == "STATE"
    assert ready.ask("unauditBill", "otherbill", "CRM-AR-1")["data"]["billStatus"] == "SUBMITTED"
    eas.act("otherbill", "CRM-AR-1", "withdraw")
    assert ready.ask("deleteBill", "otherbill", "CRM-AR-1")["data"]["billStatus"] == "DELETED"
    assert eas.count("CRM-AR-1") == 0
    assert ready.ask("submitBill", "otherbill", "CRM-AR-1")["code"] == "NOT_FOUND"


def test_modes(ready, eas):
    assert ready.save("otherbill", RECEIVABLE, "submit")["data"]["billStatus"] == "SUBMITTED"
    assert ready.save("otherbill", RED, "audit")["data"]["billStatus"] == "AUDITED"
    assert ready.save("saleorder", ORDER, "later")["code"] == "FORMAT"
    assert ready.save("customer", {"number": "KH-9"}, "update")["code"] == "NOT_FOUND"
    changed_ = ready.save("customer", {"number": "KH-1", "phone": "021"}, "update")
    assert changed_["data"]["billStatus"] == "AUDITED"
    assert ready.ask("getBill", "customer", "KH-1")["data"]["phone"] == "021"
    eas.settings(auto_audit=False)
    assert ready.save("saleorder", ORDER, "audit")["code"] == "PERMISSION"
    assert ready.ask("auditBill", "otherbill", "CRM-AR-1")["code"] == "PERMISSION"
    eas.act("otherbill", "CRM-AR-1", "audit")


def test_what_is_missing(ready, eas):
    assert ready.ask("getBill", "otherbill", "X")["code"] == "NOT_FOUND"
    eas.settings(missing="null")
    assert ready.ask("getBill", "otherbill", "X") == {"success": True, "code": "0", "message": "", "data": None}
    eas.settings(missing="empty")
    answer = ready.send("getBill", "otherbill", "X")
    assert ET.fromstring(answer.raw).findtext(".//getBillReturn") == ""


# ------------------------------------------------------------------ lists


def test_receipts_by_cursor(ready, eas):
    for n in range(1, 8):
        eas.enter_receipt("KH-1", f"{n}.5", number=f"SK-{n}", date=f"2025-03-0{n}", reference=f"r{n}")
    seen, cursor, more = [], "", True
    while more:
        page = ready.ask("queryBills", "receivingbill", {"limit": 3, "cursor": cursor})["data"]
        seen += [(one["number"], one["totalAmount"], one["billStatus"]) for one in page["rows"]]
        cursor, more = page["cursor"], page["more"]
    assert seen == [(f"SK-{n}", n + 0.5, "AUDITED") for n in range(1, 8)]
    assert ready.ask("queryBills", "receivingbill", {"cursor": cursor})["data"] == {
        "rows": [],
        "cursor": cursor,
        "more": False,
    }
    eas.change("receivingbill", "SK-2", settledAmount="2.50")
    again = ready.ask("queryBills", "receivingbill", {"cursor": cursor})["data"]["rows"]
    assert [(one["number"], one["settledAmount"]) for one in again] == [("SK-2", 2.5)]


def test_filters(ready, eas):
    ready.save("otherbill", RECEIVABLE)
    ready.save("otherbill", {**RED, "bizDate": "2025-02-15", "company": "02"}, "audit")
    numbers = lambda **f: [r["number"] for r in ready.ask("queryBills", "otherbill", f)["data"]["rows"]]  # noqa: E731
    assert numbers() == ["CRM-AR-1", "CRM-AR-2"]
    assert numbers(status="AUDITED") == ["CRM-AR-2"]
    assert numbers(company="01") == ["CRM-AR-1"]
    assert numbers(customer="KH-9") == []
    assert numbers(bizDateFrom="2025-02-01") == ["CRM-AR-2"]
    assert numbers(bizDateTo="2025-02-01") == ["CRM-AR-1"]
    assert numbers(modifiedFrom="2999-01-01") == []
    assert numbers(modifiedTo="2999-01-01") == ["CRM-AR-1", "CRM-AR-2"]
    eas.settings(empty_list="error")
    assert ready.ask("queryBills", "otherbill", {"customer": "KH-9"})["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    "asked",
    [{"colour": "red"}, {"limit": 0}, {"limit": 1001}, {"limit": "5"}, {"limit": True}, {"cursor": "x"}, {"status": 1}],
)
def test_bad_queries(ready, asked):
    assert ready.ask("queryBills", "receivingbill", asked)["code"] == "FORMAT"


def test_what_people_set_can_be_read(ready, eas):
    ready.save("otherbill", RECEIVABLE, "audit")
    eas.change("otherbill", "CRM-AR-1", invoiceNumber="25312000000000000001", invoiceDate="2025-02-01")
    eas.change("customer", "KH-1", creditAmount="50000", creditDays="30")
    assert ready.ask("getBill", "otherbill", "CRM-AR-1")["data"]["invoiceNumber"] == "25312000000000000001"
    shown = ready.ask("queryBills", "customer", {})["data"]["rows"][0]
    assert (shown["creditAmount"], shown["creditDays"]) == (50000.0, 30)


# ------------------------------------------------------------------ books


def test_twenty_equal_saves_at_once_make_one_document(ready, eas):
    replies, start = [], threading.Barrier(20)
    session = ready.session

    def run():
        start.wait()
        answer = ready.send("importBill", "otherbill", RECEIVABLE, "save", session=session)
        replies.append(json.loads(ET.fromstring(answer.raw).findtext(".//importBillReturn"))["code"])

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(replies) == ["0"] + ["NUMBER_EXISTS"] * 19
    assert eas.count("CRM-AR-1") == 1


def test_books_outlive_the_process_and_sessions_do_not(ready, eas):
    ready.save("otherbill", RECEIVABLE)
    eas.restart()
    assert eas.count("CRM-AR-1") == 1
    assert ready.send("getBill", "otherbill", "CRM-AR-1").status == 500


def test_orders_are_checked(ready, eas):
    with pytest.raises(RuntimeError):
        eas.settings(nothing=1)
    with pytest.raises(RuntimeError):
        eas.inject("no_such_fault")
    with pytest.raises(RuntimeError):
        eas.enter_receipt("nobody", "5")
    with pytest.raises(RuntimeError):
        eas.change("customer", "KH-1", colour="red")
    with pytest.raises(RuntimeError):
        eas.seed("nothing", "1")
    eas.seed("unit", "U03")
    assert ready.save("material", {**MATERIAL, "number": "WL-3", "baseUnit": "U03"})["success"] is True
    eas.enter("customer", {**CUSTOMER, "number": "KH-5"})
    assert eas.count("KH-5") == 1


def test_simulator_is_written_without_the_client():
    assert not imports_of("eas") & {"odoo", "crm_finance_bridge", "zeep", "requests", "kingdee"}
