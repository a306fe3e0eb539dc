"""The small language of FilterString, and rows out of documents.

Supported: ``= <> != < <= > >=``, ``like`` (% and _), ``in (..)``, ``is [not] null``, ``and``,
``or``, ``not``, parentheses, text in apostrophes (doubled inside), numbers; and the newer array
form with Left, FieldName, Compare, Value, Right, Logic. Text compares without regard to case, as
the product's database does.
"""

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation

_TOKEN = re.compile(
    r"\s*(?:(?P<text>N?'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|"
    r"(?P<word>[A-Za-z_][\w.]*)|(?P<sign><>|!=|<=|>=|=|<|>|\(|\)|,))"
)
_COMPARE = {"67": "="}  # the one operator id that is known for certain


class FilterError(ValueError):
    """The filter cannot be read."""


def parse(source):
    """``predicate(read) -> bool`` for a FilterString; ``read(field)`` gives ``(type, value)``.

    The predicate has an attribute ``fields`` with the names it uses.
    """
    if isinstance(source, list):
        source = _from_array(source)
    tokens = _tokens(source or "")
    if not tokens:
        predicate = lambda read: True  # noqa: E731
        fields = []
    else:
        parser = _Parser(tokens)
        predicate = parser.either()
        if parser.rest():
            raise FilterError("trailing text")
        fields = parser.fields
    return predicate, fields


def numbers_in(source, keys):
    """Numbers that a filter allows for one of ``keys``, by ``=`` or ``in``, if it (only ``and``-s and) asks for some."""
    if not isinstance(source, str) or re.search(r"\bor\b|\bnot\b", source, re.I):
        return None
    text = "'(?:[^']|'')*'"
    key = rf"(?<![\w.])(?:{'|'.join(keys)})"
    found = re.search(rf"{key}\s*(?:=\s*({text})|in\s*\(\s*({text}(?:\s*,\s*{text})*)\s*\))", source, re.I)
    if not found:
        return None
    return [number[1:-1].replace("''", "'") for number in re.findall(text, found.group(1) or found.group(2))]


def greater_than(source, key):
    """The number that a filter wants ``key`` to be greater than, 0 if it does not (only) ask for that."""
    if not isinstance(source, str) or re.search(r"\bor\b|\bnot\b", source, re.I):
        return 0
    found = re.search(rf"(?<![\w.]){key}\s*>\s*(\d+)", source, re.I)
    return int(found.group(1)) if found else 0


def _from_array(items):
    text = ""
    for position, item in enumerate(items):
        operator = _COMPARE.get(str(item.get("Compare")))
        if operator is None:
            raise FilterError("unknown Compare")
        value = str(item.get("Value", "")).replace("'", "''")
        text += f"{item.get('Left', '')}{item['FieldName']}{operator}'{value}'"
        text += str(item.get("Right", ""))
        if position < len(items) - 1:
            text += " or " if str(item.get("Logic")) == "1" else " and "
    return text


def _tokens(source):
    tokens, position, end = [], 0, len(source.rstrip())
    while position < end:
        match = _TOKEN.match(source, position)
        if not match:
            raise FilterError(f"at {position}")
        tokens.append((match.lastgroup, match.group(match.lastgroup)))
        position = match.end()
    return tokens


class _Parser:
    """Recursive descent; each method returns a predicate."""

    def __init__(self, tokens):
        self._tokens = tokens
        self._at = 0
        self.fields = []

    def rest(self):
        return self._tokens[self._at :]

    def _peek(self):
        kind, text = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
        return text.lower() if kind in ("word", "sign") else ""

    def _take(self, kind=None):
        if self._at >= len(self._tokens):
            raise FilterError("unexpected end")
        found, text = self._tokens[self._at]
        if kind and found != kind:
            raise FilterError(f"expected {kind}")
        self._at += 1
        return found, text

    def _skip(self, text):
        if self._peek() != text:
            raise FilterError(f"expected {text}")
        self._at += 1

    def either(self):
        parts = [self.both()]
        while self._peek() == "or":
            self._at += 1
            parts.append(self.both())
        return lambda read: any(part(read) for part in parts)

    def both(self):
        parts = [self.single()]
        while self._peek() == "and":
            self._at += 1
            parts.append(self.single())
        return lambda read: all(part(read) for part in parts)

    def single(self):
        if self._peek() == "not":
            self._at += 1
            inner = self.single()
            return lambda read: not inner(read)
        if self._peek() == "(":
            self._at += 1
            inner = self.either()
            self._skip(")")
            return inner
        return self.comparison()

    def comparison(self):
        field = self._take("word")[1]
        self.fields.append(field)
        operator = self._peek()
        self._at += 1
        if operator == "is":
            wanted = self._peek() != "not"
            if not wanted:
                self._at += 1
            self._skip("null")
            return lambda read: (read(field)[1] in (None, "")) is wanted
        if operator == "in":
            self._skip("(")
            values = [self._value()]
            while self._peek() == ",":
                self._at += 1
                values.append(self._value())
            self._skip(")")
            return lambda read: any(_compare(read(field), "=", value) for value in values)
        if operator not in ("=", "<>", "!=", "<", "<=", ">", ">=", "like"):
            raise FilterError("operator")
        value = self._value()
        return lambda read: _compare(read(field), operator, value)

    def _value(self):
        kind, text = self._take()
        if kind == "text":
            return text[text.index("'") + 1 : -1].replace("''", "'")
        if kind == "number":
            return Decimal(text)
        raise FilterError("value")


def _compare(typed, operator, value):
    kind, found = typed
    if found is None:
        return False
    try:
        if kind == "date":
            found, value = _moment(found), _moment(str(value))
        elif kind == "num":
            found, value = Decimal(str(found)), Decimal(str(value))
        else:
            found, value = str(found).casefold(), str(value).casefold()
    except (ValueError, InvalidOperation):
        raise FilterError("value does not fit the field") from None
    if operator == "like":
        pattern = re.escape(str(value)).replace("%", ".*").replace("_", ".")
        return re.fullmatch(pattern, str(found), re.S) is not None
    return {
        "=": found == value,
        "<>": found != value,
        "!=": found != value,
        "<": found < value,
        "<=": found <= value,
        ">": found > value,
        ">=": found >= value,
    }[operator]


def _moment(text):
    return datetime.fromisoformat(text.strip().replace("/", "-"))
