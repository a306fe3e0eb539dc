"""Yonyou U8+ behind the :class:`.adapter.FinanceAdapter` seam.

Our business number is the document's own number over there (单据号 / 编码), so it can be asked for with one read, and
its ``biz_id``, so that a repeated call is known as such. A site must therefore let documents of these kinds be
numbered by hand; where it does not, the first document stops with a mismatch of the number.
"""

import time
from datetime import datetime, timedelta

from . import u8_replies as replies
from .adapter import AUDIT, DONE, SAVE, STOPPED, WAIT, FinanceAdapter
from .errors import InvalidValues, Mismatch
from .results import ConnectionReport, ReceiptCursor, RemoteCode
from .transport import HttpTransport
from .u8_client import U8Client, U8Credentials
from .u8_mapping import CODE_LISTS, NUMBER_KEYS, RECEIPT_VOUCHER, RESOURCES, U8Settings
from .u8_payloads import BUILDERS
from .u8_reading import AUDITED_STATES, DECIDING_STATES, OPEN_STATES, document_of, receipts_of
from .u8_token import SHARED
from .u8_values import cut
from .values import BASE, day_text

# kind -> names under which its list takes a span of days
_CHANGE_SPANS = {
    "receivable": ("date_begin", "date_end"),
    "sales_order": ("date_begin", "date_end"),
    "own_receipt": ("vouchdate_begin", "vouchdate_end"),
}


