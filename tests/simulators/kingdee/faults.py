"""Failures on demand.

A fault is a mapping: ``kind``, and optionally ``op`` (service name, e.g. ``Save``), ``form``,
``times`` (how many matching calls it hits, default 1, 0 = always), ``after`` (how many matching
calls pass first), and what its kind needs:

=====================  ===========================================================================
drop_before_commit     close the connection, do nothing
drop_after_commit      do it, close the connection without a reply
late_commit            close the connection now, do it ``seconds`` later
delay                  do it, answer ``seconds`` later
hang                   never answer; with ``commit`` true do it first
drip                   do it, send one byte of the answer every ``seconds``
refuse                 answer with MsgCode ``code``, ``message``, ``field``; do nothing
refuse_after_commit    do it and yet answer as ``refuse``
wrong_number           do it, answer with another number
wrong_amount           keep another amount than the one sent
http_502               answer 502 with a page; with ``commit`` true do it first
http                   answer with HTTP ``status`` and an optional ``retry_after``
html_200, empty_200    a login page, or nothing, with status 200 (``commit`` as above)
truncated_json         do it, answer with half the JSON, but a correct length
short_body             do it, announce more bytes than are sent
wrong_charset          do it, answer in GBK
lost_session           say the session is gone in ``shape`` result, double, list, errors or text
response_error         answer ``response_error:`` and ``message`` (``commit`` as above)
exception              answer a JSON exception wrapper (``commit`` as above)
firewall               answer as a site firewall does; do nothing
=====================  ===========================================================================
"""

import json
import threading

from . import wire

KINDS = frozenset(
    {
        "drop_before_commit",
        "drop_after_commit",
        "late_commit",
        "delay",
        "hang",
        "drip",
        "refuse",
        "refuse_after_commit",
        "wrong_number",
        "wrong_amount",
        "http_502",
        "http",
        "html_200",
        "empty_200",
        "truncated_json",
        "short_body",
        "wrong_charset",
        "lost_session",
        "response_error",
        "exception",
        "firewall",
    }
)

_HTML = "<!DOCTYPE html><html><body>登录 - 金蝶云星空</body></html>"
_WAF = "请求参数存在可疑数据,当前请求已经被拦截规则[caller_in_less_Point_Bracket]阻止!"


class Faults:
    """The list of armed faults; the first that matches a call hits it."""

    def __init__(self):
        self._lock = threading.Lock()
        self._armed = []

    def inject(self, specs):
        """Arm faults; raises ValueError for an unknown kind."""
        checked = []
        for spec in specs:
            if spec.get("kind") not in KINDS:
                raise ValueError(f"unknown kind {spec.get('kind')!r}")
            fault = dict(spec)
            fault["times"] = int(spec.get("times", 1)) or None
            fault["after"] = int(spec.get("after", 0))
            checked.append(fault)
        with self._lock:
            self._armed.extend(checked)

    def clear(self):
        """Disarm all."""
        with self._lock:
            self._armed.clear()

    def take(self, operation, form):
        """The fault that hits this call, or an empty mapping."""
        with self._lock:
            for fault in self._armed:
                if not _matches(fault.get("op"), operation) or not _matches(fault.get("form"), form):
                    continue
                if fault["after"] > 0:
                    fault["after"] -= 1
                    continue
                if fault["times"] is not None:
                    fault["times"] -= 1
                    if fault["times"] <= 0:
                        self._armed.remove(fault)
                return dict(fault)
        return {}


def _matches(wanted, given):
    return wanted in (None, "", "*") or str(wanted).lower() == given.lower()


def bend(fault, operation, text):
    """``(status, mime, text, headers)`` of an answer bent by a fault."""
    kind = fault.get("kind", "")
    message = str(fault.get("message", "服务器异常"))
    if kind == "http_502":
        return 502, "text/html", "<html><body>502 Bad Gateway</body></html>", {}
    if kind == "http":
        wait = {"Retry-After": str(fault["retry_after"])} if "retry_after" in fault else {}
        return int(fault.get("status", 503)), "text/plain", message, wait
    if kind == "html_200":
        return 200, "text/html", _HTML, {}
    if kind == "empty_200":
        text = ""
    elif kind == "truncated_json":
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
