"""A far side that keeps its own ledger and fails on command. It lives in memory; no test leaves the process."""

from datetime import UTC, date, datetime
from decimal import Decimal

from ..clients.adapter import AUDIT, DONE, SAVE, STOPPED, SUBMIT, FinanceAdapter
from ..clients.errors import (
    FinanceError,
    MappingMissing,
    Mismatch,
    NotSent,
    NumberTaken,
    Rejected,
    RemoteMessage,
    Unknown,
)
from ..clients.results import ConnectionReport, ReceiptCursor, RemoteDocument, RemoteReceipt


class Killed(BaseException):
    """The worker's process ends here; nothing catches it, as nothing catches a kill."""


def fail_before(fault):
    """What goes wrong before the far side has done anything."""
    if fault == "killed_before":
        raise Killed
    if fault == "unsent":
        raise NotSent("unreachable", reason="connect")
    if fault == "lost":
        raise Unknown("no reply", reason="read_timeout")


def fail_after(fault):
    """What goes wrong once it has done it."""
    if fault == "killed_after":
        raise Killed
    if fault == "dropped":
        raise Unknown("no reply", reason="read_timeout")


def remote_receipt(**vals):
    """An audited receipt of today as the far side tells it; ``customer_number`` and ``amount`` are given."""
    usual = {
        "remote_id": "100301", "number": "SKD000001", "entry_id": "1", "date": date.today(), "currency_number": "PRE001",
        "third_number": "", "remark": "", "status": "C", "cancelled": False, "modified": datetime.now(UTC),
    }  # fmt: skip
    return RemoteReceipt(**usual | vals)


class FakeErp:
    """The ledger. ``faults`` maps a step (or ``find``) to a list of faults, used up one by one.

    Faults: ``dropped`` (done, reply lost), ``late`` (done after the next ``arrive()``, reply lost), ``lost`` (not done,
    reply lost), ``unsent``, ``refused``, ``busy``, ``killed_before``, ``killed_after``, ``wrong_amount``, ``twice``,
    ``throttled`` (too many calls), ``unread`` (done, and too many calls when it was to be read back), ``blamed`` (the
    call as a whole is refused for good).

    ``item_faults`` maps a number to what becomes of that one document among several, at the first step that is taken
    for it: ``refused``, ``taken`` (another document has the number), ``unsaid`` (done, and the reply does not tell),
    ``wrong_amount``, ``auto_audit`` (they audit it themselves), ``stuck`` (the step has no effect).
    """

    def __init__(self):
        self.documents = []
        self.receipts = []
        self.faults = {}
        self.item_faults = {}
        self.calls = []
        self.late = []
        self.materials = None
        self.before_call = None

    def arrive(self):
        for document in self.late:
            if not self.with_number(document["number"]):
                self.documents.append(document)
        self.late = []

    def with_number(self, number):
        return [document for document in self.documents if document["number"] == number]

    def fault(self, step):
        left = self.faults.get(step)
        return left.pop(0) if left else ""


