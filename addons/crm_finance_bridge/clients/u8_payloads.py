"""From our frozen values to the documents of the U8+ OpenAPI: pure functions, no I/O, no clock.

Every scalar leaves as text, money with two decimals (rates and prices up to six), dates as ``yyyy-MM-dd`` of China's
clock. Only fields that the notes on the OpenAPI name are sent. The values understood are those of
:mod:`.values`; besides:

``customer``, ``product``: optional ``date``, the day from which they are in use.

``receivable``, ``credit_note``: a negative ``amount_total`` makes a red one.

``own_receipt``: ``settlement`` may be missing, then the connection's way of payment stands.
"""

from decimal import Decimal

from .errors import InvalidValues
from .u8_mapping import ADVANCE, BLUE, CREDIT, DEBIT, DUE, RECEIPT_VOUCHER, RED
from .u8_values import cents, cut, filled, name_text, number_of, plain, price, setting
from .values import day_text, line_amounts, mapped, money, must_add_up, needed


def customer_document(values, settings):
    """``customer`` of customer/add. Raises MappingMissing, InvalidValues."""
    name = name_text(needed(values, "name"), 98, "name")
    currency = values.get("currency") or settings.local_currency
    document = {
        "code": number_of("customer", values),
        "name": name,
        "abbrname": cut(values.get("short_name") or name, 60),
        "sort_code": setting(settings, "customer_class"),
        "seed_date": day_text(needed(values, "date"), "date"),
        "ccusexch_name": mapped(settings.currencies, "currency", currency),
        "ccusmngtypecode": settings.customer_management,
        "address": cut(values.get("address"), 255),
        "phone": cut(values.get("phone"), 100),
        "bank_open": cut(values.get("bank_name"), 100),
        "bank_acc_number": cut(values.get("bank_account"), 50),
    }
    contact = next(iter(values.get("contacts") or ()), {})
    document["contact"] = cut(contact.get("name"), 50)
    document["mobile"] = cut(contact.get("mobile"), 20)
    if settings.credit_code_field:
        document[settings.credit_code_field] = cut(values.get("credit_code"), 50)
    if values.get("salesperson"):
        document["spec_operator"] = mapped(settings.salespersons, "salesperson", values["salesperson"])
    return filled(document)


def customer_change(values, settings):
    """``customer`` of customer/edit: the number and what may have changed.

    What became empty here is left as it is there: how the other side empties a field is not known.
    """
    keys = ("code", "name", "abbrname", "phone", "address", settings.credit_code_field)
    document = customer_document({**values, "date": values.get("date") or "2000-01-01"}, settings)
    return {key: document[key] for key in keys if document.get(key)}


def product_document(values, settings):
    """``inventory`` of inventory/add. Raises MappingMissing, InvalidValues."""
    return filled(
        {
            "code": number_of("inventory", values),
            "name": name_text(needed(values, "name"), 255, "name"),
            "specs": cut(values.get("specification"), 255),
            "sort_code": setting(settings, "product_class"),
            "unitgroup_code": settings.unit_group,
            "main_measure": mapped(settings.units, "unit", values.get("unit") or "-"),
            "start_date": day_text(needed(values, "date"), "date"),
        }
    )


def _department(values, settings):
    return settings.departments.get(values.get("department")) or settings.department


def _person(values, settings):
    return settings.salespersons.get(values.get("salesperson")) or settings.person


def sales_order_document(values, settings):
    """``saleorder`` of saleorder/add. Raises MappingMissing, InvalidValues.

    Only in local currency: the notes name no rate for the order.
    """
    total, currency = _local_total(values, settings)
    rows = [_order_row(line, settings) for line in values.get("lines") or ()]
    must_add_up("lines", (row["sum"] for row in rows), total)
    return filled(
        {
            "code": number_of("saleorder", values),
            "date": day_text(needed(values, "date"), "date"),
            "typecode": setting(settings, "sale_type"),
            "custcode": str(needed(values, "customer_number")),
            "deptcode": _department(values, settings) or setting(settings, "department"),
            "personcode": _person(values, settings),
            "currency": currency,
            "maker": setting(settings, "operator"),
            "entry": rows,
        }
    )


