"""Money in Decimal, and amounts in Chinese capitals.

Floats are refused everywhere except in :func:`from_float`, which rounds them where they leave
the ORM. Rounding is half up. Capitals follow the rules for filling in bills and settlement
vouchers (支付结算办法, annex 1).
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from .text import normalise

# Enough places for any sum of money, whatever the caller's own decimal context is.
_CONTEXT = Context(prec=50, rounding=ROUND_HALF_UP)
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
_WRITTEN = re.compile(
    r"(?:人民币|RMB|CNY|¥)?\s*(-?)\s*(?:人民币|RMB|CNY|¥)?\s*"
    r"(\d+(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?)\s*"
    r"(万|亿|千|百万|千万|W|K)?\s*(?:元整?|块|RMB|CNY)?"
)
_UNITS = {
    "千": 1000,
    "K": 1000,
    "万": 10**4,
    "W": 10**4,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
}

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")
_TOO_LARGE = Decimal(10) ** 16
# Beyond this the default decimal context would start to round.
_MOST = Decimal(10) ** 20


class MoneyError(ValueError):
    """A value that cannot be money, or a split that cannot be made; ``code`` says why.

    Codes: ``float``, ``not_a_number``, ``not_finite``, ``too_large``, ``digits`` (more decimal
    places than the currency has), ``percent_none``, ``percent_negative``, ``percent_sum``.
    """

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def to_money(value):
    """Give ``value`` as an exact Decimal, unrounded.

    Takes int, Decimal and plain decimal text such as "-12.30". Raises :class:`MoneyError`:
    ``float`` for floats, ``not_finite`` for NaN and infinity, ``not_a_number`` for the rest.
    """
    if isinstance(value, float):
        raise MoneyError("float", f"a float is no money, use from_float: {value!r}")
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise MoneyError("not_finite", f"not an amount: {value}")
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return Decimal(value)
    raise MoneyError("not_a_number", f"not an amount: {value!r}")


def from_float(value, digits=2):
    """Give a float of the ORM as a Decimal with ``digits`` decimal places, rounded half up.

    The shortest text of the float is rounded, so 1.005 gives 1.01. Takes what :func:`to_money`
    takes as well, with the same errors.
    """
    if isinstance(value, float):
        value = Decimal(repr(value))
    return round_money(value, digits)


def round_money(value, digits=2):
    """Round an amount half up (away from zero) to ``digits`` decimal places; errors as above."""
    value = to_money(value)
    if abs(value) >= _MOST:
        raise MoneyError("too_large", f"too large: {value}")
    rounded = value.quantize(Decimal(1).scaleb(-digits), context=_CONTEXT)
    return abs(rounded) if rounded == 0 else rounded


def parse_amount(text):
    """Read an amount as people write it in a sheet: "¥128,000.00", "12.8万", "3千元".

    Raises :class:`MoneyError` (``not_a_number``) on anything that is not one certain amount,
    such as "20-30万", "面议" or an empty text.
    """
    found = _WRITTEN.fullmatch(normalise(text).upper())
    if not found:
        raise MoneyError("not_a_number", f"not an amount: {text!r}")
    amount = Decimal(found[2].replace(",", "")) * _UNITS.get(found[3], 1)
    return -amount if found[1] else amount


def split(total, percents, digits=2):
    """Split ``total`` by ``percents`` and give a list of Decimals that sums to it exactly.

    Each line is rounded half up to ``digits`` places; the last line that has a percentage takes
    what rounding left, and no line gets the opposite sign of the total. Raises
    :class:`MoneyError`: ``percent_none``, ``percent_negative``, ``percent_sum`` (they must sum
    to exactly 100), ``digits`` (the total has more decimal places than ``digits``).
    """
    percents = [to_money(percent) for percent in percents]
    if not percents:
        raise MoneyError("percent_none", "no percentages")
    if min(percents) < 0:
        raise MoneyError("percent_negative", "a percentage is negative")
    percent_sum = sum(percents)
    if percent_sum != 100:
        raise MoneyError("percent_sum", f"the percentages sum to {percent_sum}, not to 100")
    exact = to_money(total)
    rounded = round_money(exact, digits)
    if rounded != exact:
        raise MoneyError("digits", f"more than {digits} decimal places: {exact}")
    left = abs(rounded)
    parts = []
    for percent in percents:
        part = round_money(_CONTEXT.multiply(abs(rounded), percent).scaleb(-2), digits)
        parts.append(min(part, left))
        left -= parts[-1]
    last = max(index for index, percent in enumerate(percents) if percent)
    parts[last] += left
    return [-part if rounded < 0 and part else part for part in parts]


def capitals(amount):
    """Give an amount of yuan in Chinese capitals, as contracts and vouchers need it.

    Rounded half up to the fen. Examples: 12345.67 人民币壹万贰仟叁佰肆拾伍元陆角柒分, 1680.32
    人民币壹仟陆佰捌拾元零叁角贰分, -12.30 人民币负壹拾贰元叁角整, 0 人民币零元整. The zero that
    the rules leave open is written after 元 and left out after 万 and 亿. 整 ends whole yuan and
    jiao. Raises :class:`MoneyError` (``too_large``) from 10^16 on, else as :func:`to_money`.
    """
    amount = round_money(amount, 2)
    if abs(amount) >= _TOO_LARGE:
        raise MoneyError("too_large", f"too large for capitals: {amount}")
    yuan, cents = divmod(int(abs(amount).scaleb(2)), 100)
    jiao, fen = divmod(cents, 10)
    text = "人民币负" if amount < 0 else "人民币"
    if yuan or not cents:
        text += f"{_integer(yuan) or '零'}元"
    if not cents:
        return text + "整"
    # A zero stands in after 元 if the jiao are zero, or if the yuan end in zero (optional there).
    if yuan and (not jiao or yuan % 10 == 0):
        text += "零"
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    return text + (f"{_DIGITS[fen]}分" if fen else "整")


def _integer(number):
    """Read a whole number below 10^16; zero gives ""."""
    for unit, sign in ((10**8, "亿"), (10**4, "万")):
        if number >= unit:
            high, low = divmod(number, unit)
            gap = "零" if 0 < low < unit // 10 else ""
            return f"{_integer(high)}{sign}{gap}{_integer(low)}"
    text = ""
    gap = False
    for digit, place in zip(f"{number:04d}", _PLACES, strict=True):
        if digit == "0":
            gap = bool(text)
        else:
            text += f"{'零' if gap else ''}{_DIGITS[int(digit)]}{place}"
            gap = False
    return text
