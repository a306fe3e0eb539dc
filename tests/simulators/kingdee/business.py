"""What the product does with a call: checks, states, numbers, queries.

States of FDocumentStatus: Z draft, A created, B submitted, C audited, D taken back. Message texts
follow those seen on real servers where one is known.
"""

import hashlib
import json
from decimal import Decimal, InvalidOperation

from simulation.store import NumberTaken, now_text

from .forms import CUSTOMER
from .reading import Refusal, base_key

CURRENCIES = ((1, "PRE001", "CNY", "人民币"), (7, "PRE007", "USD", "美元"))
BASE_DATA = {
    "BD_UNIT": (("Pcs", "件"), ("Tai", "台"), ("Tao", "套")),
    "BD_SETTLETYPE": (("JSFS01_SYS", "现金"), ("JSFS04_SYS", "电汇")),
    "BD_SALER": (("XSY001", "张伟"), ("XSY002", "李娜")),
    "BD_DEPARTMENT": (("BM01", "销售部"),),
    "BD_TAXRATE": (("SL01_SYS", "零税率"), ("SL02_SYS", "13%增值税")),
}


class Business:
    """Operations on a :class:`simulation.store.Store`. Every method runs inside the caller's transaction."""

    def __init__(self, store):
        self._store = store

    def seed(self):
        """Base data that every account set has."""
        with self._store.transaction():
            for ident, number, code, name in CURRENCIES:
                if not self._store.by_number("BD_CURRENCY", number):
                    body = {"header": {"FCODE": code, "FNAME": name}, "entries": {}, "ignored": []}
                    self._store.insert("BD_CURRENCY", ident, number, "C", body)
            for form, rows in BASE_DATA.items():
                for ident, (number, name) in enumerate(rows, 1):
                    if not self._store.by_number(form, number):
                        body = {"header": {"FNAME": name}, "entries": {}, "ignored": []}
                        self._store.insert(form, ident, number, "C", body)

    # ------------------------------------------------------------------ save

    def check_repeated(self, form, data):
        """Refuse the very same request if it asks for that."""
        if _flag(data.get("ValidateRepeatJson")):
            digest = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
            if self._store.seen_before(form.id.upper(), digest):
                raise Refusal(11, ("", "重复的JSON请求，不允许保存", 0))

    def save(self, form, data, model, *, draft=False, amount_error=0):
        """Create or change one document; returns its id, its number and what the call asked to be echoed."""
        if not isinstance(model, dict):
            raise Refusal(8, ("", "Model 参数不能为空", 0))
        body, number, ident = self._read_model(form, model)
        old = self._editable(form, ident) if ident else None
        if old:
            _merge(old["body"], body, data)
            body, number = old["body"], number or old["number"]
        if not draft and _flag(data.get("ValidateFlag", True)):
            self._check_required(form, body)
        self._check_customer(form, body)
        number = number or self._own_number(form)
        ident = ident or self._store.next_id(form.id.upper())
        for entry, lines in body["entries"].items():
            for line in lines:
                if not line.get("_id"):
                    line["_id"] = self._store.next_id(f"{form.id.upper()}/{entry}", 400000)
        self._sum_up(form, body, amount_error)
        status = "Z" if draft else "A"
        try:
            if old:
                changes = {} if old["status"] == "D" else {"status": status}
                self._store.update(form.id.upper(), ident, number=number, body=body, **changes)
            else:
                body["header"].setdefault("FCREATEDATE", now_text())
                self._store.insert(form.id.upper(), ident, number, status, body)
        except NumberTaken:
            text = f"违反字段唯一性要求：编码唯一。[{number}]在当前系统中已经被使用。"
            raise Refusal(11, (form.number, text, 0)) from None
        echo = {key: self._read(form, ident, key) for key in data.get("NeedReturnFields") or ()}
        return ident, number, echo

    def _read_model(self, form, model):
        types = form.types()
        entries = {entry.upper(): entry for entry in form.entries}
        heads = {head.upper() for head in form.heads}
        body = {"header": {}, "entries": {}, "ignored": []}
        number, ident = "", 0

        def take(values, target, level):
            for key, value in values.items():
                kind, where = types.get(key.upper(), (None, None))
                if kind is None or where != level:
                    body["ignored"].append(key)
                    continue
                target[key.upper()] = _value(key, kind, value)

        flat = {}
        for key, value in model.items():
            upper = key.upper()
            if upper == form.pk.upper():
                ident = int(value or 0)
            elif upper == form.number.upper():
                number = str(value or "").strip()
            elif upper in heads and isinstance(value, dict):
                flat.update(value)
            elif upper in entries:
                body["entries"][upper] = self._lines(upper, value, take)
            elif upper == "FDOCUMENTSTATUS":
                continue
            else:
                flat[key] = value
        take(flat, body["header"], "")
        return body, number, ident

    @staticmethod
    def _lines(entry, values, take):
        lines = []
        for value in values or ():
            if not value:
                continue
            line = {}
            ident = next((value[k] for k in value if k.upper() == "FENTRYID"), 0)
            take({k: v for k, v in value.items() if k.upper() != "FENTRYID"}, line, entry)
            line["_id"] = int(ident or 0)
            lines.append(line)
        return lines

    def _editable(self, form, ident):
        old = self._store.by_id(form.id.upper(), ident)
        if old is None:
            raise Refusal(10, ("", f"未找到内码为{ident}的数据", 0))
        if old["status"] == "C":
            raise Refusal(12, ("", "单据已审核，不允许修改", 0))
        if old["status"] == "B":
            raise Refusal(12, ("", "单据已提交，不允许修改", 0))
        return old

    @staticmethod
    def _check_required(form, body):
        errors = [
            (key, f"字段[{label}]是必录字段", 0)
            for key, label in form.required.items()
            if body["header"].get(key.upper()) in (None, "")
        ]
        for entry, required in form.entry_required.items():
            lines = body["entries"].get(entry.upper()) or []
            if not lines:
                errors.append((entry, "单据体不能为空", 0))
            for line in lines:
                for key, label in required.items():
                    if line.get(key.upper()) in (None, ""):
                        errors.append((key, f"字段[{label}]是必录字段", 0))
        if errors:
            raise Refusal(11, *errors)

    def _check_customer(self, form, body):
        if not form.customer:
            return
        number = body["header"].get(form.customer.upper())
        if not number:
            return
        customer = self._store.by_number(CUSTOMER.id.upper(), number)
        if customer is None:
            raise Refusal(9, (form.customer, f"编码为[{number}]的客户不存在", 0))
        if customer["status"] != "C" or customer["cancelled"]:
            raise Refusal(11, (form.customer, f"客户[{number}]未审核或已禁用，不能使用", 0))

    def _own_number(self, form):
        while True:
            number = f"{form.prefix}{self._store.next_id(form.prefix, 0):08d}"
            if not self._store.by_number(form.id.upper(), number):
                return number

    @staticmethod
    def _sum_up(form, body, amount_error):
        if not form.total:
            return
        header, entry, line_key = (name.upper() for name in form.total)
        lines = body["entries"].get(entry) or []
        for line in lines:
            if line_key not in line and {"FPRICEQTY", "FTAXPRICE"} <= line.keys():
                line[line_key] = str(Decimal(line["FPRICEQTY"]) * Decimal(line["FTAXPRICE"]))
        if amount_error and lines:
            first = lines[0]
            first[line_key] = str(Decimal(first.get(line_key) or 0) + Decimal(str(amount_error)))
        total = sum((Decimal(line.get(line_key) or 0) for line in lines), Decimal(0))
        body["header"][header] = str(total)

    # ------------------------------------------------------------------ states

    def move(self, form, operation, by, name):
        """Submit, Audit, UnAudit, CancelAssign, Delete, Cancel, UnCancel, Forbid, Enable one document; returns its
        id and its number.

        :param by: whether ``name`` is a ``number`` or an ``id``
        """
        key = form.id.upper()
        document = self._store.by_id(key, int(name)) if by == "id" else self._store.by_number(key, str(name))
        problem = self._move_one(form, operation, name, document)
        if problem:
            code, text = problem
            raise Refusal(code, ("", text, 0))
        return document["id"], document["number"]

    @staticmethod
    def success(form, operation, number):
        """What the product says of a document that was moved."""
        words = {"submit": "提交", "audit": "审核"}.get(operation, "操作")
        return f"单据编号为“{number}”的{form.label}，{words}成功！"

    def _move_one(self, form, operation, name, document):
        if document is None:
            return 10, f"未找到编号为“{name}”的{form.label}"
        status, ident = document["status"], document["id"]
        label = f"单据编号为“{document['number']}”的{form.label}，"
        key = form.id.upper()
        if document["cancelled"] and operation not in ("uncancel", "enable"):
            return 12, label + "单据已经作废！"
        moves = {
            "submit": ("ZAD", "B"),
            "audit": ("B", "C"),
            "unaudit": ("C", "D"),
            "cancelassign": ("B", "D"),
        }
        if operation in moves:
            before, after = moves[operation]
            if status not in before:
                return 11, label + _why_not(operation, status)
            self._store.update(key, ident, status=after)
        elif operation == "delete":
            if status not in "ZAD":
                return 12, label + "单据已提交或已审核，不允许删除！"
            self._store.delete(key, ident)
        elif operation in ("cancel", "forbid"):
            if operation == "cancel" and status == "C":
                return 12, label + "单据已审核，不允许作废！"
            self._store.update(key, ident, cancelled=1)
        elif operation in ("uncancel", "enable"):
            self._store.update(key, ident, cancelled=0)
        else:
            return 3, "操作标识不存在"
        return None

    def _read(self, form, ident, name):
        document = self._store.by_id(form.id.upper(), ident)
        if name.upper() == form.number.upper():
            return document["number"]
        return document["body"]["header"].get(base_key(name))


