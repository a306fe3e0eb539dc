"""Every switch of a fault on the EAS simulator: what comes over the wire, and what stands in the books."""

import http.client
import json
import threading
import time
import xml.etree.ElementTree as ET

import pytest
from eas_values import CUSTOMER, MATERIAL, RECEIVABLE
from fault_table import LOST, SLOW
from lxml import etree
from raw_calls import EASCalls, fault_of


@pytest.fixture
def api(eas):
    """Calls to books that hold a customer and a material, with a session at hand."""
    calls = EASCalls(eas, timeout=3)
    assert calls.save("customer", CUSTOMER, "audit")["success"] is True
    assert calls.save("material", MATERIAL, "audit")["success"] is True
    return calls


def save(api):
    return api.send("importBill", "otherbill", RECEIVABLE, "save")


def returned(answer, operation="importBill"):
    return json.loads(ET.fromstring(answer.raw).findtext(f".//{operation}Return"))


@pytest.mark.parametrize(("fault", "error", "count"), LOST)
def test_lost_connections(api, eas, fault, error, count):
    eas.inject(**{"op": "importBill", **fault})
    with pytest.raises(error):
        save(api)
    assert eas.count("CRM-AR-1") == count
    assert returned(save(api))["code"] == ("NUMBER_EXISTS" if count else "0")
    assert eas.count("CRM-AR-1") == 1


@pytest.mark.parametrize(("fault", "count"), SLOW)
def test_slow_answers(api, eas, fault, count):
    eas.inject(op="importBill", **fault)
    api.timeout = 0.3
    with pytest.raises(TimeoutError):
        save(api)
    assert eas.count("CRM-AR-1") == count


def test_slow_bytes(api, eas):
    eas.inject("drip", op="importBill", seconds=0.0005)
    begun = time.monotonic()
    assert returned(save(api))["success"] is True
    assert time.monotonic() - begun > 0.1


def test_late_commit(api, eas):
    eas.inject("late_commit", op="importBill", seconds=0.4)
    with pytest.raises(http.client.RemoteDisconnected):
        save(api)
    assert eas.count("CRM-AR-1") == 0
    assert eas.wait_for(lambda: eas.count("CRM-AR-1"))
    assert eas.wait_for(lambda: eas.calls("importBill", "otherbill")[0]["outcome"] == "fault:late_commit (ok)")


PAGES = [
    ({"kind": "http_502"}, 502, "502 Bad Gateway", 0),
    ({"kind": "http_502", "commit": True}, 502, "502 Bad Gateway", 1),
    ({"kind": "html_200"}, 200, "登录", 0),
    ({"kind": "html_200", "commit": True}, 200, "登录", 1),
    ({"kind": "empty_200"}, 200, "", 0),
    ({"kind": "empty_200", "commit": True}, 200, "", 1),
    ({"kind": "http", "status": 429, "retry_after": 30}, 429, "", 0),
    ({"kind": "http", "status": 503, "message": "维护中"}, 503, "维护中", 0),
]


@pytest.mark.parametrize(("fault", "status", "words", "count"), PAGES)
def test_pages_in_place_of_xml(api, eas, fault, status, words, count):
    eas.inject(op="importBill", **fault)
    answer = save(api)
    assert answer.status == status
    assert words in answer.text
    assert "Envelope" not in answer.text
    assert answer.headers.get("Retry-After") == ("30" if "retry_after" in fault else None)
    assert eas.count("CRM-AR-1") == count


def test_half_the_xml(api, eas):
    eas.inject("truncated", op="importBill")
    answer = save(api)
    assert answer.text.startswith("<?xml")
    with pytest.raises(ET.ParseError):
        ET.fromstring(answer.raw)
    assert eas.count("CRM-AR-1") == 1


def test_five_megabytes(api, eas):
    eas.inject("huge", op="importBill")
    answer = save(api)
    assert len(answer.raw) > 5 << 20
    assert eas.count("CRM-AR-1") == 1


def test_reply_in_gbk(api, eas):
    eas.inject("wrong_charset", op="getBill")
    answer = api.send("getBill", "otherbill", "X")
    with pytest.raises(UnicodeDecodeError):
        answer.raw.decode("utf-8")
    assert "应收单X不存在" in answer.raw.decode("gbk")


@pytest.mark.parametrize("status", [500, 200])
@pytest.mark.parametrize("commit", [True, False])
def test_soap_faults(api, eas, status, commit):
    eas.inject("soap_fault", op="importBill", status=status, commit=commit, message="java.sql.SQLException: <ORA>")
    answer = save(api)
    assert answer.status == status
    assert fault_of(answer) == ("soapenv:Server.userException", "java.sql.SQLException: <ORA>")
    assert eas.count("CRM-AR-1") == commit


def test_a_session_lost_on_demand(api, eas):
    eas.inject("lost_session", op="importBill")
    assert fault_of(save(api))[1] == "会话不存在或已失效，请重新登录"
    assert eas.count("CRM-AR-1") == 0
    assert returned(save(api))["success"] is True


