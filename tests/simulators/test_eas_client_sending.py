"""The client of Kingdee EAS against canned replies: what goes out, and the receipts that come back."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from eas_replies import (
    NOW,
    Wire,
    adapter,
    adapters,
    bill,
    errors,
    got,
    page,
    refusal,
    result,
    results,
    saved,
    send,
    soap,
)
from kingdee_support import customer_values, module, receivable_values


class TestSending:
    def test_a_receivable(self):
        wire = Wire(importBill=saved(), getBill=got(bill()))
        document = send(wire)
        assert (document.remote_id, document.status, document.amount) == ("AR=1", "A", Decimal("113.1"))
        kind, text, mode = wire.arguments(1)
        assert (kind, mode, wire.calls[1][1]) == ("otherbill", "save", "/ormrpc/services/SCMWebServiceFacade")
        assert json.loads(text) == {
            "company": "01", "number": "CRM-AR-1", "reference": "CRM-AR-1", "bizDate": "2026-01-20",
            "dueDate": "2026-02-19", "customer": "CRM-C-1", "currency": "BB01", "redBlue": "blue",
            "totalAmount": "113.10",
            "entries": [{
                "seq": 1, "material": "M001", "unit": "PCS", "quantity": "10", "taxPrice": "11.31", "taxRate": "13",
                "amount": "100.09", "tax": "13.01", "totalAmount": "113.10",
            }],
        }  # fmt: skip

    def test_submit_and_audit_by_number(self):
        wire = Wire(
            submitBill=result("submitBill", {"number": "CRM-AR-1"}),
            auditBill=result("auditBill", {"number": "CRM-AR-1"}),
            getBill=got(bill(billStatus="AUDITED")),
        )
        for step in ("submit", "audit"):
            assert adapter(wire).send_step("receivable", step, "CRM-AR-1").status == "C"
        assert wire.arguments(1) == wire.arguments(3) == ["otherbill", "CRM-AR-1"]

    def test_a_credit_note_is_negative(self):
        known = adapter(Wire())
        line = {
            key: f"-{value}" if key.startswith(("amount", "quantity")) else value
            for key, value in receivable_values()["lines"][0].items()
        }
        values = receivable_values("CRM-AR-9", amount_total="-113.10", lines=[line])
        sent = known.build("credit_note", values)
        assert (sent["redBlue"], sent["totalAmount"]) == ("red", "-113.10")
        assert (sent["entries"][0]["quantity"], sent["entries"][0]["taxPrice"]) == ("-10", "11.31")

    @pytest.mark.parametrize("reply", [("NUMBER_EXISTS", "x"), ("", "应收单编号CRM-AR-1已存在")])
    def test_number_in_use(self, reply):
        with pytest.raises(errors.NumberTaken) as caught:
            send(Wire(importBill=refusal("importBill", *reply)))
        assert caught.value.next_action == errors.ASK

    @pytest.mark.parametrize("code", ["PERIOD_CLOSED", "UNKNOWN_CODE", ""])
    def test_refused_with_words(self, code):
        with pytest.raises(errors.Rejected) as caught:
            send(Wire(importBill=refusal("importBill", code, "物料M001不存在")))
        assert not isinstance(caught.value, errors.NumberTaken)
        assert caught.value.next_action == errors.STOP
        assert caught.value.messages[0].text == "物料M001不存在"

    @pytest.mark.parametrize("found", [got(), errors.Unknown("x", reason="reset"), errors.NotSent("x")])
    def test_done_but_not_found_is_unknown(self, found):
        with pytest.raises(errors.Unknown) as caught:
            send(Wire(importBill=saved(), getBill=found))
        assert caught.value.reason == "read_back"

    def test_another_number_or_id_is_a_mismatch(self):
        for reply in (saved(number="YS001"), saved(id="AR=2")):
            with pytest.raises(errors.Mismatch):
                send(Wire(importBill=reply, getBill=got(bill())))

    def test_the_payload_survives_storage(self):
        known = adapter(Wire())
        for kind, values in [
            ("customer", customer_values()),
            ("product", {"number": "CRM-P-1", "name": "泵", "unit": "pc"}),
            ("sales_order", receivable_values("CRM-SO-1", contract_number="HT-1")),
            ("own_receipt", receivable_values("CRM-RC-1", settlement="j", is_advance=True)),
        ]:
            payload = known.build(kind, values)
            assert json.loads(json.dumps(payload)) == payload
            assert payload["number"] == values["number"]

    def test_a_payload_of_another_number_is_not_sent(self):
        wire = Wire()
        with pytest.raises(errors.InvalidValues):
            adapter(wire).send_step("receivable", "save", "CRM-AR-2", {"number": "CRM-AR-1"})
        assert wire.calls == []

    def test_amounts_as_numbers_keep_their_digits(self):
        sent = adapter(Wire(), amounts="number").build("receivable", receivable_values())
        assert (sent["totalAmount"], sent["entries"][0]["amount"], sent["entries"][0]["quantity"]) == (
            113.1,
            100.09,
            10,
        )
        number = module("kingdee_eas_payloads").json_number
        for text in ("0.1", "113.10", "99999999999.99", "-0.01", "1000000"):
            assert Decimal(json.dumps(number(Decimal(text)))) == Decimal(text)
        with pytest.raises(errors.InvalidValues):
            number(Decimal("12345678901234567.89"))

    @pytest.mark.parametrize("change", [{"amount_total": "113.11"}, {"lines": []}, {"date": ""}, {"amount_total": 1.5}])
    def test_values_that_contradict_themselves(self, change):
        with pytest.raises(errors.InvalidValues):
            adapter(Wire()).build("receivable", receivable_values(**change))

    def test_missing_codes_are_named(self):
        with pytest.raises(errors.MappingMissing):
            adapter(Wire(), materials={}).build("receivable", receivable_values())
        with pytest.raises(errors.MappingMissing):
            adapter(Wire()).build("receivable", receivable_values(currency="USD"))

    def test_what_is_only_read_is_not_built(self):
        with pytest.raises(errors.InvalidValues):
            adapter(Wire()).build("receipt", {})


def receipt(ident, **more):
    return bill(id=ident, number=f"SK-{ident}", billStatus="AUDITED", bizDate="2026-03-01", totalAmount=100.5, **more)


class TestReceipts:
    def test_pages_and_a_cursor_that_survives_storage(self):
        wire = Wire(queryBills=[page(receipt("a"), receipt("b"), cursor="t|2", more=True), page(receipt("c"))])
        known = adapter(wire)
        first, cursor = known.read_receipts(results.ReceiptCursor(NOW - timedelta(hours=1)), NOW)
        assert [line.remote_id for line in first] == ["a", "b"]
        assert (first[0].amount, first[0].customer_number, first[0].status) == (Decimal("100.5"), "CRM-C-1", "C")
        assert first[0].modified == datetime(2026, 3, 1, 2, 0, 0, 123000, tzinfo=UTC)
        cursor = results.ReceiptCursor.from_json(cursor.to_json())
        assert cursor.partial
        second, cursor = known.read_receipts(cursor, NOW + timedelta(hours=3))
        assert [line.remote_id for line in second] == ["c"]
        assert cursor == results.ReceiptCursor(NOW)
        asked = [json.loads(wire.arguments(index)[1]) for index in (1, 2)]
        assert asked[0] == {
            "company": "01", "modifiedFrom": "2026-03-01 14:45:00", "modifiedTo": "2026-03-01 16:00:00", "limit": 2,
        }  # fmt: skip
        assert asked[1] == {**asked[0], "cursor": "t|2"}

    def test_nothing_new_asks_nothing(self):
        wire = Wire()
        assert adapter(wire).read_receipts(results.ReceiptCursor(NOW), NOW) == ([], results.ReceiptCursor(NOW))
        assert wire.calls == []

    def test_an_empty_list_told_as_an_error(self):
        wire = Wire(queryBills=refusal("queryBills", "NOT_FOUND", "未查询到数据"))
        start = results.ReceiptCursor(NOW - timedelta(hours=1))
        assert adapter(wire).read_receipts(start, NOW) == ([], results.ReceiptCursor(NOW))

    def test_a_cursor_of_tomorrow_is_refused(self):
        with pytest.raises(errors.CursorInvalid):
            adapter(Wire()).read_receipts(results.ReceiptCursor(NOW + timedelta(days=9)), NOW)

    def test_a_page_that_does_not_move_is_refused(self):
        known = adapter(Wire(queryBills=page(receipt("a"), cursor="t|2", more=True)))
        _lines, cursor = known.read_receipts(results.ReceiptCursor(NOW - timedelta(hours=1)), NOW)
        with pytest.raises(errors.Unknown):
            known.read_receipts(cursor, NOW)

    @pytest.mark.parametrize(
        "data",
        [
            {"rows": [], "cursor": "x", "more": True},
            {"rows": [receipt("a")], "cursor": "", "more": True},
            {"rows": [receipt("a")] * 3, "cursor": "", "more": False},
            {"rows": [receipt("a")], "cursor": ""},
            {"rows": [receipt("a")], "more": "false"},
            {"rows": {}, "more": False},
            {"rows": ["x"], "more": False},
            {"rows": [receipt("a", modifiedTime="")], "more": False},
            {"rows": [receipt("")], "more": False},
            {"rows": [{**receipt("a"), "bizDate": "soon"}], "more": False},
        ],
    )
    def test_pages_that_cannot_be_read(self, data):
        with pytest.raises(errors.Unknown):
            adapter(Wire(queryBills=result("queryBills", data))).read_receipts(
                results.ReceiptCursor(NOW - timedelta(hours=1)), NOW
            )

    def test_documents_for_the_reconciliation(self):
        wire = Wire(queryBills=[page(bill(), cursor="t|1", more=True), page(bill(number="CRM-AR-2"))])
        days = (NOW.date(), NOW.date())
        first, following = adapter(wire).read_documents(*days)
        second, end = adapter(wire).read_documents(*days, page=following)
        assert [document.number for document in first + second] == ["CRM-AR-1", "CRM-AR-2"]
        assert (following, end) == ("t|1", None)


def test_the_wsdl_asks_for_nothing_from_elsewhere():
    for service in ("EASLogin", "SCMWebServiceFacade", "WSCrmBridgeFacade"):
        text = (soap._WSDL / f"{service}.wsdl").read_text()
        assert "schemaLocation" not in text
        assert "wsdl:import" not in text
        assert soap._document(service).bindings


def test_zeep_is_not_loaded_with_the_addon():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import kingdee_support as s; s.module('kingdee_eas_adapter'); "
        "sys.exit('zeep' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(Path(__file__).parent)], check=False).returncode == 0


def test_registered():
    assert module("adapter").adapter_for("kingdee_eas") is adapters.KingdeeEasAdapter
