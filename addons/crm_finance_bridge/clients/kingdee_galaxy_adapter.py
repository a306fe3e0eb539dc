"""Kingdee Cloud Galaxy behind the :class:`.adapter.FinanceAdapter` seam."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from . import kingdee_filters as where
from .adapter import AUDIT, DONE, SAVE, STOPPED, SUBMIT, WAIT, FinanceAdapter
from .errors import (
    CursorInvalid,
    InvalidValues,
    Mismatch,
    NumberTaken,
    Rejected,
    Unknown,
)
from .kingdee_galaxy import SIGNED, KingdeeCredentials, KingdeeGalaxyClient
from .kingdee_payloads import (
    CHANGED_KEYS,
    FORMS,
    RECEIPT_FIELDS,
    KingdeeSettings,
    customer_change,
    customer_model,
    money,
    order_model,
    product_model,
    receipt_model,
    receipt_query,
    receivable_model,
)
from .results import ConnectionReport, ReceiptCursor, RemoteCode, RemoteDocument, RemoteReceipt
from .transport import HttpTransport

UNAUDIT = "unaudit"
# kind -> (id, number, status, cancelled, modified, amount, customer, currency, name)
_FIND = {
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
_FIND["customer_update"] = _FIND["customer"]
_FIND["credit_note"] = _FIND["receivable"]
_FIND["own_receipt"] = _FIND["receipt"]
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
_BASE = ("customer", "customer_update", "product")
_NUMBER_KEY = dict.fromkeys(_FIND, "FBillNo") | dict.fromkeys(_BASE, "FNumber")
_MODELS = {
    "customer": customer_model,
    "product": product_model,
    "receivable": receivable_model,
    "credit_note": receivable_model,
    "sales_order": order_model,
    "own_receipt": receipt_model,
}
_FUTURE = timedelta(hours=24)
_VALIDATION = 11  # MsgCode 验证失败


class KingdeeGalaxyAdapter(FinanceAdapter):
    """Customers and receivables go out (save, submit, audit), receipts are read back.

    :param client: a :class:`KingdeeGalaxyClient`.
    :param settings: a :class:`KingdeeSettings`.
    :param page_size: rows per page of receipts, at most 2000.
    """

    product = "kingdee_galaxy"
    kinds = tuple(FORMS)
    sends = tuple(kind for kind in FORMS if kind != "receipt")

    def __init__(self, client, settings, *, page_size=2000):
        self.client = client
        self.settings = settings
        self._page_size = page_size
        self._zone = timezone(timedelta(minutes=settings.utc_offset_minutes))

    @classmethod
    def connect(cls, base_url, credentials, settings, *, auth=SIGNED, **transport_options):
        """See the base class; mappings have the keys of KingdeeCredentials, KingdeeSettings."""
        try:
            known = KingdeeCredentials(**credentials)
            configured = KingdeeSettings(**settings)
        except (TypeError, ValueError) as error:
            # the class of the error only: its text could quote a value
            raise InvalidValues("connection", type(error).__name__) from None
        transport = HttpTransport(base_url, **transport_options)
        return cls(KingdeeGalaxyClient(transport, known, auth=auth), configured)

    def test_connection(self):
        """Log in by signature where sessions are used, then read the local currency."""
        currency = self.settings.currencies.get(self.settings.local_currency, "")
        rows = self.client.execute_bill_query("BD_Currency", ("FCODE",), where.eq("FNUMBER", currency), limit=1)
        if not rows:
            raise Mismatch("local currency", currency, "nothing")
        client = self.client
        return ConnectionReport(self.product, client.account, client.user, str(rows[0][0]))

    # ------------------------------------------------------------------ documents

    def find(self, kind, number):
        """Exactly what carries the number; customers only of our using organisation."""
        keys = _FIND[self._known(kind)]
        condition = where.eq(keys[1], number)
        if kind in _BASE:
            condition = where.all_of(condition, where.eq("FUseOrgId.FNumber", self.settings.organisation))
        more = tuple(CHANGED_KEYS.values()) if kind == "customer_update" else ()
        fields = tuple(dict.fromkeys([key for key in keys if key] + list(more)))
        rows = self.client.execute_bill_query(FORMS[kind], fields, condition, order=(keys[0],), limit=50)
        return [self._document(kind, keys, dict(zip(fields, row, strict=True))) for row in rows]

    def steps(self, kind):
        """Save, submit, audit; receipts are only read."""
        if self._known(kind) == "receipt":
            return ()
        steps = (SAVE, SUBMIT, AUDIT) if kind in self.settings.audit_kinds else (SAVE, SUBMIT)
        return (UNAUDIT, *steps) if kind == "customer_update" else steps

    def next_step(self, kind, document):
        """By FDocumentStatus: Z, A submit; B audit or wait; C done; D was taken back: stop.

        D (重新审核) is never pushed forward by machine: somebody over there withdrew the bill.
        """
        if document is None:
            if kind == "customer_update":
                return STOPPED
            return SAVE if self.steps(kind) else WAIT
        if document.cancelled:
            return STOPPED
        if document.status == "C":
            return DONE
        if not self.steps(kind):
            return WAIT
        if document.status in ("Z", "A"):
            return SUBMIT
        if document.status == "B":
            return AUDIT if AUDIT in self.steps(kind) else WAIT
        return STOPPED

    def next_step_for(self, kind, document, values):
        """A changed customer is opened (UnAudit), written, submitted and audited again."""
        if kind != "customer_update" or document is None or document.cancelled:
            return self.next_step(kind, document)
        wanted = customer_change(values)["Model"]
        if all(_text(document.raw[key]) == wanted[key].strip() for key in CHANGED_KEYS.values()):
            return SUBMIT if document.status == "D" else self.next_step(kind, document)
        # a person over there has it in his hands while it is submitted
        return {"C": UNAUDIT, "B": WAIT}.get(document.status, SAVE)

    def build(self, kind, values):
        """``data`` of Save. ValidateRepeatJson stays off: the unique number is the guard, and
        the same payload must be allowed again after a send that never arrived."""
        if kind == "customer_update":
            return customer_change(values)
        if kind not in _MODELS:
            raise InvalidValues("kind", "cannot be sent")
        model = _MODELS[kind](values, self.settings)
        return {"IsVerifyBaseDataField": "true", "NeedReturnFields": [], "Model": model}

    def send_step(self, kind, step, number, payload=None):
        """One call to the far side and one to read back what it made of it."""
        if step not in self.steps(kind):
            raise InvalidValues("step", "is no step of this kind")
        form = FORMS[kind]
        if step == SAVE:
            model = (payload or {}).get("Model") or {}
            if not number or model.get(_NUMBER_KEY[kind]) != number:
                raise InvalidValues("number", "differs from the payload")
            outcome = self._save(kind, number, self._addressed(kind, number, payload))
        elif step == UNAUDIT:
            outcome = self.client.unaudit(form, number)
        elif step == SUBMIT:
            outcome = self.client.submit(form, number)
        else:
            outcome = self.client.audit(form, number)
        if outcome.number and outcome.number != number:
            raise Mismatch("number", number, outcome.number)
        return self._read_back(kind, number, outcome.remote_id)

    def verify(self, kind, values, document):
        """Number, void mark, customer, currency, name (customer) and amount must be ours."""
        self._equal("number", str(values["number"]), document.number)
        self._equal("cancelled", False, document.cancelled)
        if kind == "customer_update":
            return
        if kind in _BASE:
            self._equal("name", str(values["name"]).strip(), (document.name or "").strip())
            return
        self._equal("customer", str(values["customer_number"]), document.customer_number)
        currency = self.settings.currencies.get(values["currency"])
        self._equal("currency", currency, document.currency_number)
        self._equal("amount", money(values["amount_total"]), document.amount)

    # ------------------------------------------------------------------ what they have

    def read_codes(self, kind):
        """Audited, not forbidden base data of one kind."""
        if kind not in _CODES:
            return None
        condition = where.all_of(where.eq("FDocumentStatus", "C"), where.eq("FForbidStatus", "A"))
        codes = []
        while True:
            rows = self.client.execute_bill_query(
                _CODES[kind],
                ("FNumber", "FName"),
                condition,
                order=("FNumber",),
                start=len(codes),
                limit=self._page_size,
            )
            codes.extend(RemoteCode(kind, _text(number), _text(name)) for number, name in rows)
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
            ident, number, _status, _void, _modified, _amount, customer, currency, _name = _FIND[kind]
            condition = where.all_of(*settled, where.eq(organisation_key, organisation))
            fields = (ident, number, customer, currency, "FDATE", total, written_off)
            for row in self._all_rows(FORMS[kind], fields, condition, ident):
                rest = sign * (_amount(row[5] or 0) - _amount(row[6] or 0))
                known = items.get((kind, row[0]))
                items[kind, row[0]] = RemoteDocument(
                    kind, str(row[0]), _text(row[1]), "C", amount=rest + (known.amount if known else 0),
                    customer_number=_text(row[2]), currency_number=_text(row[3]), day=self._day(row[4]),
                )  # fmt: skip
        return [item for item in items.values() if item.amount]

    def read_documents(self, since, until, *, page=None):
        """Receivables dated in the period, in any state, by id; ``page`` is the last id read."""
        keys = _FIND["receivable"]
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

    def read_receipts(self, cursor, until):
        """One page of the window ``[since - overlap, until)``.

        Pages are cut by bill id, not by row offset: a bill that is changed while we read leaves
        the window, and offsets would then skip another. A bill cut by the end of a page is read
        again with the next one. A finished window moves ``since`` to its end.
        """
        if until.tzinfo is None:
            raise CursorInvalid("until needs a time zone", reason="cursor_naive")
        if cursor.since > until + _FUTURE:
            raise CursorInvalid("the cursor lies in the future", reason="cursor_future")
        end = cursor.until if cursor.partial else until.astimezone(UTC).replace(microsecond=0)
        if not cursor.partial and end <= cursor.since:
            return [], cursor
        start = cursor.since - timedelta(minutes=self.settings.overlap_minutes)
        window = receipt_query(self._local(start), self._local(end), self.settings)
        rows, last_id = self._page(window, cursor.after_id)
        receipts = [self._receipt(dict(zip(RECEIPT_FIELDS, row, strict=True))) for row in rows]
        if last_id is None:
            return receipts, ReceiptCursor(end)
        return receipts, ReceiptCursor(cursor.since, end, last_id)

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

    def _save(self, kind, number, payload):
        """Save, and tell the refusal "number in use" (MsgCode 11 on the number) from others."""
        try:
            return self.client.save(FORMS[kind], payload)
        except Rejected as error:
            key = _NUMBER_KEY[kind].lower()
            taken = any(message.field.lower() == key or f"[{number}]" in message.text for message in error.messages)
            if error.code != _VALIDATION or not taken:
                raise
            raise NumberTaken(
                "the number is in use over there",
                reason="number_taken",
                code=error.code,
                messages=error.messages,
            ) from None

    def _addressed(self, kind, number, payload):
        """The payload of a change names the id that carries our number now."""
        if kind != "customer_update":
            return payload
        found = self.find(kind, number)
        if len(found) != 1:
            raise Mismatch("number of documents", 1, len(found))
        return {**payload, "Model": {"FCUSTID": int(found[0].remote_id), **payload["Model"]}}

    def _document(self, kind, keys, raw):
        ident, number, status, void, modified, amount, customer, currency, name = keys
        if raw[ident] in (None, "") or not isinstance(raw[status], str):
            raise Unknown("a document without id or status", reason="shape")
        return RemoteDocument(
            kind=kind,
            remote_id=str(raw[ident]),
            number=_text(raw[number]),
            status=raw[status].strip(),
            cancelled=raw[void] == "B",
            amount=_amount(raw[amount]) if amount else None,
            modified=self._moment(raw[modified]),
            customer_number=_text(raw[customer]),
            currency_number=_text(raw[currency]),
            name=_text(raw[name]) if name else None,
            raw=raw,
        )

    def _receipt(self, raw):
        moment = self._moment(raw["FDATE"])
        return RemoteReceipt(
            remote_id=str(raw["FID"]),
            number=_text(raw["FBillNo"]),
            entry_id=_text(raw["FRECEIVEBILLENTRY_FEntryId"]),
            date=moment.astimezone(self._zone).date() if moment else None,
            customer_number=_text(raw["FCONTACTUNIT.FNumber"]),
            amount=_amount(raw["FRECAMOUNTFOR_E"]),
            currency_number=_text(raw["FCURRENCYID.FNumber"]),
            third_number=_text(raw["FTHIRDBILLNO"]),
            remark=_text(raw["FREMARK"]),
            status=_text(raw["FDocumentStatus"]),
            cancelled=raw["FCancelStatus"] == "B",
            modified=self._moment(raw["FModifyDate"]),
            receive_item=_text(raw["FRECEIVEITEM"]),
            purpose_number=_text(raw["FPURPOSEID.FNumber"]),
            settle_number=_text(raw["FSETTLENO"]),
            written_off=_amount(raw["FWRITTENOFFAMOUNTFOR_D"] or 0),
            raw=raw,
        )

    def _local(self, moment):
        """Server local time without a zone, as filters want it."""
        return moment.astimezone(self._zone).replace(tzinfo=None)

    def _moment(self, value):
        """Aware UTC of the server's local time text (fractions of any length), or ``None``."""
        if not value:
            return None
        try:
            if isinstance(value, str) and value.startswith("/Date("):
                return datetime.fromtimestamp(int(value[6:].split(")")[0][:13]) / 1000, UTC)
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise Unknown("a date of the reply is unreadable", reason="shape") from None
        return moment.replace(tzinfo=moment.tzinfo or self._zone).astimezone(UTC)


def _text(value):
    return "" if value is None else str(value).strip()


def _amount(value):
    try:
        return money(value)
    except InvalidValues:
        raise Unknown("an amount of the reply is unreadable", reason="shape") from None
