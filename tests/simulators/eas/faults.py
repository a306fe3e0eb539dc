"""Failures of this product, beside those of :mod:`simulation.faults`.

``op`` is the operation (``login``, ``importBill``, ``getBill`` …), ``form`` the kind of document.

=====================  ===========================================================================
soap_fault             answer a fault with ``message`` and HTTP ``status`` (500; 200 is seen as
                       well); with ``commit`` true do it first
lost_session           say that the session is gone; do nothing
refuse                 answer with ``code`` and ``message``; do nothing
refuse_after_commit    do it and yet answer as ``refuse``
not_found              answer that nothing is there though something is
wrong_number           do it, answer with another number
wrong_amount           keep another amount than the one sent (``difference``, default 1)
numbers_as_text        do it, amounts in the answer are text
no_return              do it, the answer has no return value (``commit`` true: done, else not)
not_json               the returned text is no JSON (``commit`` as above)
entity_bomb            do it, the answer declares entities that grow without end
foreign_entity         do it, the answer declares an entity that names a file
other_version          do it, the answer is SOAP 1.2
=====================  ===========================================================================
"""

import html
import json
import re

from simulation.faults import TRANSPORT, bend_transport

from . import soap

KINDS = TRANSPORT | {
    "soap_fault",
    "lost_session",
    "refuse",
    "refuse_after_commit",
    "not_found",
    "wrong_number",
    "wrong_amount",
    "numbers_as_text",
    "no_return",
    "not_json",
    "entity_bomb",
    "foreign_entity",
    "other_version",
}
NOTHING_DONE = frozenset({"refuse", "not_found", "lost_session"})
MAYBE_DONE = frozenset({"soap_fault", "no_return", "not_json"})

PAGE = "<!DOCTYPE html><html><body>登录 - 金蝶EAS</body></html>"
LOST = "会话不存在或已失效，请重新登录"
_BOMB = '<!DOCTYPE b [<!ENTITY a0 "ha">{}]>'
_FILE = '<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


def bend(fault, reply, service, operation):
    """``(status, mime, text, headers)`` of an answer bent by a fault."""
    kind = fault.get("kind", "")
    if kind in TRANSPORT or not kind:
        return bend_transport(fault, reply, "text/xml", PAGE)
    message = str(fault.get("message", "com.kingdee.bos.BOSException: 服务器异常"))
    status, text = 200, reply.text
    if kind == "soap_fault":
        status, text = int(fault.get("status", 500)), soap.fault("Server.userException", message)
    elif kind == "lost_session":
        status, text = 500, soap.fault("Server.userException", LOST)
    elif kind in ("refuse", "refuse_after_commit", "not_found"):
        code = "NOT_FOUND" if kind == "not_found" else str(fault.get("code", "ERROR"))
        said = {"success": False, "code": code, "message": message, "data": None}
        text = soap.text_answer(service, operation, json.dumps(said, ensure_ascii=False))
    elif kind == "no_return":
        text = soap.text_answer(service, operation, None)
    elif kind == "not_json":
        text = soap.text_answer(service, operation, "java.lang.NullPointerException")
    else:
        text = _changed(kind, text)
    return status, "text/xml", text, {}


def _changed(kind, text):
    if kind == "wrong_number":
        return _rewritten(text, lambda data: _other_number(data))
    if kind == "numbers_as_text":
        return _rewritten(text, _as_text)
    if kind == "entity_bomb":
        lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
        return _declared(text, _BOMB.format(lines), "&a9;")
    if kind == "foreign_entity":
        return _declared(text, _FILE, "&a;")
    if kind == "other_version":
        return text.replace(soap.SOAP, "http://www.w3.org/2003/05/soap-envelope")
    return text


def _rewritten(text, change):
    def one(found):
        data = change(json.loads(html.unescape(found[2])))
        return found[1] + html.escape(json.dumps(data, ensure_ascii=False), quote=False) + found[3]

    return re.sub(r'(<\w+Return xsi:type="xsd:string">)(.*?)(</\w+Return>)', one, text, flags=re.DOTALL)


def _declared(text, declaration, use):
    head, _, body = text.partition("?>")
    return f"{head}?>{declaration}{re.sub(r'(Return[^>]*>)', lambda found: found[1] + use, body, count=1)}"


def _other_number(data):
    inner = data.get("data") or {}
    shown = inner["rows"][0] if inner.get("rows") else inner
    if "number" in shown:
        shown["number"] += "X"
    return data


def _as_text(data):
    if isinstance(data, dict):
        return {name: _as_text(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_as_text(value) for value in data]
    return str(data) if isinstance(data, int | float) and not isinstance(data, bool) else data
