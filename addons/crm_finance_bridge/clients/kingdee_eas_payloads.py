"""From our frozen values to the JSON of EAS bills: pure functions, no I/O, no clock.

What the site's facade calls kinds and fields is an agreement between it and this file, because EAS
documents neither: ``docs/kingdee_eas.md`` is that agreement, and a test holds the two
together. Base data goes by number, money as text.

Values understood are those of :mod:`.values`; besides, orders and receivables may have a ``contract_number``,
receivables a ``salesperson``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from .errors import InvalidValues
from .settings import KingdeeBooks
from .values import day_text, line_amounts, mapped, money, money_text, must_add_up, needed

BILL_TYPES = {
    "customer": "customer",
    "customer_update": "customer",
    "product": "material",
    "sales_order": "saleorder",
    "receivable": "otherbill",
    "credit_note": "otherbill",
    "own_receipt": "receivingbill",
    "receipt": "receivingbill",
}


@dataclass(frozen=True, kw_only=True)
class EasSettings(KingdeeBooks):
    """Beside what both Kingdee products share; numbers are EAS codes, unknown salespersons are left out.

    :param settle_type: way of payment of journals that are not mapped.
    :param audit_kinds: kinds we audit ourselves; others wait for a person after submission.
    :param amounts: ``text``, or ``number`` where the site's facade takes JSON numbers only.
    :param bill_types: kind -> billTypeCode, where a site's facade differs from :data:`BILL_TYPES`.
    """

    currencies: Mapping[str, str] = field(default_factory=lambda: {"CNY": "BB01"})
    settle_type: str = "JS02"
    audit_kinds: tuple = ("customer", "receivable")
    amounts: str = "text"
    bill_types: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self):  # pylint: disable=missing-return
        super().__post_init__()
        if self.amounts not in ("text", "number"):
            raise InvalidValues("amounts", "must be text or number")

    def bill_type(self, kind):
        """billTypeCode of a kind."""
        return self.bill_types.get(kind) or BILL_TYPES[kind]


def build_bill(kind, values, settings):
    """The bill as plain JSON values. Raises MappingMissing, InvalidValues."""
    bill = _BUILDERS[kind](values, settings)
    return _numbers(bill) if settings.amounts == "number" else bill


def customer_bill(values, settings):
    """A customer of the company."""
    currency = values.get("currency") or settings.local_currency
    bill = {
        "company": settings.organisation,
        "number": needed(values, "number"),
        "name": needed(values, "name"),
        "currency": mapped(settings.currencies, "currency", currency),
    }
    plain = {
        "simpleName": "short_name",
        "taxNumber": "credit_code",
        "bank": "bank_name",
        "bankAccount": "bank_account",
        "phone": "phone",
        "address": "address",
    }
    bill.update({key: str(values[ours]) for key, ours in plain.items() if values.get(ours)})
    return bill


# what a change of a customer writes: their key -> ours
CHANGED_KEYS = {"name": "name", "taxNumber": "credit_code", "phone": "phone", "address": "address"}


def customer_change(values, settings):
    """The changed fields of a customer that is there; what is empty here stays as it is there."""
    needed(values, "name")
    bill = {"company": settings.organisation, "number": needed(values, "number")}
    return {**bill, **{key: str(values[ours]) for key, ours in CHANGED_KEYS.items() if values.get(ours)}}


def product_bill(values, settings):
    """A material."""
    bill = {
        "company": settings.organisation,
        "number": needed(values, "number"),
        "name": needed(values, "name"),
        "baseUnit": mapped(settings.units, "unit", needed(values, "unit")),
    }
    if values.get("specification"):
        bill["model"] = str(values["specification"])
    return bill


def receivable_bill(values, settings):
    """A receivable (应收单); a red one is the same with negative amounts."""
    total = money(values.get("amount_total"), "amount_total")
    return {
        **_bill(values, settings, settings.organisation),
        "dueDate": day_text(values.get("due_date") or values["date"], "due_date"),
        "redBlue": "red" if total < 0 else "blue",
        "totalAmount": money_text(total),
        "entries": _lines(values, settings, total),
    }


def sales_order_bill(values, settings):
    """A sales order; its contract number goes with it."""
    total = money(values.get("amount_total"), "amount_total")
    lines = _lines(values, settings, total)
    for line, ours in zip(lines, values["lines"], strict=True):
        if ours.get("delivery_date"):
            line["deliveryDate"] = day_text(ours["delivery_date"], "lines.delivery_date")
    return {**_bill(values, settings, settings.organisation), "totalAmount": money_text(total), "entries": lines}


def own_receipt_bill(values, settings):
    """A receiving bill (收款单) for money that was entered here."""
    total = money_text(money(values.get("amount_total"), "amount_total"))
    bill = {
        **_bill(values, settings, settings.receipt_organisation),
        "settlementType": settings.settlements.get(values.get("settlement")) or settings.settle_type,
        "recType": "advance" if values.get("is_advance") else "sale",
        "totalAmount": total,
        "entries": [{"seq": 1, "amount": total}],
    }
    remark = " ".join(filter(None, [values.get("reference"), values.get("for"), values.get("remark")]))
    return {**bill, "description": remark[:255]} if remark else bill


_BUILDERS = {
    "customer": customer_bill,
    "customer_update": customer_change,
    "product": product_bill,
    "receivable": receivable_bill,
    "credit_note": receivable_bill,
    "sales_order": sales_order_bill,
    "own_receipt": own_receipt_bill,
}
_AMOUNTS = frozenset({"totalAmount", "amount", "tax", "quantity", "taxPrice", "taxRate", "exchangeRate"})


def _bill(values, settings, company):
    """What all bills have; our number stands in ``reference`` too, for sites that give their own."""
    number = mapped(settings.currencies, "currency", needed(values, "currency"))
    bill = {
        "company": company,
        "number": needed(values, "number"),
        "bizDate": day_text(needed(values, "date"), "date"),
        "customer": str(needed(values, "customer_number")),
        "currency": number,
        "reference": needed(values, "number"),
    }
    if number != mapped(settings.currencies, "currency", settings.local_currency) and values.get("exchange_rate"):
        bill["exchangeRate"] = money_text(money(values["exchange_rate"], "exchange_rate"))
    seller = settings.salespersons.get(values.get("salesperson"))
    plain = {
        "salesPerson": seller,
        "contractNumber": values.get("contract_number"),
        "description": str(values.get("remark") or "")[:255],
    }
    bill.update({key: str(value) for key, value in plain.items() if value})
    return bill


def _lines(values, settings, total):
    lines = [_line(seq, line, settings) for seq, line in enumerate(values.get("lines") or (), 1)]
    must_add_up("lines", (line["totalAmount"] for line in lines), total)
    return lines


def _line(seq, line, settings):
    untaxed, tax, total = line_amounts(line)
    found = {
        "seq": seq,
        "material": mapped(settings.materials, "product", needed(line, "product", "lines.product")),
        "unit": mapped(settings.units, "unit", needed(line, "unit", "lines.unit")),
        "quantity": money_text(money(line.get("quantity"), "lines.quantity")),
        "taxPrice": money_text(money(line.get("price_unit"), "lines.price_unit")),
        "taxRate": money_text(money(line.get("tax_rate"), "lines.tax_rate")),
        "amount": money_text(untaxed),
        "tax": money_text(tax),
        "totalAmount": money_text(total),
    }
    if line.get("name"):
        found["remark"] = str(line["name"])[:255]
    return found


def _numbers(bill):
    """The bill with JSON numbers for its amounts."""
    found = {key: json_number(Decimal(value)) if key in _AMOUNTS else value for key, value in bill.items()}
    if "entries" in bill:
        found["entries"] = [_numbers(line) for line in bill["entries"]]
    return found


def json_number(amount):
    """A JSON number that prints with exactly the digits of ``amount``.

    A float prints the shortest text that gives it back, which is the decimal itself up to 15
    digits; more are refused.
    """
    if amount == amount.to_integral_value():
        return int(amount)
    if Decimal(repr(float(amount))) != amount:
        raise InvalidValues("amount", "has more digits than a number can carry")
    return float(amount)
