"""Replies that no simulator would give, fed to the client by a transport of our own."""

import json

import pytest
from kingdee_support import SETTINGS, customer_values, receivable_values

KNOWN = {"acct_id": "a", "user_name": "u", "app_id": "1_2", "app_secret": "s"}


class Scripted:
    """A transport which answers from a list and keeps what it was asked."""

    def __init__(self, reply_class, *answers):
        self._reply = reply_class
        self._answers = list(answers)
        self.asked = []

    def path_of(self, name):
        return "/k3cloud/" + name

    def post_json(self, path, payload, headers):
        self.asked.append((path, payload, headers))
        answer = self._answers.pop(0)
        text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
        return self._reply(200, (), text)


@pytest.fixture
def script(clients):
    """``script(*answers, auth=...)`` gives an adapter that will hear these answers."""

    def build(*answers, auth="signed"):
        transport = Scripted(clients("transport").HttpReply, *answers)
        known = clients("kingdee_signing").KingdeeCredentials(**KNOWN)
        client = clients("kingdee_galaxy").KingdeeGalaxyClient(transport, known, auth=auth)
        settings = clients("kingdee_galaxy_forms").KingdeeSettings(**SETTINGS)
        adapter = clients("kingdee_galaxy_adapter").KingdeeGalaxyAdapter(client, settings)
        adapter.asked = transport.asked
        return adapter

    return build


def envelope(success=True, entities=(), errors=(), code=0, **result):
    status = {
        "IsSuccess": success,
        "Errors": list(errors),
        "SuccessEntitys": list(entities),
        "SuccessMessages": [],
        "MsgCode": code,
    }
    return {"Result": {"ResponseStatus": status, **result}}


DONE = {"Id": 7, "Number": "CRM-C-1", "DIndex": 0}
BAD = {"FieldName": "FName", "Message": "坏", "DIndex": 0}
ROW = [7, "CRM-C-1", "A", "A", "2026-01-01T00:00:00", "PRE001", "杭州示例科技有限公司"]


def save(adapter):
    return adapter.send_step("customer", "save", "CRM-C-1", adapter.build("customer", customer_values()))


@pytest.mark.parametrize(
    "reply",
    [
        envelope(True, [DONE]),
        envelope("true", [DONE]),
        envelope(True, [{**DONE, "Id": "7"}]),
        envelope(True, Id=7, Number="CRM-C-1"),
        json.dumps(json.dumps(envelope(True, [DONE]))),
    ],
)
def test_ways_to_say_done(script, reply):
    assert save(script(reply, [ROW])).remote_id == "7"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (envelope(True, [DONE], [BAD]), "Unknown"),
        (envelope(True, [], [BAD]), "Unknown"),
        (envelope(False, [DONE], [BAD], 11), "Unknown"),
        (envelope(False, [DONE], [], 11), "Unknown"),
        (envelope(True, [{**DONE, "DIndex": 3}]), "Unknown"),
        (envelope(False, [], [BAD], 11), "Rejected"),
        (envelope(False, [], [], 11), "Rejected"),
        (envelope(False, [], [BAD], None), "Rejected"),
        ({"Result": {}}, "Unknown"),
        ({"Result": None}, "Unknown"),
        ({"Result": {"ResponseStatus": {}}}, "Unknown"),
        ({}, "Unknown"),
        ([], "Unknown"),
        ([[]], "Unknown"),
        ("null", "Unknown"),
        ("5", "Unknown"),
        ('""', "Unknown"),
        ("OK", "Unknown"),
        ({"errcode": 5001, "description": "API not found"}, "Unknown"),
        ([{"FieldName": None, "Message": "别的错误", "DIndex": 0}], "Unknown"),
        (envelope(False, [], [{**BAD, "Message": "登录已失效"}], 4), "SessionLost"),
        ("response_error:会话失效", "SessionLost"),
    ],
)
def test_anything_else_is_never_success(script, clients, reply, kind):
    adapter = script(reply)
    with pytest.raises(getattr(clients("errors"), kind)):
        save(adapter)
    assert len(adapter.asked) == 1


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([], "Unknown"),
        ([ROW, [8, *ROW[1:]]], "Mismatch"),
        ([[8, *ROW[1:]]], "Mismatch"),
        ([ROW[:-1]], "Unknown"),
        ([[None, *ROW[1:]]], "Unknown"),
        ([[*ROW[:2], None, *ROW[3:]]], "Unknown"),
        ([[*ROW[:4], "sometime", *ROW[5:]]], "Unknown"),
        ([[*ROW[:6], {"a": 1}]], "Unknown"),
        ([ROW, None], "Unknown"),
    ],
)
def test_what_was_saved_must_be_read_back(script, clients, rows, kind):
    with pytest.raises(getattr(clients("errors"), kind)):
        save(script(envelope(True, [DONE]), rows))


