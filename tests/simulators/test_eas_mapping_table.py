"""The mapping table of Kingdee EAS in docs/ against the ledger of its simulator."""

import re
from pathlib import Path

import pytest
from eas_support import SENT, connect_eas, product_values
from kingdee_support import customer_values, deliver

MAPPING = Path(__file__).resolve().parents[2] / "docs" / "kingdee_eas.md"


class TestMapping:
    """The table in docs/ against the ledger: each field that stands over there came from where the table says."""

    VALUES = {
        "customer": customer_values(
            "CRM-C-9", short_name="杭州示例", bank_name="工行", bank_account="6222", phone="0571-1", address="杭州"
        ),
        "product": product_values("CRM-P-1", specification="X-1"),
        **{kind: {**values, "lines": [{**line, "name": "pump"} for line in values.get("lines", ())]}
           for kind, values in SENT},
    }  # fmt: skip
    FORMS = {
        "customer": "customer", "product": "material", "sales_order": "saleorder", "receivable": "otherbill",
        "credit_note": "otherbill", "own_receipt": "receivingbill",
    }  # fmt: skip
    CODES = {"currency": {"CNY": "BB01"}, "product": {"p1": "M001"}, "unit": {"pc": "U01"},
             "salesperson": {"s1": "P0007"}, "settlement": {"journal": "JS01"}}  # fmt: skip

    @staticmethod
    def table():
        """kind -> [(our field, their field)] of the page."""
        found = {}
        for line in MAPPING.read_text(encoding="utf-8").splitlines():
            row = re.match(r"\| ([a-z_, ]+) \| `([^`]+)` \| `([^`]+)` \|", line)
            for kind in row[1].split(", ") if row else ():
                found.setdefault(kind, []).append((row[2], row[3]))
        return found

    def ours(self, kind, name):
        """Text that a field of ours has over there."""
        values = self.VALUES[kind]
        if name.startswith("lines."):
            values, name = values["lines"][0], name.removeprefix("lines.")
        value = values.get(name)
        return self.CODES.get(name, {}).get(value, value)

    @pytest.mark.parametrize("kind", FORMS)
    def test_every_field(self, eas_books, eas, kind):
        adapter = connect_eas(eas, settings={"salespersons": {"s1": "P0007"}, "settlements": {"journal": "JS01"}})
        values = self.VALUES[kind]
        deliver(adapter, kind, values)
        (document,) = [d for d in eas.ledger()[self.FORMS[kind]] if d["number"] == values["number"]]
        theirs = {**document["header"], **{f"entries.{k}": v for k, v in (document["entries"] or [{}])[0].items()}}
        told = set()
        for ours, there in self.table()[kind]:
            told.add(there)
            if ours.startswith("="):
                assert theirs[there] in ours.removeprefix("= ").split(" / "), (ours, there)
            elif " + " in ours:
                assert theirs[there] == " ".join(self.ours(kind, name) for name in ours.split(" + ")), there
            else:
                assert theirs[there] == str(self.ours(kind, ours)), (ours, there)
        assert set(theirs) == told
