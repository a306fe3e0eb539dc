"""Each fault of a U8+ gives our adapter the right class of error, and no fault leaves a second document behind."""

import json
import threading

import pytest
from kingdee_support import deliver
from u8_support import connect, customer_values, module, receivable_values


@pytest.fixture
def ready(u8):
    """An adapter and the payload of a receivable whose customer exists."""
    adapter = connect(u8)
    deliver(adapter, "customer", customer_values())
    return adapter, adapter.build("receivable", receivable_values())


def save(adapter, payload):
    return adapter.send_step("receivable", "save", "CRM-AR-1", payload)


def bills(u8):
    return u8.ledger()["oughtreceive"]


DONE_OR_NOT = [
    ({"kind": "drop_before_commit"}, "Unknown", 0),
    ({"kind": "drop_after_commit"}, "Unknown", 1),
    ({"kind": "reset", "commit": True}, "Unknown", 1),
    ({"kind": "http_502"}, "Unknown", 0),
    ({"kind": "http_502", "commit": True}, "Unknown", 1),
    ({"kind": "http", "status": 503, "retry_after": 30}, "Unknown", 0),
    ({"kind": "http", "status": 404}, "Rejected", 0),
    ({"kind": "http", "status": 429, "retry_after": 7}, "Rejected", 0),
    ({"kind": "html_200"}, "Unknown", 0),
    ({"kind": "html_200", "commit": True}, "Unknown", 1),
    ({"kind": "empty_200"}, "Unknown", 0),
    ({"kind": "truncated"}, "Unknown", 1),
    ({"kind": "short_body"}, "Unknown", 1),
    ({"kind": "refuse"}, "Rejected", 0),
    ({"kind": "refuse", "code": "10001"}, "Unknown", 0),
    ({"kind": "refuse_after_commit", "code": "10001"}, "Unknown", 1),
    ({"kind": "refuse_after_commit", "code": "39999"}, "Unknown", 1),
    ({"kind": "still_running"}, "Unknown", 0),
    ({"kind": "still_running", "commit": True}, "Unknown", 1),
    ({"kind": "expired", "times": 2}, "SessionLost", 0),
    ({"kind": "wrong_number"}, "Mismatch", 1),
]


@pytest.mark.parametrize(("fault", "kind", "count"), DONE_OR_NOT, ids=lambda v: json.dumps(v))
def test_error_class(ready, u8, errors, fault, kind, count):
    adapter, payload = ready
    u8.inject(**{"op": "add", **fault})
    with pytest.raises(getattr(errors, kind)) as caught:
        save(adapter, payload)
    # what may have been done is never called safe to repeat
    assert count == 0 or caught.value.next_action != errors.RETRY
    assert len(bills(u8)) == count
    # and what follows, asking first, ends with one document in every case
    u8.clear_faults()
    if kind != "Mismatch":
        deliver(adapter, "receivable", receivable_values())
    assert len(bills(u8)) == 1


@pytest.mark.parametrize("fault", [{"kind": "hang", "commit": True}, {"kind": "delay"}, {"kind": "drip"}])
def test_slow_answers_are_unknown(ready, u8, errors, fault):
    _adapter, payload = ready
    hasty = connect(u8, total_timeout=0.3)
    hasty.client.login()
    u8.inject(**{"op": "add", "seconds": 1, **fault})
    with pytest.raises(errors.Unknown) as caught:
        save(hasty, payload)
    assert caught.value.reason == "read_timeout"
    assert u8.wait_for(lambda: len(bills(u8)) == 1)


@pytest.mark.parametrize("reuse", ["same", "error"])
def test_a_resend_after_a_lost_reply_makes_no_second_one(ready, u8, errors, reuse):
    """Whatever the site answers to a biz_id that was used before: the same result, or an error."""
    u8.settings(reuse_biz_id=reuse)
    adapter, payload = ready
    u8.inject("drop_after_commit", op="add")
    with pytest.raises(errors.Unknown):
        save(adapter, payload)
    assert len(adapter.find("receivable", "CRM-AR-1")) == 1
    if reuse == "same":
        assert save(adapter, payload).number == "CRM-AR-1"
    else:
        with pytest.raises(errors.Unknown):
            save(adapter, payload)
    deliver(adapter, "receivable", receivable_values())
    assert [bill["status"] for bill in bills(u8)] == ["audited"]


