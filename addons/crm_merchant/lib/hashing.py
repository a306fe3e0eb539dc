"""Hashes for append-only ledgers: one spelling for a value, and a chain over it.

A row's hash covers its payload and the hash of the row before it, so that no row can be changed,
taken out or put in without every later hash changing.
"""

import datetime
import hashlib
import json
import re
from decimal import Decimal
from functools import lru_cache

_HASH = re.compile("[0-9a-f]{64}")
# one encoder for all: ``json.dumps`` makes a new one for each call that is not its default
_text = json.JSONEncoder(ensure_ascii=False).encode


def _moment_text(moment):
    if moment.tzinfo is not None:
        raise ValueError("a datetime in a ledger must be naive UTC")
    return moment.isoformat()


# What the encoder of the standard library writes as it is wanted here, several times faster. It would also write
# floats, keys that are no strings and subclasses with a text of their own, so only these very types go to it.
_QUICK = frozenset((str, int, bool, type(None), datetime.datetime))
_flat = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_moment_text).encode


def _is_quick(value):
    kind = type(value)
    if kind is dict:
        return all(type(key) is str for key in value) and _are_quick(value.values())
    if kind is list or kind is tuple:
        return _are_quick(value)
    return kind in _QUICK


def _are_quick(values):
    return _QUICK.issuperset(map(type, values)) or all(map(_is_quick, values))


def canonical_json(value):
    """Give the one JSON text of ``value``: equal values give equal text in any process.

    Objects are sorted by key, without spaces, characters unescaped. A ``Decimal`` is a JSON
    number without exponent and trailing zeros (1.50 and 1.5 are the same amount, and 2.00 is
    the integer 2). A date is ``YYYY-MM-DD``, a naive UTC datetime ``YYYY-MM-DDTHH:MM:SS`` with
    microseconds only where there are any. Lists and tuples are the same.

    Raises ``TypeError`` on floats (their text depends on how they were computed), on keys that
    are no strings and on any other type; ``ValueError`` on NaN, infinity, on datetimes that
    carry a time zone and on text that UTF-8 cannot hold.
    """
    if type(value) is str:
        text = _text(value)
    else:
        text = _flat(value) if _is_quick(value) else "".join(_pieces(value))
    text.encode()
    return text


def chain_hash(previous_hash, payload):
    """Give the SHA-256 (64 lower-case hex digits) of ``payload`` behind ``previous_hash``.

    ``previous_hash`` is the hash of the row before, or ``""`` for the first row of a chain;
    anything else raises ``ValueError``. ``payload``: see :func:`canonical_json`.
    """
    if previous_hash != "" and not (isinstance(previous_hash, str) and _HASH.fullmatch(previous_hash)):
        raise ValueError(f"not a hash: {previous_hash!r}")
    return hashlib.sha256(f"{previous_hash}\n{canonical_json(payload)}".encode()).hexdigest()


def first_break(rows):
    """Give the index of the first row of a chain whose hash does not fit, or None if all do.

    ``rows`` is an iterable of (payload, hash) from the chain's first row on.
    """
    previous = ""
    for index, (payload, row_hash) in enumerate(rows):
        if chain_hash(previous, payload) != row_hash:
            return index
        previous = row_hash
    return None


@lru_cache(maxsize=1024)
def _key(key):
    return _text(key)


def _pieces(value):
    if value is None:
        yield "null"
    elif value is True:
        yield "true"
    elif value is False:
        yield "false"
    elif isinstance(value, str):
        yield _text(str(value))
    elif isinstance(value, int):
        yield format(value, "d")
    elif isinstance(value, Decimal):
        yield _decimal(value)
    elif isinstance(value, datetime.datetime):
        yield f'"{_moment_text(value)}"'
    elif isinstance(value, datetime.date):
        yield f'"{value.isoformat()}"'
    elif isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("keys in a ledger must be strings")
        yield "{"
        for index, key in enumerate(sorted(value)):
            yield f"{',' if index else ''}{_key(str(key))}:"
            yield from _pieces(value[key])
        yield "}"
    elif isinstance(value, list | tuple):
        yield "["
        for index, item in enumerate(value):
            if index:
                yield ","
            yield from _pieces(item)
        yield "]"
    else:
        raise TypeError(f"a ledger cannot hold {type(value).__name__}: {value!r}")


def _decimal(number):
    if not number.is_finite():
        raise ValueError(f"a ledger cannot hold {number}")
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "0", "") else text
