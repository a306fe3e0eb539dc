"""Reading what Kingdee Cloud Galaxy answers: HTTP 200 proves nothing, the body decides.

Sources: Kingdee WebAPI response envelope (``Result.ResponseStatus``, MsgCode, DIndex), the wrapped
errors of ExecuteBillQuery and the shapes in which a lost session was seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import Rejected, RemoteMessage, SessionLost, Unknown
from .transport import load_json

MSG_SESSION = 1
_AMBIGUOUS = frozenset({4, 6})  # exception, database failure: may have happened after the commit
_OF_THE_CALL = frozenset({2, 3, 7, 8, 14, 15})  # rights, names, licence, parameters, quota, login: before any document
_RETRYABLE = frozenset({13, 14})  # edit lock (网控冲突), call quota
_SESSION_WORDS = (
    "会话信息已丢失",
    "会话已过期",
    "会话失效",
    "登录已过期",
    "登录已失效",
    "请重新登录",
)
_ERROR_PREFIX = "response_error:"
_NOBODY = "nobody"


@dataclass(frozen=True)
class Outcome:
    """What became of one item (``index`` = DIndex, 0-based) of a write.

    ``error`` is ``None`` on success, else the error to raise for it.
    """

    index: int
    remote_id: str = ""
    number: str = ""
    error: Exception | None = None


@dataclass(frozen=True)
class WriteReply:
    """Result of Save, Submit or Audit: one :class:`Outcome` per item, in order."""

    outcomes: tuple
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


def parse(text):
    """Parse a body into JSON values, or raise for everything that is no answer.

    Raises :class:`SessionLost` (also out of the shapes of a lost session),
    :class:`Unknown` for empty, HTML, exception texts and broken JSON, and :class:`Rejected` for
    the answer of a site firewall that held the request back.
    """
    body = text.strip()
    if not body:
        raise Unknown("the reply is empty", reason="empty")
    if body.startswith(_ERROR_PREFIX):
        detail = body[len(_ERROR_PREFIX) :].strip()
        _raise_if_session_text(detail)
        raise Unknown(
            "the server answered with an exception",
            reason="response_error",
            messages=[RemoteMessage("", _short(detail))],
        )
    if body.startswith("<"):
        raise Unknown("the reply is a page, not data", reason="html")
    if body.replace(" ", "") == "{ctx==null}":
        raise SessionLost("the session is gone", reason="session")
    if not body.startswith(("{", "[", '"')):
        _raise_if_session_text(body)
        raise Unknown("the reply is no data", reason="json", messages=[RemoteMessage("", _short(body))])
    data = load_json(body)
    if isinstance(data, str) and data.strip():
        return parse(data)
    _raise_if_no_answer(data)
    return data


def response_status(data):
    """The ``ResponseStatus`` of a reply in any wrapping, or ``None`` if there is none."""
    for _ in range(3):
        if isinstance(data, list) and data:
            data = data[0]
    if isinstance(data, Mapping) and isinstance(data.get("Result"), Mapping):
        status = data["Result"].get("ResponseStatus")
        return status if isinstance(status, Mapping) else None
    return None


def is_true(value):
    """Kingdee prints booleans as JSON booleans or as text."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def msg_code(status):
    """MsgCode as a number, ``None`` if absent or unreadable."""
    try:
        return int(str(status.get("MsgCode")))
    except ValueError:
        return None


def messages(status):
    """The ``Errors`` of a status as a tuple of :class:`RemoteMessage`."""
    return tuple(
        RemoteMessage(
            str(item.get("FieldName") or ""),
            _short(str(item.get("Message") or "")),
            _index(item.get("DIndex")),
        )
        for item in _listed(status, "Errors")
    )


def raise_if_session_lost(data):
    """Raise :class:`SessionLost` if the status says so; ``definite`` only for MsgCode 1 with nothing done."""
    status = response_status(data)
    if status is None or is_true(status.get("IsSuccess")):
        return
    if msg_code(status) == MSG_SESSION:
        # in the middle of several it may have gone after the first of them was done
        raise SessionLost("the session is gone", definite=not status.get("SuccessEntitys"), reason="session")
    for message in messages(status):
        _raise_if_session_text(message.text)


def error_of(status, found=None, *, write):
    """The error behind a failed status. Codes 4 and 6 on a write are :class:`Unknown`."""
    code = msg_code(status)
    found = messages(status) if found is None else tuple(found)
    if write and code in _AMBIGUOUS:
        return Unknown(
            f"the server failed inside the operation (MsgCode {code})",
            reason=f"msgcode_{code}",
            code=code,
            messages=found,
        )
    return Rejected(
        f"the server refused (MsgCode {code})",
        reason=f"msgcode_{code}",
        code=code,
        messages=found,
        retryable=code in _RETRYABLE,
    )


