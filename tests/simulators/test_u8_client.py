"""The U8+ client against canned replies: what goes out, and what each reply is taken for."""

import json
import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from u8_support import (
    BILL,
    KNOWN,
    NOTHING,
    TOKEN,
    Hands,
    Scripted,
    customer_values,
    done,
    found,
    listed,
    module,
    order_values,
    product_values,
    receipt_values,
    receivable_values,
    red_values,
    scripted,
)


@pytest.fixture
def errors(clients):
    return clients("errors")


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


# ---------------------------------------------------------------------- what is sent


def test_customer(errors):
    adapter = scripted()
    values = customer_values(phone="0571-1\n2", contacts=[{"name": "王", "mobile": "13800000000"}])
    assert adapter.build("customer", values) == {
        "customer": {
            "code": "CRM-C-1",
            "name": "杭州示例科技有限公司",
            "abbrname": "杭州示例科技有限公司",
            "sort_code": "01",
            "seed_date": "2026-01-01",
            "ccusexch_name": "人民币",
            "ccusmngtypecode": "999",
            "phone": "0571-1 2",
            "contact": "王",
            "mobile": "13800000000",
            "memo": "91330100MA0000000X",
        }
    }
    with pytest.raises(errors.InvalidValues):
        adapter.build("customer", customer_values("N" * 21))
    with pytest.raises(errors.InvalidValues):
        adapter.build("customer", customer_values(name="长" * 99))
    with pytest.raises(errors.MappingMissing) as caught:
        scripted(settings={"customer_class": ""}).build("customer", values)
    assert caught.value.field == "customer_class"


def test_product(errors):
    adapter = scripted(settings={"unit_group": "01"})
    assert adapter.build("product", product_values(date="2026-02-01")) == {
        "inventory": {
            "code": "CRM-P-1",
            "name": "伺服减速机",
            "specs": "PLF60",
            "sort_code": "01",
            "unitgroup_code": "01",
            "main_measure": "01",
            "start_date": "2026-02-01",
        }
    }
    with pytest.raises(errors.MappingMissing):
        adapter.build("product", product_values(unit="m"))


def test_sales_order(errors):
    adapter = scripted()
    order = adapter.build("sales_order", order_values())["saleorder"]
    (row,) = order.pop("entry")
    assert order == {
        "code": "CRM-SO-1",
        "date": "2026-01-20",
        "typecode": "01",
        "custcode": "CRM-C-1",
        "deptcode": "03",
        "personcode": "0007",
        "currency": "人民币",
        "maker": "demo",
    }
    assert row == {
        "inventorycode": "M001",
        "quantity": "10",
        "unitprice": "10.009",
        "taxunitprice": "11.31",
        "money": "100.09",
        "tax": "13.01",
        "sum": "113.10",
        "natunitprice": "10.009",
        "natmoney": "100.09",
        "nattax": "13.01",
        "natsum": "113.10",
    }
    for bad in ({"currency": "USD"}, {"amount_total": "113.11"}, {"lines": []}):
        with pytest.raises(errors.InvalidValues):
            adapter.build("sales_order", order_values(**bad))


def test_blue_receivable_is_a_sum_per_account():
    adapter = scripted()
    lines = receivable_values()["lines"]
    deposit = {**lines[0], "quantity": "-1", "amount_untaxed": "-10.00", "amount_tax": "0", "amount_total": "-10.00"}
    values = receivable_values(lines=[*lines, deposit], amount_total="103.10", remark="INV/1 HT-77")
    bill = adapter.build("receivable", values)["oughtreceive"]
    (row,) = bill.pop("entry")
    assert bill == {
        "code": "CRM-AR-1",
        "date": "2026-01-20",
        "bdebitcredit": "1",
        "cust_vendor_code": "CRM-C-1",
        "deptcode": "03",
        "personcode": "0007",
        "amount": "103.10",
        "natamount": "103.10",
        "digest": "INV/1 HT-77",
        "operator": "demo",
        "define10": "CRM-AR-1",
    }
    assert row == {
        "cust_vendor_code": "CRM-C-1",
        "deptcode": "03",
        "personcode": "0007",
        "digest": "INV/1 HT-77",
        "subjectcode": "6001",
        "currency_name": "人民币",
        "currency_rate": "1",
        "natamount": "103.10",
        "amount": "103.10",
        "bdebitcredit": "0",
    }
    rows = scripted(settings={"tax_account": "2221"}).build("receivable", values)["oughtreceive"]["entry"]
    assert [(row["subjectcode"], row["amount"]) for row in rows] == [("6001", "90.09"), ("2221", "13.01")]


