"""Each fault gives the right class of error, and no fault leaves a second document behind."""

import json
import threading

import pytest
from kingdee_support import connect, customer_values, deliver, receivable_values


@pytest.fixture
def ready(signed):
    """An adapter and the payload of a receivable whose customer exists."""
    deliver(signed, "customer", customer_values())
    return signed, signed.build("receivable", receivable_values())


def save(adapter, payload):
    return adapter.send_step("receivable", "save", "CRM-AR-1", payload)


def bills(erp):
    return erp.ledger()["AR_receivable"]


DONE_OR_NOT = [
    ({"kind": "drop_before_commit"}, "Unknown", 0),
    ({"kind": "drop_after_commit"}, "Unknown", 1),
    ({"kind": "http_502"}, "Unknown", 0),
    ({"kind": "http_502", "commit": True}, "Unknown", 1),
    ({"kind": "http", "status": 503, "retry_after": 30}, "Unknown", 0),
    ({"kind": "http", "status": 404}, "Rejected", 0),
    ({"kind": "http", "status": 429}, "Rejected", 0),
    ({"kind": "html_200"}, "Unknown", 0),
    ({"kind": "html_200", "commit": True}, "Unknown", 1),
    ({"kind": "empty_200"}, "Unknown", 0),
    ({"kind": "truncated_json"}, "Unknown", 1),
    ({"kind": "short_body"}, "Unknown", 1),
    ({"kind": "response_error"}, "Unknown", 0),
    ({"kind": "response_error", "commit": True}, "Unknown", 1),
    ({"kind": "exception", "commit": True}, "Unknown", 1),
    ({"kind": "firewall"}, "Rejected", 0),
    ({"kind": "refuse", "code": 2}, "Rejected", 0),
    ({"kind": "refuse", "code": 11}, "Rejected", 0),
    ({"kind": "refuse", "code": 13}, "Rejected", 0),
    ({"kind": "refuse", "code": 14}, "Rejected", 0),
    ({"kind": "refuse", "code": 4}, "Unknown", 0),
    ({"kind": "refuse_after_commit", "code": 6}, "Unknown", 1),
    ({"kind": "wrong_number"}, "Mismatch", 1),
    ({"kind": "lost_session", "times": 2}, "SessionLost", 0),
    ({"kind": "lost_session", "shape": "text"}, "SessionLost", 0),
]


@pytest.mark.parametrize(("fault", "kind", "count"), DONE_OR_NOT, ids=lambda v: json.dumps(v))
def test_error_class(ready, erp, clients, fault, kind, count):
    adapter, payload = ready
    erp.inject(**{"op": "Save", **fault})
    with pytest.raises(getattr(clients("errors"), kind)) as caught:
        save(adapter, payload)
    # what may have been done is never called safe to repeat
    assert count == 0 or caught.value.next_action != clients("errors").RETRY
    assert len(bills(erp)) == count


@pytest.mark.parametrize(("code", "action"), [(13, "retry"), (14, "retry"), (2, "stop"), (6, "ask")])
def test_next_action_by_code(ready, erp, clients, code, action):
    adapter, payload = ready
    erp.inject("refuse", op="Save", code=code, message="网控冲突", field="FBillNo")
    with pytest.raises(clients("errors").FinanceError) as caught:
        save(adapter, payload)
    assert caught.value.next_action == action
    assert caught.value.messages == (("FBillNo", "网控冲突", 0),)


@pytest.mark.parametrize("fault", [{"kind": "hang", "commit": True}, {"kind": "delay"}, {"kind": "drip"}])
def test_slow_answers_are_unknown(ready, erp, clients, fault):
    _adapter, payload = ready
    hasty = connect(erp, total_timeout=0.3)
    erp.inject(**{"op": "Save", "seconds": 1, **fault})
    with pytest.raises(clients("errors").Unknown) as caught:
        save(hasty, payload)
    assert caught.value.reason == "read_timeout"
    assert erp.wait_for(lambda: len(bills(erp)) == 1)


def test_after_a_lost_reply_there_is_exactly_one_and_a_resend_is_refused(ready, erp, clients):
    adapter, payload = ready
    erp.inject("drop_after_commit", op="Save")
    with pytest.raises(clients("errors").Unknown):
        save(adapter, payload)
    assert len(adapter.find("receivable", "CRM-AR-1")) == 1
    with pytest.raises(clients("errors").NumberTaken) as caught:
        save(adapter, payload)
    assert caught.value.next_action == clients("errors").ASK
    assert caught.value.code == 11
    (message,) = caught.value.messages
    assert message.field == "FBillNo"
    assert message.text == "违反字段唯一性要求：编码唯一。[CRM-AR-1]在当前系统中已经被使用。"
    assert len(bills(erp)) == 1
    deliver(adapter, "receivable", receivable_values())
    assert [d["status"] for d in bills(erp)] == ["C"]


def test_a_request_lost_on_the_way_may_be_sent_again(ready, erp, clients):
    adapter, payload = ready
    erp.inject("drop_before_commit", op="Save")
    with pytest.raises(clients("errors").Unknown):
        save(adapter, payload)
    assert adapter.find("receivable", "CRM-AR-1") == []
    save(adapter, payload)
    assert len(bills(erp)) == 1


