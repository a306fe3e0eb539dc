"""Calls of the simulator about many documents, driven by hand-made requests of the official library."""

import json
import threading

import pytest

sdk_main = pytest.importorskip("k3cloud_webapi_sdk.main")
FORM = "BD_Customer"
ALL = ["C0", "C1", "C2", "C3"]


@pytest.fixture
def sdk(erp):
    client = sdk_main.K3CloudApiSdk(erp.base_url)
    client.InitConfig(*erp.credentials.values(), erp.base_url)
    return client


def model(number, **more):
    return {
        "FCreateOrgId": {"FNumber": "100"},
        "FUseOrgId": {"FNumber": "100"},
        "FNumber": number,
        "FName": "示例客户",
        "FTRADINGCURRID": {"FNumber": "PRE001"},
        **more,
    }


def models(*numbers):
    return {"Model": [model(number) for number in numbers]}


def bill(number):
    return {
        "FBillTypeID": {"FNumber": "YSD01_SYS"},
        "FBillNo": number,
        "FDATE": "2026-01-20",
        "FENDDATE_H": "2026-02-19",
        "FSETTLEORGID": {"FNumber": "100"},
        "FPAYORGID": {"FNumber": "100"},
        "FCURRENCYID": {"FNumber": "PRE001"},
        "FCUSTOMERID": {"FNumber": "C0"},
        "FCancelStatus": "A",
        "FEntityDetail": [
            {"FMATERIALID": {"FNumber": "M001"}, "FPRICEUNITID": {"FNumber": "Pcs"}, "FALLAMOUNTFOR_D": "113.10"}
        ],
    }


def result(text):
    return json.loads(text)["Result"]


def status(text):
    return result(text)["ResponseStatus"]


def done(answer):
    return [(entity["DIndex"], entity["Number"]) for entity in answer["SuccessEntitys"]]


def refused(answer):
    return [(error["DIndex"], error["FieldName"]) for error in answer["Errors"]]


def books(erp, form=FORM):
    return [(document["number"], document["status"]) for document in erp.ledger()[form]]


def outcomes(erp, operation="BatchSave"):
    return [(line["number"], line["outcome"], line["committed"]) for line in erp.calls(operation)[-1]["documents"]]


# ---------------------------------------------------------------------- saving


def test_many_are_saved_at_once_and_the_reply_names_each(sdk, erp):
    answer = result(sdk.BatchSave(FORM, {**models(*ALL), "NeedReturnFields": ["FName"], "BatchCount": 2}))
    assert set(answer) == {"ResponseStatus", "NeedReturnData"}
    assert answer["NeedReturnData"] == [{"FName": "示例客户"}] * 4
    assert answer["ResponseStatus"]["IsSuccess"] is True
    assert answer["ResponseStatus"]["MsgCode"] == 0
    assert "ErrorCode" not in answer["ResponseStatus"]
    assert done(answer["ResponseStatus"]) == list(enumerate(ALL))
    ids = [entity["Id"] for entity in answer["ResponseStatus"]["SuccessEntitys"]]
    assert [document["id"] for document in erp.ledger()[FORM]] == ids
    (call,) = erp.calls("BatchSave")
    assert (call["number"], call["outcome"], call["committed"]) == ("C0,C1,C2,C3", "ok", True)
    assert outcomes(erp) == [(number, "ok", True) for number in ALL]


def test_one_that_is_refused_leaves_the_others(sdk, erp):
    bad = {**model("C1"), "FName": "", "FTRADINGCURRID": ""}
    answer = result(sdk.BatchSave(FORM, {"Model": [model("C0"), bad, model("C2")]}))
    said = answer["ResponseStatus"]
    assert (said["IsSuccess"], said["MsgCode"], said["ErrorCode"]) == (False, 11, 500)
    assert done(said) == [(0, "C0"), (2, "C2")]
    assert refused(said) == [(1, "FName"), (1, "FTRADINGCURRID")]
    assert "Id" not in answer and "Number" not in answer
    assert books(erp) == [("C0", "A"), ("C2", "A")]
    assert outcomes(erp) == [("C0", "ok", True), ("C1", "refused:11", False), ("C2", "ok", True)]
    assert erp.calls("BatchSave")[0]["outcome"] == "partly:11"


