"""The U8+ simulator by hand-made requests: protocol, checks, states, one-shot ids, lists."""

import json
import re
import threading

import pytest
from raw_calls import U8Calls, call
from simulators_apart import imports_of
from u8_values import CUSTOMER, INVOICE, ORDER, PRODUCT, RECEIPT, RECEIVABLE, row


@pytest.fixture
def api(u8):
    return U8Calls(u8)


@pytest.fixture
def ready(api):
    """Calls to books that hold a customer and a product."""
    assert api.add("customer", CUSTOMER, "crm-C-1")["errcode"] == "0"
    assert api.add("inventory", PRODUCT, "crm-P-1")["errcode"] == "0"
    return api


# ------------------------------------------------------------------ token


def test_token(api):
    reply = api.fetch_token()
    assert reply["errcode"] == "0"
    assert reply["token"]["appKey"] == "opaDEMO"
    assert reply["token"]["expiresIn"] == 7200
    assert re.fullmatch("[0-9a-f]{32}", reply["token"]["id"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"app_secret": "wrong"}, "90002"),
        ({"app_key": "wrong"}, "90002"),
        ({"from_account": "wrong"}, "90002"),
        ({"to_account": "erp_acc"}, "90001"),
        ({"app_secret": ""}, "90001"),
    ],
)
def test_token_is_refused(api, change, code):
    given = {k: v for k, v in api.known.items() if k != "to_account"}
    assert api.get("/system/token", **{**given, **change}).json["errcode"] == code


def test_token_needs_every_parameter_and_get(api):
    assert api.get("/system/token", app_key="opaDEMO").json["errcode"] == "90001"
    assert call(api.simulator.port, "POST", "/system/token", b"").json["errcode"] == "90006"


def test_expired_unknown_and_withdrawn_tokens(api, u8):
    u8.settings(token_seconds=0)
    expired = {"errcode": "30012", "errmsg": "token已过期"}
    assert api.read("customer", "get", id="C1") == expired
    u8.settings(token_seconds=7200)
    assert api.read("customer", "get", id="C1")["errcode"] == "20002"
    assert api.read("customer", "get", id="C1", token="nothing") == expired
    u8.settings(unknown_token="refused")
    assert api.read("customer", "get", id="C1", token="nothing")["errcode"] == "90002"
    u8.settings(unknown_token="expired", drop_tokens=True)
    assert api.read("customer", "get", id="C1") == expired


def test_a_second_token_leaves_the_first_unless_switched(api, u8):
    first = api.token
    api.fetch_token()
    assert api.read("customer", "get", id="C1", token=first)["errcode"] == "20002"
    u8.settings(one_token=True)
    api.fetch_token()
    assert api.read("customer", "get", id="C1", token=first)["errcode"] == "30012"


def test_cap_on_tokens(api, u8):
    u8.settings(token_cap=2)
    assert [api.fetch_token()["errcode"] for _ in range(3)] == ["0", "0", "90004"]
    u8.settings(new_period=True)
    assert api.fetch_token()["errcode"] == "0"


# ------------------------------------------------------------------ parameters and shape


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to_account": "other"}, "90002"),
        ({"app_key": "other"}, "90002"),
        ({"ds_sequence": "9"}, "90001"),
        ({"colour": "red"}, "90001"),
        ({"id": ""}, "90001"),
        ({"sync": "1"}, "90001"),
        ({"biz_id": "x"}, "90001"),
    ],
)
def test_parameters_of_a_read(ready, change, code):
    assert ready.read("customer", "get", **{"id": "C0001", **change})["errcode"] == code


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"biz_id": "a", "tradeid": "b"},
        {"biz_id": "a", "sync": "2"},
        {"biz_id": "a", "id": "C0001"},
        {"biz_id": ""},
    ],
)
def test_add_takes_exactly_one_id(api, change):
    assert api.send("customer", "add", CUSTOMER, **change).json["errcode"] == "90001"


