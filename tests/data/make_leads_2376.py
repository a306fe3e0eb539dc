#!/usr/bin/env python3
"""Writes leads_2376.xlsx and leads_2376_truth.json: a machinery company's old lead sheets.

    python tests/data/make_leads_2376.py [folder]

2 376 data rows on four sheets with all that makes such sheets hard to import, and beside them
the truth about them, known from how they were made and not from the code under test. The seed
is fixed and so are the dates inside the file: each run writes the same bytes.

All companies, people, numbers and codes are composed from word lists and belong to nobody on
purpose; mail addresses are under the names reserved for examples.
"""

import datetime
import json
import random
import sys
from collections import Counter
from pathlib import Path

import xlsxwriter

SEED = 20190611
TOTAL = 2376
DUPLICATES = 214
LOOKALIKES = 24
BAD = {"no_company_no_contact": 15, "no_valid_phone_no_email": 17, "unreadable": 10}

# Division code -> (spellings of the province, [(city, landline area code)]).
PROVINCES = {
    "11": ("北京 北京市 Beijing", "北京 010"),
    "12": ("天津 天津市", "天津 022"),
    "13": ("河北 河北省", "石家庄 0311,唐山 0315,保定 0312,沧州 0317"),
    "14": ("山西 山西省", "太原 0351,运城 0359"),
    "15": ("内蒙 内蒙古 内蒙古自治区", "呼和浩特 0471,包头 0472,鄂尔多斯 0477"),
    "21": ("辽宁 辽宁省", "沈阳 024,大连 0411,鞍山 0412"),
    "22": ("吉林 吉林省", "长春 0431,四平 0434"),
    "23": ("黑龙江 黑龙江省", "哈尔滨 0451,齐齐哈尔 0452"),
    "31": ("上海 上海市 Shanghai", "上海 021"),
    "32": ("江苏 江苏省 Jiangsu", "苏州 0512,无锡 0510,常州 0519,南京 025,南通 0513,扬州 0514"),
    "33": ("浙江 浙江省 Zhejiang", "宁波 0574,杭州 0571,温州 0577,台州 0576,绍兴 0575"),
    "34": ("安徽 安徽省", "合肥 0551,芜湖 0553,马鞍山 0555"),
    "35": ("福建 福建省", "厦门 0592,泉州 0595,福州 0591"),
    "36": ("江西 江西省", "南昌 0791,九江 0792,赣州 0797"),
    "37": ("山东 山东省", "青岛 0532,济南 0531,烟台 0535,潍坊 0536,临沂 0539"),
    "41": ("河南 河南省", "郑州 0371,洛阳 0379,新乡 0373"),
    "42": ("湖北 湖北省", "武汉 027,襄阳 0710,十堰 0719"),
    "43": ("湖南 湖南省", "长沙 0731,常德 0736"),
    "44": ("广东 广东省 Guangdong", "东莞 0769,佛山 0757,深圳 0755,广州 020,中山 0760"),
    "45": ("广西 广西壮族自治区", "柳州 0772,南宁 0771"),
    "46": ("海南 海南省", "海口 0898"),
    "50": ("重庆 重庆市", "重庆 023"),
    "51": ("四川 四川省", "成都 028,德阳 0838,绵阳 0816"),
    "52": ("贵州 贵州省", "贵阳 0851,遵义 0851"),
    "53": ("云南 云南省", "昆明 0871,曲靖 0874"),
    "54": ("西藏 西藏自治区", "拉萨 0891"),
    "61": ("陕西 陕西省", "西安 029,宝鸡 0917,咸阳 029"),
    "62": ("甘肃 甘肃省", "兰州 0931,天水 0938"),
    "63": ("青海 青海省", "西宁 0971"),
    "64": ("宁夏 宁夏回族自治区", "银川 0951"),
    "65": ("新疆 新疆维吾尔自治区", "乌鲁木齐 0991,昌吉 0994"),
    "71": ("台湾 台湾省", "台中 886"),
    "81": ("香港 香港特别行政区", "香港 852"),
    "82": ("澳门 澳门特别行政区", "澳门 853"),
}
REGIONS = {
    "华东": (46, "31 32 32 32 33 33 34 35 36 37 37"),
    "华南": (17, "44 44 44 45 46"),
    "华北": (11, "11 12 13 14 15"),
    "华中": (9, "41 42 43"),
    "西南": (7, "50 51 51 52 53 54"),
    "东北": (5, "21 22 23"),
    "西北": (4, "61 61 62 63 64 65"),
    "港澳台": (1, "71 81 82"),
}
REGION_OF = {code: region for region, (_, codes) in REGIONS.items() for code in codes.split()}

