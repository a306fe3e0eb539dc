"""The U8+ simulator by hand-made requests: documents, states, lists, books."""

import re

import pytest
from simulators_apart import imports_of
from u8_values import CUSTOMER, INVOICE, ORDER, PRODUCT, RECEIPT, RECEIVABLE, row

# ------------------------------------------------------------------ documents


def test_synchronous_add(u8_ready, u8):
    reply = u8_ready.add("oughtreceive", RECEIVABLE, "crm-AR-20250131-7")
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


def test_a_number_of_our_own_is_kept_and_unique(u8_ready, u8):
    mine = {**RECEIVABLE, "code": "CRM2501310007"}
    assert u8_ready.add("oughtreceive", mine, "a")["id"] == "CRM2501310007"
    again = u8_ready.add("oughtreceive", mine, "b")
    assert again == {
        "errcode": "20005",
        "errmsg": "U8 服务调用失败:key='CRM2501310007';应收单编码CRM2501310007已存在;",
    }
    u8.settings(manual_number=False)
    assert u8_ready.add("oughtreceive", mine, "c")["id"] == "0000000001"


def test_get_prints_text_and_omits_what_is_empty(u8_ready):
    number = u8_ready.add("oughtreceive", RECEIVABLE, "a")["id"]
    reply = u8_ready.read("oughtreceive", "get", id=number)
    assert (reply["errcode"], reply["errmsg"]) == ("0", "")
    shown = reply["oughtreceive"]
    assert shown["amount"] == "1130.0000"
    assert shown["state"] == "开立"
    assert shown["entry"][0]["natamount"] == "1130.0000"
    assert "define1" not in shown
    flat = [v for k, v in shown.items() if k != "entry"] + list(shown["entry"][0].values())
    assert all(isinstance(value, str) and value for value in flat)


def test_not_found(u8_ready):
    missing = {"errcode": "20002", "errmsg": "未检索到匹配的[应收单]。"}
    assert u8_ready.read("oughtreceive", "get", id="nothing") == missing
    assert u8_ready.read("oughtreceivelist", "batch_get") == missing


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
def test_what_is_refused(u8_ready, u8, name, values, words):
    before = u8.ledger()
    reply = u8_ready.add(name, values, "bad")
    assert reply["errcode"] == "20005"
    assert reply["errmsg"].startswith("U8 服务调用失败:key='")
    assert words in reply["errmsg"]
    assert u8.ledger() == before


@pytest.mark.parametrize(
    ("name", "values"),
    [("saleorder", ORDER), ("saleinvoice", INVOICE), ("accept", RECEIPT), ("oughtreceive", RECEIVABLE)],
)
def test_what_is_accepted(u8_ready, u8, name, values):
    reply = u8_ready.add(name, values, "good")
    assert reply["errcode"] == "0"
    assert u8.count(reply["id"], name) == 1


def test_foreign_rows_add_up_as_in_the_official_sample(u8_ready):
    rows = [
        {"currency_name": "美元", "currency_rate": "10", "amount": "3000.00", "natamount": "30000.00"},
        {"currency_name": "人民币", "currency_rate": "1", "amount": "9000.00", "natamount": "9000.00"},
    ]
    values = {"cust_vendor_code": "C0001", "amount": "39000.00", "entry": rows}
    assert u8_ready.add("oughtreceive", values, "a")["errcode"] == "0"


def test_red_documents(u8_ready, u8):
    red = {**RECEIVABLE, "bdebitcredit": "0"}
    minus = {**row(red, natamount="-1130.00", amount="-1130.00"), "amount": "-1130.00", "natamount": "-1130.00"}
    assert u8_ready.add("oughtreceive", red, "a")["errcode"] == "0"
    assert u8_ready.add("oughtreceive", minus, "b")["errcode"] == "20005"
    u8.settings(red_sign="negative")
    assert u8_ready.add("oughtreceive", red, "c")["errcode"] == "20005"
    assert u8_ready.add("oughtreceive", minus, "d")["errcode"] == "0"
    u8.settings(red_sign="any")
    assert u8_ready.add("oughtreceive", red, "e")["errcode"] == "0"
    back = {"quantity": "-1", "money": "-1000.00", "tax": "-130.00", "sum": "-1130.00"}
    invoice = {**row(INVOICE, **back), "isnegative": "1", "invoiceno": "FP-2"}
    assert u8_ready.add("saleinvoice", invoice, "f")["errcode"] == "0"


def test_closed_periods(u8_ready, u8):
    u8.settings(closed_through="2025-01-31")
    assert "已结账" in u8_ready.add("oughtreceive", RECEIVABLE, "a")["errmsg"]
    assert u8_ready.add("oughtreceive", {**RECEIVABLE, "date": "2025-02-01"}, "a")["errcode"] == "0"
    assert u8_ready.add("saleorder", ORDER, "b")["errcode"] == "0"
    rows = u8_ready.read("period", "batch_get", rows_per_page="24")["period"]
    assert list(rows[0]) == ["cacc_id", "iyear", "iid", "dbegin", "dend"]
    u8.settings(closed_through=rows[1]["dend"])
    closed = [one["bflag"] for one in u8_ready.read("mendsa", "batch_get")["mendsa"]]
    assert closed[:4] == ["1", "1", "0", "0"]


