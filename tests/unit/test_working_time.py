"""The rules of the working clock, one case each; ``test_working_time_oracle`` tries them at random."""

import datetime as dt
import random
import time
from zoneinfo import ZoneInfo

import pytest
from merchant_lib.clock import Limit
from merchant_lib.working_time import NoWorkingTime, Timetable

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = 3600
OFFICE = [(8 * HOUR, 12 * HOUR), (13 * HOUR, 17 * HOUR)]
WEEK = [OFFICE] * 5 + [[], []]
# the spring festival of 2026: off from Sunday 15 to Monday 23 February, work on Saturdays 14 and 28
FESTIVAL = {dt.date(2026, 2, day): [] for day in range(15, 24)}
FESTIVAL |= {dt.date(2026, 2, 14): OFFICE, dt.date(2026, 2, 28): OFFICE}


def utc(text, zone=SHANGHAI):
    """Naive UTC of a wall clock such as ``2026-02-13 16:00``."""
    moment = dt.datetime.fromisoformat(text).replace(tzinfo=zone)
    return moment.astimezone(dt.timezone.utc).replace(tzinfo=None)


def wall(moment, zone=SHANGHAI):
    return moment.replace(tzinfo=dt.timezone.utc).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def office(days=None, leaves=(), zone=SHANGHAI, week=WEEK):
    return Timetable(zone, [week, week], days, leaves)


CASES = [
    # inside one line, over lunch, over the end of the day, over the weekend
    ("2026-03-02 09:00", "2 working_hours", "2026-03-02 11:00"),
    ("2026-03-02 11:00", "2 working_hours", "2026-03-02 14:00"),
    ("2026-03-02 16:00", "2 working_hours", "2026-03-03 09:00"),
    ("2026-03-06 16:30", "1 working_hours", "2026-03-09 08:30"),
    # used up just when work ends: due then
    ("2026-03-02 11:00", "1 working_hours", "2026-03-02 12:00"),
    ("2026-03-06 16:00", "1 working_hours", "2026-03-06 17:00"),
    ("2026-03-02 08:00", "40 working_hours", "2026-03-06 17:00"),
    # starts outside work: before it, in the break, at its very end, on a Saturday
    ("2026-03-02 06:00", "1 working_hours", "2026-03-02 09:00"),
    ("2026-03-02 12:30", "1 working_hours", "2026-03-02 14:00"),
    ("2026-03-02 17:00", "1 working_hours", "2026-03-03 09:00"),
    ("2026-03-07 10:00", "2 working_hours", "2026-03-09 10:00"),
    # over the festival: Friday 13, the working Saturday 14, then Tuesday 24
    ("2026-02-13 16:00", "2 working_hours", "2026-02-14 09:00"),
    ("2026-02-14 16:00", "2 working_hours", "2026-02-24 09:00"),
    # fractions, to the second
    ("2026-03-02 09:00", "0.5 working_hours", "2026-03-02 09:30"),
    # working days: same time of day, the day of the start does not count
    ("2026-03-06 16:00", "3 working_days", "2026-03-11 16:00"),
    ("2026-03-02 09:00", "1 working_days", "2026-03-03 09:00"),
    ("2026-02-13 16:00", "1 working_days", "2026-02-14 16:00"),
    ("2026-02-13 16:00", "3 working_days", "2026-02-25 16:00"),
    ("2026-02-27 10:00", "2 working_days", "2026-03-02 10:00"),
    # started outside work: from the next working moment and its day
    ("2026-03-06 17:30", "1 working_days", "2026-03-10 08:00"),
    ("2026-03-07 11:00", "3 working_days", "2026-03-12 08:00"),
    ("2026-03-02 06:00", "1 working_days", "2026-03-03 08:00"),
    ("2026-03-02 12:15", "1 working_days", "2026-03-03 13:00"),
    ("2026-02-16 10:00", "1 working_days", "2026-02-25 08:00"),
    # plain units pass at night and at weekends
    ("2026-03-06 16:00", "24 hours", "2026-03-07 16:00"),
    ("2026-03-06 16:00", "15 days", "2026-03-21 16:00"),
]


@pytest.mark.parametrize(("start", "limit", "deadline"), CASES)
def test_deadline(start, limit, deadline):
    assert wall(office(FESTIVAL).deadline(Limit.parse(limit), utc(start))) == deadline


