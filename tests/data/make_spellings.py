"""A second truth about duplicates: companies and the ways in which people wrote them down.

The lists and spellings here are not those of ``make_leads_2376.py`` and not the tables of the addon: names are built of
characters of their own, places are written with their counties, forms as registers and invoices show them, and
what hands and machines add is blanks, invisible and traditional characters, points, remarks, prefixes and extensions.
Mistyped characters are not among it: no key finds those. Each record says which body it is, so that pairs found can be judged.

    records(bodies, seed) -> list of {"body", "company", "phone", "credit_code"}
"""

import random

# place as it stands in front of a name, in the ways people write it: (spellings, landline area code, division digits)
PLACES = (
    (("昆山", "昆山市", "江苏昆山", "江苏省昆山市"), "0512", "320583"),
    (("义乌", "义乌市", "浙江义乌", "浙江省义乌市"), "0579", "330782"),
    (("顺德", "佛山顺德", "广东顺德", "佛山市顺德区"), "0757", "440606"),
    (("青岛", "青岛市", "山东青岛", "山东省青岛市"), "0532", "370200"),
    (("沈阳", "沈阳市", "辽宁沈阳"), "024", "210100"),
    (("重庆", "重庆市"), "023", "500100"),
    (("天津", "天津市"), "022", "120100"),
    (("长沙", "长沙市", "湖南长沙", "湖南省长沙市"), "0731", "430100"),
    (("西安", "西安市", "陕西西安"), "029", "610100"),
    (("厦门", "厦门市", "福建厦门"), "0592", "350200"),
    (("郑州", "郑州市", "河南郑州"), "0371", "410100"),
    (("成都", "成都市", "四川成都", "四川省成都市"), "028", "510100"),
)
# the same short list of what a firm does, with what traditional characters make of it
TRADES = (
    ("轴承制造", "軸承製造"), ("电气设备", "電氣設備"), ("环保科技", "環保科技"), ("钢结构工程", "鋼結構工程"), ("仪器仪表", "儀器儀表"),
    ("食品机械", "食品機械"), ("橡塑制品", "橡塑製品"), ("光学材料", "光學材料"), ("电缆", "電纜"), ("印刷包装", "印刷包裝"),
    ("化工装备", "化工裝備"), ("医疗用品", "醫療用品"), ("智能控制", "智能控制"), ("紧固件", "緊固件"), ("粉末冶金", "粉末冶金"),
)  # fmt: skip
FIRST = "金福泰顺隆昌和盈丰茂裕庆祥润恩正永久安泽海天宇星月华中光明新启"
SECOND = "达通源利胜美乐嘉诺信豪伟力峰科林雅思特龙凤鹏飞腾杰强康宁波浩"
FORMS = ("有限公司", "有限责任公司", "股份有限公司")
BRANCHES = ("分公司", "第二分公司", "办事处", "营业部")
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class _Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.used = set()

    def one(self, items):
        return self.random.choice(items)

    def fresh(self, make):
        while (value := make()) in self.used:
            pass
        self.used.add(value)
        return value

    # -- bodies ----------------------------------------------------------------------------------

    def body(self):
        place = self.one(PLACES)
        brand = self.fresh(lambda: "".join(self.one(FIRST + SECOND) for _ in range(3)))
        return {
            "place": place,
            "brand": brand,
            "trade": self.one(TRADES),
            "form": self.one(FORMS),
            "mobile": self.fresh(lambda: self.one(("133", "153", "173", "188", "198", "166")) + self.digits(8)),
            "landline": self.fresh(lambda: place[1] + self.one("35678") + self.digits(7)),
            "extension": self.one(("", "", "8", "605", "8021")),
            "code": self.fresh(lambda: self.code(place[2])),
        }

    def digits(self, count):
        return "".join(self.one("0123456789") for _ in range(count))

    def code(self, division):
        """A lawful credit code; some of a kind that careless checks refuse."""
        organisation = self.digits(8)
        total = sum(int(d) * w for d, w in zip(organisation, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
        check = 11 - total % 11
        head = self.one(("91", "91", "91", "92", "N2", "A1", "Y1")) + division + organisation
        head += "X" if check == 10 else "0" if check == 11 else str(check)
        total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(head))
        return head + ALPHABET[-total % 31]

    # -- spellings -------------------------------------------------------------------------------

    def name(self, body, *, branch=""):
        place = self.one(body["place"][0])
        simplified, traditional = body["trade"]
        trade = traditional if self.random.random() < 0.08 else simplified
        form = self.one(FORMS[:2]) if body["form"] in FORMS[:2] and self.random.random() < 0.3 else body["form"]
        short = body["place"][0][0]
        shape = self.random.random()
        if shape < 0.6:
            text = f"{place}{body['brand']}{trade}{form}"
        elif shape < 0.75:
            bracket = self.one(("（%s）", "(%s)", "﹙%s﹚", "〔%s〕")) % short
            text = f"{body['brand']}{trade}{bracket}{form}"
        elif shape < 0.85:
            text = (
                f"{place}{body['brand']}{trade}" if self.random.random() < 0.5 else f"{place}{body['brand']}{trade}公司"
            )
        else:
            remark = self.one(("（老客户）", " ", "。", "(新)", "\u3000"))
            text = f"{place}{body['brand']}{trade}{form}{remark}"
        if branch:
            text = f"{body['place'][0][0]}{body['brand']}{simplified}{body['form']}{self.one(PLACES)[0][0]}{branch}"
        return self.noise(text)

    def noise(self, text):
        """What hands and machines add: blanks, wide and invisible characters, points."""
        way = self.random.random()
        at = self.random.randrange(1, len(text))
        if way < 0.12:
            return f"{text[:at]} {text[at:]}"
        if way < 0.18:
            return f"{text[:at]}\u200b{text[at:]}"
        if way < 0.22:
            return f"\ufeff{text}\t"
        if way < 0.26:
            return f"{text[:at]}·{text[at:]}"
        return text

    def mobile(self, body):
        n = body["mobile"]
        return self.one(
            (n, f"{n[:3]} {n[3:7]} {n[7:]}", f"+86{n}", f"86-{n}", f"(+86){n[:3]}-{n[3:7]}-{n[7:]}", f"手机:{n}", f"{n}.0",
             n.translate(str.maketrans("0123456789", "０１２３４５６７８９")), f"{n}/{body['landline']}", f"tel {n}")
        )  # fmt: skip

    def landline(self, body):
        area = body["place"][1]
        number, extension = body["landline"][len(area) :], body["extension"]
        text = self.one(
            (
                f"{area}-{number}",
                f"({area}){number}",
                f"{area} {number[:4]} {number[4:]}",
                f"+86-{area[1:]}-{number}",
                f"{area}{number}",
            )
        )
        if extension and self.random.random() < 0.7:
            text += self.one((f"转{extension}", f" ext.{extension}", f"（转{extension}）", f"#{extension}"))
        return text

    def code_spelling(self, body):
        code = body["code"]
        return self.one(
            (code, code.lower(), f"{code[:8]} {code[8:]}", f" {code} ", f"{code[:2]}-{code[2:8]}-{code[8:]}")
        )

    def record(self, number, body, *, branch=""):
        share = self.random.random()
        phone = self.mobile(body) if share < 0.45 else self.landline(body) if share < 0.75 else ""
        # a branch has its own numbers
        return {
            "body": f"{number}{branch}",
            "company": self.name(body, branch=branch),
            "phone": "" if branch else phone,
            "credit_code": self.code_spelling(body) if not branch and self.random.random() < 0.3 else "",
        }


def records(bodies, seed=20260105):
    """Records of that many bodies, about a third of them written down twice to four times, with branches and with
    namesakes in other places among them."""
    maker = _Maker(seed)
    made = []
    for number in range(bodies):
        body = maker.body()
        share = maker.random.random()
        times = 1 if share < 0.66 else 2 if share < 0.88 else 3 if share < 0.97 else 4
        made += [maker.record(number, body) for _time in range(times)]
        if maker.random.random() < 0.06:
            made.append(maker.record(number, body, branch=maker.one(BRANCHES)))
        if maker.random.random() < 0.06:
            # another firm of the same name elsewhere, with numbers of its own
            elsewhere = maker.one([place for place in PLACES if place != body["place"]])
            namesake = {**maker.body(), "place": elsewhere, "brand": body["brand"], "trade": body["trade"]}
            namesake["landline"] = elsewhere[1] + namesake["landline"][-8:]
            made.append(maker.record(f"n{number}", namesake))
    maker.random.shuffle(made)
    return made
