"""Open items from an accountant's sheet. Plain Python.

Columns are found by their headings, which may stand below a title; rows of totals are passed over. What cannot be read
is named with its row and never guessed.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

# the first heading that is there counts
HEADINGS = {
    "customer": ("客户编码", "客户编号", "客户代码", "往来单位编码", "customernumber", "客户", "customer"),
    "number": ("单据编号", "单据号", "单号", "凭证号", "发票号", "documentnumber", "number"),
    "date": ("单据日期", "业务日期", "日期", "date"),
    "amount": ("原币余额", "未核销金额", "未收金额", "余额", "openamount", "金额", "amount"),
    "currency": ("币种", "币别", "currency"),
}
# the order of columns in a sheet whose headings tell nothing
ORDER = tuple(HEADINGS)
# rows above the headings: a title, the company, a day
TITLE_ROWS = 10
MOST = Decimal(10) ** 15
_TOTAL = re.compile(r"(合计|小计|总计|total)", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")


@dataclass(frozen=True)
class OpenItem:
    """One item; positive is owed, negative was paid ahead. ``currency`` is an ISO code, or empty."""

    row: int
    customer: str
    number: str
    day: date
    amount: Decimal
    currency: str


def read_items(rows):
    """(items, numbers of the rows that cannot be read).

    :param rows: tuples of text of the sheet from its first row on, blank rows included
    """
    columns, first = find_columns(rows)
    items, unread = [], []
    for position, row in enumerate(rows[first:], first + 1):
        cells = {name: row[index] if index < len(row) else "" for name, index in columns.items()}
        if not any(cells.values()) or (not cells["number"] and any(map(_TOTAL.search, row))):
            continue
        try:
            amount = amount_of(cells["amount"])
            item = OpenItem(
                position, cells["customer"], cells.get("number", ""), day_of(cells["date"]), amount,
                cells.get("currency", "").upper(),
            )  # fmt: skip
        except ValueError:
            unread.append(position)
            continue
        if not item.customer:
            unread.append(position)
        elif amount:
            items.append(item)
    return items, unread


def find_columns(rows):
    """({name: index}, index of the first row below the headings); without headings the order of columns counts."""
    return find_headings(rows) or ({name: index for index, name in enumerate(ORDER)}, 1)


def find_headings(rows):
    """What ``find_columns`` gives, None where no row holds all headings that are needed."""
    for position, row in enumerate(rows[:TITLE_ROWS]):
        headings = [re.sub(r"[\s*_]|[（(].*", "", text).lower() for text in row]
        found = {}
        for name, aliases in HEADINGS.items():
            index = next((headings.index(alias) for alias in aliases if alias in headings), None)
            if index is not None:
                found[name] = index
        if {"customer", "number", "date", "amount"} <= found.keys():
            return found, position + 1
    return None


def problem_of(columns, row):
    """Name of the column that makes a row unreadable; None if none of these does."""
    cells = {name: row[index] if index < len(row) else "" for name, index in columns.items()}
    for name, parse in (("customer", _filled), ("date", day_of), ("amount", amount_of)):
        try:
            parse(cells[name])
        except ValueError:
            return name
    return None


def _filled(text):
    if not text:
        raise ValueError("is empty")


def amount_of(text):
    """Decimal of ``1,234.50``, ``￥1234.5``, ``(100.00)`` and ``100.00-`` (both negative). Raises ValueError."""
    plain = re.sub(r"[\s,，¥￥]", "", text)
    sign = 1
    if plain[:1] in ("(", "（") and plain[-1:] in (")", "）"):
        plain, sign = plain[1:-1], -1
    elif plain.endswith("-"):
        plain, sign = plain[:-1], -1
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        raise ValueError("is no amount") from None
    if not amount.is_finite() or amount.copy_abs() >= MOST or (sign < 0 and amount < 0):
        raise ValueError("is no amount")
    # what a spreadsheet's own arithmetic left behind is nothing
    return sign * round(amount, 6)


def day_of(text):
    """date of ``2026-01-31``, ``2026/1/31``, ``2026.1.31``, ``20260131``, ``2026年1月31日``. Raises ValueError."""
    if len(text) > 11:
        return datetime.fromisoformat(text).date()
    found = _DAY.fullmatch(text)
    if not found or (text.isdigit() and len(text) != 8):
        raise ValueError("is no day")
    return date(*map(int, found.groups()))
