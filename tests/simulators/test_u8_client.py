"""The U8+ client against canned replies: the calls, and results that come later."""

from decimal import Decimal

import pytest
from u8_support import (
    BILL,
    KNOWN,
    NOTHING,
    Scripted,
    customer_values,
    done,
    found,
    module,
    receivable_values,
    scripted,
)


def save(adapter, values=None, kind="receivable"):
    values = values or receivable_values()
    return adapter.send_step(kind, "save", values["number"], adapter.build(kind, values))


# ---------------------------------------------------------------------- the calls


def test_add_carries_one_id_and_is_read_back():
    adapter = scripted(done("CRM-AR-1"), found("oughtreceive", **BILL))
    document = save(adapter)
    assert (document.number, document.status, document.amount) == ("CRM-AR-1", "开立", Decimal("113.10"))
    token, add, get = adapter.heard.asked
    assert token == (
        "GET",
        "/system/token",
        {"from_account": "crm_acc", "app_key": "opaDEMO", "app_secret": "geheim-0123abcd"},
        None,
    )
    common = {"from_account": "crm_acc", "to_account": "u8_acc", "app_key": "opaDEMO", "token": "5f0e"}
    assert add[:3] == ("POST", "/api/oughtreceive/add", {**common, "biz_id": "CRM-AR-1", "sync": "1"})
    assert get[:3] == ("GET", "/api/oughtreceive/get", {**common, "id": "CRM-AR-1"})


def test_data_source_is_named_when_set(clients):
    adapter = scripted(found("customer", code="1", name="x"))
    adapter.client._credentials = clients("u8_client").U8Credentials(**KNOWN, ds_sequence="2")
    adapter.find("customer", "1")
    assert adapter.heard.asked[-1][2]["ds_sequence"] == "2"


def test_exactly_one_id_is_needed(errors):
    adapter = scripted(done("1"))
    for both in ({"biz_id": "a", "trade_id": "b"}, {}):
        with pytest.raises(errors.InvalidValues):
            adapter.client.add("customer", {}, **both)
    assert adapter.heard.asked == []
    assert adapter.client.add("customer", {}, trade_id="8c1d") == "1"
    assert adapter.heard.asked[-1][2]["tradeid"] == "8c1d"


def test_trade_id():
    adapter = scripted({"errcode": "0", "errmsg": "", "trade": {"id": "8c1d"}})
    assert adapter.client.new_trade_id() == "8c1d"
    assert adapter.heard.asked[-1][:3] == (
        "GET", "/system/tradeid", {"from_account": "crm_acc", "app_key": "opaDEMO", "token": "5f0e"},
    )  # fmt: skip


def test_audit_names_who_did_it():
    adapter = scripted({"errcode": "0", "errmsg": ""}, found("oughtreceive", **{**BILL, "state": "审核"}))
    document = adapter.send_step("receivable", "audit", "CRM-AR-1", None)
    assert adapter.next_step("receivable", document) == "done"
    method, path, query, body = adapter.heard.asked[1]
    assert (method, path) == ("POST", "/api/oughtreceive/verify")
    assert body == {"oughtreceive": {"voucher_code": "CRM-AR-1", "person_code": "0007"}}
    assert "biz_id" not in query


def test_edit_carries_no_id():
    raw = {"code": "CRM-C-1", "name": "旧名", "ccusexch_name": "人民币"}
    values = customer_values(name="新名")
    adapter = scripted({"errcode": "0", "errmsg": ""}, found("customer", **{**raw, "name": "新名"}))
    payload = adapter.build("customer_update", values)
    adapter.send_step("customer_update", "save", "CRM-C-1", payload)
    _method, path, query, body = adapter.heard.asked[1]
    assert path == "/api/customer/edit"
    assert not {"biz_id", "tradeid", "sync"} & query.keys()
    assert body["customer"]["name"] == "新名"


