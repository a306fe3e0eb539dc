"""Every switch of a fault on the U8+ simulator: what comes over the wire, and what stands in the books."""

import http.client
import json
import threading
import time

import pytest
from fault_table import LOST, SLOW
from raw_calls import U8Calls
from u8_values import CUSTOMER, RECEIVABLE


@pytest.fixture
def api(u8):
    """Calls to books that hold a customer, with a token at hand."""
    calls = U8Calls(u8, timeout=3)
    assert calls.add("customer", CUSTOMER, "crm-C-1")["errcode"] == "0"
    return calls


def add(api, **parameters):
    return api.send("oughtreceive", "add", RECEIVABLE, **{"biz_id": "crm-AR-7", "sync": "1", **parameters})


@pytest.mark.parametrize(("fault", "error", "count"), LOST)
def test_lost_connections(api, u8, fault, error, count):
    u8.inject(**{"op": "add", **fault})
    with pytest.raises(error):
        add(api)
    assert u8.count("crm-AR-7") == count
    assert add(api).json["errcode"] == "0"  # the same id never makes a second one
    assert u8.count("crm-AR-7") == 1


@pytest.mark.parametrize(("fault", "count"), SLOW)
def test_slow_answers(api, u8, fault, count):
    u8.inject(op="add", **fault)
    api.timeout = 0.3
    with pytest.raises(TimeoutError):
        add(api)
    assert u8.count("crm-AR-7") == count


def test_slow_bytes(api, u8):
    u8.inject("drip", op="add", seconds=0.002)
    begun = time.monotonic()
    assert add(api).json["errcode"] == "0"
    assert time.monotonic() - begun > 0.1


PAGES = [
    ({"kind": "http_502"}, 502, "502 Bad Gateway", 0),
    ({"kind": "http_502", "commit": True}, 502, "502 Bad Gateway", 1),
    ({"kind": "html_200"}, 200, "登录", 0),
    ({"kind": "html_200", "commit": True}, 200, "登录", 1),
    ({"kind": "empty_200"}, 200, "", 0),
    ({"kind": "empty_200", "commit": True}, 200, "", 1),
    ({"kind": "http", "status": 429, "retry_after": 30}, 429, "", 0),
    ({"kind": "http", "status": 503, "message": "维护中"}, 503, "维护中", 0),
]


@pytest.mark.parametrize(("fault", "status", "words", "count"), PAGES)
def test_pages_in_place_of_json(api, u8, fault, status, words, count):
    u8.inject(op="add", **fault)
    answer = add(api)
    assert answer.status == status
    assert words in answer.text
    assert answer.headers.get("Retry-After") == ("30" if "retry_after" in fault else None)
    with pytest.raises(ValueError):
        json.loads(answer.text)
    assert u8.count("crm-AR-7") == count


def test_half_the_json(api, u8):
    u8.inject("truncated", op="add")
    answer = add(api)
    assert answer.text.startswith('{"errcode": "0"')
    with pytest.raises(ValueError):
        json.loads(answer.text)
    assert u8.count("crm-AR-7") == 1


def test_five_megabytes(api, u8):
    u8.inject("huge", op="add")
    answer = add(api)
    assert len(answer.raw) > 5 << 20
    assert answer.json["errcode"] == "0"


def test_reply_in_gbk(api, u8):
    u8.inject("wrong_charset", op="get")
    query = {**api.common, "id": "nothing"}
    answer = api.get("/api/oughtreceive/get", **query)
    with pytest.raises(UnicodeDecodeError):
        answer.raw.decode("utf-8")
    assert "未检索到" in answer.raw.decode("gbk")


def test_late_commit(api, u8):
    u8.inject("late_commit", op="add", seconds=0.4)
    with pytest.raises(http.client.RemoteDisconnected):
        add(api)
    assert u8.count("crm-AR-7") == 0
    assert u8.wait_for(lambda: u8.count("crm-AR-7"))
    assert u8.calls("add", "oughtreceive")[0]["outcome"] == "fault:late_commit (ok)"


def test_late_commit_of_an_asynchronous_result(api, u8):
    u8.settings(polls=0)
    u8.inject("late_result", op="add", seconds=0.4)
    accepted = add(api, sync="0").json
    assert api.poll(accepted) == accepted
    assert add(api).json["errcode"] == "30025"
    assert u8.count("crm-AR-7") == 0
    assert u8.wait_for(lambda: u8.count("crm-AR-7"))
    assert u8.wait_for(lambda: "url" not in api.poll(accepted))
    assert api.poll(accepted)["errcode"] == "0"
    assert u8.count("crm-AR-7") == 1