def test_edit_takes_no_id(ready):
    for change in ({"biz_id": "a"}, {"tradeid": "a"}, {"sync": "1"}):
        assert ready.send("customer", "edit", {"code": "C0001"}, **change).json["errcode"] == "90001"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "nonsense",
        json.dumps(CUSTOMER),
        json.dumps({"customer": [CUSTOMER]}),
        json.dumps({"customer": CUSTOMER, "more": 1}),
        json.dumps({"inventory": CUSTOMER}),
        '{"customer":{"code":"C1","code":"C2"}}',
    ],
)
def test_body_is_one_object_under_the_name(api, u8, body):
    assert api.post("customer", "add", body, biz_id="a", sync="1").json["errcode"] == "90001"
    assert u8.ledger()["customer"] == []


def test_body_is_json_by_its_header(api):
    body = json.dumps({"customer": CUSTOMER})
    for mime in ("text/plain", "application/x-www-form-urlencoded"):
        reply = api.post("customer", "add", body, {"Content-Type": mime}, biz_id="a", sync="1")
        assert reply.json["errcode"] == "90001"


def test_paths_and_methods(api):
    for path in ("/api/nothing/get", "/api/dispatchlist/add", "/api/saleinvoice/verify", "/api/oughtreceive/edit"):
        assert call(api.simulator.port, "POST", path, b"{}").json["errcode"] == "90006"
    assert api.read("customer", "add", biz_id="x")["errcode"] == "90006"
    assert api.send("customer", "get", {}, id="x").json["errcode"] == "90006"
    assert api.read("oughtreceive", "batch_get")["errcode"] == "90006"
    assert api.get("/").status == 404
    assert api.get("/_sim/ledger").status == 200
    head = {"Host": "evil.example"}
    assert call(api.simulator.port, "GET", "/_sim/ledger", headers=head).status == 403
    assert call(api.simulator.port, "POST", "/_sim/reset", b"{}", head).status == 403


# ------------------------------------------------------------------ documents


def test_synchronous_add(ready, u8):
    reply = ready.add("oughtreceive", RECEIVABLE, "crm-AR-20250131-7")
    assert reply == {"errcode": "0", "errmsg": "", "id": "0000000001", "tradeid": reply["tradeid"]}
    assert re.fullmatch("[0-9a-f]{32}", reply["tradeid"])
    (document,) = u8.ledger()["oughtreceive"]
    assert document["number"] == "0000000001"
    assert document["status"] == "saved"
    assert document["header"]["digest"] == "CRM合同 HT-77 第1期"
    assert u8.count("0000000001") == u8.count("crm-AR-20250131-7") == 1
    assert u8.count("crm-AR-20250131-7", "accept") == 0
    assert [(c["operation"], c["form"], c["committed"]) for c in u8.calls("add", "oughtreceive")] == [
        ("add", "oughtreceive", True)
    ]


def test_a_number_of_our_own_is_kept_and_unique(ready, u8):
    mine = {**RECEIVABLE, "code": "CRM2501310007"}
    assert ready.add("oughtreceive", mine, "a")["id"] == "CRM2501310007"
    again = ready.add("oughtreceive", mine, "b")
    assert again == {
        "errcode": "20005",
        "errmsg": "U8 服务调用失败:key='CRM2501310007';应收单编码CRM2501310007已存在;",
    }
    u8.settings(manual_number=False)
    assert ready.add("oughtreceive", mine, "c")["id"] == "0000000001"


def test_get_prints_text_and_omits_what_is_empty(ready):
    number = ready.add("oughtreceive", RECEIVABLE, "a")["id"]
    reply = ready.read("oughtreceive", "get", id=number)
    assert (reply["errcode"], reply["errmsg"]) == ("0", "")
    shown = reply["oughtreceive"]
    assert shown["amount"] == "1130.0000"
    assert shown["state"] == "开立"
    assert shown["entry"][0]["natamount"] == "1130.0000"
    assert "define1" not in shown
    flat = [v for k, v in shown.items() if k != "entry"] + list(shown["entry"][0].values())
    assert all(isinstance(value, str) and value for value in flat)


def test_not_found(ready):
    missing = {"errcode": "20002", "errmsg": "未检索到匹配的[应收单]。"}
    assert ready.read("oughtreceive", "get", id="nothing") == missing
    assert ready.read("oughtreceivelist", "batch_get") == missing