def test_an_account_that_would_be_booked_the_wrong_way_round_stops(errors):
    lines = [
        {**receivable_values()["lines"][0], "amount_untaxed": "100", "amount_tax": "0", "amount_total": "100"},
        {**receivable_values()["lines"][0], "amount_untaxed": "0", "amount_tax": "-5", "amount_total": "-5"},
    ]
    values = receivable_values(lines=lines, amount_total="95")
    with pytest.raises(errors.InvalidValues):
        scripted(settings={"tax_account": "2221"}).build("receivable", values)
    assert scripted().build("receivable", values)["oughtreceive"]["amount"] == "95.00"


def test_red_receivable_turns_both_directions_round():
    bill = scripted().build("credit_note", red_values())["oughtreceive"]
    assert (bill["bdebitcredit"], bill["amount"], bill["natamount"]) == ("0", "113.10", "113.10")
    assert [(row["bdebitcredit"], row["amount"]) for row in bill["entry"]] == [("1", "113.10")]


def test_foreign_receivable_has_both_amounts(errors):
    adapter = scripted(settings={"currencies": {"CNY": "人民币", "USD": "美元"}})
    bill = adapter.build("receivable", receivable_values(currency="USD", exchange_rate="7.1234"))["oughtreceive"]
    # the head is in the currency of the books
    assert (bill["amount"], bill["natamount"]) == ("805.66", "805.66")
    assert [bill["entry"][0][key] for key in ("amount", "natamount", "currency_rate")] == ["113.10", "805.66", "7.1234"]
    document = module("u8_reading").document_of("receivable", bill, adapter.settings)
    assert (document.amount, document.currency_number) == (Decimal("113.10"), "美元")
    with pytest.raises(errors.InvalidValues):
        adapter.build("receivable", receivable_values(currency="USD"))
    with pytest.raises(errors.MappingMissing):
        adapter.build("receivable", receivable_values(currency="EUR"))


@pytest.mark.parametrize(
    "bad",
    [
        {"amount_total": 113.1},
        {"amount_total": "113.11"},
        {"amount_total": "0"},
        {"amount_total": "NaN"},
        {"customer_number": ""},
        {"date": "x"},
        {"lines": []},
        {"number": "单-1"},
        {"number": "x" * 31},
    ],
    ids=str,
)
def test_bad_values_are_found_before_sending(errors, bad):
    with pytest.raises(errors.InvalidValues):
        scripted().build("receivable", receivable_values(**bad))


def test_receipt():
    body = scripted(settings={"settlements": {"j1": "03"}}).build(
        "own_receipt", receipt_values(settlement="j1", is_advance=True, reference="TT1", remark="定金")
    )
    assert body == {
        "accept": {
            "vouchcode": "CRM-R-1",
            "vouchdate": "2026-01-20",
            "vouchtype": "48",
            "customercode": "CRM-C-1",
            "departmentcode": "03",
            "personcode": "0007",
            "amount": "100.00",
            "originalamount": "100.00",
            "digest": "TT1 定金",
            "balancecode": "03",
            "define10": "CRM-R-1",
            "entry": [{"type": "1", "customercode": "CRM-C-1", "amount": "100.00", "originalamount": "100.00"}],
        }
    }


def test_every_scalar_that_goes_out_is_text():
    def scalars(value):
        if isinstance(value, dict):
            value = list(value.values())
        return [leaf for part in value for leaf in scalars(part)] if isinstance(value, list) else [value]

    adapter = scripted()
    for kind, values in {
        "customer": customer_values(),
        "product": product_values(),
        "sales_order": order_values(),
        "receivable": receivable_values(),
        "own_receipt": receipt_values(),
    }.items():
        assert all(isinstance(leaf, str) for leaf in scalars(adapter.build(kind, values))), kind


