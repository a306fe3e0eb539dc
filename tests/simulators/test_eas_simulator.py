"""The EAS simulator by hand-made envelopes: documents, states, lists, books."""

import json
import threading
import xml.etree.ElementTree as ET

import pytest
from eas_values import CUSTOMER, MATERIAL, ORDER, RECEIPT, RECEIVABLE, RED, row
from simulators_apart import imports_of

SERVICES = ["EASLogin", "SCMWebServiceFacade", "WSCrmBridgeFacade"]
LOGIN = "http://login.webservice.bos.kingdee.com"
BRIDGE = "urn:clientwscrmbridgefacade"


# ------------------------------------------------------------------ documents


def test_save_and_read(eas_ready, eas):
    reply = eas_ready.save("otherbill", RECEIVABLE)
    assert reply == {
        "success": True,
        "code": "0",
        "message": "",
        "data": {"id": reply["data"]["id"], "number": "CRM-AR-1", "billStatus": "SAVED"},
    }
    assert eas.count("CRM-AR-1") == eas.count("crm-AR-1") == eas.count("CRM-AR-1", "otherbill") == 1
    assert eas.calls("importBill", "otherbill")[0]["committed"] is True
    shown = eas_ready.ask("getBill", "otherbill", "CRM-AR-1")["data"]
    assert shown["entries"][0]["seq"] == 1
    assert (shown["totalAmount"], shown["billStatus"], shown["dueDate"]) == (1130.0, "SAVED", "2025-03-02")
    assert eas_ready.ask("getBill", "customer", "KH-1")["data"]["name"] == CUSTOMER["name"]


@pytest.mark.parametrize(
    ("kind", "values"),
    [("saleorder", ORDER), ("otherbill", RECEIVABLE), ("otherbill", RED), ("receivingbill", RECEIPT)],
)
def test_what_is_accepted(eas_ready, eas, kind, values):
    assert eas_ready.save(kind, values)["success"] is True
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
def test_what_is_refused(eas_ready, eas, kind, values, code):
    before = eas.ledger()
    reply = eas_ready.save(kind, values)
    assert (reply["success"], reply["code"], reply["data"]) == (False, code, None)
    assert reply["message"]
    assert eas.ledger() == before


@pytest.mark.parametrize("text", ["", "nonsense", "[]", '{"number":"1","number":"2"}'])
def test_json_is_one_document(eas_ready, text):
    assert eas_ready.save("customer", text)["code"] == "FORMAT"


def test_refusals_without_codes(eas_ready, eas):
    eas.settings(error_codes=False)
    reply = eas_ready.save("customer", CUSTOMER)
    assert (reply["code"], reply["message"]) == ("", "客户编号KH-1已存在")


def test_switches_for_documents(eas_ready, eas):
    eas.settings(manual_number=False)
    assert eas_ready.save("otherbill", RECEIVABLE)["data"]["number"] == "YS00000001"
    eas.settings(numbers="number")
    assert eas_ready.save("saleorder", ORDER)["code"] == "FORMAT"
    eas.enter_receipt("KH-1", "5")
    eas.settings(numbers="text")
    eas.enter_receipt("KH-1", "5")
    assert eas_ready.save("receivingbill", RECEIPT)["code"] == "FORMAT"
    eas.settings(numbers="any", red_sign="positive")
    assert eas_ready.save("otherbill", RED)["code"] == "AMOUNT"
    assert eas_ready.save("otherbill", {**RECEIVABLE, "redBlue": "red"})["success"] is True
    eas.settings(red_sign="any")
    assert eas_ready.save("otherbill", RED)["success"] is True
    eas.settings(customers_audited=True)
    eas_ready.save("customer", {**CUSTOMER, "number": "KH-2"})
    assert eas_ready.save("saleorder", {**ORDER, "customer": "KH-2"})["code"] == "STATE"


def test_closed_periods(eas_ready, eas):
    eas.settings(closed_through="2025-01-31")
    reply = eas_ready.save("otherbill", RECEIVABLE)
    assert reply["code"] == "PERIOD_CLOSED"
    assert "已结账" in reply["message"]
    assert eas_ready.save("otherbill", {**RECEIVABLE, "bizDate": "2025-02-01"})["success"] is True
    assert eas_ready.save("saleorder", ORDER)["success"] is True


