import pytest
from merchant_lib.clock import Limit


@pytest.mark.parametrize(
    ("number", "unit"),
    [
        (0, "days"),
        (-1, "hours"),
        (1.5, "days"),
        (1.5, "working_days"),
        (float("nan"), "hours"),
        (float("inf"), "hours"),
        (True, "days"),
        ("2", "days"),
        (None, "days"),
        (1, "weeks"),
        (1, ""),
        (4000, "days"),
        (100000, "hours"),
    ],
)
def test_wrong_limits_are_refused(number, unit):
    with pytest.raises(ValueError, match="."):
        Limit(number, unit)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 working_hours", Limit(2, "working_hours")),
        ("2 working hours", Limit(2, "working_hours")),
        ("24h", Limit(24, "hours")),
        ("0.5 hours", Limit(0.5, "hours")),
        ("15 Days", Limit(15, "days")),
        ("3个工作日", Limit(3, "working_days")),
        ("24小时", Limit(24, "hours")),
        ("30天", Limit(30, "days")),
    ],
)
def test_parse(text, expected):
    assert Limit.parse(text) == expected
    assert Limit.parse(str(expected)) == expected


@pytest.mark.parametrize("text", ["", None, "3", "days", "-3 days", "3 weeks", "1.5 days", "0 days"])
def test_parse_refuses(text):
    with pytest.raises(ValueError, match="."):
        Limit.parse(text)


def test_limits_compare_and_hash_by_value():
    assert len({Limit(2, "days"), Limit(2.0, "days"), Limit(2, "working_days")}) == 2
    assert Limit(2, "working_days").is_working and Limit(2, "working_days").in_days
