"""FilterString of Kingdee's ExecuteBillQuery, built so that no value can leave its quotes.

Source: Kingdee WebAPI ``ExecuteBillQuery`` (SQL-like text; an apostrophe is doubled). A condition
is made only by the functions below; a raw text is never accepted as a condition.
"""

import re
from datetime import date, datetime
from decimal import Decimal

from .errors import InvalidValues

_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)?")
# Characters which databases convert to an apostrophe when text loses its Unicode type.
_APOSTROPHE_LIKE = frozenset("\u02b9\u02bc\u02c8\u2018\u2019\u2032\uff07")


class Condition:
    """A finished piece of filter; ``str()`` gives its text."""

    __slots__ = ("_text",)

    def __init__(self, text, *, _made_here=None):
        if _made_here is not _TOKEN:
            raise TypeError("use the functions of kingdee_filters")
        self._text = text

    def __str__(self):
        return self._text

    def __repr__(self):
        return f"Condition({self._text!r})"


_TOKEN = object()


def field_name(name):
    """Return ``name`` if it is a plain field key (``FID``, ``FCustId.FNumber``)."""
    if not _FIELD.fullmatch(name):
        raise InvalidValues("filter field", "not a field key")
    return name


def literal(value):
    """Text of one value; raises :class:`InvalidValues` for what cannot be quoted safely."""
    if isinstance(value, bool) or value is None:
        raise InvalidValues("filter value", "needs text, number or date")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise InvalidValues("filter value", "not a finite number")
        return format(value, "f")
    if isinstance(value, datetime):
        return value.strftime("'%Y-%m-%d %H:%M:%S'")
    if isinstance(value, date):
        return value.strftime("'%Y-%m-%d'")
    if not isinstance(value, str):
        raise InvalidValues("filter value", "needs text, number or date")
    if len(value) > 200 or any(ord(c) < 32 or c in _APOSTROPHE_LIKE for c in value):
        raise InvalidValues("filter value", "holds characters which cannot be queried safely")
    return "'" + value.replace("'", "''") + "'"


def _compare(name, operator, value):
    return Condition(f"{field_name(name)}{operator}{literal(value)}", _made_here=_TOKEN)


def eq(name, value):
    """``name`` equals ``value`` (servers usually compare text without regard to case)."""
    return _compare(name, "=", value)


def gt(name, value):
    """``name`` is greater than ``value``."""
    return _compare(name, ">", value)


def ge(name, value):
    """``name`` is at least ``value``."""
    return _compare(name, ">=", value)


def le(name, value):
    """``name`` is at most ``value``."""
    return _compare(name, "<=", value)


def lt(name, value):
    """``name`` is less than ``value``."""
    return _compare(name, "<", value)


def in_(name, values):
    """``name`` is one of ``values`` (at least one)."""
    texts = [literal(value) for value in values]
    if not texts:
        raise InvalidValues("filter value", "an empty list")
    return Condition(f"{field_name(name)} in ({','.join(texts)})", _made_here=_TOKEN)


def all_of(*conditions):
    """Every condition holds."""
    if not conditions or not all(isinstance(c, Condition) for c in conditions):
        raise TypeError("all_of needs conditions")
    return Condition(" and ".join(f"({c})" for c in conditions), _made_here=_TOKEN)
