"""The U8+ client: the documents that go out."""

from decimal import Decimal

import pytest
from u8_support import (
    customer_values,
    module,
    order_values,
    product_values,
    receipt_values,
    receivable_values,
    red_values,
    scripted,
)


def save(adapter, values=None, kind="receivable"):
    values = values or receivable_values()
    return adapter.send_step(kind, "save", values["number"], adapter.build(kind, values))


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
    named = receivable_values(
        lines=[{**lines[0], "account": "a1"}, {**lines[0], "account": "a2"}], amount_total="226.20"
    )
    rows = scripted(settings={"accounts": {"a1": "6051"}}).build("receivable", named)["oughtreceive"]["entry"]
    assert [(row["subjectcode"], row["amount"]) for row in rows] == [("6051", "113.10"), ("6001", "113.10")]


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


def test_who_sold_it_and_his_department():
    """Mapped ones go before those of the connection; who is not mapped has these."""
    adapter = scripted(settings={"salespersons": {"u1": "0008"}, "departments": {"t1": "05"}})
    sold = {"salesperson": "u1", "department": "t1"}
    order = adapter.build("sales_order", order_values(**sold))["saleorder"]
    receivable = adapter.build("receivable", receivable_values(**sold))["oughtreceive"]
    receipt = adapter.build("own_receipt", receipt_values(**sold))["accept"]
    for head in (order, receivable, *receivable["entry"]):
        assert (head["deptcode"], head["personcode"]) == ("05", "0008")
    assert (receipt["departmentcode"], receipt["personcode"]) == ("05", "0008")
    other = adapter.build("receivable", receivable_values(salesperson="u2", department="-"))["oughtreceive"]
    assert (other["deptcode"], other["personcode"]) == ("03", "0007")


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