BAD = [
    ("customer", {**CUSTOMER, "clabel": "x"}, "数据库没有提供的字段(clabel)! 或者提供该字段的值格式不正确!"),
    ("customer", {**CUSTOMER, "code": "C" * 21}, "(code)"),
    ("customer", {**CUSTOMER, "name": ""}, "字段[name]不能为空"),
    ("customer", {**CUSTOMER, "name": None}, "(name)"),
    ("customer", {**CUSTOMER, "name": "a\x01b"}, "(name)"),
    ("customer", {**CUSTOMER, "seed_date": "2025/01/31"}, "(seed_date)"),
    ("customer", {**CUSTOMER, "seed_date": "2025-02-30"}, "(seed_date)"),
    ("customer", {**CUSTOMER, "credit_amount": "50,000"}, "(credit_amount)"),
    ("customer", {**CUSTOMER, "credit_deadline": "30.5"}, "(credit_deadline)"),
    ("customer", {**CUSTOMER, "ccusexch_name": "CNY"}, "ccusexch_name[CNY]不存在"),
    ("customer", {**CUSTOMER, "spec_operator": "0008"}, "该业务员不合法,请重新输入。"),
    ("inventory", {**PRODUCT, "main_measure": ""}, "字段[main_measure]不能为空"),
    ("oughtreceive", {**RECEIVABLE, "amount": 1130}, "(amount)"),
    ("oughtreceive", {**RECEIVABLE, "amount": "1130.001"}, "(amount)"),
    ("oughtreceive", {**RECEIVABLE, "amount": "1130.01"}, "表头金额不等于表体金额合计"),
    ("oughtreceive", {**RECEIVABLE, "natamount": "1.00"}, "表头金额不等于表体金额合计"),
    ("oughtreceive", {**RECEIVABLE, "cust_vendor_code": "C9"}, "客户编码C9不存在"),
    ("oughtreceive", {**RECEIVABLE, "deptcode": "99"}, "deptcode[99]不存在"),
    ("oughtreceive", {**RECEIVABLE, "deptcode": "04"}, "该业务员不合法"),
    ("oughtreceive", {**RECEIVABLE, "operator": "nobody"}, "operator[nobody]不存在"),
    ("oughtreceive", {**RECEIVABLE, "bdebitcredit": "2"}, "(bdebitcredit)"),
    ("oughtreceive", {**RECEIVABLE, "define8": "12345"}, "(define8)"),
    ("oughtreceive", {**RECEIVABLE, "define5": "x"}, "(define5)"),
    ("oughtreceive", {**RECEIVABLE, "define4": "x"}, "(define4)"),
    ("oughtreceive", {**RECEIVABLE, "entry": []}, "(entry)"),
    ("oughtreceive", {**RECEIVABLE, "entry": RECEIVABLE["entry"][0]}, "(entry)"),
    ("oughtreceive", row(RECEIVABLE, subjectcode="1122"), "科目1122是应收受控科目"),
    ("oughtreceive", row(RECEIVABLE, subjectcode="9999"), "科目9999不存在"),
    ("oughtreceive", row(RECEIVABLE, currency_name="CNY"), "currency_name[CNY]不存在"),
    ("oughtreceive", row(RECEIVABLE, currency_rate="2"), "原币金额乘以汇率不等于本币金额"),
    ("oughtreceive", row(RECEIVABLE, cust_vendor_code="C2"), "表体客户与表头客户不一致"),
    ("oughtreceive", row(RECEIVABLE, price="1"), "(price)"),
    (
        "oughtreceive",
        {**row(RECEIVABLE, natamount="-1.00", amount="-1.00"), "amount": "-1.00", "natamount": "-1.00"},
        "符号",
    ),
    ("saleorder", row(ORDER, inventorycode="X"), "存货编码X不存在"),
    ("saleorder", row(ORDER, quantity="0"), "数量必须大于零"),
    ("saleorder", row(ORDER, money="-1.00"), "金额不能为负"),
    ("saleorder", row(ORDER, tax="131.00"), "价税合计不等于金额加税额"),
    ("saleorder", {**ORDER, "typecode": "99"}, "typecode[99]不存在"),
    ("saleinvoice", row(INVOICE, tax="131.00"), "价税合计不等于金额加税额"),
    ("saleinvoice", row(INVOICE, quantity="-1"), "红字发票的数量和金额必须为负"),
    ("saleinvoice", {**INVOICE, "isnegative": "1"}, "红字发票的数量和金额必须为负"),
    ("saleinvoice", {**INVOICE, "vouchertype": "30"}, "(vouchertype)"),
    ("saleinvoice", {**INVOICE, "maker": "nobody"}, "maker[nobody]不存在"),
    ("accept", {**RECEIPT, "vouchtype": "50"}, "(vouchtype)"),
    ("accept", {**RECEIPT, "balancecode": "99"}, "balancecode[99]不存在"),
    ("accept", {**RECEIPT, "amount": "1.00"}, "表头金额不等于表体金额合计"),
    ("accept", row(RECEIPT, type="3"), "(type)"),
    ("accept", row(RECEIPT, customercode="C2"), "表体客户与表头客户不一致"),
    ("saleinvoice", row(INVOICE, price="-1"), "单价不能为负"),
    ("accept", row(RECEIPT, itemcode="6001"), "科目6001不是应收受控科目"),
]


