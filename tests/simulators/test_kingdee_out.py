"""What goes to Kingdee beside customers and blue receivables, and how a customer is changed there."""

from decimal import Decimal

import pytest
from kingdee_support import connect, customer_values, receivable_values
from kingdee_support import deliver as deliver_new


def deliver(adapter, kind, values, payload=None):
    """As the worker does, for kinds whose next step hangs on the values."""
    payload = payload or adapter.build(kind, values)
    found = adapter.find(kind, values["number"])
    document = found[0] if found else None
    while (step := adapter.next_step_for(kind, document, values)) in adapter.steps(kind):
        document = adapter.send_step(kind, step, values["number"], payload)
    adapter.verify(kind, values, document)
    return document


def ignored(erp):
    return [key for form in erp.ledger().values() for document in form for key in document["ignored"]]


def red_values(number="CRM-AR-2"):
    line = dict(
        receivable_values()["lines"][0], quantity="-10", amount_untaxed="-100.09", amount_tax="-13.01",
        amount_total="-113.10",
    )  # fmt: skip
    return receivable_values(number, amount_total="-113.10", lines=[line])


def order_values(**more):
    line = {
        "product": "p1", "unit": "pc", "quantity": "3", "price_unit": "37.70", "tax_rate": "13",
        "delivery_date": "2026-02-01", "amount_total": "113.10",
    }  # fmt: skip
    return {
        "number": "CRM-SO-1", "customer_number": "CRM-C-1", "date": "2026-01-20", "currency": "CNY",
        "amount_total": "113.10", "salesperson": "u1", "lines": [line], "remark": "SO001 HT-2026-001", **more,
    }  # fmt: skip


def own_receipt_values(**more):
    return {
        "number": "CRM-RC-1", "customer_number": "CRM-C-1", "date": "2026-02-01", "currency": "CNY",
        "amount_total": "113.10", "reference": "bank-1", **more,
    }  # fmt: skip


@pytest.fixture
def selling(erp):
    return connect(erp, settings={"salespersons": {"u1": "XSY001"}})


def test_red_receivable(signed, erp):
    deliver(signed, "customer", customer_values())
    deliver(signed, "receivable", receivable_values())
    document = deliver(signed, "credit_note", red_values())
    assert (document.status, document.amount) == ("C", Decimal("-113.10"))
    bills = erp.ledger()["AR_receivable"]
    assert [bill["header"]["FALLAMOUNTFOR"] for bill in bills] == ["113.10", "-113.10"]
    assert not ignored(erp)


def test_order_and_product_and_receipt(selling, erp):
    deliver(selling, "customer", customer_values())
    order = deliver(selling, "sales_order", order_values())
    assert (order.status, order.amount, order.customer_number) == ("C", Decimal("113.10"), "CRM-C-1")
    product = deliver(selling, "product", {"number": "CRM-P-1", "name": "减速机", "unit": "pc"})
    assert (product.status, product.name) == ("C", "减速机")
    receipt = deliver(selling, "own_receipt", own_receipt_values())
    assert (receipt.status, receipt.amount) == ("C", Decimal("113.10"))
    ledger = erp.ledger()
    assert ledger["SAL_SaleOrder"][0]["header"]["FNOTE"] == "SO001 HT-2026-001"
    assert ledger["AR_RECEIVEBILL"][0]["header"]["FTHIRDBILLNO"] == "CRM-RC-1"
    assert not ignored(erp)


def test_who_sold_it_is_left_out_where_nobody_is_mapped(selling, erp):
    sold = {"salesperson": "u2", "department": "t2"}
    receivable = selling.build("receivable", receivable_values(**sold))
    assert not receivable.keys() & {"FSALEERID", "FSALEDEPTID"}
    order = selling.build("sales_order", order_values(department="t2"))
    assert "FSaleDeptId" not in order


PLAN = [
    {"name": "首付款", "percent": "30", "amount": "33.93", "date": "2026-01-25"},
    {"name": "验收款", "percent": "70", "amount": "79.17", "date": ""},
]