@pytest.mark.parametrize(
    ("start", "limit", "move", "deadline"),
    [
        ("2026-03-06 16:00", "24 hours", "moment", "2026-03-09 08:00"),
        ("2026-03-05 12:30", "24 hours", "moment", "2026-03-06 13:00"),
        # the end of work is work for a deadline
        ("2026-03-05 17:00", "24 hours", "moment", "2026-03-06 17:00"),
        ("2026-03-05 17:01", "24 hours", "moment", "2026-03-09 08:00"),
        ("2026-03-05 10:00", "24 hours", "moment", "2026-03-06 10:00"),
        # to the next working day, at the same time of day, moved into its hours
        ("2026-03-06 16:00", "15 days", "day", "2026-03-23 16:00"),
        ("2026-03-06 20:00", "15 days", "day", "2026-03-23 17:00"),
        ("2026-03-06 03:00", "15 days", "day", "2026-03-23 08:00"),
        ("2026-03-06 12:10", "15 days", "day", "2026-03-23 13:00"),
        # a date that works is kept, whatever the hour
        ("2026-03-05 20:00", "1 days", "day", "2026-03-06 20:00"),
        ("2026-02-01 10:00", "15 days", "day", "2026-02-24 10:00"),
        ("2026-01-30 10:00", "15 days", "day", "2026-02-14 10:00"),
    ],
)
def test_moved(start, limit, move, deadline):
    assert wall(office(FESTIVAL).deadline(Limit.parse(limit), utc(start), move)) == deadline


@pytest.mark.parametrize(
    ("hours", "start", "deadline"),
    [
        # the makeup Saturday works in the morning only, only in the afternoon, or has a longer break
        ([(8, 12)], "2026-03-06 16:00", "2026-03-07 12:00"),
        ([(8, 12)], "2026-03-06 11:00", "2026-03-07 11:00"),
        ([(14, 18)], "2026-03-06 09:00", "2026-03-07 14:00"),
        ([(8, 11), (15, 18)], "2026-03-06 11:30", "2026-03-07 15:00"),
        ([(8, 11), (15, 18)], "2026-03-06 11:00", "2026-03-07 11:00"),
    ],
)
def test_time_of_day_outside_the_hours_of_the_last_day(hours, start, deadline):
    saturday = {dt.date(2026, 3, 7): [(low * HOUR, high * HOUR) for low, high in hours]}
    assert wall(office(saturday).deadline(Limit(1, "working_days"), utc(start))) == deadline


def test_next_working_moment():
    table = office(FESTIVAL)
    for moment, expected in (
        ("2026-03-02 09:00", "2026-03-02 09:00"),
        ("2026-03-02 08:00", "2026-03-02 08:00"),
        ("2026-03-02 12:00", "2026-03-02 13:00"),
        ("2026-03-06 17:00", "2026-03-09 08:00"),
        ("2026-02-14 17:00", "2026-02-24 08:00"),
    ):
        assert wall(table.next_working_moment(utc(moment))) == expected


def test_working_seconds():
    table = office(FESTIVAL)
    for start, end, hours in (
        ("2026-03-02 11:00", "2026-03-02 14:00", 2),
        ("2026-03-06 16:00", "2026-03-09 09:00", 2),
        ("2026-03-07 00:00", "2026-03-08 00:00", 0),
        ("2026-02-13 16:00", "2026-02-24 09:00", 10),
    ):
        assert table.working_seconds(utc(start), utc(end)) == hours * HOUR
        assert table.working_seconds(utc(end), utc(start)) == -table.working_seconds(utc(start), utc(end))


def test_a_deadline_leaves_just_its_hours():
    table, rng = office(FESTIVAL), random.Random(7)
    for _case in range(500):
        start = utc("2026-01-20 00:00") + dt.timedelta(seconds=rng.randrange(90 * 86400))
        seconds = rng.randrange(1, 90 * HOUR)
        deadline = table.deadline(Limit(seconds / HOUR, "working_hours"), start)
        assert table.working_seconds(start, deadline) == seconds


def test_leaves_of_the_calendar():
    table = office(leaves=[(utc("2026-03-02 13:00"), utc("2026-03-03 00:00"))])
    assert wall(table.deadline(Limit(2, "working_hours"), utc("2026-03-02 11:00"))) == "2026-03-03 09:00"
    # half a day is still a working day, and its afternoon ends at noon
    assert wall(table.deadline(Limit(1, "working_days"), utc("2026-02-27 15:00"))) == "2026-03-02 12:00"
    # clock hours pass through a holiday; only a person's absence stops them
    assert wall(table.deadline(Limit(4, "hours"), utc("2026-03-02 12:00"))) == "2026-03-02 16:00"


def test_a_persons_absence_stops_his_clock():
    company = office()
    person = company.without([(utc("2026-03-03 00:00"), utc("2026-03-05 00:00"))])
    for limit, deadline in (
        ("24 hours", "2026-03-05 16:00"),
        ("8 hours", "2026-03-03 00:00"),
        ("2 days", "2026-03-06 16:00"),
        ("2 working_hours", "2026-03-05 09:00"),
        ("1 working_hours", "2026-03-02 17:00"),
        ("1 working_days", "2026-03-05 16:00"),
        ("2 working_days", "2026-03-06 16:00"),
    ):
        assert wall(person.deadline(Limit.parse(limit), utc("2026-03-02 16:00"))) == deadline, limit
    assert wall(person.deadline(Limit(1, "days"), utc("2026-03-04 10:00"))) == "2026-03-06 00:00"
    assert wall(company.deadline(Limit(1, "working_days"), utc("2026-03-02 16:00"))) == "2026-03-03 16:00"