def test_what_cannot_be_sent(errors):
    adapter = scripted()
    for kind in ("receipt", "voucher"):
        with pytest.raises(errors.InvalidValues):
            adapter.build(kind, {})
    with pytest.raises(errors.InvalidValues):
        adapter.send_step("receivable", "save", "other", adapter.build("receivable", receivable_values()))
    with pytest.raises(errors.InvalidValues):
        adapter.send_step("receivable", "submit", "CRM-AR-1", {})
    assert adapter.heard.asked == []


# ---------------------------------------------------------------------- what a reply is taken for

REPLIES = [
    ("", "Unknown", "empty"),
    ("<html>login</html>", "Unknown", "html"),
    ("\ufeff<html>", "Unknown", "html"),
    ('{"errcode":"0","id"', "Unknown", "json"),
    ("ok", "Unknown", "json"),
    ('["0"]', "Unknown", "shape"),
    ('"0"', "Unknown", "shape"),
    ("null", "Unknown", "shape"),
    ("{}", "Unknown", "no_status"),
    ('{"errcode":null,"id":"CRM-AR-1"}', "Unknown", "no_status"),
    ('{"errcode":true,"id":"CRM-AR-1"}', "Unknown", "shape"),
    ('{"errcode":{"a":"0"},"id":"CRM-AR-1"}', "Unknown", "shape"),
    ('{"errcode":"0"}', "Unknown", "no_id"),
    ('{"errcode":"0","id":""}', "Unknown", "no_id"),
    ('{"errcode":"0","id":["CRM-AR-1"]}', "Unknown", "shape"),
    ('{"errcode":"0","id":NaN}', "Unknown", "json"),
    ("[" * 100000, "Unknown", "json"),
    ({"errcode": "20005", "errmsg": "x", "url": "https://a/result?requestid=1"}, "Unknown", "contradiction"),
    ({"url": "https://a/result"}, "Unknown", "shape"),
    ({"url": "https://a/result?requestid=a/../b"}, "Unknown", "shape"),
    ({"errcode": "10001", "errmsg": "平台错误"}, "Unknown", "errcode_10001"),
    ({"errcode": "30025", "errmsg": "操作正在执行"}, "Unknown", "errcode_30025"),
    ({"errcode": "31999", "errmsg": "没见过"}, "Unknown", "errcode_31999"),
    ({"errcode": "E!" * 20, "errmsg": ""}, "Unknown", "errcode"),
    ({"errcode": "20005", "errmsg": "U8 服务调用失败:ASP 0251 : 80004005"}, "Unknown", "errcode_20005"),
    (
        {"errcode": "20005", "errmsg": "U8 服务调用失败:key='';该业务员不合法,请重新输入。;"},
        "Rejected",
        "errcode_20005",
    ),
    ({"errcode": 20005, "errmsg": "U8 服务调用失败:…;"}, "Rejected", "errcode_20005"),
    ({"errcode": "20005", "errmsg": "本月已结账,不能增加"}, "Rejected", "period_closed"),
    ({"errcode": "20005", "errmsg": "key='CRM-AR-1';单据号已存在;"}, "NumberTaken", "number_taken"),
    ({"errcode": "20002", "errmsg": "未检索到匹配的[客户]。"}, "Rejected", "errcode_20002"),
    ({"errcode": "20005", "errmsg": "key='';注册号不正确!"}, "LoginFailed", "registration"),
    ({"errcode": "0", "id": "CRM-AR-9"}, "Mismatch", "mismatch"),
]


@pytest.mark.parametrize(("answer", "kind", "reason"), REPLIES, ids=lambda value: str(value)[:40])
def test_no_bad_reply_to_a_write_is_a_success(errors, answer, kind, reason):
    adapter = scripted(answer)
    with pytest.raises(errors.FinanceError) as caught:
        save(adapter)
    assert (type(caught.value).__name__, caught.value.reason) == (kind, reason)
    assert caught.value.next_action == {"Unknown": "ask", "NumberTaken": "ask"}.get(kind, "stop")
    assert "geheim" not in str(caught.value)
    # a write is never repeated by the client itself
    assert len(adapter.heard.asked) == 2


