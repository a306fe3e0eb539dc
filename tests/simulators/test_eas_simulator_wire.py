"""The EAS simulator by hand-made envelopes, and by zeep from its WSDL: login, session, envelopes."""

import json
import xml.etree.ElementTree as ET

import pytest
import zeep
from eas_values import RECEIVABLE
from lxml import etree
from raw_calls import EASCalls, call, fault_of

SERVICES = ["EASLogin", "SCMWebServiceFacade", "WSCrmBridgeFacade"]
LOGIN = "http://login.webservice.bos.kingdee.com"
BRIDGE = "urn:clientwscrmbridgefacade"


def test_login_gives_a_context(eas_api):
    answer = eas_api.log_in()
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
def test_a_refused_login_has_no_session(eas_api, eas, change):
    nil = "{http://www.w3.org/2001/XMLSchema-instance}nil"
    for switch, wanted in (("nil", 1), ("absent", 0)):
        eas.settings(login_failure=switch)
        found = ET.fromstring(eas_api.log_in(**change).raw).findall(".//sessionId")
        assert [one.get(nil) for one in found] == ["true"] * wanted
    eas.settings(login_failure="fault")
    answer = eas_api.log_in(**change)
    assert answer.status == 500
    assert fault_of(answer) == ("soapenv:Server.userException", "用户名或密码错误")


def test_login_takes_the_optional_pattern_and_l3(eas_api):
    for change in ({"authPattern": "BaseDB"}, {"language": "L3"}):
        assert ET.fromstring(eas_api.log_in(**change).raw).findtext(".//sessionId")


def test_context_beside_the_answer(eas_api, eas):
    eas.settings(multi_ref=True)
    tree = ET.fromstring(eas_api.log_in().raw)
    assert next(tree.iter("loginReturn")).get("href") == "#id0"
    assert len(next(tree.iter("multiRef")).findtext("sessionId")) == 32


@pytest.mark.parametrize("session", ["", "made-up", None])
def test_a_call_needs_a_session(eas_ready, eas, session):
    body = eas_ready.envelope(BRIDGE, "getBill", [("billTypeCode", "customer"), ("number", "KH-1")], session)
    answer = eas_ready.post("WSCrmBridgeFacade", body)
    assert answer.status == 500
    assert fault_of(answer)[1] == "会话不存在或已失效，请重新登录"
    eas.settings(lost_session="result")
    answer = eas_ready.post("WSCrmBridgeFacade", body)
    assert answer.status == 200
    assert json.loads(ET.fromstring(answer.raw).findtext(".//getBillReturn"))["code"] == "SESSION"


def test_a_session_in_another_namespace_is_none(eas_ready):
    header = f"<SessionId>{eas_ready.session}</SessionId>"
    pairs = [("billTypeCode", "customer"), ("number", "KH-1")]
    body = eas_ready.envelope(BRIDGE, "getBill", pairs, header=header)
    assert eas_ready.post("WSCrmBridgeFacade", body).status == 500


def test_sessions_end(eas_ready, eas):
    eas.settings(session_seconds=0)
    assert eas_ready.send("getBill", "customer", "KH-1").status == 500
    eas.settings(session_seconds=1800)
    eas_ready._session = None
    assert eas_ready.send("getBill", "customer", "KH-1").status == 200
    eas.settings(drop_sessions=True)
    assert eas_ready.send("getBill", "customer", "KH-1").status == 500


def test_another_login_ends_the_first_if_switched(eas_ready, eas):
    first = eas_ready.session
    eas_ready.log_in()
    assert eas_ready.send("getBill", "customer", "KH-1", session=first).status == 200
    eas.settings(one_session=True)
    eas_ready.log_in()
    assert eas_ready.send("getBill", "customer", "KH-1", session=first).status == 500


def test_a_cluster_wants_its_cookie(eas_ready, eas):
    eas.settings(affinity=True)
    assert eas_ready.send("getBill", "customer", "KH-1").status == 500
    answer = eas_ready.log_in()
    eas_ready.cookie = answer.headers["Set-Cookie"].split(";")[0]
    session = ET.fromstring(answer.raw).findtext(".//sessionId")
    assert eas_ready.send("getBill", "customer", "KH-1", session=session).status == 200


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
def test_arguments_by_name_in_order_each_once(eas_ready, eas, pairs):
    answer = eas_ready.post("WSCrmBridgeFacade", eas_ready.envelope(BRIDGE, "getBill", pairs, eas_ready.session))
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
def test_odd_envelopes(eas_ready, text):
    answer = eas_ready.post("WSCrmBridgeFacade", text.replace("SESSION", eas_ready.session))
    assert answer.status == 500
    assert fault_of(answer)
    assert "会话" not in fault_of(answer)[1]


def test_another_version_of_soap_is_called_that(eas_ready):
    text = changed("schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope")
    assert fault_of(eas_ready.post("WSCrmBridgeFacade", text)) == ("soapenv:VersionMismatch", "Version Mismatch")


def test_type_annotations_and_other_headers_are_fine(eas_ready):
    typed = '<number xsi:type="xsd:string" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    text = changed("<number>", typed).replace("<soapenv:Header>", '<soapenv:Header><x xmlns="y"/>')
    assert eas_ready.post("WSCrmBridgeFacade", text.replace("SESSION", eas_ready.session)).status == 200


def test_http_headers(eas_ready):
    body = eas_ready.envelope(BRIDGE, "getBill", arguments(), eas_ready.session)
    no_action = eas_ready.post("WSCrmBridgeFacade", body, {"Content-Type": "text/xml"})
    assert fault_of(no_action) == ("soapenv:Client.NoSOAPAction", "no SOAPAction header!")
    assert (
        eas_ready.post("WSCrmBridgeFacade", body, {"Content-Type": "application/json", "SOAPAction": ""}).status == 500
    )
    assert eas_ready.post("WSCrmBridgeFacade", body, {"Content-Type": "text/xml", "SOAPAction": ""}).status == 200
    assert eas_ready.post("WSNothingFacade", body).status == 500


def test_numbers_of_a_login_are_numbers(eas_api):
    assert eas_api.log_in(dbType="x").status == 500


def test_other_addresses(eas_api):
    assert call(eas_api.simulator.port, "GET", "/").status == 404
    assert call(eas_api.simulator.port, "GET", "/ormrpc/services/EASLogin").status == 200
    head = {"Host": "evil.example"}
    assert call(eas_api.simulator.port, "GET", "/_sim/ledger", headers=head).status == 403


# ------------------------------------------------------------------ WSDL


@pytest.mark.parametrize("name", SERVICES)
def test_the_wsdl_is_served_and_kept(eas_api, eas, name):
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
def test_zeep_lives_on_the_wsdl(eas_ready, eas, served, multi_ref):
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
