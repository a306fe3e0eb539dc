"""Kingdee Cloud Galaxy: which form takes what kind, and what a consultant sets per connection."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .errors import InvalidValues
from .settings import KingdeeBooks

FORMS = {
    "customer": "BD_Customer",
    "customer_update": "BD_Customer",
    "product": "BD_MATERIAL",
    "receivable": "AR_receivable",
    "credit_note": "AR_receivable",
    "sales_order": "SAL_SaleOrder",
    "receipt": "AR_RECEIVEBILL",
    "own_receipt": "AR_RECEIVEBILL",
}


# nothing, shares and amounts, names and dates with them
ORDER_PLANS = ("none", "amounts", "full")


@dataclass(frozen=True, kw_only=True)
class KingdeeSettings(KingdeeBooks):
    """Beside what both Kingdee products share; numbers are Kingdee codes.

    :param currencies: ISO code -> Kingdee number.
    :param sale_organisation: selling organisation, empty = the same.
    :param settle_type: way of payment of journals that are not mapped.
    :param order_plan: what of a contract's payment plan goes with its order: one of ``ORDER_PLANS``.
    :param audit_kinds: kinds we audit ourselves; others wait for a person after submission.
    """

    currencies: Mapping[str, str] = field(default_factory=lambda: {"CNY": "PRE001"})
    sale_organisation: str = ""
    receivable_bill_type: str = "YSD01_SYS"
    receivable_business_type: str = "BZ"
    settle_type: str = "JSFS04_SYS"
    exchange_type: str = "HLTX01_SYS"
    sales_order_bill_type: str = "XSDD01_SYS"
    receipt_bill_type: str = "SKDLX01_SYS"
    purpose_sale: str = "SFKYT01_SYS"
    purpose_advance: str = "SFKYT02_SYS"
    material_category: str = "CHLB01_SYS"
    material_tax_type: str = "WLDSFL01_SYS"
    order_plan: str = "full"
    audit_kinds: tuple = tuple(set(FORMS) - {"receipt"})

    def __post_init__(self):  # pylint: disable=missing-return
        super().__post_init__()
        if self.order_plan not in ORDER_PLANS:
            raise InvalidValues("settings", "unknown way to send the payment plan")


def by_number(number):
    """How a Model names base data."""
    return {"FNumber": number}
