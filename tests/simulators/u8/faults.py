"""Failures of this product, beside those of :mod:`simulation.faults`.

``op`` is the operation (``add``, ``get``, ``batch_get``, ``verify`` …, ``token``, ``tradeid``,
``result``), ``form`` the resource.

=====================  ===========================================================================
refuse                 answer with ``code`` (20005) and ``message``; do nothing
refuse_after_commit    do it and yet answer as ``refuse``
expired                answer 30012 though the token is good; do nothing
still_running          answer 30025; with ``commit`` true do it first
not_found              answer 20002 though there is something
wrong_number           do it, answer with another id (in a list: the first row bears another number)
wrong_amount           keep another amount than the one sent (``difference``, default 1)
drifted                do it, amounts and counts in the answer are JSON numbers
null_fields            do it, empty fields are there as null
late_result            take the id of an add now, do it ``seconds`` later
foreign_result         the address of the result points to another host (``host``)
no_result_address      accept an asynchronous add, but leave the address out
=====================  ===========================================================================
"""

import json
import re

from simulation.faults import TRANSPORT, bend_transport

KINDS = TRANSPORT | {
    "refuse",
    "refuse_after_commit",
    "expired",
    "still_running",
    "not_found",
    "wrong_number",
    "wrong_amount",
    "drifted",
    "null_fields",
    "late_result",
    "foreign_result",
    "no_result_address",
}
NOTHING_DONE = frozenset({"refuse", "expired", "not_found"})
MAYBE_DONE = frozenset({"still_running"})

PAGE = "<!DOCTYPE html><html><body>登录 - 用友开放平台</body></html>"


def bend(fault, reply):
    """``(status, mime, text, headers)`` of an answer bent by a fault."""
    kind = fault.get("kind", "")
    if kind in TRANSPORT or not kind:
        return bend_transport(fault, reply, "application/json", PAGE)
    if kind in ("refuse", "refuse_after_commit"):
        data = {
            "errcode": str(fault.get("code", "20005")),
            "errmsg": str(fault.get("message", "U8 服务调用失败:key='';;")),
        }
    elif kind == "expired":
        data = {"errcode": "30012", "errmsg": "token已过期"}
    elif kind == "still_running":
        data = {"errcode": "30025", "errmsg": "操作正在执行"}
    elif kind == "not_found":
        data = {"errcode": "20002", "errmsg": "未检索到匹配的[单据]。"}
    else:
        data = _changed(kind, fault, json.loads(reply.text))
    return 200, "application/json", json.dumps(data, ensure_ascii=False), {}


def _changed(kind, fault, data):
    if kind == "wrong_number":
        return _other_number(data)
    if kind == "drifted":
        return _drifted(data)
    if kind == "null_fields":
        return {**data, "digest": None, "memo": None}
    if kind == "foreign_result" and "url" in data:
        host = fault.get("host", "169.254.169.254")
        return {**data, "url": re.sub(r"//[^/]+", f"//{host}", data["url"], count=1)}
    if kind == "no_result_address":
        return {name: value for name, value in data.items() if name != "url"}
    return data


def _other_number(data):
    if "id" in data:
        return {**data, "id": f"{data['id']}X"}
    for name, value in data.items():
        shown = value[0] if isinstance(value, list) and value else value
        if isinstance(shown, dict):
            key = next((k for k in ("code", "vouchcode", "invoiceno") if k in shown), None)
            if key:
                shown[key] += "X"
                return {**data, name: value}
    return data


def _drifted(data):
    if isinstance(data, dict):
        return {name: _drifted(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_drifted(value) for value in data]
    if isinstance(data, str) and re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", data):
        return float(data) if "." in data else int(data)
    return data