def test_switches_for_numbers_and_eai_fields(u8_ready, u8):
    u8.settings(numbers="any")
    assert u8_ready.add("oughtreceive", {**RECEIVABLE, "amount": 1130, "natamount": 1130.0}, "a")["errcode"] == "0"
    u8.settings(customer_eai_fields=False)
    assert "tax_reg_code" in u8_ready.add("customer", {**CUSTOMER, "code": "C2"}, "b")["errmsg"]


def test_edit_of_an_archive(u8_ready, u8):
    before = u8_ready.read("customer", "get", id="C0001")["customer"]["timestamp"]
    reply = u8_ready.send("customer", "edit", {"code": "C0001", "phone": "021-1"}).json
    assert reply == {"errcode": "0", "errmsg": "", "id": "C0001"}
    after = u8_ready.read("customer", "get", id="C0001")["customer"]
    assert (after["phone"], after["name"]) == ("021-1", CUSTOMER["name"])
    assert after["timestamp"] > before
    assert u8_ready.send("customer", "edit", {"code": "C9"}).json["errcode"] == "20002"
    assert u8_ready.send("customer", "edit", {"phone": "1"}).json["errcode"] == "20005"


# ------------------------------------------------------------------ states


def test_verify_and_back(u8_ready, u8):
    number = u8_ready.add("oughtreceive", RECEIVABLE, "a")["id"]
    decision = {"voucher_code": number, "person_code": "0007"}
    assert u8_ready.send("oughtreceive", "verify", decision).json["errcode"] == "0"
    assert u8_ready.read("oughtreceive", "get", id=number)["oughtreceive"]["state"] == "审核"
    twice = u8_ready.send("oughtreceive", "verify", decision).json
    assert twice["errcode"] == "20005"
    assert "审核" in twice["errmsg"]
    with pytest.raises(RuntimeError):
        u8.act("oughtreceive", number, "delete")
    assert (
        u8_ready.send("oughtreceive", "unverify", {"voucher_code": number, "user_id": "checker"}).json["errcode"] == "0"
    )
    u8.act("oughtreceive", number, "delete")
    assert u8.count(number) == 0
    assert u8_ready.send("oughtreceive", "verify", decision).json["errcode"] == "20002"


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
def test_verify_takes_one_person(u8_ready, u8, change):
    number = u8_ready.add("oughtreceive", RECEIVABLE, "a")["id"]
    assert u8_ready.send("oughtreceive", "verify", {"voucher_code": number, **change}).json["errcode"] != "0"
    assert u8.ledger()["oughtreceive"][0]["status"] == "saved"


def test_workflow_waits_for_people(u8_ready, u8):
    u8.settings(workflow=True)
    number = u8_ready.add("saleorder", ORDER, "a")["id"]
    state = lambda: u8_ready.read("saleorder", "get", id=number)["saleorder"]["state"]  # noqa: E731
    assert state() == "审批中"
    assert "工作流" in u8_ready.send("saleorder", "verify", {"voucher_code": number, "user_id": "demo"}).json["errmsg"]
    u8.act("saleorder", number, "reject")
    assert state() == "退回"
    u8.act("saleorder", number, "submit")
    assert u8_ready.send("saleorder", "audit", {"voucher_code": number, "user_id": "checker"}).json["errcode"] == "0"
    assert state() == "审核"
    assert u8_ready.send("saleorder", "close", {"voucher_code": number, "user_id": "demo"}).json["errcode"] == "0"
    assert state() == "关闭"
    assert u8_ready.send("saleorder", "open", {"voucher_code": number, "user_id": "demo"}).json["errcode"] == "0"
    assert u8_ready.send("saleorder", "abandon", {"voucher_code": number, "user_id": "demo"}).json["errcode"] == "0"
    assert state() == "审批中"


def test_verify_after_login_where_it_is_asked_for(u8_ready, u8):
    u8.settings(login_required=True)
    number = u8_ready.add("oughtreceive", RECEIVABLE, "a")["id"]
    decision = {"voucher_code": number, "user_id": "checker"}
    assert "请先登录" in u8_ready.send("oughtreceive", "verify", decision).json["errmsg"]
    wrong = u8_ready.post("user", "login", '{"user":{"user_id":"demo","password":"x"}}').json
    assert wrong["errcode"] == "90002"
    for body in ('{"user":{"user_id":"demo"}}', "[]", "{}"):
        assert u8_ready.post("user", "login_v2", body).json["errcode"] == "90001"
    assert u8_ready.post("user", "login", '{"user":{"user_id":"demo","password":"demo"}}').json["errcode"] == "0"
    assert u8_ready.send("oughtreceive", "verify", decision).json["errcode"] == "0"


