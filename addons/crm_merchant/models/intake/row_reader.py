"""What a row of a sheet says, plain Python: values in one form, and what is wrong with it as codes.

The words for the codes stand in ``crm_import_line.py``.
"""

import re

from ...lib.company_name import parse_company
from ...lib.credit_code import check_credit_code
from ...lib.divisions import province_from_text, read_place
from ...lib.money import MoneyError, parse_amount
from ...lib.phone import FOREIGN, INVALID, LANDLINE, parse_phones
from ...lib.text import clean_cell, is_cell_error, simplify

_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[A-Za-z]{2,}")
_LIST = re.compile(r"[,;、，；|/\n]+")
_FORMULA = re.compile(r"[=@]|[+-](?=.*[A-Za-z(|!])")
_RANGE = re.compile(r"\s*(?:[-~—–]|至|到)\s*")
_ABOUT = re.compile(r"^(?:约|大约|预计|预算|不低于|至少|>=?|≥)\s*|(?:左右|以上|以内|以下|上下|\+)\s*$")
_UNIT = re.compile(r"([万亿千]元?|元)$")
_NOTHING = frozenset("无 没有 暂无 未知 不详 / - -- — 空 NA N/A NONE NULL".split())
_OPEN_AMOUNT = frozenset("面议 待定 待议 待补 待确认 未定 不确定 保密".split())
# what a wrong encoding or too narrow a column leaves behind
_GARBLED = re.compile(r"\ufffd|[?？]{3,}|#{3,}|烫烫|屯屯|锟斤拷")

# columns whose text goes into the lead as it is
PLAIN = ("contact", "function", "city", "street", "source", "industry", "product", "referred", "website")
# longer ones are no name; the key would not fit into its index either
MAX_NAME = 120
MAX_TEXT = 500
# yuan; the database would take more, people would not
MAX_AMOUNT = 10**12

# columns that say who it is and how to reach him: what cannot be read here sends the row back
_KEY_COLUMNS = ("company", "contact", "phone", "email")


class Row:
    """What a row says.

    ``values``: dict that JSON can hold, unmapped texts under ``notes`` as [header, text]. ``problems`` send the row
    back, ``hints`` go along with it; both are lists of (header, code, detail).
    """

    def __init__(self):
        self.values, self.problems, self.hints, self.notes = {}, [], [], []

    def note(self, header, text):
        self.notes.append([header, text])


def read_row(cells):
    """Read one row.

    :param cells: list of (header, target, raw text)
    :return: :class:`Row`
    """
    row = Row()
    for header, target, raw in cells:
        # in free text three question marks are a question
        error = is_cell_error(raw) or (target != "note" and _GARBLED.search(raw))
        text = clean_cell(raw)
        if error and target != "ignore":
            found = row.problems if target in _KEY_COLUMNS else row.hints
            found.append((header, "cell_error" if is_cell_error(raw) else "garbled", raw.strip()[:20]))
        elif not text or target == "ignore" or text.upper() in _NOTHING:
            continue
        elif target not in ("note", "phone", "budget") and _FORMULA.match(text):
            row.problems.append((header, "formula", text[:40]))
        elif target in ("company", "contact") and len(text) > MAX_NAME:
            row.problems.append((header, "too_long", str(MAX_NAME)))
        elif target in PLAIN and len(text) > MAX_TEXT:
            row.hints.append((header, "long_text", text[:20]))
            row.note(header, text)
        elif target in _READERS:
            _READERS[target](row, header, text)
        elif target in PLAIN and not row.values.get(target):
            row.values[target] = " ".join(text.split())
        else:
            row.note(header, text)
    _judge_whole(row)
    row.values["notes"] = row.notes
    return row


def _judge_whole(row):
    """A lead needs somebody to call and a way to do it; an unreadable phone is a hint where there is a mail."""
    if row.problems:
        return
    if not row.values.get("company") and not row.values.get("contact"):
        row.problems.append(("", "no_name", ""))
    if not row.values.get("phone") and not row.values.get("email"):
        phone_hints = [hint for hint in row.hints if hint[1].startswith(("phone_", "email"))]
        row.hints = [hint for hint in row.hints if hint not in phone_hints]
        row.problems += phone_hints or [("", "no_reach", "")]


def _company(row, header, text):
    name = parse_company(text)
    if not name.full_key:
        row.note(header, text)
    elif row.values.get("company"):
        row.note(header, text)
    else:
        row.values["company"] = name.display
        row.values["company_key"] = name.key


