"""What the product does with a call: documents, states, queries.

States: saved, submitted, audited, rejected; in answers in capitals as ``billStatus``.
"""

import json
from datetime import datetime
from decimal import Decimal

from simulation.store import NumberTaken

from .checks import Accounts, read
from .forms import BASE, FORMS
from .refusals import Refusal

# operation -> (states before, state after); the last two are for people only
MOVES = {
    "submit": (("saved", "rejected"), "submitted"),
    "audit": (("submitted",), "audited"),
    "unaudit": (("audited",), "submitted"),
    "reject": (("submitted",), "rejected"),
    "withdraw": (("submitted",), "saved"),
}
_FILTERS = frozenset(
    {
        "company", "status", "customer", "bizDateFrom", "bizDateTo", "modifiedFrom", "modifiedTo", "cursor", "limit",
    }
)  # fmt: skip


class Business:
    """Operations on a :class:`simulation.store.Store`, each in the caller's transaction."""

    def __init__(self, store, switches):
        self._store = store
        self._switches = switches
        self._accounts = Accounts(store, switches, self.base)

    def seed(self):
        """Base data that every account set has."""
        with self._store.transaction():
            for kind, entries in BASE.items():
                for code, name in entries.items():
                    if self._store.recall(f"base/{kind}", code) is None:
                        self._store.remember(f"base/{kind}", code, name)

    def base(self, kind):
        """Code -> name of base data."""
        return self._store.recollections(f"base/{kind}")

    def form(self, code):
        """The kind of document, or a refusal."""
        if code not in FORMS:
            raise Refusal("UNKNOWN_TYPE", f"单据类型{code}不存在")
        return FORMS[code]

    # ------------------------------------------------------------------ writing

    def enter(self, form, text, mode, *, error=0):
        """importBill; returns what is there then."""
        if mode not in ("save", "submit", "audit", "update"):
            raise Refusal("FORMAT", f"mode[{mode}]不正确")
        values = _json(text)
        if mode == "update":
            return self._update(form, values)
        if mode == "audit" and not self._switches.auto_audit:
            raise Refusal("PERMISSION", "没有审核权限")
        header, rows = read(form, values, self._switches)
        self._accounts.check(form, header, rows)
        if not form.archive and not self._switches.manual_number:
            header.pop("number", None)
        number = header["number"] = header.get("number") or self._own_number(form)
        if error:
            header["totalAmount"] = str(Decimal(header["totalAmount"]) + Decimal(str(error)))
        status = {"save": "saved", "submit": "submitted", "audit": "audited"}[mode]
        try:
            ident = self._store.next_id(form.code)
            self._store.insert(form.code, ident, number, status, {"header": header, "entries": rows})
        except NumberTaken:
            raise Refusal("NUMBER_EXISTS", f"{form.label}编号{number}已存在") from None
        return self._brief(form, number)

    def _update(self, form, values):
        header, rows = read(form, values, self._switches, partial=True)
        document = self._named(form, header.get("number", ""))
        if document["status"] not in ("saved", "rejected") and not form.archive:
            raise Refusal("STATE", f"{form.label}{document['number']}已提交或已审核，不能修改")
        body = document["body"]
        merged = {**body["header"], **header}
        rows = rows or body["entries"]
        self._accounts.check(form, merged, rows)
        self._store.update(form.code, document["id"], body={"header": merged, "entries": rows})
        return self._brief(form, document["number"])

    def move(self, form, operation, number):
        """submit, audit, unaudit, reject, withdraw, delete; returns what is there then."""
        document = self._named(form, number)
        if operation == "delete":
            if document["status"] not in ("saved", "rejected"):
                raise Refusal("STATE", f"{form.label}{number}已提交或已审核，不能删除")
            self._store.delete(form.code, document["id"])
            return {"id": _ident(document), "number": document["number"], "billStatus": "DELETED"}
        if operation == "audit" and not self._switches.auto_audit:
            raise Refusal("PERMISSION", "没有审核权限")
        return self.shift(form, operation, number)

    def shift(self, form, operation, number):
        """Change the state as a person may."""
        document = self._named(form, number)
        before, after = MOVES[operation]
        if document["status"] not in before:
            raise Refusal("STATE", f"{form.label}{number}状态为{document['status'].upper()}，不能执行此操作")
        self._store.update(form.code, document["id"], status=after)
        return self._brief(form, number)

    def change(self, form, number, values):
        """Set header values as a person does; only fields of the form."""
        document = self._named(form, number)
        for name in values:
            if name not in form.head and name not in form.own:
                raise ValueError(f"unknown field {name!r}")
        body = document["body"]
        body["header"].update({name: str(value) for name, value in values.items()})
        self._store.update(form.code, document["id"], body=body)

    def _own_number(self, form):
        while True:
            number = f"{form.prefix}{self._store.next_id(f'number/{form.code}', 0):08d}"
            if not self._store.by_number(form.code, number):
                return number

    # ------------------------------------------------------------------ reading

    def _named(self, form, number):
        document = self._store.by_number(form.code, number)
        if document is None:
            raise Refusal("NOT_FOUND", f"{form.label}{number}不存在")
        return document

    def _brief(self, form, number):
        document = self._named(form, number)
        return {"id": _ident(document), "number": document["number"], "billStatus": document["status"].upper()}

    def get(self, form, number):
        """One document with its entries; ``None`` where nothing is there and the switch says so."""
        if self._switches.missing != "error" and not self._store.by_number(form.code, number):
            return None
        document = self._named(form, number)
        shown = self._head(form, document)
        if form.entries:
            shown["entries"] = [_shown(form.entries, row) for row in document["body"]["entries"]]
        return shown

    def query(self, form, text):
        """One page of documents by time of change; the cursor leads to the next."""
        asked = _json(text)
        if not isinstance(asked, dict) or set(asked) - _FILTERS:
            raise Refusal("FORMAT", "查询条件不正确")
        limit = asked.get("limit", 100)
        if type(limit) is not int or not 1 <= limit <= self._switches.max_rows:
            raise Refusal("FORMAT", f"limit应在1和{self._switches.max_rows}之间")
        if not all(isinstance(value, str) for name, value in asked.items() if name != "limit"):
            raise Refusal("FORMAT", "查询条件不正确")
        after = _cursor(asked.get("cursor", ""))
        found = [
            document
            for document in self._store.all(form.code)
            if _place(document) > after and _matches(document, asked)
        ]
        found.sort(key=_place)
        page = found[:limit]
        if not page and self._switches.empty_list == "error":
            raise Refusal("NOT_FOUND", "未查询到数据")
        last = _place(page[-1]) if page else after
        return {
            "rows": [self._head(form, document) for document in page],
            "cursor": f"{last[0]}|{last[1]}" if last[0] else "",
            "more": len(found) > limit,
        }

    def _head(self, form, document):
        return {
            "id": _ident(document),
            **_shown({**form.head, **form.own}, document["body"]["header"]),
            "number": document["number"],
            "billStatus": document["status"].upper(),
            "modifiedTime": document["modified"].replace("T", " "),
        }


