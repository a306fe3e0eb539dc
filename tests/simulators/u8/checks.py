"""Bodies in: shape, fields, types, then what the accounts know."""

import re
from decimal import ROUND_HALF_UP, Decimal

from simulation.dates import is_date

from .refusals import Refusal, bad_field, business
from .resources import CHOICES, CUSTOMER, EAI_CUSTOMER, INVOICE, ORDER, PRODUCT, RECEIPT, RECEIVABLE

_CENT = Decimal("0.01")
_DECIMAL = {"m": re.compile(r"-?\d{1,15}(\.\d{1,2})?"), "q": re.compile(r"-?\d{1,15}(\.\d{1,6})?")}


def read(resource, values, switches, *, partial=False):
    """``(header, rows)`` of the object under the resource's name, all as text.

    :param partial: a change, where required fields may be missing.
    """
    key = values.get(resource.number)
    key = key if isinstance(key, str) else ""
    rows = values.get("entry", [])
    header = {k: v for k, v in values.items() if k != "entry" or not resource.entry}
    fields = resource.head
    if resource is CUSTOMER and not switches.customer_eai_fields:
        fields = {name: one for name, one in fields.items() if name not in EAI_CUSTOMER}
    header = _values(fields, header, key, switches, partial)
    if not resource.entry:
        return header, []
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise bad_field("entry", key)
    return header, [_values(resource.entry, row, key, switches, partial) for row in rows]


def _values(fields, values, key, switches, partial):
    found = {}
    for name, value in values.items():
        if name not in fields:
            raise bad_field(name, key)
        text = _text(fields[name], value, switches)
        if text is None:
            raise bad_field(name, key)
        if text:
            found[name] = text
    missing = [name for name, field in fields.items() if field.required and name not in found]
    if missing and not partial:
        raise business(f"字段[{missing[0]}]不能为空", key)
    return found


def _text(field, value, switches):
    """The value as text, or ``None`` if it does not fit; an empty text is no value."""
    if not isinstance(value, str):
        if switches.numbers != "any" or isinstance(value, bool) or not isinstance(value, int | float):
            return None
        value = format(Decimal(repr(value)), "f")
    if value == "":
        return ""
    if field.type == "t":
        fits = len(value) <= field.size and not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", value)
    elif field.type == "d":
        fits = is_date(value)
    elif field.type in _DECIMAL:
        fits = _DECIMAL[field.type].fullmatch(value)
    elif field.type == "i":
        fits = re.fullmatch(r"-?\d{1,9}", value)
    elif field.type == "b":
        fits = value in ("0", "1")
    else:
        fits = value in CHOICES[field.type]
    return value if fits else None


