"""What comes back from Kingdee about documents that we sent: states, fapiao numbers, limits."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from kingdee_support import connect, customer_values, deliver, module, receivable_values, utc_now


def enter(adapter, form, model, *, audited=True):
    """A document as a person over there enters it."""
    client = adapter.client
    number = client.save(form, {"Model": model}).number
    if audited:
        client.submit(form, number)
        client.audit(form, number)
    return number


def invoice(number, source, entry="FSALESICENTRY"):
    return {
        "FINVOICENO": number,
        "FCustomerID": {"FNumber": "CRM-C-1"},
        entry: [{"FSRCBILLNO": source, "FALLAMOUNTFOR_D": "1"}, {"FSRCBILLNO": source, "FALLAMOUNTFOR_D": "2"}],
    }


@pytest.fixture
def sent(signed):
    deliver(signed, "customer", customer_values())
    for number in range(1, 4):
        deliver(signed, "receivable", receivable_values(f"CRM-AR-{number}"))
    return signed


def window():
    return utc_now() - timedelta(hours=1), utc_now() + timedelta(seconds=2)


def stages(adapter, kind="receivable"):
    return {found.number: adapter.state_of(found) for found in adapter.read_changes(kind, *window())}


def test_states_that_change_later(sent, erp):
    assert stages(sent) == dict.fromkeys(("CRM-AR-1", "CRM-AR-2", "CRM-AR-3"), "audited")
    erp.act("AR_receivable", "CRM-AR-1", "UnAudit")
    erp.act("AR_receivable", "CRM-AR-2", "UnAudit")
    erp.act("AR_receivable", "CRM-AR-2", "Cancel")
    assert stages(sent) == {"CRM-AR-1": "rejected", "CRM-AR-2": "void", "CRM-AR-3": "audited"}
    assert stages(sent, "customer") == {"CRM-C-1": "audited"}
    assert stages(sent, "sales_order") == stages(sent, "own_receipt") == {}
    before = utc_now() - timedelta(days=2), utc_now() - timedelta(days=1)
    assert sent.read_changes("receivable", *before) == []


def test_states_come_by_pages_and_each_once(sent):
    sent._page_size = 2
    assert len(sent.read_changes("receivable", *window())) == 3


def test_fapiao_numbers(sent, erp):
    assert sent.read_fapiao(*window()) == {}
    enter(sent, "IV_SALESIC", invoice("24312000000012345678", "CRM-AR-1"))
    second = enter(sent, "IV_SALESIC", invoice("24312000000012345679", "CRM-AR-1"))
    enter(sent, "IV_SALESOC", invoice("04400123", "CRM-AR-2", "FSALESOCENTRY"))
    enter(sent, "IV_SALESIC", invoice("9", "CRM-AR-3"), audited=False)
    sent._page_size = 3
    assert sent.read_fapiao(*window()) == {
        "CRM-AR-1": ("24312000000012345678", "24312000000012345679"),
        "CRM-AR-2": ("04400123",),
        "CRM-AR-3": (),
    }
    for operation in ("UnAudit", "Cancel"):
        erp.act("IV_SALESIC", second, operation)
    assert sent.read_fapiao(*window())["CRM-AR-1"] == ("24312000000012345678",)


def test_credit_limits(sent):
    assert sent.read_credit_limits() == {}
    for amount in ("50000", "0.50"):
        enter(sent, "CRE_CustArchives", {"FOBJECTID": {"FNumber": "CRM-C-1"}, "FCREDITAMOUNT": amount})
    enter(sent, "CRE_CustArchives", {"FOBJECTID": {"FNumber": "CRM-C-1"}, "FCREDITAMOUNT": "7"}, audited=False)
    assert sent.read_credit_limits() == {"CRM-C-1": Decimal("50000.50")}


def test_a_site_without_these_forms_refuses_in_words(erp, signed):
    erp.inject("refuse", op="ExecuteBillQuery", form="CRE_CustArchives")
    with pytest.raises(module("errors").Rejected):
        signed.read_credit_limits()


def test_the_same_of_another_organisation_is_not_read(sent, erp):
    other = connect(erp, settings={"organisation": "200"})
    assert other.read_changes("receivable", *window()) == []
    assert other.read_open_items(date(2026, 12, 31)) == []
