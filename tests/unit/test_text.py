import datetime
from decimal import Decimal

import pytest
from merchant_lib import text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (None, ""),
        (False, ""),
        ("", ""),
        ("  苏州　", "苏州"),
        ("１３８００", "13800"),
        ("ＡＢＣ（上海）", "ABC(上海)"),
        ("恒\u200b锐\ufeff\u00ad机械", "恒锐机械"),
        ("\u202a13800138000\u202c", "13800138000"),
        ("a\x00b", "ab"),
        ("第一行\n第二行", "第一行\n第二行"),
        ("㈱恒锐", "(株)恒锐"),
    ],
)
def test_normalise(raw, expected):
    assert text.normalise(raw) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (13800000000.0, "13800000000"),
        (13800000000, "13800000000"),
        (1.5, "1.5"),
        (1e22, "10000000000000000000000"),
        (-0.0, "0"),
        (float("nan"), ""),
        (float("inf"), ""),
        (True, "TRUE"),
        (Decimal("128000.00"), "128000"),
        (Decimal("NaN"), ""),
        (datetime.date(2024, 3, 5), "2024-03-05"),
        (datetime.datetime(2024, 3, 5), "2024-03-05"),
        (datetime.datetime(2024, 3, 5, 8, 30), "2024-03-05 08:30:00"),
        (datetime.time(8, 30), "08:30:00"),
        ("#REF!", ""),
        ("#n/a", ""),
        ("苏州_x000D_\n恒锐", "苏州\n恒锐"),
        (" ００１ ", "001"),
    ],
)
def test_clean_cell(value, expected):
    assert text.clean_cell(value) == expected


def test_cell_errors_are_told_apart_from_empty_cells():
    assert text.is_cell_error(" #REF! ")
    assert not text.is_cell_error("")
    assert not text.is_cell_error(None)


def test_simplify_turns_traditional_characters():
    pytest.importorskip("opencc")
    assert text.can_simplify()
    assert text.simplify("臺灣積體電路") == "台湾积体电路"


def test_simplify_without_opencc_changes_nothing(monkeypatch):
    import sys

    text._converter.cache_clear()
    monkeypatch.setitem(sys.modules, "opencc", None)  # makes the import fail
    try:
        assert text.simplify("臺灣積體電路") == "臺灣積體電路"
        assert not text.can_simplify()
    finally:
        text._converter.cache_clear()
