"""How the connection to a simulator is filled in; the same as on the road from lead to cash."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from books import BOOKS


def settings_of(product, erp):
    """Values of a ``finance.connection``."""
    return BOOKS[product].connection(erp)
