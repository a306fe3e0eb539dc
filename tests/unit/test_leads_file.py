"""The sheet of 2 376 leads, and the library tried on it against the truth it was made from."""

import importlib.util
import json
from collections import Counter

import pytest
from merchant_lib.company_name import company_key
from merchant_lib.credit_code import check_credit_code
from merchant_lib.divisions import province_from_text
from merchant_lib.phone import parse_phone, phone_key
from merchant_lib.text import clean_cell
from support.loading import ROOT

DATA = ROOT / "tests/data"


@pytest.fixture(scope="module")
def maker():
    spec = importlib.util.spec_from_file_location("make_leads", DATA / "make_leads_2376.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def truth():
    return json.loads((DATA / "leads_2376_truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows(maker, truth):
    """Give {(sheet, row number): {field: cell value}} as the workbook has them."""
    calamine = pytest.importorskip("python_calamine")
    book = calamine.CalamineWorkbook.from_path(DATA / "leads_2376.xlsx")
    found = {}
    for name in book.sheet_names:
        lines = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        first = truth["header_row"][name]
        header = [maker.FIELD_OF_HEADER[title] for title in lines[first - 1]]
        for number, line in enumerate(lines[first:], first + 1):
            if any(clean_cell(value) for value in line):
                found[name, number] = dict(zip(header, line, strict=True))
    return found


def test_there_are_2376_rows(rows, truth):
    assert len(rows) == truth["total"] == 2376
    assert Counter(sheet for sheet, _ in rows) == truth["rows_per_sheet"]


def test_two_runs_write_the_same_bytes(maker, tmp_path):
    pytest.importorskip("xlsxwriter")
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        maker.main(tmp_path / folder)
    for name in ("leads_2376.xlsx", "leads_2376_truth.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    # The packed bytes may differ with another zlib, the truth may not.
    committed = (DATA / "leads_2376_truth.json").read_bytes()
    assert (tmp_path / "one" / "leads_2376_truth.json").read_bytes() == committed


def test_the_lead_of_the_end_to_end_road(rows, truth):
    lead, twin = (rows[tuple(truth["road"][name])] for name in ("lead", "twin"))
    assert lead["company"] == "苏州恒锐精密机械有限公司"
    assert (lead["contact"], lead["phone"]) == ("沈立群", "+86 138-1200-8866")
    assert (lead["area"], lead["source"], lead["industry"]) == (
        "江苏省 苏州市",
        "官网",
        "数控机床",
    )
    assert lead["budget"] == 128000
    assert twin["company"] != lead["company"] and twin["phone"] != lead["phone"]
    assert phone_key(twin["phone"]) == phone_key(lead["phone"]) == "+8613812008866"
    assert company_key(twin["company"]) == company_key(lead["company"])


def test_sources_and_regions_are_as_wanted(truth):
    sources = truth["good_rows_per_source"]
    assert 0.18 < sources["官网"] / truth["total"] < 0.22
    regions = truth["good_rows_per_region"]
    assert set(regions) - {""} == {"华东", "华南", "华北", "华中", "西南", "东北", "西北", "港澳台"}
    assert max(regions, key=regions.get) == "华东"
    assert len(truth["good_rows_per_province"]) == 35  # all 34, and the empty cells
    assert 0.08 < truth["duplicate_rows"] / truth["total"] < 0.10
    assert len(truth["bad_rows"]) == 42


def test_exactly_the_bad_rows_cannot_be_used(rows, truth):
    bad = {tuple(item["row"]): item["kind"] for item in truth["bad_rows"]}
    found = {}
    for place, cells in rows.items():
        company = company_key(cells["company"])
        reachable = parse_phone(cells["phone"]).kind != "invalid" or clean_cell(cells.get("email"))
        if not reachable:
            found[place] = "no_valid_phone_no_email"
        elif not company and not clean_cell(cells["contact"]):
            found[place] = "no_company_no_contact"
    assert set(found) == set(bad)
    for place, kind in bad.items():
        if kind != "unreadable":
            assert found[place] == kind, place


def test_kinds_of_phones(rows, truth):
    bad = {tuple(item["row"]) for item in truth["bad_rows"]}
    kinds = Counter(parse_phone(cells["phone"]).kind for place, cells in rows.items() if place not in bad)
    assert kinds == truth["good_rows_per_phone_kind"]


def test_provinces(rows, truth):
    bad = {tuple(item["row"]) for item in truth["bad_rows"]}
    found = Counter()
    for place, cells in rows.items():
        if place not in bad:
            text = clean_cell(cells.get("province") or cells.get("area"))
            division = province_from_text(text)
            assert division or not text, text
            found[division.code if division else ""] += 1
    assert found == truth["good_rows_per_province"]


def test_the_keys_find_exactly_the_duplicates(rows, truth):
    pytest.importorskip("opencc")  # some duplicates are in traditional characters
    bad = {tuple(item["row"]) for item in truth["bad_rows"]}
    leader = {}

    def find(place):
        while leader.setdefault(place, place) != place:
            place = leader[place]
        return place

    by_key = {}
    for place, cells in rows.items():
        if place in bad:
            continue
        for key in (phone_key(cells["phone"]), company_key(cells["company"])):
            if key:
                leader[find(place)] = find(by_key.setdefault(key, place))
    groups = {}
    for place in leader:
        groups.setdefault(find(place), set()).add(place)
    found = {frozenset(group) for group in groups.values() if len(group) > 1}
    expected = {frozenset(tuple(row) for row in group["rows"]) for group in truth["duplicate_groups"]}
    assert found == expected
    assert sum(len(group) - 1 for group in expected) == truth["duplicate_rows"] == 214


def test_namesakes_and_branches_are_no_duplicates(rows, truth):
    assert {item["kind"] for item in truth["lookalikes"]} == {"branch", "namesake"}
    for item in truth["lookalikes"]:
        first, second = (rows[tuple(row)] for row in item["rows"])
        assert company_key(first["company"]) != company_key(second["company"])


def test_credit_codes(rows, truth):
    typos = {tuple(item["row"]): item["meant"] for item in truth["credit_code_typos"]}
    assert len(typos) > 3
    wrong = {}
    for place, cells in rows.items():
        code = clean_cell(cells.get("credit_code"))
        if code and not check_credit_code(code).valid:
            wrong[place] = check_credit_code(code).suggestion
    assert wrong == typos
