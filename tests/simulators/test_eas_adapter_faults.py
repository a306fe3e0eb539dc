"""The adapter of Kingdee EAS against its simulator: every fault, and the end of a session."""

import json
import threading

import pytest
from eas_support import connect_eas
from kingdee_support import deliver, module, receivable_values

errors = module("errors")
results = module("results")


def save(adapter, payload):
    return adapter.send_step("receivable", "save", "CRM-AR-1", payload)


def bills(eas):
    return eas.ledger()["otherbill"]


DONE_OR_NOT = [
    ({"kind": "drop_before_commit"}, "Unknown", 0),
    ({"kind": "drop_after_commit"}, "Unknown", 1),
    ({"kind": "reset"}, "Unknown", 0),
    ({"kind": "reset", "commit": True}, "Unknown", 1),
    ({"kind": "http_502"}, "Unknown", 0),
    ({"kind": "http_502", "commit": True}, "Unknown", 1),
    ({"kind": "http", "status": 503, "retry_after": 30}, "Unknown", 0),
    ({"kind": "http", "status": 500}, "Unknown", 0),
    ({"kind": "http", "status": 404}, "Rejected", 0),
    ({"kind": "http", "status": 429}, "Rejected", 0),
    ({"kind": "html_200"}, "Unknown", 0),
    ({"kind": "html_200", "commit": True}, "Unknown", 1),
    ({"kind": "empty_200"}, "Unknown", 0),
    ({"kind": "empty_200", "commit": True}, "Unknown", 1),
    ({"kind": "truncated"}, "Unknown", 1),
    ({"kind": "short_body"}, "Unknown", 1),
    ({"kind": "huge"}, "Unknown", 1),
    ({"kind": "soap_fault"}, "Unknown", 0),
    ({"kind": "soap_fault", "commit": True}, "Unknown", 1),
    ({"kind": "soap_fault", "status": 200, "commit": True}, "Unknown", 1),
    ({"kind": "no_return"}, "Unknown", 0),
    ({"kind": "no_return", "commit": True}, "Unknown", 1),
    ({"kind": "not_json", "commit": True}, "Unknown", 1),
    ({"kind": "entity_bomb"}, "Unknown", 1),
    ({"kind": "foreign_entity"}, "Unknown", 1),
    ({"kind": "other_version"}, "Unknown", 1),
    ({"kind": "refuse", "code": "LOCKED", "message": "网控冲突"}, "Rejected", 0),
    ({"kind": "refuse_after_commit"}, "Unknown", 1),
    ({"kind": "wrong_number"}, "Mismatch", 1),
    ({"kind": "lost_session"}, "SessionLost", 0),
]


