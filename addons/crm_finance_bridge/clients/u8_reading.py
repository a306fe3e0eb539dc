"""From what the U8+ OpenAPI shows to our documents and receipts: pure functions."""

from datetime import datetime
from decimal import Decimal

from . import u8_replies as replies
from .errors import Unknown
from .results import RemoteDocument, RemoteReceipt
from .u8_mapping import NUMBER_KEYS, RECEIPT_VOUCHER, RED, RESOURCES
from .values import BASE

# Chinese words of ``state``; an absent one is a document that nobody has touched
OPEN_STATES = ("", "开立", "未审核", "Opening")
AUDITED_STATES = ("审核", "已审核", "Approved")
# somebody over there is deciding; the word is a site's own, the notes name none
DECIDING_STATES = ("审批中",)
# the letter by which the bridge knows an audited receipt
AUDITED = "C"
# resource -> key of the customer
CUSTOMER_KEYS = {
    "customer": "code",
    "saleorder": "custcode",
    "oughtreceive": "cust_vendor_code",
    "accept": "customercode",
}


def receipts_of(row, settings):
    """Lines (:class:`RemoteReceipt`) of one receipt; one that is shown without lines counts as a whole."""
    if replies.scalar(row.get("vouchtype")) not in ("", RECEIPT_VOUCHER):
        return
    number = replies.scalar(row.get("vouchcode"))
    if not number:
        raise Unknown("a receipt without a number", reason="shape")
    state = replies.scalar(row.get("state"))
    audited = state in AUDITED_STATES or (not state and settings.unaudited_counts)
    lines = replies.rows(row, "entry") if row.get("entry") else [row]
    for position, line in enumerate(lines, 1):
        yield RemoteReceipt(
            remote_id=number,
            number=number,
            entry_id=str(position),
            date=_day(row.get("vouchdate")),
            customer_number=replies.scalar(line.get("customercode") or row.get("customercode")),
            amount=_line_amount(line),
            currency_number=_currency_of(row, line, settings),
            third_number=replies.scalar(row.get("define10")),
            remark=replies.scalar(row.get("digest")),
            status=AUDITED if audited else state,
            cancelled=not audited and state not in OPEN_STATES + DECIDING_STATES,
            modified=None,
            purpose_number=replies.scalar(line.get("type")),
            raw=line,
        )


def _line_amount(line):
    return replies.amount(line.get("originalamount") or line.get("amount"))


def _currency_of(row, line, settings):
    """Name of the currency; the local one if nothing is named and both amounts agree, else unknown."""
    named = replies.scalar(row.get("foreigncurrency") or row.get("currency_name") or line.get("currency_name"))
    if named:
        return named
    local, original = line.get("amount"), line.get("originalamount")
    if local and original and replies.amount(local) != replies.amount(original):
        return ""
    return settings.currencies.get(settings.local_currency, "")


def document_of(kind, raw, settings):
    """The :class:`RemoteDocument` of what a read gave. Raises :class:`Unknown` if it cannot be one."""
    resource, archive = RESOURCES[kind], kind in BASE
    number = replies.scalar(raw.get(NUMBER_KEYS[resource]))
    if not number:
        raise Unknown("a document without a number", reason="shape")
    rows = replies.rows(raw, "entry") if raw.get("entry") and not archive else []
    return RemoteDocument(
        kind=kind,
        remote_id=number,
        number=number,
        status=replies.scalar(raw.get("state")),
        cancelled=archive and bool(replies.scalar(raw.get("end_date"))),
        amount=None if archive else _amount(resource, raw, rows, settings),
        customer_number=replies.scalar(raw.get(CUSTOMER_KEYS.get(resource, ""))),
        currency_number=_document_currency(raw, rows) or _head_currency(resource, settings),
        name=replies.scalar(raw.get("name")) if archive else None,
        day=None if archive else _day(raw.get("vouchdate") or raw.get("date")),
        raw=raw,
    )


def _amount(resource, raw, rows, settings):
    """Signed total in the document's currency.

    The head of a receivable is in the currency of the books: a foreign one is the sum of its rows.
    """
    if resource == "saleorder":
        return sum((replies.amount(row.get("sum")) for row in rows), Decimal(0))
    if resource == "accept":
        return replies.amount(raw.get("originalamount") or raw.get("amount"))
    total = replies.amount(raw.get("amount"))
    natural = [row.get("natamount") for row in rows]
    if natural and all(natural) and total != sum(map(replies.amount, natural), Decimal(0)):
        raise Unknown("head and rows of the document differ", reason="contradiction")
    local = settings.currencies.get(settings.local_currency)
    if any(row.get("currency_name", local) != local for row in rows):
        total = sum((replies.amount(row.get("amount")) for row in rows), Decimal(0))
    return -total if replies.scalar(raw.get("bdebitcredit")) == RED else total


def _document_currency(raw, rows):
    for part in (raw, *rows[:1]):
        for key in ("currency_name", "foreigncurrency", "currency", "ccusexch_name"):
            if named := replies.scalar(part.get(key)):
                return named
    return ""


def _head_currency(resource, settings):
    """A receivable shown without rows is in the currency of the books; of others nothing is known."""
    return settings.currencies.get(settings.local_currency, "") if resource == "oughtreceive" else ""


def _day(value):
    text = replies.scalar(value)
    try:
        return datetime.fromisoformat(text[:10]).date() if text else None
    except ValueError:
        raise Unknown("a date of the reply is unreadable", reason="shape") from None
