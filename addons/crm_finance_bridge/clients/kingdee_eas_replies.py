"""Reading the strings that EAS facades give back: a SOAP answer proves nothing, the JSON inside decides.

``importBill`` gives ``{"status", "msg", "billErrors": [{"id", "number", "status", "errorMsgs"}]}``: status
0 all, 1 and 2 not all; which of them means none differs by version, and we send one bill at a time.
``queryBill`` gives ``{"status", "msg", "bills": [..]}``.
"""

from .errors import NumberTaken, Rejected, RemoteMessage, SessionLost, Unknown
from .kingdee_eas_soap import short, speaks_of_session
from .transport import load_json

_TAKEN = ("已经存在", "已存在", "重复")


def judge_import(text, number):
    """What became of the one bill that was sent; returns its id (may be empty) if it is in.

    Raises :class:`NumberTaken`, :class:`Rejected` if it was refused, :class:`Unknown` for anything that
    does not say clearly which.
    """
    data = _object(text)
    status = _status(data)
    errors = data.get("billErrors") or []
    if not isinstance(errors, list) or not all(isinstance(item, dict) for item in errors):
        raise Unknown("the reply has no readable result", reason="shape")
    ours = [item for item in errors if str(item.get("number") or number) == number]
    failed = [item for item in ours if _status(item) != 0 or item.get("errorMsgs")]
    messages = _messages(data, errors)
    if status == 0 and len(errors) == len(ours) <= 1 and not failed:
        return str(ours[0].get("id") or "") if ours else ""
    if status in (0, None) or (errors and not ours):
        raise Unknown("the reply contradicts itself", reason="contradiction", messages=messages)
    if any(word in message.text and number in message.text for message in messages for word in _TAKEN):
        raise NumberTaken("the number is in use over there", reason="number_taken", code=status, messages=messages)
    if status in (1, 2) and messages and (failed or not errors):
        raise Rejected("the server refused", reason="refused", code=status, messages=messages)
    raise Unknown("the reply does not say what became of it", reason="no_status", messages=messages)


def judge_query(text, width):
    """The bills of a query, at most ``width``. Raises :class:`Rejected`, :class:`Unknown`."""
    data = _object(text)
    bills = data.get("bills")
    if _status(data) == 1 and not bills:
        raise Rejected("the server refused", reason="refused", code=1, messages=_messages(data, []))
    if _status(data) != 0 or not isinstance(bills, list) or not all(isinstance(bill, dict) for bill in bills):
        raise Unknown("the reply is no list of bills", reason="shape")
    if len(bills) > width:
        raise Unknown("the reply holds more than was asked for", reason="shape")
    return bills


def _object(text):
    body = text.strip()
    if body.startswith("<"):
        raise Unknown("the reply is a page, not data", reason="html")
    if not body.startswith(("{", "[")):
        _raise_if_session(body)
        raise Unknown("the reply is no data", reason="json", messages=[RemoteMessage("", short(body))])
    data = load_json(body)
    if not isinstance(data, dict):
        raise Unknown("the reply is no result", reason="shape")
    if _status(data) != 0:
        _raise_if_session(str(data.get("msg") or ""))
    return data


def _status(data):
    """The number of a result; text and booleans are none (``false`` would count as 0, success)."""
    status = data.get("status")
    return status if type(status) is int else None


def _messages(data, errors):
    texts = [data.get("msg")]
    for item in errors:
        found = item.get("errorMsgs") or ()
        texts += found if isinstance(found, list) else [found]
    return tuple(RemoteMessage("", short(str(text))) for text in texts if text)


def _raise_if_session(text):
    if speaks_of_session(text):
        raise SessionLost("the session is gone", reason="session")