@pytest.mark.parametrize(("kind", "count"), [("refuse", 0), ("refuse_after_commit", 1)])
def test_refusals_on_demand(api, eas, kind, count):
    eas.inject(kind, op="importBill", form="otherbill", code="LOCKED", message="网控冲突")
    assert returned(save(api)) == {"success": False, "code": "LOCKED", "message": "网控冲突", "data": None}
    assert eas.count("CRM-AR-1") == count


@pytest.mark.parametrize(("commit", "count"), [(True, 1), (False, 0)])
def test_answers_without_a_value(api, eas, commit, count):
    nil = "{http://www.w3.org/2001/XMLSchema-instance}nil"
    eas.inject("no_return", op="importBill", commit=commit)
    assert ET.fromstring(save(api).raw).find(".//importBillReturn").get(nil) == "true"
    assert eas.count("CRM-AR-1") == count
    eas.inject("not_json", op="importBill", commit=True)
    answer = save(api)
    assert ET.fromstring(answer.raw).findtext(".//importBillReturn") == "java.lang.NullPointerException"
    assert eas.count("CRM-AR-1") == 1


def test_a_reader_that_says_nothing_is_there(api, eas):
    save(api)
    eas.inject("not_found", op="getBill")
    assert api.ask("getBill", "otherbill", "CRM-AR-1")["code"] == "NOT_FOUND"
    assert api.ask("getBill", "otherbill", "CRM-AR-1")["success"] is True


def test_another_number(api, eas):
    eas.inject("wrong_number", times=3)
    assert returned(save(api))["data"]["number"] == "CRM-AR-1X"
    assert api.ask("getBill", "otherbill", "CRM-AR-1")["data"]["number"] == "CRM-AR-1X"
    assert api.ask("queryBills", "otherbill", {})["data"]["rows"][0]["number"] == "CRM-AR-1X"
    assert eas.count("CRM-AR-1") == 1


def test_another_amount(api, eas):
    eas.inject("wrong_amount", op="importBill", difference="0.01")
    save(api)
    assert api.ask("getBill", "otherbill", "CRM-AR-1")["data"]["totalAmount"] == 1130.01


def test_numbers_as_text(api, eas):
    save(api)
    eas.inject("numbers_as_text", op="getBill")
    shown = api.ask("getBill", "otherbill", "CRM-AR-1")
    assert shown["success"] is True
    assert (shown["data"]["totalAmount"], shown["data"]["entries"][0]["seq"]) == ("1130.0", "1")


def test_declared_entities(api, eas):
    careful = etree.XMLParser(resolve_entities=False)
    eas.inject("entity_bomb", op="getBill")
    answer = api.send("getBill", "customer", "KH-1")
    assert b'<!ENTITY a9 "&a8;' in answer.raw
    assert len(answer.raw) < 5000
    with pytest.raises(etree.XMLSyntaxError, match="amplification"):
        etree.fromstring(answer.raw, careful)
    eas.inject("foreign_entity", op="getBill")
    answer = api.send("getBill", "customer", "KH-1")
    assert b"file:///etc/hostname" in answer.raw
    assert etree.fromstring(answer.raw, careful).find(".//getBillReturn")[0].tag is etree.Entity


def test_another_version_of_soap(api, eas):
    eas.inject("other_version", op="importBill")
    assert ET.fromstring(save(api).raw).tag == "{http://www.w3.org/2003/05/soap-envelope}Envelope"


def test_faults_on_the_login(api, eas):
    eas.inject("html_200", op="login")
    assert "登录" in api.log_in().text
    eas.inject("soap_fault", op="login")
    assert api.log_in().status == 500
    eas.inject("no_return", op="login")
    assert "sessionId" not in api.log_in().text
    assert "sessionId" in api.log_in().text


def test_faults_wait_and_end(api, eas):
    eas.inject("refuse", op="getBill", form="customer", after=1, times=2, code="LOCKED", message="x")
    codes = [api.ask("getBill", "customer", "KH-1")["code"] for _ in range(4)]
    assert codes == ["0", "LOCKED", "LOCKED", "0"]
    eas.inject("refuse", op="getBill", times=0)
    eas.clear_faults()
    assert api.ask("getBill", "customer", "KH-1")["code"] == "0"


def test_kill_between_commit_and_answer(api, eas):
    eas.inject("hang", op="importBill", commit=True)
    api.timeout = 10
    failed = []

    def run():
        try:
            save(api)
        except (http.client.RemoteDisconnected, ConnectionResetError):
            failed.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    assert eas.wait_for(lambda: eas.count("CRM-AR-1"))
    eas.restart()
    thread.join(10)
    assert failed == [True]
    assert eas.count("CRM-AR-1") == 1


def test_too_many_calls_a_minute(api, eas):
    eas.settings(calls_per_minute=1)
    answers = [api.send("getBill", "customer", "KH-1") for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 429]
    assert answers[1].headers["Retry-After"] == "60"
    assert eas.calls("getBill")[-1]["outcome"] == "too many"
