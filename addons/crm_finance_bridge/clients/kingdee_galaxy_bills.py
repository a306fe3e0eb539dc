"""``Model`` of Kingdee Cloud Galaxy's bills (单据): orders, receivables, receipts; and how receipts are asked for.

Field keys are Kingdee's, misspellings included (Save of AR_receivable; ExecuteBillQuery of AR_RECEIVEBILL). The values
understood stand in :mod:`.values`.
"""

from .kingdee_filters import all_of, eq, ge, lt
from .kingdee_galaxy_forms import by_number
from .values import day_text, line_amounts, mapped, money, money_text, must_add_up, needed

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


def order_model(values, settings):
    """``Model`` of a new SAL_SaleOrder. Raises MappingMissing, InvalidValues."""
    day = day_text(needed(values, "date"), "date")
    organisation = settings.sale_organisation or settings.organisation
    total = money(values.get("amount_total"), "amount_total")
    lines = values.get("lines") or ()
    must_add_up("lines", (money(line.get("amount_total")) for line in lines), total)
    model = {
        "FID": 0,
        "FBillTypeID": {"FNUMBER": settings.sales_order_bill_type},
        "FBillNo": needed(values, "number"),
        "FDate": day,
        "FSaleOrgId": by_number(organisation),
        "FCustId": by_number(needed(values, "customer_number")),
        "FSalerId": by_number(mapped(settings.salespersons, "salesperson", values.get("salesperson") or "")),
        "FNote": str(values.get("remark") or ""),
        "FSaleOrderFinance": {
            "FSettleCurrId": by_number(mapped(settings.currencies, "currency", needed(values, "currency"))),
            "FExchangeTypeId": by_number(settings.exchange_type),
            "FIsIncludedTax": True,
        },
        "FSaleOrderEntry": [_order_line(line, values, settings) for line in lines],
        **_named(FSaleDeptId=settings.departments.get(values.get("department"))),
    }
    if plan := _order_plan(values, settings, total):
        model["FSaleOrderPlan"] = plan
    return model


def _order_plan(values, settings, total):
    """Rows of the payment plan (收款计划); their shares are 100 percent and their amounts the total of the order."""
    parts = (values.get("plan") or ()) if settings.order_plan != "none" else ()
    rows = []
    for part in parts:
        row = {
            "FRecAdvanceRate": money_text(money(part.get("percent"), "plan.percent")),
            "FRecAdvanceAmount": money_text(money(part.get("amount"), "plan.amount")),
        }
        if settings.order_plan == "full":
            row["FReMark"] = needed(part, "name", "plan.name")
            # a row that waits for a milestone has no day yet
            if part.get("date"):
                row["FMustDate"] = day_text(part["date"], "plan.date")
        rows.append(row)
    if rows:
        must_add_up("plan", (row["FRecAdvanceAmount"] for row in rows), total)
        must_add_up("plan", (row["FRecAdvanceRate"] for row in rows), 100)
    return rows


def receivable_model(values, settings):
    """``Model`` of a new AR_receivable. Raises MappingMissing, InvalidValues.

    The three sums (lines, instalments, total) must agree to the last digit: what does not add up
    here would be posted differently there.
    """
    day = day_text(needed(values, "date"), "date")
    due = day_text(values.get("due_date") or values["date"], "due_date")
    currency = by_number(mapped(settings.currencies, "currency", needed(values, "currency")))
    local = by_number(mapped(settings.currencies, "currency", settings.local_currency))
    total = money(values.get("amount_total"), "amount_total")
    lines = [_receivable_line(line, settings) for line in values.get("lines") or ()]
    must_add_up("lines", (line["FALLAMOUNTFOR_D"] for line in lines), total)
    plan = [
        {
            "FENDDATE": day_text(needed(part, "date", "installments.date"), "installments.date"),
            "FPAYAMOUNTFOR": money_text(money(part.get("amount"), "installments.amount")),
        }
        for part in values.get("installments") or ({"date": due, "amount": total},)
    ]
    must_add_up("installments", (part["FPAYAMOUNTFOR"] for part in plan), total)
    finance = {
        "FACCNTTIMEJUDGETIME": day,
        "FMAINBOOKSTDCURRID": local,
        "FEXCHANGETYPE": by_number(settings.exchange_type),
        "FSettleTypeID": by_number(settings.settle_type),
    }
    if currency == local:
        finance["FExchangeRate"] = "1"
    elif values.get("exchange_rate"):
        finance["FExchangeRate"] = money_text(money(values["exchange_rate"], "exchange_rate"))
    return {
        "FID": 0,
        "FBillTypeID": {"FNUMBER": settings.receivable_bill_type},
        "FBillNo": needed(values, "number"),
        "FDATE": day,
        "FENDDATE_H": due,
        "FCancelStatus": "A",
        "FBUSINESSTYPE": settings.receivable_business_type,
        "FSetAccountType": "1",
        "FCUSTOMERID": by_number(needed(values, "customer_number")),
        "FCURRENCYID": currency,
        "FSETTLEORGID": by_number(settings.organisation),
        "FPAYORGID": by_number(settings.pay_organisation or settings.organisation),
        "FSALEORGID": by_number(settings.sale_organisation or settings.organisation),
        "FISTAX": True,
        "FAR_Remark": str(values.get("remark") or ""),
        "FsubHeadFinc": finance,
        "FEntityDetail": lines,
        "FEntityPlan": plan,
        **_named(
            FSALEERID=settings.salespersons.get(values.get("salesperson")),
            FSALEDEPTID=settings.departments.get(values.get("department")),
        ),
    }


