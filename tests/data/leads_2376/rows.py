"""All rows: ordinary ones, duplicates, lookalikes and bad ones."""

import datetime

from .maker import Maker
from .words import BAD, DUPLICATES, LOOKALIKES, SHEETS, SURNAMES, TOTAL


def road_rows(maker):
    """Give the two rows that the end-to-end test follows: the lead and its near duplicate."""
    name = ("苏州", "恒锐精密机械", "有限公司")
    maker.names.add(name[1])
    maker.numbers.add("13812008866")
    cells = {
        "company": "苏州恒锐精密机械有限公司",
        "contact": "沈立群",
        "phone": "+86 138-1200-8866",
        "province": "江苏省",
        "city": "苏州市",
        "area": "江苏省 苏州市",
        "source": "官网",
        "industry": "数控机床",
        "budget": 128000,
        "date": datetime.date(2023, 9, 12),
        "remark": "需要五轴加工中心方案",
        "email": None,
        "credit_code": None,
    }
    twin = dict(
        cells,
        company="苏州恒锐精密机械（苏州）有限责任公司",
        contact="沈经理",
        phone="１３８１２００８８６６",
        province="江苏",
        budget=None,
        date="2022/11/3",
        remark=None,
    )
    lead = {"code": "32", "city": "苏州", "name": name, "source": "官网"}
    lead |= {"number": ("mobile", "13812008866", "")}
    return (
        dict(cells=cells, lead=lead, group="road", sheet="官网询盘", road="lead"),
        dict(cells=twin, lead=lead, group="road", kind="both", sheet="老客户台账", road="twin"),
    )


def duplicate_rows(maker, originals):
    """Give rows that repeat some of the originals, DUPLICATES of them less the road's one."""
    rows = []
    left = DUPLICATES - 1
    suitable = [row for row in originals if row["lead"]["code"] not in ("71", "81", "82")]
    for row in maker.random.sample(suitable, left):
        if not left:
            break
        row["group"] = f"g{len(rows)}"
        for _ in range(min(left, maker.pick([1, 1, 1, 1, 1, 1, 1, 2, 3]))):
            rows.append(duplicate(maker, row))
            left -= 1
    return rows


def duplicate(maker, row):
    lead, kind = row["lead"], maker.pick("exact both both both phone company company".split())
    if kind == "exact":
        cells = dict(row["cells"])
    elif kind == "both":
        cells = maker.cells(lead, far=True)
        cells["contact"] = maker.pick([lead["contact"], lead["contact"][0] + "经理", None])
    elif kind == "phone":  # the company under a short name that no rule can recognise
        cells = maker.cells(lead)
        cells["company"] = maker.pick([None, lead["name"][1][:4]])
    else:  # the same company, another person and number
        other = dict(lead, number=("mobile", maker.mobile(), ""), email="")
        cells = maker.cells(other, far=True)
        cells["contact"] = maker.pick(SURNAMES) + maker.pick(["工", "总", "经理"])
        lead = other
    return dict(cells=cells, lead=lead, group=row["group"], kind=kind)


def lookalike_rows(maker, originals):
    """Give rows that look like duplicates and are none: branches and namesakes elsewhere."""
    rows = []
    suitable = [row for row in originals if "group" not in row and not row["lead"]["code"].startswith(("7", "8"))]
    for row in maker.random.sample(suitable, LOOKALIKES):
        row["group"] = f"l{len(rows)}"
        place, core, form = row["lead"]["name"]
        lead = maker.lead()
        while lead["code"] == row["lead"]["code"] or lead["code"].startswith(("7", "8")):
            lead = maker.lead()
        cells = maker.cells(lead)
        if len(rows) % 2:
            cells["company"] = f"{place}{core}{form}{lead['city']}分公司"
            kind = "branch"
        else:
            cells["company"] = f"{lead['city']}{core}{form}"
            kind = "namesake"
        rows.append(dict(cells=cells, lead=lead, group=row["group"], kind=kind))
    return rows


def bad_rows(maker):
    rows = []
    for kind, count in BAD.items():
        for index in range(count):
            lead = maker.lead()
            while lead["number"][0] != "mobile":
                lead = maker.lead()
            cells = maker.cells(lead)
            if kind == "no_company_no_contact":
                cells["company"] = maker.pick([None, "", "  ", "无"])
                cells["contact"] = maker.pick([None, ""])
            elif kind == "no_valid_phone_no_email":
                cells["email"] = None
                digits = lead["number"][1]
                broken = [
                    None,
                    "无",
                    digits[:-2],
                    f"{digits[:3]}****{digits[-4:]}",
                    "1.38E+10",
                    "12" + maker.digits(9),
                    "微信联系",
                ]
                cells["phone"] = broken[index % len(broken)]
            else:
                cells |= {
                    "company": maker.pick(["锟斤拷锟斤拷", "#REF!", "????????", "�����"]),
                    "contact": maker.pick(["烫烫烫", "#N/A", "??"]),
                    "phone": maker.pick(["########", "#VALUE!", "??????"]),
                    "email": None,
                }
            rows.append(dict(cells=cells, lead=lead, bad=kind))
    return rows


def soften(maker, row):
    """Empty a few cells of an ordinary row, but never so that it becomes a bad one."""
    cells = row["cells"]
    if maker.chance(5):
        cells["contact"] = None
    elif maker.chance(3) and row["lead"]["number"][0] == "mobile":
        cells["company"] = maker.pick([None, "个人"])
    if maker.chance(2):
        cells["source"] = None
    if cells["credit_code"] and maker.chance(4):
        cells["credit_code"] = cells["credit_code"].replace("0", "O")


def make_rows():
    """Give all rows as {sheet: [row]} in their order."""
    maker = Maker()
    road = road_rows(maker)
    count = TOTAL - DUPLICATES - LOOKALIKES - sum(BAD.values()) - 1
    originals = []
    for _ in range(count):
        lead = maker.lead()
        originals.append(dict(cells=maker.cells(lead), lead=lead))
    duplicates = duplicate_rows(maker, originals)
    lookalikes = lookalike_rows(maker, originals)
    for row in originals:
        if "group" not in row:
            soften(maker, row)
    rows = [*road, *originals, *duplicates, *lookalikes, *bad_rows(maker)]
    assert len(rows) == TOTAL, len(rows)
    maker.random.shuffle(rows)
    sheets = {name: [] for name, *_ in SHEETS}
    shares = [share for *_, share, _ in SHEETS]
    for row in rows:
        sheets[row.get("sheet") or maker.random.choices(list(sheets), shares)[0]].append(row)
    return sheets
