"""Single values on their way to and from the other side: pure functions, no I/O, no clock.

Money arrives as Decimal, int or decimal text (never float) and leaves as text, so no binary fraction is ever made.
The frozen values that every product's builders understand:

``customer``: ``number``, ``name``; optional ``short_name``, ``currency`` (default: the local one),
``credit_code``, ``tax_code``, ``invoice_title``, ``bank_name``, ``bank_account``, ``phone``,
``address``, ``salesperson`` (our key, mapped), ``contacts`` [{``name``, ``mobile``, ``code``}].

``receivable``: ``number``, ``customer_number``, ``date``, ``due_date``, ``currency``,
``amount_total``, ``lines`` [{``product`` and ``unit`` (our keys, mapped), ``quantity``,
``price_unit`` (tax included), ``tax_rate`` (percent), ``amount_untaxed``, ``amount_tax``,
``amount_total``; optional ``name``, ``account`` (our key)}]; optional ``installments`` [{``date``, ``amount``}],
``remark``, ``exchange_rate``, ``salesperson`` and ``department`` (our keys, mapped).

``credit_note``: the same with negative quantities and amounts; check the sign on the real account set before it is
switched on.

``product``: ``number``, ``name``, ``unit`` (our key, mapped); optional ``specification``.

``sales_order``: ``number``, ``customer_number``, ``date``, ``currency``, ``amount_total``,
``salesperson`` (our key, mapped), ``lines`` as above with ``delivery_date``; optional ``department``,
``remark``, ``contract_number``, ``plan`` (what was signed) [{``name``, ``percent``, ``amount``; optional ``date``}].

``own_receipt``: ``number``, ``customer_number``, ``date``, ``currency``, ``amount_total``,
``settlement`` (our key, mapped); optional ``reference`` (of the bank), ``for``, ``is_advance``,
``remark``.
"""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from .errors import InvalidValues, MappingMissing, Unknown

# kinds of base data, that are no bills
BASE = ("customer", "customer_update", "product")

# -- out ------------------------------------------------------------------------------------


def needed(values, key, name=""):
    """A value that must be there: a date, or text. Raises InvalidValues."""
    value = values.get(key)
    if value is None or value == "":
        raise InvalidValues(name or key, "is missing")
    return value if isinstance(value, date) else str(value)


def mapped(table, name, key):
    """The code of the other side. Raises MappingMissing."""
    try:
        code = table[key]
    except KeyError:
        code = ""
    if not code:
        raise MappingMissing(name, key)
    return code


def money(value, name="amount"):
    """Decimal of Decimal, int or text; float, NaN, blanks and bool raise InvalidValues."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise InvalidValues(name, "needs a decimal amount, not a float or nothing")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise InvalidValues(name, "is no amount") from None
    if not amount.is_finite():
        raise InvalidValues(name, "is no amount")
    return amount


def money_text(amount):
    """Plain decimal text without an exponent."""
    return format(amount, "f")


def day_text(value, name="date"):
    """``yyyy-MM-dd`` of a date or of ISO text."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        raise InvalidValues(name, "is no date") from None


def line_amounts(line):
    """(untaxed, tax, total) of a line. Raises InvalidValues where they do not add up."""
    untaxed = money(line.get("amount_untaxed"), "lines.amount_untaxed")
    tax = money(line.get("amount_tax"), "lines.amount_tax")
    total = money(line.get("amount_total"), "lines.amount_total")
    if untaxed + tax != total:
        raise InvalidValues("lines.amount_total", "untaxed and tax do not add up")
    return untaxed, tax, total


def must_add_up(name, amounts, total):
    """What does not add up here, to the last digit, would be posted differently there. Raises InvalidValues."""
    amounts = [Decimal(amount) for amount in amounts]
    if not amounts:
        raise InvalidValues(name, "at least one line is needed")
    if sum(amounts, Decimal(0)) != total:
        raise InvalidValues(name, "do not add up to the total")


# -- back: what is unreadable in a reply is a doubt and never a zero ---------------------------


def text_of(value):
    return "" if value is None else str(value).strip()


def amount_of(value):
    try:
        return money(value)
    except InvalidValues:
        raise Unknown("an amount of the reply is unreadable", reason="shape") from None


def day_of(value):
    try:
        return date.fromisoformat(text_of(value)[:10])
    except ValueError:
        raise Unknown("a date of the reply is unreadable", reason="shape") from None
