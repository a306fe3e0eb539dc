"""The unified social credit code (统一社会信用代码), GB 32100-2015.

18 characters: registering authority (1), kind of body (1), division by GB/T 2260 (6 digits),
body by GB 11714 (9, the last one its own check character), check character (1). The alphabet
leaves out I, O, S, V and Z. Letters are lawful in the first two places (authorities A, N and Y,
as in rural collectives' codes N2...), which some validators refuse.

A code that fails is reported, never repaired: a suggestion is only shown.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from .text import clean_cell

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# Characters outside the alphabet and what they were probably meant to be.
_LOOK_ALIKE = {"O": "0", "I": "1", "S": "5", "Z": "2"}

_NOISE = re.compile(r"[\s\-‐-―_.·]+")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+\d+")
_LEGACY = re.compile(r"\d{15}")


@dataclass(frozen=True)
class CreditCode:
    """What the check found.

    ``normalised``: the code as read, in half-width capitals, no character exchanged.
    ``valid``: it satisfies the standard, both check characters included.
    ``problem``: "" if valid, else one of ``empty``, ``length``, ``legacy`` (a 15-digit tax
    number from before 2015), ``individual`` (20 characters, a person's tax number),
    ``lost_digits`` (a spreadsheet kept it as a number), ``alphabet`` (a character that the
    standard does not use), ``division`` (places 3 to 8 are not digits), ``body_check`` (the
    organisation code's own check character), ``check``.
    ``suggestion``: a valid code that looks alike (O for 0, I for 1, S for 5, Z for 2), or "".
    """

    normalised: str
    valid: bool
    problem: str = ""
    suggestion: str = ""


def check_credit_code(raw):
    """Check a code as typed or pasted and give a :class:`CreditCode`; never raises."""
    return _check(clean_cell(raw))


def province_of_credit_code(raw):
    """Give the two digits (GB/T 2260) of the province whose office registered the bearer of a valid code, else "".

    Places 3 to 8 of the code (GB 32100) are the division of that office; 10 in places 3 and 4 is the national one.
    """
    code = check_credit_code(raw)
    return code.normalised[2:4] if code.valid else ""


def check_character(code):
    """Give the 18th character for the first 17 characters of ``code``.

    Raises ``KeyError`` on a character outside :data:`ALPHABET`.
    """
    total = sum(_VALUE[code[place]] * _WEIGHTS[place] for place in range(17))
    return ALPHABET[-total % 31]


def body_check_character(body):
    """Give the 9th character of an organisation code (GB 11714) for its first 8."""
    total = sum(int(body[place], 36) * _BODY_WEIGHTS[place] for place in range(8))
    return "0123456789X"[-total % 11]


@lru_cache(maxsize=1 << 14)
def _check(text):
    code = _NOISE.sub("", text.upper())
    problem = _problem(text.upper(), code)
    if not problem:
        return CreditCode(code, True)
    return CreditCode(code, False, problem, _suggest(code))


def _problem(text, code):
    if not code:
        return "empty"
    if _SCIENTIFIC.fullmatch(text):
        return "lost_digits"
    if len(code) != 18:
        if _LEGACY.fullmatch(code):
            return "legacy"
        return "individual" if len(code) == 20 and code[:17].isdigit() else "length"
    if any(character not in _VALUE for character in code):
        return "alphabet"
    if not code[2:8].isdigit():
        return "division"
    if check_character(code) != code[17]:
        return "check"
    if body_check_character(code[8:16]) != code[16]:
        return "body_check"
    return ""


def _suggest(code):
    """Give the code with its look-alikes exchanged, "" if that is not valid either."""
    wrong = [place for place, character in enumerate(code) if character in _LOOK_ALIKE]
    if len(code) != 18 or not wrong:
        return ""
    fixed = "".join(_LOOK_ALIKE.get(character, character) for character in code)
    return "" if _problem(fixed, fixed) else fixed
