"""Documents in JSON: fields, types, then what the accounts know."""

import re
from decimal import Decimal, InvalidOperation

from simulation.dates import is_date

from .forms import CHOICES, CUSTOMER, MATERIAL, RECEIVABLE
from .refusals import Refusal

_PLACES = {"m": 2, "q": 6, "i": 0}


def read(form, values, switches, *, partial=False):
    """``(header, entries)``; amounts become text, dates stay.

    :param partial: a change, where required fields may be missing.
    """
    if not isinstance(values, dict):
        raise Refusal("FORMAT", "json应为一个单据")
    values = dict(values)
    entries = values.pop("entries", None) if form.entries else None
    header = _values(form.head, values, switches, partial)
    if not form.entries or (partial and entries is None):
        return header, []
    if not isinstance(entries, list) or not entries or not all(isinstance(row, dict) for row in entries):
        raise Refusal("FORMAT", "分录不能为空")
    rows = [_values(form.entries, row, switches, False) for row in entries]
    if [row["seq"] for row in rows] != [str(n) for n in range(1, len(rows) + 1)]:
        raise Refusal("FORMAT", "分录序号seq应从1起连续")
    return header, rows


def _values(fields, values, switches, partial):
    found = {}
    for name, value in values.items():
        if name not in fields:
            raise Refusal("UNKNOWN_FIELD", f"字段{name}不存在")
        if value is None or value == "":
            continue
        text = _text(fields[name], value, switches)
        if text is None:
            raise Refusal("FORMAT", f"字段{name}的值格式不正确")
        found[name] = text
    for name, field in fields.items():
        if field.required and name not in found and not partial:
            raise Refusal("REQUIRED", f"字段{name}不能为空")
    return found


def _text(field, value, switches):
    """The value as text, or ``None`` if it does not fit."""
    if field.type in _PLACES:
        return _number(value, _PLACES[field.type], "any" if field.type == "i" else switches.numbers)
    if not isinstance(value, str):
        return None
    if field.type == "d":
        fits = is_date(value)
    elif field.type == "t":
        fits = len(value) <= field.size
    else:
        fits = value in CHOICES[field.type]
    return value if fits else None


def _number(value, places, allowed):
    is_text = isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    if (allowed == "number" and is_text) or (allowed == "text" and not is_text):
        return None
    if is_text and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    if not number.is_finite() or number != round(number, places) or abs(number) >= Decimal(10) ** 15:
        return None
    return format(number, "f")


class Accounts:
    """What must hold between a document and the rest of the books."""

    def __init__(self, store, switches, base):
        self._store = store
        self._switches = switches
        self._base = base

    def check(self, form, header, rows):
        """Raise the refusal of a document that the accounts do not allow."""
        self._codes(form.checks, header)
        for row in rows:
            self._codes(form.entry_checks, row)
            if "material" in row and not self._store.by_number(MATERIAL.code, row["material"]):
                raise Refusal("UNKNOWN_CODE", f"物料{row['material']}不存在")
        if form.archive:
            return
        self._customer(header["customer"])
        closed = self._switches.closed_through
        if form.posted and closed and header["bizDate"] <= closed:
            raise Refusal("PERIOD_CLOSED", "单据日期所在的会计期间已结账")
        self._sums(form, header, rows)

    def _codes(self, checks, values):
        for name, kind in checks.items():
            if name in values and values[name] not in self._base(kind):
                raise Refusal("UNKNOWN_CODE", f"{name}[{values[name]}]不存在")

    def _customer(self, number):
        customer = self._store.by_number(CUSTOMER.code, number)
        if customer is None:
            raise Refusal("UNKNOWN_CODE", f"客户{number}不存在")
        if self._switches.customers_audited and customer["status"] != "audited":
            raise Refusal("STATE", f"客户{number}未核准")

    def _sums(self, form, header, rows):
        name = "totalAmount" if "totalAmount" in form.entries else "amount"
        for row in rows:
            if name == "totalAmount" and Decimal(row["amount"]) + Decimal(row["tax"]) != Decimal(row[name]):
                raise Refusal("AMOUNT", "价税合计不等于金额加税额")
        total = sum(Decimal(row[name]) for row in rows)
        if total != Decimal(header["totalAmount"]):
            raise Refusal("AMOUNT", "表头金额不等于分录金额合计")
        red = form is RECEIVABLE and header["redBlue"] == "red"
        wanted = self._switches.red_sign if red else "positive"
        if wanted != "any" and (total <= 0) is (wanted == "positive"):
            raise Refusal("AMOUNT", "金额的符号与红蓝标志不符")
