"""The simulator itself, driven by the official library and by hand-made requests."""

import http.client
import json
import re
import time
import urllib.parse

import pytest
from kingdee_support import HERE, customer_values, deliver

sdk_main = pytest.importorskip("k3cloud_webapi_sdk.main")
STUB = "/k3cloud/Kingdee.BOS.WebApi.ServicesStub."
QUERY = {"FormId": "BD_Customer", "FieldKeys": "FNumber,FDocumentStatus", "FilterString": ""}


@pytest.fixture
def sdk(erp):
    client = sdk_main.K3CloudApiSdk(erp.base_url)
    client.InitConfig(*erp.credentials.values(), erp.base_url)
    return client


def model(number):
    return {
        "Model": {
            "FCUSTID": 0,
            "FCreateOrgId": {"FNumber": "100"},
            "FUseOrgId": {"FNumber": "100"},
            "FNumber": number,
            "FName": "示例客户",
            "FTRADINGCURRID": {"FNumber": "PRE001"},
        }
    }


def status(text):
    return json.loads(text)["Result"]["ResponseStatus"]


def test_official_library_saves_submits_audits_and_queries(sdk, erp):
    assert status(sdk.Save("BD_Customer", model("C1")))["IsSuccess"] is True
    assert status(sdk.Submit("BD_Customer", {"Numbers": ["C1"]}))["IsSuccess"] is True
    assert status(sdk.Audit("BD_Customer", {"Numbers": ["C1"]}))["IsSuccess"] is True
    again = status(sdk.Audit("BD_Customer", {"Numbers": ["C1"]}))
    assert again["Errors"][0]["Message"] == "单据编号为“C1”的客户，单据已经审核！"
    assert (again["MsgCode"], again["ErrorCode"]) == (11, 500)
    assert json.loads(sdk.ExecuteBillQuery(QUERY)) == [["C1", "C"]]
    assert json.loads(sdk.BillQuery(QUERY)) == [{"FNumber": "C1", "FDocumentStatus": "C"}]
    shown = json.loads(sdk.View("BD_Customer", {"Number": "C1"}))["Result"]["Result"]
    assert (shown["Number"], shown["DocumentStatus"]) == ("C1", "C")
    twice = status(sdk.Save("BD_Customer", model("C1")))
    assert twice["Errors"][0] == {
        "FieldName": "FNumber",
        "Message": "违反字段唯一性要求：编码唯一。[C1]在当前系统中已经被使用。",
        "DIndex": 0,
    }
    assert [call["outcome"] for call in erp.calls("Save")] == ["ok", "refused:11"]


def test_official_library_logs_in(sdk, erp, clients):
    known = clients("kingdee_signing").KingdeeCredentials(**erp.credentials)
    stamp = str(int(time.time()))
    sign = clients("kingdee_signing").login_signature(known, stamp)
    values = [known.acct_id, known.user_name, known.app_id, stamp, sign, 2052]
    service = "Kingdee.BOS.WebApi.ServicesStub.AuthService.LoginBySign"
    reply = json.loads(sdk.Execute(service, {"parameters": values}))
    assert reply["LoginResultType"] == 1
    assert reply["KDSVCSessionId"] == sdk.cookiesStore.SID


def test_official_library_with_a_wrong_secret(erp):
    client = sdk_main.K3CloudApiSdk(erp.base_url)
    client.InitConfig(*{**erp.credentials, "app_secret": "wrong"}.values(), erp.base_url)
    assert status(client.Save("BD_Customer", model("C1")))["MsgCode"] == 1
    assert erp.ledger()["BD_Customer"] == []


def test_official_library_sees_faults(sdk, erp):
    erp.inject("response_error", message="未知错误", op="Save")
    with pytest.raises(RuntimeError):
        sdk.Save("BD_Customer", model("C1"))
    erp.inject("http_502", op="Save")
    with pytest.raises(RuntimeError):
        sdk.Save("BD_Customer", model("C1"))
    erp.inject("lost_session", op="ExecuteBillQuery")
    wrapped = json.loads(sdk.ExecuteBillQuery(QUERY))
    assert wrapped[0][0]["Result"]["ResponseStatus"]["MsgCode"] == 1


def headers(erp, clients, operation, milliseconds=False, prefix=STUB):
    signing = clients("kingdee_signing")
    path = f"{prefix}DynamicFormService.{operation}.common.kdsvc"
    stamp = str(int(time.time() * (1000 if milliseconds else 1)))
    known = signing.KingdeeCredentials(**erp.credentials)
    return path, signing.signed_headers(known, path, stamp)


def post(erp, path, body, head, connection=None):
    own = connection or http.client.HTTPConnection("127.0.0.1", erp.port, timeout=5)
    own.request("POST", path, body if isinstance(body, bytes) else json.dumps(body), head)
    response = own.getresponse()
    return response.status, response.read().decode()


BODIES = {
    "A": {"formid": "BD_Customer", "data": model("C1")},
    "A-text": {"formid": "BD_Customer", "data": json.dumps(model("C1"))},
    "B": {"parameters": ["BD_Customer", json.dumps(model("C1"))]},
    "C": {
        "format": 1,
        "useragent": "ApiClient",
        "rid": "1",
        "parameters": json.dumps(["BD_Customer", json.dumps(model("C1"))]),
        "timestamp": "2026-01-01 00:00:00",
        "v": "1.0",
    },
}