def test_our_number_under_another_id_is_taken(ready, u8, errors):
    adapter, payload = ready
    save(adapter, payload)
    with pytest.raises(errors.NumberTaken) as caught:
        adapter.client.add("oughtreceive", payload["oughtreceive"], biz_id="another")
    assert caught.value.next_action == errors.ASK
    assert len(bills(u8)) == 1


def test_a_late_commit_cannot_become_a_second_document(ready, u8, errors):
    adapter, payload = ready
    u8.inject("late_commit", op="add", seconds=1)
    with pytest.raises(errors.Unknown):
        save(adapter, payload)
    assert adapter.find("receivable", "CRM-AR-1") == []
    save(adapter, payload)  # a hasty resend, which the settle delay normally prevents
    assert u8.wait_for(lambda: any("late_commit (" in c["outcome"] for c in u8.calls("add")))
    assert len(bills(u8)) == 1


@pytest.mark.parametrize("synchronous", [True, False])
def test_a_result_that_comes_late(ready, u8, errors, synchronous):
    """30025 while the first call runs; its result is adopted, nothing is sent twice."""
    _adapter, payload = ready
    u8.settings(ping_after=0, polls=0)
    ours = connect(u8, synchronous=synchronous, total_timeout=0.5, patience=0.5)
    ours.client.login()
    u8.inject("late_result", op="add", seconds=1)
    with pytest.raises(errors.Unknown) as caught:
        save(ours, payload)
    assert caught.value.reason == ("read_timeout" if synchronous else "still_running")
    again = connect(u8)
    with pytest.raises(errors.Unknown) as caught:
        save(again, payload)
    assert caught.value.reason == "errcode_30025"
    assert u8.wait_for(lambda: bills(u8))
    deliver(again, "receivable", receivable_values())
    assert len(bills(u8)) == 1


def test_an_asynchronous_refusal_keeps_its_words(ready, u8, errors):
    u8.settings(ping_after=0)
    nobody = connect(u8, synchronous=False, settings={"person": "0008"})
    with pytest.raises(errors.Rejected) as caught:
        save(nobody, nobody.build("receivable", receivable_values()))
    assert "该业务员不合法" in caught.value.messages[0].text


def test_a_result_on_another_host_is_not_fetched_there(ready, u8):
    _adapter, payload = ready
    u8.settings(ping_after=0)
    u8.inject("foreign_result", op="add")
    assert save(connect(u8, synchronous=False), payload).number == "CRM-AR-1"
    assert len(bills(u8)) == 1


def test_a_result_without_address_is_unknown(ready, u8, errors):
    _adapter, payload = ready
    u8.inject("no_result_address", op="add")
    with pytest.raises(errors.Unknown):
        save(connect(u8, synchronous=False), payload)


@pytest.mark.parametrize("fault", ["http_502", "drop_before_commit", "html_200", "not_found", "expired", "refuse"])
def test_a_question_about_a_result_that_fails_leaves_doubt(ready, u8, errors, fault):
    _adapter, payload = ready
    u8.settings(ping_after=0)
    u8.inject(fault, op="result", **({"code": "90001"} if fault == "refuse" else {}))
    with pytest.raises(errors.Unknown):
        save(connect(u8, synchronous=False), payload)
    assert len(bills(u8)) == 1


def test_a_lost_reply_to_the_audit_is_resumed(ready, u8, errors):
    adapter, payload = ready
    save(adapter, payload)
    u8.inject("drop_after_commit", op="verify")
    with pytest.raises(errors.Unknown):
        adapter.send_step("receivable", "audit", "CRM-AR-1", None)
    deliver(adapter, "receivable", receivable_values())
    assert len(u8.calls("verify")) == 1


def test_done_but_not_read_back_is_unknown(ready, u8, errors):
    adapter, payload = ready
    u8.inject("http_502", op="get", form="oughtreceive")
    with pytest.raises(errors.Unknown) as caught:
        save(adapter, payload)
    assert caught.value.reason == "read_back"


def test_another_amount_over_there_is_noticed(ready, u8, errors):
    adapter, payload = ready
    u8.inject("wrong_amount", op="add", difference="0.01")
    with pytest.raises(errors.Mismatch) as caught:
        adapter.verify("receivable", receivable_values(), save(adapter, payload))
    assert caught.value.field == "amount"


