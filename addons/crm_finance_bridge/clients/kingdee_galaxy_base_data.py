"""``Model`` of Kingdee Cloud Galaxy's base data (基础资料): customers and materials.

Field keys are Kingdee's, misspellings included (Save of BD_Customer, BD_MATERIAL). The values understood stand in
:mod:`.values`.
"""

from .kingdee_galaxy_forms import by_number
from .values import mapped, needed

# our name -> its key in BD_Customer; what ``customer_change`` may write and compares
CHANGED_KEYS = {
    "name": "FName",
    "credit_code": "FSOCIALCRECODE",
    "phone": "FINVOICETEL",
    "address": "FINVOICEADDRESS",
}


def customer_model(values, settings):
    """``Model`` of a new BD_Customer. Raises MappingMissing, InvalidValues."""
    currency = values.get("currency") or settings.local_currency
    name = needed(values, "name")
    model = {
        "FCUSTID": 0,
        "FCreateOrgId": by_number(settings.organisation),
        "FUseOrgId": by_number(settings.organisation),
        "FNumber": needed(values, "number"),
        "FName": name,
        "FTRADINGCURRID": by_number(mapped(settings.currencies, "currency", currency)),
        "FSETTLETYPEID": by_number(settings.settle_type),
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
        seller = mapped(settings.salespersons, "salesperson", values["salesperson"])
        model["FSELLER"] = by_number(seller)
    contacts = [
        {
            "FNUMBER1": str(contact.get("code") or f"L{position:03d}"),
            "FNAME1": needed(contact, "name", "contacts.name"),
            "FMOBILE": str(contact.get("mobile") or ""),
        }
        for position, contact in enumerate(values.get("contacts") or (), 1)
    ]
    if contacts:
        model["FT_BD_CUSTCONTACT"] = contacts
    return model


def customer_change(values):
    """``data`` of a Save that changes a customer; its ``FCUSTID`` is put in when it was asked for."""
    model = {key: str(values.get(ours) or "") for ours, key in CHANGED_KEYS.items()}
    model["FName"] = needed(values, "name")
    model["FINVOICETITLE"] = model["FName"]
    model["FTAXREGISTERCODE"] = model["FSOCIALCRECODE"]
    return {
        "NeedUpDateFields": list(model),
        "IsDeleteEntry": "false",
        "NeedReturnFields": [],
        "Model": {"FNumber": needed(values, "number"), **model},
    }


def product_model(values, settings):
    """``Model`` of a new BD_MATERIAL. Raises MappingMissing, InvalidValues."""
    return {
        "FMATERIALID": 0,
        "FCreateOrgId": by_number(settings.organisation),
        "FUseOrgId": by_number(settings.organisation),
        "FNumber": needed(values, "number"),
        "FName": needed(values, "name"),
        "FSpecification": str(values.get("specification") or ""),
        "SubHeadEntity": {
            "FErpClsID": "1",
            "FCategoryID": by_number(settings.material_category),
            "FTaxType": by_number(settings.material_tax_type),
            "FBaseUnitId": by_number(mapped(settings.units, "unit", needed(values, "unit"))),
        },
    }
