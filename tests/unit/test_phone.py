import time

import pytest
from merchant_lib import divisions, phone
from merchant_lib.phone import mask, parse_phone, parse_phones, phone_key

MOBILE = ("mobile", "+8613812008866", "", "", "13812008866")
SHENZHEN = ("landline", "+8675588886666", "", "0755", "075588886666")
SHENZHEN_801 = ("landline", "+8675588886666", "801", "0755", "075588886666")
HONG_KONG = ("foreign", "+85223456789", "", "852", "23456789")


def parts(found):
    return found.kind, found.e164, found.extension, found.area_code, found.national


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("13812008866", MOBILE),
        ("１３８１２００８８６６", MOBILE),
        ("138 1200 8866", MOBILE),
        ("138-1200-8866", MOBILE),
        ("(138)12008866", MOBILE),
        ("+8613812008866", MOBILE),
        ("+86 138-1200-8866", MOBILE),
        ("＋８６　１３８－１２００－８８６６", MOBILE),
        ("(+86)13812008866", MOBILE),
        ("0086-13812008866", MOBILE),
        ("0086 138 1200 8866", MOBILE),
        ("8613812008866", MOBILE),
        ("86-13812008866", MOBILE),
        ("013812008866", MOBILE),
        (13812008866, MOBILE),
        (13812008866.0, MOBILE),
        ("1.3812008866E+10", MOBILE),
        ("手机：13812008866", MOBILE),
        ("Mobile: 13812008866", MOBILE),
        ("13812008866沈经理", MOBILE),
        ("沈和平 13812008866", MOBILE),
        ("13812008866（2号机）", ("mobile", "+8613812008866", "2", "", "13812008866")),
        ("\u202a13812008866\u202c", MOBILE),
        ("0755-88886666", SHENZHEN),
        ("(0755) 8888 6666", SHENZHEN),
        ("（0755）88886666", SHENZHEN),
        ("075588886666", SHENZHEN),
        ("+86 755 8888 6666", SHENZHEN),
        ("+86 (0)755-8888 6666", SHENZHEN),
        ("86-0755-88886666", SHENZHEN),
        ("755-88886666", SHENZHEN),
        ("0755-88886666-801", SHENZHEN_801),
        ("0755-88886666转801", SHENZHEN_801),
        ("0755-88886666 转 801", SHENZHEN_801),
        ("0755-88886666轉801", SHENZHEN_801),
        ("0755-88886666分机801", SHENZHEN_801),
        ("0755-88886666 ext. 801", SHENZHEN_801),
        ("0755-88886666ext801", SHENZHEN_801),
        ("0755-88886666 x801", SHENZHEN_801),
        ("0755-88886666#801", SHENZHEN_801),
        ("0755-88886666(801)", SHENZHEN_801),
        ("(0755)88886666-801", SHENZHEN_801),
        ("0755-8888-6666-801", SHENZHEN_801),
        ("+86-755-88886666-801", SHENZHEN_801),
        ("075588886666-801", SHENZHEN_801),
        ("0312-5881234", ("landline", "+863125881234", "", "0312", "03125881234")),
        ("0512-6800123-4", ("landline", "+865126800123", "4", "0512", "05126800123")),
        ("010-58881234", ("landline", "+861058881234", "", "010", "01058881234")),
        ("020-8888-6666", ("landline", "+862088886666", "", "020", "02088886666")),
        (2158881234, ("landline", "+862158881234", "", "021", "02158881234")),
        ("0852-8222222", ("landline", "+868528222222", "", "0852", "08528222222")),
        ("400-820-5555", ("service", "+864008205555", "", "", "4008205555")),
        ("4008205555转2", ("service", "+864008205555", "2", "", "4008205555")),
        ("800 810 1234", ("service", "+868008101234", "", "", "8008101234")),
        ("95588", ("service", "", "", "", "95588")),
        ("12345", ("service", "", "", "", "12345")),
        ("10086", ("service", "", "", "", "10086")),
        ("852-2345 6789", HONG_KONG),
        ("+852 2345 6789", HONG_KONG),
        ("00852 23456789", HONG_KONG),
        ("85223456789", HONG_KONG),
        ("+853 6612 3456", ("foreign", "+85366123456", "", "853", "66123456")),
        ("+886 2 2345 6789", ("foreign", "+886223456789", "", "886", "223456789")),
        ("+886 (0)912 345 678", ("foreign", "+886912345678", "", "886", "912345678")),
        ("+49 89 1234567", ("foreign", "+49891234567", "", "", "49891234567")),
        ("001 415 555 2671", ("foreign", "+14155552671", "", "", "14155552671")),
    ],
)
def test_valid_numbers(raw, expected):
    found = parse_phone(raw)
    assert parts(found) == expected
    assert found.problem == ""


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (None, "empty"),
        ("", "empty"),
        ("  ", "empty"),
        ("#REF!", "empty"),
        ("无", "text"),
        ("微信联系", "text"),
        ("abc13812008866", "text"),
        ("138****8866", "text"),
        ("?????", "text"),
        ("1381200886", "length"),
        ("138120088661", "length"),
        ("12812008866", "length"),
        ("11111111111", "length"),
        ("00000000000", "length"),
        ("+86 1381200886", "length"),
        ("010-5888123", "length"),  # three-digit codes have eight digits behind them
        ("0755-888866661", "length"),
        ("0755-1888666", "length"),  # no local number begins with 1
        ("68001234", "no_area_code"),
        ("0333-6800123", "area_code"),
        ("+852 1234 5678", "length"),
        ("1.38E+10", "lost_digits"),
        ("+1234", "length"),
        ("+1234567890123456", "length"),
    ],
)
def test_invalid_numbers(raw, problem):
    found = parse_phone(raw)
    assert (found.kind, found.e164, found.problem) == ("invalid", "", problem)
    assert phone_key(raw) == ""


