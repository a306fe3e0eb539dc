import time

import pytest
from merchant_lib.company_name import company_key, parse_company

HENGRUI = "苏州恒锐精密机械有限公司"


@pytest.mark.parametrize(
    ("raw", "core", "place", "suffix"),
    [
        ("ＡＢＣ科技（上海）有限公司", "ABC科技", "上海", "有限公司"),
        ("ABC科技(上海)有限责任公司", "ABC科技", "上海", "有限责任公司"),
        ("上海ＡＢＣ科技有限公司", "ABC科技", "上海", "有限公司"),
        ("上海市abc科技有限公司", "ABC科技", "上海", "有限公司"),
        ("ABC科技有限公司（上海）", "ABC科技", "上海", "有限公司"),
        ("ABC科技〔上海〕有限公司", "ABC科技", "上海", "有限公司"),
        ("ABC科技【上海】股份有限公司", "ABC科技", "上海", "股份有限公司"),
        ("ABC科技", "ABC科技", "", ""),
        (HENGRUI, "恒锐精密机械", "苏州", "有限公司"),
        ("苏州恒锐精密机械（苏州）有限责任公司", "恒锐精密机械", "苏州", "有限责任公司"),
        ("江苏省苏州市恒锐精密机械有限公司", "恒锐精密机械", "苏州", "有限公司"),
        ("江苏恒锐精密机械(苏州)有限公司", "恒锐精密机械", "苏州", "有限公司"),
        ("北京恒锐精密机械(苏州)有限公司", "恒锐精密机械", "北京+苏州", "有限公司"),
        ("昆山恒锐模具有限公司", "恒锐模具", "昆山", "有限公司"),
        ("恒锐模具(集团)有限公司", "恒锐模具", "", "(集团)有限公司"),
        ("恒锐模具集团有限公司", "恒锐模具", "", "集团有限公司"),
        ("恒锐模具集团", "恒锐模具", "", "集团"),
        ("恒锐模具总公司", "恒锐模具", "", "总公司"),
        ("恒锐模具股份公司", "恒锐模具", "", "股份公司"),
        ("苏州恒锐模具厂", "恒锐模具", "苏州", "厂"),
        ("恒锐会计师事务所(特殊普通合伙)", "恒锐会计师", "", "事务所(特殊普通合伙)"),
        ("恒锐投资（有限合伙）", "恒锐投资", "", "(有限合伙)"),
        ("恒锐投资(普通合伙)", "恒锐投资", "", "(普通合伙)"),
        ("恒锐(中国)有限公司", "恒锐", "中国", "有限公司"),
        ("恒锐(华芯)电子有限公司", "恒锐华芯电子", "", "有限公司"),
        ("恒锐·精密-机械 有限公司", "恒锐精密机械", "", "有限公司"),
        ("恒\u200b锐精密机械有限公司", "恒锐精密机械", "", "有限公司"),
        ("恒锐机械有限公司(老客户)", "恒锐机械", "", "有限公司"),
        ("恒锐机械有限公司（原苏州第九机床厂）", "恒锐机械", "", "有限公司"),
        ("Hengrui Machinery Co., Ltd.", "HENGRUIMACHINERY", "", "COLTD"),
        ("Hengrui Zinc", "HENGRUIZINC", "", ""),
        ("上海市政工程有限公司", "市政工程", "上海", "有限公司"),
        ("大同机械有限公司", "大同机械", "", "有限公司"),
        ("大同市机械制造有限公司", "机械制造", "大同", "有限公司"),
    ],
)
def test_parts(raw, core, place, suffix):
    name = parse_company(raw)
    assert (name.core, name.place, name.suffix, name.is_branch) == (core, place, suffix, False)
    assert name.key == f"{core}@{place}"


