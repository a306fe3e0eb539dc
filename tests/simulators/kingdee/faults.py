"""Failures of this product, beside those of :mod:`simulation.faults`.

=====================  ===========================================================================
refuse                 answer with MsgCode ``code``, ``message``, ``field``; do nothing
refuse_after_commit    do it and yet answer as ``refuse``
wrong_number           do it, answer with another number
wrong_amount           keep another amount than the one sent
truncated_json         as ``truncated``
lost_session           say the session is gone in ``shape`` result, double, list, errors or text
response_error         answer ``response_error:`` and ``message``; with ``commit`` true do it first
exception              answer a JSON exception wrapper (``commit`` as above)
firewall               answer as a site firewall does; do nothing
=====================  ===========================================================================
"""

import json

from simulation.faults import TRANSPORT, bend_transport

from . import wire

KINDS = TRANSPORT | {
    "refuse",
    "refuse_after_commit",
    "wrong_number",
    "wrong_amount",
    "truncated_json",
    "lost_session",
    "response_error",
    "exception",
    "firewall",
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
        text = _other_number(text)
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


def _other_number(text):
    reply = json.loads(text)
    if isinstance(reply, dict):
        reply["Result"]["Number"] = f"{reply['Result'].get('Number')}-X"
        for entity in reply["Result"]["ResponseStatus"]["SuccessEntitys"]:
            entity["Number"] += "-X"
    return wire.to_json(reply)
