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
        "FMAINBOOKSTDCURRID FEXCHANGETYPE FSettleTypeID",
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

FORMS = {form.id.upper(): form for form in (CUSTOMER, RECEIVABLE, RECEIPT, CURRENCY)}