def test_the_words_of_the_other_side_are_kept_on_one_line(errors):
    adapter = scripted({"errcode": "20005", "errmsg": "该业务员\n不合法" + "长" * 600})
    with pytest.raises(errors.Rejected) as caught:
        save(adapter)
    (message,) = caught.value.messages
    assert message.text.startswith("该业务员 不合法")
    assert len(message.text) == 500


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "<html>",
        "{",
        "{}",
        {"errcode": "0"},
        {"errcode": "0", "oughtreceive": []},
        {"errcode": "0", "oughtreceive": "x"},
        {"errcode": "0", "oughtreceive": [BILL, BILL]},
        {"errcode": "0", "oughtreceive": {"amount": "1"}},
        {"errcode": "0", "oughtreceive": {**BILL, "amount": "1,130.00", "entry": []}},
        {"errcode": "0", "oughtreceive": {**BILL, "entry": [{"natamount": "1e3"}]}},
        {"errcode": "0", "oughtreceive": {**BILL, "amount": "", "entry": []}},
        {"errcode": "0", "oughtreceive": {**BILL, "state": ["x"]}},
        {"errcode": "0", "oughtreceive": {**BILL, "amount": "114.10"}},
        {"errcode": "10001", "errmsg": "平台错误"},
        {"errcode": "20002", "errmsg": "单据修改失败"},
        {"errcode": "20002"},
        {"errcode": "20005", "errmsg": "U8 服务调用失败"},
        {"errcode": "404", "errmsg": "no"},
    ],
    ids=str,
)
def test_no_bad_reply_to_a_question_looks_like_nothing_found(errors, answer):
    with pytest.raises((errors.Unknown, errors.Rejected)):
        scripted(answer).find("receivable", "CRM-AR-1")


def test_20002_is_nothing_found():
    assert scripted(NOTHING).find("receivable", "CRM-AR-1") == []


def test_numbers_may_come_as_numbers_and_without_state():
    raw = {**BILL, "amount": 113.10, "entry": []}
    del raw["state"]
    adapter = scripted(json.dumps({"errcode": 0, "errmsg": "", "oughtreceive": [raw]}))
    (document,) = adapter.find("receivable", "CRM-AR-1")
    assert document.amount == Decimal("113.1")
    assert adapter.next_step("receivable", document) == "audit"


def test_a_red_bill_is_read_with_its_sign():
    adapter = scripted(found("oughtreceive", **{**BILL, "bdebitcredit": "0"}))
    (document,) = adapter.find("credit_note", "CRM-AR-1")
    assert document.amount == Decimal("-113.10")


def test_an_order_is_the_sum_of_its_rows():
    raw = {"code": "CRM-SO-1", "custcode": "CRM-C-1", "state": "审核", "entry": [{"sum": "494.0000"}, {"sum": "6"}]}
    adapter = scripted(found("saleorder", **raw))
    (document,) = adapter.find("sales_order", "CRM-SO-1")
    assert (document.amount, document.customer_number) == (Decimal("500"), "CRM-C-1")


@pytest.mark.parametrize(
    ("state", "due"),
    [
        ("开立", "audit"),
        ("", "audit"),
        ("审核", "done"),
        ("关闭", "stop"),
        ("变更", "stop"),
        ("作废", "stop"),
        ("?", "stop"),
    ],
)
def test_states_and_what_is_due(clients, state, due):
    document = clients("results").RemoteDocument("receivable", "1", "1", state)
    assert scripted().next_step("receivable", document) == due


def test_where_nobody_is_named_to_audit_we_wait(clients):
    adapter = scripted(settings={"auditor_person": ""})
    document = clients("results").RemoteDocument("receivable", "1", "1", "开立")
    assert adapter.steps("receivable") == ("save",)
    assert adapter.next_step("receivable", document) == "wait"
    assert adapter.next_step("receipt", None) == "wait"