def test_another_number_in_the_answer_is_noticed(ready, u8, errors):
    adapter, payload = ready
    save(adapter, payload)
    u8.inject("wrong_number", op="get")
    (document,) = adapter.find("receivable", "CRM-AR-1")
    with pytest.raises(errors.Mismatch) as caught:
        adapter.verify("receivable", receivable_values(), document)
    assert caught.value.field == "number"


def test_faulty_questions_never_look_like_nothing_found(ready, u8, errors):
    adapter, payload = ready
    save(adapter, payload)
    for fault in (
        {"kind": "refuse"},
        {"kind": "refuse", "code": "20002", "message": "单据修改失败"},
        {"kind": "refuse", "code": "10001"},
        {"kind": "html_200"},
        {"kind": "empty_200"},
        {"kind": "truncated"},
        {"kind": "wrong_charset"},
        {"kind": "http_502"},
        {"kind": "drop_before_commit"},
        {"kind": "still_running"},
    ):
        u8.inject(**{"op": "get", **fault})
        with pytest.raises((errors.Unknown, errors.Rejected)):
            adapter.find("receivable", "CRM-AR-1")
    assert len(adapter.find("receivable", "CRM-AR-1")) == 1


def test_gbk_is_unknown(ready, u8, errors):
    adapter, payload = ready
    save(adapter, payload)
    u8.inject("wrong_charset", op="get")
    with pytest.raises(errors.Unknown) as caught:
        adapter.find("receivable", "CRM-AR-1")
    assert caught.value.reason == "charset"


@pytest.mark.parametrize("fault", ["drifted", "null_fields"])
def test_numbers_that_are_no_text_and_nulls_are_read(ready, u8, fault):
    adapter, payload = ready
    u8.inject(fault, op="add")
    u8.inject(fault, op="get")
    assert save(adapter, payload).number == "CRM-AR-1"
    deliver(adapter, "receivable", receivable_values())
    assert len(bills(u8)) == 1


def test_twenty_equal_adds_at_once_make_one_document(ready, u8, errors):
    _adapter, payload = ready
    tokens, outcomes, start = module("u8_token").TokenCache(), [], threading.Barrier(20)

    def run():
        ours = connect(u8, tokens=tokens, total_timeout=20, read_timeout=20)
        start.wait()
        try:
            save(ours, payload)
            outcomes.append("saved")
        except errors.Unknown as error:
            outcomes.append(error.reason)

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(outcomes) <= {"saved", "errcode_30025"}
    assert "saved" in outcomes
    assert len(bills(u8)) == 1
    # one token for all of them, beside that of the adapter which made the customer
    assert len(u8.calls("token")) == 2


def test_forty_clients_renew_a_withdrawn_token_once(ready, u8):
    tokens = module("u8_token").TokenCache()
    ours = [connect(u8, tokens=tokens, total_timeout=20, read_timeout=20) for _ in range(40)]
    ours[0].find("customer", "CRM-C-1")
    before = len(u8.calls("token"))
    u8.settings(drop_tokens=True, one_token=True)
    start, found = threading.Barrier(40), []

    def run(adapter):
        start.wait()
        found.append(len(adapter.find("customer", "CRM-C-1")))

    threads = [threading.Thread(target=run, args=(adapter,)) for adapter in ours]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 40
    assert len(u8.calls("token")) - before == 1


def test_the_cap_on_tokens_over_there_stops_for_a_person(ready, u8, errors):
    u8.settings(token_cap=1, drop_tokens=True)
    with pytest.raises(errors.LoginFailed):
        connect(u8).find("customer", "CRM-C-1")


def test_kill_between_commit_and_answer(ready, u8, errors):
    adapter, payload = ready
    u8.inject("hang", op="add", commit=True)
    failed = []

    def run():
        try:
            save(connect(u8, total_timeout=20, read_timeout=20), payload)
        except errors.Unknown as error:
            failed.append(error.reason)

    thread = threading.Thread(target=run)
    thread.start()
    assert u8.wait_for(lambda: bills(u8))
    u8.restart()
    thread.join(10)
    assert failed == ["reset"]
    assert len(adapter.find("receivable", "CRM-AR-1")) == 1


def test_a_stopped_server_was_not_reached(ready, u8, errors):
    adapter, payload = ready
    u8.kill()
    with pytest.raises(errors.NotSent):
        save(adapter, payload)
    u8.start()
    assert bills(u8) == []