@pytest.mark.parametrize(("name", "values", "words"), BAD)
def test_what_is_refused(ready, u8, name, values, words):
    before = u8.ledger()
    reply = ready.add(name, values, "bad")
    assert reply["errcode"] == "20005"
    assert reply["errmsg"].startswith("U8 服务调用失败:key='")
    assert words in reply["errmsg"]
    assert u8.ledger() == before


@pytest.mark.parametrize(
    ("name", "values"),
    [("saleorder", ORDER), ("saleinvoice", INVOICE), ("accept", RECEIPT), ("oughtreceive", RECEIVABLE)],
)
def test_what_is_accepted(ready, u8, name, values):
    reply = ready.add(name, values, "good")
    assert reply["errcode"] == "0"
    assert u8.count(reply["id"], name) == 1


def test_foreign_rows_add_up_as_in_the_official_sample(ready):
    rows = [
        {"currency_name": "美元", "currency_rate": "10", "amount": "3000.00", "natamount": "30000.00"},
        {"currency_name": "人民币", "currency_rate": "1", "amount": "9000.00", "natamount": "9000.00"},
    ]
    values = {"cust_vendor_code": "C0001", "amount": "39000.00", "entry": rows}
    assert ready.add("oughtreceive", values, "a")["errcode"] == "0"


def test_red_documents(ready, u8):
    red = {**RECEIVABLE, "bdebitcredit": "0"}
    minus = {**row(red, natamount="-1130.00", amount="-1130.00"), "amount": "-1130.00", "natamount": "-1130.00"}
    assert ready.add("oughtreceive", red, "a")["errcode"] == "0"
    assert ready.add("oughtreceive", minus, "b")["errcode"] == "20005"
    u8.settings(red_sign="negative")
    assert ready.add("oughtreceive", red, "c")["errcode"] == "20005"
    assert ready.add("oughtreceive", minus, "d")["errcode"] == "0"
    u8.settings(red_sign="any")
    assert ready.add("oughtreceive", red, "e")["errcode"] == "0"
    back = {"quantity": "-1", "money": "-1000.00", "tax": "-130.00", "sum": "-1130.00"}
    invoice = {**row(INVOICE, **back), "isnegative": "1", "invoiceno": "FP-2"}
    assert ready.add("saleinvoice", invoice, "f")["errcode"] == "0"


def test_closed_periods(ready, u8):
    u8.settings(closed_through="2025-01-31")
    assert "已结账" in ready.add("oughtreceive", RECEIVABLE, "a")["errmsg"]
    assert ready.add("oughtreceive", {**RECEIVABLE, "date": "2025-02-01"}, "a")["errcode"] == "0"
    assert ready.add("saleorder", ORDER, "b")["errcode"] == "0"
    rows = ready.read("period", "batch_get", rows_per_page="24")["period"]
    assert list(rows[0]) == ["cacc_id", "iyear", "iid", "dbegin", "dend"]
    u8.settings(closed_through=rows[1]["dend"])
    closed = [one["bflag"] for one in ready.read("mendsa", "batch_get")["mendsa"]]
    assert closed[:4] == ["1", "1", "0", "0"]


