"""One lead: what is true about it, and what stands in the cells."""

import datetime
import random

from .words import (
    BRAND_1,
    BRAND_2,
    FORMS,
    FULL_WIDTH,
    GIVEN,
    INDUSTRIES,
    MOBILE_STARTS,
    PROVINCES,
    REGIONS,
    REMARKS,
    SEED,
    SOURCES,
    SURNAMES,
    TRADES,
    TRADITIONAL,
)


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
