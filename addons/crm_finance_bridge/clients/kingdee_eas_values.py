"""Values of EAS replies; what is unreadable is a doubt and never a zero."""

from datetime import date

from .errors import Unknown
from .kingdee_values import text_of

BASE = ("customer", "customer_update", "product")


def day_of(value):
    try:
        return date.fromisoformat(text_of(value)[:10])
    except ValueError:
        raise Unknown("a date of the reply is unreadable", reason="shape") from None
