"""Receipts that a person over there deletes, sends back or makes red after we have read them, for each product.

None lists what was deleted: a list of the days that leaves a receipt out, and a question by number, must show it.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from eas_support import connect_eas
from kingdee_support import connect, customer_values, deliver, module, utc_now
from u8_support import connect as connect_u8

DAY = date.today() - timedelta(days=95)
FORMS = {"kingdee_galaxy": "AR_RECEIVEBILL", "yonyou_u8": "accept", "kingdee_eas": "receivingbill"}
# what a person there does before an audited receipt can be deleted
OPENED = {
    "kingdee_galaxy": ("UnAudit",), "yonyou_u8": ("unverify",), "kingdee_eas": ("unaudit", "reject"),
}  # fmt: skip
DELETED = {"kingdee_galaxy": "Delete", "yonyou_u8": "delete", "kingdee_eas": "delete"}


@pytest.fixture(params=list(FORMS))
def side(request):
    """(product, its simulator, an adapter); the books hold a customer."""
    names = {"kingdee_galaxy": ("erp", connect), "yonyou_u8": ("u8", connect_u8), "kingdee_eas": ("eas", connect_eas)}
    fixture, make = names[request.param]
    simulator = request.getfixturevalue(fixture)
    adapter = make(simulator)
    deliver(adapter, "customer", customer_values(date="2026-01-01") if fixture == "u8" else customer_values())
    return request.param, simulator, adapter


def listed(adapter, first=DAY - timedelta(days=5), last=DAY + timedelta(days=5)):
    found, page = [], None
    while True:
        receipts, page = adapter.list_receipts(first, last, page=page)
        found += receipts
        if page is None:
            return found


def entered(simulator, count, **more):
    vals = {"date": DAY.isoformat(), **more}
    return [simulator.enter_receipt("CRM-C-1", f"{n + 1}.50", number=f"SKD-{n}", **vals) for n in range(count)]


def take_back(product, simulator, number, operations):
    for operation in operations:
        simulator.act(FORMS[product], number, operation)


def test_a_list_of_days_holds_each_receipt_once_whatever_the_pages(side):
    _product, simulator, adapter = side
    entered(simulator, 7)
    simulator.enter_receipt("CRM-C-1", "9", number="SKD-LATE", date=(DAY + timedelta(days=6)).isoformat())
    simulator.enter_receipt("CRM-C-1", "9", number="SKD-EARLY", date=(DAY - timedelta(days=6)).isoformat())
    for first, last in ((DAY, DAY), (DAY - timedelta(days=5), DAY + timedelta(days=5))):
        for size in (3, 100):
            adapter._page_size = size
            found = listed(adapter, first, last)
            assert sorted(r.number for r in found) == [f"SKD-{n}" for n in range(7)]
            assert len({(r.remote_id, r.entry_id) for r in found}) == 7
            assert {(r.status, r.cancelled, r.date) for r in found} == {("C", False, DAY)}
    assert listed(adapter, DAY + timedelta(days=1), DAY + timedelta(days=5)) == []


def test_the_list_and_the_poll_tell_the_same_of_a_receipt(side):
    product, simulator, adapter = side
    simulator.enter_receipt("CRM-C-1", "7.25", number="SKD-1")
    (told,) = listed(adapter, date.today() - timedelta(days=1), date.today() + timedelta(days=1))
    results = module("results")
    until = utc_now() + timedelta(seconds=2)
    polled, _position = adapter.read_receipts(results.ReceiptCursor(until - timedelta(hours=1)), until)
    assert [told] == polled, product


def test_a_deleted_receipt_is_in_no_list_and_under_no_number(side):
    product, simulator, adapter = side
    entered(simulator, 3)
    kept = {r.number: r.remote_id for r in listed(adapter)}
    take_back(product, simulator, "SKD-1", (*OPENED[product], DELETED[product]))
    assert sorted(r.number for r in listed(adapter)) == ["SKD-0", "SKD-2"]
    assert adapter.find("receipt", "SKD-1") == []
    # the question by number tells the same id as the list, so that a number given anew is no return
    (document,) = adapter.find("receipt", "SKD-2")
    assert document.remote_id == kept["SKD-2"]


def test_a_receipt_that_is_no_longer_audited_does_not_count(side):
    product, simulator, adapter = side
    entered(simulator, 1)
    take_back(product, simulator, "SKD-0", OPENED[product])
    (receipt,) = listed(adapter)
    assert receipt.status != "C"


def test_a_red_receipt_stays_negative(side):
    """What the far side may hold: money given back. It is told as it is, never turned round."""
    product, simulator, adapter = side
    if product == "kingdee_eas":
        # its form takes none; a site's own form may
        simulator.enter_receipt("CRM-C-1", "12.30", number="SKD-RED", date=DAY.isoformat())
        simulator.change("receivingbill", "SKD-RED", totalAmount="-12.30")
    else:
        simulator.enter_receipt("CRM-C-1", "-12.30", number="SKD-RED", date=DAY.isoformat())
    (receipt,) = listed(adapter)
    assert receipt.amount == Decimal("-12.30")