def write_reply(data, count=1):
    """Judge the reply to a write of ``count`` items, item by item (DIndex).

    An item counts as done only if the reply names it as done and nowhere as failed. Contradicting
    or incomplete replies become :class:`Unknown`. The good ones of several stay (Kingdee WebAPI:
    BatchSave rolls nothing back), whatever the whole reply says. Raises what refuses a call on
    several before it looks at them.
    """
    status = response_status(data)
    if status is None or "IsSuccess" not in status:
        raise Unknown("the reply holds no status", reason="no_status")
    result = data["Result"] if isinstance(data, Mapping) else {}
    success = is_true(status.get("IsSuccess"))
    done = _by_item([(_index(entity.get("DIndex")), entity) for entity in _listed(status, "SuccessEntitys")], count)
    failed = _by_item([(message.index, message) for message in messages(status)], count)
    if (status.get("Errors") or []) != _listed(status, "Errors"):
        # something failed, and nobody can read what
        failed.setdefault(_NOBODY, [])
    if success and count == 1 and not failed and not done:
        done[0] = [{"Id": result.get("Id"), "Number": result.get("Number")}]
    if count > 1 and not success and not done and msg_code(status) in _OF_THE_CALL:
        raise error_of(status, write=True)
    judge = _one_item if count == 1 else _one_of_several
    return WriteReply(tuple(judge(index, count, status, success, done, failed) for index in range(count)), result)


def _one_item(index, _count, status, success, done, failed):
    entities, bad = done.get(index, ()), failed.get(index)
    if len(entities) == 1 and not failed and success:
        return _done(index, entities[0])
    if not entities and not success:
        return Outcome(index, error=error_of(status, bad, write=True))
    return _doubtful(index, status, success)


def _one_of_several(index, count, status, success, done, failed):
    """A failure is certain only where the reply tells of every item: that of the whole call names one, too, or none."""
    entities, bad = done.get(index, ()), failed.get(index)
    told = not (done.keys() & failed.keys()) and done.keys() | failed.keys() == set(range(count))
    if len(entities) == 1 and not bad and _NOBODY not in failed and (success or failed):
        return _done(index, entities[0])
    if bad and told and (not success or done):
        return Outcome(index, error=error_of(status, bad, write=True))
    return _doubtful(index, status, success)


def _done(index, entity):
    return Outcome(index, _text(entity.get("Id")), _text(entity.get("Number")))


def _doubtful(index, status, success):
    cause = None if success else error_of(status, write=True)
    error = Unknown("the reply contradicts itself", reason="contradiction", messages=messages(status), cause=cause)
    return Outcome(index, error=error)


def _by_item(entries, count):
    """Index of an item -> its entries, ``_NOBODY`` -> those of none.

    What does not tell its item belongs to the only one, and to nobody where there are several.
    """
    found = {}
    for index, entry in entries:
        if index is None and count == 1:
            index = 0
        found.setdefault(index if index in range(count) else _NOBODY, []).append(entry)
    return found


def rows(data, width):
    """Rows of ExecuteBillQuery; each must have ``width`` cells.

    Raises :class:`Rejected` for a wrapped error, :class:`Unknown` for any other shape: a cell that
    holds an object is never data.
    """
    status = response_status(data)
    if status is not None and not is_true(status.get("IsSuccess")):
        raise error_of(status, write=False)
    good = isinstance(data, list) and all(
        isinstance(row, list) and len(row) == width and not any(isinstance(cell, Mapping | list) for cell in row)
        for row in data
    )
    if not good:
        raise Unknown("the reply is no table of the asked fields", reason="shape")
    return data


def _raise_if_no_answer(data):
    first = data[0] if isinstance(data, list) and data else data
    if not isinstance(first, Mapping):
        return
    if "actionname" in first:
        raise Rejected(
            "a firewall in front of the server held the request back",
            reason="firewall",
            messages=[RemoteMessage("", _firewall_text(first))],
        )
    if "Result" in first or "LoginResultType" in first:
        return
    if {"FieldName", "Message"} <= first.keys():
        _raise_if_session_text(str(first.get("Message")))
        raise Unknown(
            "the reply holds errors without a status",
            reason="no_status",
            messages=[RemoteMessage("", _short(str(first.get("Message"))))],
        )
    text = first.get("Message") or first.get("description_cn") or first.get("description")
    if {"StackTraceString", "InnerExWrapper", "ClassName", "errcode"} & first.keys():
        _raise_if_session_text(str(text))
        raise Unknown(
            "the server answered with an exception",
            reason="exception",
            messages=[RemoteMessage("", _short(str(text)))],
        )


def _firewall_text(item):
    try:
        return _short(str(item["params"][0]["msg"]))
    except (KeyError, IndexError, TypeError):
        return ""


def _raise_if_session_text(text):
    if any(word in text for word in _SESSION_WORDS):
        raise SessionLost("the session is gone", reason="session")


def _index(value):
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() else None


def _listed(status, name):
    """The entries of a list of the status; what is no entry tells nothing."""
    entries = status.get(name)
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []


def _text(value):
    return "" if value is None else str(value)


def _short(text):
    """Messages are for people: one line, no more than 500 characters."""
    return " ".join(text.split())[:500]