def test_switches_for_numbers_and_eai_fields(ready, u8):
    u8.settings(numbers="any")
    assert ready.add("oughtreceive", {**RECEIVABLE, "amount": 1130, "natamount": 1130.0}, "a")["errcode"] == "0"
    u8.settings(customer_eai_fields=False)
    assert "tax_reg_code" in ready.add("customer", {**CUSTOMER, "code": "C2"}, "b")["errmsg"]


def test_edit_of_an_archive(ready, u8):
    before = ready.read("customer", "get", id="C0001")["customer"]["timestamp"]
    reply = ready.send("customer", "edit", {"code": "C0001", "phone": "021-1"}).json
    assert reply == {"errcode": "0", "errmsg": "", "id": "C0001"}
    after = ready.read("customer", "get", id="C0001")["customer"]
    assert (after["phone"], after["name"]) == ("021-1", CUSTOMER["name"])
    assert after["timestamp"] > before
    assert ready.send("customer", "edit", {"code": "C9"}).json["errcode"] == "20002"
    assert ready.send("customer", "edit", {"phone": "1"}).json["errcode"] == "20005"


# ------------------------------------------------------------------ states


def test_verify_and_back(ready, u8):
    number = ready.add("oughtreceive", RECEIVABLE, "a")["id"]
    decision = {"voucher_code": number, "person_code": "0007"}
    assert ready.send("oughtreceive", "verify", decision).json["errcode"] == "0"
    assert ready.read("oughtreceive", "get", id=number)["oughtreceive"]["state"] == "审核"
    twice = ready.send("oughtreceive", "verify", decision).json
    assert twice["errcode"] == "20005"
    assert "审核" in twice["errmsg"]
    with pytest.raises(RuntimeError):
        u8.act("oughtreceive", number, "delete")
    assert ready.send("oughtreceive", "unverify", {"voucher_code": number, "user_id": "checker"}).json["errcode"] == "0"
    u8.act("oughtreceive", number, "delete")
    assert u8.count(number) == 0
    assert ready.send("oughtreceive", "verify", decision).json["errcode"] == "20002"


@pytest.mark.parametrize(
    "change",
    [
        {"person_code": "0007", "user_id": "demo"},
        {},
        {"person_code": "9999"},
        {"user_id": "nobody"},
        {"person_code": "0007", "more": "x"},
        {"person_code": 7},
        {"person_code": "0007", "voucher_code": ""},
    ],
)
def test_verify_takes_one_person(ready, u8, change):
    number = ready.add("oughtreceive", RECEIVABLE, "a")["id"]
    assert ready.send("oughtreceive", "verify", {"voucher_code": number, **change}).json["errcode"] != "0"
    assert u8.ledger()["oughtreceive"][0]["status"] == "saved"


def test_workflow_waits_for_people(ready, u8):
    u8.settings(workflow=True)
    number = ready.add("saleorder", ORDER, "a")["id"]
    state = lambda: ready.read("saleorder", "get", id=number)["saleorder"]["state"]  # noqa: E731
    assert state() == "审批中"
    assert "工作流" in ready.send("saleorder", "verify", {"voucher_code": number, "user_id": "demo"}).json["errmsg"]
    u8.act("saleorder", number, "reject")
    assert state() == "退回"
    u8.act("saleorder", number, "submit")
    assert ready.send("saleorder", "audit", {"voucher_code": number, "user_id": "checker"}).json["errcode"] == "0"
    assert state() == "审核"
    assert ready.send("saleorder", "close", {"voucher_code": number, "user_id": "demo"}).json["errcode"] == "0"
    assert state() == "关闭"
    assert ready.send("saleorder", "open", {"voucher_code": number, "user_id": "demo"}).json["errcode"] == "0"
    assert ready.send("saleorder", "abandon", {"voucher_code": number, "user_id": "demo"}).json["errcode"] == "0"
    assert state() == "审批中"