BRAND_1 = "恒锐捷铭钜昊铂腾骏硕睿翔凯瑞诚佳博创精宏盛远弘毅鼎晟嘉泓卓域科擎"
BRAND_2 = "锋锐泽铭达源驰拓晖腾岳航诺屹霆韬煜曜轩朗磊川沃隆彦图冠迈奕灏澜钧"
TRADES = (
    "精密机械 数控机床 模具 智能装备 自动化设备 液压机械 五金制品 汽车零部件 重工机械 注塑机械 "
    "激光设备 刀具 传动设备 包装机械 铸造 轴承 电机 阀门 泵业 新能源装备 压缩机 工业机器人"
).split()
FORMS = "有限公司 有限公司 有限公司 有限公司 有限责任公司 股份有限公司".split()
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻苏潘葛范彭鲁韦马"
GIVEN = "立群建国志远晓峰海燕雪梅文博思远佳怡俊杰丽娟国庆春华子涵明辉玉兰伟强秀英永康振宇少波慧敏"
INDUSTRIES = "数控机床 汽车零部件 模具制造 航空航天 医疗器械 工程机械 电子 新能源 五金加工 轨道交通".split()
# 官网 about a fifth of all.
SOURCES = (
    "官网 官网 官网 官网 展会 展会 展会 展会 转介绍 转介绍 转介绍 抖音 抖音 抖音 电话 电话 电话 百度推广 老客户 上门"
).split()
REMARKS = (
    "要五轴样本",
    "已寄样册",
    "等年底预算",
    "对比三家",
    "下月来厂看机",
    "价格敏感",
    "急",
    "电话没人接",
)
MOBILE_STARTS = "130 131 132 135 136 137 138 139 150 151 152 158 159 176 177 180 186 187 189 199".split()
TRADITIONAL = str.maketrans("机锐铭达远凯创盛诚国压轴动设备电业车气", "機銳銘達遠凱創盛誠國壓軸動設備電業車氣")
FULL_WIDTH = str.maketrans(
    "0123456789+-() ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "０１２３４５６７８９＋－（）　ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ",
)

# (name, title rows above the header, header, share of rows, trailing empty rows)
SHEETS = (
    ("展会名单", (), "公司名称 联系人 手机 省份 城市 线索来源 行业 预算 登记日期 备注 邮箱", 35, 0),
    (
        "官网询盘",
        ("客户询盘登记表（内部资料）",),
        "客户名称 联系人姓名 联系电话 所在省市 来源 行业类型 金额 日期 E-mail 统一社会信用代码 备注",
        27,
        0,
    ),
    ("电话记录", (), "日期 单位 姓名 电话 地区 渠道 行业 预算(元) 备注", 21, 35),
    (
        "老客户台账",
        (),
        "序号 企业全称 信用代码 负责人 联系方式 所属省份 所属行业 线索来源 预算金额 登记时间 电子邮箱 说明",
        17,
        3,
    ),
)
FIELD_OF_HEADER = {
    "company": "公司名称 客户名称 单位 企业全称",
    "contact": "联系人 联系人姓名 姓名 负责人",
    "phone": "手机 联系电话 电话 联系方式",
    "province": "省份 所属省份",
    "city": "城市",
    "area": "所在省市 地区",
    "source": "线索来源 来源 渠道",
    "industry": "行业 行业类型 所属行业",
    "budget": "预算 金额 预算(元) 预算金额",
    "date": "登记日期 日期 登记时间",
    "remark": "备注 说明",
    "email": "邮箱 E-mail 电子邮箱",
    "credit_code": "统一社会信用代码 信用代码",
    "number": "序号",
}
FIELD_OF_HEADER = {header: field for field, headers in FIELD_OF_HEADER.items() for header in headers.split()}
HEADER_OF = {name: header for name, _titles, header, *_ in SHEETS}
CREATED = datetime.datetime(2024, 1, 2, 3, 4, 5)