# ------------------------------------------------------------------ states


def test_states(eas_ready, eas):
    eas_ready.save("otherbill", RECEIVABLE)
    state = lambda: eas_ready.ask("getBill", "otherbill", "CRM-AR-1")["data"]["billStatus"]  # noqa: E731
    assert eas_ready.ask("auditBill", "otherbill", "CRM-AR-1")["code"] == "STATE"
    assert eas_ready.ask("submitBill", "otherbill", "CRM-AR-1")["data"]["billStatus"] == "SUBMITTED"
    eas.act("otherbill", "CRM-AR-1", "reject")
    assert state() == "REJECTED"
    assert eas_ready.save("otherbill", {"number": "CRM-AR-1", "description": "改"}, "update")["success"] is True
    eas_ready.ask("submitBill", "otherbill", "CRM-AR-1")
    assert eas_ready.ask("submitBill", "otherbill", "CRM-AR-1")["code"] == "STATE"
    assert eas_ready.ask("auditBill", "otherbill", "CRM-AR-1")["data"]["billStatus"] == "AUDITED"
    assert eas_ready.save("otherbill", {"number": "CRM-AR-1"}, "update")["code"] == "STATE"
    assert eas_ready.ask("deleteBill", "otherbill", "CRM-AR-1")["code"] == "STATE"
    assert eas_ready.ask("unauditBill", "otherbill", "CRM-AR-1")["data"]["billStatus"] == "SUBMITTED"
    eas.act("otherbill", "CRM-AR-1", "withdraw")
    assert eas_ready.ask("deleteBill", "otherbill", "CRM-AR-1")["data"]["billStatus"] == "DELETED"
    assert eas.count("CRM-AR-1") == 0
    assert eas_ready.ask("submitBill", "otherbill", "CRM-AR-1")["code"] == "NOT_FOUND"


def test_modes(eas_ready, eas):
    assert eas_ready.save("otherbill", RECEIVABLE, "submit")["data"]["billStatus"] == "SUBMITTED"
    assert eas_ready.save("otherbill", RED, "audit")["data"]["billStatus"] == "AUDITED"
    assert eas_ready.save("saleorder", ORDER, "later")["code"] == "FORMAT"
    assert eas_ready.save("customer", {"number": "KH-9"}, "update")["code"] == "NOT_FOUND"
    changed_ = eas_ready.save("customer", {"number": "KH-1", "phone": "021"}, "update")
    assert changed_["data"]["billStatus"] == "AUDITED"
    assert eas_ready.ask("getBill", "customer", "KH-1")["data"]["phone"] == "021"
    eas.settings(auto_audit=False)
    assert eas_ready.save("saleorder", ORDER, "audit")["code"] == "PERMISSION"
    assert eas_ready.ask("auditBill", "otherbill", "CRM-AR-1")["code"] == "PERMISSION"
    eas.act("otherbill", "CRM-AR-1", "audit")


def test_what_is_missing(eas_ready, eas):
    assert eas_ready.ask("getBill", "otherbill", "X")["code"] == "NOT_FOUND"
    eas.settings(missing="null")
    assert eas_ready.ask("getBill", "otherbill", "X") == {"success": True, "code": "0", "message": "", "data": None}
    eas.settings(missing="empty")
    answer = eas_ready.send("getBill", "otherbill", "X")
    assert ET.fromstring(answer.raw).findtext(".//getBillReturn") == ""


# ------------------------------------------------------------------ lists


