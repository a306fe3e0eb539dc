"""Our U8+ adapter against the simulator: the road of each kind, states, results that come later, receipts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from kingdee_support import deliver
from u8_support import (
    connect,
    customer_values,
    module,
    order_values,
    product_values,
    receipt_values,
    receivable_values,
    red_values,
)


@pytest.fixture
def ours(u8):
    return connect(u8)


@pytest.fixture
def ready(ours):
    """An adapter whose customer and product exist over there."""
    deliver(ours, "customer", customer_values())
    deliver(ours, "product", product_values("M001"))
    return ours


def adds(u8, form=None):
    return [call for call in u8.calls("add", form) if call["committed"]]


def test_connection_test(ours, u8):
    report = ours.test_connection()
    assert (report.account, report.user) == (u8.credentials["to_account"], u8.credentials["from_account"])


@pytest.mark.parametrize("synchronous", [True, False])
def test_each_kind_travels_to_its_end(u8, synchronous):
    u8.settings(ping_after=0)
    ours = connect(u8, synchronous=synchronous)
    road = [
        ("customer", "customer", customer_values(), ""),
        ("product", "inventory", product_values("M001"), ""),
        ("sales_order", "saleorder", order_values(), "审核"),
        ("receivable", "oughtreceive", receivable_values(), "审核"),
        ("credit_note", "oughtreceive", red_values(), "审核"),
        ("own_receipt", "accept", receipt_values(), "审核"),
    ]
    for kind, form, values, status in road:
        document = deliver(ours, kind, values)
        assert (document.number, document.status) == (values["number"], status), kind
        assert ours.next_step(kind, document) == "done"
        # delivering again finds it finished and sends nothing
        deliver(ours, kind, values)
        assert len([c for c in adds(u8, form) if c["number"] == values["number"]]) == 1
    assert [len(u8.ledger()[form]) for form in ("customer", "inventory", "saleorder", "oughtreceive", "accept")] == [
        1, 1, 1, 2, 1,
    ]  # fmt: skip
    assert len(u8.calls("token")) == 1


def test_what_stands_in_the_books(ready, u8):
    deliver(ready, "receivable", receivable_values(remark="INV/1 HT-77"))
    deliver(ready, "credit_note", red_values())
    blue, red = u8.ledger()["oughtreceive"]
    assert blue["references"] == ["CRM-AR-1", "CRM-AR-1"]
    assert (blue["header"]["digest"], blue["header"]["bdebitcredit"], blue["status"]) == ("INV/1 HT-77", "1", "audited")
    assert (red["header"]["bdebitcredit"], red["header"]["amount"]) == ("0", "113.10")
    (document,) = ready.find("credit_note", "CRM-AR-2")
    assert document.amount == Decimal("-113.10")


def test_a_foreign_receivable_is_in_balance_over_there(ready, u8):
    foreign = connect(u8, settings={"currencies": {"CNY": "人民币", "USD": "美元"}, "tax_account": "2221"})
    document = deliver(foreign, "receivable", receivable_values(currency="USD", exchange_rate="7.1234"))
    assert (document.amount, document.currency_number) == (Decimal("113.10"), "美元")


def test_the_road_is_resumed_from_the_remote_state(ready, u8):
    payload = ready.build("receivable", receivable_values())
    ready.send_step("receivable", "save", "CRM-AR-1", payload)
    u8.restart()
    again = connect(u8)
    (found,) = again.find("receivable", "CRM-AR-1")
    assert again.next_step("receivable", found) == "audit"
    assert deliver(again, "receivable", receivable_values()).status == "审核"
    assert len(adds(u8, "oughtreceive")) == 1


def test_what_people_there_do_is_seen(ready, u8):
    deliver(ready, "sales_order", order_values())
    u8.act("saleorder", "CRM-SO-1", "close")
    (order,) = ready.find("sales_order", "CRM-SO-1")
    assert ready.next_step("sales_order", order) == "stop"
    waiting = connect(u8, settings={"auditor_person": ""})
    bill = deliver(waiting, "receivable", receivable_values())
    assert waiting.next_step("receivable", bill) == "wait"
    u8.act("oughtreceive", "CRM-AR-1", "submit")
    (bill,) = waiting.find("receivable", "CRM-AR-1")
    assert bill.status == "审批中"
    assert waiting.next_step("receivable", bill) == "wait"
    u8.act("oughtreceive", "CRM-AR-1", "reject")
    (bill,) = waiting.find("receivable", "CRM-AR-1")
    assert waiting.next_step("receivable", bill) == "stop"
    u8.act("oughtreceive", "CRM-AR-1", "submit")
    u8.act("oughtreceive", "CRM-AR-1", "audit")
    (bill,) = waiting.find("receivable", "CRM-AR-1")
    assert waiting.next_step("receivable", bill) == "done"


def test_a_changed_customer_is_changed_there_and_twice_is_the_same(ready, u8):
    values = customer_values(name="杭州新名科技有限公司", phone="0571-9")
    payload = ready.build("customer_update", values)
    (before,) = ready.find("customer_update", "CRM-C-1")
    assert ready.next_step_for("customer_update", before, values) == "save"
    for _time in range(2):
        document = ready.send_step("customer_update", "save", "CRM-C-1", payload)
        assert ready.next_step_for("customer_update", document, values) == "done"
    (customer,) = u8.ledger()["customer"]
    assert (customer["header"]["name"], customer["header"]["phone"]) == ("杭州新名科技有限公司", "0571-9")
    assert len(adds(u8, "customer")) == 1


def test_refusals_keep_the_words_of_the_other_side(ready, u8):
    errors = module("errors")
    nobody = connect(u8, settings={"person": "0008"})
    with pytest.raises(errors.Rejected) as caught:
        deliver(nobody, "receivable", receivable_values())
    assert "该业务员不合法" in caught.value.messages[0].text
    u8.settings(closed_through="2026-12-31")
    with pytest.raises(errors.Rejected) as caught:
        deliver(ready, "receivable", receivable_values())
    assert caught.value.reason == "period_closed"
    with pytest.raises(errors.Rejected):
        deliver(ready, "receivable", receivable_values(customer="NOBODY"))
    assert u8.ledger()["oughtreceive"] == []


def test_a_site_that_gives_its_own_numbers_stops_the_first_document(ready, u8):
    u8.settings(manual_number=False)
    with pytest.raises(module("errors").Mismatch) as caught:
        deliver(ready, "receivable", receivable_values())
    assert caught.value.field == "number"


def test_wrong_secret_is_a_failed_login(u8):
    errors = module("errors")
    wrong = u8.credentials | {"app_secret": "geheim-999"}
    adapter = (
        module("adapter")
        .adapter_for("yonyou_u8")
        .connect(u8.base_url, wrong, {}, allow_private_networks=u8.allow, tokens=module("u8_token").TokenCache())
    )
    with pytest.raises(errors.LoginFailed) as caught:
        adapter.find("customer", "x")
    assert "geheim" not in str(caught.value)
    assert len(u8.calls("token")) == 1


def test_a_withdrawn_token_is_renewed_once(ready, u8):
    u8.settings(drop_tokens=True)
    deliver(ready, "receivable", receivable_values())
    assert len(u8.calls("token")) == 2
    u8.inject("expired", op="get", times=0)
    with pytest.raises(module("errors").SessionLost):
        ready.find("customer", "CRM-C-1")
    assert len(u8.calls("token")) == 3


# ---------------------------------------------------------------------- receipts


def read_all(adapter, position, until=None):
    """(receipts, cursor, pages) to the end of a window; a new adapter for every page, as after a restart."""
    until = until or datetime.now(UTC) + timedelta(seconds=2)
    found, pages = [], 0
    while True:
        receipts, position = adapter.read_receipts(position, until)
        found += receipts
        pages += 1
        if not position.partial:
            return found, position, pages
        position = module("results").ReceiptCursor.from_json(position.to_json())


def since(minutes=30):
    return module("results").ReceiptCursor(datetime.now(UTC) - timedelta(minutes=minutes))


def test_receipts_are_read_in_pages_none_lost_none_twice(ready, u8):
    numbers = [u8.enter_receipt("CRM-C-1", 100 + n, digest=f"货款 {n}")["number"] for n in range(25)]
    ready._page_size = 10
    receipts, position, pages = read_all(ready, since())
    assert [r.number for r in receipts] == sorted(numbers)
    assert pages == 3
    assert {(r.status, r.cancelled, r.currency_number, r.customer_number) for r in receipts} == {
        ("C", False, "人民币", "CRM-C-1")
    }
    assert sum(r.amount for r in receipts) == sum(range(100, 125))
    # read again: the same identities, so that the caller keeps each once
    again, _position, _pages = read_all(ready, position, datetime.now(UTC) + timedelta(seconds=30))
    assert {r.key for r in again} == {r.key for r in receipts}


def test_late_audits_and_dates_back_are_seen(ready, u8):
    five_days_ago = (date.today() - timedelta(days=5)).isoformat()
    number = u8.enter_receipt("CRM-C-1", 50, date=five_days_ago, status="saved")["number"]
    (receipt,), position, _pages = read_all(ready, since())
    assert (receipt.number, receipt.status) == (number, "开立")
    u8.act("accept", number, "verify")
    (receipt,), _position, _pages = read_all(ready, position, datetime.now(UTC) + timedelta(seconds=30))
    assert receipt.status == "C"


def test_our_own_receipt_comes_back_with_our_number(ready):
    deliver(ready, "own_receipt", receipt_values(date=date.today().isoformat()))
    (receipt,), _position, _pages = read_all(ready, since())
    assert (receipt.third_number, receipt.remote_id, receipt.amount) == ("CRM-R-1", "CRM-R-1", Decimal(100))


def test_no_receipts_is_an_empty_page_whatever_the_site_says(ready, u8):
    for empty in ("error", "list"):
        u8.settings(empty_list=empty)
        receipts, position, _pages = read_all(ready, since())
        assert receipts == []
        assert not position.partial


# ---------------------------------------------------------------------- comparing and mapping


def test_receivables_of_a_period_are_listed_page_by_page(ready):
    for number in range(1, 6):
        deliver(ready, "receivable", receivable_values(f"CRM-AR-{number}", date=f"2026-01-{19 + number}"))
    ready._page_size = 2
    found, page, asked = [], None, 0
    while page is not None or not asked:
        documents, page = ready.read_documents(date(2026, 1, 20), date(2026, 1, 23), page=page)
        found += documents
        asked += 1
    assert asked == 2
    assert [(d.number, d.day, d.amount, d.currency_number) for d in found] == [
        (f"CRM-AR-{number}", date(2026, 1, 19 + number), Decimal("113.10"), "人民币") for number in range(1, 5)
    ]
    assert ready.read_documents(date(2025, 1, 1), date(2025, 1, 2)) == ([], None)


def test_codes_and_credit_limits(ready, u8):
    codes = {kind: ready.read_codes(kind) for kind in ("customer", "department", "salesperson", "currency", "unit")}
    assert codes["unit"] is None
    assert [(code.number, code.name) for code in codes["customer"]] == [("CRM-C-1", "杭州示例科技有限公司")]
    assert ("03", "销售部") in [(code.number, code.name) for code in codes["department"]]
    assert ("0007", "王一") in [(code.number, code.name) for code in codes["salesperson"]]
    assert "人民币" in [code.number for code in codes["currency"]]
    assert ready.read_credit_limits() == {}
    u8.change("customer", "CRM-C-1", credit_amount="50000")
    assert ready.read_credit_limits() == {"CRM-C-1": Decimal(50000)}