@pytest.mark.parametrize("shape", BODIES)
def test_all_body_shapes_are_understood(erp, clients, shape):
    path, head = headers(erp, clients, "Save")
    assert status(post(erp, path, BODIES[shape], head)[1])["IsSuccess"] is True


def test_form_encoded_body_and_other_case(erp, clients):
    path, head = headers(erp, clients, "Save", prefix=STUB.replace("k3cloud", "K3Cloud"))
    body = urllib.parse.urlencode({"formid": "bd_customer", "data": json.dumps(model("C1"))})
    head["Content-Type"] = "application/x-www-form-urlencoded"
    assert status(post(erp, path, body.encode(), head)[1])["IsSuccess"] is True


def test_bare_array_fails_as_the_product_does(erp, clients):
    path, head = headers(erp, clients, "Save")
    code, text = post(erp, path, ["BD_Customer"], head)
    assert code == 500
    assert "Additional text found in JSON string" in text


def test_java_style_milliseconds_pass_and_old_stamps_do_not(erp, clients):
    path, head = headers(erp, clients, "ExecuteBillQuery", milliseconds=True)
    assert post(erp, path, {"data": QUERY}, head) == (200, "[]")
    known = clients("kingdee_signing").KingdeeCredentials(**erp.credentials)
    old = clients("kingdee_signing").signed_headers(known, path, "1700000000")
    assert "会话信息已丢失" in post(erp, path, {"data": QUERY}, old)[1]
    head["X-Api-Signature"] = ""
    assert post(erp, path, {"data": QUERY}, head) == (200, "[]")


@pytest.mark.parametrize("name", ["X-Kd-Signature", "X-Api-Signature", "X-Kd-Appdata", "X-Kd-Appkey"])
def test_a_changed_header_is_not_admitted(erp, clients, name):
    path, head = headers(erp, clients, "ExecuteBillQuery")
    head[name] = "A" + head[name][1:] if head[name][0] != "A" else "B" + head[name][1:]
    assert "会话信息已丢失" in post(erp, path, {"data": QUERY}, head)[1]


def test_one_connection_serves_many_calls(erp, clients):
    path, head = headers(erp, clients, "ExecuteBillQuery")
    connection = http.client.HTTPConnection("127.0.0.1", erp.port, timeout=5)
    for _ in range(3):
        assert post(erp, path, {"data": QUERY}, head, connection)[0] == 200
        assert connection.sock is not None
    connection.close()


def test_an_idle_session_ends(erp, clients):
    path, head = headers(erp, clients, "ExecuteBillQuery")
    connection = http.client.HTTPConnection("127.0.0.1", erp.port, timeout=5)
    connection.request("POST", path, json.dumps({"data": QUERY}), head)
    response = connection.getresponse()
    response.read()
    cookie = {"Cookie": response.getheader("Set-Cookie").split(";")[0]}
    assert post(erp, path, {"data": QUERY}, cookie) == (200, "[]")
    erp.settings(session_ttl=0)
    assert "会话信息已丢失" in post(erp, path, {"data": QUERY}, cookie)[1]


def test_repeated_json_is_refused_if_asked(sdk):
    data = {**model(""), "ValidateRepeatJson": "true"}
    assert status(sdk.Save("BD_Customer", data))["IsSuccess"] is True
    assert status(sdk.Save("BD_Customer", data))["IsSuccess"] is False


def test_changing_and_the_states_that_forbid_it(sdk, erp):
    ident = json.loads(sdk.Save("BD_Customer", model("C1")))["Result"]["Id"]
    before = erp.ledger()["BD_Customer"][0]["modified"]
    change = {"Model": {"FCUSTID": ident, "FName": "新名"}, "NeedUpDateFields": ["FName"]}
    assert status(sdk.Save("BD_Customer", change))["IsSuccess"] is True
    (document,) = erp.ledger()["BD_Customer"]
    assert document["header"]["FNAME"] == "新名"
    assert document["modified"] >= before
    sdk.Submit("BD_Customer", {"Numbers": ["C1"]})
    sdk.Audit("BD_Customer", {"Ids": str(ident)})
    assert status(sdk.Save("BD_Customer", change))["Errors"][0]["Message"] == "单据已审核，不允许修改"
    assert status(sdk.Delete("BD_Customer", {"Numbers": ["C1"]}))["IsSuccess"] is False
    sdk.UnAudit("BD_Customer", {"Numbers": ["C1"]})
    assert erp.ledger()["BD_Customer"][0]["status"] == "D"
    sdk.Delete("BD_Customer", {"Numbers": ["C1"]})
    assert erp.ledger()["BD_Customer"] == []


