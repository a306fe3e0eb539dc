from collections import Counter

import pytest
from merchant_lib.divisions import (
    DIVISION_BY_CODE,
    DIVISIONS,
    PREFECTURES,
    REGIONS,
    province_from_text,
)


def test_the_34_divisions_map_once():
    assert len(DIVISIONS) == len(DIVISION_BY_CODE) == 34
    for field in ("code", "odoo", "name", "short", "letter", "english"):
        assert len({getattr(division, field) for division in DIVISIONS}) == 34, field
    assert Counter(division.region for division in DIVISIONS) == {
        "华北": 5,
        "东北": 3,
        "华东": 7,
        "华中": 3,
        "华南": 3,
        "西南": 5,
        "西北": 5,
        "港澳台": 3,
    }
    assert len(REGIONS) == 8


@pytest.mark.parametrize(
    ("code", "xml_id"),
    [
        ("41", "base.state_cn_HA"),
        ("42", "base.state_cn_HB"),
        ("43", "base.state_cn_HN"),
        ("13", "base.state_cn_HE"),
        ("46", "base.state_cn_HI"),
        ("14", "base.state_cn_SX"),
        ("61", "base.state_cn_SN"),
        ("51", "base.state_cn_SC"),
        ("52", "base.state_cn_GZ"),
    ],
)
def test_external_ids(code, xml_id):
    assert DIVISION_BY_CODE[code].xml_id == xml_id


def test_every_city_of_prefecture_level_is_there_once():
    cities = [city for names in PREFECTURES.values() for city in names.split()]
    assert len(cities) == len(set(cities)) == 333
    known = {"32": 13, "33": 11, "37": 16, "41": 17, "44": 21, "51": 21, "53": 16, "65": 14}
    assert {code: len(PREFECTURES[code].split()) for code in known} == known


@pytest.mark.parametrize("division", DIVISIONS, ids=lambda division: division.code)
def test_every_name_of_every_division_is_found(division):
    names = [division.name, division.short, division.letter, division.english, division.code]
    names += [division.english.upper(), division.code + "0000", f"中国{division.name}"]
    for name in names:
        assert province_from_text(name) is division, name


def test_every_city_leads_to_its_province():
    bare = {"朝阳", "海东", "海西", "海北", "阿里"}  # each is also something else
    for code, names in PREFECTURES.items():
        for city in names.split():
            if city not in bare:
                for text in (city, f"{city}市区", f"中国 {city}"):
                    assert province_from_text(text) is DIVISION_BY_CODE[code], text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("内蒙", "15"),
        ("内蒙古自治区", "15"),
        ("上海市", "31"),
        ("新疆维吾尔自治区", "65"),
        ("Jiangsu", "32"),
        ("jiangsu province", "32"),
        ("Suzhou, Jiangsu, P.R. China", "32"),
        ("Shanxi", "14"),
        ("Shaanxi", "61"),
        ("Xizang", "54"),
        ("Xi'an", "61"),
        ("江苏省苏州市吴中区", "32"),
        ("江苏苏州", "32"),
        ("江苏-苏州", "32"),
        ("江苏/苏州", "32"),
        ("江苏省 苏州市", "32"),
        ("华东-江苏", "32"),
        ("华东区江苏", "32"),
        ("地址：江苏省苏州市", "32"),
        ("位于江苏省苏州市", "32"),
        ("　江苏\u200b省　", "32"),
        ("苏州市", "32"),
        ("深圳", "44"),
        ("深圳南山", "44"),
        ("昆山", "32"),
        ("义乌市", "33"),
        ("320500", "32"),
        ("吉林长春", "22"),
        ("海南", "46"),
        ("海南州", "63"),
        ("海南藏族自治州", "63"),
        ("恩施土家族苗族自治州", "42"),
        ("朝阳市", "21"),
        ("北京朝阳", "11"),
        ("大连中山", "21"),
        ("大连 中山区", "21"),
        ("天津河北区", "12"),
        ("南京市北京西路", "32"),
        ("常州新北", "32"),
        ("呼和浩特和包头", "15"),
    ],
)
def test_province_from_text(text, code):
    assert province_from_text(text).code == code


@pytest.mark.parametrize("text", ["廣東省", "廣州", "臺灣"])
def test_province_in_traditional_characters(text):
    pytest.importorskip("opencc")
    assert province_from_text(text) is not None


@pytest.mark.parametrize(
    "text",
    [None, "", "?", "华东", "东北地区", "全国", "朝阳", "鼓楼区", "Suzhou", "海外"]
    + [
        "中山路88号",
        "江苏/浙江",
        "江苏省、浙江省",
        "江苏和浙江",
        "江浙",
        "苏州市 深圳市",
        "上海江苏",
        "99",
        "东方",
    ],
)
def test_what_is_no_one_province_gives_none(text):
    assert province_from_text(text) is None