def test_verify_after_login_where_it_is_asked_for(ready, u8):
    u8.settings(login_required=True)
    number = ready.add("oughtreceive", RECEIVABLE, "a")["id"]
    decision = {"voucher_code": number, "user_id": "checker"}
    assert "请先登录" in ready.send("oughtreceive", "verify", decision).json["errmsg"]
    wrong = ready.post("user", "login", '{"user":{"user_id":"demo","password":"x"}}').json
    assert wrong["errcode"] == "90002"
    for body in ('{"user":{"user_id":"demo"}}', "[]", "{}"):
        assert ready.post("user", "login_v2", body).json["errcode"] == "90001"
    assert ready.post("user", "login", '{"user":{"user_id":"demo","password":"demo"}}').json["errcode"] == "0"
    assert ready.send("oughtreceive", "verify", decision).json["errcode"] == "0"


# ------------------------------------------------------------------ one-shot ids


def test_a_biz_id_gives_the_first_result_again(ready, u8):
    first = ready.add("oughtreceive", RECEIVABLE, "crm-AR-7")
    assert ready.add("oughtreceive", RECEIVABLE, "crm-AR-7") == first
    assert u8.count("crm-AR-7") == 1
    assert ready.add("saleorder", ORDER, "crm-AR-7")["errcode"] == "90005"
    u8.settings(reuse_biz_id="error")
    assert ready.add("oughtreceive", RECEIVABLE, "crm-AR-7")["errcode"] == "90005"
    u8.settings(biz_id_scope="resource")
    assert ready.add("saleorder", ORDER, "crm-SO-7")["errcode"] == "0"
    assert ready.add("oughtreceive", RECEIVABLE, "crm-SO-7")["errcode"] == "0"


def test_codes_that_are_not_documented_may_be_set(ready, u8):
    u8.settings(code_used_id="30026", code_path="30001")
    assert ready.send("oughtreceive", "add", RECEIVABLE, tradeid="made-up", sync="1").json["errcode"] == "30026"
    assert ready.read("nothing", "get", id="1")["errcode"] == "30001"


def test_a_tradeid_is_for_once(ready, u8):
    ident = ready.tradeid()
    once = {"tradeid": ident, "sync": "1"}
    first = ready.send("oughtreceive", "add", RECEIVABLE, **once).json
    assert first["tradeid"] == ident
    assert ready.send("oughtreceive", "add", RECEIVABLE, **once).json["errcode"] == "90005"
    u8.settings(reuse_tradeid="same")
    assert ready.send("oughtreceive", "add", RECEIVABLE, **once).json == first
    assert len(u8.ledger()["oughtreceive"]) == 1
    unknown = ready.send("oughtreceive", "add", RECEIVABLE, tradeid="made-up", sync="1").json
    assert unknown["errcode"] == "90005"


def test_after_a_refusal_the_id_is_free_unless_switched(ready, u8):
    bad = {**RECEIVABLE, "deptcode": "99"}
    assert ready.add("oughtreceive", bad, "a")["errcode"] == "20005"
    assert ready.add("oughtreceive", RECEIVABLE, "a")["errcode"] == "0"
    u8.settings(failed_id="used")
    assert ready.add("oughtreceive", bad, "b")["errcode"] == "20005"
    assert ready.add("oughtreceive", RECEIVABLE, "b")["errcode"] == "90005"


def test_twenty_equal_adds_at_once_make_one_document(ready, u8):
    replies, start = [], threading.Barrier(20)

    def run():
        start.wait()
        replies.append(ready.add("oughtreceive", RECEIVABLE, "crm-AR-7"))

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert u8.count("crm-AR-7") == 1
    assert {reply["errcode"] for reply in replies} <= {"0", "30025"}
    assert {reply["id"] for reply in replies if reply["errcode"] == "0"} == {"0000000001"}


# ------------------------------------------------------------------ asynchronous