@pytest.mark.parametrize(
    ("order_plan", "keys"),
    [
        ("full", {"FRECADVANCERATE", "FRECADVANCEAMOUNT", "FREMARK", "FMUSTDATE"}),
        ("amounts", {"FRECADVANCERATE", "FRECADVANCEAMOUNT"}),
        ("none", set()),
    ],
)
def test_payment_plan_stands_on_the_order(erp, order_plan, keys):
    selling = connect(erp, settings={"salespersons": {"u1": "XSY001"}, "order_plan": order_plan})
    deliver(selling, "customer", customer_values())
    deliver(selling, "sales_order", order_values(plan=PLAN))
    (order,) = erp.ledger()["SAL_SaleOrder"]
    rows = order["entries"].get("FSALEORDERPLAN", [])
    assert set().union(*rows) - {"_id"} == keys
    sums = [sum(Decimal(row[name]) for row in rows) for name in ("FRECADVANCERATE", "FRECADVANCEAMOUNT") if rows]
    assert sums == ([Decimal(100), Decimal("113.10")] if rows else [])
    assert not ignored(erp)


@pytest.mark.parametrize(("key", "value"), [("amount", "33.92"), ("percent", "29.99"), ("name", ""), ("amount", 33.93)])
def test_payment_plan_must_add_up(selling, clients, key, value):
    with pytest.raises(clients("errors").InvalidValues):
        selling.build("sales_order", order_values(plan=[{**PLAN[0], key: value}, PLAN[1]]))


def test_order_needs_its_salesperson(signed, clients):
    with pytest.raises(clients("errors").MappingMissing) as caught:
        signed.build("sales_order", order_values())
    assert (caught.value.field, caught.value.value) == ("salesperson", "u1")


def test_customer_is_changed_in_place(signed, erp):
    deliver_new(signed, "customer", customer_values())
    document = deliver(signed, "customer_update", customer_values(name="杭州改名科技有限公司", phone="0571-1"))
    assert (document.status, document.name) == ("C", "杭州改名科技有限公司")
    (customer,) = erp.ledger()["BD_Customer"]
    assert (customer["header"]["FNAME"], customer["header"]["FINVOICETEL"]) == ("杭州改名科技有限公司", "0571-1")
    assert customer["header"]["FTRADINGCURRID"] == "PRE001"
    calls = len(erp.calls("Save"))
    deliver(signed, "customer_update", customer_values(name="杭州改名科技有限公司", phone="0571-1"))
    assert len(erp.calls("Save")) == calls


def test_customer_that_is_gone_is_not_made_by_a_change(signed, erp, clients):
    assert signed.find("customer_update", "CRM-C-1") == []
    assert signed.next_step_for("customer_update", None, customer_values()) == clients("adapter").STOPPED
    assert not erp.ledger()["BD_Customer"]


def test_customer_in_somebodys_hands_waits(signed, erp, clients):
    deliver_new(signed, "customer", customer_values())
    erp.act("BD_Customer", "CRM-C-1", "UnAudit")
    erp.act("BD_Customer", "CRM-C-1", "Submit")
    (document,) = signed.find("customer_update", "CRM-C-1")
    values = customer_values(name="杭州改名科技有限公司")
    assert signed.next_step_for("customer_update", document, values) == clients("adapter").WAIT


@pytest.mark.parametrize("operation", ["UnAudit", "Save", "Submit", "Audit"])
def test_change_whose_reply_is_lost_ends_the_same(signed, erp, clients, operation):
    deliver_new(signed, "customer", customer_values())
    values = customer_values(name="杭州改名科技有限公司")
    erp.inject("drop_after_commit", op=operation, form="BD_Customer")
    with pytest.raises(clients("errors").FinanceError) as caught:
        deliver(signed, "customer_update", values)
    assert caught.value.next_action == clients("errors").ASK
    again = connect(erp)
    assert deliver(again, "customer_update", values).status == "C"
    (customer,) = erp.ledger()["BD_Customer"]
    assert (customer["number"], customer["header"]["FNAME"]) == ("CRM-C-1", "杭州改名科技有限公司")


@pytest.mark.parametrize("kind", ["credit_note", "sales_order", "own_receipt"])
def test_save_whose_reply_is_lost_is_one_document(selling, erp, clients, kind):
    deliver(selling, "customer", customer_values())
    values = {"credit_note": red_values, "sales_order": order_values, "own_receipt": own_receipt_values}[kind]()
    form = clients("kingdee_galaxy_forms").FORMS[kind]
    erp.inject("drop_after_commit", op="Save", form=form)
    with pytest.raises(clients("errors").Unknown):
        deliver(selling, kind, values)
    assert deliver(selling, kind, values).status == "C"
    assert len([call for call in erp.calls("Save", form) if call["committed"]]) == 1
    assert len(erp.ledger()[form]) == 1
