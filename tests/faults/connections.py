"""The products as the experiments see them: how a connection is filled in, and where their books hold a receivable."""

import sys
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from books import BOOKS
from eas import EASSimulator
from kingdee import KingdeeSimulator
from u8 import U8Simulator


class Product(NamedTuple):
    """:param form: of receivables; :param make: the operation that creates one; :param finish: its last one
    :param ask: the operation that asks for one; :param done: its last state; :param amount: name in its header
    """

    simulator: type
    form: str
    make: str
    finish: str
    ask: str
    done: str
    amount: str


PRODUCTS = {
    "kingdee_galaxy": Product(
        KingdeeSimulator, "AR_RECEIVABLE", "save", "audit", "executebillquery", "C", "FALLAMOUNTFOR"
    ),
    "yonyou_u8": Product(U8Simulator, "OUGHTRECEIVE", "add", "verify", "get", "audited", "amount"),
    "kingdee_eas": Product(EASSimulator, "OTHERBILL", "importbill", "auditbill", "getbill", "audited", "amount"),
}


def settings_of(product, erp):
    """Values of a ``finance.connection``; the same as on the road from lead to cash."""
    return BOOKS[product].connection(erp)