def test_asynchronous_add_is_polled(ready, u8):
    accepted = ready.send("oughtreceive", "add", RECEIVABLE, biz_id="a").json
    assert set(accepted) == {"url", "ping_after", "requestid"}
    assert accepted["ping_after"] == 3
    assert accepted["url"] == f"{u8.base_url}/result?requestid={accepted['requestid']}"
    assert ready.poll(accepted) == accepted
    done = ready.poll(accepted)
    assert (done["errcode"], done["id"]) == ("0", "0000000001")
    assert ready.poll(accepted) == done
    assert ready.send("oughtreceive", "add", RECEIVABLE, biz_id="a", sync="0").json == done
    assert len(u8.ledger()["oughtreceive"]) == 1
    assert ready.get("/result", requestid="nothing").json["errcode"] == "90007"


def test_asynchronous_refusal_is_in_the_result(ready, u8):
    u8.settings(polls=0)
    accepted = ready.send("oughtreceive", "add", {**RECEIVABLE, "deptcode": "99"}, biz_id="a").json
    assert "errcode" not in accepted
    assert ready.poll(accepted)["errcode"] == "20005"
    assert u8.ledger()["oughtreceive"] == []


def test_while_it_runs_a_repetition_is_told_so(ready, u8):
    u8.settings(async_seconds=0.4, polls=0)
    accepted = ready.send("oughtreceive", "add", RECEIVABLE, biz_id="a").json
    again = ready.send("oughtreceive", "add", RECEIVABLE, biz_id="a").json
    assert again == {"errcode": "30025", "errmsg": "操作正在执行"}
    assert ready.poll(accepted) == accepted
    assert u8.ledger()["oughtreceive"] == []
    assert u8.wait_for(lambda: u8.count("a"))
    assert u8.wait_for(lambda: "url" not in ready.poll(accepted))
    assert ready.poll(accepted)["id"] == "0000000001"
    assert u8.calls("add", "oughtreceive")[0]["committed"] is True


def test_an_accepted_add_outlives_the_process(ready, u8):
    u8.settings(async_seconds=0.5)
    accepted = ready.send("oughtreceive", "add", RECEIVABLE, biz_id="a").json
    u8.restart()
    assert ready.read("oughtreceivelist", "batch_get")["errcode"] == "30012"
    assert u8.wait_for(lambda: u8.count("a"))
    assert u8.wait_for(lambda: "url" not in ready.poll(accepted))
    assert u8.count("a") == 1


# ------------------------------------------------------------------ lists


def test_list_pages(ready, u8):
    for day in range(1, 24):
        u8.enter_receipt("C0001", "10.5", number=f"SK-{day:02d}", date=f"2025-03-{day:02d}", digest=f"备注{day}")
    first = ready.read("acceptlist", "batch_get")
    assert {k: v for k, v in first.items() if k != "acceptlist"} == {
        "page_index": "1",
        "page_count": "2",
        "row_count": "23",
        "rows_per_page": "20",
        "errmsg": "",
        "errcode": "0",
    }
    second = ready.read("acceptlist", "batch_get", page_index="2")
    numbers = [one["vouchcode"] for one in first["acceptlist"] + second["acceptlist"]]
    assert numbers == [f"SK-{day:02d}" for day in range(1, 24)]
    assert first["acceptlist"][0] == {
        "vouchcode": "SK-01",
        "vouchdate": "2025-03-01",
        "vouchtype": "48",
        "customercode": "C0001",
        "amount": "10.5000",
        "digest": "备注1",
        "balancecode": "02",
        "state": "审核",
    }
    assert ready.read("acceptlist", "batch_get", page_index="3")["errcode"] == "20002"
    assert ready.read("acceptlist", "batch_get", page_index="0")["errcode"] == "90001"
    assert ready.read("acceptlist", "batch_get", rows_per_page="8001")["errcode"] == "90001"
    since = ready.read("acceptlist", "batch_get", vouchdate_begin="2025-03-22", vouchdate_end="2025-03-31")
    assert [one["vouchcode"] for one in since["acceptlist"]] == ["SK-22", "SK-23"]
    cursor = ready.read("acceptlist", "batch_get", vouchcode_begin="SK-20", rows_per_page="2")
    assert [one["vouchcode"] for one in cursor["acceptlist"]] == ["SK-20", "SK-21"]
    assert ready.read("acceptlist", "batch_get", digest="备注7")["row_count"] == "1"
    assert ready.read("acceptlist", "batch_get", colour="red")["errcode"] == "90001"