def test_of_two_under_one_number_the_first_wins(sdk, erp):
    said = status(sdk.BatchSave(FORM, models("C0", "c0", "C1")))
    assert done(said) == [(0, "C0"), (2, "C1")]
    assert said["Errors"][0]["Message"] == "违反字段唯一性要求：编码唯一。[c0]在当前系统中已经被使用。"
    again = status(sdk.BatchSave(FORM, models("C0", "C1")))
    assert (again["IsSuccess"], again["SuccessEntitys"], again["MsgCode"]) == (False, [], 11)
    assert refused(again) == [(0, "FNumber"), (1, "FNumber")]
    assert erp.calls("BatchSave")[1]["committed"] is False


def test_bills_are_summed_up_each(sdk, erp):
    sdk.BatchSave(FORM, models("C0"))
    for operation in ("Submit", "Audit"):
        getattr(sdk, operation)(FORM, {"Numbers": ["C0"]})
    said = status(sdk.BatchSave("AR_receivable", {"Model": [bill("AR1"), bill("AR2")]}))
    assert done(said) == [(0, "AR1"), (1, "AR2")]
    assert [document["header"]["FALLAMOUNTFOR"] for document in erp.ledger()["AR_receivable"]] == ["113.10"] * 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"Model": model("C0")}, 8),
        ({"Model": []}, 8),
        ({}, 8),
        ({**models("C0"), "BatchCount": "many"}, 8),
        ({**models("C0"), "BatchCount": True}, 8),
    ],
)
def test_what_is_no_batch(sdk, erp, data, code):
    answer = result(sdk.BatchSave(FORM, data))
    assert answer["ResponseStatus"]["IsSuccess"] is False
    assert answer["ResponseStatus"]["MsgCode"] == code
    assert "Id" not in answer
    assert books(erp) == []


def test_wrong_types_are_refused_as_in_a_single_save(sdk, erp):
    bad = [model("C0", FTRADINGCURRID="PRE001"), "C1", None, model("C3", FCUSTID="x"), model("C4")]
    said = status(sdk.BatchSave(FORM, {"Model": bad}))
    assert [error["DIndex"] for error in said["Errors"]] == [0, 1, 2, 3]
    assert done(said) == [(4, "C4")]
    assert [line[1] for line in outcomes(erp)] == ["refused:9", "refused:8", "refused:8", "refused:4", "ok"]
    assert status(sdk.BatchSave("XX_Nothing", models("C5")))["MsgCode"] == 9


def test_a_misspelt_key_is_listed_as_in_a_single_save(sdk, erp):
    sdk.BatchSave(FORM, {"Model": [model("C0"), model("C1", FNAMMME="x")]})
    assert [document["ignored"] for document in erp.ledger()[FORM]] == [[], ["FNAMMME"]]


def test_a_save_takes_no_array(sdk, erp):
    assert status(sdk.Save(FORM, models("C0")))["MsgCode"] == 8
    assert books(erp) == []


def test_the_same_json_is_refused_if_asked(sdk, erp):
    data = {**models("", ""), "ValidateRepeatJson": "true"}
    assert status(sdk.BatchSave(FORM, data))["IsSuccess"] is True
    assert status(sdk.BatchSave(FORM, data))["IsSuccess"] is False
    assert len(books(erp)) == 2


