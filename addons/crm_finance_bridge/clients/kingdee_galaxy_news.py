"""What happens to documents at Kingdee after we sent them: states, fapiao numbers; and the limits of customers."""

from collections import defaultdict

from . import kingdee_filters as where
from .kingdee_galaxy_forms import FORMS
from .kingdee_galaxy_reading import FIND, KingdeeReading
from .values import BASE, amount_of, text_of

# special and ordinary sales invoice; their rows name the receivable that they were pushed from
_INVOICES = ("IV_SALESIC", "IV_SALESOC")
_INVOICE_FIELDS = ("FID", "FINVOICENO", "FSRCBILLNO")
_CREDIT = ("CRE_CustArchives", "FOBJECTID.FNumber", "FCREDITAMOUNT")
_CHUNK = 50


class KingdeeNews(KingdeeReading):
    """See :class:`.kingdee_galaxy_reading.KingdeeReading`."""

    def read_changes(self, kind, since, until):
        """Documents of that kind that were changed in the window, in any state."""
        keys = FIND[self._known(kind)]
        organisation, number = {
            "sales_order": ("FSaleOrgId.FNumber", self.settings.sale_organisation or self.settings.organisation),
            "own_receipt": ("FPAYORGID.FNumber", self.settings.receipt_organisation),
        }.get(kind, ("FUseOrgId.FNumber" if kind in BASE else "FSETTLEORGID.FNumber", self.settings.organisation))
        condition = where.all_of(*self._window(since, until), where.eq(organisation, number))
        fields = tuple(dict.fromkeys(key for key in keys if key))
        return [
            self._document(kind, keys, dict(zip(fields, row, strict=True)))
            for row in self._rows_by_id(FORMS[kind], fields, condition, keys[0])
        ]

    def read_fapiao(self, since, until):
        """Number of a receivable -> numbers of its audited sales invoices, of all with one that changed in the window.

        A receivable whose only invoice was voided comes with none.
        """
        found = {}
        for form in _INVOICES:
            window = where.all_of(*self._window(since, until))
            changed = self._rows_by_id(form, _INVOICE_FIELDS, window, "FID")
            found |= {text_of(row[2]): [] for row in changed if text_of(row[2]) not in ("", *found)}
        good = (where.eq("FDocumentStatus", "C"), where.eq("FCancelStatus", "A"))
        sources = list(found)
        for start in range(0, len(sources), _CHUNK):
            named = where.all_of(*good, where.in_("FSRCBILLNO", sources[start : start + _CHUNK]))
            for form in _INVOICES:
                for _ident, number, source in self._rows_by_id(form, _INVOICE_FIELDS, named, "FID"):
                    numbers = found.setdefault(text_of(source), [])
                    if text_of(number) and text_of(number) not in numbers:
                        numbers.append(text_of(number))
        return {source: tuple(numbers) for source, numbers in found.items()}

    def read_credit_limits(self):
        """Of the audited credit archives (信用档案); a customer with several has their sum."""
        form, customer, amount = _CREDIT
        condition = where.all_of(where.eq("FDocumentStatus", "C"), where.eq("FForbidStatus", "A"))
        limits = defaultdict(int)
        for row in self._all_rows(form, ("FID", customer, amount), condition, "FID"):
            if text_of(row[1]):
                limits[text_of(row[1])] += amount_of(row[2] or 0)
        return dict(limits)

    def _window(self, since, until):
        return where.ge("FModifyDate", self._local(since)), where.lt("FModifyDate", self._local(until))

    def _rows_by_id(self, form, fields, condition, ident):
        """All rows, cut by id: what is changed while we read leaves the window, and offsets would skip another.

        A document whose lines a page cuts is read again with the next one, whole.
        """
        rows, last = [], None
        while True:
            scope = condition if last is None else where.all_of(condition, where.gt(ident, last))
            page = self.client.execute_bill_query(form, fields, scope, order=(ident,), limit=self._page_size)
            if len(page) < self._page_size:
                return rows + page
            whole = [row for row in page if row[0] != page[-1][0]] or page
            rows += whole
            last = whole[-1][0]