class Accounts:
    """What must hold between a document and the rest of the books."""

    def __init__(self, store, switches, base):
        self._store = store
        self._switches = switches
        self._base = base

    def check(self, resource, header, rows):
        """Raise the refusal of a document that the accounts do not allow."""
        key = header.get(resource.number, "")
        self._references(resource.checks, header, key)
        for row in rows:
            self._references(resource.entry_checks, row, key)
        if resource.customer and not self._store.by_number(CUSTOMER.name, header[resource.customer]):
            raise business(f"客户编码{header[resource.customer]}不存在", key)
        self._period(resource, header, key)
        rules = {
            RECEIVABLE.name: self._receivable,
            RECEIPT.name: self._receipt,
            INVOICE.name: self._invoice,
            ORDER.name: self._order,
        }
        rule = rules.get(resource.name)
        if rule:
            rule(header, rows, key)

    def _references(self, checks, values, key):
        for name, kind in checks.items():
            value = values.get(name)
            if value is None:
                continue
            known = self._base(kind).get(value)
            if kind == "person":
                department = values.get("deptcode") or values.get("departmentcode")
                if not known or not known["salesman"] or department not in (None, known["department"]):
                    raise business("该业务员不合法,请重新输入。", key)
            if known is None:
                raise business(f"{name}[{value}]不存在", key)

    def _period(self, resource, header, key):
        closed = self._switches.closed_through
        moment = header.get(resource.date) if resource.posted else None
        if closed and moment and moment <= closed:
            raise business("单据日期所在的会计期间已结账", key)

    def _receivable(self, header, rows, key):
        for row in rows:
            if row.get("cust_vendor_code", header["cust_vendor_code"]) != header["cust_vendor_code"]:
                raise business("表体客户与表头客户不一致", key)
            self._account(row.get("subjectcode"), False, key)
            self._converted(row, "amount", "natamount", row.get("currency_rate"), key)
        total = _sum(rows, "natamount")
        self._same(total, header["amount"], key)
        self._same(total, header.get("natamount", header["amount"]), key)
        red = header.get("bdebitcredit") == "0"
        wanted = self._switches.red_sign if red else "positive"
        if wanted != "any" and (total <= 0) is (wanted == "positive"):
            raise business("单据金额的符号与红蓝标志不符", key)

    def _receipt(self, header, rows, key):
        self._account(header.get("balanceitemcode"), False, key)
        for row in rows:
            self._account(row.get("itemcode"), row["type"] != "2", key)
            if row.get("customercode", header["customercode"]) != header["customercode"]:
                raise business("表体客户与表头客户不一致", key)
        self._same(_sum(rows, "amount"), header["amount"], key)

    def _invoice(self, header, rows, key):
        red = header["isnegative"] == "1"
        for row in rows:
            self._product(row, key)
            if Decimal(row["money"]) + Decimal(row["tax"]) != Decimal(row["sum"]):
                raise business("价税合计不等于金额加税额", key)
            if (Decimal(row["quantity"]) < 0) is not red or (Decimal(row["sum"]) < 0) is not red:
                raise business("红字发票的数量和金额必须为负", key)
            if Decimal(row.get("price", "0")) < 0:
                raise business("单价不能为负", key)

    def _order(self, header, rows, key):
        for row in rows:
            self._product(row, key)
            if Decimal(row["quantity"]) <= 0:
                raise business("数量必须大于零", key)
            if any(Decimal(row[name]) < 0 for name in row if name in ("money", "tax", "sum", "unitprice")):
                raise business("金额不能为负", key)
            if {"money", "tax", "sum"} <= row.keys() and Decimal(row["money"]) + Decimal(row["tax"]) != Decimal(
                row["sum"]
            ):
                raise business("价税合计不等于金额加税额", key)

    def _product(self, row, key):
        if not self._store.by_number(PRODUCT.name, row["inventorycode"]):
            raise business(f"存货编码{row['inventorycode']}不存在", key)

    def _account(self, code, controlled, key):
        if code is None:
            return
        known = self._base("code").get(code)
        if known is None:
            raise business(f"科目{code}不存在", key)
        if known["controlled"] is not controlled:
            raise business(f"科目{code}{'不' if controlled else ''}是应收受控科目", key)

    @staticmethod
    def _converted(row, foreign, local, rate, key):
        if foreign in row:
            product = Decimal(row[foreign]) * Decimal(rate or "1")
            if product.quantize(_CENT, ROUND_HALF_UP) != Decimal(row[local]):
                raise business("原币金额乘以汇率不等于本币金额", key)

    @staticmethod
    def _same(total, head, key):
        if total != Decimal(head):
            raise business("表头金额不等于表体金额合计", key)


def _sum(rows, name):
    return sum((Decimal(row[name]) for row in rows), Decimal(0))


def unwrap(resource, body, switches):
    """The object under the resource's name, alone in the body."""
    if not isinstance(body, dict) or set(body) != {resource.name} or not isinstance(body[resource.name], dict):
        raise Refusal(switches.code_parameter, f'请求内容应为{{"{resource.name}":{{…}}}}')
    return body[resource.name]
