"""The client of Kingdee EAS against canned replies: login, session, and how it is loaded."""

import json

import pytest
from eas_replies import (
    CREDENTIALS,
    SETTINGS,
    Wire,
    adapter,
    adapters,
    eas,
    envelope,
    errors,
    fault,
    got,
    login_reply,
    refusal,
    send,
    soap,
    string_reply,
)
from kingdee_support import receivable_values


class TestLogin:
    @pytest.mark.parametrize("multiref", [True, False])
    def test_arguments_and_session_header(self, multiref):
        wire = Wire(login=login_reply("SID-7", multiref), getBill=got())
        assert adapter(wire).find("customer", "CRM-C-1") == []
        assert wire.names() == ["login", "getBill"]
        assert wire.calls[0][1] == "/ormrpc/services/EASLogin"
        assert wire.arguments(0) == ["odoo", "s3cret-pass", "eas", "db01", "L2", "1"]
        assert wire.calls[0][2].find("{*}Header") is None
        header = wire.calls[1][2].find("{*}Header")[0]
        assert (header.tag, header.text) == ("{http://login.webservice.bos.kingdee.com}SessionId", "SID-7")
        assert wire.calls[1][3]["Cookie"] == "JSESSIONID=node1"

    @pytest.mark.parametrize(
        "reply",
        [
            login_reply(""),
            login_reply("a b"),
            envelope("<loginResponse><loginReturn/></loginResponse>"),
            envelope('<loginResponse><loginReturn xsi:nil="true"/></loginResponse>'),
            fault("用户名或密码错误"),
            (500, fault("用户名或密码错误")),
            (500, fault("请先登录")),
            errors.Rejected("no", reason="http_401"),
        ],
    )
    def test_refused_is_never_tried_again(self, reply):
        wire = Wire(login=reply)
        with pytest.raises(errors.LoginFailed) as caught:
            adapter(wire).find("customer", "X")
        assert caught.value.next_action == errors.STOP
        assert len(wire.calls) == 1
        assert "s3cret" not in str(caught.value)

    @pytest.mark.parametrize("reply", ["<html>login</html>", "", envelope("<x/>"), errors.Unknown("t", reason="reset")])
    def test_unknown_outcome_means_nothing_was_sent(self, reply):
        with pytest.raises(errors.NotSent):
            send(Wire(login=reply))

    def test_a_busy_server_says_when_to_come_again(self):
        busy = errors.Rejected("slow down", reason="http_429", retryable=True, retry_after=7)
        with pytest.raises(errors.NotSent) as caught:
            send(Wire(login=busy))
        assert caught.value.retry_after == 7

    def test_secrets_are_in_no_repr(self):
        known = eas.EasCredentials(**CREDENTIALS)
        assert "s3cret" not in repr(known)
        assert "SID" not in repr(eas.EasSession("SID-1"))

    @pytest.mark.parametrize("change", [{"dc_name": ""}, {"password": ""}, {"db_type": 9}, {"nonsense": 1}])
    def test_settings_that_cannot_work(self, change):
        with pytest.raises(errors.InvalidValues):
            adapters.KingdeeEasAdapter.connect("https://eas.example.com", {**CREDENTIALS, **change}, SETTINGS)

    @pytest.mark.parametrize("base", ["https://e.example.com:6888", "https://e.example.com:6888/ormrpc/services/"])
    def test_services_stand_below_the_address(self, base):
        known = adapters.KingdeeEasAdapter.connect(base, CREDENTIALS, SETTINGS)
        assert known.client._soap._transport.path_of("EASLogin") == "/ormrpc/services/EASLogin"


class TestSession:
    def test_is_shared_by_adapters_of_the_process(self):
        wire = Wire(getBill=got())
        for _ in range(3):
            adapter(wire).find("customer", "X")
        assert wire.names().count("login") == 1

    def test_is_not_shared_by_other_passwords(self):
        wire = Wire(getBill=got())
        adapter(wire).find("customer", "X")
        other = eas.KingdeeEasClient(wire, eas.EasCredentials(**{**CREDENTIALS, "password": "other"}))
        other.get_bill("customer", "X", str)
        assert wire.names().count("login") == 2

    @pytest.mark.parametrize(
        "lost",
        [
            (500, fault("会话已失效，请重新登录")),
            fault("SessionId is null"),
            (500, fault("java.lang.Exception: session timeout")),
            refusal("getBill", "SESSION", "x"),
            refusal("getBill", "", "会话已过期"),
            string_reply("getBill", "请重新登录"),
        ],
        ids=["fault 500", "fault", "English", "code", "words", "bare"],
    )
    def test_a_read_logs_in_again_once(self, lost):
        wire = Wire(login=[login_reply("OLD"), login_reply("NEW")], getBill=[lost, got()])
        assert adapter(wire).find("customer", "X") == []
        assert wire.names() == ["login", "getBill", "login", "getBill"]
        assert wire.calls[3][2].find("{*}Header")[0].text == "NEW"

    def test_and_not_twice(self):
        wire = Wire(getBill=fault("会话已失效"))
        with pytest.raises(errors.SessionLost) as caught:
            adapter(wire).find("customer", "X")
        assert caught.value.next_action == errors.ASK
        assert wire.names() == ["login", "getBill", "login", "getBill"]

    def test_a_write_is_not_repeated_but_the_next_call_has_a_session(self):
        wire = Wire(importBill=fault("会话已失效"), getBill=got())
        known = adapter(wire)
        with pytest.raises(errors.SessionLost) as caught:
            known.send_step("receivable", "save", "CRM-AR-1", known.build("receivable", receivable_values()))
        assert caught.value.next_action == errors.ASK
        assert wire.names() == ["login", "importBill", "login"]
        known.find("receivable", "CRM-AR-1")
        assert wire.names().count("login") == 2

    @pytest.mark.parametrize("login", [fault("锁定"), errors.NotSent("x"), errors.Unknown("x", reason="reset")])
    def test_a_login_that_fails_does_not_hide_the_doubt(self, login):
        wire = Wire(login=[login_reply("OLD"), login], importBill=fault("会话已失效"))
        with pytest.raises(errors.SessionLost) as caught:
            send(wire)
        assert caught.value.next_action == errors.ASK

    def test_only_one_of_many_logs_in_again(self):
        wire = Wire(login=[login_reply("OLD"), login_reply("NEW")], getBill=got())
        first = adapter(wire).client
        stale = eas.SESSIONS.get(first._key, first._fetch)
        for _ in range(2):
            assert json.loads(eas.SESSIONS.get(first._key, first._fetch, stale))["session_id"] == "NEW"
        assert wire.names().count("login") == 2

    def test_a_tested_login_is_a_new_one_for_all(self):
        wire = Wire(login=[login_reply("OLD"), login_reply("NEW")], getBill=got())
        known = adapter(wire)
        known.find("customer", "X")
        assert known.client.login().session_id == "NEW"
        known.find("customer", "X")
        assert wire.calls[-1][2].find("{*}Header")[0].text == "NEW"
        assert wire.names().count("login") == 2

    def test_the_first_login_is_not_two(self):
        wire = Wire()
        assert adapter(wire).client.login().user_name == "odoo"
        assert len(wire.calls) == 1

    def test_a_bare_session_is_no_lost_session(self):
        assert not soap.speaks_of_session("cannot open hibernate session factory")