def test_two_batches_with_the_same_numbers_at_once(erp):
    erp.inject("slow_items", op="BatchSave", seconds=0.02, times=2)
    numbers, answers = [f"C{n}" for n in range(8)], []

    def save(order):
        client = sdk_main.K3CloudApiSdk(erp.base_url)
        client.InitConfig(*erp.credentials.values(), erp.base_url)
        answers.append([number for _index, number in done(status(client.BatchSave(FORM, models(*order))))])

    threads = [threading.Thread(target=save, args=(order,)) for order in (numbers, numbers[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers[0] + answers[1]) == numbers
    assert sorted(number for number, _status in books(erp)) == numbers


# ---------------------------------------------------------------------- states


def test_states_are_judged_for_each(sdk, erp):
    sdk.BatchSave(FORM, models(*ALL))
    sdk.Submit(FORM, {"Numbers": ["C1"]})
    said = status(sdk.Submit(FORM, {"Numbers": [*ALL, "C9"]}))
    assert done(said) == [(0, "C0"), (2, "C2"), (3, "C3")]
    assert [(error["DIndex"], error["Message"]) for error in said["Errors"]] == [
        (1, "单据编号为“C1”的客户，单据已经提交！"),
        (4, "未找到编号为“C9”的客户"),
    ]
    assert said["IsSuccess"] is False
    assert [line[1] for line in outcomes(erp, "Submit")] == ["ok", "refused:11", "ok", "ok", "refused:10"]
    ids = ",".join(str(document["id"]) for document in erp.ledger()[FORM])
    said = status(sdk.Audit(FORM, {"Ids": ids}))
    assert done(said) == list(enumerate(ALL))
    assert [note["Message"] for note in said["SuccessMessages"]] == [
        f"单据编号为“{number}”的客户，审核成功！" for number in ALL
    ]
    assert erp.calls("Audit")[0]["number"] == "C0,C1,C2,C3"
    assert status(sdk.UnAudit(FORM, {"Numbers": ALL[:2]}))["IsSuccess"] is True
    said = status(sdk.Delete(FORM, {"Numbers": ALL}))
    assert (done(said), [index for index, _field in refused(said)]) == ([(0, "C0"), (1, "C1")], [2, 3])
    assert books(erp) == [("C2", "C"), ("C3", "C")]


def test_one_named_twice_is_moved_once(sdk, erp):
    sdk.BatchSave(FORM, models("C0"))
    said = status(sdk.Submit(FORM, {"Numbers": ["C0", "C0"]}))
    assert (done(said), refused(said)) == ([(0, "C0")], [(1, "")])
    assert status(sdk.Audit(FORM, {"Ids": "x"}))["MsgCode"] == 4
    assert status(sdk.Audit(FORM, {"Numbers": []}))["MsgCode"] == 5
    assert books(erp) == [("C0", "B")]


# ---------------------------------------------------------------------- what is not known of the product


def test_switches_of_the_mixed_reply(sdk, erp):
    erp.settings(mixed_is_success=True, bill_no=True, backwards=True)
    bad = {**model("C1"), "FName": ""}
    said = status(sdk.BatchSave(FORM, {"Model": [model("C0"), bad, model("C2")]}))
    assert (said["IsSuccess"], said["MsgCode"], "ErrorCode" in said) == (True, 0, False)
    assert refused(said) == [(1, "FName")]
    assert done(said) == [(2, "C2"), (0, "C0")]
    assert [entity["BillNo"] for entity in said["SuccessEntitys"]] == ["C2", "C0"]
    said = status(sdk.Submit(FORM, {"Numbers": ["C9"]}))
    assert said["IsSuccess"] is False, "nothing was done"
    with pytest.raises(RuntimeError):
        erp.settings(mixed_is_success="yes")
    with pytest.raises(RuntimeError):
        erp.settings(no_such_switch=True)
    erp.reset()
    assert "BillNo" not in status(sdk.BatchSave(FORM, models("C0")))["SuccessEntitys"][0]


# ---------------------------------------------------------------------- faults


def test_half_of_a_batch_is_refused_though_good(sdk, erp):
    erp.inject("refuse_items", op="BatchSave", code=13, message="冲突", field="FName")
    said = status(sdk.BatchSave(FORM, models(*ALL)))
    assert (done(said), refused(said)) == ([(0, "C0"), (2, "C2")], [(1, "FName"), (3, "FName")])
    assert (said["MsgCode"], said["Errors"][0]["Message"]) == (13, "冲突")
    assert books(erp) == [("C0", "A"), ("C2", "A")]
    erp.inject("refuse_items", op="Submit", items=[0])
    said = status(sdk.Submit(FORM, {"Numbers": ["C0", "C2"]}))
    assert done(said) == [(1, "C2")]
    assert books(erp) == [("C0", "A"), ("C2", "B")]


def test_some_are_said_to_be_refused_and_are_not(sdk, erp):
    erp.inject("refuse_items", op="BatchSave", items=[1], commit=True)
    said = status(sdk.BatchSave(FORM, models(*ALL[:2])))
    assert (done(said), refused(said)) == ([(0, "C0")], [(1, "")])
    assert books(erp) == [("C0", "A"), ("C1", "A")]
    assert outcomes(erp) == [("C0", "ok", True), ("C1", "ok", True)]


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ({"kind": "item_twice", "item": 1}, [(0, "C0"), (1, "C1"), (2, "C2"), (1, "C1")]),
        ({"kind": "item_unnamed", "item": 1}, [(0, "C0"), (2, "C2")]),
        ({"kind": "index_text"}, [("0", "C0"), ("1", "C1"), ("2", "C2")]),
        ({"kind": "index_missing", "item": 2}, [(0, "C0"), (1, "C1"), (None, "C2")]),
        ({"kind": "index_missing", "all": True}, [(None, "C0"), (None, "C1"), (None, "C2")]),
        ({"kind": "index_shifted"}, [(1, "C0"), (2, "C1"), (3, "C2")]),
        ({"kind": "index_swapped"}, [(1, "C0"), (0, "C1"), (2, "C2")]),
        ({"kind": "wrong_number", "item": 1}, [(0, "C0"), (1, "C1-X"), (2, "C2")]),
        ({"kind": "wrong_number"}, [(0, "C0-X"), (1, "C1-X"), (2, "C2-X")]),
        ({"kind": "delay", "seconds": 0, "first": 2}, [(0, "C0"), (1, "C1")]),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_replies_that_do_not_name_each_once(sdk, erp, fault, named):
    erp.inject(**fault, op="BatchSave")
    said = status(sdk.BatchSave(FORM, models(*ALL[:3])))
    assert [(entity.get("DIndex"), entity["Number"]) for entity in said["SuccessEntitys"]] == named
    assert said["Errors"] == []
    assert len(books(erp)) == fault.get("first", 3)


def test_one_is_said_to_be_done_and_refused(sdk, erp):
    erp.inject("item_twice", op="BatchSave", error=True, message="x")
    said = status(sdk.BatchSave(FORM, models(*ALL[:2])))
    assert (done(said), refused(said)) == ([(0, "C0"), (1, "C1")], [(0, "")])


def test_faults_of_positions_reach_refusals_too(sdk, erp):
    sdk.BatchSave(FORM, models("C0"))
    erp.inject("item_unnamed", op="BatchSave")
    said = status(sdk.BatchSave(FORM, models("C0", "C1")))
    assert (done(said), refused(said), said["IsSuccess"]) == ([(1, "C1")], [], False)
    erp.inject("index_text", op="Submit")
    said = status(sdk.Submit(FORM, {"Numbers": ["C9", "C0"]}))
    assert (done(said), refused(said)) == ([("1", "C0")], [("0", "")])


def test_another_amount_of_one(sdk, erp):
    sdk.BatchSave(FORM, models("C0"))
    for operation in ("Submit", "Audit"):
        getattr(sdk, operation)(FORM, {"Numbers": ["C0"]})
    erp.inject("wrong_amount", op="BatchSave", item=1)
    sdk.BatchSave("AR_receivable", {"Model": [bill("AR1"), bill("AR2")]})
    assert [d["header"]["FALLAMOUNTFOR"] for d in erp.ledger()["AR_receivable"]] == ["113.10", "114.10"]


def test_killed_in_the_middle(sdk, erp):
    erp.inject("drop_after_commit", op="BatchSave", first=2)
    with pytest.raises(OSError):
        sdk.BatchSave(FORM, models(*ALL))
    assert books(erp) == [("C0", "A"), ("C1", "A")]
    assert outcomes(erp) == [("C0", "ok", True), ("C1", "ok", True), ("C2", "not run", False), ("C3", "not run", False)]
    erp.inject("drop_after_commit", op="Submit", first=1)
    with pytest.raises(OSError):
        sdk.Submit(FORM, {"Numbers": ["C0", "C1"]})
    assert books(erp) == [("C0", "B"), ("C1", "A")]


def test_killed_with_what_is_committed(sdk, erp):
    erp.inject("slow_items", op="BatchSave", seconds=0.5)
    caller = threading.Thread(target=lambda: pytest.raises(OSError, sdk.BatchSave, FORM, models(*ALL)))
    caller.start()
    erp.wait_for(lambda: len(books(erp)) == 2)
    erp.restart()
    caller.join()
    assert books(erp) == [("C0", "A"), ("C1", "A")]
    assert [line[2] for line in outcomes(erp)] == [True, True, False, False]
    assert erp.calls("BatchSave")[0]["committed"] is True


@pytest.mark.parametrize(
    ("fault", "count"),
    [
        ({"kind": "drop_before_commit"}, 0),
        ({"kind": "drop_after_commit"}, 4),
        ({"kind": "http_502", "commit": True, "first": 3}, 3),
        ({"kind": "http", "status": 503}, 0),
        ({"kind": "empty_200", "commit": True}, 4),
        ({"kind": "response_error", "commit": True, "first": 1}, 1),
        ({"kind": "refuse", "code": 14}, 0),
        ({"kind": "refuse_after_commit", "code": 6, "first": 2}, 2),
        ({"kind": "lost_session"}, 0),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_the_faults_of_a_single_call(sdk, erp, fault, count):
    erp.inject(**fault, op="BatchSave")
    try:
        answer = sdk.BatchSave(FORM, models(*ALL))
    except (OSError, RuntimeError):
        answer = None
    if answer:
        assert status(answer)["IsSuccess"] is False
    assert [number for number, _status in books(erp)] == ALL[:count]
    assert [line[0] for line in outcomes(erp) if line[2]] == ALL[:count]
    assert [line[1] for line in outcomes(erp)[count:]] == ["not run"] * (4 - count)


def test_a_part_is_done_late(sdk, erp):
    erp.inject("late_commit", op="BatchSave", seconds=0.2, first=3)
    with pytest.raises(OSError):
        sdk.BatchSave(FORM, models(*ALL))
    assert books(erp) == []
    assert erp.wait_for(lambda: len(books(erp)) == 3)
    assert [line[2] for line in outcomes(erp)] == [True, True, True, False]


def test_some_are_done_late_and_not_named(sdk, erp):
    erp.inject("late_items", op="BatchSave", items=[1, 3], seconds=0.2)
    said = status(sdk.BatchSave(FORM, models("C0", "C1", "C2", "C0")))
    assert (done(said), refused(said)) == ([(0, "C0"), (2, "C2")], [])
    assert len(books(erp)) == 2
    assert erp.wait_for(lambda: "not run" not in [line[1] for line in outcomes(erp)])
    assert outcomes(erp)[1::2] == [("C1", "ok", True), ("C0", "refused:11", False)]
    assert len(books(erp)) == 3