def test_a_customer_out_of_use_stops(clients):
    adapter = scripted(found("customer", code="CRM-C-1", name="x", end_date="2026-01-01"))
    (document,) = adapter.find("customer", "CRM-C-1")
    assert adapter.next_step("customer", document) == "stop"


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("number", {"code": "CRM-AR-9"}),
        ("customer", {"cust_vendor_code": "C9"}),
        ("amount", {"amount": "113.11", "entry": [{"currency_name": "人民币", "natamount": "113.11"}]}),
        ("amount", {"bdebitcredit": "0"}),
        ("currency", {"entry": [{"currency_name": "美元", "natamount": "113.10", "amount": "113.10"}]}),
    ],
)
def test_a_foreign_document_under_our_number_is_noticed(errors, field, change):
    adapter = scripted(found("oughtreceive", **{**BILL, **change}))
    (document,) = adapter.find("receivable", "CRM-AR-1")
    with pytest.raises(errors.Mismatch) as caught:
        adapter.verify("receivable", receivable_values(), document)
    assert caught.value.field == field


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


# ---------------------------------------------------------------------- the token

EXPIRED = {"errcode": "30012", "errmsg": "token已过期"}
NEWER = {**TOKEN, "token": {**TOKEN["token"], "id": "new1"}}


def test_the_token_is_kept_and_renewed_before_its_end():
    adapter = scripted(NOTHING, NOTHING, NEWER, NOTHING)
    adapter.find("customer", "1")
    adapter.hands.now += 6800
    adapter.find("customer", "1")
    adapter.hands.now += 200
    adapter.find("customer", "1")
    assert adapter.heard.paths().count("/system/token") == 2
    assert adapter.heard.asked[-1][2]["token"] == "new1"


def test_an_expired_token_is_renewed_once_and_the_same_call_repeated():
    adapter = scripted(EXPIRED, NEWER, done("CRM-AR-1"), found("oughtreceive", **BILL))
    save(adapter)
    first, again = [asked for asked in adapter.heard.asked if asked[0] == "POST"]
    assert again[3] == first[3]
    assert again[2] == {**first[2], "token": "new1"}


def test_a_token_that_never_holds_ends_in_an_error(errors):
    adapter = scripted(EXPIRED, NEWER, EXPIRED)
    with pytest.raises(errors.SessionLost) as caught:
        save(adapter)
    assert caught.value.next_action == "retry"
    assert len(adapter.heard.asked) == 4


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"errcode": "10003", "errmsg": "app_secret 错误"}, "LoginFailed"),
        ({"errcode": "20005", "errmsg": "未授权"}, "LoginFailed"),
        ({"errcode": "10001", "errmsg": "平台错误"}, "NotSent"),
        ({"errcode": "30012", "errmsg": ""}, "NotSent"),
        ("<html>", "NotSent"),
        ("", "NotSent"),
        ({"errcode": "0"}, "NotSent"),
        ({"errcode": "0", "token": "5f0e"}, "NotSent"),
        ({"errcode": "0", "token": {"id": "", "expiresIn": 7200}}, "NotSent"),
        ({"errcode": "0", "token": {"id": "a", "expiresIn": "soon"}}, "NotSent"),
        ({"errcode": "0", "token": {"id": "a b\n", "expiresIn": 7200}}, "NotSent"),
        ({"url": "https://a/result?requestid=1"}, "NotSent"),
    ],
    ids=str,
)
def test_without_a_token_nothing_was_sent(errors, answer, kind):
    adapter = scripted(answer, token=False)
    with pytest.raises(errors.FinanceError) as caught:
        save(adapter)
    assert type(caught.value).__name__ == kind
    assert "geheim" not in str(caught.value)
    assert adapter.heard.paths() == ["/system/token"]


def test_forty_threads_renew_a_refused_token_once(clients):
    clock = Hands()
    tokens = clients("u8_token").TokenCache(clock)
    fetched, given, start = [], [], threading.Barrier(40)

    def fetch():
        fetched.append(1)
        return f"t{len(fetched)}", 7200

    old = tokens.get("k", fetch)

    def run():
        start.wait()
        given.append(tokens.get("k", fetch, failed=old))

    threads = [threading.Thread(target=run) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fetched) == 2
    assert set(given) == {"t2"}
    # one that still holds the refused token does not renew again
    assert tokens.get("k", fetch, failed=old) == "t2"
    assert len(fetched) == 2


def test_others_go_on_with_the_old_token_while_one_renews(clients):
    clock = Hands()
    tokens = clients("u8_token").TokenCache(clock, lambda low, high: 0.0)
    tokens.get("k", lambda: ("old", 7200))
    clock.now += 6950
    inside, go, result = threading.Event(), threading.Event(), []

    def slow():
        inside.set()
        go.wait(5)
        return "new", 7200

    thread = threading.Thread(target=lambda: result.append(tokens.get("k", slow)))
    thread.start()
    inside.wait(5)
    assert tokens.get("k", lambda: ("third", 7200)) == "old"
    go.set()
    thread.join()
    assert result == ["new"]


