"""Ten thousand random cases against an oracle that knows nothing but minutes.

The oracle asks the zone's wall clock minute by minute, marks each minute as work, absence or neither, and walks. It
shares no code and no idea with ``working_time``: no intervals, no sums, no offsets.
"""

import datetime as dt
import random
from array import array
from zoneinfo import ZoneInfo

import pytest
from merchant_lib.clock import Limit
from merchant_lib.working_time import Timetable

MINUTE = dt.timedelta(minutes=1)
OFFICE = [(480, 720), (780, 1020)]
NIGHT = [(0, 360), (1320, 1440)]
ODD = [(451, 695), (740, 741), (903, 1169)]
# name: (zone, two weeks, first day of the compiled stretch, its length in days)
CALENDARS = {
    "office": ("Asia/Shanghai", [[OFFICE] * 5 + [[], []]] * 2, dt.date(2026, 1, 20), 90),
    "six days": ("Asia/Shanghai", [[OFFICE] * 5 + [[(540, 720)], []]] * 2, dt.date(2026, 9, 1), 90),
    "night": ("Asia/Shanghai", [[[(1320, 1440)]] + [NIGHT] * 4 + [[(0, 360)], []]] * 2, dt.date(2026, 4, 1), 90),
    "two weeks": (
        "Asia/Shanghai",
        [[OFFICE] * 3 + [[], [], [], ODD], [[]] * 3 + [ODD] * 3 + [[]]],
        dt.date(2026, 4, 1),
        90,
    ),
    "Berlin": ("Europe/Berlin", [[NIGHT] * 6 + [[(60, 200)]]] * 2, dt.date(2026, 3, 10), 90),
    "Beirut": ("Asia/Beirut", [[[(0, 90), (1290, 1440)]] * 7] * 2, dt.date(2026, 10, 1), 90),
    "New York": ("America/New_York", [[OFFICE] * 4 + [ODD, [], NIGHT]] * 2, dt.date(2026, 10, 10), 90),
}
CASES = 10_000


def read_wall_clock(zone, first, length):
    """First moment, then date and minute of the day of each minute as the zone's clock shows them."""
    begin = dt.datetime.combine(first, dt.time())
    dates, walls = array("l"), array("l")
    moment = begin.replace(tzinfo=dt.timezone.utc)
    for _minute in range(length * 1440):
        local = moment.astimezone(zone)
        dates.append(local.toordinal())
        walls.append(local.hour * 60 + local.minute)
        moment += MINUTE
    return begin, dates, walls


class Oracle:
    """One calendar with its days and absences, minute by minute."""

    def __init__(self, wall_clock, weeks, days, leaves, absences):
        self.begin, self.date, self.wall = wall_clock
        count = len(self.date)
        self.work, self.absent = bytearray(count), bytearray(count)
        for minute, (ordinal, wall) in enumerate(zip(self.date, self.wall, strict=True)):
            day = dt.date.fromordinal(ordinal)
            lines = days.get(day)
            if lines is None:
                lines = weeks[(ordinal - 1) // 7 % 2][day.weekday()]
            self.work[minute] = any(low <= wall < high for low, high in lines)
        for spans, is_absence in ((leaves, False), (absences, True)):
            for low, high in spans:
                for minute in range(max(self.minute(low), 0), min(self.minute(high), count)):
                    self.work[minute] = 0
                    self.absent[minute] |= is_absence

    def minute(self, moment):
        return (moment - self.begin) // MINUTE

    def moment(self, minute):
        return self.begin + minute * MINUTE

    def next_work(self, minute):
        while not self.work[minute]:
            minute += 1
        return minute

    def on_date(self, date, wall):
        minute = self.date.index(date)
        while self.date[minute] == date and self.wall[minute] < wall:
            minute += 1
        here = [m for m in range(minute - 1500, minute + 1500) if self.work[m] and self.date[m] == date]
        if minute in here or (minute - 1 in here):
            return minute
        later = [m for m in here if m > minute]
        return later[0] if later else here[-1] + 1

    def deadline(self, limit, start, move):
        minute = self.minute(start)
        if limit.unit == "working_hours":
            left = round(limit.number * 60)
            while left:
                left -= self.work[minute]
                minute += 1
            return self.moment(minute)
        if limit.unit == "working_days":
            minute = self.next_work(minute)
            wall, date, left = self.wall[minute], self.date[minute], limit.number
            while left:
                minute += 1
                if self.work[minute] and self.date[minute] > date:
                    date, left = self.date[minute], left - 1
            return self.moment(self.on_date(date, wall))
        if limit.unit == "hours":
            left = round(limit.number * 60)
        else:
            end, date = minute, self.date[minute] + limit.number
            while self.date[end] < date or (self.date[end] == date and self.wall[end] < self.wall[minute]):
                end += 1
            left = end - minute
        while left:
            left -= not self.absent[minute]
            minute += 1
        if move == "moment" and not self.work[minute - 1]:
            minute = self.next_work(minute)
        if move == "day":
            today = self.date[minute]
            around = range(minute - 1500, minute + 1500)
            if not any(self.work[m] and self.date[m] == today for m in around):
                return self.moment(self.on_date(self.date[self.next_work(minute)], self.wall[minute]))
        return self.moment(minute)

    def working_minutes(self, start, end):
        return sum(self.work[self.minute(start) : self.minute(end)])


def some_days(rng, first, length):
    days = {}
    for _day in range(rng.randrange(12)):
        day = first + dt.timedelta(days=rng.randrange(length))
        days[day] = rng.choice([[], [], OFFICE, ODD, NIGHT, [(480, 700)]])
    return days


def some_spans(rng, first, length):
    spans = []
    for _span in range(rng.randrange(5)):
        begin = dt.datetime.combine(first, dt.time()) + rng.randrange(length * 1440) * MINUTE
        spans.append((begin, begin + rng.choice([30, 240, 1440, 4 * 1440]) * MINUTE))
    return spans


def some_limit(rng):
    unit = rng.choice(["hours", "days", "working_hours", "working_days"])
    number = rng.randrange(1, 9) if unit.endswith("days") else rng.choice([0.25, 0.5, 1, 2, 4.75, 8, 24, 30])
    return Limit(number, unit)


@pytest.mark.parametrize("name", CALENDARS)
def test_agrees_with_the_oracle(name):
    zone_name, weeks, first, length = CALENDARS[name]
    zone, rng = ZoneInfo(zone_name), random.Random(name)
    seconds = [[[(low * 60, high * 60) for low, high in lines] for lines in week] for week in weeks]
    worlds, wall_clock = 2, read_wall_clock(zone, first, length)
    for _world in range(worlds):
        days, leaves = some_days(rng, first, length), some_spans(rng, first, length)
        absences = some_spans(rng, first, length)
        oracle = Oracle(wall_clock, weeks, days, leaves, absences)
        table = Timetable(
            zone,
            seconds,
            {day: [(low * 60, high * 60) for low, high in lines] for day, lines in days.items()},
            leaves,
        ).without(absences)
        for _case in range(-(-CASES // len(CALENDARS) // worlds)):
            start = oracle.begin + rng.randrange(3 * 1440, 40 * 1440) * MINUTE
            limit, move = some_limit(rng), rng.choice([None, "moment", "day"])
            what = (start, limit, move, days, leaves, absences)
            assert table.deadline(limit, start, move) == oracle.deadline(limit, start, move), what
            end = start + rng.randrange(20 * 1440) * MINUTE
            assert table.working_seconds(start, end) == 60 * oracle.working_minutes(start, end), what
            assert table.next_working_moment(start) == oracle.moment(oracle.next_work(oracle.minute(start))), what
