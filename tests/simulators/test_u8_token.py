"""The U8+ client: one token for all, fetched seldom."""

import threading

import pytest
from u8_support import (
    BILL,
    KNOWN,
    NOTHING,
    TOKEN,
    Hands,
    done,
    found,
    receivable_values,
    scripted,
)


def save(adapter, values=None, kind="receivable"):
    values = values or receivable_values()
    return adapter.send_step(kind, "save", values["number"], adapter.build(kind, values))


EXPIRED = {"errcode": "30012", "errmsg": "token已过期"}
NEWER = {**TOKEN, "token": {**TOKEN["token"], "id": "new1"}}


def test_the_token_is_kept_and_renewed_before_its_end():
    adapter = scripted(NOTHING, NOTHING, NEWER, NOTHING)
    adapter.find("customer", "1")
    adapter.hands.now += 6800
    adapter.find("customer", "1")
    adapter.hands.now += 200
    adapter.find("customer", "1")
    assert adapter.heard.paths().count("/system/token") == 2
    assert adapter.heard.asked[-1][2]["token"] == "new1"


def test_an_expired_token_is_renewed_once_and_the_same_call_repeated():
    adapter = scripted(EXPIRED, NEWER, done("CRM-AR-1"), found("oughtreceive", **BILL))
    save(adapter)
    first, again = [asked for asked in adapter.heard.asked if asked[0] == "POST"]
    assert again[3] == first[3]
    assert again[2] == {**first[2], "token": "new1"}


def test_a_token_that_never_holds_ends_in_an_error(errors):
    adapter = scripted(EXPIRED, NEWER, EXPIRED)
    with pytest.raises(errors.SessionLost) as caught:
        save(adapter)
    assert caught.value.next_action == "retry"
    assert len(adapter.heard.asked) == 4


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"errcode": "10003", "errmsg": "app_secret 错误"}, "LoginFailed"),
        ({"errcode": "20005", "errmsg": "未授权"}, "LoginFailed"),
        ({"errcode": "10001", "errmsg": "平台错误"}, "NotSent"),
        ({"errcode": "30012", "errmsg": ""}, "NotSent"),
        ("<html>", "NotSent"),
        ("", "NotSent"),
        ({"errcode": "0"}, "NotSent"),
        ({"errcode": "0", "token": "5f0e"}, "NotSent"),
        ({"errcode": "0", "token": {"id": "", "expiresIn": 7200}}, "NotSent"),
        ({"errcode": "0", "token": {"id": "a", "expiresIn": "soon"}}, "NotSent"),
        ({"errcode": "0", "token": {"id": "a b\n", "expiresIn": 7200}}, "NotSent"),
        ({"url": "https://a/result?requestid=1"}, "NotSent"),
    ],
    ids=str,
)
def test_without_a_token_nothing_was_sent(errors, answer, kind):
    adapter = scripted(answer, token=False)
    with pytest.raises(errors.FinanceError) as caught:
        save(adapter)
    assert type(caught.value).__name__ == kind
    assert "geheim" not in str(caught.value)
    assert adapter.heard.paths() == ["/system/token"]


def test_forty_threads_renew_a_refused_token_once(clients):
    clock = Hands()
    tokens = clients("u8_token").TokenCache(clock)
    fetched, given, start = [], [], threading.Barrier(40)

    def fetch():
        fetched.append(1)
        return f"t{len(fetched)}", 7200

    old = tokens.get("k", fetch)

    def run():
        start.wait()
        given.append(tokens.get("k", fetch, failed=old))

    threads = [threading.Thread(target=run) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fetched) == 2
    assert set(given) == {"t2"}
    # one that still holds the refused token does not renew again
    assert tokens.get("k", fetch, failed=old) == "t2"
    assert len(fetched) == 2


def test_others_go_on_with_the_old_token_while_one_renews(clients):
    clock = Hands()
    tokens = clients("u8_token").TokenCache(clock, lambda low, high: 0.0)
    tokens.get("k", lambda: ("old", 7200))
    clock.now += 6950
    inside, go, result = threading.Event(), threading.Event(), []

    def slow():
        inside.set()
        go.wait(5)
        return "new", 7200

    thread = threading.Thread(target=lambda: result.append(tokens.get("k", slow)))
    thread.start()
    inside.wait(5)
    assert tokens.get("k", lambda: ("third", 7200)) == "old"
    go.set()
    thread.join()
    assert result == ["new"]


def test_tokens_are_not_fetched_beyond_our_share(clients, errors):
    clock = Hands()
    tokens = clients("u8_token").TokenCache(clock)
    counter = iter(range(10000))
    token = ""
    for _ in range(500):
        token = tokens.get("k", lambda: (str(next(counter)), 7200), failed=token)
    with pytest.raises(errors.NotSent) as caught:
        tokens.get("k", lambda: ("x", 7200), failed=token)
    assert caught.value.retry_after == 7201
    clock.now += 7201
    assert tokens.get("k", lambda: ("y", 7200), failed=token) == "y"


def test_other_credentials_have_another_token(clients):
    tokens = clients("u8_token").TokenCache(Hands())
    assert tokens.get("a", lambda: ("1", 7200)) == "1"
    assert tokens.get("b", lambda: ("2", 7200)) == "2"


def test_credentials_do_not_show_their_secret(clients, errors):
    known = clients("u8_client").U8Credentials(**KNOWN)
    assert "geheim" not in repr(known)
    with pytest.raises(errors.InvalidValues):
        clients("u8_client").U8Credentials(**{**KNOWN, "app_secret": ""})
    with pytest.raises(errors.InvalidValues):
        clients("u8_adapter").YonyouU8Adapter.connect("https://api.example.com/", {**KNOWN, "x": 1}, {})


def test_connection_test_takes_an_empty_account_set():
    report = scripted({**NOTHING, "errmsg": "未检索到匹配的[客户]。"}).test_connection()
    assert (report.product, report.account, report.user) == ("yonyou_u8", "u8_acc", "crm_acc")
