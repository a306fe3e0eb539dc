"""Several documents in one call: each is judged by itself, and what is not said of one is never success."""

import json

import pytest
from kingdee_support import SETTINGS, connect, customer_values, deliver, receivable_values

NUMBERS = ["CRM-AR-1", "CRM-AR-2", "CRM-AR-3"]
KNOWN = {"acct_id": "a", "user_name": "u", "app_id": "1_2", "app_secret": "s"}
FORM = "AR_receivable"


# -- replies that no simulator would give ---------------------------------------------------


class Scripted:
    def __init__(self, reply_class, *answers):
        self._reply, self._answers, self.asked = reply_class, list(answers), []

    def path_of(self, name):
        return "/k3cloud/" + name

    def post_json(self, path, payload, headers):
        self.asked.append((path.split("DynamicFormService.")[1].split(".")[0], payload))
        return self._reply(200, (), json.dumps(self._answers.pop(0), ensure_ascii=False))


@pytest.fixture
def script(clients):
    """``script(*answers)`` gives an adapter that will hear these answers."""

    def build(*answers):
        transport = Scripted(clients("transport").HttpReply, *answers)
        known = clients("kingdee_signing").KingdeeCredentials(**KNOWN)
        client = clients("kingdee_galaxy").KingdeeGalaxyClient(transport, known)
        settings = clients("kingdee_galaxy_forms").KingdeeSettings(**SETTINGS)
        adapter = clients("kingdee_galaxy_adapter").KingdeeGalaxyAdapter(client, settings)
        adapter.asked = transport.asked
        return adapter

    return build


def good(*places, **more):
    return [{"Id": 7 + place, "Number": NUMBERS[place], "DIndex": place, **more} for place in places]


def bad(*places, field="FDATE"):
    return [{"FieldName": field, "Message": "坏", "DIndex": place} for place in places]


def envelope(success, done=(), errors=(), code=0):
    status = {"IsSuccess": success, "Errors": errors, "SuccessEntitys": done, "SuccessMessages": [], "MsgCode": code}
    return {"Result": {"ResponseStatus": status}}


def row(place, status="A", **more):
    values = {"id": 7 + place, "number": NUMBERS[place], **more}
    return [values["id"], values["number"], status, "A", "2026-01-01T00:00:00", 113.1, "CRM-C-1", "PRE001"]


ROWS = [row(0), row(1), row(2)]


def payloads(adapter, numbers=NUMBERS):
    return {number: adapter.build("receivable", receivable_values(number)) for number in numbers}


def send(adapter, step="save"):
    """What became of each: ``done``, or the class of its error and the reason."""
    results = adapter.send_together("receivable", step, payloads(adapter))
    assert list(results) == NUMBERS
    return [
        (type(result).__name__, result.reason) if isinstance(result, Exception) else "done"
        for result in results.values()
    ]


DOUBT = ("Unknown", "contradiction")
REFUSED = ("Rejected", "msgcode_11")