def test_dates_stay_dates_in_two_weeks():
    # week type 0 works, 1 does not; Monday 2 March 2026 lies in a week of type 1 as Odoo counts
    table = Timetable(SHANGHAI, [WEEK, [[]] * 7])
    kind = (dt.date(2026, 3, 2).toordinal() - 1) // 7 % 2
    assert table.is_working_day(dt.date(2026, 3, 2)) is (kind == 0)
    assert table.is_working_day(dt.date(2026, 3, 9)) is (kind == 1)


def test_summer_time():
    berlin, sleepless = ZoneInfo("Europe/Berlin"), [[(0, 86400)]] * 7
    table = office(zone=berlin, week=sleepless)
    # 29 March 2026 has 23 hours, 25 October 25
    assert table.working_seconds(utc("2026-03-29 00:00", berlin), utc("2026-03-30 00:00", berlin)) == 23 * HOUR
    assert table.working_seconds(utc("2026-10-25 00:00", berlin), utc("2026-10-26 00:00", berlin)) == 25 * HOUR
    start = utc("2026-03-28 02:30", berlin)
    # the wall clock shows no 02:30 on that day: the end of the gap
    assert wall(table.deadline(Limit(1, "days"), start), berlin) == "2026-03-29 03:00"
    assert wall(table.deadline(Limit(2, "days"), start), berlin) == "2026-03-30 02:30"
    assert wall(table.deadline(Limit(24, "hours"), start), berlin) == "2026-03-29 03:30"


def test_what_cannot_be_answered():
    never = office(week=[[]] * 7)
    with pytest.raises(NoWorkingTime):
        never.deadline(Limit(1, "working_hours"), utc("2026-03-02 09:00"))
    with pytest.raises(NoWorkingTime):
        never.deadline(Limit(1, "working_days"), utc("2026-03-02 09:00"))
    with pytest.raises(NoWorkingTime):
        never.next_working_moment(utc("2026-03-02 09:00"))
    assert never.working_seconds(utc("2026-03-02 09:00"), utc("2026-04-02 09:00")) == 0
    on_leave = office(leaves=[(utc("2026-01-01 00:00"), dt.datetime(9999, 1, 1))])
    with pytest.raises(NoWorkingTime):
        on_leave.deadline(Limit(1, "working_days"), utc("2026-03-02 09:00"))
    once = office({dt.date(2031, 6, 1): OFFICE}, week=[[]] * 7)
    assert wall(once.next_working_moment(utc("2026-03-02 09:00"))) == "2031-06-01 08:00"
    with pytest.raises(NoWorkingTime):
        once.deadline(Limit(9, "working_hours"), utc("2026-03-02 09:00"))
    for wrong in (dt.datetime(1900, 1, 1), dt.datetime(2999, 1, 1)):
        with pytest.raises(ValueError, match="years"):
            office().deadline(Limit(1, "working_days"), wrong)
    with pytest.raises(ValueError, match="naive"):
        office().deadline(Limit(1, "days"), dt.datetime(2026, 3, 2, tzinfo=dt.timezone.utc))


def test_the_longest_limits():
    start = utc("2026-03-02 09:00")
    assert office().deadline(Limit(3660, "working_days"), start).year == 2040
    assert office().deadline(Limit(87840, "working_hours"), start).year == 2068


def test_later_starts_never_end_earlier():
    table = office(FESTIVAL)
    for limit in ("3 working_hours", "2 working_days", "5 days", "24 hours"):
        # "day" is left out: what moved keeps its time of day, what fell on the day anyway may be earlier
        for move in (None, "moment"):
            last = None
            for minutes in range(0, 20 * 1440, 17):
                deadline = table.deadline(
                    Limit.parse(limit), utc("2026-02-08 00:00") + dt.timedelta(minutes=minutes), move
                )
                assert last is None or deadline >= last
                last = deadline


def test_a_deadline_takes_less_than_fifty_microseconds():
    table = office(FESTIVAL)
    starts = [utc("2026-01-05 09:00") + dt.timedelta(minutes=7 * n) for n in range(10000)]
    for limit in ("2 working_hours", "3 working_days", "15 days"):
        limit = Limit.parse(limit)
        table.deadline(limit, starts[-1], "day")
        begin = time.perf_counter()
        for start in starts:
            table.deadline(limit, start, "day")
        spent = (time.perf_counter() - begin) / len(starts)
        print(f"{limit}: {spent * 1e6:.1f} µs a deadline")
        assert spent < 50e-6
