"""Kinds of documents and their fields.

Fields are written ``name:type``, with ``*`` for what must be there. Types: ``t20`` text of at most
20 characters, ``d`` date, ``m`` money with two decimals, ``q`` decimal with six, ``i`` whole number,
and the names of :data:`CHOICES`. Real sites name kinds and fields in the WSDL of the project; these
are the simulator's own.
"""

from dataclasses import dataclass, field

CHOICES = {"redBlue": ("blue", "red"), "recType": ("sale", "advance", "other")}


@dataclass(frozen=True)
class Field:
    """One field; ``size`` counts characters of a text."""

    type: str
    size: int = 0
    required: bool = False


@dataclass(frozen=True)
class Form:
    """One kind. ``own`` are fields that only the product sets; ``posted`` ones obey closed periods."""

    code: str
    label: str
    head: dict
    own: dict = field(default_factory=dict)
    entries: dict = field(default_factory=dict)
    archive: bool = False
    posted: bool = False
    prefix: str = ""
    checks: dict = field(default_factory=dict)
    entry_checks: dict = field(default_factory=dict)


def _fields(text):
    found = {}
    for part in text.split():
        name, kind = part.split(":")
        if kind[0] == "t" and kind[1:].isdecimal():
            found[name.rstrip("*")] = Field("t", int(kind[1:]), "*" in name)
        else:
            found[name.rstrip("*")] = Field(kind, 0, "*" in name)
    return found


_BILL = (
    "company*:t40 number:t80 bizDate*:d customer*:t80 currency*:t20 exchangeRate:q department:t80 salesPerson:t80 "
    "contractNumber:t80 reference:t100 description:t255 totalAmount*:m "
)
_ROW = "seq*:i material*:t80 unit*:t40 quantity*:q price:q taxPrice:q taxRate:q amount*:m tax*:m totalAmount*:m remark:t255 "
_CODES = {"company": "company", "currency": "currency", "department": "department", "salesPerson": "person"}

CUSTOMER = Form(
    code="customer",
    label="客户",
    archive=True,
    prefix="KH",
    head=_fields(
        "company*:t40 number*:t80 name*:t255 simpleName:t80 taxNumber:t50 address:t255 phone:t80 contact:t80 "
        "currency*:t20 bank:t100 bankAccount:t80 description:t255 "
    ),
    own=_fields("creditAmount:m creditDays:i creditUsed:m"),
    checks={"company": "company", "currency": "currency"},
)
MATERIAL = Form(
    code="material",
    label="物料",
    archive=True,
    prefix="WL",
    head=_fields("company*:t40 number*:t80 name*:t255 model:t255 baseUnit*:t40 taxRate:q description:t255"),
    checks={"company": "company", "baseUnit": "unit"},
)
ORDER = Form(
    code="saleorder",
    label="销售订单",
    prefix="XSDD",
    head=_fields(_BILL),
    entries=_fields(_ROW + "deliveryDate:d"),
    checks=_CODES,
    entry_checks={"unit": "unit"},
)
RECEIVABLE = Form(
    code="otherbill",
    label="应收单",
    posted=True,
    prefix="YS",
    head=_fields(_BILL + "dueDate*:d redBlue*:redBlue sourceNumber:t80"),
    own=_fields("settledAmount:m invoiceNumber:t40 invoiceDate:d"),
    entries=_fields(_ROW),
    checks=_CODES,
    entry_checks={"unit": "unit"},
)
RECEIPT = Form(
    code="receivingbill",
    label="收款单",
    posted=True,
    prefix="SK",
    head=_fields(_BILL + "settlementType*:t40 bankAccount:t80 recType*:recType"),
    own=_fields("settledAmount:m"),
    entries=_fields("seq*:i amount*:m sourceNumber:t80 remark:t255"),
    checks={**_CODES, "settlementType": "settlement", "bankAccount": "bank"},
)

FORMS = {form.code: form for form in (CUSTOMER, MATERIAL, ORDER, RECEIVABLE, RECEIPT)}

# Base data that is only read, with what a new account set holds: code -> name.
BASE = {
    "company": {"01": "总公司", "02": "分公司"},
    "currency": {"BB01": "人民币", "BB02": "美元"},
    "department": {"D03": "销售部"},
    "person": {"P0007": "王一"},
    "unit": {"U01": "项", "U02": "台"},
    "settlement": {"JS01": "现金", "JS02": "电汇"},
    "bank": {"6222000": "基本户"},
}
