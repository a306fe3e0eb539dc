"""Documents for the tests of the U8 simulator, written after the published field lists."""

CUSTOMER = {
    "code": "C0001",
    "name": "测试科技有限公司",
    "abbrname": "测试科技",
    "sort_code": "01",
    "seed_date": "2025-01-31",
    "ccusexch_name": "人民币",
    "ccusmngtypecode": "999",
    "tax_reg_code": "91310000MA1TEST00X",
    "spec_operator": "0007",
    "credit_amount": "50000",
    "credit_deadline": "30",
}
PRODUCT = {"code": "SVC", "name": "实施服务", "sort_code": "01", "main_measure": "项"}
RECEIVABLE = {
    "cust_vendor_code": "C0001",
    "date": "2025-01-31",
    "deptcode": "03",
    "personcode": "0007",
    "amount": "1130.00",
    "natamount": "1130.00",
    "digest": "CRM合同 HT-77 第1期",
    "operator": "demo",
    "define10": "crm-AR-20250131-7",
    "entry": [
        {
            "cust_vendor_code": "C0001",
            "subjectcode": "6001",
            "currency_name": "人民币",
            "currency_rate": "1",
            "natamount": "1130.00",
            "amount": "1130.00",
            "bdebitcredit": "0",
            "digest": "服务费",
        }
    ],
}
ORDER = {
    "code": "HT-77",
    "date": "2025-01-10",
    "typecode": "01",
    "custcode": "C0001",
    "deptcode": "03",
    "personcode": "0007",
    "currency": "人民币",
    "currencyrate": "1",
    "maker": "demo",
    "entry": [
        {
            "inventorycode": "SVC",
            "quantity": "1",
            "money": "1000.00",
            "tax": "130.00",
            "sum": "1130.00",
            "taxrate": "13",
        }
    ],
}
INVOICE = {
    "invoiceno": "FP-1",
    "vouchertype": "26",
    "saletypecode": "01",
    "date": "2025-01-31",
    "departmentcode": "03",
    "customercode": "C0001",
    "foreigncurrency": "人民币",
    "currencyrate": "1",
    "isnegative": "0",
    "maker": "demo",
    "businesstype": "普通销售",
    "ispayedfirst": "0",
    "entry": [
        {
            "warehousecode": "01",
            "inventorycode": "SVC",
            "quantity": "1",
            "money": "1000.00",
            "tax": "130.00",
            "sum": "1130.00",
        }
    ],
}
RECEIPT = {
    "vouchcode": "SK-1",
    "vouchdate": "2025-02-01",
    "vouchtype": "48",
    "customercode": "C0001",
    "amount": "113.00",
    "balancecode": "02",
    "entry": [{"type": "0", "amount": "113.00"}],
}


def row(document, **values):
    """The document with other values in its one row."""
    return {**document, "entry": [{**document["entry"][0], **values}]}
