"""What the simulator knows of each form: keys, types, required fields.

Types: ``ref`` base data by number, ``num``, ``date``, ``text``. Keys are the product's, any case is
accepted. Unknown keys of a Model are left out of the document and listed in it as ``ignored``, so
that a test can see a misspelling.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Form:
    """One form. ``entries`` maps an entry key to its fields; ``heads`` are nested header parts."""

    id: str
    label: str
    pk: str
    number: str
    prefix: str
    cancel: str
    header: dict
    required: dict
    entries: dict = field(default_factory=dict)
    entry_required: dict = field(default_factory=dict)
    heads: tuple = ()
    customer: str = ""
    total: tuple = ()

    def types(self):
        """Upper-case key -> (type, entry key in upper case or "")."""
        found = {key.upper(): (kind, "") for key, kind in self.header.items()}
        for entry, fields in self.entries.items():
            for key, kind in fields.items():
                found[key.upper()] = (kind, entry.upper())
            found[f"{entry}_FENTRYID".upper()] = ("num", entry.upper())
            found[f"{entry}_FSEQ".upper()] = ("num", entry.upper())
        found[self.pk.upper()] = ("num", "")
        found[self.number.upper()] = ("text", "")
        found[self.cancel.upper()] = ("text", "")
        found["FDOCUMENTSTATUS"] = ("text", "")
        found["FMODIFYDATE"] = ("date", "")
        return found


def _fields(**kinds):
    return {key: kind for kind, keys in kinds.items() for key in keys.split()}


CUSTOMER = Form(
    id="BD_Customer",
    label="客户",
    pk="FCUSTID",
    number="FNumber",
    prefix="CUST",
    cancel="FForbidStatus",
    header=_fields(
        text="FName FShortName FTAXREGISTERCODE FSOCIALCRECODE FINVOICETITLE FINVOICEBANKNAME "
        "FINVOICEBANKACCOUNT FINVOICETEL FINVOICEADDRESS FADDRESS FTEL FISCREDITCHECK FCreateDate",
        ref="FCreateOrgId FUseOrgId FTRADINGCURRID FSETTLETYPEID FSELLER",
    ),
    required={"FName": "客户名称", "FCreateOrgId": "创建组织", "FTRADINGCURRID": "结算币别"},
    entries={
        "FT_BD_CUSTCONTACT": _fields(text="FNUMBER1 FNAME1 FMOBILE"),
        "FT_BD_CUSTBANK": _fields(text="FOPENBANKNAME FBANKCODE FACCOUNTNAME FISDEFAULT1"),
    },
)

RECEIVABLE = Form(
    id="AR_receivable",
    label="应收单",
    pk="FID",
    number="FBillNo",
    prefix="AR",
    cancel="FCancelStatus",
    header=_fields(
        text="FBUSINESSTYPE FSetAccountType FISTAX FAR_Remark FCreateDate",
        ref="FBillTypeID FCUSTOMERID FCURRENCYID FSETTLEORGID FPAYORGID FSALEORGID "
        "FMAINBOOKSTDCURRID FEXCHANGETYPE FSettleTypeID FSALEERID FSALEDEPTID",
        date="FDATE FENDDATE_H FACCNTTIMEJUDGETIME",
        num="FALLAMOUNTFOR FExchangeRate",
    ),
    required={
        "FBillTypeID": "单据类型",
        "FDATE": "业务日期",
        "FENDDATE_H": "到期日",
        "FSETTLEORGID": "结算组织",
        "FPAYORGID": "收款组织",
        "FCURRENCYID": "币别",
        "FCUSTOMERID": "客户",
        "FCancelStatus": "作废状态",
    },
    entries={
        "FEntityDetail": _fields(
            ref="FMATERIALID FPRICEUNITID",
            num="FPriceQty FTaxPrice FPrice FEntryTaxRate FNoTaxAmountFor_D FTAXAMOUNTFOR_D "
            "FALLAMOUNTFOR_D FRECEIVEAMOUNT",
            text="FComment",
        ),
        "FEntityPlan": _fields(date="FENDDATE", num="FPAYRATE FPAYAMOUNTFOR FWRITTENOFFAMOUNTFOR_P"),
    },
    entry_required={"FEntityDetail": {"FMATERIALID": "物料", "FPRICEUNITID": "计价单位"}},
    heads=("FsubHeadFinc", "FsubHeadSuppiler"),
    customer="FCUSTOMERID",
    total=("FALLAMOUNTFOR", "FEntityDetail", "FALLAMOUNTFOR_D"),
)

RECEIPT = Form(
    id="AR_RECEIVEBILL",
    label="收款单",
    pk="FID",
    number="FBillNo",
    prefix="SKD",
    cancel="FCancelStatus",
    header=_fields(
        text="FBUSINESSTYPE FCONTACTUNITTYPE FPAYUNITTYPE FTHIRDBILLNO FREMARK FCreateDate",
        ref="FBillTypeID FCONTACTUNIT FPAYUNIT FCURRENCYID FSETTLECUR FSETTLEORGID FSALEORGID FPAYORGID",
        date="FDATE",
        num="FEXCHANGERATE FREALRECAMOUNTFOR",
    ),
    required={
        "FBillTypeID": "单据类型",
        "FDATE": "业务日期",
        "FCURRENCYID": "币别",
        "FCancelStatus": "作废状态",
        "FCONTACTUNITTYPE": "往来单位类型",
        "FCONTACTUNIT": "往来单位",
        "FPAYUNITTYPE": "付款单位类型",
        "FPAYUNIT": "付款单位",
        "FBUSINESSTYPE": "业务类型",
        "FPAYORGID": "收款组织",
        "FSETTLECUR": "结算币别",
    },
    entries={
        "FRECEIVEBILLENTRY": _fields(
            ref="FSETTLETYPEID FPURPOSEID FACCOUNTID",
            text="FRECEIVEITEMTYPE FRECEIVEITEM FSETTLENO FSaleOrderID",
            num="FRECTOTALAMOUNTFOR FRECAMOUNTFOR_E FWRITTENOFFAMOUNTFOR_D",
            date="FPOSTDATE",
        )
    },
    entry_required={"FRECEIVEBILLENTRY": {"FSETTLETYPEID": "结算方式", "FPURPOSEID": "收款用途"}},
    customer="FCONTACTUNIT",
    total=("FREALRECAMOUNTFOR", "FRECEIVEBILLENTRY", "FRECAMOUNTFOR_E"),
)

CURRENCY = Form(
    id="BD_Currency",
    label="币别",
    pk="FCURRENCYID",
    number="FNumber",
    prefix="PRE",
    cancel="FForbidStatus",
    header=_fields(text="FCODE FName"),
    required={"FName": "名称"},
)

MATERIAL = Form(
    id="BD_MATERIAL",
    label="物料",
    pk="FMATERIALID",
    number="FNumber",
    prefix="CH",
    cancel="FForbidStatus",
    header=_fields(
        text="FName FSpecification FErpClsID FCreateDate",
        ref="FCreateOrgId FUseOrgId FCategoryID FTaxType FTaxRateId FBaseUnitId",
    ),
    required={"FName": "名称", "FCreateOrgId": "创建组织", "FBaseUnitId": "基本单位"},
    heads=("SubHeadEntity",),
)

SALES_ORDER = Form(
    id="SAL_SaleOrder",
    label="销售订单",
    pk="FID",
    number="FBillNo",
    prefix="XSDD",
    cancel="FCancelStatus",
    header=_fields(
        text="FNote FIsIncludedTax FCloseStatus FCreateDate",
        ref="FBillTypeID FSaleOrgId FSaleDeptId FCustId FSalerId FSettleCurrId FExchangeTypeId",
        date="FDate",
        num="FBillAllAmount",
    ),
    required={
        "FBillTypeID": "单据类型",
        "FDate": "日期",
        "FSaleOrgId": "销售组织",
        "FCustId": "客户",
        "FSalerId": "销售员",
        "FSettleCurrId": "结算币别",
    },
    entries={
        "FSaleOrderEntry": _fields(
            ref="FMaterialId FUnitID FPriceUnitId FStockUnitID FStockOrgId FSettleOrgIds FOwnerId FOutLmtUnitID",
            num="FQty FTaxPrice FEntryTaxRate FAllAmount FStockOutQty",
            text="FOwnerTypeId FReserveType FOUTLMTUNIT",
            date="FDeliveryDate",
        ),
        "FSaleOrderPlan": _fields(num="FRecAdvanceRate FRecAdvanceAmount", text="FReMark", date="FMustDate"),
    },
    entry_required={
        "FSaleOrderEntry": {
            "FMaterialId": "物料编码",
            "FUnitID": "销售单位",
            "FPriceUnitId": "计价单位",
            "FStockUnitID": "库存单位",
            "FSettleOrgIds": "结算组织",
            "FDeliveryDate": "要货日期",
            "FReserveType": "预留类型",
            "FOUTLMTUNIT": "超发控制单位类型",
        }
    },
    heads=("FSaleOrderFinance",),
    customer="FCustId",
    total=("FBillAllAmount", "FSaleOrderEntry", "FAllAmount"),
)


def _base(form_id, label, pk, prefix):
    """Base data that is only read here: a number and a name."""
    return Form(form_id, label, pk, "FNumber", prefix, "FForbidStatus", _fields(text="FName"), {"FName": "名称"})


UNIT = _base("BD_UNIT", "计量单位", "FUNITID", "DW")
SETTLE_TYPE = _base("BD_SETTLETYPE", "结算方式", "FID", "JSFS")
SALER = _base("BD_Saler", "销售员", "FID", "XSY")
DEPARTMENT = _base("BD_Department", "部门", "FDEPTID", "BM")
TAX_RATE = _base("BD_TaxRate", "税率", "FID", "SL")


def _invoice(form_id, label, entry):
    """A sales invoice with the number of its fapiao; its rows name the receivable they were pushed from."""
    return Form(
        form_id,
        label,
        "FID",
        "FBillNo",
        "XSFP",
        "FCancelStatus",
        _fields(text="FINVOICENO", ref="FCustomerID FSETTLEORGID", date="FINVOICEDATE", num="FALLAMOUNTFOR"),
        {"FCustomerID": "客户"},
        entries={entry: _fields(text="FSRCBILLNO FSRCBILLTYPEID", num="FALLAMOUNTFOR_D")},
        customer="FCustomerID",
    )


SPECIAL_INVOICE = _invoice("IV_SALESIC", "销售增值税专用发票", "FSALESICENTRY")
ORDINARY_INVOICE = _invoice("IV_SALESOC", "销售普通发票", "FSALESOCENTRY")
CREDIT = Form(
    "CRE_CustArchives", "信用档案", "FID", "FNumber", "XYDA", "FForbidStatus",
    _fields(ref="FOBJECTID", num="FCREDITAMOUNT FOVERDAYS"), {"FOBJECTID": "对象"}, customer="FOBJECTID",
)  # fmt: skip

FORMS = {
    form.id.upper(): form
    for form in (
        CUSTOMER,
        RECEIVABLE,
        RECEIPT,
        CURRENCY,
        MATERIAL,
        SALES_ORDER,
        UNIT,
        SETTLE_TYPE,
        SALER,
        DEPARTMENT,
        TAX_RATE,
        SPECIAL_INVOICE,
        ORDINARY_INVOICE,
        CREDIT,
    )
}