def test_a_query_refusal_is_no_empty_table(script, clients):
    for refusal in (envelope(False, [], [BAD], 2), [envelope(False, [], [BAD], 2)]):
        with pytest.raises(clients("errors").Rejected) as caught:
            script(refusal).find("customer", "x")
        assert caught.value.code == 2
    with pytest.raises(clients("errors").Unknown):
        script([[{"Result": {}}] + [None] * 6]).find("customer", "x")


@pytest.mark.parametrize("kind", [0, -1, -2, -3, -5, -8, None, "1"])
def test_only_type_one_is_a_login(script, clients, kind):
    reply = {"LoginResultType": kind, "KDSVCSessionId": "sid", "IsSuccessByAPI": True}
    with pytest.raises(clients("errors").LoginFailed):
        script(reply, auth="session").find("customer", "x")


@pytest.mark.parametrize("session", [None, "", "a b", "a\r\nX: y", "a;b", 5])
def test_a_login_needs_a_usable_session_id(script, clients, session):
    reply = {"LoginResultType": 1, "KDSVCSessionId": session}
    with pytest.raises(clients("errors").LoginFailed):
        script(reply, auth="session").find("customer", "x")


def test_a_locked_account_is_told_apart(script, clients):
    reply = {"LoginResultType": 0, "Message": "密码错误次数超限", "KDSVCSessionId": None}
    with pytest.raises(clients("errors").LoginFailed) as caught:
        script(reply, auth="session").find("customer", "x")
    assert caught.value.reason == "login_locked"


def test_customers_are_asked_for_in_our_organisation(script):
    adapter = script([])
    adapter.find("customer", "C")
    query = adapter.asked[0][1]["data"]
    assert query["FilterString"] == "(FNumber='C') and (FUseOrgId.FNumber='100')"
    assert query["TopRowCount"] == 0


def test_verify_compares_every_judged_value(script, clients):
    adapter = script()
    document = clients("results").RemoteDocument
    good = {
        "kind": "receivable",
        "remote_id": "1",
        "number": "CRM-AR-1",
        "status": "C",
        "amount": clients("values").money("113.1"),
        "customer_number": "CRM-C-1",
        "currency_number": "PRE001",
    }
    adapter.verify("receivable", receivable_values(), document(**good))
    for field, value in {
        "number": "CRM-AR-2",
        "amount": None,
        "customer_number": "CRM-C-2",
        "currency_number": "PRE007",
        "cancelled": True,
    }.items():
        with pytest.raises(clients("errors").Mismatch):
            adapter.verify("receivable", receivable_values(), document(**{**good, field: value}))
    forbidden = document("customer", "1", "CRM-C-1", "C", cancelled=True)
    assert adapter.next_step("customer", forbidden) == clients("adapter").STOPPED


def test_dates_in_both_notations(script):
    adapter = script()
    assert adapter._moment("/Date(1769871600000)/") == adapter._moment("2026-01-31T23:00:00.0")
    assert adapter._moment("2026-01-31T23:00:00.1234567").microsecond == 123456
    assert adapter._moment(None) is None


def test_amounts_stay_exact(script):
    row = '[[1,"n","C","A","2026-01-01T00:00:00",12345678901234567.89,"C","PRE001"]]'
    (document,) = script(row).find("receivable", "n")
    assert str(document.amount) == "12345678901234567.89"
