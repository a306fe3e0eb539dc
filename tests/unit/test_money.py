from decimal import Decimal, localcontext

import pytest
from merchant_lib.money import (
    MoneyError,
    capitals,
    from_float,
    parse_amount,
    round_money,
    split,
    to_money,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, "3"), ("-12.30", "-12.30"), (".5", "0.5"), (Decimal("1.005"), "1.005"), ("+7.", "7")],
)
def test_to_money_is_exact(value, expected):
    assert to_money(value) == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1.0, "float"),
        (True, "not_a_number"),
        (None, "not_a_number"),
        ("", "not_a_number"),
        ("1,000", "not_a_number"),
        ("1e3", "not_a_number"),
        ("NaN", "not_a_number"),
        (Decimal("NaN"), "not_finite"),
        (Decimal("Infinity"), "not_finite"),
    ],
)
def test_to_money_refuses(value, code):
    with pytest.raises(MoneyError) as error:
        to_money(value)
    assert error.value.code == code
    assert isinstance(error.value, ValueError)


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (1.005, 2, "1.01"),
        (2.675, 2, "2.68"),
        (-1.005, 2, "-1.01"),
        (0.1 + 0.2, 2, "0.30"),
        (1234.5, 0, "1235"),
        (1.23456, 4, "1.2346"),
        (-0.001, 2, "0.00"),
        (1e-7, 2, "0.00"),
        (128000, 2, "128000.00"),
    ],
)
def test_from_float_rounds_half_up(value, digits, expected):
    assert str(from_float(value, digits)) == expected


def test_from_float_refuses_what_is_no_number():
    with pytest.raises(MoneyError):
        from_float(float("nan"))


def test_rounding_does_not_hang_on_the_callers_context():
    with localcontext() as context:
        context.rounding = "ROUND_DOWN"
        assert round_money(Decimal("2.675")) == Decimal("2.68")


@pytest.mark.parametrize(
    ("total", "percents", "expected"),
    [
        ("100.00", [30, 30, 30, 10], ["30", "30", "30", "10"]),
        ("100.01", ["33.33", "33.33", "33.34"], ["33.33", "33.33", "33.35"]),
        ("0.05", [50, 50], ["0.03", "0.02"]),
        ("0.02", [25, 25, 25, 25], ["0.01", "0.01", "0", "0"]),
        ("-100.01", ["33.33", "33.33", "33.34"], ["-33.33", "-33.33", "-33.35"]),
        ("10.01", ["33.333", "66.667", 0], ["3.34", "6.67", "0"]),
        ("0.01", ["33.33", "33.33", "33.34", 0], ["0", "0", "0.01", "0"]),
        ("0", [50, 50], ["0", "0"]),
        (128000, ["30", "60", "10"], ["38400", "76800", "12800"]),
    ],
)
def test_split(total, percents, expected):
    lines = split(total, percents)
    assert lines == [Decimal(line) for line in expected]
    assert sum(lines) == Decimal(total)


def test_split_sums_exactly_for_many_totals():
    for cents in range(0, 3000, 7):
        total = Decimal(cents).scaleb(-2)
        lines = split(total, ["14.29", "14.29", "14.29", "14.29", "14.28", "28.56"])
        assert sum(lines) == total
        assert min(lines) >= 0


def test_split_with_other_digits():
    assert split(100, ["33.3", "66.7"], digits=0) == [33, 67]


@pytest.mark.parametrize(
    ("total", "percents", "code"),
    [
        (100, [], "percent_none"),
        (100, [50, "49.99"], "percent_sum"),
        (100, [50, "50.01"], "percent_sum"),
        (100, [110, -10], "percent_negative"),
        ("100.001", [50, 50], "digits"),
        (100.0, [50, 50], "float"),
        (100, [50.0, 50.0], "float"),
    ],
)
def test_split_refuses(total, percents, code):
    with pytest.raises(MoneyError) as error:
        split(total, percents)
    assert error.value.code == code


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("12345.67", "壹万贰仟叁佰肆拾伍元陆角柒分"),
        ("12345", "壹万贰仟叁佰肆拾伍元整"),
        ("12345.60", "壹万贰仟叁佰肆拾伍元陆角整"),
        ("12345.07", "壹万贰仟叁佰肆拾伍元零柒分"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("10", "壹拾元整"),
        ("10005", "壹万零伍元整"),
        ("1000100", "壹佰万零壹佰元整"),
        ("100010001.01", "壹亿零壹万零壹元零壹分"),
        ("20000000.01", "贰仟万元零壹分"),
        ("0", "零元整"),
        ("-12.30", "负壹拾贰元叁角整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("0.55", "伍角伍分"),
        ("1.005", "壹元零壹分"),  # half up, where cutting would give 壹元整
        ("1.004", "壹元整"),
        ("9.995", "壹拾元整"),
        ("-0.004", "零元整"),
        ("100000000", "壹亿元整"),
        ("1000000000000", "壹万亿元整"),
        ("200001234", "贰亿零壹仟贰佰叁拾肆元整"),
        ("110000000", "壹亿壹仟万元整"),
        ("101000000", "壹亿零壹佰万元整"),
        ("1001", "壹仟零壹元整"),
        (
            "9999999999999999.99",
            "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
        ),
    ],
)
def test_capitals(amount, expected):
    assert capitals(amount) == "人民币" + expected
    assert capitals(Decimal(amount)) == "人民币" + expected


@pytest.mark.parametrize(
    ("amount", "code"),
    [(12.3, "float"), (10**16, "too_large"), ("9999999999999999.995", "too_large")],
)
def test_capitals_refuse(amount, code):
    with pytest.raises(MoneyError) as error:
        capitals(amount)
    assert error.value.code == code


def test_capitals_read_back_to_the_same_whole_amount():
    """Reads the text by its own grammar, so that no amount is said as another one."""
    values = dict(zip("零壹贰叁肆伍陆柒捌玖", range(10), strict=True))
    units = {"拾": 10, "佰": 100, "仟": 1000}

    def read(text):
        for sign, unit in (("亿", 10**8), ("万", 10**4)):
            if sign in text:
                high, low = text.rsplit(sign, 1)
                return read(high) * unit + read(low)
        total = digit = 0
        for character in text:
            if character in units:
                total += digit * units[character]
                digit = 0
            else:
                digit = values[character]
        return total + digit

    number = 7
    while number < 10**16:
        text = capitals(number)
        assert text.startswith("人民币") and text.endswith("元整")
        assert "零零" not in text and "零元" not in text and "零万" not in text
        assert read(text[3:-2]) == number
        number = number * 13 // 10 + 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("128000", 128000),
        ("128,000.50", "128000.50"),
        ("￥128,000", 128000),
        ("¥-12.3", "-12.3"),
        ("12.8万", 128000),
        ("12.8 万元", 128000),
        ("1.2亿", 120000000),
        ("3千元", 3000),
        ("人民币500元整", 500),
        ("５００元", 500),
        ("12.8w", 128000),
    ],
)
def test_parse_amount(text, expected):
    assert parse_amount(text) == Decimal(expected)


@pytest.mark.parametrize("text", ["", None, "面议", "20-30万", "12,80", "1.2.3", "约5万", "5万/年"])
def test_parse_amount_refuses_what_is_not_one_amount(text):
    with pytest.raises(MoneyError) as error:
        parse_amount(text)
    assert error.value.code == "not_a_number"
