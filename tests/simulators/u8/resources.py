"""Resources, their operations, fields and filters.

Fields are written ``name:type``, with ``*`` for what must be there. Types: ``t20`` text of at most
20 characters, ``d`` date, ``m`` money with two decimals, ``q`` decimal with six, ``i`` whole number,
``b`` 0 or 1, and the names of :data:`CHOICES`.
"""

from dataclasses import dataclass, field

CHOICES = {
    "vouchtype": ("48", "49"),
    "vouchertype": ("26", "27", "28", "29"),
    "businesstype": ("普通销售", "委托代销", "分期收款", "直运销售"),
    "rowtype": ("0", "1", "2"),
}


@dataclass(frozen=True)
class Field:
    """One field; ``size`` counts characters of a text."""

    type: str
    size: int = 0
    required: bool = False


@dataclass(frozen=True)
class Resource:
    """One resource.

    :param number: field that holds the code or document number.
    :param list: resource of ``batch_get`` and key of its rows.
    :param filters: parameter of the list -> (field, comparison).
    :param checks: field -> kind of base data in which its value must exist.
    """

    name: str
    label: str
    number: str
    list: str
    operations: frozenset
    head: dict
    filters: dict = field(default_factory=dict)
    entry: dict = field(default_factory=dict)
    customer: str = ""
    date: str = ""
    posted: bool = False
    checks: dict = field(default_factory=dict)
    entry_checks: dict = field(default_factory=dict)
    prefix: str = ""


def _fields(text):
    found = {}
    for part in text.split():
        name, kind = part.split(":")
        if kind[0] == "t" and kind[1:].isdecimal():
            found[name.rstrip("*")] = Field("t", int(kind[1:]), "*" in name)
        else:
            found[name.rstrip("*")] = Field(kind, 0, "*" in name)
    return found


def _span(**pairs):
    """``code="code"`` gives the filters code_begin and code_end."""
    found = {}
    for name, target in pairs.items():
        found[f"{name}_begin"] = (target, ">=")
        found[f"{name}_end"] = (target, "<=")
    return found


_DEFINES = (
    "define1:t60 define2:t60 define3:t60 define4:d define5:i define6:d define7:q define8:t4 define9:t8 "
    "define10:t60 define11:t120 define12:t120 define13:t120 define14:t120 define15:i define16:q "
)
_ROW_DEFINES = " ".join(f"define{n}:t120" for n in range(22, 38)) + " "
_OWN = " ".join(f"self_define{n}:t120" for n in range(1, 17)) + " "
EAI_CUSTOMER = frozenset({"tax_reg_code", "credit_rank", "credit_amount", "credit_deadline"})