class FakeAdapter(FinanceAdapter):
    product = "fake"

    def __init__(self, erp):
        self.erp = erp

    @classmethod
    def connect(cls, base_url, credentials, settings, **transport_options):
        raise NotImplementedError

    def test_connection(self):
        return ConnectionReport("fake", "001", "crm", "ok")

    sends = ("customer", "customer_update", "product", "receivable", "credit_note", "sales_order", "own_receipt")

    def steps(self, kind):
        return ("unaudit", SAVE, SUBMIT, AUDIT) if kind == "customer_update" else (SAVE, SUBMIT, AUDIT)

    def next_step_for(self, kind, document, values):
        if kind != "customer_update" or document is None:
            return self.next_step(kind, document)
        if document.name == values["name"]:
            return {"D": SUBMIT}.get(document.status) or self.next_step(kind, document)
        return "unaudit" if document.status == "C" else SAVE

    def next_step(self, kind, document):
        if document is None:
            return SAVE
        return {"A": SUBMIT, "B": AUDIT, "C": DONE}.get(document.status, STOPPED)

    def build(self, kind, values):
        for line in values.get("lines", ()):
            if self.erp.materials is not None and line["product"] not in self.erp.materials:
                raise MappingMissing("product", line["product"])
        return {"kind": kind, **values}

    def find(self, kind, number):
        self._before("find", number)
        fault = self.erp.fault("find")
        self._fail_before(fault)
        found = [self._remote(document) for document in self.erp.with_number(number)]
        fail_after(fault)
        return found

    def send_step(self, kind, step, number, payload=None):
        self._before(step, number)
        fault = self.erp.fault(step)
        self._fail_before(fault)
        if kind == "customer_update" and step == SAVE:
            self.erp.with_number(number)[0]["payload"] |= payload
        elif step == SAVE:
            self._save(kind, number, payload, fault)
        else:
            document = self.erp.with_number(number)[0]
            document["status"] = {SUBMIT: "B", AUDIT: "C", "unaudit": "D"}[step]
        fail_after(fault)
        if fault == "unread":
            self.erp.faults["find"] = ["throttled"]
            return self._read_back(kind, number)
        return self._remote(self.erp.with_number(number)[0])

    # -- several at once --------------------------------------------------------------------

    def find_many(self, kind, numbers):
        self._before("find", tuple(numbers))
        fault = self.erp.fault("find")
        self._fail_before(fault)
        found = {number: [self._remote(each) for each in self.erp.with_number(number)] for number in numbers}
        fail_after(fault)
        return found

    def send_together(self, kind, step, payloads):
        self._before(step, tuple(payloads))
        fault = self.erp.fault(step)
        self._fail_before(fault)
        results = {}
        for number, payload in payloads.items():
            try:
                results[number] = self._one_of_several(kind, step, number, payload)
            except FinanceError as error:
                results[number] = error
        fail_after(fault)
        return results

    def _one_of_several(self, kind, step, number, payload):
        fault = self.erp.item_faults.pop(number, "")
        if fault == "taken":
            self.erp.documents.append({**self._made(kind, number, payload, ""), "id": "777"})
            raise NumberTaken("number taken", code=11, reason="number_taken")
        self._fail_before(fault)
        if step == SAVE:
            self._save(kind, number, payload, fault)
        document = self.erp.with_number(number)[0]
        if fault != "stuck":
            document["status"] = "C" if fault == "auto_audit" else {SAVE: "A", SUBMIT: "B", AUDIT: "C"}[step]
        if fault == "unsaid":
            raise Unknown("the reply contradicts itself", reason="contradiction")
        return self._remote(document)

    def _save(self, kind, number, payload, fault):
        if self.erp.with_number(number):
            raise Rejected("number taken", code=11, messages=(RemoteMessage("FBillNo", "编码唯一"),), reason="taken")
        document = self._made(kind, number, payload, fault)
        if fault == "late":
            self.erp.late.append(document)
            raise Unknown("no reply", reason="read_timeout")
        self.erp.documents.append(document)
        if fault == "twice":
            self.erp.documents.append({**document, "id": document["id"] + "9"})
            raise Unknown("no reply", reason="read_timeout")

    def _made(self, kind, number, payload, fault):
        amount = payload.get("amount_total")
        return {
            "kind": kind,
            "number": number,
            "id": str(100001 + len(self.erp.documents)),
            "status": "A",
            "amount": Decimal(amount) + (fault == "wrong_amount") if amount else None,
            "payload": payload,
        }

    def verify(self, kind, values, document):
        if document.number != values["number"]:
            raise Mismatch("number", values["number"], document.number)
        if document.amount is not None and document.amount != Decimal(values["amount_total"]):
            raise Mismatch("amount", values["amount_total"], document.amount)

    def read_receipts(self, cursor, until):
        self._before("receipts", "")
        self._fail_before(self.erp.fault("receipts"))
        return list(self.erp.receipts), ReceiptCursor(max(cursor.since, until.astimezone(UTC)))

    def _before(self, step, number):
        if self.erp.before_call:
            self.erp.before_call()
        self.erp.calls.append((step, number))

    def _fail_before(self, fault):
        fail_before(fault)
        if fault == "refused":
            raise Rejected(
                "refused", code=11, messages=(RemoteMessage("FDATE", "会计期间已关闭"),), reason="msgcode_11"
            )
        if fault == "throttled":
            raise Rejected("slow down", reason="http_429", retryable=True, retry_after=45)
        if fault == "blamed":
            raise Rejected("a firewall held it back", reason="http_403")
        if fault == "busy":
            raise Rejected("locked", code=13, retryable=True, reason="msgcode_13")

    @staticmethod
    def _remote(document):
        return RemoteDocument(
            kind=document["kind"],
            remote_id=document["id"],
            number=document["number"],
            status=document["status"],
            amount=document["amount"],
            name=document["payload"].get("name"),
            modified=datetime.now(UTC),
        )