class YonyouU8Adapter(FinanceAdapter):
    """Customers, products, orders, receivables and receipts go out, receipts are read back.

    :param client: a :class:`.u8_client.U8Client`
    :param settings: a :class:`.u8_mapping.U8Settings`
    :param page_size: rows per page of receipts
    :param clock: Unix time, for the day of a new customer
    """

    product = "yonyou_u8"
    kinds = tuple(RESOURCES)
    # kinds that may be handed to ``build``
    sends = tuple(BUILDERS)
    mapped_kinds = (*FinanceAdapter.mapped_kinds, "department", "account")
    shows_currency = False

    def __init__(self, client, settings, *, page_size=100, clock=time.time):
        super().__init__(client, settings, page_size=page_size)
        self._clock = clock

    @classmethod
    def connect(
        cls, base_url, credentials, settings, *, tokens=SHARED, synchronous=True, patience=60.0, **transport_options
    ):
        """See the base class; mappings have the keys of U8Credentials, U8Settings."""
        known, configured = cls._configured(U8Credentials, credentials, U8Settings, settings)
        transport = HttpTransport(base_url, **transport_options)
        client = U8Client(transport, known, tokens=tokens, synchronous=synchronous, patience=patience)
        return cls(client, configured)

    def test_connection(self):
        """Fetch a token, then read one customer; an account set without customers is fine too."""
        self.client.login()
        page = self.client.page("customer", size=1, document=False)
        return ConnectionReport(self.product, self.client.account, self.client.user, f"{page.total}")

    # ------------------------------------------------------------------ documents

    def find(self, kind, number):
        """What carries the number; U8 numbers are unique per kind."""
        raw = self.client.get(RESOURCES[self._known(kind)], number)
        return [] if raw is None else [document_of(kind, raw, self.settings)]

    def steps(self, kind):
        """Save, and audit where somebody is named who does; receipts of the other side are only read."""
        if self._known(kind) == "receipt":
            return ()
        if kind in BASE or kind not in self.settings.audit_kinds or not self.settings.auditor:
            return (SAVE,)
        return (SAVE, AUDIT)

    def _step_after(self, kind, document):
        """By ``state``: 开立 is audited or waits, 审核 is done, anything else (关闭, 变更, 退回) stops."""
        if kind in BASE or document.status in AUDITED_STATES:
            return DONE
        if document.status in OPEN_STATES:
            return AUDIT if AUDIT in self.steps(kind) else WAIT
        return WAIT if document.status in DECIDING_STATES else STOPPED

    def next_step_for(self, kind, document, values):
        """A changed customer is written until the other side holds what was to be written."""
        if kind != "customer_update" or document is None or document.cancelled:
            return self.next_step(kind, document)
        wanted = BUILDERS[kind](values, self.settings)
        same = all(cut(replies.scalar(document.raw.get(key)), 500) == text for key, text in wanted.items())
        return DONE if same else SAVE

    def build(self, kind, values):
        """The document under its resource's name, as the body of ``add`` (``edit``) has it."""
        if self._known(kind) not in self.sends:
            raise InvalidValues("kind", "cannot be sent")
        if kind in BASE and not values.get("date"):
            values = {**values, "date": datetime.fromtimestamp(self._clock(), self._zone).date()}
        return {RESOURCES[kind]: BUILDERS[kind](values, self.settings)}

    def send_step(self, kind, step, number, payload=None):
        """One call to the far side (and looks for its result) and one to read back what it made of it."""
        if step not in self.steps(kind):
            raise InvalidValues("step", "is no step of this kind")
        resource = RESOURCES[kind]
        if step == SAVE:
            document = (payload or {}).get(resource) or {}
            if not number or document.get(NUMBER_KEYS[resource]) != number:
                raise InvalidValues("number", "differs from the payload")
            if kind == "customer_update":
                self.client.edit(resource, document)
            elif (ident := self.client.add(resource, document, biz_id=number)) != number:
                raise Mismatch("number", number, ident)
        else:
            self.client.act(resource, "verify", number, **self.settings.auditor)
        return self._read_back(kind, number)

    @staticmethod
    def _name_of(name):
        return cut(name, 500)

    @classmethod
    def stage_of(cls, kind, status):
        """U8 tells Chinese words; an archive has no state."""
        if kind in BASE or status in AUDITED_STATES:
            return "audited"
        if status in OPEN_STATES:
            return "saved"
        return "submitted" if status in DECIDING_STATES else ""

    # ------------------------------------------------------------------ receipts

    def read_receipts(self, cursor, until):
        """One page of the receipts dated in the window.

        The list filters by the day of the receipt and knows no time of change, so the last ``back_days`` are read every
        time and ``deep_days`` when a day has begun: what was dated back or audited late is seen then.
        """
        end = self._window_end(cursor, until)
        first, last = self._days(cursor.since, end)
        if (not cursor.partial and end <= cursor.since) or first > last:
            return [], cursor if end <= cursor.since else ReceiptCursor(end)
        receipts, index = self.list_receipts(first, last, page=cursor.after_id)
        if index is None:
            return receipts, ReceiptCursor(end)
        return receipts, ReceiptCursor(cursor.since, end, index)

    def list_receipts(self, since, until, *, page=None):
        """Receipts dated in the period, in any state; ``page`` is the number of the last page."""
        span = {"vouchdate_begin": since.isoformat(), "vouchdate_end": until.isoformat(), "vouchtype": RECEIPT_VOUCHER}
        found = self.client.page("accept", (page or 0) + 1, self._page_size, **span)
        receipts = [receipt for row in found.rows for receipt in receipts_of(row, self.settings)]
        return receipts, (found.index if found.index < found.count else None)

    def _days(self, since, end):
        """First and last day of a window; the same for all of its pages."""
        since, last = since.astimezone(self._zone).date(), end.astimezone(self._zone).date()
        back = self.settings.back_days if since == last else self.settings.deep_days
        first = since - timedelta(days=back)
        return max(first, self.settings.receipts_from or first), last

    # ------------------------------------------------------------------ for comparing and mapping

    def read_documents(self, since, until, *, page=None):
        """Receivables of these days, in any state; ``page`` is the number of the last page.

        The list shows heads only, which are in the currency of the books.
        """
        index = (page or 0) + 1
        span = {"date_begin": day_text(since), "date_end": day_text(until)}
        found = self.client.page("oughtreceive", index, self._page_size, **span)
        documents = [document_of("receivable", row, self.settings) for row in found.rows]
        return documents, (index if index < found.count else None)

    def read_changes(self, kind, since, until):
        """Documents dated in the last days, as far back as receipts are read: the lists know no time of change."""
        names = _CHANGE_SPANS.get(kind)
        if not names:
            return None
        first, last = self._days(since, until)
        more = {"vouchtype": RECEIPT_VOUCHER} if kind == "own_receipt" else {}
        span = dict(zip(names, (first.isoformat(), last.isoformat()), strict=True))
        documents, index, count = [], 1, 1
        while index <= count:
            page = self.client.page(RESOURCES[kind], index, self._page_size, **span, **more)
            documents += [document_of(kind, row, self.settings) for row in page.rows]
            index, count = index + 1, page.count
        return documents

    def read_codes(self, kind):
        """Codes of the base data that has a list; of a currency the name, by which U8 knows it."""
        if kind not in CODE_LISTS:
            return None
        key = "name" if kind == "currency" else "code"
        return [
            RemoteCode(
                kind,
                replies.scalar(row.get(key)),
                replies.scalar(row.get("name")),
                replies.scalar(row.get("tax_reg_code") or row.get(self.settings.credit_code_field) or "")
                if kind == "customer"
                else "",
            )
            for row in self._archive(CODE_LISTS[kind])
            if row.get(key)
        ]

    def read_credit_limits(self):
        """Customer number -> limit, of the customers that have one."""
        customers = self._archive("customer")
        return {
            replies.scalar(row.get("code")): replies.amount(row["credit_amount"])
            for row in customers
            if row.get("credit_amount")
        }

    def _archive(self, resource):
        index = 1
        while True:
            page = self.client.page(resource, index, self._page_size, document=False)
            yield from page.rows
            if index >= page.count:
                return
            index += 1

    # ------------------------------------------------------------------ inside
