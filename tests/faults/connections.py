"""The products as the experiments see them: how a connection is filled in, and where their books hold a receivable."""

import sys
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from books import BOOKS


class Product(NamedTuple):
    """:param form: of receivables; :param make: the operation that creates one; :param finish: its last one
    :param changes: all operations that change one; :param ask: the operation that asks for one
    :param done: its last state; :param amount: name in its header
    :param batch: the operation that creates many, if there is one
    """

    form: str
    make: str
    finish: str
    changes: tuple
    ask: str
    done: str
    amount: str
    batch: str = ""


PRODUCTS = {
    "kingdee_galaxy": Product(
        "AR_RECEIVABLE",
        "save",
        "audit",
        ("unaudit", "save", "submit", "audit"),
        "executebillquery",
        "C",
        "FALLAMOUNTFOR",
        "batchsave",
    ),
    "yonyou_u8": Product("OUGHTRECEIVE", "add", "verify", ("add", "verify"), "get", "audited", "amount"),
    "kingdee_eas": Product(
        "OTHERBILL",
        "importbill",
        "auditbill",
        ("importbill", "submitbill", "auditbill"),
        "getbill",
        "audited",
        "totalAmount",
    ),
}


def simulator_of(product):
    """The far side with what a new account set holds."""
    return BOOKS[product].simulator()


def settings_of(product, erp):
    """Values of a ``finance.connection``; the same as on the road from lead to cash."""
    return BOOKS[product].connection(erp)
