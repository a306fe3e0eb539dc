"""The U8+ simulator by hand-made requests: token, parameters, shape, one-shot ids, results that come later."""

import json
import re
import threading

import pytest
from raw_calls import call
from u8_values import CUSTOMER, ORDER, RECEIVABLE

# ------------------------------------------------------------------ token


def test_token(u8_api):
    reply = u8_api.fetch_token()
    assert reply["errcode"] == "0"
    assert reply["token"]["appKey"] == "opaDEMO"
    assert reply["token"]["expiresIn"] == 7200
    assert re.fullmatch("[0-9a-f]{32}", reply["token"]["id"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"app_secret": "wrong"}, "90002"),
        ({"app_key": "wrong"}, "90002"),
        ({"from_account": "wrong"}, "90002"),
        ({"to_account": "erp_acc"}, "90001"),
        ({"app_secret": ""}, "90001"),
    ],
)
def test_token_is_refused(u8_api, change, code):
    given = {k: v for k, v in u8_api.known.items() if k != "to_account"}
    assert u8_api.get("/system/token", **{**given, **change}).json["errcode"] == code


def test_token_needs_every_parameter_and_get(u8_api):
    assert u8_api.get("/system/token", app_key="opaDEMO").json["errcode"] == "90001"
    assert call(u8_api.simulator.port, "POST", "/system/token", b"").json["errcode"] == "90006"


def test_expired_unknown_and_withdrawn_tokens(u8_api, u8):
    u8.settings(token_seconds=0)
    expired = {"errcode": "30012", "errmsg": "token已过期"}
    assert u8_api.read("customer", "get", id="C1") == expired
    u8.settings(token_seconds=7200)
    assert u8_api.read("customer", "get", id="C1")["errcode"] == "20002"
    assert u8_api.read("customer", "get", id="C1", token="nothing") == expired
    u8.settings(unknown_token="refused")
    assert u8_api.read("customer", "get", id="C1", token="nothing")["errcode"] == "90002"
    u8.settings(unknown_token="expired", drop_tokens=True)
    assert u8_api.read("customer", "get", id="C1") == expired


def test_a_second_token_leaves_the_first_unless_switched(u8_api, u8):
    first = u8_api.token
    u8_api.fetch_token()
    assert u8_api.read("customer", "get", id="C1", token=first)["errcode"] == "20002"
    u8.settings(one_token=True)
    u8_api.fetch_token()
    assert u8_api.read("customer", "get", id="C1", token=first)["errcode"] == "30012"


def test_cap_on_tokens(u8_api, u8):
    u8.settings(token_cap=2)
    assert [u8_api.fetch_token()["errcode"] for _ in range(3)] == ["0", "0", "90004"]
    u8.settings(new_period=True)
    assert u8_api.fetch_token()["errcode"] == "0"


# ------------------------------------------------------------------ parameters and shape


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to_account": "other"}, "90002"),
        ({"app_key": "other"}, "90002"),
        ({"ds_sequence": "9"}, "90001"),
        ({"colour": "red"}, "90001"),
        ({"id": ""}, "90001"),
        ({"sync": "1"}, "90001"),
        ({"biz_id": "x"}, "90001"),
    ],
)
def test_parameters_of_a_read(u8_ready, change, code):
    assert u8_ready.read("customer", "get", **{"id": "C0001", **change})["errcode"] == code


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"biz_id": "a", "tradeid": "b"},
        {"biz_id": "a", "sync": "2"},
        {"biz_id": "a", "id": "C0001"},
        {"biz_id": ""},
    ],
)
def test_add_takes_exactly_one_id(u8_api, change):
    assert u8_api.send("customer", "add", CUSTOMER, **change).json["errcode"] == "90001"


def test_edit_takes_no_id(u8_ready):
    for change in ({"biz_id": "a"}, {"tradeid": "a"}, {"sync": "1"}):
        assert u8_ready.send("customer", "edit", {"code": "C0001"}, **change).json["errcode"] == "90001"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "nonsense",
        json.dumps(CUSTOMER),
        json.dumps({"customer": [CUSTOMER]}),
        json.dumps({"customer": CUSTOMER, "more": 1}),
        json.dumps({"inventory": CUSTOMER}),
        '{"customer":{"code":"C1","code":"C2"}}',
    ],
)
def test_body_is_one_object_under_the_name(u8_api, u8, body):
    assert u8_api.post("customer", "add", body, biz_id="a", sync="1").json["errcode"] == "90001"
    assert u8.ledger()["customer"] == []


def test_body_is_json_by_its_header(u8_api):
    body = json.dumps({"customer": CUSTOMER})
    for mime in ("text/plain", "application/x-www-form-urlencoded"):
        reply = u8_api.post("customer", "add", body, {"Content-Type": mime}, biz_id="a", sync="1")
        assert reply.json["errcode"] == "90001"


def test_paths_and_methods(u8_api):
    for path in (
        "/api/nothing/get",
        "/api/dispatchlist/add",
        "/api/saleinvoice/verify",
        "/api/oughtreceive/edit",
    ):
        assert call(u8_api.simulator.port, "POST", path, b"{}").json["errcode"] == "90006"
    assert u8_api.read("customer", "add", biz_id="x")["errcode"] == "90006"
    assert u8_api.send("customer", "get", {}, id="x").json["errcode"] == "90006"
    assert u8_api.read("oughtreceive", "batch_get")["errcode"] == "90006"
    assert u8_api.get("/").status == 404
    assert u8_api.get("/_sim/ledger").status == 200
    head = {"Host": "evil.example"}
    assert call(u8_api.simulator.port, "GET", "/_sim/ledger", headers=head).status == 403
    assert call(u8_api.simulator.port, "POST", "/_sim/reset", b"{}", head).status == 403


