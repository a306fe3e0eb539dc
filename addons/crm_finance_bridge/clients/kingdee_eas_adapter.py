"""Kingdee EAS behind the :class:`.adapter.FinanceAdapter` seam.

``importBill`` saves, submits and, where asked, audits in one call, so a document has one step. EAS
has no documented query of bills, so asking by number and reading receipts go through a facade that
the site installs (``WSCrmBridgeFacade.queryBill``, described in ``docs/mapping-kingdee-eas.md``). Without
it nothing is ever sent, because ``find`` comes before the first send.
"""

import json
from datetime import UTC, datetime, timedelta, timezone

from .adapter import DONE, SAVE, STOPPED, WAIT, FinanceAdapter
from .errors import CursorInvalid, FinanceError, InvalidValues, Mismatch, Unknown
from .kingdee_eas import EasCredentials, KingdeeEasClient
from .kingdee_eas_payloads import MODE_AUDIT, MODE_SUBMIT, EasSettings, build_bill
from .kingdee_eas_replies import judge_import, judge_query
from .kingdee_payloads import money
from .results import ConnectionReport, ReceiptCursor, RemoteDocument, RemoteReceipt
from .transport import HttpTransport

SERVICES = "ormrpc/services/"
_FUTURE = timedelta(hours=24)
_FOUND = 50
# billStatus of EAS bills, usedStatus of its base data -> the letters that the bridge speaks
_LETTERS = {
    "ADD": "Z",
    "SAVE": "A", "SAVED": "A", "TEMPORARILYSAVED": "A",
    "SUBMIT": "B", "SUBMITED": "B", "SUBMITTED": "B", "AUDITING": "B",
    "AUDITED": "C", "RECED": "C", "RELEASED": "C", "CLOSED": "C", "APPROVED": "C",
}  # fmt: skip
_VOID = frozenset({"DELETED", "CANCELED", "CANCELLED", "BLOCKED", "FREEZED", "FROZEN"})
# kind -> (customer number, amount): where a found bill holds what we compare
_COMPARED = {
    "receivable": ("asstActNumber", "amount"),
    "credit_note": ("asstActNumber", "amount"),
    "sales_order": ("orderCustomer", "totalTaxAmount"),
    "own_receipt": ("payerNumber", "actRecAmt"),
    "receipt": ("payerNumber", "actRecAmt"),
}