CUSTOMER = Resource(
    name="customer",
    label="客户",
    number="code",
    list="customer",
    operations=frozenset({"get", "batch_get", "add", "edit"}),
    head=_fields(
        "code*:t20 name*:t98 abbrname*:t60 sort_code*:t12 domain_code:t12 industry:t50 address:t255 bank_open:t100 "
        "bank_acc_number:t50 contact:t50 phone:t100 fax:t100 mobile:t20 devliver_site:t255 seed_date*:d end_date:d "
        "memo:t255 ccusexch_name*:t20 ccusmngtypecode*:t20 spec_operator:t20 "
        "tax_reg_code:t50 credit_rank:t6 credit_amount:m credit_deadline:i " + _OWN
    ),
    filters={
        **_span(code="code", timestamp="timestamp", ModifyDate="ModifyDate", seed_date="seed_date"),
        "name": ("name", "="),
    },
    checks={"ccusexch_name": "currency", "spec_operator": "person"},
    prefix="C",
)
PRODUCT = Resource(
    name="inventory",
    label="存货",
    number="code",
    list="inventory",
    operations=frozenset({"get", "batch_get", "add", "edit"}),
    head=_fields(
        "code*:t60 name*:t255 specs:t255 sort_code*:t12 main_measure*:t35 tax_rate:q ref_sale_price:q start_date:d "
        + _OWN
    ),
    filters={**_span(code="code", timestamp="timestamp", ModifyDate="ModifyDate"), "name": ("name", "=")},
    prefix="I",
)
ORDER = Resource(
    name="saleorder",
    label="销售订单",
    number="code",
    list="saleorderlist",
    operations=frozenset({"get", "batch_get", "add", "verify", "unverify", "audit", "abandon", "open", "close"}),
    head=_fields(
        "code:t30 date*:d typecode*:t12 businesstype:businesstype custcode*:t20 deptcode*:t12 personcode:t20 "
        "currency*:t20 currencyrate:q taxrate:q memo:t255 maker*:t20 " + _DEFINES
    ),
    entry=_fields(
        "inventorycode*:t60 quantity*:q unitprice:q taxunitprice:q money:m tax:m sum:m taxrate:q "
        "natunitprice:q natmoney:m nattax:m natsum:m " + _ROW_DEFINES
    ),
    filters={"code": ("code", "="), **_span(date="date"), "state": ("state", "state")},
    customer="custcode",
    date="date",
    checks={
        "typecode": "saletype",
        "deptcode": "department",
        "personcode": "person",
        "currency": "currency",
        "maker": "user",
    },
    prefix="SO",
)
RECEIVABLE = Resource(
    name="oughtreceive",
    label="应收单",
    number="code",
    list="oughtreceivelist",
    operations=frozenset({"get", "batch_get", "add", "verify", "unverify"}),
    head=_fields(
        "code:t30 date:d bdebitcredit:b cust_vendor_code*:t20 cusname:t98 cusabbname:t60 deptcode:t12 deptname:t255 "
        "personcode:t20 personname:t40 amount*:m natamount:m digest:t255 operator:t20 " + _DEFINES
    ),
    entry=_fields(
        "cust_vendor_code:t20 deptcode:t12 personcode:t20 digest:t255 subjectcode:t40 currency_name:t20 "
        "currency_rate:q natamount*:m amount:m bdebitcredit:b item_classcode:t20 item_code:t60 " + _ROW_DEFINES
    ),
    filters={**_span(code="code", date="date"), "cust_vendor_code": ("cust_vendor_code", "=")},
    customer="cust_vendor_code",
    date="date",
    posted=True,
    checks={"deptcode": "department", "personcode": "person", "operator": "user"},
    entry_checks={"deptcode": "department", "personcode": "person", "currency_name": "currency"},
    prefix="",
)
RECEIPT = Resource(
    name="accept",
    label="收款单",
    number="vouchcode",
    list="acceptlist",
    operations=frozenset({"get", "batch_get", "add", "verify", "unverify"}),
    head=_fields(
        "vouchcode:t30 vouchdate*:d vouchtype*:vouchtype customercode*:t20 departmentcode:t12 personcode:t20 "
        "amount*:m originalamount:m digest:t255 balancecode*:t12 balanceitemcode:t40 itemclasscode:t20 itemcode:t60 "
        "oppositebankname:t100 oppositebankcode:t50 bankname:t100 bankaccount:t50 " + _DEFINES
    ),
    entry=_fields("type*:rowtype customercode:t20 amount*:m originalamount:m itemcode:t40 "),
    filters={
        **_span(vouchcode="vouchcode", vouchdate="vouchdate"),
        "vouchtype": ("vouchtype", "="),
        "customercode": ("customercode", "="),
        "personcode": ("personcode", "="),
        "departmentcode": ("departmentcode", "="),
        "digest": ("digest", "="),
    },
    customer="customercode",
    date="vouchdate",
    posted=True,
    checks={
        "departmentcode": "department",
        "personcode": "person",
        "balancecode": "settlement",
        "balanceitemcode": "code",
    },
    prefix="",
)
INVOICE = Resource(
    name="saleinvoice",
    label="销售发票",
    number="invoiceno",
    list="saleinvoicelist",
    operations=frozenset({"get", "batch_get", "add"}),
    head=_fields(
        "invoiceno*:t30 vouchertype*:vouchertype saletypecode*:t12 date*:d departmentcode*:t12 personcode:t20 "
        "customercode*:t20 payconditioncode:t12 foreigncurrency*:t20 memory:t255 currencyrate:q taxrate:q "
        "isnegative*:b bankcode:t12 invoiceversion:t60 maker*:t20 businesstype*:businesstype isfirst:b "
        "ispayedfirst*:b customername:t98 ccusaccount:t50 cbaccount:t50 cgatheringplan:t20 dcreditstart:d "
        "icreditdays:i dgatheringdate:d bcredit:b csource:t20 "
    ),
    entry=_fields(
        "warehousecode*:t12 inventorycode*:t60 quantity*:q number:q quotedprice:q originalprice:q "
        "originaltaxedprice:q originalmoney:m originaltax:m originalsum:m originaldiscount:m price:q money*:m "
        "tax*:m sum*:m taxrate:q unitid:t35 exchangerate:q "
    ),
    filters={**_span(date="date"), "code": ("invoiceno", "="), "customercode": ("customercode", "=")},
    customer="customercode",
    date="date",
    posted=True,
    checks={
        "saletypecode": "saletype",
        "departmentcode": "department",
        "personcode": "person",
        "foreigncurrency": "currency",
        "maker": "user",
    },
    entry_checks={"warehousecode": "warehouse"},
    prefix="",
)

RESOURCES = {r.name: r for r in (CUSTOMER, PRODUCT, ORDER, RECEIVABLE, RECEIPT, INVOICE)}
LISTS = {r.list: r for r in RESOURCES.values()}

# Base data that is only read, with what a new account set holds: code -> values.
BASE = {
    "department": {"03": {"name": "销售部"}, "04": {"name": "市场部"}},
    "person": {
        "0007": {"name": "王一", "department": "03", "salesman": True},
        "0008": {"name": "李二", "department": "04", "salesman": False},
    },
    "code": {
        "1002": {"name": "银行存款", "controlled": False},
        "1122": {"name": "应收账款", "controlled": True},
        "2203": {"name": "预收账款", "controlled": True},
        "2221": {"name": "应交税费", "controlled": False},
        "6001": {"name": "主营业务收入", "controlled": False},
    },
    "currency": {"人民币": {"code": "RMB"}, "美元": {"code": "USD"}},
    "settlement": {"01": {"name": "现金"}, "02": {"name": "电汇"}},
    "warehouse": {"01": {"name": "成品仓"}},
    "saletype": {"01": {"name": "普通销售"}},
    "user": {"demo": {"name": "demo"}, "checker": {"name": "checker"}},
}
# Those of them that have a list of their own.
BASE_LISTS = ("department", "person", "code", "currency")
