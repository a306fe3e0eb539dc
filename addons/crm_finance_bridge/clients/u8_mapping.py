"""What is called how in the U8+ OpenAPI, and what a consultant sets per connection."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .errors import InvalidValues
from .settings import BookSettings

RESOURCES = {
    "customer": "customer",
    "customer_update": "customer",
    "product": "inventory",
    "sales_order": "saleorder",
    "receivable": "oughtreceive",
    "credit_note": "oughtreceive",
    "own_receipt": "accept",
    "receipt": "accept",
}
# kind of mapping -> list of its codes; settlement, unit and tax have none that is known
CODE_LISTS = {
    "customer": "customer",
    "product": "inventory",
    "department": "department",
    "salesperson": "person",
    "currency": "currency",
}
# resource -> key of the number in the document, and what it may hold
NUMBER_KEYS = {
    "customer": "code",
    "inventory": "code",
    "saleorder": "code",
    "oughtreceive": "code",
    "accept": "vouchcode",
}
NUMBER_LENGTHS = {"customer": 20, "inventory": 60, "saleorder": 30, "oughtreceive": 30, "accept": 30}
RECEIPT_VOUCHER = "48"  # 收款单; 49 is 付款单
RED, BLUE = "0", "1"
CREDIT, DEBIT = "0", "1"
DUE, ADVANCE = "0", "1"  # 应收款, 预收款
CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class U8Settings(BookSettings):
    """Beside what all products share; codes are those of the account set, currencies go by name.

    :param person: 业务员编码 of salespersons who are not mapped
    :param settle_style: 结算方式编码 of journals that are not mapped
    :param accounts: our key of an account of an invoice line -> 对方科目 of a receivable
    :param revenue_account: 对方科目 of lines whose account is not mapped; must be no controlled account
    :param tax_account: account of the tax; empty: the tax stays in the revenue account's row
    :param credit_code_field: customer field that takes the credit code (U8 names none), empty: not sent
    :param auditor_person, auditor_user: who audits (审核) what we enter, exactly one; none: a person over there audits
    :param audit_kinds: kinds that we audit ourselves
    :param receipts_from: first day whose receipts are read
    :param back_days: how many days back receipts are read again, since the lists know no time of change
    :param deep_days: the same, once a day
    :param unaudited_counts: count receipts whose reply names no state; the notes name none for a receipt
    """

    currencies: dict[str, str] = field(default_factory=lambda: {"CNY": "人民币"})
    customer_class: str = ""
    product_class: str = ""
    unit_group: str = ""
    customer_management: str = "999"
    credit_code_field: str = "memo"
    department: str = ""
    person: str = ""
    operator: str = ""
    sale_type: str = ""
    accounts: dict[str, str] = field(default_factory=dict)
    revenue_account: str = ""
    tax_account: str = ""
    settle_style: str = ""
    settle_account: str = ""
    auditor_person: str = ""
    auditor_user: str = ""
    audit_kinds: tuple = ("sales_order", "receivable", "credit_note", "own_receipt")
    receipts_from: date | None = None
    back_days: int = 7
    deep_days: int = 62
    unaudited_counts: bool = False

    def __post_init__(self):  # pylint: disable=missing-return
        super().__post_init__()
        if self.auditor_person and self.auditor_user:
            raise InvalidValues("auditor", "is a person or a user, not both")
        if not 0 <= self.back_days <= self.deep_days <= 370:
            raise InvalidValues("settings", "days out of range")

    @property
    def auditor(self):
        """How an audit names who did it; empty if nobody is set."""
        if self.auditor_person:
            return {"person_code": self.auditor_person}
        return {"user_id": self.auditor_user} if self.auditor_user else {}