class Maker:
    """Makes leads as dictionaries of what is true about them and what stands in the cells."""

    def __init__(self):
        self.random = random.Random(SEED)
        self.numbers = set()
        self.names = set()

    def pick(self, items):
        return items[self.random.randrange(len(items))]

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def digits(self, count):
        return "".join(str(self.random.randrange(10)) for _ in range(count))

    def unique_digits(self, make):
        while True:
            number = make()
            if number not in self.numbers:
                self.numbers.add(number)
                return number

    def mobile(self):
        return self.unique_digits(lambda: self.pick(MOBILE_STARTS) + self.digits(8))

    def phone(self, area):
        """Give (kind, bare digits, extension) of a new number in the landline area."""
        if area in ("852", "853", "886"):
            start = {"852": "2", "853": "28", "886": "4"}[area]
            return (
                "foreign",
                self.unique_digits(lambda: area + start + self.digits(8 - len(start))),
                "",
            )
        share = self.random.randrange(100)
        if share < 78:
            return "mobile", self.mobile(), ""
        if share < 97:
            number = self.unique_digits(lambda: area + self.pick("2345678") + self.digits(7))
            return "landline", number, self.pick(["", "", "801", "12", "8006"])
        return "service", self.unique_digits(lambda: "400" + self.digits(7)), ""

    def company(self, city):
        """Give a name's parts (place, core, form); no two share the core."""
        while True:
            brand = self.pick(BRAND_1) + self.pick(BRAND_2)
            if self.chance(4):
                brand = "".join(self.pick("ABCDEFGHKLMNPRSTW") for _ in range(3))
            core = brand + self.pick(TRADES)
            if core not in self.names:
                self.names.add(core)
                return city, core, self.pick(FORMS)

    def lead(self):
        region = self.random.choices(list(REGIONS), [share for share, _ in REGIONS.values()])[0]
        code = self.pick(REGIONS[region][1].split())
        city, area = self.pick(PROVINCES[code][1].split(",")).split()
        surname = self.pick(SURNAMES)
        start = self.random.randrange(0, len(GIVEN) - 1)
        lead = {
            "code": code,
            "city": city,
            "name": self.company(city),
            "contact": surname + GIVEN[start : start + 1 + self.random.randrange(2)],
            "number": self.phone(area),
            "source": self.pick(SOURCES),
            "industry": self.pick(INDUSTRIES),
            "budget": self.pick([0, 30, 50, 80, 120, 128, 200, 260, 500, 880, 1500]) * 1000,
            "date": datetime.date(2019, 3, 1) + datetime.timedelta(self.random.randrange(1700)),
            "remark": self.pick(REMARKS) if self.chance(35) else "",
            "email": self.email() if self.chance(40) else "",
            "credit_code": self.credit_code(code) if self.chance(50) else "",
        }
        if code == "71":  # names there are not built by the mainland's rule
            lead["name"] = ("", *lead["name"][1:])
        return lead

    def email(self):
        number = self.unique_digits(lambda: self.digits(6))
        return f"sales{number}@example.{self.pick(['com', 'net', 'org'])}"

    def credit_code(self, code):
        """Compose a code with both check characters (GB 32100-2015, GB 11714)."""
        alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
        body = "MA" + self.unique_digits(lambda: self.digits(6))
        weights = (3, 7, 9, 10, 5, 8, 4, 2)
        total = sum(int(char, 36) * weight for char, weight in zip(body, weights, strict=True))
        body += "0123456789X"[(11 - total % 11) % 11]
        first = f"91{code}0{1 + self.random.randrange(9)}0{self.random.randrange(10)}{body}"
        total = sum(alphabet.index(char) * pow(3, place, 31) for place, char in enumerate(first))
        return first + alphabet[(31 - total % 31) % 31]

    # -- how a thing is written --------------------------------------------------------------

    def write_name(self, place, core, form, far=False):
        """Write a company's name; ``far`` allows spellings that differ in the form's words."""
        if far and form in ("有限公司", "有限责任公司"):
            form = self.pick(["有限公司", "有限责任公司"])
        style = self.random.randrange(10)
        if not place:
            name = core + form
        elif style < 6:
            name = place + core + form
        elif style < 8:
            name = f"{core}（{place}）{form}"
        elif style < 9:
            name = f"{core}({place}){form}"
        else:
            name = f"{place}市{core}{form}"
        if place in ("香港", "澳门", "昌吉"):
            name = name.replace("市", "")
        if self.chance(6):
            name = name.translate(FULL_WIDTH)
        if far and self.chance(15):
            name = name.translate(TRADITIONAL)
        if self.chance(5):
            name = f" {name}  "
        if far and self.chance(10):
            name = name[:2] + " " + name[2:]
        return name

    def write_phone(self, kind, digits, extension):
        """Give a cell value for a number: text in many styles, or a number."""
        style = self.random.randrange(12)
        if kind == "mobile":
            spaced = f"{digits[:3]} {digits[3:7]} {digits[7:]}"
            dashed = spaced.replace(" ", "-")
            styles = (
                [digits] * 2
                + [int(digits)] * 3
                + [spaced, dashed, f"+86 {dashed}", f"0086{digits}", f"86-{digits}"]
                + [digits.translate(FULL_WIDTH), f"{digits} "]
            )
            return styles[style]
        if kind == "service":
            return [digits, f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"][style % 2]
        if kind == "foreign":
            text = f"{digits[:3]}-{digits[3:7]} {digits[7:]}"
            return [text, f"+{text}", f"00{digits}"][style % 3]
        width = 3 if digits[1] in "12" else 4
        area, local = digits[:width], digits[width:]
        if extension:
            tail = self.pick([f"-{extension}", f"转{extension}", f" ext {extension}"])
        else:
            tail = ""
        text = [
            f"{area}-{local}",
            f"({area}) {local[:4]} {local[4:]}",
            f"（{area}）{local}",
            f"+86 {area[1:]} {local}",
        ][style % 4]
        if style == 11:
            text = text.translate(FULL_WIDTH)
        return text + tail

    def write_date(self, date):
        style = self.random.randrange(10)
        if style < 5:
            return date
        if style < 7:
            return date.isoformat()
        if style < 9:
            return f"{date.year}/{date.month}/{date.day}"
        return f"{date.year}年{date.month}月{date.day}日"

    def write_budget(self, budget):
        if not budget:
            return self.pick([None, None, "面议", "待定"])
        style = self.random.randrange(10)
        if style < 6:
            return budget
        if style < 8:
            return f"{budget:,}"
        return f"{budget / 10000:g}万"

    def cells(self, lead, far=False):
        """Give {field: cell value} for a lead."""
        province = self.pick(PROVINCES[lead["code"]][0].split())
        municipality = lead["code"] in ("11", "12", "31", "50", "81", "82")
        city = lead["city"] + ("市" if self.chance(60) and lead["code"] not in ("81", "82") else "")
        if lead["city"] == "昌吉":
            city = "昌吉州"
        if municipality:
            area = province
        elif self.chance(15):
            area = city
        else:
            area = province + (" " if province.isascii() else self.pick(["", "", " ", "-"])) + city
        region_empty = self.chance(4)
        return {
            "company": self.write_name(*lead["name"], far=far),
            "contact": lead["contact"],
            "phone": self.write_phone(*lead["number"]),
            "province": None if region_empty else province,
            "city": None if region_empty or self.chance(20) else city,
            "area": None if region_empty else area,
            "source": lead["source"],
            "industry": None if self.chance(8) else lead["industry"],
            "budget": self.write_budget(lead["budget"]),
            "date": self.write_date(lead["date"]),
            "remark": lead["remark"] or None,
            "email": lead["email"] or None,
            "credit_code": lead["credit_code"] or None,
        }


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


def write_workbook(sheets, path):
    """Write the workbook and note on each row where it stands."""
    book = xlsxwriter.Workbook(path, {"strings_to_numbers": False})
    book.set_properties({"title": "线索汇总", "author": "销售部", "created": CREATED})
    date_format = book.add_format({"num_format": "yyyy-mm-dd"})
    bold = book.add_format({"bold": True})
    for name, titles, header, _share, trailing in SHEETS:
        sheet = book.add_worksheet(name)
        header = header.split()
        line = 0
        for title in titles:
            sheet.merge_range(line, 0, line, len(header) - 1, title, bold)
            line += 1
        sheet.write_row(line, 0, header, bold)
        for index, row in enumerate(sheets[name], 1):
            line += 1
            row["place"] = [name, line + 1]
            for column, title in enumerate(header):
                field = FIELD_OF_HEADER[title]
                value = index if field == "number" else row["cells"][field]
                if isinstance(value, datetime.date):
                    sheet.write_datetime(line, column, value, date_format)
                elif isinstance(value, str):
                    sheet.write_string(line, column, value)
                elif value is not None:
                    sheet.write_number(line, column, value)
        for extra in range(trailing):
            # Rows that someone formatted and never filled: they hold blanks, no data.
            sheet.write_blank(line + 1 + extra, 0, None, date_format)
            if extra % 2:
                sheet.write_string(line + 1 + extra, 1, " ")
    book.close()


def truth(sheets):
    """Give what is known about the rows; a row is [sheet, Excel row number]."""
    rows = sorted((row for part in sheets.values() for row in part), key=lambda row: row["place"])
    groups, lookalikes, road = {}, {}, {}
    for row in rows:
        group = row.get("group", "")
        if group and not row.get("bad"):
            target = lookalikes if group.startswith("l") else groups
            target.setdefault(group, []).append(row)
        if "road" in row:
            road[row["road"]] = row["place"]
    good = [row for row in rows if "bad" not in row]
    return {
        "total": len(rows),
        "rows_per_sheet": {name: len(part) for name, part in sheets.items()},
        "header_row": {name: 1 + len(titles) for name, titles, *_ in SHEETS},
        "road": road,
        "duplicate_rows": sum(len(members) - 1 for members in groups.values()),
        "duplicate_groups": [
            {
                "rows": [row["place"] for row in members],
                "kinds": sorted({row["kind"] for row in members if "kind" in row}),
            }
            for members in sorted(groups.values(), key=_place)
        ],
        "lookalikes": [
            {
                "rows": [row["place"] for row in members],
                "kind": next(row["kind"] for row in members if "kind" in row),
            }
            for members in sorted(lookalikes.values(), key=_place)
        ],
        "bad_rows": [{"row": row["place"], "kind": row["bad"]} for row in rows if "bad" in row],
        # Letters O where the code has zeros, on sheets with a column for the code.
        "credit_code_typos": [
            {"row": row["place"], "meant": row["lead"]["credit_code"]}
            for row in rows
            if "O" in (row["cells"]["credit_code"] or "") and "代码" in HEADER_OF[row["place"][0]]
        ],
        "good_rows_per_source": count(row["cells"]["source"] or "" for row in good),
        "good_rows_per_phone_kind": count(row["lead"]["number"][0] for row in good),
        "good_rows_per_province": count(_province(row) for row in good),
        "good_rows_per_region": count(REGION_OF.get(_province(row), "") for row in good),
    }


def _place(members):
    return members[0]["place"]


def _province(row):
    """Give the division that the row's region cells name; "" if they are empty."""
    return row["lead"]["code"] if row["cells"]["province"] else ""


def count(values):
    return dict(sorted(Counter(values).items()))


def main(folder):
    """Write both files into ``folder``."""
    folder = Path(folder)
    sheets = make_rows()
    write_workbook(sheets, folder / "leads_2376.xlsx")
    text = json.dumps(truth(sheets), ensure_ascii=False, indent=1)
    (folder / "leads_2376_truth.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