# ------------------------------------------------------------------ one-shot ids


def test_a_biz_id_gives_the_first_result_again(u8_ready, u8):
    first = u8_ready.add("oughtreceive", RECEIVABLE, "crm-AR-7")
    assert u8_ready.add("oughtreceive", RECEIVABLE, "crm-AR-7") == first
    assert u8.count("crm-AR-7") == 1
    assert u8_ready.add("saleorder", ORDER, "crm-AR-7")["errcode"] == "90005"
    u8.settings(reuse_biz_id="error")
    assert u8_ready.add("oughtreceive", RECEIVABLE, "crm-AR-7")["errcode"] == "90005"
    u8.settings(biz_id_scope="resource")
    assert u8_ready.add("saleorder", ORDER, "crm-SO-7")["errcode"] == "0"
    assert u8_ready.add("oughtreceive", RECEIVABLE, "crm-SO-7")["errcode"] == "0"


def test_codes_that_are_not_documented_may_be_set(u8_ready, u8):
    u8.settings(code_used_id="30026", code_path="30001")
    assert u8_ready.send("oughtreceive", "add", RECEIVABLE, tradeid="made-up", sync="1").json["errcode"] == "30026"
    assert u8_ready.read("nothing", "get", id="1")["errcode"] == "30001"


def test_a_tradeid_is_for_once(u8_ready, u8):
    ident = u8_ready.tradeid()
    once = {"tradeid": ident, "sync": "1"}
    first = u8_ready.send("oughtreceive", "add", RECEIVABLE, **once).json
    assert first["tradeid"] == ident
    assert u8_ready.send("oughtreceive", "add", RECEIVABLE, **once).json["errcode"] == "90005"
    u8.settings(reuse_tradeid="same")
    assert u8_ready.send("oughtreceive", "add", RECEIVABLE, **once).json == first
    assert len(u8.ledger()["oughtreceive"]) == 1
    unknown = u8_ready.send("oughtreceive", "add", RECEIVABLE, tradeid="made-up", sync="1").json
    assert unknown["errcode"] == "90005"


def test_after_a_refusal_the_id_is_free_unless_switched(u8_ready, u8):
    bad = {**RECEIVABLE, "deptcode": "99"}
    assert u8_ready.add("oughtreceive", bad, "a")["errcode"] == "20005"
    assert u8_ready.add("oughtreceive", RECEIVABLE, "a")["errcode"] == "0"
    u8.settings(failed_id="used")
    assert u8_ready.add("oughtreceive", bad, "b")["errcode"] == "20005"
    assert u8_ready.add("oughtreceive", RECEIVABLE, "b")["errcode"] == "90005"


def test_twenty_equal_adds_at_once_make_one_document(u8_ready, u8):
    replies, start = [], threading.Barrier(20)

    def run():
        start.wait()
        replies.append(u8_ready.add("oughtreceive", RECEIVABLE, "crm-AR-7"))

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert u8.count("crm-AR-7") == 1
    assert {reply["errcode"] for reply in replies} <= {"0", "30025"}
    assert {reply["id"] for reply in replies if reply["errcode"] == "0"} == {"0000000001"}


# ------------------------------------------------------------------ asynchronous


def test_asynchronous_add_is_polled(u8_ready, u8):
    accepted = u8_ready.send("oughtreceive", "add", RECEIVABLE, biz_id="a").json
    assert set(accepted) == {"url", "ping_after", "requestid"}
    assert accepted["ping_after"] == 3
    assert accepted["url"] == f"{u8.base_url}/result?requestid={accepted['requestid']}"
    assert u8_ready.poll(accepted) == accepted
    done = u8_ready.poll(accepted)
    assert (done["errcode"], done["id"]) == ("0", "0000000001")
    assert u8_ready.poll(accepted) == done
    assert u8_ready.send("oughtreceive", "add", RECEIVABLE, biz_id="a", sync="0").json == done
    assert len(u8.ledger()["oughtreceive"]) == 1
    assert u8_ready.get("/result", requestid="nothing").json["errcode"] == "90007"


def test_asynchronous_refusal_is_in_the_result(u8_ready, u8):
    u8.settings(polls=0)
    accepted = u8_ready.send("oughtreceive", "add", {**RECEIVABLE, "deptcode": "99"}, biz_id="a").json
    assert "errcode" not in accepted
    assert u8_ready.poll(accepted)["errcode"] == "20005"
    assert u8.ledger()["oughtreceive"] == []


def test_while_it_runs_a_repetition_is_told_so(u8_ready, u8):
    u8.settings(async_seconds=0.4, polls=0)
    accepted = u8_ready.send("oughtreceive", "add", RECEIVABLE, biz_id="a").json
    again = u8_ready.send("oughtreceive", "add", RECEIVABLE, biz_id="a").json
    assert again == {"errcode": "30025", "errmsg": "操作正在执行"}
    assert u8_ready.poll(accepted) == accepted
    assert u8.ledger()["oughtreceive"] == []
    assert u8.wait_for(lambda: u8.count("a"))
    assert u8.wait_for(lambda: "url" not in u8_ready.poll(accepted))
    assert u8_ready.poll(accepted)["id"] == "0000000001"
    assert u8.calls("add", "oughtreceive")[0]["committed"] is True


def test_an_accepted_add_outlives_the_process(u8_ready, u8):
    u8.settings(async_seconds=0.5)
    accepted = u8_ready.send("oughtreceive", "add", RECEIVABLE, biz_id="a").json
    u8.restart()
    assert u8_ready.read("oughtreceivelist", "batch_get")["errcode"] == "30012"
    assert u8.wait_for(lambda: u8.count("a"))
    assert u8.wait_for(lambda: "url" not in u8_ready.poll(accepted))
    assert u8.count("a") == 1