@pytest.mark.parametrize(
    ("raw", "keys"),
    [
        ("13812008866/13912008866", ["+8613812008866", "+8613912008866"]),
        ("13812008866、13912008866", ["+8613812008866", "+8613912008866"]),
        ("13812008866；0512-68001234", ["+8613812008866", "+8651268001234"]),
        ("138 1200 8866\n139 1200 8866", ["+8613812008866", "+8613912008866"]),
        ("13812008866或13912008866", ["+8613812008866", "+8613912008866"]),
        ("13812008866 13912008866", ["+8613812008866", "+8613912008866"]),
        ("13812008866 沈经理 0512-68001234", ["+8613812008866", "+8651268001234"]),
        ("0512-68001234/68005678", ["+8651268001234", "+8651268005678"]),
        ("0512-68001234-8/13812008866", ["+8651268001234", "+8613812008866"]),
        ("0512-6800/13812008866", ["", "+8613812008866"]),
        ("沈和平，13812008866", ["+8613812008866"]),
        ("无", [""]),
    ],
)
def test_several_numbers_in_one_cell(raw, keys):
    assert [found.e164 for found in parse_phones(raw)] == keys


def test_first_valid_number_counts():
    assert phone_key("1381200/13812008866") == "+8613812008866"


def test_local_number_takes_the_area_code_of_its_city():
    assert parse_phone("68001234", "0512").e164 == "+8651268001234"
    assert parse_phone("68001234", "0333").kind == "invalid"
    assert parse_phone("13812008866", "0512").kind == "mobile"


def test_key_leaves_out_the_extension():
    assert phone_key("0755-88886666-801") == phone_key("0755-88886666转12") == "+8675588886666"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("13800138000", "138****8000"),
        ("+8613800138000", "138****8000"),
        ("0512-68001234-801", "0512****1234"),
        ("+8651268001234", "0512****1234"),
        ("0312-5881234", "0312****234"),
        ("010-58881234", "010****1234"),
        ("400-820-5555", "400****555"),
        ("95588", "95588"),
        ("+852 2345 6789", "+852****6789"),
        ("+49 89 1234567", "+49****567"),
        ("1380013800", "****00"),
        ("无", ""),
        (None, ""),
    ],
)
def test_mask(raw, expected):
    assert mask(raw) == expected
    assert mask(parse_phone(raw)) == expected


def test_every_province_of_the_mainland_has_area_codes():
    mainland = {division.code for division in divisions.DIVISIONS} - {"71", "81", "82"}
    assert set(phone.AREA_CODE_PROVINCE.values()) == mainland
    assert sum(map(len, (codes.split() for codes in phone._AREA_CODES.values()))) == len(phone.AREA_CODE_PROVINCE), (
        "an area code stands in two provinces"
    )


@pytest.mark.parametrize(
    ("area_code", "province"),
    [("010", "11"), ("021", "31"), ("0512", "32"), ("0755", "44"), ("0991", "65"), ("0898", "46")]
    + [("852", "81"), ("853", "82"), ("886", "71"), ("0333", ""), ("", "")],
)
def test_province_of_area_code(area_code, province):
    assert phone.province_of_area_code(area_code) == province


def test_area_codes_agree_with_the_geographic_data_of_phonenumbers():
    geodata = pytest.importorskip("phonenumbers.geodata")
    given_up = {"0440", "0448", "0397", "0565", "0661", "0732", "0733", "0765", "0890", "0899"}
    given_up |= {"0910"}
    seen = set()
    for prefix, names in geodata.GEOCODE_DATA.items():
        area = "0" + prefix[2:][: 2 if prefix[2:3] in ("1", "2") else 3]
        # Mobile prefixes stand in the same data; 0807 there is a county's, not an area code.
        if not prefix.startswith("86") or prefix[2:4] in {f"1{d}" for d in "3456789"}:
            continue
        name = names.get("zh")
        if area == "0807" or not name:
            continue
        province = divisions.province_from_text(name.split("市")[0] + "市")
        areas = [code for code in phone.AREA_CODE_PROVINCE if code.startswith(area)]
        assert areas, (area, name)
        for code in areas:
            assert phone.AREA_CODE_PROVINCE[code] == province.code, (code, name)
        seen.update(areas)
    assert set(phone.AREA_CODE_PROVINCE) - seen <= given_up


def test_hundred_thousand_numbers_are_quick():
    start = time.perf_counter()
    for number in range(100_000):
        phone_key(f"+86 138-{number:08d}")
    assert time.perf_counter() - start < 20