@pytest.mark.parametrize(
    ("raw", "core", "key"),
    [
        ("臺灣積體電路製造股份有限公司", "台湾积体电路制造", "台湾积体电路制造@"),
        ("長春恒銳機械有限公司", "恒锐机械", "恒锐机械@长春"),
    ],
)
def test_traditional_characters(raw, core, key):
    pytest.importorskip("opencc")
    assert (parse_company(raw).core, company_key(raw)) == (core, key)


def test_a_place_in_taiwan_is_part_of_the_name():
    assert parse_company("台湾积体电路制造股份有限公司").core == "台湾积体电路制造"


@pytest.mark.parametrize(
    "other",
    [
        "苏州恒锐精密机械有限责任公司",
        "恒锐精密机械（苏州）有限公司",
        "恒锐精密机械(苏州)有限责任公司",
        "苏州恒锐精密机械（苏州）有限责任公司",
        "苏州市恒锐精密机械有限公司",
        "苏州恒锐 精密机械有限公司",
        "苏州恒锐精密机械公司",
    ],
)
def test_spellings_of_one_company_share_the_key(other):
    assert company_key(other) == company_key(HENGRUI) == "恒锐精密机械@苏州"


@pytest.mark.parametrize(
    "other",
    [
        "无锡恒锐精密机械有限公司",
        "恒锐精密机械有限公司",
        "苏州恒锐机械有限公司",
        "苏州恒锐精密机械有限公司上海分公司",
        "苏州恒锐精密机械有限公司(上海分公司)",
        "苏州恒锐精密机械有限公司办事处",
    ],
)
def test_other_companies_have_another_key(other):
    assert company_key(other) != company_key(HENGRUI)


@pytest.mark.parametrize(
    ("branch", "head"),
    [
        ("中国银行股份有限公司深圳分行", "中国银行股份有限公司"),
        ("恒锐银行苏州支行", "恒锐银行"),
        ("恒锐机械有限公司上海分公司", "恒锐机械有限公司"),
        ("恒锐机械(上海)分公司", "恒锐机械(上海)有限公司"),
        ("恒锐机械上海办事处", "恒锐机械"),
        ("恒锐机械有限公司（上海分公司）", "恒锐机械有限公司"),
    ],
)
def test_a_branch_is_kept_whole_and_never_equals_its_head_office(branch, head):
    name = parse_company(branch)
    assert name.is_branch
    assert name.core == name.full_key.replace("(", "").replace(")", "")
    assert not parse_company(head).is_branch
    assert name.key and name.key != company_key(head)


def test_two_spellings_of_a_branch_share_the_key():
    assert (
        company_key("恒锐机械有限公司（上海分公司）")
        == company_key("恒锐机械有限责任公司上海分公司")
        != company_key("恒锐机械有限公司北京分公司")
    )


def test_full_key_keeps_the_form_and_drops_only_spelling():
    assert parse_company(" ＡＢＣ科技 （上海）有限公司").full_key == "ABC科技(上海)有限公司"
    assert parse_company("ABC科技(上海)有限责任公司").full_key != parse_company("ABC科技(上海)有限公司").full_key


def test_display_is_readable():
    assert parse_company("  ＡＢＣ  科技（上海）\n有限公司").display == "ABC 科技(上海) 有限公司"


@pytest.mark.parametrize("raw", [None, "", " ", "无", "暂无", "个人", "-", "/", "N/A", "有限公司"])
def test_no_company_has_no_key(raw):
    name = parse_company(raw)
    assert (name.key, name.full_key, name.core) == ("", "", "")


@pytest.mark.parametrize("raw", ["()", "((", "）（", "(上海)", "上海", "厂", "a" * 5000, 12345, "@"])
def test_odd_cells_never_raise(raw):
    assert isinstance(company_key(raw), str)


def test_hundred_thousand_names_are_quick():
    start = time.perf_counter()
    for number in range(100_000):
        company_key(f"苏州恒锐{number}精密机械（苏州）有限责任公司")
    assert time.perf_counter() - start < 30