def _phone(row, header, text):
    phones = parse_phones(text)
    valid = [phone for phone in phones if phone.kind != INVALID]
    if not valid:
        row.hints.append((header, f"phone_{phones[0].problem}", text[:40]))
        return
    for phone in valid:
        if phone.e164 and phone.e164 not in row.values.setdefault("phone_keys", []):
            row.values["phone_keys"].append(phone.e164)
        if not row.values.get("phone"):
            row.values["phone"] = format_phone(phone)
            row.values["is_mainland"] = phone.kind != FOREIGN
        elif format_phone(phone) != row.values["phone"]:
            row.note(header, format_phone(phone))


def format_phone(phone):
    """A number as people here dial it; ``ext.`` because Odoo's own parser fails on 转801."""
    number = phone.national
    if phone.kind == LANDLINE:
        number = f"{phone.area_code}-{number[len(phone.area_code) :]}"
    elif phone.kind == FOREIGN:
        number = phone.e164
    return f"{number} ext. {phone.extension}" if phone.extension else number


def _email(row, header, text):
    found = _EMAIL.findall(text)
    if not found:
        row.hints.append((header, "email", text[:60]))
    elif row.values.get("email"):
        row.note(header, text)
    else:
        row.values["email"] = found[0].lower()
        if len(found) > 1:
            row.note(header, text)


def _credit_code(row, header, text):
    code = check_credit_code(text)
    if code.valid:
        row.values["credit_code"] = code.normalised
    elif code.problem in ("legacy", "individual"):
        # a lawful tax number of another kind, worth keeping
        row.note(header, text)
    else:
        kind = "credit_code_suggestion" if code.suggestion else f"credit_code_{code.problem}"
        row.hints.append((header, kind, code.suggestion or text[:30]))
        row.note(header, text)


def _region(row, header, text):
    division = province_from_text(text)
    if division:
        row.values.setdefault("province", division.code)
        city = city_in(text)
        if city:
            row.values.setdefault("city", city)
        if len(text) > 12:
            row.note(header, text)
    else:
        # 华东, 国外 and the like: no province, but no mistake either
        row.note(header, text)


def _province(row, header, text):
    division = province_from_text(text)
    if division:
        row.values["province"] = division.code
    else:
        row.hints.append((header, "province", text[:30]))
        row.note(header, text)


def _street(row, header, text):
    row.values.setdefault("street", " ".join(text.split()))
    division = province_from_text(text)
    if division:
        row.values.setdefault("province", division.code)
        city = city_in(text)
        if city:
            row.values.setdefault("city", city)


def city_in(text):
    """The first city named in a text that begins with places (江苏省苏州市工业园区 -> 苏州), "" if none."""
    text, start = simplify(text).replace(" ", ""), 0
    while place := read_place(text, start):
        if not place.is_province:
            return place.short
        start = place.end
        if start < len(text) and text[start] in "-/·":
            start += 1
    return ""


def _budget(row, header, text):
    amount = read_amount(text)
    if amount is not None:
        row.values.setdefault("budget", str(amount))
    elif text not in _OPEN_AMOUNT:
        row.hints.append((header, "budget", text[:30]))
    row.note(header, text)


def read_amount(text):
    """Yuan as Decimal of a budget cell, None if there is none to read: 50万+, 约120万, 30-50万 (the lower end)."""
    text = _ABOUT.sub("", _ABOUT.sub("", text)).strip()
    parts = _RANGE.split(text)
    if len(parts) == 2 and all(parts):
        unit = _UNIT.search(parts[1])
        text = parts[0] if _UNIT.search(parts[0]) or not unit else parts[0] + unit[0]
    try:
        amount = parse_amount(text)
    except MoneyError:
        return None
    return amount if 0 <= amount < MAX_AMOUNT else None


def _tags(row, header, text):
    found = [tag.strip() for tag in _LIST.split(text) if tag.strip()]
    tags = row.values.setdefault("tags", [])
    tags += [tag for tag in found if tag not in tags and len(tag) <= 40]


_READERS = {
    "company": _company,
    "phone": _phone,
    "email": _email,
    "credit_code": _credit_code,
    "region": _region,
    "state": _province,
    "street": _street,
    "budget": _budget,
    "tags": _tags,
}
