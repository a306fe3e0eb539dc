"""get and batch_get: documents become text, as the product prints it."""

from calendar import monthrange
from datetime import date, datetime
from decimal import Decimal

from simulation.store import SHANGHAI

from .business import STATES
from .refusals import Refusal, not_found
from .resources import INVOICE, ORDER

_FILTER_STATES = {"Opening": "saved", "Approved": "audited", "Changing": "changing"}


class Reading:
    """Reads from a :class:`simulation.store.Store`."""

    def __init__(self, store, business):
        self._store = store
        self._business = business
        self._switches = business.switches

    def get(self, resource, number):
        """One document under the resource's name, rows under ``entry``."""
        document = self._store.by_number(resource.name, number)
        if document is None:
            raise not_found(resource.label)
        shown = self._head(resource, document)
        rows = [_shown(resource.entry, row) for row in document["body"]["entry"]]
        if rows:
            shown["entry"] = rows
        return {"errcode": "0", "errmsg": "", resource.name: shown}

    def batch(self, resource, values):
        """One page of a list."""
        found = [self._head(resource, document) for document in self._store.all(resource.name)]
        for name, (field, operator) in resource.filters.items():
            if name in values:
                found = [row for row in found if _matches(row.get(field), operator, values[name])]
        found.sort(key=lambda row: row[resource.number])
        return self._page(resource.list, resource.label, found, values)

    def base(self, kind, values):
        """One page of base data."""
        name = "name" if kind == "currency" else "code"
        rows = [
            {name: key, **{k: v for k, v in known.items() if isinstance(v, str)}}
            for key, known in sorted(self._business.base(kind).items())
        ]
        return self._page(kind, kind, rows, values)

    def periods(self, kind, values):
        """The months of last year and this; in mendsa and mendglgz whether they are closed."""
        rows = []
        this_year = datetime.now(SHANGHAI).year
        for year in (this_year - 1, this_year):
            for month in range(1, 13):
                last = date(year, month, monthrange(year, month)[1])
                row = {"iyear": str(year), "iid": str(month)}
                if kind == "period":
                    first = date(year, month, 1)
                    row = {"cacc_id": "001", **row, "dbegin": first.isoformat(), "dend": last.isoformat()}
                else:
                    row["bflag"] = "1" if last.isoformat() <= self._switches.closed_through else "0"
                rows.append(row)
        return self._page(kind, kind, rows, values)

    def _page(self, key, label, rows, values):
        page, size = self._number(values, "page_index", 1), self._number(values, "rows_per_page", 20)
        if size > self._switches.max_rows:
            raise Refusal(self._switches.code_parameter, "rows_per_page超过限制")
        part = rows[(page - 1) * size : page * size]
        if not part and self._switches.empty_list == "error":
            raise not_found(label)
        return {
            "page_index": str(page),
            "page_count": str(-(-len(rows) // size)),
            "row_count": str(len(rows)),
            "rows_per_page": str(size),
            "errmsg": "",
            "errcode": "0",
            key: part,
        }

    def _number(self, values, name, default):
        text = values.get(name, str(default))
        if not text.isdecimal() or int(text) < 1:
            raise Refusal(self._switches.code_parameter, f"参数{name}不正确")
        return int(text)

    def _head(self, resource, document):
        shown = _shown(resource.head, document["body"]["header"])
        if resource.entry:
            shown["state"] = STATES[document["status"]]
            rows = document["body"]["entry"]
            if resource is INVOICE:
                shown["sum"] = _four(sum(Decimal(row["sum"]) for row in rows))
            elif resource is ORDER:
                shown["sum"] = _four(sum(Decimal(row.get("sum", "0")) for row in rows))
        else:
            moment = datetime.fromisoformat(document["modified"])
            shown["ModifyDate"] = moment.strftime("%Y-%m-%d %H:%M:%S")
            shown["timestamp"] = document["body"]["timestamp"]
        return shown


def _shown(fields, values):
    return {
        name: _four(Decimal(value)) if name in fields and fields[name].type in "mq" else value
        for name, value in values.items()
        if value not in (None, "")
    }


def _four(number):
    return format(number, ".4f")


def _matches(found, operator, wanted):
    if found is None:
        return False
    if operator == "state":
        return found == STATES.get(_FILTER_STATES.get(wanted, ""))
    if operator == "=":
        return found == wanted
    if operator == "<=" and len(wanted) < len(found) and wanted == found[: len(wanted)]:
        return True  # a day as the end of a span of moments
    return found >= wanted if operator == ">=" else found <= wanted
