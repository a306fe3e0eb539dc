"""Arithmetic of payment plans on Decimal, without Odoo.

A plan is a list of rows; each row is a share of the contract's amount in percent. Amounts are rounded half up to the
currency's decimal places, and the last row takes what rounding left, so that the rows always sum to the contract.
"""

from collections import namedtuple
from decimal import ROUND_HALF_UP, Context, Decimal

_CONTEXT = Context(prec=50, rounding=ROUND_HALF_UP)
_HUNDRED = Decimal(100)

Share = namedtuple("Share", "percent fixed")
Share.__doc__ = "One row to re-plan: its percentage, and its amount where that may no longer change (else None)."

Open = namedtuple("Open", "due amount")
Open.__doc__ = "One row that waits for money: its due date (None = not yet due) and what is still open."


class PlanError(ValueError):
    """A plan that cannot be made; ``code`` says why.

    Codes: ``not_a_number``, ``total`` (not above zero), ``digits`` (the total has more places than the currency),
    ``empty``, ``percent_negative``, ``percent_sum`` (not exactly 100), ``overdrawn`` (fixed rows exceed the total),
    ``no_open_row`` (something is left and no row may take it), ``receipt`` (not above zero).
    """

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def exact(value):
    """``value`` as Decimal; a float by its shortest text, which is what a person typed."""
    if isinstance(value, float):
        value = repr(value)
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise PlanError("not_a_number", f"not an amount: {value!r}")
    try:
        number = Decimal(value)
    except ArithmeticError:
        raise PlanError("not_a_number", f"not an amount: {value!r}") from None
    if not number.is_finite():
        raise PlanError("not_a_number", f"not an amount: {value!r}")
    return number


def rounded(value, digits=2):
    """``value`` half up to ``digits`` decimal places."""
    return exact(value).quantize(Decimal(1).scaleb(-digits), context=_CONTEXT)


def percent_sum(percents):
    """Exact sum of percentages that were typed with two decimal places (floats of the ORM are taken as such)."""
    return sum((rounded(percent, 2) for percent in percents), Decimal(0))


def build(total, percents, digits=2):
    """Amounts of a new plan.

    :param total: amount of the contract, above zero
    :param percents: percentages of the rows, summing to exactly 100
    :return: list of Decimals that sums to ``total``
    """
    percents = [rounded(percent, 2) for percent in percents]
    if not percents:
        raise PlanError("empty", "a plan needs a row")
    if min(percents) < 0:
        raise PlanError("percent_negative", "a percentage is negative")
    if sum(percents) != _HUNDRED:
        raise PlanError("percent_sum", f"the percentages sum to {sum(percents)}, not to 100")
    return _share_out(_total(total, digits), percents, digits)


def replan(total, shares, digits=2):
    """Amounts after the contract's amount or the open rows' percentages changed.

    Rows with a fixed amount (invoiced or paid) keep it. The others share what is left in proportion to their
    percentages, whatever these sum to; the last of them takes the rounding.

    :param shares: list of :class:`Share`
    :return: list of Decimals in the same order that sums to ``total``
    """
    total = _total(total, digits)
    fixed = [None if share.fixed is None else rounded(share.fixed, digits) for share in shares]
    left = total - sum((amount for amount in fixed if amount is not None), Decimal(0))
    if left < 0:
        raise PlanError("overdrawn", f"the fixed rows exceed the amount by {-left}")
    weights = [rounded(share.percent, 2) for share, amount in zip(shares, fixed, strict=True) if amount is None]
    if weights and min(weights) < 0:
        raise PlanError("percent_negative", "a percentage is negative")
    if left and not sum(weights):
        raise PlanError("no_open_row", f"no open row can take the remaining {left}")
    parts = iter(_share_out(left, weights, digits) if sum(weights) else [Decimal(0)] * len(weights))
    return [next(parts) if amount is None else amount for amount in fixed]


def allocate(receipt, rows):
    """Spreads one receipt over open rows, the oldest due date first; rows not yet due come last.

    :param receipt: amount received, above zero
    :param rows: list of :class:`Open`
    :return: (list of Decimals in the order of ``rows``, what no row needed)
    """
    left = exact(receipt)
    if left <= 0:
        raise PlanError("receipt", "a receipt must be above zero")
    parts = [Decimal(0)] * len(rows)
    order = sorted(range(len(rows)), key=lambda index: (rows[index].due is None, rows[index].due or 0, index))
    for index in order:
        parts[index] = max(min(left, exact(rows[index].amount)), Decimal(0))
        left -= parts[index]
    return parts, left


def _total(total, digits):
    total = exact(total)
    if total <= 0:
        raise PlanError("total", f"the amount must be above zero: {total}")
    if rounded(total, digits) != total:
        raise PlanError("digits", f"more than {digits} decimal places: {total}")
    return total


def _share_out(total, weights, digits):
    whole = sum(weights)
    left, parts = total, []
    for weight in weights:
        # never more than what is left: three rows of a cent cannot be four cents
        part = min(rounded(_CONTEXT.divide(_CONTEXT.multiply(total, weight), whole), digits), left)
        parts.append(part)
        left -= part
    if left:
        last = max(index for index, weight in enumerate(weights) if weight)
        parts[last] += left
    return parts
