"""The language of filters, where the simulator looks at no more documents than it must."""

import pytest
from kingdee import query


@pytest.mark.parametrize(
    ("source", "numbers"),
    [
        ("FBillNo = 'A-1'", ["A-1"]),
        ("FBillNo in ('A-1', 'it''s')", ["A-1", "it's"]),
        ("FBillNo in ('A-1') and FDate > '2026-01-01'", ["A-1"]),
        ("FBillNo in ('A-1') or FID = 5", None),
        ("not FBillNo in ('A-1')", None),
        ("FOldBillNo in ('A-1')", None),
        ("FID = 5", None),
    ],
)
def test_only_documents_that_a_filter_names_are_looked_at(source, numbers):
    assert query.numbers_in(source, ("FBillNo",)) == numbers
