"""The mapping tables that stand in docs/, read by the tests that hold them against a simulator's books."""

import re
from decimal import Decimal
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"


def tables(page):
    """kind -> (resource, [(ours, theirs, how)])."""
    found = {}
    for part in (DOCS / page).read_text(encoding="utf-8").split("\n## ")[1:]:
        if title := re.match(r"(\w+) → (\w+)\n", part):
            lines = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", part, re.MULTILINE)
            found[title[1]] = (title[2], [line for line in lines if line[0] != "ours"])
    return found


def ours(values, name):
    """One of our values by its path in the table."""
    for part in name.split("."):
        values = values[part][0] if isinstance(values[part], list) else values[part]
    return values


def same(found, wanted):
    """Equal, amounts as numbers."""
    try:
        return Decimal(found) == Decimal(wanted)
    except ArithmeticError:
        return found == wanted
