"""Kingdee EAS behind the :class:`.adapter.FinanceAdapter` seam.

``importBill`` of EAS writes; asking by number, reading lists, submitting and auditing go through a
facade that the site installs, because EAS ships none (``WSCrmBridgeFacade``, described in
``docs/kingdee_eas.md``). Without it nothing is ever sent: ``find`` comes before the first send.
"""

import json

from .adapter import AUDIT, DONE, SAVE, STOPPED, SUBMIT, WAIT
from .errors import InvalidValues, Unknown
from .kingdee_eas import EasCredentials, KingdeeEasClient
from .kingdee_eas_payloads import CHANGED_KEYS, EasSettings, build_bill
from .kingdee_eas_reading import EasReading
from .kingdee_eas_replies import judge, judge_found, judge_page
from .results import ConnectionReport, RemoteDocument, RemoteReceipt
from .transport import HttpTransport
from .values import BASE, amount_of, day_of, text_of

SERVICES = "ormrpc/services/"
# billStatus -> the letters that the bridge speaks
_LETTERS = {"SAVED": "A", "SUBMITTED": "B", "AUDITED": "C", "REJECTED": "D"}
_VOID = frozenset({"DELETED", "CANCELLED"})


class KingdeeEasAdapter(EasReading):
    """Customers, materials, orders, receivables (blue and red), own receipts go out; receipts come back.

    :param client: a :class:`KingdeeEasClient`.
    :param settings: an :class:`EasSettings`.
    :param page_size: bills per page of receipts.
    """

    product = "kingdee_eas"
    kinds = (
        "customer",
        "customer_update",
        "product",
        "sales_order",
        "receivable",
        "credit_note",
        "own_receipt",
        "receipt",
    )
    sends = kinds[:-1]

    @classmethod
    def connect(cls, base_url, credentials, settings, *, tokens=None, **transport_options):
        """See the base class; mappings have the keys of EasCredentials, EasSettings; ``tokens`` shares the session."""
        known, configured = cls._configured(EasCredentials, credentials, EasSettings, settings)
        address = base_url.strip().rstrip("/") + "/"
        if not address.endswith(f"/{SERVICES}"):
            address += SERVICES
        return cls(KingdeeEasClient(HttpTransport(address, **transport_options), known, tokens=tokens), configured)

    def test_connection(self):
        """A fresh login, then a question to the site's facade, which is as needed as the login."""
        session = self.client.login()
        self._page("customer", {"company": self.settings.organisation, "limit": 1})
        return ConnectionReport(self.product, self.client.account, self.client.user, session.user_name)

    # ------------------------------------------------------------------ documents

    def find(self, kind, number):
        """What carries the number: none or one, since numbers are unique per kind there."""
        bill_type = self.settings.bill_type(self._known(kind))
        bill = self.client.get_bill(bill_type, number, lambda reply: judge_found(reply, number))
        if bill is None:
            return []
        document = self._document(kind, bill)
        self._equal("number", number, document.number)
        return [document]

    def steps(self, kind):
        """Save, submit, audit; receipts of the far side are only read."""
        if self._known(kind) not in self.sends:
            return ()
        if kind == "customer_update":
            # EAS takes changes of base data in any state and leaves the state
            return (SAVE,)
        return (SAVE, SUBMIT, AUDIT) if kind in self.settings.audit_kinds else (SAVE, SUBMIT)

    def _step_after(self, kind, document):
        """Saved, submit; submitted, audit or wait; audited, done; rejected: a person has to look."""
        if document.status == "C":
            return DONE
        due = {"A": SUBMIT, "B": AUDIT}.get(document.status)
        if due is None:
            return STOPPED
        return due if due in self.steps(kind) else WAIT

    def next_step_for(self, kind, document, values):
        """A changed customer is written until the other side holds what was to be written."""
        if kind != "customer_update" or document is None or document.cancelled:
            return self.next_step(kind, document)
        wanted = build_bill(kind, values, self.settings)
        same = all(text_of(document.raw.get(key)) == wanted[key].strip() for key in CHANGED_KEYS if key in wanted)
        return DONE if same else SAVE

    def build(self, kind, values):
        """The bill, as importBill gets it."""
        if kind not in self.sends:
            raise InvalidValues("kind", "cannot be sent")
        return build_bill(kind, values, self.settings)

    def send_step(self, kind, step, number, payload=None):
        """One call to the far side and one to read back what it made of it."""
        if step not in self.steps(kind):
            raise InvalidValues("step", "is no step of this kind")
        bill_type = self.settings.bill_type(kind)

        def read(reply):
            return judge(reply, number if step == SAVE else "")

        if step == SAVE:
            if not number or (payload or {}).get("number") != number:
                raise InvalidValues("number", "differs from the payload")
            text = json.dumps(payload, ensure_ascii=False, allow_nan=False)
            mode = "update" if kind == "customer_update" else "save"
            done = self.client.import_bill(bill_type, text, mode, read)
        elif step == SUBMIT:
            done = self.client.submit_bill(bill_type, number, read)
        else:
            done = self.client.audit_bill(bill_type, number, read)
        if not isinstance(done, dict) or not text_of(done.get("number")):
            raise Unknown("the reply does not name the document", reason="shape")
        self._equal("number", number, text_of(done["number"]))
        return self._read_back(kind, number, text_of(done.get("id")))

    # ------------------------------------------------------------------ receipts

    def _receipts_page(self, start, end, after_id):
        """Both ends belong to the window; ordered by time of change."""
        window = {
            "company": self.settings.receipt_organisation,
            "modifiedFrom": self._local(start),
            "modifiedTo": self._local(end),
            "limit": self._page_size,
        }
        if after_id is not None:
            window["cursor"] = str(after_id)
        bills, following = self._page("receipt", window)
        return [self._receipt(bill) for bill in bills], following

    def read_documents(self, since, until, *, page=None):
        """Receivables of two days and all between: ``(list of RemoteDocument, next page)``."""
        window = {
            "company": self.settings.organisation,
            "bizDateFrom": since.isoformat(),
            "bizDateTo": until.isoformat(),
            "limit": self._page_size,
        }
        if page is not None:
            window["cursor"] = page
        bills, following = self._page("receivable", window)
        return [self._document("receivable", bill) for bill in bills], following

    # ------------------------------------------------------------------ inside

    def _page(self, kind, conditions):
        text = json.dumps(conditions, ensure_ascii=False)
        rows, following = self.client.query_bills(
            self.settings.bill_type(kind), text, lambda reply: judge_page(reply, conditions["limit"])
        )
        if following is not None and following == conditions.get("cursor"):
            raise Unknown("the next page is the same page", reason="shape")
        return rows, following

    def _document(self, kind, bill):
        letter, void = self._state(bill)
        if not text_of(bill.get("id")):
            raise Unknown("a document without id", reason="shape")
        is_bill = kind not in BASE
        return RemoteDocument(
            kind=kind,
            remote_id=text_of(bill["id"]),
            number=text_of(bill.get("number")),
            status=letter,
            cancelled=void,
            amount=amount_of(bill.get("totalAmount")) if is_bill else None,
            modified=self._moment(bill.get("modifiedTime")),
            customer_number=text_of(bill.get("customer" if is_bill else "number")),
            currency_number=text_of(bill.get("currency")),
            name=text_of(bill.get("name")) or None,
            day=day_of(bill["bizDate"]) if bill.get("bizDate") else None,
            raw=bill,
        )

    def _receipt(self, bill):
        """One receiving bill; lists show no lines, so the bill is the line."""
        letter, void = self._state(bill)
        moment = self._moment(bill.get("modifiedTime"))
        if not text_of(bill.get("id")) or moment is None:
            raise Unknown("a receipt without id or time", reason="shape")
        settled = bill.get("settledAmount")
        return RemoteReceipt(
            remote_id=text_of(bill["id"]),
            number=text_of(bill.get("number")),
            entry_id="0",
            date=day_of(bill.get("bizDate")),
            customer_number=text_of(bill.get("customer")),
            amount=amount_of(bill.get("totalAmount")),
            currency_number=text_of(bill.get("currency")),
            third_number=text_of(bill.get("reference")),
            remark=text_of(bill.get("description")),
            status=letter,
            cancelled=void,
            modified=moment,
            receive_item=text_of(bill.get("contractNumber")),
            purpose_number=text_of(bill.get("recType")),
            settle_number=text_of(bill.get("bankAccount")),
            written_off=amount_of(settled) if settled is not None else None,
            raw=bill,
        )

    @staticmethod
    def _state(bill):
        """The letter of a bill's state and whether it is void; an unknown state is kept as it is."""
        state = bill.get("billStatus")
        if not isinstance(state, str) or not state.strip():
            raise Unknown("a document without state", reason="shape")
        word = state.strip().upper()
        return _LETTERS.get(word, state.strip()), word in _VOID

    def _local(self, moment):
        """Server local time without a zone."""
        return moment.astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S")
