"""What Kingdee Cloud Galaxy shows: rows of its queries become our documents, codes and receipts. Changes nothing there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from . import kingdee_filters as where
from .errors import Unknown
from .kingdee_books import KingdeeAdapter
from .kingdee_galaxy_bills import RECEIPT_FIELDS, receipt_query
from .kingdee_galaxy_forms import FORMS
from .results import RemoteCode, RemoteDocument, RemoteReceipt
from .values import BASE, amount_of, text_of

# kind -> (id, number, status, cancelled, modified, amount, customer, currency, name)
FIND = {
    "customer": (
        "FCUSTID", "FNumber", "FDocumentStatus", "FForbidStatus", "FModifyDate",
        None, "FNumber", "FTRADINGCURRID.FNumber", "FName",
    ),
    "receivable": (
        "FID", "FBillNo", "FDocumentStatus", "FCancelStatus", "FModifyDate",
        "FALLAMOUNTFOR", "FCUSTOMERID.FNumber", "FCURRENCYID.FNumber", None,
    ),
    "receipt": (
        "FID", "FBillNo", "FDocumentStatus", "FCancelStatus", "FModifyDate",
        "FREALRECAMOUNTFOR", "FCONTACTUNIT.FNumber", "FCURRENCYID.FNumber", None,
    ),
    "sales_order": (
        "FID", "FBillNo", "FDocumentStatus", "FCancelStatus", "FModifyDate",
        "FBillAllAmount", "FCustId.FNumber", "FSettleCurrId.FNumber", None,
    ),
    "product": (
        "FMATERIALID", "FNumber", "FDocumentStatus", "FForbidStatus", "FModifyDate", None, "FNumber", "FNumber", "FName",
    ),
}  # fmt: skip
FIND["customer_update"] = FIND["customer"]
FIND["credit_note"] = FIND["receivable"]
FIND["own_receipt"] = FIND["receipt"]
# kind of a mapping -> form whose numbers and names are offered for it
_CODES = {
    "product": "BD_MATERIAL",
    "unit": "BD_UNIT",
    "currency": "BD_Currency",
    "settlement": "BD_SETTLETYPE",
    "salesperson": "BD_Saler",
    "department": "BD_Department",
    "tax": "BD_TaxRate",
    "customer": "BD_Customer",
}
NUMBER_KEY = dict.fromkeys(FIND, "FBillNo") | dict.fromkeys(BASE, "FNumber")


class KingdeeReading(KingdeeAdapter):
    """The reading half of the adapter."""

    # ------------------------------------------------------------------ what they have

    def read_codes(self, kind):
        """Audited, not forbidden base data of one kind."""
        if kind not in _CODES:
            return None
        condition = where.all_of(where.eq("FDocumentStatus", "C"), where.eq("FForbidStatus", "A"))
        more = ("FSOCIALCRECODE",) if kind == "customer" else ()
        codes = []
        while True:
            rows = self.client.execute_bill_query(
                _CODES[kind],
                ("FNumber", "FName", *more),
                condition,
                order=("FNumber",),
                start=len(codes),
                limit=self._page_size,
            )
            codes.extend(RemoteCode(kind, *map(text_of, row)) for row in rows)
            if len(rows) < self._page_size:
                return codes

    def read_open_items(self, day):
        """Open rests of audited receivables (per due date, added up) and receipts up to ``day``.

        What was written off over there since then is taken off too: read it on the day itself.
        """
        settled = (where.eq("FDocumentStatus", "C"), where.eq("FCancelStatus", "A"), where.le("FDATE", day))
        items = {}
        parts = (
            ("receivable", 1, "FPAYAMOUNTFOR", "FWRITTENOFFAMOUNTFOR_P", "FSETTLEORGID.FNumber",
             self.settings.organisation),
            ("receipt", -1, "FRECAMOUNTFOR_E", "FWRITTENOFFAMOUNTFOR_D", "FPAYORGID.FNumber",
             self.settings.receipt_organisation),
        )  # fmt: skip
        for kind, sign, total, written_off, organisation_key, organisation in parts:
            ident, number, _status, _void, _modified, _amount, customer, currency, _name = FIND[kind]
            condition = where.all_of(*settled, where.eq(organisation_key, organisation))
            fields = (ident, number, customer, currency, "FDATE", total, written_off)
            for row in self._all_rows(FORMS[kind], fields, condition, ident):
                rest = sign * (amount_of(row[5] or 0) - amount_of(row[6] or 0))
                known = items.get((kind, row[0]))
                items[kind, row[0]] = RemoteDocument(
                    kind, str(row[0]), text_of(row[1]), "C", amount=rest + (known.amount if known else 0),
                    customer_number=text_of(row[2]), currency_number=text_of(row[3]), day=self._day(row[4]),
                )  # fmt: skip
        return [item for item in items.values() if item.amount]

    def read_documents(self, since, until, *, page=None):
        """Receivables dated in the period, in any state, by id; ``page`` is the last id read."""
        keys = FIND["receivable"]
        condition = where.all_of(
            where.ge("FDATE", since),
            where.le("FDATE", until),
            where.eq("FSETTLEORGID.FNumber", self.settings.organisation),
            *([where.gt("FID", page)] if page else []),
        )
        fields = (*(key for key in keys if key), "FDATE")
        rows = self.client.execute_bill_query(
            FORMS["receivable"], fields, condition, order=(keys[0],), limit=self._page_size
        )
        documents = []
        for row in rows:
            raw = dict(zip(fields, row, strict=True))
            documents.append(replace(self._document("receivable", keys, raw), day=self._day(raw["FDATE"])))
        return documents, (rows[-1][0] if len(rows) == self._page_size else None)

    def _all_rows(self, form, fields, condition, ident):
        """All rows; pages are cut by offset, the order is fixed by the id."""
        rows = []
        while True:
            more = self.client.execute_bill_query(
                form, fields, condition, order=(ident,), start=len(rows), limit=self._page_size
            )
            rows.extend(more)
            if len(more) < self._page_size:
                return rows

    def _day(self, value):
        moment = self._moment(value)
        return moment.astimezone(self._zone).date() if moment else None

    # ------------------------------------------------------------------ receipts

    def _receipts_page(self, start, end, after_id):
        """By bill id, the end of the window excluded; a bill cut by the end of a page is read again with the next."""
        window = receipt_query(self._local(start), self._local(end), self.settings)
        rows, last_id = self._page(window, after_id)
        return [self._receipt(dict(zip(RECEIPT_FIELDS, row, strict=True))) for row in rows], last_id

    def list_receipts(self, since, until, *, page=None):
        """Receipts dated in the period, in any state, by id; ``page`` is the last id read."""
        organisation = where.eq("FPAYORGID.FNumber", self.settings.receipt_organisation)
        days = where.ge("FDATE", since), where.lt("FDATE", until + timedelta(days=1))
        rows, last = self._page(where.all_of(*days, organisation), page)
        return [self._receipt(dict(zip(RECEIPT_FIELDS, row, strict=True))) for row in rows], last

    def _page(self, window, after_id):
        """Rows of whole bills after ``after_id``, and the last id if there may be more."""
        scope = window if after_id is None else where.all_of(window, where.gt("FID", after_id))
        rows = self._receipt_rows(scope, 0)
        if len(rows) < self._page_size:
            return rows, None
        last = rows[-1][0]
        whole = [row for row in rows if row[0] != last]
        if whole:
            return whole, whole[-1][0]
        # a single bill fills the page: read all of its lines by offset
        scope = where.all_of(window, where.eq("FID", last))
        start = len(rows)
        while more := self._receipt_rows(scope, start):
            rows.extend(more)
            start += len(more)
        return rows, last

    def _receipt_rows(self, scope, start):
        rows = self.client.execute_bill_query(
            FORMS["receipt"],
            RECEIPT_FIELDS,
            scope,
            order=RECEIPT_FIELDS[:2],
            start=start,
            limit=self._page_size,
        )
        if not all(isinstance(row[0], int) for row in rows):
            raise Unknown("a receipt has no numeric id", reason="shape")
        return rows

    # ------------------------------------------------------------------ inside

    def _document(self, kind, keys, raw):
        ident, number, status, void, modified, amount, customer, currency, name = keys
        if raw[ident] in (None, "") or not isinstance(raw[status], str):
            raise Unknown("a document without id or status", reason="shape")
        return RemoteDocument(
            kind=kind,
            remote_id=str(raw[ident]),
            number=text_of(raw[number]),
            status=raw[status].strip(),
            cancelled=raw[void] == "B",
            amount=amount_of(raw[amount]) if amount else None,
            modified=self._moment(raw[modified]),
            customer_number=text_of(raw[customer]),
            currency_number=text_of(raw[currency]),
            name=text_of(raw[name]) if name else None,
            raw=raw,
        )

    def _receipt(self, raw):
        moment = self._moment(raw["FDATE"])
        return RemoteReceipt(
            remote_id=str(raw["FID"]),
            number=text_of(raw["FBillNo"]),
            entry_id=text_of(raw["FRECEIVEBILLENTRY_FEntryId"]),
            date=moment.astimezone(self._zone).date() if moment else None,
            customer_number=text_of(raw["FCONTACTUNIT.FNumber"]),
            amount=amount_of(raw["FRECAMOUNTFOR_E"]),
            currency_number=text_of(raw["FCURRENCYID.FNumber"]),
            third_number=text_of(raw["FTHIRDBILLNO"]),
            remark=text_of(raw["FREMARK"]),
            status=text_of(raw["FDocumentStatus"]),
            cancelled=raw["FCancelStatus"] == "B",
            modified=self._moment(raw["FModifyDate"]),
            receive_item=text_of(raw["FRECEIVEITEM"]),
            purpose_number=text_of(raw["FPURPOSEID.FNumber"]),
            settle_number=text_of(raw["FSETTLENO"]),
            written_off=amount_of(raw["FWRITTENOFFAMOUNTFOR_D"] or 0),
            raw=raw,
        )

    def _local(self, moment):
        """Server local time without a zone, as filters want it."""
        return moment.astimezone(self._zone).replace(tzinfo=None)

    @staticmethod
    def _parsed_moment(value):
        """Local text with fractions of any length, or milliseconds since 1970."""
        if isinstance(value, str) and value.startswith("/Date("):
            return datetime.fromtimestamp(int(value[6:].split(")")[0][:13]) / 1000, UTC)
        return datetime.fromisoformat(value)