@pytest.mark.parametrize(
    ("filter_string", "wanted"),
    [
        ("FNumber='c1'", ["C1"]),
        ("FNumber<>'C1' and FDocumentStatus='A'", ["C2", "O'3"]),
        ("FNumber in ('C1','C2')", ["C1", "C2"]),
        ("FNumber like 'C%'", ["C1", "C2"]),
        ("FNumber='O''3'", ["O'3"]),
        ("not (FNumber='C1' or FNumber='C2')", ["O'3"]),
        ("FCUSTID>100001", ["C2", "O'3"]),
        ("FModifyDate>='2020-01-01 00:00:00' and FNumber='C1'", ["C1"]),
        ("FTEL is null and FNumber='C1'", ["C1"]),
        ([{"Left": "(", "FieldName": "FNumber", "Compare": "67", "Value": "C1", "Right": ")",
           "Logic": "1"},
          {"Left": "", "FieldName": "FNumber", "Compare": "67", "Value": "C2", "Right": "",
           "Logic": "0"}], ["C1", "C2"]),
    ],
)  # fmt: skip
def test_filters(sdk, filter_string, wanted):
    for number in ("C1", "C2", "O'3"):
        sdk.Save("BD_Customer", model(number))
    data = {**QUERY, "FilterString": filter_string, "OrderString": "FNumber ASC"}
    assert [row[0] for row in json.loads(sdk.ExecuteBillQuery(data))] == wanted


@pytest.mark.parametrize(
    "change",
    [
        {"FormId": "XX_Nothing"},
        {"FieldKeys": "FNothing"},
        {"FilterString": "FNumber='a"},
        {"FilterString": "FNumber='a' or"},
        {"FilterString": "FModifyDate>'abc'"},
        {"FieldKeys": ""},
    ],
)
def test_bad_queries_are_wrapped_twice(sdk, change):
    sdk.Save("BD_Customer", model("C1"))
    reply = json.loads(sdk.ExecuteBillQuery({**QUERY, **change}))
    assert reply[0][0]["Result"]["ResponseStatus"]["IsSuccess"] is False


def test_lines_make_rows_and_pages_cut_them(sdk, erp, signed):
    deliver(signed, "customer", customer_values())
    erp.enter_receipt("CRM-C-1", "1", amounts=["1", "2.5"])
    data = {
        "FormId": "AR_RECEIVEBILL",
        "FieldKeys": "FID,FRECEIVEBILLENTRY_FEntryId,FRECAMOUNTFOR_E,FCONTACTUNIT.FName",
        "OrderString": "FRECAMOUNTFOR_E DESC",
    }
    rows = json.loads(sdk.ExecuteBillQuery(data))
    assert [row[2] for row in rows] == [2.5, 1]
    assert rows[0][0] == rows[1][0]
    assert rows[0][3] == customer_values()["name"]
    page = json.loads(sdk.ExecuteBillQuery({**data, "StartRow": 1, "Limit": 1}))
    assert page == rows[1:]
    assert json.loads(sdk.ExecuteBillQuery({**data, "TopRowCount": 1})) == rows[:1]


def test_the_page_shows_the_books_and_escapes(sdk, erp, signed):
    deliver(signed, "customer", customer_values("C<1>", name="<script>坏</script>"))
    erp.enter_receipt("C<1>", "12345.6", remark="定金")
    connection = http.client.HTTPConnection("127.0.0.1", erp.port, timeout=5)
    connection.request("GET", "/")
    text = connection.getresponse().read().decode()
    assert "应收单" in text
    assert "12,345.60" in text
    assert "已审核" in text
    assert "<script>" not in text
    connection.request("GET", "/", headers={"Host": "evil.example"})
    assert connection.getresponse().status == 403
    connection.close()


def test_a_receipt_typed_into_the_page(erp, signed):
    deliver(signed, "customer", customer_values())
    body = urllib.parse.urlencode({"customer_number": "CRM-C-1", "amount": "5", "remark": "备注"})
    head = {"Content-Type": "application/x-www-form-urlencoded"}
    assert post(erp, "/_sim/receipts", body.encode(), head)[0] == 303
    assert erp.ledger()["AR_RECEIVEBILL"][0]["status"] == "C"
    with pytest.raises(RuntimeError):
        erp.enter_receipt("nobody", "5")
    with pytest.raises(RuntimeError):
        erp.inject("no_such_fault")


def test_books_outlive_the_process(erp, signed):
    deliver(signed, "customer", customer_values())
    calls = len(erp.calls())
    erp.restart()
    assert [d["number"] for d in erp.ledger()["BD_Customer"]] == ["CRM-C-1"]
    assert len(erp.calls()) == calls


def test_faults_wait_and_end(erp, sdk):
    erp.inject("refuse", op="Save", form="BD_Customer", after=1, times=2, code=13, message="x")
    codes = [status(sdk.Save("BD_Customer", model(f"C{n}")))["MsgCode"] for n in range(4)]
    assert codes == [0, 13, 13, 0]


def test_simulator_and_client_share_nothing():
    clients = HERE.parent.parent / "addons" / "crm_finance_bridge" / "clients"
    for file in (HERE / "kingdee").glob("*.py"):
        assert "crm_finance_bridge" not in file.read_text(encoding="utf-8"), file
    for file in clients.glob("*.py"):
        source = file.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(from|import) (odoo|kingdee)\b", source, re.M), file
