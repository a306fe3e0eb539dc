"""From our frozen values to Kingdee's Model: pure functions, no I/O, no clock.

Money arrives as Decimal, int or decimal text (never float) and leaves as text, so no binary
fraction is ever made. Field keys are Kingdee's, misspellings included (Kingdee WebAPI: Save of
BD_Customer, AR_receivable; ExecuteBillQuery of AR_RECEIVEBILL). Values understood:

``customer``: ``number``, ``name``; optional ``short_name``, ``currency`` (default: the local one),
``credit_code``, ``tax_code``, ``invoice_title``, ``bank_name``, ``bank_account``, ``phone``,
``address``, ``salesperson`` (our key, mapped), ``contacts`` [{``name``, ``mobile``, ``code``}].

``receivable``: ``number``, ``customer_number``, ``date``, ``due_date``, ``currency``,
``amount_total``, ``lines`` [{``product`` and ``unit`` (our keys, mapped), ``quantity``,
``price_unit`` (tax included), ``tax_rate`` (percent), ``amount_untaxed``, ``amount_tax``,
``amount_total``; optional ``name``}]; optional ``installments`` [{``date``, ``amount``}],
``remark``, ``exchange_rate``. A red one (``credit_note``) is the same with negative quantities and
amounts; check the sign on the real account set before it is switched on.

``product``: ``number``, ``name``, ``unit`` (our key, mapped); optional ``specification``.

``sales_order``: ``number``, ``customer_number``, ``date``, ``currency``, ``amount_total``,
``salesperson`` (our key, mapped), ``lines`` as above with ``delivery_date``; optional ``remark``.

``own_receipt``: ``number``, ``customer_number``, ``date``, ``currency``, ``amount_total``,
``settlement`` (our key, mapped); optional ``reference`` (of the bank), ``for``, ``is_advance``,
``remark``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from .errors import InvalidValues, MappingMissing
from .kingdee_filters import all_of, eq, ge, lt

FORMS = {
    "customer": "BD_Customer",
    "customer_update": "BD_Customer",
    "product": "BD_MATERIAL",
    "receivable": "AR_receivable",
    "credit_note": "AR_receivable",
    "sales_order": "SAL_SaleOrder",
    "receipt": "AR_RECEIVEBILL",
    "own_receipt": "AR_RECEIVEBILL",
}

RECEIPT_FIELDS = (
    "FID",
    "FRECEIVEBILLENTRY_FEntryId",
    "FBillNo",
    "FDATE",
    "FCONTACTUNIT.FNumber",
    "FCURRENCYID.FNumber",
    "FRECAMOUNTFOR_E",
    "FRECEIVEITEM",
    "FPURPOSEID.FNumber",
    "FSETTLENO",
    "FTHIRDBILLNO",
    "FREMARK",
    "FWRITTENOFFAMOUNTFOR_D",
    "FDocumentStatus",
    "FCancelStatus",
    "FModifyDate",
)


@dataclass(frozen=True)
class KingdeeSettings:
    """What the consultant fills in per connection; numbers are Kingdee codes.

    :param organisation: settlement organisation (结算组织) this company's books live in.
    :param pay_organisation: collecting organisation, empty = the same.
    :param sale_organisation: selling organisation, empty = the same.
    :param currencies: ISO code -> Kingdee number, e.g. ``{"CNY": "PRE001"}``.
    :param local_currency: ISO code of the books.
    :param materials: our product key -> material number.
    :param units: our unit key -> unit number.
    :param salespersons: our salesperson key -> number.
    :param settlements: our journal key -> number of the way of payment; unknown ones use ``settle_type``.
    :param utc_offset_minutes: the server's clock against UTC (Asia/Shanghai = 480).
    :param overlap_minutes: how far receipts are read again, for commits that came late.
    :param audit_kinds: kinds we audit ourselves; others wait for a person after submission.
    """

    organisation: str
    pay_organisation: str = ""
    sale_organisation: str = ""
    currencies: Mapping[str, str] = field(default_factory=lambda: {"CNY": "PRE001"})
    local_currency: str = "CNY"
    materials: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    salespersons: Mapping[str, str] = field(default_factory=dict)
    settlements: Mapping[str, str] = field(default_factory=dict)
    receivable_bill_type: str = "YSD01_SYS"
    receivable_business_type: str = "BZ"
    settle_type: str = "JSFS04_SYS"
    exchange_type: str = "HLTX01_SYS"
    utc_offset_minutes: int = 480
    overlap_minutes: int = 15
    sales_order_bill_type: str = "XSDD01_SYS"
    receipt_bill_type: str = "SKDLX01_SYS"
    purpose_sale: str = "SFKYT01_SYS"
    purpose_advance: str = "SFKYT02_SYS"
    material_category: str = "CHLB01_SYS"
    material_tax_type: str = "WLDSFL01_SYS"
    audit_kinds: tuple = tuple(set(FORMS) - {"receipt"})

    def __post_init__(self):
        if not self.organisation:
            raise MappingMissing("organisation")
        if not -720 <= self.utc_offset_minutes <= 840 or self.overlap_minutes < 1:
            raise InvalidValues("settings", "offset or overlap out of range")

    @property
    def receipt_organisation(self):
        """Organisation whose receipts are read."""
        return self.pay_organisation or self.organisation


def customer_model(values, settings):
    """``Model`` of a new BD_Customer. Raises MappingMissing, InvalidValues."""
    currency = values.get("currency") or settings.local_currency
    name = _needed(values, "name")
    model = {
        "FCUSTID": 0,
        "FCreateOrgId": _ref(settings.organisation),
        "FUseOrgId": _ref(settings.organisation),
        "FNumber": _needed(values, "number"),
        "FName": name,
        "FTRADINGCURRID": _ref(_mapped(settings.currencies, "currency", currency)),
        "FSETTLETYPEID": _ref(settings.settle_type),
        "FINVOICETITLE": values.get("invoice_title") or name,
    }
    plain = {
        "FShortName": "short_name",
        "FSOCIALCRECODE": "credit_code",
        "FTAXREGISTERCODE": "tax_code",
        "FINVOICEBANKNAME": "bank_name",
        "FINVOICEBANKACCOUNT": "bank_account",
        "FINVOICETEL": "phone",
        "FINVOICEADDRESS": "address",
    }
    model.update({key: str(values[ours]) for key, ours in plain.items() if values.get(ours)})
    if values.get("credit_code") and not values.get("tax_code"):
        model["FTAXREGISTERCODE"] = str(values["credit_code"])
    if values.get("salesperson"):
        seller = _mapped(settings.salespersons, "salesperson", values["salesperson"])
        model["FSELLER"] = _ref(seller)
    contacts = [
        {
            "FNUMBER1": str(contact.get("code") or f"L{position:03d}"),
            "FNAME1": _needed(contact, "name", "contacts.name"),
            "FMOBILE": str(contact.get("mobile") or ""),
        }
        for position, contact in enumerate(values.get("contacts") or (), 1)
    ]
    if contacts:
        model["FT_BD_CUSTCONTACT"] = contacts
    return model


# our name -> its key in BD_Customer; what ``customer_change`` may write and compares
CHANGED_KEYS = {
    "name": "FName",
    "credit_code": "FSOCIALCRECODE",
    "phone": "FINVOICETEL",
    "address": "FINVOICEADDRESS",
}


def customer_change(values):
    """``data`` of a Save that changes a customer; its ``FCUSTID`` is put in when it was asked for."""
    model = {key: str(values.get(ours) or "") for ours, key in CHANGED_KEYS.items()}
    model["FName"] = _needed(values, "name")
    model["FINVOICETITLE"] = model["FName"]
    model["FTAXREGISTERCODE"] = model["FSOCIALCRECODE"]
    return {
        "NeedUpDateFields": list(model),
        "IsDeleteEntry": "false",
        "NeedReturnFields": [],
        "Model": {"FNumber": _needed(values, "number"), **model},
    }


def product_model(values, settings):
    """``Model`` of a new BD_MATERIAL. Raises MappingMissing, InvalidValues."""
    return {
        "FMATERIALID": 0,
        "FCreateOrgId": _ref(settings.organisation),
        "FUseOrgId": _ref(settings.organisation),
        "FNumber": _needed(values, "number"),
        "FName": _needed(values, "name"),
        "FSpecification": str(values.get("specification") or ""),
        "SubHeadEntity": {
            "FErpClsID": "1",
            "FCategoryID": _ref(settings.material_category),
            "FTaxType": _ref(settings.material_tax_type),
            "FBaseUnitId": _ref(_mapped(settings.units, "unit", _needed(values, "unit"))),
        },
    }


def order_model(values, settings):
    """``Model`` of a new SAL_SaleOrder. Raises MappingMissing, InvalidValues."""
    day = day_text(_needed(values, "date"), "date")
    organisation = settings.sale_organisation or settings.organisation
    total = money(values.get("amount_total"), "amount_total")
    lines = values.get("lines") or ()
    if not lines:
        raise InvalidValues("lines", "an order needs at least one line")
    _must_add_up("lines", (money(line.get("amount_total")) for line in lines), total)
    return {
        "FID": 0,
        "FBillTypeID": {"FNUMBER": settings.sales_order_bill_type},
        "FBillNo": _needed(values, "number"),
        "FDate": day,
        "FSaleOrgId": _ref(organisation),
        "FCustId": _ref(_needed(values, "customer_number")),
        "FSalerId": _ref(_mapped(settings.salespersons, "salesperson", values.get("salesperson") or "")),
        "FNote": str(values.get("remark") or ""),
        "FSaleOrderFinance": {
            "FSettleCurrId": _ref(_mapped(settings.currencies, "currency", _needed(values, "currency"))),
            "FExchangeTypeId": _ref(settings.exchange_type),
            "FIsIncludedTax": True,
        },
        "FSaleOrderEntry": [_order_line(line, values, settings) for line in lines],
    }


def receipt_model(values, settings):
    """``Model`` of a new AR_RECEIVEBILL. Raises MappingMissing, InvalidValues."""
    day = day_text(_needed(values, "date"), "date")
    amount = money_text(money(values.get("amount_total"), "amount_total"))
    customer = _ref(_needed(values, "customer_number"))
    currency = _ref(_mapped(settings.currencies, "currency", _needed(values, "currency")))
    return {
        "FID": 0,
        "FBillTypeID": {"FNumber": settings.receipt_bill_type},
        "FBillNo": _needed(values, "number"),
        "FDATE": day,
        "FCancelStatus": "A",
        "FBUSINESSTYPE": "1",
        "FCONTACTUNITTYPE": "BD_Customer",
        "FCONTACTUNIT": customer,
        "FPAYUNITTYPE": "BD_Customer",
        "FPAYUNIT": customer,
        "FCURRENCYID": currency,
        "FSETTLECUR": currency,
        "FSETTLEORGID": _ref(settings.organisation),
        "FSALEORGID": _ref(settings.sale_organisation or settings.organisation),
        "FPAYORGID": _ref(settings.receipt_organisation),
        "FTHIRDBILLNO": _needed(values, "number"),
        "FREMARK": str(values.get("remark") or ""),
        "FRECEIVEBILLENTRY": [
            {
                "FSETTLETYPEID": _ref(settings.settlements.get(values.get("settlement")) or settings.settle_type),
                "FPURPOSEID": _ref(settings.purpose_advance if values.get("is_advance") else settings.purpose_sale),
                "FRECEIVEITEMTYPE": "1",
                "FRECEIVEITEM": str(values.get("for") or ""),
                "FRECTOTALAMOUNTFOR": amount,
                "FRECAMOUNTFOR_E": amount,
                "FSETTLENO": str(values.get("reference") or ""),
            }
        ],
    }


def receivable_model(values, settings):
    """``Model`` of a new AR_receivable. Raises MappingMissing, InvalidValues.

    The three sums (lines, instalments, total) must agree to the last digit: what does not add up
    here would be posted differently there.
    """
    day = day_text(_needed(values, "date"), "date")
    due = day_text(values.get("due_date") or values["date"], "due_date")
    currency = _ref(_mapped(settings.currencies, "currency", _needed(values, "currency")))
    local = _ref(_mapped(settings.currencies, "currency", settings.local_currency))
    total = money(values.get("amount_total"), "amount_total")
    lines = [_receivable_line(line, settings) for line in values.get("lines") or ()]
    if not lines:
        raise InvalidValues("lines", "a receivable needs at least one line")
    _must_add_up("lines", (line["FALLAMOUNTFOR_D"] for line in lines), total)
    plan = [
        {
            "FENDDATE": day_text(_needed(part, "date", "installments.date"), "installments.date"),
            "FPAYAMOUNTFOR": money_text(money(part.get("amount"), "installments.amount")),
        }
        for part in values.get("installments") or ({"date": due, "amount": total},)
    ]
    _must_add_up("installments", (part["FPAYAMOUNTFOR"] for part in plan), total)
    finance = {
        "FACCNTTIMEJUDGETIME": day,
        "FMAINBOOKSTDCURRID": local,
        "FEXCHANGETYPE": _ref(settings.exchange_type),
        "FSettleTypeID": _ref(settings.settle_type),
    }
    if currency == local:
        finance["FExchangeRate"] = "1"
    elif values.get("exchange_rate"):
        finance["FExchangeRate"] = money_text(money(values["exchange_rate"], "exchange_rate"))
    return {
        "FID": 0,
        "FBillTypeID": {"FNUMBER": settings.receivable_bill_type},
        "FBillNo": _needed(values, "number"),
        "FDATE": day,
        "FENDDATE_H": due,
        "FCancelStatus": "A",
        "FBUSINESSTYPE": settings.receivable_business_type,
        "FSetAccountType": "1",
        "FCUSTOMERID": _ref(_needed(values, "customer_number")),
        "FCURRENCYID": currency,
        "FSETTLEORGID": _ref(settings.organisation),
        "FPAYORGID": _ref(settings.pay_organisation or settings.organisation),
        "FSALEORGID": _ref(settings.sale_organisation or settings.organisation),
        "FISTAX": True,
        "FAR_Remark": str(values.get("remark") or ""),
        "FsubHeadFinc": finance,
        "FEntityDetail": lines,
        "FEntityPlan": plan,
    }


def receipt_query(since, until, settings=None):
    """Condition for receipts changed in ``since <= FModifyDate < until`` (server local, naive).

    With ``settings`` only those of its collecting organisation.
    """
    parts = [ge("FModifyDate", since), lt("FModifyDate", until)]
    if settings is not None:
        parts.append(eq("FPAYORGID.FNumber", settings.receipt_organisation))
    return all_of(*parts)


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


def _receivable_line(line, settings):
    untaxed = money(line.get("amount_untaxed"), "lines.amount_untaxed")
    tax = money(line.get("amount_tax"), "lines.amount_tax")
    total = money(line.get("amount_total"), "lines.amount_total")
    if untaxed + tax != total:
        raise InvalidValues("lines.amount_total", "untaxed and tax do not add up")
    unit = _ref(_mapped(settings.units, "unit", _needed(line, "unit", "lines.unit")))
    product = _needed(line, "product", "lines.product")
    return {
        "FMATERIALID": _ref(_mapped(settings.materials, "product", product)),
        "FPRICEUNITID": unit,
        "FPriceQty": money_text(money(line.get("quantity"), "lines.quantity")),
        "FTaxPrice": money_text(money(line.get("price_unit"), "lines.price_unit")),
        "FEntryTaxRate": money_text(money(line.get("tax_rate"), "lines.tax_rate")),
        "FNoTaxAmountFor_D": money_text(untaxed),
        "FTAXAMOUNTFOR_D": money_text(tax),
        "FALLAMOUNTFOR_D": money_text(total),
        "FComment": str(line.get("name") or ""),
    }


def _order_line(line, values, settings):
    unit = _ref(_mapped(settings.units, "unit", _needed(line, "unit", "lines.unit")))
    product = _needed(line, "product", "lines.product")
    organisation = _ref(settings.organisation)
    return {
        "FMaterialId": _ref(_mapped(settings.materials, "product", product)),
        "FUnitID": unit,
        "FPriceUnitId": unit,
        "FStockUnitID": unit,
        "FQty": money_text(money(line.get("quantity"), "lines.quantity")),
        "FTaxPrice": money_text(money(line.get("price_unit"), "lines.price_unit")),
        "FEntryTaxRate": money_text(money(line.get("tax_rate"), "lines.tax_rate")),
        "FAllAmount": money_text(money(line.get("amount_total"), "lines.amount_total")),
        "FDeliveryDate": day_text(line.get("delivery_date") or values["date"], "lines.delivery_date"),
        "FStockOrgId": organisation,
        "FSettleOrgIds": organisation,
        "FOwnerTypeId": "BD_OwnerOrg",
        "FOwnerId": organisation,
        "FReserveType": "1",
        "FOUTLMTUNIT": "SAL",
        "FOutLmtUnitID": unit,
    }


def _must_add_up(name, texts, total):
    if sum(map(Decimal, texts), Decimal(0)) != total:
        raise InvalidValues(name, "do not add up to the total")


def _ref(number):
    return {"FNumber": number}


def _mapped(table, name, key):
    try:
        number = table[key]
    except KeyError:
        number = ""
    if not number:
        raise MappingMissing(name, key)
    return number


def _needed(values, key, name=""):
    value = values.get(key)
    if value is None or value == "":
        raise InvalidValues(name or key, "is missing")
    return value if isinstance(value, date) else str(value)
