"""Reading what the U8+ OpenAPI answers: HTTP 200 proves nothing, ``errcode`` decides.

Source: notes on the U8+ OpenAPI (response shapes, error codes). All scalars come as JSON text, empty
fields are left out, an empty list is errcode 20002, and a reply with ``url`` instead of ``errcode`` means
that the call still runs.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qs, urlsplit

from .errors import LoginFailed, NumberTaken, Rejected, RemoteMessage, SessionLost, Unknown
from .transport import load_json

OK = "0"
PLATFORM = "10001"
NOT_FOUND = "20002"
BUSINESS = "20005"
TOKEN_EXPIRED = "30012"  # noqa: S105 - a number, no password
STILL_RUNNING = "30025"

_NOT_FOUND_WORDS = "未检索到"
_TAKEN_WORDS = ("已存在", "已经存在", "重复")
_CLOSED_WORDS = ("已结账", "已月结", "已经月结", "已经结账")
_REGISTRATION_WORDS = "注册号不正确"
# the web server or the component behind it broke, perhaps after it had written
_BROKEN_WORDS = ("An error occurred on the server", "ASP 0251", "在对应所需名称或序数的集合中")


class Pending(Exception):
    """The far side still works on it: ask for ``request_id`` again after ``wait`` seconds."""

    def __init__(self, request_id, wait):
        super().__init__("still running")
        self.request_id = request_id
        self.wait = wait


class NotFound(Exception):
    """errcode 20002: there is certainly nothing of the kind."""


def parse(text):
    """The mapping a body holds; :class:`Unknown` for everything that is none."""
    body = text.strip().lstrip("\ufeff")
    if not body:
        raise Unknown("the reply is empty", reason="empty")
    if body.startswith("<"):
        raise Unknown("the reply is a page, not data", reason="html")
    data = load_json(body)
    if not isinstance(data, Mapping):
        raise Unknown("the reply is no object", reason="shape")
    return data


def judge(text, *, write):
    """The mapping of a good reply.

    :param write: the call could change something, so that an unclear failure is :class:`Unknown`
    :raises Pending: the result has to be fetched later
    :raises NotFound: only when reading
    :raises FinanceError: by errcode, see :func:`error_of`
    """
    data = parse(text)
    code = scalar(data.get("errcode"))
    if data.get("url"):
        if code not in ("", OK):
            raise Unknown("the reply contradicts itself", reason="contradiction", messages=messages(data))
        raise Pending(_request_id(data), _wait(data.get("ping_after")))
    if not code:
        raise Unknown("the reply holds no errcode", reason="no_status")
    if code == OK:
        return data
    if code == NOT_FOUND and not write and _NOT_FOUND_WORDS in scalar(data.get("errmsg")):
        raise NotFound
    raise error_of(data, write=write)


def error_of(data, *, write):
    """The error behind an errcode that is not 0.

    20005 is a refusal in the words of U8 unless the words say that a server broke. A code that the notes
    do not know is a refusal of a read, and of a write nothing certain.
    """
    code, text, found = scalar(data.get("errcode")), scalar(data.get("errmsg")), messages(data)
    if code == TOKEN_EXPIRED:
        return SessionLost("the token has expired", definite=True, reason="token")
    if _REGISTRATION_WORDS in text:
        return LoginFailed("the registration number is refused", reason="registration", code=code)
    if code == BUSINESS and not any(word in text for word in _BROKEN_WORDS):
        if write and any(word in text for word in _TAKEN_WORDS):
            return NumberTaken("the number is in use over there", reason="number_taken", code=code, messages=found)
        closed = any(word in text for word in _CLOSED_WORDS)
        return Rejected(
            "the server refused", reason="period_closed" if closed else "errcode_20005", code=code, messages=found
        )
    if code == NOT_FOUND and write:
        return Rejected("there is nothing of that number", reason="errcode_20002", code=code, messages=found)
    if write or code in (PLATFORM, STILL_RUNNING, NOT_FOUND, BUSINESS):
        return Unknown(
            f"the server failed (errcode {_short(code, 12)})", reason=_reason(code), code=code, messages=found
        )
    return Rejected(f"the server refused (errcode {_short(code, 12)})", reason=_reason(code), code=code, messages=found)


def rows(data, *keys):
    """The list of mappings under the first of ``keys`` that is there; a single object counts as a list of one."""
    for key in keys:
        if key in data:
            found = data[key] if isinstance(data[key], list) else [data[key]]
            if not all(isinstance(row, Mapping) for row in found):
                break
            return found
    raise Unknown("the reply holds no rows", reason="shape")


def scalar(value):
    """Text of a scalar; numbers are accepted, for some versions do not quote them.

    :raises Unknown: for a list, an object or a truth value
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Unknown("a field of the reply is no text", reason="shape")
    return str(value).strip()


def whole(value):
    """Whole number of a scalar. Raises :class:`Unknown`."""
    text = scalar(value)
    if not text.isdecimal() or len(text) > 12:
        raise Unknown("a counter of the reply is unreadable", reason="shape")
    return int(text)


def amount(value):
    """Decimal of a scalar such as ``494.0000``. Raises :class:`Unknown` for blanks, commas, exponents, NaN."""
    text = scalar(value)
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or text.strip("+-.0123456789"):
        raise Unknown("an amount of the reply is unreadable", reason="shape")
    return number


def messages(data):
    """The words of the far side, cut to one line."""
    text = _short(scalar(data.get("errmsg")), 500)
    return (RemoteMessage("", text),) if text else ()


def _request_id(data):
    """Only the id is taken out of the address: the result is fetched from the host that we know."""
    try:
        ids = parse_qs(urlsplit(scalar(data["url"])).query).get("requestid", [])
    except ValueError:
        ids = []
    ident = ids[0] if len(ids) == 1 else scalar(data.get("requestid"))
    if not ident or len(ident) > 100 or not ident.isascii() or not ident.replace("-", "").replace("_", "").isalnum():
        raise Unknown("the reply names no result", reason="shape")
    return ident


def _wait(value):
    try:
        return min(max(float(scalar(value)), 0.0), 60.0)
    except (ValueError, Unknown):
        return 3.0


def _reason(code):
    return f"errcode_{code}" if code.isdecimal() and len(code) <= 6 else "errcode"


def _short(text, limit):
    return " ".join(text.split())[:limit]
