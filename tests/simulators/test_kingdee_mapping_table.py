"""The mapping table of Kingdee Cloud Galaxy in docs/ against what really stands in the simulator's books, both ways."""

import pytest
from kingdee_support import connect, customer_values, receivable_values
from mapping_pages import ours, same, tables
from test_kingdee_out import deliver, order_values, own_receipt_values

SETTINGS = {
    "pay_organisation": "101",
    "sale_organisation": "102",
    "salespersons": {"u1": "XSY001"},
    "departments": {"t1": "BM01"},
    "settlements": {"j1": "JSFS01_SYS"},
}
MAPPED = {"p1": "M001", "pc": "Pcs", "CNY": "PRE001", "u1": "XSY001", "t1": "BM01", "j1": "JSFS01_SYS"}
ORGANISATIONS = {"Organisation": "100", "Collecting Organisation": "101", "Selling Organisation": "102"}
LINE = receivable_values()["lines"][0]
VALUES = {
    "customer": customer_values(
        short_name="杭州示例", invoice_title="杭州示例（开票）", bank_name="工行", bank_account="62220001", phone="0571-1",
        address="杭州市西湖区 1 号", currency="CNY", salesperson="u1", contacts=[{"name": "王", "mobile": "13800000000"}],
    ),
    "product": {"number": "CRM-P-1", "name": "减速机", "unit": "pc", "specification": "X-1"},
    "sales_order": order_values(department="t1", plan=[{"name": "首付款", "percent": "100", "amount": "113.10", "date": "2026-02-01"}]),
    "receivable": receivable_values(
        remark="INV/1 HT-77", salesperson="u1", department="t1", lines=[{**LINE, "name": "减速机"}],
        installments=[{"date": "2026-02-01", "amount": "13.10"}, {"date": "2026-03-01", "amount": "100.00"}],
    ),
    "own_receipt": own_receipt_values(settlement="j1", remark="货款", **{"for": "HT-77"}),
}  # fmt: skip
# sums and times that Galaxy writes itself
MADE_THERE = {"FALLAMOUNTFOR", "FBILLALLAMOUNT", "FREALRECAMOUNTFOR", "FCREATEDATE"}


def stored(document):
    """Key in capitals -> value of a document in the books, rows by ``ENTITY.KEY``, the first of each."""
    rows = {
        f"{entity}.{key}": value
        for entity, found in document["entries"].items()
        for key, value in found[0].items()
        if key != "_id"
    }
    return {key: value for key, value in document["header"].items() if key not in MADE_THERE} | rows


@pytest.fixture
def books(erp):
    adapter = connect(erp, settings=SETTINGS)
    for kind, values in VALUES.items():
        deliver(adapter, kind, values)
    return erp.ledger()


def test_the_table_is_what_stands_in_the_books(books):
    found = tables("kingdee_galaxy.md")
    assert found.keys() == VALUES.keys()
    for kind, (form, rows) in found.items():
        (document,) = books[form]
        assert document["number"] == VALUES[kind]["number"]
        there = stored(document)
        assert {theirs.upper() for _ours, theirs, _how in rows} == there.keys(), kind
        for name, theirs, how in rows:
            value = there[theirs.upper()]
            if how.startswith("as it is"):
                assert same(value, ours(VALUES[kind], name)), (kind, name, theirs)
            elif how.startswith("mapping") and name != "–":
                assert value == MAPPED[ours(VALUES[kind], name)], (kind, theirs)
            elif how.startswith("setting"):
                assert value == ORGANISATIONS[how.removeprefix("setting ").split(",")[0]], (kind, theirs)
            elif how.startswith(("always", "standard")):
                assert str(value) == how.split()[1], (kind, theirs)
