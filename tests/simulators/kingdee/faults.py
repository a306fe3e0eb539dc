"""Failures of this product, beside those of :mod:`simulation.faults`.

=====================  ===========================================================================
refuse                 answer with MsgCode ``code``, ``message``, ``field``; do nothing
refuse_after_commit    do it and yet answer as ``refuse``
wrong_number           do it, answer with another number (of all documents, or of ``item``)
wrong_amount           keep another amount than the one sent (of all documents, or of ``item``)
refuse_items           do a part of a batch: refuse the positions ``items`` (every second one) with ``code``,
                       ``message``; with ``commit`` true do them and yet say so
slow_items             ``seconds`` between the documents of a batch, each of which is kept on its own
late_items             do the positions ``items`` of a batch ``seconds`` later, and do not name them in the answer
item_twice             do it, name ``item`` twice among those done; with ``error`` true also as refused
item_unnamed           do it, do not name ``item`` at all
index_text             do it, answer with each position as text
index_missing          do it, leave the position of ``item`` out (``all``: of each)
index_shifted          do it, answer with each position one higher
index_swapped          do it, swap the positions of ``item`` and the one after it
truncated_json         as ``truncated``
lost_session           say the session is gone in ``shape`` result, double, list, errors or text
response_error         answer ``response_error:`` and ``message``; with ``commit`` true do it first
exception              answer a JSON exception wrapper (``commit`` as above)
firewall               answer as a site firewall does; do nothing
=====================  ===========================================================================

Any fault may say ``first``: of a batch, only so many documents are done before it strikes. So
``drop_after_commit`` with ``first`` is a server that dies in the middle of a batch. ``item`` is a
position, 0 if not given.
"""

import json

from simulation.faults import TRANSPORT, bend_transport

from . import wire

_KINDS = TRANSPORT | {
    "refuse",
    "refuse_after_commit",
    "wrong_number",
    "wrong_amount",
    "truncated_json",
    "lost_session",
    "response_error",
    "exception",
    "firewall",
    "refuse_items",
    "slow_items",
    "late_items",
}

_HTML = "<!DOCTYPE html><html><body>登录 - 金蝶云星空</body></html>"
_WAF = "请求参数存在可疑数据,当前请求已经被拦截规则[caller_in_less_Point_Bracket]阻止!"


def bend(fault, operation, reply):
    """``(status, mime, text, headers)`` of an answer bent by a fault."""
    kind = fault.get("kind", "")
    message = str(fault.get("message", "服务器异常"))
    text = reply.text
    if kind in TRANSPORT:
        return bend_transport(fault, reply, "application/json", _HTML)
    if kind == "truncated_json":
        text = text[: len(text) // 2]
    elif kind in ("refuse", "refuse_after_commit"):
        error = (fault.get("field", ""), message, 0)
        reply = wire.refused(int(fault.get("code", 11)), [error])
        text = wire.to_json(wire.for_operation(operation, reply))
    elif kind == "wrong_number":
        text = _changed(text, lambda result: _other_number(fault, result))
    elif kind in ITEM_KINDS:
        text = _changed(text, lambda result: ITEM_KINDS[kind](fault, result["ResponseStatus"]))
    elif kind == "lost_session":
        text = wire.session_lost(operation, fault.get("shape"))
    elif kind == "response_error":
        text = f"response_error:{message}"
    elif kind == "exception":
        text = wire.to_json({"ClassName": "System.Exception", "Message": message, "HResult": -1})
    elif kind == "firewall":
        item = {"title": "", "msg": _WAF, "option": 0, "msgType": 0}
        text = wire.to_json([{"actionname": "showConfirm", "params": [item]}])
    return 200, "application/json", text, {}


def _changed(text, change):
    reply = json.loads(text)
    if isinstance(reply, dict) and (reply.get("Result") or {}).get("ResponseStatus"):
        change(reply["Result"])
    return wire.to_json(reply)


def _other_number(fault, result):
    if "Number" in result:
        result["Number"] = f"{result['Number']}-X"
    for entity in result["ResponseStatus"]["SuccessEntitys"]:
        if fault.get("item") in (None, entity["DIndex"]):
            entity["Number"] += "-X"


# ------------------------------------------------------------------ a batch's positions


def _at(fault, entities):
    """Where the fault's document stands in a list of a reply; None if it is not in it."""
    wanted = int(fault.get("item", 0))
    return next((place for place, entity in enumerate(entities) if entity["DIndex"] == wanted), None)


def _item_twice(fault, status):
    entities = status["SuccessEntitys"]
    place = _at(fault, entities)
    if place is None:
        return
    if fault.get("error"):
        status["Errors"] += wire.errors([("", str(fault.get("message", "服务器异常")), entities[place]["DIndex"])])
    else:
        entities.append(dict(entities[place]))


def _item_unnamed(fault, status):
    for name in ("SuccessEntitys", "Errors"):
        place = _at(fault, status[name])
        if place is not None:
            del status[name][place]


def _each(status):
    return [*status["SuccessEntitys"], *status["Errors"]]


def _index_text(_fault, status):
    for entity in _each(status):
        entity["DIndex"] = str(entity["DIndex"])


def _index_missing(fault, status):
    for entity in _each(status):
        if fault.get("all") or entity["DIndex"] == int(fault.get("item", 0)):
            del entity["DIndex"]


def _index_shifted(_fault, status):
    for entity in _each(status):
        entity["DIndex"] += 1


def _index_swapped(fault, status):
    one = int(fault.get("item", 0))
    other = {one: one + 1, one + 1: one}
    for entity in _each(status):
        entity["DIndex"] = other.get(entity["DIndex"], entity["DIndex"])


ITEM_KINDS = {
    "item_twice": _item_twice,
    "item_unnamed": _item_unnamed,
    "index_text": _index_text,
    "index_missing": _index_missing,
    "index_shifted": _index_shifted,
    "index_swapped": _index_swapped,
}
KINDS = _KINDS | ITEM_KINDS.keys()