def receivable_document(values, settings):
    """``oughtreceive`` of oughtreceive/add. Raises MappingMissing, InvalidValues.

    Rows are sums per account: a receivable of U8 holds accounts, not products, and a discount or deposit line must not
    become a row of its own with the wrong sign. A red one has positive amounts and both directions turned round.
    """
    number, customer = number_of("oughtreceive", values), str(needed(values, "customer_number"))
    signed = money(values.get("amount_total"), "amount_total")
    if not signed:
        raise InvalidValues("amount_total", "a receivable of nothing")
    red = signed < 0
    rate, currency = _rate(values, settings)
    digest = cut(values.get("remark"), 120)
    rows = []
    for account, amount in _by_account(values, settings).items():
        own = -amount if red else amount
        if own < 0:
            raise InvalidValues("lines", "one account would be booked the wrong way round")
        row = {
            "cust_vendor_code": customer,
            "deptcode": _department(values, settings),
            "personcode": _person(values, settings),
            "digest": digest,
            "subjectcode": account,
            "currency_name": currency,
            "currency_rate": plain(rate),
            "natamount": cents(own * rate),
            "amount": cents(own),
            "bdebitcredit": DEBIT if red else CREDIT,
        }
        rows.append(filled(row))
    must_add_up("lines", (row["amount"] for row in rows), abs(signed))
    # the head names no currency: it is in the currency of the books
    local = cents(sum((Decimal(row["natamount"]) for row in rows), Decimal(0)))
    return filled(
        {
            "code": number,
            "date": day_text(needed(values, "date"), "date"),
            "bdebitcredit": RED if red else BLUE,
            "cust_vendor_code": customer,
            "deptcode": _department(values, settings),
            "personcode": _person(values, settings),
            "amount": local,
            "natamount": local,
            "digest": digest,
            "operator": settings.operator,
            "define10": number,
            "entry": rows,
        }
    )


def receipt_document(values, settings):
    """``accept`` (收款单) of accept/add, only in local currency. Raises MappingMissing, InvalidValues."""
    number, customer = number_of("accept", values), str(needed(values, "customer_number"))
    total, _currency = _local_total(values, settings)
    if total <= 0:
        raise InvalidValues("amount_total", "a receipt of nothing or less")
    amount = cents(total)
    line = {"type": ADVANCE if values.get("is_advance") else DUE, "customercode": customer, "amount": amount}
    remark = " ".join(str(values[key]) for key in ("reference", "for", "remark") if values.get(key))
    return filled(
        {
            "vouchcode": number,
            "vouchdate": day_text(needed(values, "date"), "date"),
            "vouchtype": RECEIPT_VOUCHER,
            "customercode": customer,
            "departmentcode": _department(values, settings),
            "personcode": _person(values, settings),
            "amount": amount,
            "originalamount": amount,
            "digest": cut(remark, 120),
            "balancecode": settings.settlements.get(values.get("settlement")) or setting(settings, "settle_style"),
            "balanceitemcode": settings.settle_account,
            "define10": number,
            "entry": [{**line, "originalamount": amount}],
        }
    )


BUILDERS = {
    "customer": customer_document,
    "customer_update": customer_change,
    "product": product_document,
    "sales_order": sales_order_document,
    "receivable": receivable_document,
    "credit_note": receivable_document,
    "own_receipt": receipt_document,
}


def _order_row(line, settings):
    untaxed, tax, total = line_amounts(line)
    quantity = money(line.get("quantity"), "lines.quantity")
    if quantity <= 0 or total < 0:
        raise InvalidValues("lines", "an order over there takes no negative rows")
    single, taxed = price(untaxed / quantity), price(total / quantity)
    product = needed(line, "product", "lines.product")
    return {
        "inventorycode": mapped(settings.materials, "product", product),
        "quantity": plain(quantity),
        "unitprice": single,
        "taxunitprice": taxed,
        "money": cents(untaxed),
        "tax": cents(tax),
        "sum": cents(total),
        "natunitprice": single,
        "natmoney": cents(untaxed),
        "nattax": cents(tax),
        "natsum": cents(total),
    }


def _by_account(values, settings):
    """Account -> signed amount, without those that come to nothing."""
    sums = {}
    for line in values.get("lines") or ():
        revenue = settings.accounts.get(line.get("account")) or setting(settings, "revenue_account")
        untaxed, tax, total = line_amounts(line)
        if settings.tax_account:
            sums[revenue] = sums.get(revenue, Decimal(0)) + untaxed
            sums[settings.tax_account] = sums.get(settings.tax_account, Decimal(0)) + tax
        else:
            sums[revenue] = sums.get(revenue, Decimal(0)) + total
    if not sums:
        raise InvalidValues("lines", "a receivable needs at least one line")
    return {account: amount for account, amount in sums.items() if amount}


def _rate(values, settings):
    """(rate, name of the currency)."""
    currency = str(needed(values, "currency"))
    name = mapped(settings.currencies, "currency", currency)
    if currency == settings.local_currency:
        return Decimal(1), name
    rate = money(values.get("exchange_rate"), "exchange_rate")
    if rate <= 0:
        raise InvalidValues("exchange_rate", "must be positive")
    return rate, name


def _local_total(values, settings):
    currency = str(needed(values, "currency"))
    if currency != settings.local_currency:
        raise InvalidValues("currency", "only the local currency can be sent for this document")
    return money(values.get("amount_total"), "amount_total"), mapped(settings.currencies, "currency", currency)
