"""Values of EAS replies: a text, a day, an amount; what is unreadable is a doubt and never a zero."""

from datetime import date

from .errors import InvalidValues, Unknown
from .kingdee_payloads import money

BASE = ("customer", "customer_update", "product")


def day_of(value):
    try:
        return date.fromisoformat(text_of(value)[:10])
    except ValueError:
        raise Unknown("a date of the reply is unreadable", reason="shape") from None


def text_of(value):
    return "" if value is None else str(value).strip()


def amount_of(value):
    try:
        return money(value)
    except InvalidValues:
        raise Unknown("an amount of the reply is unreadable", reason="shape") from None