def _json(text):
    try:
        return json.loads(text, object_pairs_hook=_each_once, parse_float=Decimal)
    except ValueError:
        raise Refusal("FORMAT", "json格式不正确") from None


def _each_once(pairs):
    if len({name for name, _value in pairs}) != len(pairs):
        raise ValueError("a name twice")
    return dict(pairs)


def _ident(document):
    return f"EAS{document['id']:020d}="


def _place(document):
    return document["modified"].replace("T", " "), document["id"]


def _cursor(text):
    if not text:
        return "", 0
    moment, _, ident = text.partition("|")
    try:
        datetime.fromisoformat(moment)
        return moment, int(ident)
    except ValueError:
        raise Refusal("FORMAT", "cursor不正确") from None


def _matches(document, asked):
    header, moment = document["body"]["header"], document["modified"].replace("T", " ")
    date = header.get("bizDate", "")
    return (
        asked.get("company", header["company"]) == header["company"]
        and asked.get("customer", header.get("customer")) == header.get("customer")
        and asked.get("status", document["status"].upper()) == document["status"].upper()
        and asked.get("bizDateFrom", "") <= date <= asked.get("bizDateTo", "9")
        and asked.get("modifiedFrom", "") <= moment <= asked.get("modifiedTo", "9")
    )


def _shown(fields, values):
    found = {}
    for name, value in values.items():
        kind = fields[name].type
        found[name] = int(value) if kind == "i" else float(value) if kind in "mq" else value
    return found