def test_a_late_commit_cannot_become_a_second_document(ready, erp, clients):
    adapter, payload = ready
    erp.inject("late_commit", op="Save", seconds=1)
    with pytest.raises(clients("errors").Unknown):
        save(adapter, payload)
    assert adapter.find("receivable", "CRM-AR-1") == []
    save(adapter, payload)  # a hasty resend, which the settle delay normally prevents
    assert erp.wait_for(lambda: any("late_commit (" in c["outcome"] for c in erp.calls("Save")))
    assert len(bills(erp)) == 1


def test_a_lost_reply_to_submit_or_audit_is_resumed(ready, erp, clients):
    adapter, payload = ready
    save(adapter, payload)
    for step in ("submit", "audit"):
        erp.inject("drop_after_commit", op=step)
        with pytest.raises(clients("errors").Unknown):
            adapter.send_step("receivable", step, "CRM-AR-1", None)
    deliver(adapter, "receivable", receivable_values())
    assert len(erp.calls("Submit", "AR_receivable")) == len(erp.calls("Audit", "AR_receivable")) == 1


def test_done_but_not_read_back_is_unknown(ready, erp, clients):
    adapter, payload = ready
    erp.inject("http_502", op="ExecuteBillQuery", form="AR_receivable")
    with pytest.raises(clients("errors").Unknown) as caught:
        save(adapter, payload)
    assert caught.value.reason == "read_back"


def test_too_many_calls_while_reading_back_is_told_with_the_doubt(ready, erp, clients):
    adapter, payload = ready
    erp.inject("http", status=429, op="ExecuteBillQuery", form="AR_receivable")
    with pytest.raises(clients("errors").Unknown) as caught:
        save(adapter, payload)
    assert (caught.value.reason, caught.value.cause.reason) == ("read_back", "http_429")
    assert caught.value.retry_after == caught.value.cause.retry_after
    assert erp.count("CRM-AR-1") == 1


def test_another_amount_over_there_is_noticed(ready, erp, clients):
    adapter, _payload = ready
    erp.inject("wrong_amount", op="Save", difference="0.01")
    with pytest.raises(clients("errors").Mismatch) as caught:
        deliver(adapter, "receivable", receivable_values())
    assert caught.value.field == "amount"


def test_faulty_queries_never_look_like_nothing_found(ready, erp, clients):
    """``find`` that answers an empty list by mistake would cause a second document."""
    adapter, payload = ready
    save(adapter, payload)
    faults = [
        {"kind": "refuse", "code": 4},
        {"kind": "refuse", "code": 2},
        {"kind": "response_error"},
        {"kind": "html_200"},
        {"kind": "empty_200"},
        {"kind": "truncated_json"},
        {"kind": "exception"},
        {"kind": "firewall"},
        {"kind": "http_502"},
        {"kind": "drop_before_commit"},
    ]
    for fault in faults:
        erp.inject(**{"op": "ExecuteBillQuery", **fault})
        with pytest.raises((clients("errors").Unknown, clients("errors").Rejected)):
            adapter.find("receivable", "CRM-AR-1")
    assert len(adapter.find("receivable", "CRM-AR-1")) == 1


def test_reply_in_another_charset_is_unknown(ready, erp, clients):
    adapter, payload = ready
    save(adapter, payload)
    erp.inject("wrong_charset", op="Submit")
    with pytest.raises(clients("errors").Unknown) as caught:
        adapter.send_step("receivable", "submit", "CRM-AR-1", None)
    assert caught.value.reason == "charset"


def test_twenty_equal_saves_at_once_make_one_document(ready, erp, clients):
    _adapter, payload = ready
    outcomes, start = [], threading.Barrier(20)

    def run():
        ours = connect(erp, total_timeout=20, read_timeout=20)
        start.wait()
        try:
            save(ours, payload)
            outcomes.append("saved")
        except clients("errors").Rejected as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["11"] * 19 + ["saved"]
    assert len(bills(erp)) == 1
    assert sum(call["committed"] for call in erp.calls("Save", "AR_receivable")) == 1


def test_kill_between_commit_and_answer(ready, erp, clients):
    adapter, payload = ready
    erp.inject("hang", op="Save", commit=True)
    failed = []

    def run():
        try:
            save(connect(erp, total_timeout=20, read_timeout=20), payload)
        except clients("errors").Unknown as error:
            failed.append(error.reason)

    thread = threading.Thread(target=run)
    thread.start()
    assert erp.wait_for(lambda: bills(erp))
    erp.restart()
    thread.join(10)
    assert failed == ["reset"]
    assert len(adapter.find("receivable", "CRM-AR-1")) == 1


def test_a_stopped_server_was_not_reached(ready, erp, clients):
    adapter, payload = ready
    erp.kill()
    with pytest.raises(clients("errors").NotSent):
        save(adapter, payload)
    erp.start()
    assert bills(erp) == []


def test_other_validation_failures_stay_plain(ready, erp, clients):
    adapter, payload = ready
    erp.inject("refuse", op="Save", code=11, message="字段[客户]是必录字段", field="FCUSTOMERID")
    with pytest.raises(clients("errors").Rejected) as caught:
        save(adapter, payload)
    assert not isinstance(caught.value, clients("errors").NumberTaken)
    assert caught.value.next_action == clients("errors").STOP
