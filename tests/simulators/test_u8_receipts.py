"""The U8+ client: receipts that are read back."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from u8_support import (
    NOTHING,
    listed,
    receivable_values,
    scripted,
)


def save(adapter, values=None, kind="receivable"):
    values = values or receivable_values()
    return adapter.send_step(kind, "save", values["number"], adapter.build(kind, values))


NOON = datetime(2026, 1, 20, 4, 0, tzinfo=UTC)  # noon in China


def receipt_row(number="SK1", **more):
    return {
        "vouchcode": number,
        "vouchdate": "2026-01-20",
        "vouchtype": "48",
        "customercode": "CRM-C-1",
        "amount": "100.0000",
        "originalamount": "100.0000",
        "state": "审核",
        "define10": "",
        "digest": "货款 HT-77",
        **more,
    }


def cursor(clients, since=NOON - timedelta(minutes=10), **more):
    return clients("results").ReceiptCursor(since, **more)


def test_receipts_are_read_by_page_and_the_cursor_survives(clients):
    adapter = scripted(
        listed("acceptlist", [receipt_row("SK1")], 1, 2, 2), listed("acceptlist", [receipt_row("SK2")], 2, 2, 2)
    )
    receipts, position = adapter.read_receipts(cursor(clients), NOON)
    assert position.partial
    position = clients("results").ReceiptCursor.from_json(json.loads(json.dumps(position.to_json())))
    more, position = adapter.read_receipts(position, NOON + timedelta(days=3))
    assert not position.partial
    assert position.since == NOON
    assert [(r.number, r.amount, r.status, r.currency_number) for r in receipts + more] == [
        ("SK1", Decimal("100"), "C", "人民币"),
        ("SK2", Decimal("100"), "C", "人民币"),
    ]
    first, second = (asked[2] for asked in adapter.heard.asked[1:])
    assert adapter.heard.paths()[1:] == ["/api/acceptlist/batch_get"] * 2
    assert (first["page_index"], second["page_index"]) == ("1", "2")
    window = {"vouchdate_begin": "2026-01-13", "vouchdate_end": "2026-01-20", "vouchtype": "48"}
    assert window.items() <= first.items()
    assert window.items() <= second.items()


def test_a_new_day_reads_further_back_and_never_before_the_start(clients):
    adapter = scripted(NOTHING, settings={"receipts_from": date(2026, 1, 1)})
    receipts, position = adapter.read_receipts(cursor(clients, NOON - timedelta(days=1)), NOON)
    assert (receipts, position.since) == ([], NOON)
    assert adapter.heard.asked[-1][2]["vouchdate_begin"] == "2026-01-01"
    adapter = scripted(NOTHING)
    adapter.read_receipts(cursor(clients, NOON - timedelta(days=1)), NOON)
    assert adapter.heard.asked[-1][2]["vouchdate_begin"] == "2025-11-18"


def test_the_day_is_china_s(clients):
    late = datetime(2026, 1, 20, 16, 30, tzinfo=UTC)
    adapter = scripted(NOTHING)
    adapter.read_receipts(cursor(clients, late - timedelta(minutes=10)), late)
    assert adapter.heard.asked[-1][2]["vouchdate_end"] == "2026-01-21"


def test_lines_of_a_receipt(clients):
    row = receipt_row(
        entry=[
            {"type": "0", "customercode": "C1", "amount": "60", "originalamount": "60"},
            {"type": "1", "customercode": "C2", "amount": "40", "originalamount": "40"},
        ]
    )
    receipts, _position = scripted(listed("acceptlist", [row])).read_receipts(cursor(clients), NOON)
    assert [(r.entry_id, r.customer_number, r.amount) for r in receipts] == [
        ("1", "C1", Decimal(60)),
        ("2", "C2", Decimal(40)),
    ]


@pytest.mark.parametrize(
    ("more", "status", "cancelled"),
    [({"state": "开立"}, "开立", False), ({"state": ""}, "", False), ({"state": "作废"}, "作废", True)],
)
def test_only_audited_receipts_count(clients, more, status, cancelled):
    adapter = scripted(listed("acceptlist", [receipt_row(**more)]))
    ((receipt,), _position) = adapter.read_receipts(cursor(clients), NOON)
    assert (receipt.status, receipt.cancelled) == (status, cancelled)


def test_a_site_whose_receipts_show_no_state_may_count_them(clients):
    adapter = scripted(listed("acceptlist", [receipt_row(state="")]), settings={"unaudited_counts": True})
    ((receipt,), _position) = adapter.read_receipts(cursor(clients), NOON)
    assert receipt.status == "C"


def test_payments_are_no_receipts_and_foreign_ones_have_no_guessed_currency(clients):
    rows = [receipt_row("FK1", vouchtype="49"), receipt_row("SK2", amount="710", originalamount="100")]
    ((receipt,), _position) = scripted(listed("acceptlist", rows)).read_receipts(cursor(clients), NOON)
    assert (receipt.number, receipt.amount, receipt.currency_number) == ("SK2", Decimal(100), "")


@pytest.mark.parametrize(
    "answer",
    [
        listed("acceptlist", [receipt_row()], 2, 3),
        listed("acceptlist", [], 1, 3, 9),
        listed("acceptlist", [receipt_row()], 1, 0),
        {**listed("acceptlist", [receipt_row()]), "page_count": "many"},
        {**listed("acceptlist", [receipt_row()]), "row_count": None},
        listed("acceptlist", ["x"]),
        listed("acceptlist", [receipt_row(vouchcode="")]),
        listed("acceptlist", [receipt_row(amount="x", originalamount="x")]),
        listed("acceptlist", [receipt_row(vouchdate="soon")]),
        {"errcode": "0", "page_index": "1", "page_count": "1", "row_count": "1"},
        "<html>",
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_bad_list_moves_no_cursor(clients, errors, answer):
    with pytest.raises(errors.Unknown):
        scripted(answer).read_receipts(cursor(clients), NOON)


def test_strange_cursors(clients, errors):
    adapter = scripted()
    with pytest.raises(errors.CursorInvalid):
        adapter.read_receipts(cursor(clients, NOON + timedelta(days=900)), NOON)
    with pytest.raises(errors.CursorInvalid):
        adapter.read_receipts(cursor(clients), NOON.replace(tzinfo=None))
    assert adapter.read_receipts(cursor(clients, NOON), NOON) == ([], cursor(clients, NOON))
    assert adapter.heard.asked == []