def _merge(old, new, data):
    """Apply a change: only NeedUpDateFields if given, lines by entry id."""
    only = {str(name).upper() for name in data.get("NeedUpDateFields") or ()}
    old["header"].update({k: v for k, v in new["header"].items() if not only or k in only})
    for entry, lines in new["entries"].items():
        kept = {line["_id"]: line for line in old["entries"].get(entry, [])}
        result = [{**kept.pop(line["_id"], {}), **line} for line in lines]
        if not _flag(data.get("IsDeleteEntry", True)):
            result = [*kept.values(), *result]
        old["entries"][entry] = result


def _why_not(operation, status):
    if status == "C":
        return "单据已经审核！"
    if operation == "submit":
        return "单据已经提交！"
    return "单据未提交，不能审核！" if operation == "audit" else "单据状态不允许此操作！"


def _flag(value):
    return value is True or str(value).lower() == "true"


def _value(key, kind, value):
    if kind == "ref":
        if value in (None, "", {}):
            return ""
        if not isinstance(value, dict):
            raise Refusal(9, (key, f"基础资料字段{key}的值格式不正确", 0))
        return str(next((v for k, v in value.items() if k.upper() == "FNUMBER"), "") or "")
    if kind == "num" and value not in (None, ""):
        try:
            return str(Decimal(str(value)))
        except InvalidOperation:
            raise Refusal(8, (key, f"字段{key}的值不是数字", 0)) from None
    return value
