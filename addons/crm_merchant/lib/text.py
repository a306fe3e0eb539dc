"""Text as people paste it and as spreadsheets hold it, brought to one form.

Sources: Unicode TR15 (NFKC folds full-width letters, digits and brackets), OpenCC ``t2s`` for
traditional characters.
"""

import datetime
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

# Zero-width characters, marks of writing direction, soft hyphen, byte order mark, variation
# selectors, and control characters other than tab and line breaks (PostgreSQL refuses NUL).
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufe00-\ufe0f\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
# How a carriage return inside a cell leaks out of the XLSX format when a reader keeps it.
_XLSX_ESCAPE = re.compile(r"_x000[dD]_")
_CJK = re.compile("[\u3400-\u9fff]")

CELL_ERRORS = frozenset(("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!"))


def normalise(text):
    """Give ``text`` in NFKC form without invisible characters and outer white space.

    Full-width letters, digits and brackets become half-width ones; line breaks inside stay.
    ``None`` and ``False`` (Odoo's empty value) give ``""``; other values are not accepted here,
    see :func:`clean_cell`.
    """
    if not text:
        return ""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()


def clean_cell(value):
    """Give the text that a person sees in a spreadsheet cell, normalised.

    Empty cells, NaN and Excel's error values (see :func:`is_cell_error`) give ``""``. A number
    that the sheet holds as a float loses its ``.0`` and never shows an exponent
    (13800000000.0 -> "13800000000"). Dates give ISO form, the time only if it is not midnight.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        text = normalise(_XLSX_ESCAPE.sub("", value))
        return "" if text.upper() in CELL_ERRORS else text
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return ""
        return _plain_number(Decimal(repr(value)))
    if isinstance(value, Decimal):
        return _plain_number(value) if value.is_finite() else ""
    if isinstance(value, datetime.datetime):
        if value.time() == datetime.time():
            return value.date().isoformat()
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.isoformat(timespec="seconds")
    return normalise(str(value))


def is_cell_error(value):
    """Tell whether a cell holds one of Excel's error values such as ``#REF!``."""
    return isinstance(value, str) and value.strip().upper() in CELL_ERRORS


def simplify(text):
    """Give ``text`` with traditional Chinese characters turned into simplified ones.

    Needs the package ``opencc``; where it is missing the text comes back unchanged, so that
    traditional and simplified spellings merely stay different (see :func:`can_simplify`).
    """
    if not text or not _CJK.search(text):
        return text or ""
    return _converter()(text)


def can_simplify():
    """Tell whether :func:`simplify` really converts, that is whether ``opencc`` is installed."""
    return _converter() is not str


@lru_cache(maxsize=1)
def _converter():
    try:
        import opencc

        return opencc.OpenCC("t2s").convert
    except Exception:  # missing, or its data files are damaged: never stop an import for it
        return str


def _plain_number(number):
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
