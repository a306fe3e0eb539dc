"""Documents for the tests of the EAS simulator."""

CUSTOMER = {
    "company": "01",
    "number": "KH-1",
    "name": "测试科技有限公司 <北京> & 分部",
    "taxNumber": "91310000MA1TEST00X",
    "currency": "BB01",
}
MATERIAL = {"company": "01", "number": "WL-1", "name": "实施服务", "baseUnit": "U01"}
_ROW = {
    "seq": 1,
    "material": "WL-1",
    "unit": "U01",
    "quantity": 1,
    "taxRate": 13,
    "amount": "1000.00",
    "tax": "130.00",
    "totalAmount": "1130.00",
}
ORDER = {
    "company": "01",
    "number": "HT-77",
    "bizDate": "2025-01-10",
    "customer": "KH-1",
    "currency": "BB01",
    "contractNumber": "HT-77",
    "totalAmount": "1130.00",
    "entries": [_ROW],
}
RECEIVABLE = {
    **ORDER,
    "number": "CRM-AR-1",
    "bizDate": "2025-01-31",
    "dueDate": "2025-03-02",
    "redBlue": "blue",
    "reference": "crm-AR-1",
}
RED = {
    **RECEIVABLE,
    "number": "CRM-AR-2",
    "redBlue": "red",
    "sourceNumber": "CRM-AR-1",
    "reference": "crm-AR-2",
    "totalAmount": "-1130.00",
    "entries": [{**_ROW, "quantity": -1, "amount": "-1000.00", "tax": "-130.00", "totalAmount": "-1130.00"}],
}
RECEIPT = {
    "company": "01",
    "number": "SK-1",
    "bizDate": "2025-02-01",
    "customer": "KH-1",
    "currency": "BB01",
    "settlementType": "JS02",
    "bankAccount": "6222000",
    "recType": "sale",
    "totalAmount": 113,
    "entries": [{"seq": 1, "amount": 113.00, "sourceNumber": "CRM-AR-1"}],
}


def row(document, **values):
    """The document with other values in its one entry."""
    return {**document, "entries": [{**document["entries"][0], **values}]}
