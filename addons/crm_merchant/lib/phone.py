"""Telephone numbers as people write them in China.

Rules: mobile numbers are 1, 3-9 and nine digits. Landlines are an area code (010, 02x, else 0
and three digits) and 7 or 8 digits, behind the three-digit codes always 8. 400 and 800 numbers
have ten digits; short codes (95588, 12345, 10086) have no international form. Area codes follow
the numbering plan as published by MIIT, those given up included, since old sheets hold them.

The extension is cut off before anything else, because 0755-88886666-801 would otherwise become
part of the number. A number outside the mainland (Hong Kong, Macau and Taiwan included) is of
kind ``foreign`` (境外).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from .text import clean_cell

MOBILE = "mobile"
LANDLINE = "landline"
SERVICE = "service"
FOREIGN = "foreign"
INVALID = "invalid"


@dataclass(frozen=True)
class Phone:
    """One telephone number.

    ``kind``: mobile, landline, service, foreign or invalid. ``e164``: "+86..." without the
    extension; "" for short codes and invalid ones. ``extension``: digits or "". ``area_code``:
    of a landline with its 0 ("0512"); for Hong Kong, Macau and Taiwan the country code ("852");
    else "". ``national``: the digits as dialled inside the mainland, or behind the country code
    in Hong Kong, Macau and Taiwan, or all digits of another foreign number; of an invalid one
    whatever digits there are. ``problem``: "" or, if invalid, ``empty``, ``text`` (letters),
    ``lost_digits`` (a spreadsheet rounded it), ``no_area_code``, ``area_code``, ``length``.
    """

    kind: str
    e164: str = ""
    extension: str = ""
    area_code: str = ""
    national: str = ""
    problem: str = ""


# GB/T 2260 province code -> area codes.
_AREA_CODES = {
    "11": "010",
    "12": "022",
    "13": "0310 0311 0312 0313 0314 0315 0316 0317 0318 0319 0335",
    "14": "0349 0350 0351 0352 0353 0354 0355 0356 0357 0358 0359",
    "15": "0470 0471 0472 0473 0474 0475 0476 0477 0478 0479 0482 0483",
    "21": "024 0410 0411 0412 0413 0414 0415 0416 0417 0418 0419 0421 0427 0429",
    "22": "0431 0432 0433 0434 0435 0436 0437 0438 0439 0440 0448",
    "23": "0451 0452 0453 0454 0455 0456 0457 0458 0459 0464 0467 0468 0469",
    "31": "021",
    "32": "025 0510 0511 0512 0513 0514 0515 0516 0517 0518 0519 0523 0527",
    "33": "0570 0571 0572 0573 0574 0575 0576 0577 0578 0579 0580",
    "34": "0550 0551 0552 0553 0554 0555 0556 0557 0558 0559 0561 0562 0563 0564 0565 0566",
    "35": "0591 0592 0593 0594 0595 0596 0597 0598 0599",
    "36": "0701 0790 0791 0792 0793 0794 0795 0796 0797 0798 0799",
    "37": "0530 0531 0532 0533 0534 0535 0536 0537 0538 0539 0543 0546 0631 0632 0633 0634 0635",
    "41": "0370 0371 0372 0373 0374 0375 0376 0377 0378 0379 0391 0392 0393 0394 0395 0396 0397 0398",
    "42": "027 0710 0711 0712 0713 0714 0715 0716 0717 0718 0719 0722 0724 0728",
    "43": "0730 0731 0732 0733 0734 0735 0736 0737 0738 0739 0743 0744 0745 0746",
    "44": "020 0660 0661 0662 0663 0668 0750 0751 0752 0753 0754 0755 0756 0757 0758 0759 0760 "
    "0762 "
    "0763 0765 0766 0768 0769",
    "45": "0770 0771 0772 0773 0774 0775 0776 0777 0778 0779",
    "46": "0890 0898 0899",
    "50": "023",
    "51": "028 0812 0813 0816 0817 0818 0825 0826 0827 0830 0831 0832 0833 0834 0835 0836 0837 0838 0839",
    "52": "0851 0852 0853 0854 0855 0856 0857 0858 0859",
    "53": "0691 0692 0870 0871 0872 0873 0874 0875 0876 0877 0878 0879 0883 0886 0887 0888",
    "54": "0891 0892 0893 0894 0895 0896 0897",
    "61": "029 0910 0911 0912 0913 0914 0915 0916 0917 0919",
    "62": "0930 0931 0932 0933 0934 0935 0936 0937 0938 0939 0941 0943",
    "63": "0970 0971 0972 0973 0974 0975 0976 0977 0979",
    "64": "0951 0952 0953 0954 0955",
    "65": "0901 0902 0903 0906 0908 0909 0990 0991 0992 0993 0994 0995 0996 0997 0998 0999",
}
AREA_CODE_PROVINCE = {
    area_code: province for province, area_codes in _AREA_CODES.items() for area_code in area_codes.split()
}
_OUTSIDE_PROVINCE = {"852": "81", "853": "82", "886": "71"}

# A cell with more than this holds no numbers but a text.
_LONGEST = 400
# Words in front of or behind a number that are no part of it.
_LABEL = re.compile(r"(?:TELEPHONE|MOBILE|PHONE|CELL|TEL|MOB|FAX)\b[.:]?|\b[TM][.:]|[\u3400-\u9fff]+[:]?|:")
_EXTENSION_WORD = re.compile(
    r"[\s,\-(]*(?:转|轉|分机号?|分機|内线|內線|EXT(?:ENSION|N)?\b|EXT(?=\d)|\bX(?=\s*\d)|#)"
    r"[\s.:\-]*(\d{1,6})\s*\)?(?!\d)"
)
# A landline in full and then a short group: area, separator, 7 or 8 digits, separator, 1-6.
_EXTENSION_TAIL = re.compile(
    r"^(\D*(?:(?:\+|00)?86[\s\-)]*)?\(?0?\)?(?:10|2\d|[3-9]\d\d)[\s\-)]+"
    r"(?:\d{7,8}|\d{3,4}[\s]\d{4}|\d{4}[\-]\d{4}))\s*[\-(]\s*(\d{1,6})\)?\s*$"
)
_SEPARATOR = re.compile(r"[/、;,|\n\r\\]+|[或和及&]")
# A number that a spreadsheet wrote out as text: 13800000000.0
_FLOAT = re.compile(r"(?<=\d{10})\.0+$")
_DIGIT = re.compile(r"\d", re.ASCII)
_KEPT = re.compile(r"[^0-9+]")
# Letters, and the signs that stand for hidden or unreadable digits.
_NOT_A_NUMBER = re.compile(r"[A-Z*?×]")
_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?E\+?(\d\d?)")

_MOBILE = re.compile(r"1[3-9]\d{9}")
_SERVICE = re.compile(r"[48]00\d{7}")
_SHORT = re.compile(r"11[0-9]|12[0-2]|100\d\d|12\d{3}|95\d{3,6}|96\d{3,4}")
_NATIONAL = re.compile(r"0(10|2\d|[3-9]\d\d)([2-9]\d{6,7})")
_LOST_ZERO = re.compile(r"(10|2\d|[3-9]\d\d)([2-9]\d{6,7})")
_LOCAL = re.compile(r"[2-8]\d{6,7}")
_OUTSIDE = {
    "852": re.compile(r"[2-9]\d{7}"),
    "853": re.compile(r"[268]\d{7}"),
    "886": re.compile(r"0?([2-9]\d{7,8})"),
}


def parse_phone(raw, area_code=""):
    """Give the first valid number in ``raw`` as a :class:`Phone`, else the first invalid one.

    ``raw`` is text or a spreadsheet cell's value. ``area_code`` ("0512") completes a local
    number that is written without one. Never raises.
    """
    phones = parse_phones(raw, area_code)
    return next((phone for phone in phones if phone.kind != INVALID), phones[0])


def parse_phones(raw, area_code=""):
    """Give every number in a cell, in order, at least one (of kind invalid if there is none).

    Numbers are separated by / 、 ; , | 或 or line breaks, or by blanks where each part is a
    number of its own. A local number takes the area code of the landline in front of it.
    """
    return list(_parse_cell(clean_cell(raw)[:_LONGEST], area_code))


def phone_key(raw):
    """Give the key for finding duplicates: E.164 without extension, "" if there is none."""
    return parse_phone(raw).e164


def mask(phone):
    """Hide the middle of a number for lists and messages: 138****8000, 0512****1234.

    Takes a :class:`Phone` or raw text, of which the first number is shown. At least four digits
    are hidden except in public 5-digit short codes; the extension is left out; text that is no
    number keeps its last two digits at most.
    """
    if not isinstance(phone, Phone):
        phone = parse_phone(phone)
    number = phone.national
    if phone.kind in (MOBILE, SERVICE) and len(number) >= 10:
        return f"{number[:3]}****{number[-4:] if phone.kind == MOBILE else number[-3:]}"
    if phone.kind == SERVICE:
        return number
    if phone.kind == LANDLINE:
        local = number[len(phone.area_code) :]
        return f"{phone.area_code}****{local[4:]}"
    if phone.kind == FOREIGN and phone.area_code:
        return f"+{phone.area_code}****{number[-4:]}"
    if phone.kind == FOREIGN:
        return f"+{number[:2]}****{number[-3:]}"
    return f"****{number[-2:]}" if len(number) > 5 else "****" if number else ""


def province_of_area_code(area_code):
    """Give the two-digit GB code of a landline area code ("0512" -> "32"), "" if unknown.

    Also takes the codes that :attr:`Phone.area_code` holds for Hong Kong, Macau and Taiwan.
    """
    return AREA_CODE_PROVINCE.get(area_code) or _OUTSIDE_PROVINCE.get(area_code, "")


@lru_cache(maxsize=1 << 15)
def _parse_cell(text, area_code):
    phones = []
    for piece in _SEPARATOR.split(_FLOAT.sub("", text.upper())):
        if _DIGIT.search(piece):
            before = next((p.area_code for p in reversed(phones) if p.kind == LANDLINE), "")
            phones.extend(_parse_piece(piece.strip(), before or area_code))
    return tuple(phones) or (Phone(INVALID, problem="text" if text else "empty"),)


def _parse_piece(piece, area_code):
    """Give the numbers of a piece without strong separators."""
    whole = _parse_one(piece, area_code)
    if whole.kind != INVALID:
        return [whole]
    parts = [part for part in re.split(r"[\s\u3400-\u9fff]+", piece) if re.search(r"\d{5}", part)]
    phones = [_parse_one(part, "") for part in parts]
    if phones and all(phone.kind != INVALID for phone in phones):
        return phones
    return [whole]


def _parse_one(text, area_code):
    """Read one number in capitals and half-width characters."""
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific:
        digits = scientific[1] + (scientific[2] or "")
        if len(digits) != int(scientific[3]) + 1:
            return Phone(INVALID, national=digits, problem="lost_digits")
        text = digits
    text, extension = _cut_extension(text)
    text = _LABEL.sub(" ", text)
    digits = _KEPT.sub("", text)
    if _NOT_A_NUMBER.search(text) or "+" in digits[1:]:
        return Phone(INVALID, national=digits.replace("+", ""), problem="text")
    kind, e164, area, national, problem = _classify(digits, area_code)
    return Phone(kind, e164, extension if e164 else "", area, national, problem)


def _cut_extension(text):
    """Give (number, extension)."""
    found = _EXTENSION_WORD.search(text)
    if found and re.search(r"\d{5}", _KEPT.sub("", text[: found.start()])):
        return text[: found.start()], found[1]
    found = _EXTENSION_TAIL.match(text)
    if found:
        return found[1], found[2]
    found = re.fullmatch(r"(.*\d)\s*[\-(]\s*(\d{1,6})\)?", text)
    whole_is_number = _classify(_KEPT.sub("", text), "")[0] != INVALID
    if found and not whole_is_number and _classify(_KEPT.sub("", found[1]), "")[1]:
        return found[1], found[2]
    return text, ""


def _classify(digits, area_code):
    """Give (kind, e164, area code, national, problem) for digits with an optional leading +."""
    plain = digits.lstrip("+")
    if not plain:
        return INVALID, "", "", "", "empty"
    if digits[0] == "+" or plain.startswith("00"):
        number = plain[2:] if plain.startswith("00") else plain
        if number.startswith("86"):
            return _mainland(number[2:], "") or _invalid(number[2:])
        return _outside(number) or _elsewhere(number)
    if plain.startswith("86") and len(plain) >= 12:
        found = _mainland(plain[2:], "")
        if found:
            return found
    return _outside(plain) or _mainland(plain, area_code) or _invalid(plain)


def _mainland(digits, area_code):
    """Classify digits without country code; None if they are no mainland number."""
    number = digits[1:] if digits.startswith("01") and len(digits) == 12 else digits
    if _MOBILE.fullmatch(number):
        return MOBILE, f"+86{number}", "", number, ""
    if _SERVICE.fullmatch(digits):
        return SERVICE, f"+86{digits}", "", digits, ""
    if _SHORT.fullmatch(digits):
        return SERVICE, "", "", digits, ""
    found = _NATIONAL.fullmatch(digits) or _LOST_ZERO.fullmatch(digits)
    if found:
        area, local = f"0{found[1]}", found[2]
        if area in AREA_CODE_PROVINCE and (len(area) == 4 or len(local) == 8):
            return LANDLINE, f"+86{found[1]}{local}", area, area + local, ""
    if area_code and _LOCAL.fullmatch(digits) and area_code in AREA_CODE_PROVINCE:
        return LANDLINE, f"+86{area_code[1:]}{digits}", area_code, area_code + digits, ""
    return None


def _outside(digits):
    """Classify numbers of Hong Kong, Macau and Taiwan that begin with their country code."""
    found = _OUTSIDE.get(digits[:3])
    found = found and found.fullmatch(digits, 3)
    if not found:
        return None
    national = found[1] if found.re.groups else found[0]
    return FOREIGN, f"+{digits[:3]}{national}", digits[:3], national, ""


def _elsewhere(digits):
    """Classify an international number of another country: 7 to 15 digits (ITU-T E.164)."""
    if digits[:3] in _OUTSIDE or not 7 <= len(digits) <= 15 or digits[0] == "0":
        return _invalid(digits)
    return FOREIGN, f"+{digits}", "", digits, ""


def _invalid(digits):
    if _LOCAL.fullmatch(digits):
        problem = "no_area_code"
    else:
        found = _NATIONAL.fullmatch(digits)
        known = not found or f"0{found[1]}" in AREA_CODE_PROVINCE
        problem = "length" if known else "area_code"
    return INVALID, "", "", digits, problem
