import datetime
from datetime import timedelta

import pytest
from merchant_lib.clock import Limit, plain_deadline, plain_deadlines

START = datetime.datetime(2026, 2, 13, 9, 30, 15)  # a Friday before the spring festival


@pytest.mark.parametrize(
    ("number", "unit", "span"),
    [
        (2, "hours", timedelta(hours=2)),
        (0.5, "hours", timedelta(minutes=30)),
        (2, "working_hours", timedelta(hours=2)),
        (15, "days", timedelta(days=15)),
        (3, "working_days", timedelta(days=3)),
    ],
)
def test_plain_deadline(number, unit, span):
    assert plain_deadline(Limit(number, unit), START) == START + span


def test_days_keep_the_time_of_day():
    assert plain_deadline(Limit(30, "days"), START).time() == START.time()


def test_batch_gives_the_same_in_order_and_none_for_nothing():
    limit = Limit(3, "days")
    starts = [START, None, START - timedelta(days=400), False]
    assert plain_deadlines(limit, starts) == [
        plain_deadline(limit, START),
        None,
        plain_deadline(limit, starts[2]),
        None,
    ]


def test_starts_with_a_time_zone_are_refused():
    with pytest.raises(ValueError, match="naive UTC"):
        plain_deadline(Limit(1, "days"), START.replace(tzinfo=datetime.timezone.utc))


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
