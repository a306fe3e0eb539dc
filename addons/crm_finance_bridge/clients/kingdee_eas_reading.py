"""What Kingdee EAS shows beside single bills and receipts: codes, limits, open items, changes, fapiao numbers."""

from dataclasses import replace

from .kingdee_books import KingdeeAdapter
from .results import RemoteCode
from .values import amount_of, text_of

RECEIPTS = ("receipt", "own_receipt")


class EasReading(KingdeeAdapter):
    """The listing half of the adapter; needs ``_page``, ``_document`` and ``_receipt``."""

    def read_codes(self, kind):
        """Customers and materials of the company; EAS tells no other codes through the facade."""
        if kind not in ("customer", "product"):
            return None
        keys = ("number", "name", "taxNumber")
        return [RemoteCode(kind, *(text_of(row.get(key)) for key in keys)) for row in self._all(kind)]

    def read_credit_limits(self):
        """Customer number -> credit limit, of those who have one."""
        rows = [row for row in self._all("customer") if row.get("creditAmount") is not None]
        return {text_of(row.get("number")): amount_of(row["creditAmount"]) for row in rows}

    def read_changes(self, kind, since, until):
        """Bills of that kind that were changed in the window, in any state."""
        window = {"modifiedFrom": self._local(since), "modifiedTo": self._local(until)}
        return [self._document(self._known(kind), bill) for bill in self._all(kind, window)]

    def read_fapiao(self, since, until):
        """Number of a receivable -> its fapiao number, where the site's facade shows ``invoiceNumber``."""
        window = {"modifiedFrom": self._local(since), "modifiedTo": self._local(until)}
        return {
            text_of(bill.get("number")): tuple(filter(None, [text_of(bill["invoiceNumber"])]))
            for bill in self._all("receivable", window)
            if "invoiceNumber" in bill
        }

    def read_open_items(self, day):
        """Open rests (``totalAmount`` less ``settledAmount``) of audited receivables and receipts up to ``day``.

        What was settled over there since then is taken off too: read it on the day itself.
        """
        items = []
        for kind, sign in (("receivable", 1), ("receipt", -1)):
            for bill in self._all(kind, {"bizDateTo": day.isoformat(), "status": "AUDITED"}):
                document = self._document(kind, bill)
                rest = sign * (document.amount - amount_of(bill.get("settledAmount") or 0))
                if rest and document.status == "C" and not document.cancelled:
                    items.append(replace(document, amount=rest))
        return items

    def list_receipts(self, since, until, *, page=None):
        """Receipts dated in the period, in any state."""
        days = {"bizDateFrom": since.isoformat(), "bizDateTo": until.isoformat(), "limit": self._page_size}
        following = {"cursor": page} if page is not None else {}
        bills, page = self._page("receipt", {"company": self.settings.receipt_organisation, **days, **following})
        return [self._receipt(bill) for bill in bills], page

    # ------------------------------------------------------------------ inside

    def _all(self, kind, window=None):
        """Every row of a kind of our company, page by page."""
        company = self.settings.receipt_organisation if kind in RECEIPTS else self.settings.organisation
        conditions = {"company": company, "limit": self._page_size, **(window or {})}
        while True:
            rows, following = self._page(kind, conditions)
            yield from rows
            if following is None:
                return
            conditions = {**conditions, "cursor": following}