def test_tokens_are_not_fetched_beyond_our_share(clients, errors):
    clock = Hands()
    tokens = clients("u8_token").TokenCache(clock)
    counter = iter(range(10000))
    token = ""
    for _ in range(500):
        token = tokens.get("k", lambda: (str(next(counter)), 7200), failed=token)
    with pytest.raises(errors.NotSent) as caught:
        tokens.get("k", lambda: ("x", 7200), failed=token)
    assert caught.value.retry_after == 7201
    clock.now += 7201
    assert tokens.get("k", lambda: ("y", 7200), failed=token) == "y"


def test_other_credentials_have_another_token(clients):
    tokens = clients("u8_token").TokenCache(Hands())
    assert tokens.get("a", lambda: ("1", 7200)) == "1"
    assert tokens.get("b", lambda: ("2", 7200)) == "2"


def test_credentials_do_not_show_their_secret(clients, errors):
    known = clients("u8_client").U8Credentials(**KNOWN)
    assert "geheim" not in repr(known)
    with pytest.raises(errors.InvalidValues):
        clients("u8_client").U8Credentials(**{**KNOWN, "app_secret": ""})
    with pytest.raises(errors.InvalidValues):
        clients("u8_adapter").YonyouU8Adapter.connect("https://api.example.com/", {**KNOWN, "x": 1}, {})


def test_connection_test_takes_an_empty_account_set():
    report = scripted({**NOTHING, "errmsg": "未检索到匹配的[客户]。"}).test_connection()
    assert (report.product, report.account, report.user) == ("yonyou_u8", "u8_acc", "crm_acc")


# ---------------------------------------------------------------------- receipts

NOON = datetime(2026, 1, 20, 4, 0, tzinfo=UTC)  # noon in China


def receipt_row(number="SK1", **more):
    return {
        "vouchcode": number,
        "vouchdate": "2026-01-20",
        "vouchtype": "48",
        "customercode": "CRM-C-1",
        "amount": "100.0000",
        "originalamount": "100.0000",
        "state": "审核",
        "define10": "",
        "digest": "货款 HT-77",
        **more,
    }


def cursor(clients, since=NOON - timedelta(minutes=10), **more):
    return clients("results").ReceiptCursor(since, **more)


def test_receipts_are_read_by_page_and_the_cursor_survives(clients):
    adapter = scripted(
        listed("acceptlist", [receipt_row("SK1")], 1, 2, 2), listed("acceptlist", [receipt_row("SK2")], 2, 2, 2)
    )
    receipts, position = adapter.read_receipts(cursor(clients), NOON)
    assert position.partial
    position = clients("results").ReceiptCursor.from_json(json.loads(json.dumps(position.to_json())))
    more, position = adapter.read_receipts(position, NOON + timedelta(days=3))
    assert not position.partial
    assert position.since == NOON
    assert [(r.number, r.amount, r.status, r.currency_number) for r in receipts + more] == [
        ("SK1", Decimal("100"), "C", "人民币"),
        ("SK2", Decimal("100"), "C", "人民币"),
    ]
    first, second = (asked[2] for asked in adapter.heard.asked[1:])
    assert adapter.heard.paths()[1:] == ["/api/acceptlist/batch_get"] * 2
    assert (first["page_index"], second["page_index"]) == ("1", "2")
    window = {"vouchdate_begin": "2026-01-13", "vouchdate_end": "2026-01-20", "vouchtype": "48"}
    assert window.items() <= first.items()
    assert window.items() <= second.items()


def test_a_new_day_reads_further_back_and_never_before_the_start(clients):
    adapter = scripted(NOTHING, settings={"receipts_from": date(2026, 1, 1)})
    receipts, position = adapter.read_receipts(cursor(clients, NOON - timedelta(days=1)), NOON)
    assert (receipts, position.since) == ([], NOON)
    assert adapter.heard.asked[-1][2]["vouchdate_begin"] == "2026-01-01"
    adapter = scripted(NOTHING)
    adapter.read_receipts(cursor(clients, NOON - timedelta(days=1)), NOON)
    assert adapter.heard.asked[-1][2]["vouchdate_begin"] == "2025-11-18"


