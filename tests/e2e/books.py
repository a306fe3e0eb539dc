"""The finance products that the road leads to: a simulator, the connection to it, and what its books call things."""

from eas import EASSimulator
from kingdee import KingdeeSimulator
from u8 import U8Simulator


class KingdeeBooks:
    """Kingdee Cloud Galaxy, which gets its orders with their payment plan when a contract is signed.

    ``forms``: kind -> (operation that creates it, form over there).
    """

    simulator = KingdeeSimulator
    forms = {
        "customer": ("Save", "BD_Customer"),
        "sales_order": ("Save", "SAL_SaleOrder"),
        "receivable": ("Save", "AR_receivable"),
    }
    # state of a document that is carried to its end
    finished = {"customer": "C", "sales_order": "C", "receivable": "C"}
    # the call whose reply gets lost after the server was killed
    lost = {"op": "Save", "form": "AR_receivable"}
    # the key of a customer's name, where customers go out when a contract is signed
    signed_customer = "FNAME"
    # what the salesperson of the road is called over there, where orders name one
    salesperson = "XSY001"
    # the call by which the processes of the server log in once for all, whatever is killed; None: the product has none
    shared_login = None

    @staticmethod
    def connection(erp):
        account = erp.credentials
        return {
            "name": "Kingdee",
            "base_url": erp.base_url,
            "account_set": account["acct_id"],
            "user_name": account["user_name"],
            "app_id": account["app_id"],
            "secret_input": account["app_secret"],
            "organisation": "100",
            "default_material": "CRM-SERVICE",
            "default_unit": "Pcs",
            "sends_orders": True,
            "orders_after": "signed",
        }

    @staticmethod
    def enter_receipt(erp, customer, amount, text):
        erp.enter_receipt(customer, amount, remark=text)

    @staticmethod
    def delete_receipt(erp, number):
        for operation in ("UnAudit", "Delete"):
            erp.act("AR_RECEIVEBILL", number, operation)

    @staticmethod
    def plan(order):
        """[(share, amount)] of the payment plan of an order."""
        return [(row["FRECADVANCERATE"], row["FRECADVANCEAMOUNT"]) for row in order["entries"]["FSALEORDERPLAN"]]


class U8Books:
    """Yonyou U8+, which gets its customers when a contract is signed."""

    simulator = U8Simulator
    forms = {"customer": ("add", "customer"), "receivable": ("add", "oughtreceive")}
    finished = {"customer": "saved", "receivable": "audited"}
    lost = {"op": "verify", "form": "oughtreceive"}
    signed_customer = "name"
    salesperson = None
    shared_login = "token"

    @staticmethod
    def connection(erp):
        account = erp.credentials
        return {
            "name": "U8",
            "product": "yonyou_u8",
            "base_url": erp.base_url,
            "account_set": account["to_account"],
            "user_name": account["from_account"],
            "app_id": account["app_key"],
            "secret_input": account["app_secret"],
            "organisation": "1",
            "u8_customer_class": "01",
            "u8_department": "03",
            "u8_person": "0007",
            "u8_operator": "demo",
            "u8_revenue_account": "6001",
            "u8_tax_account": "2221",
            "u8_auditor_person": "0007",
            "sends_signed_customers": True,
        }

    @staticmethod
    def enter_receipt(erp, customer, amount, text):
        erp.enter_receipt(customer, amount, digest=text)

    @staticmethod
    def delete_receipt(erp, number):
        for operation in ("unverify", "delete"):
            erp.act("accept", number, operation)


class EasBooks:
    """Kingdee EAS; the material of every line is one that its people keep."""

    forms = {"customer": ("importBill", "customer"), "receivable": ("importBill", "otherbill")}
    finished = {"customer": "audited", "receivable": "audited"}
    lost = {"op": "auditBill", "form": "otherbill"}
    signed_customer = None
    salesperson = None
    shared_login = "login"

    @staticmethod
    def simulator():
        return _SeededEas()

    @staticmethod
    def connection(erp):
        account = erp.credentials
        return {
            "name": "EAS",
            "product": "kingdee_eas",
            "base_url": erp.base_url,
            "account_set": account["dc_name"],
            "user_name": account["user_name"],
            "secret_input": account["password"],
            "eas_db_type": "oracle",
            "organisation": "01",
            "default_material": "CRM-SERVICE",
            "default_unit": "U01",
        }

    @staticmethod
    def enter_receipt(erp, customer, amount, text):
        erp.enter_receipt(customer, amount, description=text)

    @staticmethod
    def delete_receipt(erp, number):
        for operation in ("unaudit", "reject", "delete"):
            erp.act("receivingbill", number, operation)


class _SeededEas(EASSimulator):
    def __enter__(self):
        super().__enter__()
        material = {"company": "01", "number": "CRM-SERVICE", "name": "服务", "baseUnit": "U01"}
        self.enter("material", material, "audit")
        return self


BOOKS = {"kingdee_galaxy": KingdeeBooks, "yonyou_u8": U8Books, "kingdee_eas": EasBooks}
