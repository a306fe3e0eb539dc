"""Company names reduced to keys that find the same company behind other spellings.

A mainland name is built as division + name + trade + form of organisation (regulation on
enterprise names, 企业名称登记管理规定), where the division may also stand in brackets:
上海ABC科技有限公司, ABC科技（上海）有限公司. The form is often mistyped (有限公司 for
有限责任公司). A branch (分公司, 支行, 办事处 ...) is another body than its head office and is
never given the same key.

How sure a match is: equal ``full_key`` very likely, equal ``key`` worth suggesting, equal
``core`` alone weak. Nothing is ever merged on a name alone.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from .divisions import read_place
from .text import clean_cell, simplify


@dataclass(frozen=True)
class CompanyName:
    """A company name in parts.

    ``display``: as written, with half-width characters and single blanks. ``core``: name and
    trade, simplified, in capitals, without punctuation, place and form. ``place``: short name
    of the place ("上海", "苏州"; several joined by "+"), "" if none. ``suffix``: the form that
    was cut off. ``is_branch``. ``full_key``: the whole name, only spelling differences removed.
    ``key``: core and place. Both keys are "" where the text names no company.
    """

    display: str
    core: str
    place: str
    suffix: str
    is_branch: bool
    full_key: str
    key: str


_BRACKETS = str.maketrans(dict.fromkeys("[{〔【「『《〈<", "(") | dict.fromkeys("]}〕】」』》〉>", ")"))
_PUNCTUATION = re.compile(r"[\s·•・‧∙.,，。、\-‐-―_'\"‘’“”:;!&+*/\\|~@]+")
_OUTER = re.compile(r"\(([^()]*)\)")

_FORMS = (
    "集团股份有限公司 集团有限责任公司 集团有限公司 集团总公司 集团公司 股份有限责任公司 "
    "股份有限公司 "
    "有限责任公司 控股有限公司 有限公司 股份公司 总公司 公司 集团 总厂 厂 事务所 农民专业合作社 "
    "专业合作社 合伙企业"
).split()
_PARTNERSHIP = re.compile(r"\((?:特殊普通合伙|普通合伙|有限合伙|个人独资)\)$")
_FORM = re.compile("(?:" + "|".join(sorted(map(re.escape, _FORMS), key=len, reverse=True)) + ")$")
# "(集团)" and "(控股)" in front of the form belong to it.
_GROUP = re.compile(r"\((?:集团|控股|股份)\)$")
_LATIN_FORM = re.compile(
    r"(?<=[A-Z0-9)])[\s.,]+(?:(?:GROUP[\s.,]+)?CO[\s.,]+(?:LTD|LIMITED|INC)|COMPANY[\s.,]+LIMITED|LIMITED"
    r"|LTD|INC|LLC|CORP|CORPORATION|GMBH|PLC|CO)[\s.,]*$"
)
_BRANCH = re.compile("(?:分公司|分行|支行|分理处|办事处|代表处|联络处|分厂|分店|分部|营业部|分院|分所|分校|项目部)$")
# A remark that old sheets add behind the name.
_REMARK = re.compile(
    r"\((?:原[^()]*|曾用名[^()]*|老客户|新客户|大客户|客户|重复|停用|已停用|作废|注销|已注销|吊销|暂[^()]*|[新老旧])\)$"
)
_NO_NAME = frozenset(
    "无 没有 暂无 未知 不详 不明 个人 个体 个体户 待定 待补 待补充 未填 空 测试 同上 公司 有限公司 "
    "NA NONE NULL NIL TEST UNKNOWN X XX XXX".split()
)
# Places that are also trade words: in front of a name they count only with 市.
_TRADE_WORDS = frozenset("大同 三明 吉安 安康 安顺 长治 永康 瑞安 新泰 天长 孝义 尚志 五常 白银".split())
# The longest registered names have some sixty characters; whatever is longer is a pasted text.
_LONGEST = 200
_DISTRICT = re.compile("[区县](?!块|域|间)(?=..)")
_COUNTRY_WIDE = frozenset(("中国", "大中华", "亚洲", "亚太", "国际", "全国"))


def parse_company(raw):
    """Take a company name apart and give a :class:`CompanyName`; never raises."""
    return _parse(clean_cell(raw))


def company_key(raw):
    """Give the key for an indexed column: core and place as "core@place", or a branch's name.

    ABC科技(上海)有限公司 and 上海ABC科技有限责任公司 have the same key. "" where the cell names no
    company (empty, 无, 个人, only a legal form).
    """
    return parse_company(raw).key


@lru_cache(maxsize=1 << 15)
def _parse(text):
    display = " ".join(text.split())
    upper = _unify(display)
    full_key = _PUNCTUATION.sub("", upper)
    bare = full_key.replace("(", "").replace(")", "")
    if bare in _NO_NAME or len(bare) > _LONGEST or not any(character.isalnum() for character in bare):
        return CompanyName(display, "", "", "", False, "", "")
    without_remark = _REMARK.sub("", full_key)
    branch = _BRANCH.search(without_remark.rstrip(")"))
    if branch:
        key = bare.replace("有限责任公司", "有限公司")
        return CompanyName(display, bare, "", branch[0], True, full_key, key)
    bare_name = _PUNCTUATION.sub("", _LATIN_FORM.sub("", _REMARK.sub("", upper)))
    # once more: a blank inside the brackets hid the remark
    rest, suffix = _cut_form(_REMARK.sub("", bare_name))
    if not suffix:
        latin = _LATIN_FORM.search(_REMARK.sub("", upper))
        suffix = _PUNCTUATION.sub("", latin[0]) if latin else ""
    core, place = _cut_places(rest)
    if not core:
        core, place = rest.replace("(", "").replace(")", "") or bare, ""
    return CompanyName(display, core, place, suffix, False, full_key, f"{core}@{place}")


def _unify(text):
    return simplify(text).translate(_BRACKETS).upper()


def _cut_form(name):
    """Give (name without its form of organisation, the form)."""
    form = ""
    # A place may stand behind the form: 某某有限公司(上海).
    tail = ""
    last = re.search(r"\([^()]*\)$", name)
    if last and _bracket_place(last[0][1:-1]):
        name, tail = name[: last.start()], last[0]
    partnership = _PARTNERSHIP.search(name)
    if partnership:
        name, form = name[: partnership.start()], partnership[0]
    found = _FORM.search(name)
    if found and found.start() > 0:
        name, form = name[: found.start()], found[0] + form
    group = _GROUP.search(name)
    if group:
        name, form = name[: group.start()], group[0] + form
    return name + tail, form


def _cut_places(name):
    """Give (core, place): cuts places in front and in brackets, keeps other brackets' text."""
    places = []
    start = 0
    while place := read_place(name, start):
        is_word = place.short in _TRADE_WORDS and not place.is_full
        # Names in Taiwan are not built by the mainland's rule: the place is part of the name.
        if is_word or place.code == "71" or len(name) - place.end < 2:
            break
        if places and not places[-1][2] and not place.is_province and places[-1][0] == place.code:
            # 佛山顺德, 苏州昆山: the nearer place is enough, others write it alone
            places.pop()
        places.append((place.code, place.short, place.is_province))
        start = place.end
        # 佛山市顺德区: what read_place knows as a city may be called a district
        if not place.is_full and _DISTRICT.match(name, start):
            start += 1

    for content in _OUTER.findall(name[start:]):
        places.extend(_bracket_place(content))
    core = _OUTER.sub(lambda found: "" if _bracket_place(found[1]) else found[1], name[start:])
    core = core.replace("(", "").replace(")", "")
    return core, _join(places)


def _bracket_place(text):
    """Give the places that fill ``text`` completely as (code, short, is province), else []."""
    if text in _COUNTRY_WIDE:
        return [("", text, True)]
    places = []
    start = 2 if text.startswith("中国") else 0
    while start < len(text):
        place = read_place(text, start)
        if not place:
            return []
        places.append((place.code, place.short, place.is_province))
        start = place.end
    return places


def _join(places):
    """Join the places' names once each, leaving out a province where a city in it is named."""
    with_city = {code for code, _short, is_province in places if not is_province}
    kept = [short for code, short, is_province in places if not (is_province and code in with_city)]
    return "+".join(dict.fromkeys(kept))
