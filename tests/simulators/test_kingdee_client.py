"""Our adapter against the simulator: the road, the states, the session, the receipts."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from kingdee_support import connect, customer_values, deliver, receivable_values, utc_now


def cursor(clients, hours=1):
    return clients("results").ReceiptCursor(utc_now() - timedelta(hours=hours))


def later():
    return utc_now() + timedelta(seconds=2)


def test_connection_test(adapter):
    assert adapter.test_connection().detail == "CNY"


def test_customer_and_receivable_travel_to_audited(adapter, erp):
    assert deliver(adapter, "customer", customer_values()).status == "C"
    bill = deliver(adapter, "receivable", receivable_values())
    assert (bill.status, bill.amount, bill.customer_number) == ("C", Decimal("113.10"), "CRM-C-1")
    assert [call["operation"] for call in erp.calls(form="AR_receivable") if call["committed"]] == [
        "Save",
        "Submit",
        "Audit",
    ]
    ledger = erp.ledger()
    assert [d["ignored"] for form in ledger.values() for d in form if d["ignored"]] == []
    assert len(ledger["AR_receivable"]) == 1
    # delivering again finds it finished and changes nothing
    deliver(adapter, "receivable", receivable_values())
    assert len(erp.calls("Save", "AR_receivable")) == 1


def test_the_road_is_resumed_from_the_remote_state(signed, erp):
    deliver(signed, "customer", customer_values())
    payload = signed.build("receivable", receivable_values())
    signed.send_step("receivable", "save", "CRM-AR-1", payload)
    erp.restart()
    again = connect(erp)
    (found,) = again.find("receivable", "CRM-AR-1")
    assert again.next_step("receivable", found) == "submit"
    assert deliver(again, "receivable", receivable_values()).status == "C"
    assert len(erp.calls("Save", "AR_receivable")) == 1


def test_states_and_what_is_due(signed, erp, clients):
    adapter = clients("adapter")
    deliver(signed, "customer", customer_values())
    deliver(signed, "receivable", receivable_values())
    erp.act("AR_receivable", "CRM-AR-1", "UnAudit")
    (bill,) = signed.find("receivable", "CRM-AR-1")
    assert bill.status == "D"
    assert signed.next_step("receivable", bill) == adapter.STOPPED
    erp.act("AR_receivable", "CRM-AR-1", "Cancel")
    (bill,) = signed.find("receivable", "CRM-AR-1")
    assert bill.cancelled
    assert signed.next_step("receivable", bill) == adapter.STOPPED
    document = clients("results").RemoteDocument
    for status, due in {
        "Z": "submit",
        "A": "submit",
        "B": "audit",
        "C": "done",
        "?": "stop",
    }.items():
        assert signed.next_step("receivable", document("receivable", "1", "n", status)) == due
    assert signed.next_step("receipt", document("receipt", "1", "n", "B")) == adapter.WAIT
    assert signed.next_step("receivable", None) == adapter.SAVE


def test_where_people_audit_we_wait(erp, clients):
    ours = connect(erp, settings={"audit_kinds": ()})
    ours_document = deliver(ours, "customer", customer_values())
    assert ours_document.status == "B"
    assert ours.next_step("customer", ours_document) == clients("adapter").WAIT
    erp.act("BD_Customer", "CRM-C-1", "Audit")
    (document,) = ours.find("customer", "CRM-C-1")
    assert ours.next_step("customer", document) == clients("adapter").DONE


def test_customer_must_exist_and_be_audited(signed, clients):
    errors = clients("errors")
    payload = signed.build("receivable", receivable_values())
    with pytest.raises(errors.Rejected) as caught:
        signed.send_step("receivable", "save", "CRM-AR-1", payload)
    assert caught.value.code == 9
    assert caught.value.messages[0].field == "FCUSTOMERID"
    signed.send_step("customer", "save", "CRM-C-1", signed.build("customer", customer_values()))
    with pytest.raises(errors.Rejected) as caught:
        signed.send_step("receivable", "save", "CRM-AR-1", payload)
    assert "未审核" in caught.value.messages[0].text
    assert caught.value.next_action == errors.STOP


def test_missing_fields_are_named_with_their_index(signed, clients):
    with pytest.raises(clients("errors").Rejected) as caught:
        signed.client.save("AR_receivable", {"Model": {"FBillNo": "X"}})
    names = {message.field for message in caught.value.messages}
    assert {"FDATE", "FCUSTOMERID", "FCURRENCYID"} <= names
    assert {message.index for message in caught.value.messages} == {0}


def test_steps_out_of_order_are_refused(signed, clients):
    payload = signed.build("customer", customer_values())
    signed.send_step("customer", "save", "CRM-C-1", payload)
    with pytest.raises(clients("errors").Rejected):
        signed.send_step("customer", "audit", "CRM-C-1", None)
    with pytest.raises(clients("errors").InvalidValues):
        signed.send_step("receipt", "save", "x", {})
    with pytest.raises(clients("errors").InvalidValues):
        signed.send_step("customer", "save", "CRM-C-2", payload)


def test_batch_is_judged_item_by_item(signed, clients):
    for number in ("CRM-C-1", "CRM-C-2"):
        payload = signed.build("customer", customer_values(number))
        signed.send_step("customer", "save", number, payload)
    reply = signed.client.write_many("Submit", "BD_Customer", ["CRM-C-1", "nowhere", "CRM-C-2"])
    assert [outcome.error is None for outcome in reply.outcomes] == [True, False, True]
    assert isinstance(reply.outcomes[1].error, clients("errors").Rejected)
    assert [d.status for n in "12" for d in signed.find("customer", f"CRM-C-{n}")] == ["B", "B"]


def test_view_has_no_prefixes(signed):
    deliver(signed, "customer", customer_values())
    assert signed.client.view("BD_Customer", number="CRM-C-1")["DocumentStatus"] == "C"


def test_a_foreign_document_under_our_number_is_noticed(signed, clients):
    deliver(signed, "customer", customer_values(name="别的公司"))
    (document,) = signed.find("customer", "CRM-C-1")
    with pytest.raises(clients("errors").Mismatch) as caught:
        signed.verify("customer", customer_values(), document)
    assert caught.value.field == "name"


def test_apostrophes_and_hostile_numbers_stay_inside_their_quotes(signed, clients):
    deliver(signed, "customer", customer_values("C'1"))
    deliver(signed, "customer", customer_values("C2"))
    assert [d.number for d in signed.find("customer", "C'1")] == ["C'1"]
    assert signed.find("customer", "x' or FNumber<>'") == []
    for bad in ("a\nb", "x\u02bc or 1=1", "\uff07", "n" * 201):
        with pytest.raises(clients("errors").InvalidValues):
            signed.find("customer", bad)


def test_filters_take_no_raw_text(signed, clients):
    where = clients("kingdee_filters")
    with pytest.raises(TypeError):
        signed.client.execute_bill_query("BD_Customer", ("FNumber",), "1=1")
    with pytest.raises(TypeError):
        where.Condition("1=1")
    for name in ("F;", "F A", "a.b.c", "", "F'"):
        with pytest.raises(clients("errors").InvalidValues):
            where.eq(name, "x")
    for value in (1.5, None, True, Decimal("NaN")):
        with pytest.raises(clients("errors").InvalidValues):
            where.eq("FID", value)
    assert str(where.in_("FID", [1, Decimal("2.50")])) == "FID in (1,2.50)"


# ---------------------------------------------------------------------- session


@pytest.mark.parametrize("auth", ["signed", "session"])
@pytest.mark.parametrize("shape", ["result", "double", "list", "errors", "text"])
def test_a_read_survives_a_lost_session_in_every_shape(erp, auth, shape):
    ours = connect(erp, auth=auth)
    deliver(ours, "customer", customer_values())
    erp.inject("lost_session", op="ExecuteBillQuery", shape=shape)
    assert len(ours.find("customer", "CRM-C-1")) == 1


@pytest.mark.parametrize(("shape", "replayed"), [("result", True), ("list", True), ("errors", False), ("text", False)])
def test_a_write_is_replayed_only_after_a_definite_loss(erp, clients, shape, replayed):
    ours = connect(erp, auth="session")
    payload = ours.build("customer", customer_values())
    erp.inject("lost_session", op="Save", shape=shape)
    if replayed:
        assert ours.send_step("customer", "save", "CRM-C-1", payload).status == "A"
        assert len(erp.calls("Save")) == 2
    else:
        with pytest.raises(clients("errors").SessionLost) as caught:
            ours.send_step("customer", "save", "CRM-C-1", payload)
        assert caught.value.next_action == clients("errors").ASK
        assert len(erp.calls("Save")) == 1


def test_real_session_end_is_renewed_once(erp):
    ours = connect(erp, auth="session")
    deliver(ours, "customer", customer_values())
    erp.settings(drop_sessions=True)
    assert len(ours.find("customer", "CRM-C-1")) == 1
    assert len(erp.calls("LoginBySign")) == 2


def test_a_session_that_never_holds_ends_in_an_error(erp, clients):
    ours = connect(erp, auth="session")
    erp.inject("lost_session", op="ExecuteBillQuery", times=0)
    with pytest.raises(clients("errors").SessionLost):
        ours.find("customer", "x")
    assert len(erp.calls("ExecuteBillQuery")) == 2


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_login_in_both_algorithms(erp, clients, algorithm):
    ours = connect(erp, auth="session")
    known = clients("kingdee_signing").KingdeeCredentials(**erp.credentials, sign_algorithm=algorithm)
    ours.client._credentials = known
    assert ours.client.login_by_sign().account_name == "测试账套"


def test_wrong_secret_is_a_failed_login_without_the_secret(erp, clients):
    errors = clients("errors")
    ours = connect(erp, auth="session")
    ours.client._credentials = clients("kingdee_signing").KingdeeCredentials(
        **{**erp.credentials, "app_secret": "geheim-000"}
    )
    with pytest.raises(errors.LoginFailed) as caught:
        ours.find("customer", "x")
    assert caught.value.code == "002005000003016"
    assert caught.value.next_action == errors.STOP
    assert "geheim" not in str(caught.value)
    assert len(erp.calls("LoginBySign")) == 1
    signed = connect(erp)
    signed.client._credentials = ours.client._credentials
    with pytest.raises(errors.SessionLost):
        signed.find("customer", "x")


def test_a_login_that_breaks_off_means_nothing_was_sent(erp, clients):
    ours = connect(erp, auth="session")
    payload = ours.build("customer", customer_values())
    for kind in ("drop_before_commit", "html_200", "http_502", "response_error"):
        erp.inject(kind, op="LoginBySign")
        with pytest.raises(clients("errors").NotSent):
            ours.send_step("customer", "save", "CRM-C-1", payload)
    assert erp.calls("Save") == []


def test_a_wrong_clock_is_refused(erp, clients):
    galaxy = clients("kingdee_galaxy")
    ours = connect(erp)
    late = galaxy.KingdeeGalaxyClient(ours.client._transport, ours.client._credentials, clock=lambda: 1_700_000_000)
    with pytest.raises(clients("errors").LoginFailed) as refused:
        late.execute_bill_query("BD_Customer", ("FNumber",))
    # it looks like a lost session; the Date of the reply tells what it is
    assert refused.value.reason == "clock"


# ---------------------------------------------------------------------- receipts


def test_receipts_come_with_exact_money_and_both_dates(signed, erp, clients):
    deliver(signed, "customer", customer_values())
    erp.enter_receipt(
        "CRM-C-1",
        "20000.10",
        "CRM-AR-1",
        "货款 'A'",
        number="SKD-1",
        date="2026-02-01",
        modified="2026-02-01T00:12:31.25",
        receive_item="CRM-SO-7",
    )
    start = clients("results").ReceiptCursor(datetime(2026, 1, 31, 16, 0, tzinfo=UTC))
    (receipt,), following = signed.read_receipts(start, datetime(2026, 2, 1, tzinfo=UTC))
    assert receipt.amount == Decimal("20000.10")
    assert receipt.date.isoformat() == "2026-02-01"
    assert receipt.modified == datetime(2026, 1, 31, 16, 12, 31, 250000, tzinfo=UTC)
    assert (receipt.third_number, receipt.remark) == ("CRM-AR-1", "货款 'A'")
    assert (receipt.receive_item, receipt.status, receipt.cancelled) == ("CRM-SO-7", "C", False)
    assert following.since == datetime(2026, 2, 1, tzinfo=UTC)
    assert not following.partial
    (document,) = signed.find("receipt", "SKD-1")
    assert document.amount == Decimal("20000.10")


@pytest.mark.parametrize("page_size", [1, 2, 3, 4, 100])
def test_pages_lose_and_double_nothing(signed, erp, clients, page_size):
    deliver(signed, "customer", customer_values())
    sizes = [1, 2, 3, 1, 4, 1]
    for size in sizes:
        erp.enter_receipt("CRM-C-1", "1", amounts=[str(n + 1) for n in range(size)])
    signed._page_size = page_size
    position, until, seen = cursor(clients), later(), []
    for _ in range(20):
        receipts, position = signed.read_receipts(position, until)
        seen += receipts
        position = type(position).from_json(json.loads(json.dumps(position.to_json())))
        if not position.partial:
            break
    assert len(seen) == len({receipt.key for receipt in seen}) == sum(sizes)
    assert not position.partial


def test_a_commit_that_came_late_is_still_read(signed, erp, clients):
    deliver(signed, "customer", customer_values())
    until = later()
    _none, position = signed.read_receipts(cursor(clients), until)
    stamp = (until + timedelta(hours=8, minutes=-5)).replace(tzinfo=None).isoformat()
    erp.enter_receipt("CRM-C-1", "7", modified=stamp)
    receipts, _position = signed.read_receipts(position, until + timedelta(minutes=1))
    assert [receipt.amount for receipt in receipts] == [7]


def test_other_organisations_and_other_times_stay_out(signed, erp, clients):
    deliver(signed, "customer", customer_values())
    erp.enter_receipt("CRM-C-1", "7", organisation="200")
    erp.enter_receipt("CRM-C-1", "8", modified="2020-01-01T00:00:00")
    assert signed.read_receipts(cursor(clients), later())[0] == []


def test_a_cancelled_receipt_comes_again_as_cancelled(signed, erp, clients):
    deliver(signed, "customer", customer_values())
    erp.enter_receipt("CRM-C-1", "7", number="SKD-1")
    (first,), position = signed.read_receipts(cursor(clients), later())
    erp.act("AR_RECEIVEBILL", "SKD-1", "UnAudit")
    erp.act("AR_RECEIVEBILL", "SKD-1", "Cancel")
    (second,), _position = signed.read_receipts(position, later() + timedelta(seconds=2))
    assert second.cancelled
    assert second.key != first.key


def test_a_cursor_from_the_future_is_refused(signed, clients):
    errors, results = clients("errors"), clients("results")
    with pytest.raises(errors.CursorInvalid):
        signed.read_receipts(results.ReceiptCursor(datetime(2999, 1, 1, tzinfo=UTC)), utc_now())
    with pytest.raises(errors.CursorInvalid):
        results.ReceiptCursor(utc_now().replace(tzinfo=None))
    for broken in ({}, {"since": "yesterday"}, None, {"since": 5}):
        with pytest.raises(errors.CursorInvalid):
            results.ReceiptCursor.from_json(broken)
    ahead = results.ReceiptCursor(utc_now() + timedelta(minutes=1))
    assert signed.read_receipts(ahead, utc_now()) == ([], ahead)


# ---------------------------------------------------------------------- payloads


def test_missing_mappings_are_named(signed, clients):
    errors = clients("errors")
    line = receivable_values()["lines"][0]
    for change, field in (
        ({"currency": "JPY"}, "currency"),
        ({"lines": [{**line, "product": "p9"}]}, "product"),
        ({"lines": [{**line, "unit": "kg"}]}, "unit"),
    ):
        with pytest.raises(errors.MappingMissing) as caught:
            signed.build("receivable", receivable_values(**change))
        assert caught.value.field == field
    with pytest.raises(errors.MappingMissing):
        signed.build("customer", customer_values(salesperson="7"))
    with pytest.raises(errors.MappingMissing):
        clients("kingdee_galaxy_forms").KingdeeSettings("")


def test_money_leaves_as_text_and_adds_up(signed, clients):
    model = signed.build("receivable", receivable_values())["Model"]
    assert model["FEntityDetail"][0]["FALLAMOUNTFOR_D"] == "113.10"
    assert model["FEntityPlan"] == [{"FENDDATE": "2026-02-19", "FPAYAMOUNTFOR": "113.10"}]
    line = receivable_values()["lines"][0]
    for change in (
        {"amount_total": "113.11"},
        {"amount_total": 113.1},
        {"amount_total": None},
        {"amount_total": "NaN"},
        {"lines": []},
        {"lines": [{**line, "amount_tax": "13.02"}]},
        {"installments": [{"date": "2026-02-19", "amount": "100"}]},
        {"date": "someday"},
        {"customer_number": ""},
    ):
        with pytest.raises(clients("errors").InvalidValues):
            signed.build("receivable", receivable_values(**change))
    assert clients("values").money_text(Decimal("1E+3")) == "1000"


def test_settings_that_cannot_work_are_refused_without_their_values(erp, clients):
    errors, adapter = clients("errors"), clients("adapter").adapter_for("kingdee_galaxy")
    with pytest.raises(errors.InvalidValues) as caught:
        adapter.connect(erp.base_url, {**erp.credentials, "geheim": "x"}, {"organisation": "100"})
    assert "geheim" not in str(caught.value)
    with pytest.raises(KeyError):
        clients("adapter").adapter_for("nothing")