@pytest.mark.parametrize(
    ("reply", "found", "expected"),
    [
        (envelope(True, good(0, 1, 2)), ROWS, ["done"] * 3),
        (envelope("true", good(2, 1, 0)), ROWS, ["done"] * 3),
        (envelope(True, [{**each, "DIndex": str(each["DIndex"])} for each in good(0, 1, 2)]), ROWS, ["done"] * 3),
        # whatever the whole says, an item that failed has failed and the others are done
        (envelope(False, good(0, 2), bad(1), 11), [ROWS[0], ROWS[2]], ["done", REFUSED, "done"]),
        (envelope(True, good(0, 2), bad(1), 11), [ROWS[0], ROWS[2]], ["done", REFUSED, "done"]),
        (envelope(True, good(0, 2), bad(1), 0), [ROWS[0], ROWS[2]], ["done", ("Rejected", "msgcode_0"), "done"]),
        (envelope(False, [], bad(0, 1, 2), 11), None, [REFUSED] * 3),
        (envelope(False, good(0, 2), bad(1), 6), ROWS, ["done", ("Unknown", "msgcode_6"), "done"]),
        (envelope(False, good(0, 2), bad(1, field="FBillNo"), 11), ROWS, ["done", ("NumberTaken", "number_taken"), "done"]),
        # said to be refused, and it is there
        (envelope(False, good(0, 2), bad(1), 11), ROWS, ["done", DOUBT, "done"]),
        # named in neither list
        (envelope(True, good(0, 2)), ROWS, ["done", DOUBT, "done"]),
        (envelope(True), None, [DOUBT] * 3),
        (envelope(False, [], [], 11), None, [DOUBT] * 3),
        (envelope(False, good(0), bad(1), 11), ROWS, ["done", DOUBT, DOUBT]),
        # a failure of the whole call names the first document, too
        (envelope(False, [], bad(0), 11), None, [DOUBT] * 3),
        # named in both
        (envelope(True, good(0, 1, 2), bad(1)), ROWS, ["done", DOUBT, "done"]),
        # named twice
        (envelope(True, good(0, 0, 1, 2)), ROWS, [DOUBT, "done", "done"]),
        # nothing failed, and yet no success
        (envelope(False, good(0, 1, 2), [], 11), None, [DOUBT] * 3),
        # everything failed, and yet success
        (envelope(True, [], bad(0, 1, 2), 11), None, [DOUBT] * 3),
        # whose is it?
        (envelope(True, [*good(0, 1), {"Id": 9, "Number": NUMBERS[2]}]), ROWS, ["done", "done", DOUBT]),
        (envelope(True, [{"Id": 9, "Number": NUMBERS[0]}]), None, [DOUBT] * 3),
        (envelope(True, [*good(0, 1), {**good(2)[0], "DIndex": 3}]), ROWS, ["done", "done", DOUBT]),
        (envelope(True, [*good(0, 1), {**good(2)[0], "DIndex": -1}]), ROWS, ["done", "done", DOUBT]),
        (envelope(True, [*good(0, 1), {**good(2)[0], "DIndex": "2.0"}]), ROWS, ["done", "done", DOUBT]),
        (envelope(True, [*good(0, 1), {**good(2)[0], "DIndex": True}]), ROWS, ["done", "done", DOUBT]),
        (envelope(False, good(0, 1), [{"FieldName": "", "Message": "坏"}], 11), None, [DOUBT] * 3),
        (envelope(False, good(0, 1, 2), bad(7), 11), None, [DOUBT] * 3),
        (envelope(True, good(0, 1, 2), ["坏"]), None, [DOUBT] * 3),
        (envelope(True, good(0, 1, 2), {"Message": "坏"}), None, [DOUBT] * 3),
        (envelope(True, "三"), None, [DOUBT] * 3),
        (envelope(True, {"0": good(0)[0]}), None, [DOUBT] * 3),
        # places mixed up: what is said of one is said of nobody
        (envelope(True, [*good(0), *good(1, DIndex=2), *good(2, DIndex=1)]), ROWS, ["done", DOUBT, DOUBT]),
        (envelope(False, good(2, DIndex=1), bad(0, 2), 11), ROWS, [DOUBT] * 3),
        (envelope(True, good(0, 1, 2, Number="")), ROWS, ["done"] * 3),
        (envelope(True, [*good(0, 1), *good(2, Number="X")]), ROWS, ["done", "done", ("Mismatch", "mismatch")]),
    ],
)  # fmt: skip
def test_each_is_judged_by_itself(script, reply, found, expected):
    adapter = script(reply, *([found] if found is not None else []))
    assert send(adapter) == expected
    # nobody is asked for if nothing was done
    assert len(adapter.asked) == (1 if found is None else 2)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ({}, "Unknown"),
        ({"Result": {}}, "Unknown"),
        ({"Result": {"ResponseStatus": {}}}, "Unknown"),
        ([], "Unknown"),
        (envelope(False, [], [{**bad(1)[0], "Message": "会话信息已丢失"}], 4), "SessionLost"),
        (envelope(False, [], bad(0), 2), "Rejected"),
        (envelope(False, [], [], 8), "Rejected"),
        (envelope(False, [], bad(0), 14), "Rejected"),
        ({"ClassName": "System.Exception", "Message": "x"}, "Unknown"),
        ([{"actionname": "showConfirm", "params": [{"msg": "拦截"}]}], "Rejected"),
    ],
)
def test_what_concerns_the_call_as_a_whole(script, errors, reply, kind):
    adapter = script(reply)
    with pytest.raises(getattr(errors, kind)):
        send(adapter)
    assert len(adapter.asked) == 1


def test_a_quota_in_the_middle_is_known_as_such(script):
    adapter = script(envelope(False, good(0), bad(1), 14), ROWS)
    results = list(adapter.send_together("receivable", "save", payloads(adapter)).values())
    assert results[1].cause.code == results[2].cause.code == 14


