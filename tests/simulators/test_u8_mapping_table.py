"""The mapping table in docs/ against what really stands in the simulator's books, in both directions."""

import pytest
from kingdee_support import deliver
from mapping_pages import ours, same, tables
from u8_support import connect, customer_values, order_values, product_values, receipt_values, receivable_values

DAY = "2026-01-20"
SETTINGS = {"salespersons": {"u1": "0007"}, "settlements": {"j1": "02"}}
VALUES = {
    "customer": customer_values(
        date=DAY, phone="0571-1", address="杭州市西湖区 1 号", bank_name="工行", bank_account="62220001", salesperson="u1",
        contacts=[{"name": "王", "mobile": "13800000000"}],
    ),
    "product": product_values("M001", date=DAY),
    "sales_order": order_values(salesperson="u1"),
    "receivable": receivable_values(remark="INV/1 HT-77"),
    "own_receipt": receipt_values(settlement="j1", remark="货款"),
}  # fmt: skip


def stored(document):
    """Field -> value of a document in the books, fields of the first row under ``entry.``"""
    return {
        **document["header"],
        **{f"entry.{name}": value for row in document["entry"][:1] for name, value in row.items()},
    }


@pytest.fixture
def books(u8):
    adapter = connect(u8, settings=SETTINGS)
    for kind, values in VALUES.items():
        deliver(adapter, kind, values)
    return u8.ledger()


def test_the_table_is_what_stands_in_the_books(books):
    found = tables("yonyou_u8.md")
    assert found.keys() == VALUES.keys()
    for kind, (resource, rows) in found.items():
        (document,) = books[resource]
        there = stored(document)
        assert {theirs for _ours, theirs, _how in rows} == there.keys(), kind
        for name, theirs, how in rows:
            if how.startswith("as it is"):
                assert same(there[theirs], ours(VALUES[kind], name)), (kind, name, theirs)
            elif how.startswith("always"):
                assert there[theirs] == how.split()[1]