def test_empty_list_may_be_a_list(ready, u8):
    u8.settings(empty_list="list")
    reply = ready.read("oughtreceivelist", "batch_get")
    assert (reply["errcode"], reply["row_count"], reply["oughtreceivelist"]) == ("0", "0", [])


def test_list_filters(ready, u8):
    ready.add("saleorder", ORDER, "a")
    ready.add("saleorder", {**ORDER, "code": "HT-78", "date": "2025-02-10"}, "b")
    u8.act("saleorder", "HT-78", "verify")
    numbers = lambda **f: [r["code"] for r in ready.read("saleorderlist", "batch_get", **f).get("saleorderlist", [])]  # noqa: E731
    assert numbers() == ["HT-77", "HT-78"]
    assert numbers(code="HT-77") == ["HT-77"]
    assert numbers(state="Opening") == ["HT-77"]
    assert numbers(state="Approved") == ["HT-78"]
    assert numbers(state="Changing") == []
    assert numbers(date_begin="2025-02-01") == ["HT-78"]
    assert numbers(date_end="2025-02-01") == ["HT-77"]
    rows = ready.read("saleorderlist", "batch_get")["saleorderlist"]
    assert rows[0]["sum"] == "1130.0000"


def test_customers_since_a_stamp(ready, u8):
    stamp = ready.read("customer", "batch_get")["customer"][0]["timestamp"]
    assert re.fullmatch("0x[0-9A-F]{16}", stamp)
    u8.enter("customer", {**CUSTOMER, "code": "C0002"})
    u8.change("customer", "C0002", credit_amount="80000")
    later = ready.read("customer", "batch_get", timestamp_begin=stamp)["customer"]
    assert [one["code"] for one in later] == ["C0001", "C0002"]
    assert later[1]["credit_amount"] == "80000.0000"
    today = later[1]["ModifyDate"][:10]
    assert ready.read("customer", "batch_get", ModifyDate_begin=today, ModifyDate_end=today)["row_count"] == "2"
    assert ready.read("customer", "batch_get", name=CUSTOMER["name"], code_begin="C0002")["row_count"] == "1"


def test_base_data_lists(api, u8):
    assert api.read("department", "batch_get")["department"][0] == {"code": "03", "name": "销售部"}
    assert api.read("currency", "batch_get")["row_count"] == "2"
    u8.seed("department", "05", name="售后部")
    assert api.read("department", "batch_get")["row_count"] == "3"
    assert api.read("code", "batch_get", rows_per_page="1")["page_count"] == "5"
    with pytest.raises(RuntimeError):
        u8.seed("nothing", "1")


# ------------------------------------------------------------------ orders


def test_orders_are_checked(u8, ready):
    for bad in ({"nothing": 1}, {"polls": "1"}, {"polls": True}):
        with pytest.raises(RuntimeError):
            u8.settings(**bad)
    with pytest.raises(RuntimeError):
        u8.inject("no_such_fault")
    with pytest.raises(RuntimeError):
        u8.enter_receipt("nobody", "5")
    with pytest.raises(RuntimeError):
        u8.act("accept", "nothing", "verify")
    with pytest.raises(RuntimeError, match="409"):
        u8.change("accept", "nothing", digest="x")


def test_books_outlive_the_process_and_tokens_do_not(ready, u8):
    ready.add("oughtreceive", RECEIVABLE, "a")
    calls = len(u8.calls())
    u8.restart()
    assert u8.count("a") == 1
    assert len(u8.calls()) == calls
    assert ready.read("customer", "get", id="C0001")["errcode"] == "30012"


def test_simulator_is_written_without_the_client():
    assert not imports_of("u8") & {"odoo", "crm_finance_bridge", "requests", "kingdee"}