def test_a_changed_customer_is_done_once_it_holds_what_was_to_be_written():
    adapter = scripted()
    values = customer_values()
    wanted = adapter.build("customer_update", values)["customer"]
    same = module("u8_reading").document_of("customer_update", wanted, adapter.settings)
    other = module("u8_reading").document_of("customer_update", {**wanted, "name": "别的"}, adapter.settings)
    assert adapter.next_step_for("customer_update", same, values) == "done"
    assert adapter.next_step_for("customer_update", other, values) == "save"
    assert adapter.next_step_for("customer_update", None, values) == "stop"
    assert adapter.next_step_for("receivable", None, {}) == "save"


# ---------------------------------------------------------------------- results that come later

LATER = {"url": "https://evil.example.org/result?requestid=9af0", "ping_after": 3, "requestid": "9af0"}


def test_a_later_result_is_fetched_from_the_host_we_know():
    adapter = scripted(LATER, LATER, done("CRM-AR-1"), found("oughtreceive", **BILL), synchronous=False)
    assert save(adapter).number == "CRM-AR-1"
    asked = adapter.heard.asked
    assert asked[1][2]["sync"] == "0"
    assert asked[2][:3] == asked[3][:3] == ("GET", "/result", {"requestid": "9af0"})
    assert adapter.hands.slept == [3.0, 3.0]


def test_a_later_refusal_is_a_refusal(errors):
    adapter = scripted(LATER, {"errcode": "20005", "errmsg": "该业务员不合法"})
    with pytest.raises(errors.Rejected):
        save(adapter)


@pytest.mark.parametrize(
    "answer",
    [
        {"errcode": "30012", "errmsg": "token已过期"},
        NOTHING,
        {"errcode": "31999", "errmsg": ""},
        "<html>",
        "NotSent",
        "Rejected",
    ],
    ids=str,
)
def test_a_question_about_a_result_that_fails_leaves_doubt(errors, answer):
    """Even if the question itself was never sent: the write before it was."""
    if answer in ("NotSent", "Rejected"):
        answer = getattr(errors, answer)("x", reason="connect")
    adapter = scripted(LATER, answer)
    with pytest.raises(errors.Unknown) as caught:
        save(adapter)
    assert caught.value.next_action == "ask"
    assert len(adapter.heard.asked) == 3


def test_a_result_that_never_comes_ends_at_the_limit(errors):
    adapter = scripted(*[LATER] * 30, patience=20.0)
    with pytest.raises(errors.Unknown) as caught:
        save(adapter)
    assert caught.value.reason == "still_running"
    assert sum(adapter.hands.slept) <= 20
    eager = scripted(*[{**LATER, "ping_after": "0"}] * 30)
    with pytest.raises(errors.Unknown):
        save(eager)
    assert len(eager.heard.asked) == 2 + 20


@pytest.mark.parametrize("wait", ["x", None, [], "-5", "1e9"])
def test_strange_waits_are_bounded(wait):
    adapter = scripted({**LATER, "ping_after": wait}, done("CRM-AR-1"), found("oughtreceive", **BILL), patience=99)
    save(adapter)
    assert 0 <= adapter.hands.slept[0] <= 60


@pytest.mark.parametrize("answer", ["NotSent", "Unknown", NOTHING, "<html>"], ids=str)
def test_done_but_not_read_back_is_unknown(errors, answer):
    if answer in ("NotSent", "Unknown"):
        answer = getattr(errors, answer)("x", reason="connect")
    with pytest.raises(errors.Unknown) as caught:
        save(scripted(done("CRM-AR-1"), answer))
    assert caught.value.reason == "read_back"


def test_the_product_is_registered():
    assert module("adapter").adapter_for("yonyou_u8") is module("u8_adapter").YonyouU8Adapter
    with pytest.raises(KeyError):
        module("adapter").adapter_for("nothing")


def test_scripted_transport_is_strict():
    with pytest.raises(IndexError):
        Scripted().get("/x?a=1", {})