# ------------------------------------------------------------------ lists


def test_list_pages(u8_ready, u8):
    for day in range(1, 24):
        u8.enter_receipt("C0001", "10.5", number=f"SK-{day:02d}", date=f"2025-03-{day:02d}", digest=f"备注{day}")
    first = u8_ready.read("acceptlist", "batch_get")
    assert {k: v for k, v in first.items() if k != "acceptlist"} == {
        "page_index": "1",
        "page_count": "2",
        "row_count": "23",
        "rows_per_page": "20",
        "errmsg": "",
        "errcode": "0",
    }
    second = u8_ready.read("acceptlist", "batch_get", page_index="2")
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
    assert u8_ready.read("acceptlist", "batch_get", page_index="3")["errcode"] == "20002"
    assert u8_ready.read("acceptlist", "batch_get", page_index="0")["errcode"] == "90001"
    assert u8_ready.read("acceptlist", "batch_get", rows_per_page="8001")["errcode"] == "90001"
    since = u8_ready.read("acceptlist", "batch_get", vouchdate_begin="2025-03-22", vouchdate_end="2025-03-31")
    assert [one["vouchcode"] for one in since["acceptlist"]] == ["SK-22", "SK-23"]
    cursor = u8_ready.read("acceptlist", "batch_get", vouchcode_begin="SK-20", rows_per_page="2")
    assert [one["vouchcode"] for one in cursor["acceptlist"]] == ["SK-20", "SK-21"]
    assert u8_ready.read("acceptlist", "batch_get", digest="备注7")["row_count"] == "1"
    assert u8_ready.read("acceptlist", "batch_get", colour="red")["errcode"] == "90001"


def test_empty_list_may_be_a_list(u8_ready, u8):
    u8.settings(empty_list="list")
    reply = u8_ready.read("oughtreceivelist", "batch_get")
    assert (reply["errcode"], reply["row_count"], reply["oughtreceivelist"]) == ("0", "0", [])


def test_list_filters(u8_ready, u8):
    u8_ready.add("saleorder", ORDER, "a")
    u8_ready.add("saleorder", {**ORDER, "code": "HT-78", "date": "2025-02-10"}, "b")
    u8.act("saleorder", "HT-78", "verify")
    numbers = lambda **f: [r["code"] for r in u8_ready.read("saleorderlist", "batch_get", **f).get("saleorderlist", [])]  # noqa: E731
    assert numbers() == ["HT-77", "HT-78"]
    assert numbers(code="HT-77") == ["HT-77"]
    assert numbers(state="Opening") == ["HT-77"]
    assert numbers(state="Approved") == ["HT-78"]
    assert numbers(state="Changing") == []
    assert numbers(date_begin="2025-02-01") == ["HT-78"]
    assert numbers(date_end="2025-02-01") == ["HT-77"]
    rows = u8_ready.read("saleorderlist", "batch_get")["saleorderlist"]
    assert rows[0]["sum"] == "1130.0000"


def test_customers_since_a_stamp(u8_ready, u8):
    stamp = u8_ready.read("customer", "batch_get")["customer"][0]["timestamp"]
    assert re.fullmatch("0x[0-9A-F]{16}", stamp)
    u8.enter("customer", {**CUSTOMER, "code": "C0002"})
    u8.change("customer", "C0002", credit_amount="80000")
    later = u8_ready.read("customer", "batch_get", timestamp_begin=stamp)["customer"]
    assert [one["code"] for one in later] == ["C0001", "C0002"]
    assert later[1]["credit_amount"] == "80000.0000"
    today = later[1]["ModifyDate"][:10]
    assert u8_ready.read("customer", "batch_get", ModifyDate_begin=today, ModifyDate_end=today)["row_count"] == "2"
    assert u8_ready.read("customer", "batch_get", name=CUSTOMER["name"], code_begin="C0002")["row_count"] == "1"


def test_base_data_lists(u8_api, u8):
    assert u8_api.read("department", "batch_get")["department"][0] == {"code": "03", "name": "销售部"}
    assert u8_api.read("currency", "batch_get")["row_count"] == "2"
    u8.seed("department", "05", name="售后部")
    assert u8_api.read("department", "batch_get")["row_count"] == "3"
    assert u8_api.read("code", "batch_get", rows_per_page="1")["page_count"] == "5"
    with pytest.raises(RuntimeError):
        u8.seed("nothing", "1")


# ------------------------------------------------------------------ orders


def test_orders_are_checked(u8, u8_ready):
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


def test_books_outlive_the_process_and_tokens_do_not(u8_ready, u8):
    u8_ready.add("oughtreceive", RECEIVABLE, "a")
    calls = len(u8.calls())
    u8.restart()
    assert u8.count("a") == 1
    assert len(u8.calls()) == calls
    assert u8_ready.read("customer", "get", id="C0001")["errcode"] == "30012"


def test_simulator_is_written_without_the_client():
    assert not imports_of("u8") & {"odoo", "crm_finance_bridge", "requests", "kingdee"}
