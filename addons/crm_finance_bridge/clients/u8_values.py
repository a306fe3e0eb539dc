"""Text of single values as the U8+ OpenAPI wants it."""

from decimal import ROUND_HALF_UP, Decimal

from .errors import InvalidValues, MappingMissing
from .u8_mapping import CENT, NUMBER_LENGTHS
from .values import needed


def number_of(resource, values):
    """Our business number, if the resource can hold it. Raises InvalidValues."""
    number = str(needed(values, "number"))
    if len(number) > NUMBER_LENGTHS[resource] or not number.isascii() or not number.isprintable():
        raise InvalidValues("number", "is too long or holds other characters than ASCII")
    return number


def cents(amount):
    """Money with two decimals, half up."""
    return format(amount.quantize(CENT, ROUND_HALF_UP), "f")


def price(amount):
    """A price or rate with at most six decimals."""
    return plain(amount.quantize(Decimal("0.000001"), ROUND_HALF_UP))


def plain(number):
    """Decimal text without an exponent and without idle zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def name_text(value, limit, name):
    """A text that must not be cut. Raises InvalidValues."""
    text = cut(value, limit + 1)
    if not text or len(text) > limit:
        raise InvalidValues(name, f"is empty or longer than {limit} characters")
    return text


def cut(value, limit):
    """One line without control characters; U8 breaks on them."""
    text = "".join(c if c.isprintable() else " " for c in str(value or ""))
    return " ".join(text.split())[:limit].rstrip()


def filled(document):
    """Without what is empty: U8 leaves empty fields out as well."""
    return {key: value for key, value in document.items() if value not in ("", None)}


def setting(settings, name):
    """A setting that this document needs. Raises MappingMissing."""
    value = getattr(settings, name)
    if not value:
        raise MappingMissing(name)
    return value