def test_receipts_by_cursor(eas_ready, eas):
    for n in range(1, 8):
        eas.enter_receipt("KH-1", f"{n}.5", number=f"SK-{n}", date=f"2025-03-0{n}", reference=f"r{n}")
    seen, cursor, more = [], "", True
    while more:
        page = eas_ready.ask("queryBills", "receivingbill", {"limit": 3, "cursor": cursor})["data"]
        seen += [(one["number"], one["totalAmount"], one["billStatus"]) for one in page["rows"]]
        cursor, more = page["cursor"], page["more"]
    assert seen == [(f"SK-{n}", n + 0.5, "AUDITED") for n in range(1, 8)]
    assert eas_ready.ask("queryBills", "receivingbill", {"cursor": cursor})["data"] == {
        "rows": [],
        "cursor": cursor,
        "more": False,
    }
    eas.change("receivingbill", "SK-2", settledAmount="2.50")
    again = eas_ready.ask("queryBills", "receivingbill", {"cursor": cursor})["data"]["rows"]
    assert [(one["number"], one["settledAmount"]) for one in again] == [("SK-2", 2.5)]


def test_filters(eas_ready, eas):
    eas_ready.save("otherbill", RECEIVABLE)
    eas_ready.save("otherbill", {**RED, "bizDate": "2025-02-15", "company": "02"}, "audit")
    numbers = lambda **f: [r["number"] for r in eas_ready.ask("queryBills", "otherbill", f)["data"]["rows"]]  # noqa: E731
    assert numbers() == ["CRM-AR-1", "CRM-AR-2"]
    assert numbers(status="AUDITED") == ["CRM-AR-2"]
    assert numbers(company="01") == ["CRM-AR-1"]
    assert numbers(customer="KH-9") == []
    assert numbers(bizDateFrom="2025-02-01") == ["CRM-AR-2"]
    assert numbers(bizDateTo="2025-02-01") == ["CRM-AR-1"]
    assert numbers(modifiedFrom="2999-01-01") == []
    assert numbers(modifiedTo="2999-01-01") == ["CRM-AR-1", "CRM-AR-2"]
    eas.settings(empty_list="error")
    assert eas_ready.ask("queryBills", "otherbill", {"customer": "KH-9"})["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    "asked",
    [{"colour": "red"}, {"limit": 0}, {"limit": 1001}, {"limit": "5"}, {"limit": True}, {"cursor": "x"}, {"status": 1}],
)
def test_bad_queries(eas_ready, asked):
    assert eas_ready.ask("queryBills", "receivingbill", asked)["code"] == "FORMAT"


def test_what_people_set_can_be_read(eas_ready, eas):
    eas_ready.save("otherbill", RECEIVABLE, "audit")
    eas.change("otherbill", "CRM-AR-1", invoiceNumber="25312000000000000001", invoiceDate="2025-02-01")
    eas.change("customer", "KH-1", creditAmount="50000", creditDays="30")
    assert eas_ready.ask("getBill", "otherbill", "CRM-AR-1")["data"]["invoiceNumber"] == "25312000000000000001"
    shown = eas_ready.ask("queryBills", "customer", {})["data"]["rows"][0]
    assert (shown["creditAmount"], shown["creditDays"]) == (50000.0, 30)


# ------------------------------------------------------------------ books


def test_twenty_equal_saves_at_once_make_one_document(eas_ready, eas):
    replies, start = [], threading.Barrier(20)
    session = eas_ready.session

    def run():
        start.wait()
        answer = eas_ready.send("importBill", "otherbill", RECEIVABLE, "save", session=session)
        replies.append(json.loads(ET.fromstring(answer.raw).findtext(".//importBillReturn"))["code"])

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(replies) == ["0"] + ["NUMBER_EXISTS"] * 19
    assert eas.count("CRM-AR-1") == 1


def test_books_outlive_the_process_and_sessions_do_not(eas_ready, eas):
    eas_ready.save("otherbill", RECEIVABLE)
    eas.restart()
    assert eas.count("CRM-AR-1") == 1
    assert eas_ready.send("getBill", "otherbill", "CRM-AR-1").status == 500


def test_orders_are_checked(eas_ready, eas):
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
    assert eas_ready.save("material", {**MATERIAL, "number": "WL-3", "baseUnit": "U03"})["success"] is True
    eas.enter("customer", {**CUSTOMER, "number": "KH-5"})
    assert eas.count("KH-5") == 1


def test_simulator_is_written_without_the_client():
    assert not imports_of("eas") & {"odoo", "crm_finance_bridge", "zeep", "requests", "kingdee"}
