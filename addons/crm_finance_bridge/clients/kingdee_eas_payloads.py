"""From our frozen values to the JSON of EAS bills: pure functions, no I/O, no clock.

Field names are those of the EAS bill objects as the public samples of the supply chain web service
give them, misspellings included (``recievePayAmount``). What EAS documents for nobody in public
stands together here, so that a consultant overrides one place: :data:`BILL_TYPES`, :data:`MODES`
and the names of customer, material and receiving bill fields.

Values understood are those of :mod:`.kingdee_payloads` (customer, receivable), and:

``credit_note``: as ``receivable``, amounts positive; they go out negative (红字).
``product``: ``number``, ``name``; optional ``unit`` (our key, mapped), ``specification``, ``barcode``.
``sales_order``: ``number``, ``customer_number``, ``date``, ``currency``, ``amount_total``, ``lines`` as of a
receivable; optional ``delivery_date``, ``remark``, ``contract``.
``own_receipt``: ``number``, ``customer_number``, ``date``, ``currency``, ``amount_total`` (or ``amount``);
optional ``remark``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from .errors import InvalidValues, MappingMissing
from .kingdee_payloads import day_text, money

# importBill: 003 sales order, 010 receivable are standard numbers; the others are the site's facade
BILL_TYPES = {
    "customer": "CUSTOMER",
    "product": "MATERIAL",
    "sales_order": "003",
    "receivable": "010",
    "credit_note": "010",
    "own_receipt": "RECEIVINGBILL",
    "receipt": "RECEIVINGBILL",
}
# importBill: third parameter
MODE_SUBMIT, MODE_AUDIT = 2, 3
CUSTOMER_TYPE = "00001"  # 往来类型: customer


@dataclass(frozen=True)
class EasSettings:
    """What the consultant fills in per connection; numbers are EAS codes.

    :param organisation: company (财务组织) whose books these are.
    :param sale_organisation: sales organisation, empty = the same.
    :param pay_organisation: company that collects, empty = the same.
    :param currencies: ISO code -> EAS number, e.g. ``{"CNY": "BB01"}``.
    :param utc_offset_minutes: the server's clock against UTC (Asia/Shanghai = 480).
    :param overlap_minutes: how far receipts are read again, for commits that came late.
    :param audit_kinds: kinds that are audited while they are imported; others wait for a person.
    :param bill_types: kind -> billTypeCode, where a site's facade differs from :data:`BILL_TYPES`.
    """

    organisation: str
    pay_organisation: str = ""
    sale_organisation: str = ""
    currencies: Mapping[str, str] = field(default_factory=lambda: {"CNY": "BB01"})
    local_currency: str = "CNY"
    materials: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    payment_type: str = "001"
    business_type: str = "210"
    utc_offset_minutes: int = 480
    overlap_minutes: int = 15
    audit_kinds: tuple = ("customer", "receivable")
    bill_types: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self):
        if not self.organisation:
            raise MappingMissing("organisation")
        if not -720 <= self.utc_offset_minutes <= 840 or self.overlap_minutes < 1:
            raise InvalidValues("settings", "offset or overlap out of range")

    def bill_type(self, kind):
        """billTypeCode of a kind."""
        return self.bill_types.get(kind) or BILL_TYPES[kind]

    @property
    def receipt_organisation(self):
        """Company whose receipts are read."""
        return self.pay_organisation or self.organisation


def build_bill(kind, values, settings):
    """The bill as plain JSON values. Raises MappingMissing, InvalidValues."""
    return _BUILDERS[kind](values, settings)


def customer_bill(values, settings):
    """A customer of the company."""
    currency = values.get("currency") or settings.local_currency
    bill = {
        "number": needed(values, "number"),
        "name": needed(values, "name"),
        "company": ref(settings.organisation),
        "currency": ref(mapped(settings.currencies, "currency", currency)),
    }
    plain = {
        "simpleName": "short_name",
        "taxRegisterNo": "credit_code",
        "bankName": "bank_name",
        "bankAccount": "bank_account",
        "phone": "phone",
        "address": "address",
    }
    bill.update({key: str(values[ours]) for key, ours in plain.items() if values.get(ours)})
    return bill


def product_bill(values, settings):
    """A material."""
    bill = {"number": needed(values, "number"), "name": needed(values, "name"), "company": ref(settings.organisation)}
    if values.get("unit"):
        bill["baseUnit"] = ref(mapped(settings.units, "unit", values["unit"]))
    plain = {"model": "specification", "barCode": "barcode"}
    bill.update({key: str(values[ours]) for key, ours in plain.items() if values.get(ours)})
    return bill


def receivable_bill(values, settings, sign=1):
    """An other receivable bill (应收单); ``sign`` -1 makes it red."""
    day = day_text(needed(values, "date"), "date")
    due = day_text(values.get("due_date") or values["date"], "due_date")
    lines = [_receivable_line(line, settings, sign) for line in values.get("lines") or ()]
    total = money(values.get("amount_total"), "amount_total") * sign
    untaxed, tax = _sums(lines, "recievePayAmount", total)
    plan = [
        {
            "recievePayDate": day_text(needed(part, "date", "installments.date"), "installments.date"),
            "recievePayAmount": json_number(abs(money(part.get("amount"), "installments.amount")) * sign),
        }
        for part in values.get("installments") or ({"date": due, "amount": abs(total)},)
    ]
    if sum((Decimal(str(part["recievePayAmount"])) for part in plan), Decimal(0)) != total:
        raise InvalidValues("installments", "do not add up to the total")
    bill = {
        "company": ref(settings.organisation),
        "number": needed(values, "number"),
        "bizDate": day,
        "billDate": day,
        "asstActType": ref(CUSTOMER_TYPE),
        "asstActNumber": str(needed(values, "customer_number")),
        **_currency(values, settings),
        "amount": json_number(total),
        "paymentType": ref(settings.payment_type),
        "totalAmount": json_number(untaxed),
        "totalTax": json_number(tax),
        "saleOrg": ref(settings.sale_organisation or settings.organisation),
        "billType": 102,
        "bizType": ref(settings.business_type),
        "payPlan": plan,
        "entry": lines,
    }
    return _remark(bill, values)


def credit_note_bill(values, settings):
    """A red receivable: the amounts of the credit note, negative."""
    return receivable_bill(values, settings, -1)


def sales_order_bill(values, settings):
    """A sales order."""
    day = day_text(needed(values, "date"), "date")
    delivery = day_text(values.get("delivery_date") or values["date"], "delivery_date")
    lines = [_order_line(line, settings, delivery) for line in values.get("lines") or ()]
    total = money(values.get("amount_total"), "amount_total")
    untaxed, tax = _sums(lines, "taxAmount", total)
    bill = {
        "company": ref(settings.organisation),
        "saleOrgUnit": ref(settings.sale_organisation or settings.organisation),
        "number": needed(values, "number"),
        "bizDate": day,
        "orderCustomer": ref(needed(values, "customer_number")),
        **_currency(values, settings),
        "bizType": ref(settings.business_type),
        "totalAmount": json_number(untaxed),
        "totalTax": json_number(tax),
        "totalTaxAmount": json_number(total),
        "entry": lines,
    }
    if values.get("contract"):
        bill["contractNumber"] = str(values["contract"])
    return _remark(bill, values)


def own_receipt_bill(values, settings):
    """A receiving bill (收款单) for money that was entered here."""
    amount = json_number(money(values.get("amount_total", values.get("amount")), "amount_total"))
    bill = {
        "company": ref(settings.receipt_organisation),
        "number": needed(values, "number"),
        "bizDate": day_text(needed(values, "date"), "date"),
        "payerType": ref(CUSTOMER_TYPE),
        "payerNumber": str(needed(values, "customer_number")),
        **_currency(values, settings),
        "actRecAmt": amount,
        "entry": [{"actualAmt": amount}],
    }
    return _remark(bill, values)


_BUILDERS = {
    "customer": customer_bill,
    "product": product_bill,
    "receivable": receivable_bill,
    "credit_note": credit_note_bill,
    "sales_order": sales_order_bill,
    "own_receipt": own_receipt_bill,
}


def _receivable_line(line, settings, sign):
    untaxed, tax, total, quantity, price = _line_amounts(line)
    unit = ref(mapped(settings.units, "unit", needed(line, "unit", "lines.unit")))
    rate = money(line.get("tax_rate"), "lines.tax_rate")
    signed = json_number(total * sign)
    return {
        "material": ref(mapped(settings.materials, "product", needed(line, "product", "lines.product"))),
        "measureUnit": unit,
        "baseUnit": unit,
        "quantity": json_number(quantity * sign),
        "baseQty": json_number(quantity * sign),
        "taxPrice": json_number(price),
        "taxRate": json_number(rate),
        "amount": json_number(untaxed * sign),
        "taxAmount": json_number(tax * sign),
        "recievePayAmount": signed,
        "unVerifyAmount": signed,
        "remark": str(line.get("name") or ""),
    }


def _order_line(line, settings, delivery):
    untaxed, tax, total, quantity, price = _line_amounts(line)
    unit = ref(mapped(settings.units, "unit", needed(line, "unit", "lines.unit")))
    return {
        "material": ref(mapped(settings.materials, "product", needed(line, "product", "lines.product"))),
        "unit": unit,
        "qty": json_number(quantity),
        "taxPrice": json_number(price),
        "taxRate": json_number(money(line.get("tax_rate"), "lines.tax_rate")),
        "amount": json_number(untaxed),
        "tax": json_number(tax),
        "taxAmount": json_number(total),
        "deliveryDate": delivery,
        "remark": str(line.get("name") or ""),
    }


def _line_amounts(line):
    untaxed = money(line.get("amount_untaxed"), "lines.amount_untaxed")
    tax = money(line.get("amount_tax"), "lines.amount_tax")
    total = money(line.get("amount_total"), "lines.amount_total")
    if untaxed + tax != total:
        raise InvalidValues("lines.amount_total", "untaxed and tax do not add up")
    quantity = money(line.get("quantity"), "lines.quantity")
    return untaxed, tax, total, quantity, money(line.get("price_unit"), "lines.price_unit")


def _sums(lines, total_key, total):
    """Untaxed and tax of all lines; raises if the lines do not add up to the total to the last digit."""
    if not lines:
        raise InvalidValues("lines", "at least one line is needed")
    if sum((Decimal(str(line[total_key])) for line in lines), Decimal(0)) != total:
        raise InvalidValues("lines", "do not add up to the total")
    untaxed = sum((Decimal(str(line["amount"])) for line in lines), Decimal(0))
    return untaxed, total - untaxed


def _currency(values, settings):
    number = mapped(settings.currencies, "currency", needed(values, "currency"))
    local = mapped(settings.currencies, "currency", settings.local_currency)
    found = {"currency": ref(number)}
    if number == local:
        found["exchangeRate"] = 1
    elif values.get("exchange_rate"):
        found["exchangeRate"] = json_number(money(values["exchange_rate"], "exchange_rate"))
    return found


def _remark(bill, values):
    if values.get("remark"):
        bill["description"] = str(values["remark"])
    return bill


def json_number(amount):
    """A JSON number that prints with exactly the digits of ``amount``.

    EAS takes amounts as JSON numbers. A float prints the shortest text that gives it back, which is
    the decimal itself up to 15 digits; more are refused.
    """
    if amount == amount.to_integral_value():
        return int(amount)
    if Decimal(repr(float(amount))) != amount:
        raise InvalidValues("amount", "has more digits than a number can carry")
    return float(amount)


def ref(number):
    """Base data by number."""
    return {"number": str(number)}


def mapped(table, name, key):
    """The EAS number of our key. Raises MappingMissing."""
    try:
        number = table[key]
    except KeyError:
        number = ""
    if not number:
        raise MappingMissing(name, key)
    return number


def needed(values, key, name=""):
    """A value that must be there. Raises InvalidValues."""
    value = values.get(key)
    if value is None or value == "":
        raise InvalidValues(name or key, "is missing")
    return value