def test_a_session_that_goes_after_the_first_is_not_sent_again(script, errors):
    lost = envelope(False, good(0), bad(1), 1)
    adapter = script(lost, envelope(True, good(0, 1, 2)), ROWS)
    with pytest.raises(errors.SessionLost) as caught:
        send(adapter)
    assert caught.value.next_action == errors.ASK
    assert len(adapter.asked) == 1
    # certainly nothing was done: once more
    adapter = script(envelope(False, [], bad(0), 1), envelope(True, good(0, 1, 2)), ROWS)
    assert send(adapter) == ["done"] * 3


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (ROWS[:2], ["done", "done", ("Unknown", "read_back")]),
        ([*ROWS, row(2, id=10)], ["done", "done", ("Mismatch", "mismatch")]),
        ([*ROWS[:2], row(2, id=10)], ["done", "done", ("Mismatch", "mismatch")]),
        ([*ROWS[:2], row(2, id=None)], [("Unknown", "read_back")] * 3),
        ([*ROWS, row(2, number="CRM-AR-4")], [("Unknown", "read_back")] * 3),
        ([*ROWS[:2], row(2, number="crm-ar-3 ")], ["done"] * 3),
        (envelope(False, [], bad(0), 2), [("Unknown", "read_back")] * 3),
        ([], [("Unknown", "read_back")] * 3),
    ],
)
def test_what_was_done_must_be_read_back(script, found, expected):
    assert send(script(envelope(True, good(0, 1, 2)), found)) == expected


def test_a_refusal_stays_one_when_the_others_cannot_be_read(script):
    reply = envelope(False, good(0, 2), bad(1), 11)
    assert send(script(reply, {"Result": {}})) == [("Unknown", "read_back"), REFUSED, ("Unknown", "read_back")]


def test_all_share_one_call_and_its_options(script):
    adapter = script(envelope(True, good(0, 1, 2)), ROWS)
    send(adapter)
    (operation, body), (query, asked) = adapter.asked
    assert (operation, query) == ("BatchSave", "ExecuteBillQuery")
    assert [model["FBillNo"] for model in body["data"]["Model"]] == NUMBERS
    one = adapter.build("receivable", receivable_values())
    assert {**body["data"], "Model": None} == {**one, "Model": None}
    assert asked["data"]["FilterString"] == "FBillNo in ('CRM-AR-1','CRM-AR-2','CRM-AR-3')"
    adapter = script(envelope(True, good(0, 1, 2)), [row(place, "B") for place in range(3)])
    send(adapter, "submit")
    assert adapter.asked[0] == ("Submit", {"formid": FORM, "data": {"Numbers": NUMBERS}})


def test_what_cannot_share_a_call_is_never_sent(script, errors):
    adapter = script()
    many = payloads(adapter)
    with pytest.raises(ValueError, match="different options"):
        adapter.send_together("receivable", "save", {**many, NUMBERS[1]: {**many[NUMBERS[1]], "IsEntryBatchFill": 1}})
    with pytest.raises(errors.InvalidValues):
        adapter.send_together("receivable", "save", {NUMBERS[0]: many[NUMBERS[1]], NUMBERS[1]: many[NUMBERS[0]]})
    for kind, step in (("customer_update", "save"), ("receipt", "save"), ("receivable", "unaudit")):
        with pytest.raises(errors.InvalidValues):
            adapter.send_together(kind, step, many)
    assert not adapter.asked


def test_more_rows_than_can_be_read_prove_nothing(script, errors):
    adapter = script([row(0, id=n) for n in range(2000)])
    with pytest.raises(errors.Unknown):
        adapter.find_many("receivable", NUMBERS)


def test_customers_are_asked_for_in_our_organisation(script):
    adapter = script([])
    assert adapter.find_many("customer", ["A'", "B"]) == {"A'": [], "B": []}
    assert adapter.asked[0][1]["data"]["FilterString"] == "(FNumber in ('A''','B')) and (FUseOrgId.FNumber='100')"


def test_who_offers_it(clients):
    products = {name: clients("adapter").adapter_for(name) for name in ("kingdee_galaxy", "yonyou_u8", "kingdee_eas")}
    takes = {name: {kind for kind in each.sends if each.takes_together(kind)} for name, each in products.items()}
    assert takes == {
        "kingdee_galaxy": {"customer", "product", "receivable", "credit_note", "sales_order", "own_receipt"},
        "yonyou_u8": set(),
        "kingdee_eas": set(),
    }


# -- with the simulator ---------------------------------------------------------------------


@pytest.fixture
def ready(signed):
    """An adapter and books that hold the customer."""
    deliver(signed, "customer", customer_values())
    return signed


def bills(erp):
    return {document["number"]: document["status"] for document in erp.ledger()[FORM]}


