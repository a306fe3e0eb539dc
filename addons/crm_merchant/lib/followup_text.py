"""Does a note about a customer say anything, and has its writer not just written the same?

Systems that accept any text as follow-up get "已联系" on the day before a customer is taken away. These checks are
local and cheap: no model, no dictionary, nothing leaves the machine.
"""

import re
import unicodedata

from .text import normalise, simplify

TOO_SHORT = "short"
REPEATED = "repeated"

# Every digit counts as the same one: a note copied with a new date is still a copy.
_DIGITS = re.compile(r"\d+")


def meaning(text):
    """Give the letters of ``text`` alone: simplified, lower case, digits as ``0``, no punctuation or space."""
    text = _DIGITS.sub("0", simplify(normalise(text)).lower())
    return "".join(char for char in text if unicodedata.category(char)[0] in "LN")


def likeness(one, other):
    """Give how alike two results of :func:`meaning` are: 0 nothing in common, 1 the same (Dice, pairs of letters)."""
    pairs, others = _pairs(one), _pairs(other)
    if not pairs and not others:
        return 1.0 if one == other else 0.0
    return 2 * len(pairs & others) / (len(pairs) + len(others))


def judge(content, recent, least=10, alike=0.8):
    """Tell what is wrong with a note, or give ``""``.

    ``recent`` are the writer's notes of late, in full; ``least`` the number of letters a note needs (a Chinese
    character is one), of which half must differ from each other; ``alike`` the likeness from which two notes are the
    same. Gives :data:`TOO_SHORT` or :data:`REPEATED`.
    """
    text = meaning(content)
    if len(text) < least or len(set(text)) < least / 2:
        return TOO_SHORT
    if any(likeness(text, meaning(other)) >= alike for other in recent):
        return REPEATED
    return ""


def _pairs(text):
    return {text[at : at + 2] for at in range(len(text) - 1)}