def _named(**numbers):
    """Base data that a bill may name; what has no code over there is left out."""
    return {key: by_number(number) for key, number in numbers.items() if number}


def receipt_model(values, settings):
    """``Model`` of a new AR_RECEIVEBILL. Raises MappingMissing, InvalidValues."""
    day = day_text(needed(values, "date"), "date")
    amount = money_text(money(values.get("amount_total"), "amount_total"))
    customer = by_number(needed(values, "customer_number"))
    currency = by_number(mapped(settings.currencies, "currency", needed(values, "currency")))
    return {
        "FID": 0,
        "FBillTypeID": {"FNumber": settings.receipt_bill_type},
        "FBillNo": needed(values, "number"),
        "FDATE": day,
        "FCancelStatus": "A",
        "FBUSINESSTYPE": "1",
        "FCONTACTUNITTYPE": "BD_Customer",
        "FCONTACTUNIT": customer,
        "FPAYUNITTYPE": "BD_Customer",
        "FPAYUNIT": customer,
        "FCURRENCYID": currency,
        "FSETTLECUR": currency,
        "FSETTLEORGID": by_number(settings.organisation),
        "FSALEORGID": by_number(settings.sale_organisation or settings.organisation),
        "FPAYORGID": by_number(settings.receipt_organisation),
        "FTHIRDBILLNO": needed(values, "number"),
        "FREMARK": str(values.get("remark") or ""),
        "FRECEIVEBILLENTRY": [
            {
                "FSETTLETYPEID": by_number(settings.settlements.get(values.get("settlement")) or settings.settle_type),
                "FPURPOSEID": by_number(
                    settings.purpose_advance if values.get("is_advance") else settings.purpose_sale
                ),
                "FRECEIVEITEMTYPE": "1",
                "FRECEIVEITEM": str(values.get("for") or ""),
                "FRECTOTALAMOUNTFOR": amount,
                "FRECAMOUNTFOR_E": amount,
                "FSETTLENO": str(values.get("reference") or ""),
            }
        ],
    }


def receipt_query(since, until, settings=None):
    """Condition for receipts changed in ``since <= FModifyDate < until`` (server local, naive).

    With ``settings`` only those of its collecting organisation.
    """
    parts = [ge("FModifyDate", since), lt("FModifyDate", until)]
    if settings is not None:
        parts.append(eq("FPAYORGID.FNumber", settings.receipt_organisation))
    return all_of(*parts)


def _order_line(line, values, settings):
    unit = by_number(mapped(settings.units, "unit", needed(line, "unit", "lines.unit")))
    product = needed(line, "product", "lines.product")
    organisation = by_number(settings.organisation)
    return {
        "FMaterialId": by_number(mapped(settings.materials, "product", product)),
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


def _receivable_line(line, settings):
    untaxed, tax, total = line_amounts(line)
    unit = by_number(mapped(settings.units, "unit", needed(line, "unit", "lines.unit")))
    product = needed(line, "product", "lines.product")
    return {
        "FMATERIALID": by_number(mapped(settings.materials, "product", product)),
        "FPRICEUNITID": unit,
        "FPriceQty": money_text(money(line.get("quantity"), "lines.quantity")),
        "FTaxPrice": money_text(money(line.get("price_unit"), "lines.price_unit")),
        "FEntryTaxRate": money_text(money(line.get("tax_rate"), "lines.tax_rate")),
        "FNoTaxAmountFor_D": money_text(untaxed),
        "FTAXAMOUNTFOR_D": money_text(tax),
        "FALLAMOUNTFOR_D": money_text(total),
        "FComment": str(line.get("name") or ""),
    }