def test_the_road_of_three(ready, erp):
    for step, status in (("save", "A"), ("submit", "B"), ("audit", "C")):
        assert send(ready, step) == ["done"] * 3
        assert bills(erp) == dict.fromkeys(NUMBERS, status)
    found = ready.find_many("receivable", [*NUMBERS, "CRM-AR-9"])
    assert [len(documents) for documents in found.values()] == [1, 1, 1, 0]
    for number in NUMBERS:
        ready.verify("receivable", receivable_values(number), found[number][0])


@pytest.mark.parametrize("settings", [{}, {"mixed_is_success": True}, {"bill_no": True}, {"backwards": True}])
def test_one_of_three_is_refused(ready, erp, settings):
    erp.settings(**settings)
    many = payloads(ready)
    del many[NUMBERS[1]]["Model"]["FCUSTOMERID"]
    results = ready.send_together("receivable", "save", many)
    assert [isinstance(result, Exception) for result in results.values()] == [False, True, False]
    assert type(results[NUMBERS[1]]).__name__ == "Rejected"
    assert list(bills(erp)) == [NUMBERS[0], NUMBERS[2]]


def test_a_number_of_three_is_taken(ready):
    ready.send_step("receivable", "save", NUMBERS[0], payloads(ready)[NUMBERS[0]])
    assert send(ready) == [("NumberTaken", "number_taken"), "done", "done"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "refuse_items", "items": [1]}, ["done", REFUSED, "done"]),
        ({"kind": "refuse_items", "items": [1], "commit": True}, ["done", DOUBT, "done"]),
        ({"kind": "item_twice", "item": 1}, ["done", DOUBT, "done"]),
        ({"kind": "item_twice", "item": 1, "error": True}, ["done", DOUBT, "done"]),
        ({"kind": "item_unnamed", "item": 1}, ["done", DOUBT, "done"]),
        ({"kind": "index_text"}, ["done"] * 3),
        ({"kind": "index_missing", "item": 1}, ["done", DOUBT, "done"]),
        ({"kind": "index_missing", "all": True}, [DOUBT] * 3),
        ({"kind": "index_shifted"}, [DOUBT] * 3),
        ({"kind": "index_swapped", "item": 1}, ["done", DOUBT, DOUBT]),
        ({"kind": "wrong_number", "item": 1}, ["done", ("Mismatch", "mismatch"), "done"]),
        ({"kind": "refuse_after_commit", "code": 11}, [DOUBT] * 3),
    ],
    ids=lambda value: json.dumps(value, ensure_ascii=False),
)
def test_what_a_bent_reply_says_of_each(ready, erp, fault, expected):
    erp.inject(op="BatchSave", **fault)
    assert send(ready) == expected


@pytest.mark.parametrize(
    ("fault", "kind", "count"),
    [
        ({"kind": "drop_before_commit"}, "Unknown", 0),
        ({"kind": "drop_after_commit"}, "Unknown", 3),
        ({"kind": "drop_after_commit", "first": 2}, "Unknown", 2),
        ({"kind": "http_502", "commit": True}, "Unknown", 3),
        ({"kind": "http", "status": 404}, "Rejected", 0),
        ({"kind": "http", "status": 429}, "Rejected", 0),
        ({"kind": "html_200", "commit": True}, "Unknown", 3),
        ({"kind": "truncated_json"}, "Unknown", 3),
        ({"kind": "response_error", "commit": True}, "Unknown", 3),
        ({"kind": "firewall"}, "Rejected", 0),
        ({"kind": "refuse", "code": 14}, "Rejected", 0),
        ({"kind": "lost_session", "shape": "text"}, "SessionLost", 0),
        ({"kind": "lost_session", "times": 2}, "SessionLost", 0),
    ],
    ids=lambda value: json.dumps(value, ensure_ascii=False),
)
def test_what_fails_as_a_whole(ready, erp, errors, fault, kind, count):
    erp.inject(**{"op": "BatchSave", **fault})
    with pytest.raises(getattr(errors, kind)) as caught:
        send(ready)
    assert len(bills(erp)) == count
    # what may have been done is never called safe to repeat
    assert count == 0 or caught.value.next_action == errors.ASK


@pytest.mark.parametrize("auth", ["signed", "session"])
def test_a_lost_session_is_renewed_once(erp, auth):
    adapter = connect(erp, auth=auth)
    deliver(adapter, "customer", customer_values())
    erp.inject(op="BatchSave", kind="lost_session")
    assert send(adapter) == ["done"] * 3
    assert len(bills(erp)) == 3
