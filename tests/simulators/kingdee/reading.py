"""View and the two queries: documents become mappings or rows.

A query that asks for fields of an entry gives one row per entry line, header values repeated.
"""

import itertools
from decimal import Decimal

from simulation.control import OrderRefused

from . import query
from .forms import CUSTOMER, FORMS

MAX_LIMIT = 10000


class Refusal(OrderRefused):
    """A business refusal: MsgCode and ``[(field, message, index)]``."""

    def __init__(self, code, *errors):
        super().__init__("；".join(error[1] for error in errors))
        self.code = code
        self.errors = list(errors)


def form_of(name):
    """The form, or a refusal as the product words it."""
    form = FORMS.get(str(name).upper())
    if form is None:
        raise Refusal(9, ("", "业务对象不存在", 0))
    return form


class Reading:
    """Reads from a :class:`simulation.store.Store`."""

    def __init__(self, store):
        self._store = store

    def view(self, form, data):
        """Reply of View: keys without the F prefix."""
        key = form.id.upper()
        if data.get("Number"):
            document = self._store.by_number(key, str(data["Number"]))
        else:
            document = self._store.by_id(key, int(data.get("Id") or 0))
        if document is None:
            raise Refusal(10, ("", "未找到对应数据", 0))
        bill = form.number == "FBillNo"
        result = {
            "Id": document["id"],
            "BillNo" if bill else "Number": document["number"],
            "DocumentStatus": document["status"],
            form.cancel[1:]: "B" if document["cancelled"] else "A",
            "ModifyDate": document["modified"],
        }
        names = {name.upper(): name for name in form.header}
        for name, value in document["body"]["header"].items():
            result[names.get(name, name)[1:]] = _shown(form.types()[name][0], value)
        return {"Result": {"ResponseStatus": None, "Result": result}}

    def query(self, data, *, named):
        """Rows of ExecuteBillQuery, or of BillQuery when ``named``."""
        form = form_of(data.get("FormId"))
        fields = [key.strip() for key in str(data.get("FieldKeys") or "").split(",") if key.strip()]
        if not fields:
            raise Refusal(8, ("", "FieldKeys 参数不能为空", 0))
        types = form.types()
        source = data.get("FilterString")
        try:
            matches, used = query.parse(source)
            order = _order(data.get("OrderString"))
            for name in [*fields, *used, *(name for name, _ in order)]:
                if base_key(name) not in types:
                    text = f"元数据中标识为{name.split('.')[0]}的字段不存在"
                    raise Refusal(9, ("", text, 0))
            entries = {types[base_key(name)][1] for name in (*fields, *used)} - {""}
            numbers = query.numbers_in(source, (form.number,))
            after = query.greater_than(source, form.pk)
            top, start = int(data.get("TopRowCount") or 0), int(data.get("StartRow") or 0)
            limit = min(int(data.get("Limit") or 2000), MAX_LIMIT)
            by_id = bool(order) and (base_key(order[0][0]), order[0][1]) == (form.pk.upper(), False)
            rows = []
            for row in self._expand(form, entries, numbers, after):
                # documents come by id: what follows stands behind the last row that is asked for
                if by_id and len(rows) >= (top or start + limit) and row[form.pk.upper()] != rows[-1][form.pk.upper()]:
                    break
                if matches(_reader(types, row)):
                    rows.append(row)
        except query.FilterError as error:
            raise Refusal(8, ("", f"过滤条件语法错误 {error}", 0)) from None
        for name, descending in reversed(order):
            rows.sort(key=lambda row: _sort_key(types, row, name), reverse=descending)
        rows = (rows[:top] if top else rows)[start : start + limit]
        table = [[_shown(types[base_key(n)][0], self._cell(row, n)) for n in fields] for row in rows]
        return [dict(zip(fields, row, strict=True)) for row in table] if named else table

    def _expand(self, form, entries, numbers, after):
        key = form.id.upper()
        if numbers is None:
            documents = self._store.after(key, after)
        else:
            named = {d["id"]: d for d in (self._store.by_number(key, number) for number in numbers) if d}
            documents = [named[ident] for ident in sorted(named)]
        for document in documents:
            head = {
                **document["body"]["header"],
                form.pk.upper(): document["id"],
                form.number.upper(): document["number"],
                "FDOCUMENTSTATUS": document["status"],
                form.cancel.upper(): "B" if document["cancelled"] else "A",
                "FMODIFYDATE": document["modified"],
            }
            parts = []
            for entry in sorted(entries):
                lines = document["body"]["entries"].get(entry) or []
                parts.append(
                    [
                        {**line, f"{entry}_FENTRYID": line["_id"], f"{entry}_FSEQ": position}
                        for position, line in enumerate(lines, 1)
                    ]
                )
            for combination in itertools.product(*parts):
                row = dict(head)
                for line in combination:
                    row.update(line)
                yield row

    def _cell(self, row, name):
        value = row.get(base_key(name))
        if name.upper().endswith(".FNAME") and value:
            customer = self._store.by_number(CUSTOMER.id.upper(), str(value))
            return customer["body"]["header"].get("FNAME") if customer else value
        return value


def base_key(name):
    """``FCUSTOMERID`` of ``FCustomerID.FNumber``."""
    return name.split(".")[0].upper()


def _shown(kind, value):
    if value in (None, ""):
        return None if kind in ("num", "date") else value
    if kind == "num":
        number = Decimal(str(value))
        return int(number) if isinstance(value, int) else float(number)
    if kind == "date":
        text = str(value).replace(" ", "T")
        return text if "T" in text else f"{text}T00:00:00"
    return value


def _reader(types, row):
    return lambda name: (types[base_key(name)][0], row.get(base_key(name)))


def _order(text):
    found = []
    for part in str(text or "").split(","):
        words = part.split()
        if words:
            found.append((words[0], len(words) > 1 and words[1].lower() == "desc"))
    return found


def _sort_key(types, row, name):
    value = row.get(base_key(name))
    if value in (None, ""):
        return (0, 0)
    if types[base_key(name)][0] == "num":
        return (1, Decimal(str(value)))
    return (1, str(value).casefold())
