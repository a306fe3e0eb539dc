"""The adapter of Kingdee EAS against its simulator: the road of every kind, what sites differ in, receipts."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from eas_support import SENT, connect_eas
from kingdee_support import customer_values, deliver, module, receivable_values, utc_now

errors = module("errors")
results = module("results")


def save(adapter, payload):
    return adapter.send_step("receivable", "save", "CRM-AR-1", payload)


def bills(eas):
    return eas.ledger()["otherbill"]


class TestRoad:
    @pytest.mark.parametrize(("kind", "values"), SENT, ids=[kind for kind, _values in SENT])
    def test_of_a_bill(self, eas_books, eas, kind, values):
        adapter = connect_eas(eas, settings={"salespersons": {"s1": "P0007"}, "settlements": {"journal": "JS01"}})
        document = deliver(adapter, kind, values)
        assert (document.status, adapter.next_step(kind, document)) == ("C", "done")
        assert eas.count(values["number"]) == 1
        operations = [
            c["operation"] for c in eas.calls() if c["number"] == values["number"] or c["operation"] == "importBill"
        ]
        road = [op for op in operations if op in ("importBill", "submitBill", "auditBill")]
        assert road[-3:] == ["importBill", "submitBill", "auditBill"]

    def test_the_login_is_one(self, eas_books, eas):
        for number in range(3):
            connect_eas(eas).find("receivable", f"CRM-AR-{number}")
        assert len(eas.calls("login")) == 1

    def test_test_connection(self, eas):
        assert connect_eas(eas).test_connection().user == "crm"
        assert [call["operation"] for call in eas.calls()] == ["login", "queryBills"]

    @pytest.mark.parametrize("change", [{"password": "x"}, {"db_type": 0}, {"dc_name": "DC02"}])
    @pytest.mark.parametrize("failure", ["nil", "absent", "fault"])
    def test_a_refused_login_is_tried_once(self, eas, change, failure):
        eas.settings(login_failure=failure)
        with pytest.raises(errors.LoginFailed):
            connect_eas(eas, credentials=change).find("customer", "X")
        assert len(eas.calls()) == 1

    def test_people_audit_where_we_do_not(self, eas_books, eas):
        adapter = connect_eas(eas, settings={"audit_kinds": ()})
        document = deliver(adapter, "receivable", receivable_values())
        assert (document.status, adapter.next_step("receivable", document)) == ("B", "wait")
        eas.act("otherbill", "CRM-AR-1", "audit")
        assert adapter.next_step("receivable", adapter.find("receivable", "CRM-AR-1")[0]) == "done"

    @pytest.mark.parametrize("operation", ["reject", "withdraw"])
    def test_what_people_take_back(self, eas_books, eas, operation):
        adapter = connect_eas(eas, settings={"audit_kinds": ()})
        deliver(adapter, "receivable", receivable_values())
        eas.act("otherbill", "CRM-AR-1", operation)
        (document,) = adapter.find("receivable", "CRM-AR-1")
        assert adapter.next_step("receivable", document) == {"reject": "stop", "withdraw": "submit"}[operation]

    def test_refusals_of_the_books_keep_their_words(self, eas_books, eas):
        adapter, payload = eas_books
        eas.settings(closed_through="2026-01-31")
        with pytest.raises(errors.Rejected) as caught:
            save(adapter, payload)
        assert caught.value.code == "PERIOD_CLOSED"
        assert "已结账" in caught.value.messages[0].text
        assert bills(eas) == []

    def test_documents_of_a_period(self, eas_books, eas):
        adapter, _payload = eas_books
        for number in range(1, 6):
            deliver(adapter, "receivable", receivable_values(f"CRM-AR-{number}"))
        adapter._page_size = 2
        day, page, found = date(2026, 1, 20), None, []
        while True:
            documents, page = adapter.read_documents(day, day, page=page)
            found += documents
            if page is None:
                break
        assert [document.number for document in found] == [f"CRM-AR-{number}" for number in range(1, 6)]

    def test_what_changed_and_fapiao_numbers(self, eas_books, eas):
        adapter, _payload = eas_books
        for number in range(1, 4):
            deliver(adapter, "receivable", receivable_values(f"CRM-AR-{number}"))
        eas.change("otherbill", "CRM-AR-1", invoiceNumber="24312000000012345678")
        eas.act("otherbill", "CRM-AR-2", "unaudit")
        eas.act("otherbill", "CRM-AR-2", "reject")
        adapter._page_size = 2
        window = utc_now() - timedelta(hours=1), utc_now() + timedelta(seconds=2)
        found = {item.number: adapter.state_of(item) for item in adapter.read_changes("receivable", *window)}
        assert found == {"CRM-AR-1": "audited", "CRM-AR-2": "rejected", "CRM-AR-3": "audited"}
        assert adapter.read_fapiao(*window) == {"CRM-AR-1": ("24312000000012345678",)}
        past = utc_now() - timedelta(days=3), utc_now() - timedelta(days=2)
        assert adapter.read_changes("receivable", *past) == []

    def test_a_customer_is_changed_and_only_once(self, eas_books, eas):
        adapter, _payload = eas_books
        values = {"number": "CRM-C-1", "name": "新名称有限公司", "phone": "021-1"}
        payload = adapter.build("customer_update", values)
        found = adapter.find("customer_update", "CRM-C-1")[0]
        assert adapter.next_step_for("customer_update", found, values) == "save"
        eas.inject("drop_after_commit", op="importBill")
        with pytest.raises(errors.Unknown):
            adapter.send_step("customer_update", "save", "CRM-C-1", payload)
        found = adapter.find("customer_update", "CRM-C-1")[0]
        adapter.verify("customer_update", values, found)
        assert adapter.next_step_for("customer_update", found, values) == "done"
        header = eas.ledger()["customer"][0]["header"]
        assert (header["name"], header["phone"]) == ("新名称有限公司", "021-1")
        assert header["taxNumber"] == customer_values()["credit_code"]
        assert adapter.next_step_for("customer_update", None, values) == "stop"

    def test_open_items(self, eas_books, eas):
        adapter, _payload = eas_books
        for number in range(1, 4):
            deliver(adapter, "receivable", receivable_values(f"CRM-AR-{number}"))
        eas.change("otherbill", "CRM-AR-1", settledAmount="13.10")
        eas.change("otherbill", "CRM-AR-2", settledAmount="113.10")
        eas.act("otherbill", "CRM-AR-3", "unaudit")
        eas.enter_receipt("CRM-C-1", "40.00", number="SK-1", date="2026-01-20")
        adapter._page_size = 1
        items = adapter.read_open_items(date(2026, 1, 20))
        assert [(item.kind, item.number, item.amount) for item in items] == [
            ("receivable", "CRM-AR-1", Decimal("100.00")),
            ("receipt", "SK-1", Decimal("-40.00")),
        ]
        assert adapter.read_open_items(date(2026, 1, 19)) == []

    def test_codes_and_credit_limits(self, eas_books, eas):
        adapter, _payload = eas_books
        for number in range(2, 6):
            eas.enter("customer", {"company": "01", "number": f"K{number}", "name": "甲", "currency": "BB01"})
        eas.change("customer", "K3", creditAmount="50000.5")
        adapter._page_size = 2
        # Two changes of one millisecond come in either order; that each comes once is what counts.
        assert sorted(code.number for code in adapter.read_codes("customer")) == ["CRM-C-1", "K2", "K3", "K4", "K5"]
        assert [(code.number, code.name) for code in adapter.read_codes("product")] == [("M001", "实施服务")]
        assert adapter.read_codes("tax") is None
        assert adapter.read_credit_limits() == {"K3": Decimal("50000.5")}


class TestSites:
    """What differs from site to site."""

    @pytest.mark.parametrize(("switch", "outcome"), [("error", []), ("null", []), ("empty", errors.Unknown)])
    def test_how_nothing_is_told(self, eas_books, eas, switch, outcome):
        adapter, _payload = eas_books
        eas.settings(missing=switch)
        if outcome == []:
            assert adapter.find("receivable", "CRM-AR-1") == []
        else:
            with pytest.raises(outcome):
                adapter.find("receivable", "CRM-AR-1")

    def test_no_codes(self, eas_books, eas):
        adapter, payload = eas_books
        eas.settings(error_codes=False)
        assert adapter.find("receivable", "CRM-AR-1") == []
        save(adapter, payload)
        with pytest.raises(errors.NumberTaken):
            save(adapter, payload)

    @pytest.mark.parametrize("numbers", ["number", "text"])
    def test_amounts_as_the_site_wants_them(self, eas_books, eas, numbers):
        eas.settings(numbers=numbers)
        adapter = connect_eas(eas, settings={"amounts": numbers})
        assert deliver(adapter, "receivable", receivable_values()).status == "C"

    def test_a_site_that_numbers_by_itself_is_noticed(self, eas_books, eas):
        adapter, payload = eas_books
        eas.settings(manual_number=False)
        with pytest.raises(errors.Mismatch):
            save(adapter, payload)

    def test_empty_lists_as_errors(self, eas_books, eas):
        eas.settings(empty_list="error")
        start = results.ReceiptCursor(utc_now() - timedelta(hours=1))
        found, cursor = connect_eas(eas).read_receipts(start, utc_now())
        assert (found, cursor.partial) == ([], False)


class TestReceipts:
    def read(self, adapter, cursor, until):
        found = []
        while True:
            receipts, cursor = adapter.read_receipts(cursor, until)
            cursor = results.ReceiptCursor.from_json(json.loads(json.dumps(cursor.to_json())))
            found += receipts
            if not cursor.partial:
                return found, cursor

    def test_none_lost_none_twice_across_pages_and_restarts(self, eas_books, eas):
        adapter, _payload = eas_books
        for number in range(1, 12):
            eas.enter_receipt("CRM-C-1", f"{number}.50", number=f"SK-{number}", reference=f"r{number}")
        adapter._page_size = 4
        until = utc_now() + timedelta(seconds=2)
        found, cursor = self.read(adapter, results.ReceiptCursor(until - timedelta(hours=1)), until)
        assert [line.number for line in found] == [f"SK-{number}" for number in range(1, 12)]
        assert len({line.key for line in found}) == 11
        # again: the overlap brings the same lines under the same keys
        eas.enter_receipt("CRM-C-1", "7", number="SK-12")
        again, _cursor = self.read(adapter, cursor, until + timedelta(seconds=5))
        assert {line.key for line in found} < {line.key for line in again}

    def test_a_change_while_we_read_loses_nothing(self, eas_books, eas):
        adapter, _payload = eas_books
        for number in range(1, 7):
            eas.enter_receipt("CRM-C-1", number, number=f"SK-{number}")
        adapter._page_size = 3
        until = utc_now() + timedelta(seconds=3)
        first, cursor = adapter.read_receipts(results.ReceiptCursor(until - timedelta(hours=1)), until)
        eas.change("receivingbill", "SK-1", settledAmount="1.00")
        rest, _cursor = self.read(adapter, cursor, until)
        numbers = [line.number for line in first + rest]
        assert set(numbers) == {f"SK-{number}" for number in range(1, 7)}

    def test_states_of_receipts(self, eas_books, eas):
        adapter, _payload = eas_books
        eas.enter_receipt("CRM-C-1", "5", number="SK-1", mode="submit")
        until = utc_now() + timedelta(seconds=2)
        (line,), _cursor = self.read(adapter, results.ReceiptCursor(until - timedelta(hours=1)), until)
        assert line.status == "B"

    @pytest.mark.parametrize(
        "kind", ["refuse", "html_200", "empty_200", "truncated", "no_return", "soap_fault", "huge"]
    )
    def test_a_faulty_page_moves_no_cursor(self, eas_books, eas, kind):
        adapter, _payload = eas_books
        eas.inject(kind, op="queryBills")
        with pytest.raises((errors.Unknown, errors.Rejected)):
            adapter.read_receipts(results.ReceiptCursor(utc_now() - timedelta(hours=1)), utc_now())