def test_the_day_is_china_s(clients):
    late = datetime(2026, 1, 20, 16, 30, tzinfo=UTC)
    adapter = scripted(NOTHING)
    adapter.read_receipts(cursor(clients, late - timedelta(minutes=10)), late)
    assert adapter.heard.asked[-1][2]["vouchdate_end"] == "2026-01-21"


def test_lines_of_a_receipt(clients):
    row = receipt_row(
        entry=[
            {"type": "0", "customercode": "C1", "amount": "60", "originalamount": "60"},
            {"type": "1", "customercode": "C2", "amount": "40", "originalamount": "40"},
        ]
    )
    receipts, _position = scripted(listed("acceptlist", [row])).read_receipts(cursor(clients), NOON)
    assert [(r.entry_id, r.customer_number, r.amount) for r in receipts] == [
        ("1", "C1", Decimal(60)),
        ("2", "C2", Decimal(40)),
    ]


@pytest.mark.parametrize(
    ("more", "status", "cancelled"),
    [({"state": "开立"}, "开立", False), ({"state": ""}, "", False), ({"state": "作废"}, "作废", True)],
)
def test_only_audited_receipts_count(clients, more, status, cancelled):
    adapter = scripted(listed("acceptlist", [receipt_row(**more)]))
    ((receipt,), _position) = adapter.read_receipts(cursor(clients), NOON)
    assert (receipt.status, receipt.cancelled) == (status, cancelled)


def test_a_site_whose_receipts_show_no_state_may_count_them(clients):
    adapter = scripted(listed("acceptlist", [receipt_row(state="")]), settings={"unaudited_counts": True})
    ((receipt,), _position) = adapter.read_receipts(cursor(clients), NOON)
    assert receipt.status == "C"


def test_payments_are_no_receipts_and_foreign_ones_have_no_guessed_currency(clients):
    rows = [receipt_row("FK1", vouchtype="49"), receipt_row("SK2", amount="710", originalamount="100")]
    ((receipt,), _position) = scripted(listed("acceptlist", rows)).read_receipts(cursor(clients), NOON)
    assert (receipt.number, receipt.amount, receipt.currency_number) == ("SK2", Decimal(100), "")


@pytest.mark.parametrize(
    "answer",
    [
        listed("acceptlist", [receipt_row()], 2, 3),
        listed("acceptlist", [], 1, 3, 9),
        listed("acceptlist", [receipt_row()], 1, 0),
        {**listed("acceptlist", [receipt_row()]), "page_count": "many"},
        {**listed("acceptlist", [receipt_row()]), "row_count": None},
        listed("acceptlist", ["x"]),
        listed("acceptlist", [receipt_row(vouchcode="")]),
        listed("acceptlist", [receipt_row(amount="x", originalamount="x")]),
        listed("acceptlist", [receipt_row(vouchdate="soon")]),
        {"errcode": "0", "page_index": "1", "page_count": "1", "row_count": "1"},
        "<html>",
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_bad_list_moves_no_cursor(clients, errors, answer):
    with pytest.raises(errors.Unknown):
        scripted(answer).read_receipts(cursor(clients), NOON)


def test_strange_cursors(clients, errors):
    adapter = scripted()
    with pytest.raises(errors.CursorInvalid):
        adapter.read_receipts(cursor(clients, NOON + timedelta(days=900)), NOON)
    with pytest.raises(errors.CursorInvalid):
        adapter.read_receipts(cursor(clients), NOON.replace(tzinfo=None))
    assert adapter.read_receipts(cursor(clients, NOON), NOON) == ([], cursor(clients, NOON))
    assert adapter.heard.asked == []


def test_the_product_is_registered():
    assert module("adapter").adapter_for("yonyou_u8") is module("u8_adapter").YonyouU8Adapter
    with pytest.raises(KeyError):
        module("adapter").adapter_for("nothing")


def test_scripted_transport_is_strict():
    with pytest.raises(IndexError):
        Scripted().get("/x?a=1", {})
