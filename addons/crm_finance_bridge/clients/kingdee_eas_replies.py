"""Reading the text that EAS facades give back: a SOAP answer proves nothing, the JSON inside decides.

``{"success", "code", "message", "data"}``: success is the boolean ``true`` and nothing else.
"""

from .errors import NumberTaken, Rejected, RemoteMessage, SessionLost, Unknown
from .kingdee_eas_soap import short, speaks_of_session
from .transport import load_json

NOT_FOUND = "NOT_FOUND"
_TAKEN = "NUMBER_EXISTS"
_TAKEN_WORDS = ("已存在", "已经存在", "重复")
_SESSION = "SESSION"
# an exception may come after the commit
_AMBIGUOUS = frozenset({"ERROR", "EXCEPTION"})


def judge(text, number=""):
    """``data`` of a result that says success. ``number`` is what was written, for the words of a refusal.

    Raises :class:`NumberTaken`, :class:`Rejected` if it was refused, :class:`SessionLost`, :class:`Unknown` for
    everything that does not say clearly which.
    """
    result = _result(text)
    if result["success"]:
        return result.get("data")
    raise _refusal(result, number)


def judge_found(text, number):
    """The one bill that was asked for by number, or ``None`` if the answer says that there is none.

    An empty answer, or one that only fails, is no "there is none": it would cause a second document.
    """
    result = _result(text)
    if result["success"]:
        data = result.get("data")
        if "data" not in result or not (data is None or isinstance(data, dict)):
            raise Unknown("the reply is no bill", reason="shape")
        return data
    if _says_missing(result, number):
        return None
    raise _refusal(result, "")


def judge_page(text, limit):
    """``(rows, cursor)`` of a page; the cursor is ``None`` on the last one."""
    result = _result(text)
    if not result["success"]:
        if result.get("code") == NOT_FOUND:
            return [], None
        raise _refusal(result, "")
    data = result.get("data")
    rows = data.get("rows") if isinstance(data, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or len(rows) > limit:
        raise Unknown("the reply is no page of bills", reason="shape")
    more, cursor = data.get("more"), data.get("cursor")
    if type(more) is not bool or (more and not (rows and isinstance(cursor, str) and cursor)):
        raise Unknown("the reply does not say what comes next", reason="shape")
    return rows, cursor if more else None


def _result(text):
    body = text.strip()
    if body.startswith("<"):
        raise Unknown("the reply is a page, not data", reason="html")
    if not body.startswith("{"):
        if speaks_of_session(body):
            raise SessionLost("the session is gone", reason="session")
        raise Unknown("the reply is no result", reason="json", messages=[RemoteMessage("", short(body))])
    result = load_json(body)
    if type(result.get("success")) is not bool:
        raise Unknown("the reply does not say whether it worked", reason="no_status")
    if not result["success"] and (result.get("code") == _SESSION or speaks_of_session(_words(result))):
        raise SessionLost("the session is gone", reason="session")
    return result


def _refusal(result, number):
    code, words = str(result.get("code") or ""), _words(result)
    more = {"code": code, "messages": [RemoteMessage("", short(words))] if words else []}
    if not words and not code:
        return Unknown("the reply says no and not why", reason="no_status")
    if code in _AMBIGUOUS or "Exception" in words:
        return Unknown("the server failed inside the operation", reason="exception", **more)
    if number and (code == _TAKEN or (not code and number in words and any(w in words for w in _TAKEN_WORDS))):
        return NumberTaken("the number is in use over there", reason="number_taken", **more)
    return Rejected(f"the server refused ({code or 'no code'})", reason="refused", **more)


def _says_missing(result, number):
    """By its code; a site without codes says it in words that name the number."""
    code = str(result.get("code") or "")
    return code == NOT_FOUND or (not code and f"{number}不存在" in _words(result))


def _words(result):
    return str(result.get("message") or "")
