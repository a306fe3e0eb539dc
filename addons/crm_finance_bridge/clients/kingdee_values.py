"""Values of the replies of both Kingdee products: a text, an amount; what is unreadable is a doubt and never a zero."""

from .errors import InvalidValues, Unknown
from .kingdee_payloads import money


def text_of(value):
    return "" if value is None else str(value).strip()


def amount_of(value):
    try:
        return money(value)
    except InvalidValues:
        raise Unknown("an amount of the reply is unreadable", reason="shape") from None
