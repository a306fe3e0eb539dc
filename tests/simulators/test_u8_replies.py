"""The U8+ client: what each canned reply is taken for."""

import json
from decimal import Decimal

import pytest
from u8_support import (
    BILL,
    NOTHING,
    found,
    receivable_values,
    scripted,
)


def save(adapter, values=None, kind="receivable"):
    values = values or receivable_values()
    return adapter.send_step(kind, "save", values["number"], adapter.build(kind, values))


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