WORDS = [
    ({"kind": "refuse", "message": "U8 服务调用失败:key='';注册号不正确!;"}, "20005", 0),
    ({"kind": "refuse", "code": "10001", "message": "平台错误"}, "10001", 0),
    ({"kind": "refuse_after_commit", "code": "10001", "message": "平台错误"}, "10001", 1),
    ({"kind": "expired"}, "30012", 0),
    ({"kind": "still_running"}, "30025", 0),
    ({"kind": "still_running", "commit": True}, "30025", 1),
]


@pytest.mark.parametrize(("fault", "code", "count"), WORDS)
def test_error_codes_on_demand(api, u8, fault, code, count):
    u8.inject(op="add", form="oughtreceive", **fault)
    reply = add(api).json
    assert reply["errcode"] == code
    assert fault.get("message", reply["errmsg"]) == reply["errmsg"]
    assert u8.count("crm-AR-7") == count


def test_a_list_that_says_nothing_is_there(api, u8):
    add(api)
    u8.inject("not_found", op="batch_get", form="oughtreceive")
    assert api.read("oughtreceivelist", "batch_get")["errcode"] == "20002"
    assert api.read("oughtreceivelist", "batch_get")["row_count"] == "1"


def test_another_number(api, u8):
    u8.inject("wrong_number", op="add")
    u8.inject("wrong_number", op="get")
    u8.inject("wrong_number", op="batch_get")
    assert add(api).json["id"] == "0000000001X"
    assert api.read("oughtreceive", "get", id="0000000001")["oughtreceive"]["code"] == "0000000001X"
    assert api.read("oughtreceivelist", "batch_get")["oughtreceivelist"][0]["code"] == "0000000001X"
    assert u8.count("0000000001") == 1


def test_another_amount(api, u8):
    u8.inject("wrong_amount", op="add", difference="0.01")
    add(api)
    assert api.read("oughtreceive", "get", id="0000000001")["oughtreceive"]["amount"] == "1130.0100"


def test_types_drift(api, u8):
    add(api)
    u8.inject("drifted", times=2)
    reply = api.read("oughtreceivelist", "batch_get")
    assert (reply["errcode"], reply["row_count"], reply["oughtreceivelist"][0]["amount"]) == (0, 1, 1130.0)
    assert reply["oughtreceivelist"][0]["code"] == "0000000001"
    u8.clear_faults()
    u8.inject("null_fields", op="get")
    assert api.read("oughtreceive", "get", id="0000000001")["memo"] is None


def test_addresses_of_results(api, u8):
    u8.inject("foreign_result", op="add", host="10.0.0.1:80")
    assert add(api, sync="0").json["url"].startswith("http://10.0.0.1:80/result?requestid=")
    u8.inject("no_result_address", op="add")
    assert set(add(api, sync="0", biz_id="b").json) == {"ping_after", "requestid"}
    assert [len(one["references"]) for one in u8.ledger()["oughtreceive"]] == [2, 2]


def test_faults_on_the_token(api, u8):
    u8.inject("http", op="token", status=429)
    given = {k: v for k, v in api.known.items() if k != "to_account"}
    assert api.get("/system/token", **given).status == 429
    assert api.fetch_token()["errcode"] == "0"


def test_faults_wait_and_end(api, u8):
    u8.inject("expired", op="get", form="customer", after=1, times=2)
    codes = [api.read("customer", "get", id="C0001")["errcode"] for _ in range(4)]
    assert codes == ["0", "30012", "30012", "0"]


def test_kill_between_commit_and_answer(api, u8):
    u8.inject("hang", op="add", commit=True)
    api.timeout = 10
    failed = []

    def run():
        try:
            add(api)
        except (http.client.RemoteDisconnected, ConnectionResetError):
            failed.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    assert u8.wait_for(lambda: u8.count("crm-AR-7"))
    u8.restart()
    thread.join(10)
    assert failed == [True]
    api._token = None
    assert add(api).json["id"] == "0000000001"
    assert u8.count("crm-AR-7") == 1


def test_kill_before_the_commit_frees_the_id(api, u8):
    u8.inject("late_result", op="add", seconds=30)
    api.timeout = 0.3
    with pytest.raises(TimeoutError):
        add(api)
    assert add(api).json["errcode"] == "30025"
    u8.restart()
    api._token = None
    assert add(api).json["errcode"] == "0"
    assert u8.count("crm-AR-7") == 1


def test_too_many_calls_a_minute(api, u8):
    u8.settings(calls_per_minute=2)
    api._token = None
    answers = [api.token and add(api, biz_id=name) for name in ("a", "b", "c")]
    assert [answer.status for answer in answers] == [200, 429, 429]
    assert answers[1].headers["Retry-After"] == "60"
    assert (u8.count("a"), u8.count("b")) == (1, 0)
    assert u8.calls("add")[-1]["outcome"] == "too many"