class KingdeeEasAdapter(FinanceAdapter):
    """Customers, materials, orders, receivables (blue and red) and own receipts go out, receipts come back.

    :param client: a :class:`KingdeeEasClient`.
    :param settings: an :class:`EasSettings`.
    :param page_size: bills per page of receipts.
    """

    product = "kingdee_eas"
    kinds = ("customer", "product", "sales_order", "receivable", "credit_note", "own_receipt", "receipt")
    sends = kinds[:-1]

    def __init__(self, client, settings, *, page_size=500):
        self.client = client
        self.settings = settings
        self._page_size = page_size
        self._zone = timezone(timedelta(minutes=settings.utc_offset_minutes))

    @classmethod
    def connect(cls, base_url, credentials, settings, **transport_options):
        """See the base class; mappings have the keys of EasCredentials, EasSettings."""
        try:
            known = EasCredentials(**credentials)
            configured = EasSettings(**settings)
        except (TypeError, ValueError) as error:
            # the class of the error only: its text could quote a value
            raise InvalidValues("connection", type(error).__name__) from None
        address = base_url.strip().rstrip("/") + "/"
        if not address.endswith(f"/{SERVICES}"):
            address += SERVICES
        return cls(KingdeeEasClient(HttpTransport(address, **transport_options), known), configured)

    def test_connection(self):
        """A fresh login, then a question to the site's facade, which is as needed as the login."""
        session = self.client.login()
        self._query("customer", {"number": "-", "limit": 1})
        return ConnectionReport(self.product, self.client.account, self.client.user, session.user_name)

    # ------------------------------------------------------------------ documents

    def find(self, kind, number):
        """Exactly what carries the number in our company."""
        bills = self._query(self._known(kind), {"number": number, "limit": _FOUND})
        # a facade that forgets its filter must not pass for an answer
        return [document for document in (self._document(kind, bill) for bill in bills) if document.number == number]

    def steps(self, kind):
        """One: importBill does as much as it is told to."""
        return (SAVE,) if self._known(kind) in self.sends else ()

    def next_step(self, kind, document):
        """Saved and submitted bills wait for a person over there; audited ones are done."""
        if document is None:
            return SAVE if self.steps(kind) else WAIT
        if document.cancelled:
            return STOPPED
        return {"C": DONE, "B": WAIT, "A": WAIT, "Z": WAIT}.get(document.status, STOPPED)

    def build(self, kind, values):
        """What importBill gets: type, mode and the bill."""
        if kind not in self.sends:
            raise InvalidValues("kind", "cannot be sent")
        return {
            "billTypeCode": self.settings.bill_type(kind),
            "mode": MODE_AUDIT if kind in self.settings.audit_kinds else MODE_SUBMIT,
            "bill": build_bill(kind, values, self.settings),
        }

    def send_step(self, kind, step, number, payload=None):
        """One call to the far side and one to read back what it made of it."""
        if step not in self.steps(kind):
            raise InvalidValues("step", "is no step of this kind")
        bill = (payload or {}).get("bill") or {}
        if not number or bill.get("number") != number:
            raise InvalidValues("number", "differs from the payload")
        text = json.dumps([bill], ensure_ascii=False, allow_nan=False)
        remote_id = self.client.import_bill(
            payload["billTypeCode"], text, payload["mode"], lambda reply: judge_import(reply, number)
        )
        return self._read_back(kind, number, remote_id)

    def verify(self, kind, values, document):
        """Number, void mark, customer, currency, name (base data) and amount must be ours."""
        self._equal("number", str(values["number"]), document.number)
        self._equal("cancelled", False, document.cancelled)
        if kind in ("customer", "product"):
            self._equal("name", str(values["name"]).strip(), (document.name or "").strip())
            return
        self._equal("customer", str(values["customer_number"]), document.customer_number)
        self._equal("currency", self.settings.currencies.get(values["currency"]), document.currency_number)
        amount = money(values.get("amount_total", values.get("amount")))
        self._equal("amount", -amount if kind == "credit_note" else amount, document.amount)

    # ------------------------------------------------------------------ receipts

    def read_receipts(self, cursor, until):
        """One page of the window ``[since - overlap, until)``, ordered by bill id.

        Pages continue after the last id, not at an offset: a bill that is changed while we read
        leaves the window, and offsets would then skip another.
        """
        if until.tzinfo is None:
            raise CursorInvalid("until needs a time zone", reason="cursor_naive")
        if cursor.since > until + _FUTURE:
            raise CursorInvalid("the cursor lies in the future", reason="cursor_future")
        end = cursor.until if cursor.partial else until.astimezone(UTC).replace(microsecond=0)
        if not cursor.partial and end <= cursor.since:
            return [], cursor
        start = cursor.since - timedelta(minutes=self.settings.overlap_minutes)
        window = {"modifiedFrom": self._local(start), "modifiedTo": self._local(end), "limit": self._page_size}
        if cursor.after_id is not None:
            window["afterId"] = str(cursor.after_id)
        bills = self._query("receipt", window)
        receipts = [receipt for bill in bills for receipt in self._receipts(bill)]
        if len(bills) < self._page_size:
            return receipts, ReceiptCursor(end)
        last = str(bills[-1]["id"])
        if last == str(cursor.after_id):
            raise Unknown("the next page is the same page", reason="shape")
        return receipts, ReceiptCursor(cursor.since, end, last)

    # ------------------------------------------------------------------ inside

    def _query(self, kind, conditions):
        company = self.settings.receipt_organisation if "receipt" in kind else self.settings.organisation
        text = json.dumps({"company": company, **conditions}, ensure_ascii=False)
        return self.client.query_bill(
            self.settings.bill_type(kind), text, lambda reply: judge_query(reply, conditions["limit"])
        )

    def _read_back(self, kind, number, remote_id):
        try:
            found = self.find(kind, number)
        except FinanceError as error:
            raise Unknown(f"done, but not read back: {error.summary}", reason="read_back") from None
        if not found:
            raise Unknown("done, but not found afterwards", reason="read_back")
        if len(found) > 1:
            raise Mismatch("number of documents", 1, len(found))
        if remote_id and remote_id != found[0].remote_id:
            raise Mismatch("id", remote_id, found[0].remote_id)
        return found[0]

    def _document(self, kind, bill):
        customer, amount = _COMPARED.get(kind, (None, None))
        letter, void = self._state(bill)
        if not _text(bill.get("id")):
            raise Unknown("a document without id", reason="shape")
        return RemoteDocument(
            kind=kind,
            remote_id=_text(bill["id"]),
            number=_text(bill.get("number")),
            status=letter,
            cancelled=void,
            amount=_amount(bill.get(amount)) if amount else None,
            modified=self._moment(bill.get("lastUpdateTime")),
            customer_number=_text(bill.get(customer)) if customer else _text(bill.get("number")),
            currency_number=_text(bill.get("currency")),
            name=_text(bill.get("name")) or None,
            raw=bill,
        )

    def _receipts(self, bill):
        """The lines of one receiving bill."""
        letter, void = self._state(bill)
        moment = self._moment(bill.get("lastUpdateTime"))
        entries = bill.get("entry")
        if not _text(bill.get("id")) or moment is None or not isinstance(entries, list) or not entries:
            raise Unknown("a receipt without id, time or lines", reason="shape")
        for entry in entries:
            if not isinstance(entry, dict) or not _text(entry.get("id")):
                raise Unknown("a receipt line without id", reason="shape")
            yield RemoteReceipt(
                remote_id=_text(bill["id"]),
                number=_text(bill.get("number")),
                entry_id=_text(entry["id"]),
                date=self._day(bill.get("bizDate")),
                customer_number=_text(bill.get("payerNumber")),
                amount=_amount(entry.get("actualAmt")),
                currency_number=_text(bill.get("currency")),
                third_number=_text(bill.get("sourceNumber")),
                remark=" ".join(filter(None, (_text(bill.get("description")), _text(entry.get("remark"))))),
                status=letter,
                cancelled=void,
                modified=moment,
                receive_item=_text(entry.get("contractNumber")),
                settle_number=_text(bill.get("settlementNumber")),
                written_off=_amount(entry["verifyAmt"]) if entry.get("verifyAmt") is not None else None,
                raw={**bill, "entry": entry},
            )

    @staticmethod
    def _state(bill):
        """The letter of a bill's state and whether it is void; an unknown state is kept as it is."""
        state = bill.get("billStatus", bill.get("usedStatus"))
        if not isinstance(state, str) or not state.strip():
            raise Unknown("a document without state", reason="shape")
        word = state.strip().upper()
        return _LETTERS.get(word, state.strip()), word in _VOID

    def _known(self, kind):
        if kind not in self.kinds:
            raise InvalidValues("kind", "is not known")
        return kind

    @staticmethod
    def _equal(name, expected, found):
        if expected != found:
            raise Mismatch(name, expected, found)

    def _local(self, moment):
        """Server local time without a zone."""
        return moment.astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S")

    def _moment(self, value):
        """Aware UTC of the server's local time text, or ``None``."""
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise Unknown("a date of the reply is unreadable", reason="shape") from None
        return moment.replace(tzinfo=moment.tzinfo or self._zone).astimezone(UTC)

    def _day(self, value):
        """The day as it stands there."""
        moment = self._moment(value)
        return moment.astimezone(self._zone).date() if moment else None


def _text(value):
    """Text of a plain value; base data (``{"number": ..}``) is its number."""
    if isinstance(value, dict):
        value = value.get("number")
    return "" if value is None else str(value).strip()


def _amount(value):
    try:
        return money(value)
    except InvalidValues:
        raise Unknown("an amount of the reply is unreadable", reason="shape") from None