class TestFaults:
    @pytest.mark.parametrize(("fault", "kind", "count"), DONE_OR_NOT, ids=lambda v: json.dumps(v))
    def test_error_class(self, eas_books, eas, fault, kind, count):
        adapter, payload = eas_books
        eas.inject(**{"op": "importBill", "form": "otherbill", "message": "java.sql.SQLException: 忙", **fault})
        with pytest.raises(getattr(errors, kind)) as caught:
            save(adapter, payload)
        # what may have been done is never called safe to repeat
        assert count == 0 or caught.value.next_action != errors.RETRY
        assert len(bills(eas)) == count

    @pytest.mark.parametrize("fault", [{"kind": "hang", "commit": True}, {"kind": "delay"}, {"kind": "drip"}])
    def test_slow_answers_are_unknown(self, eas_books, eas, fault):
        _adapter, payload = eas_books
        eas.inject(**{"op": "importBill", "seconds": 1, **fault})
        with pytest.raises(errors.Unknown) as caught:
            save(connect_eas(eas, total_timeout=0.4), payload)
        assert caught.value.reason == "read_timeout"
        assert eas.wait_for(lambda: len(bills(eas)) == 1)

    def test_after_a_lost_reply_there_is_exactly_one_and_a_resend_is_refused(self, eas_books, eas):
        adapter, payload = eas_books
        eas.inject("drop_after_commit", op="importBill")
        with pytest.raises(errors.Unknown):
            save(adapter, payload)
        assert len(adapter.find("receivable", "CRM-AR-1")) == 1
        with pytest.raises(errors.NumberTaken) as caught:
            save(adapter, payload)
        assert caught.value.next_action == errors.ASK
        deliver(adapter, "receivable", receivable_values())
        assert [document["status"] for document in bills(eas)] == ["audited"]

    def test_a_late_commit_cannot_become_a_second_document(self, eas_books, eas):
        adapter, payload = eas_books
        eas.inject("late_commit", op="importBill", seconds=1)
        with pytest.raises(errors.Unknown):
            save(adapter, payload)
        assert adapter.find("receivable", "CRM-AR-1") == []
        save(adapter, payload)  # a hasty resend, which the settle delay normally prevents
        assert eas.wait_for(lambda: any("late_commit (" in c["outcome"] for c in eas.calls("importBill")))
        assert len(bills(eas)) == 1

    def test_a_lost_reply_to_submit_or_audit_is_resumed(self, eas_books, eas):
        adapter, payload = eas_books
        save(adapter, payload)
        for step in ("submit", "audit"):
            eas.inject("drop_after_commit", op=f"{step}Bill")
            with pytest.raises(errors.Unknown):
                adapter.send_step("receivable", step, "CRM-AR-1", None)
        deliver(adapter, "receivable", receivable_values())
        assert len(eas.calls("submitBill", "otherbill")) == len(eas.calls("auditBill", "otherbill")) == 1

    def test_another_amount_over_there_is_noticed(self, eas_books, eas):
        adapter, _payload = eas_books
        eas.inject("wrong_amount", op="importBill", difference="0.01")
        with pytest.raises(errors.Mismatch) as caught:
            deliver(adapter, "receivable", receivable_values())
        assert caught.value.field == "amount"

    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": kind}
            for kind in (
                "refuse", "html_200", "empty_200", "truncated", "http_502", "drop_before_commit", "no_return", "not_json",
                "soap_fault", "entity_bomb", "foreign_entity", "other_version", "wrong_number", "huge",
            )
        ],
        ids=lambda v: v["kind"],
    )  # fmt: skip
    def test_faulty_questions_never_look_like_nothing_found(self, eas_books, eas, fault):
        adapter, payload = eas_books
        save(adapter, payload)
        eas.inject(**{"op": "getBill", **fault})
        with pytest.raises((errors.Unknown, errors.Rejected, errors.Mismatch)):
            adapter.find("receivable", "CRM-AR-1")
        assert len(adapter.find("receivable", "CRM-AR-1")) == 1

    def test_a_facade_that_lies_costs_no_second_document(self, eas_books, eas):
        adapter, payload = eas_books
        save(adapter, payload)
        eas.inject("not_found", op="getBill")
        assert adapter.find("receivable", "CRM-AR-1") == []
        with pytest.raises(errors.NumberTaken):
            save(adapter, payload)
        assert len(bills(eas)) == 1

    def test_reply_in_another_charset_is_unknown(self, eas_books, eas):
        adapter, _payload = eas_books
        eas.inject("wrong_charset", op="getBill")
        with pytest.raises(errors.Unknown) as caught:
            adapter.find("receivable", "CRM-AR-1")
        assert caught.value.reason == "charset"

    def test_amounts_as_text_are_amounts(self, eas_books, eas):
        adapter, payload = eas_books
        eas.inject("numbers_as_text", op="getBill")
        adapter.verify("receivable", receivable_values(), save(adapter, payload))

    def test_twenty_equal_saves_at_once_make_one_document(self, eas_books, eas):
        _adapter, payload = eas_books
        outcomes, start = [], threading.Barrier(20)

        def run():
            ours = connect_eas(eas, total_timeout=20, read_timeout=20)
            start.wait()
            try:
                save(ours, payload)
                outcomes.append("saved")
            except errors.NumberTaken:
                outcomes.append("taken")

        threads = [threading.Thread(target=run) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["saved"] + ["taken"] * 19
        assert len(bills(eas)) == 1
        assert len(eas.calls("login")) == 1

    def test_kill_between_commit_and_answer(self, eas_books, eas):
        adapter, payload = eas_books
        eas.inject("hang", op="importBill", commit=True)
        failed = []

        def run():
            try:
                save(connect_eas(eas, total_timeout=20, read_timeout=20), payload)
            except errors.Unknown as error:
                failed.append(error.reason)

        thread = threading.Thread(target=run)
        thread.start()
        assert eas.wait_for(lambda: bills(eas))
        eas.restart()
        thread.join(10)
        assert failed == ["reset"]
        # the sessions died with it: asked again after one new login
        assert len(adapter.find("receivable", "CRM-AR-1")) == 1

    def test_a_stopped_server_was_not_reached(self, eas_books, eas):
        adapter, payload = eas_books
        eas.kill()
        with pytest.raises(errors.NotSent):
            save(adapter, payload)
        eas.start()
        assert bills(eas) == []


class TestSessions:
    @pytest.mark.parametrize("told", ["fault", "result"])
    def test_the_end_is_noticed_and_one_login_serves_all(self, eas_books, eas, told):
        adapter, _payload = eas_books
        eas.settings(lost_session=told, drop_sessions=True)
        logins = len(eas.calls("login"))
        threads = [threading.Thread(target=connect_eas(eas).find, args=("receivable", "X")) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert adapter.find("receivable", "X") == []
        assert len(eas.calls("login")) == logins + 1

    def test_a_write_is_not_sent_twice_for_it(self, eas_books, eas):
        adapter, payload = eas_books
        eas.settings(drop_sessions=True)
        with pytest.raises(errors.SessionLost) as caught:
            save(adapter, payload)
        assert caught.value.next_action == errors.ASK
        assert len(eas.calls("importBill", "otherbill")) == 1
        deliver(adapter, "receivable", receivable_values())
        assert len(bills(eas)) == 1

    def test_a_session_that_never_lives_is_not_asked_for_forever(self, eas_books, eas):
        adapter, _payload = eas_books
        eas.settings(session_seconds=0)
        with pytest.raises(errors.SessionLost):
            adapter.find("receivable", "X")
        assert len(eas.calls("login")) == 2

    def test_a_cluster_keeps_its_cookie(self, eas):
        eas.settings(affinity=True)
        assert connect_eas(eas).find("customer", "X") == []

    def test_references_beside_the_answer(self, eas):
        eas.settings(multi_ref=True)
        assert connect_eas(eas).find("customer", "X") == []
