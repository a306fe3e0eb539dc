"""Arithmetic on a compiled timetable: when a limit runs out, and how much was worked in between.

**When is work?** A moment is working time if its wall clock in the timetable's zone lies inside a line of its day, and no
leave holds it. The day's lines are those of its weekday (one or two weeks in turn), unless the day has lines of its own:
none for a holiday, some for a make-up day. Lines are half open: work that ends at 17:00 does not hold 17:00 itself.
Where clocks are put forward, the hour that does not exist is no work; where they are put back, the hour that comes twice
counts twice.

**Limits.** Moments are naive UTC, whole seconds.

* *hours*: time as it passes.
* *days*: the same time of day so many calendar days later.
* *working hours*: working time as it passes, from the start or, outside working time, from the next working moment. A
  limit that is used up just when work ends is due then, not the next morning.
* *working days*: the day of the start does not count (as in art. 201 of the Civil Code). A start outside working time
  counts from the next working moment and its day. A working day is a local date with any working time, however short.
  The deadline has the start's time of day. Where that day does not work then: before the first hour it moves to that
  hour, in a break to the end of the break, after the last hour to the end of work (art. 203: where business hours are
  kept, a last day ends with them).

**Moved** (``move``): a limit in hours or days may end when nobody works. ``"moment"`` moves it to the next working moment;
the end of a line is still work for a deadline. ``"day"`` moves it only if its date is no working day, to the next one,
with the rule for the time of day above.

**A person's absences** stop his clock: their time counts for no unit, days and hours included, and his days without any
working time left are no working days. They begin to count after the start; a deadline that is reached at the very
moment an absence begins is not moved.
"""

import datetime
from bisect import bisect_left, bisect_right
from itertools import accumulate

from .clock import DAYS, HOURS, WORKING_HOURS

_DAY = 86400
_EPOCH = datetime.datetime(1970, 1, 1)
_EPOCH_DAY = _EPOCH.toordinal()
# compiled days reach from the first to the last of these years; a start outside is a wrong date
FIRST_YEAR, LAST_YEAR = 1990, 2150
_FIRST = datetime.date(FIRST_YEAR, 1, 1).toordinal()
_LAST = datetime.date(LAST_YEAR, 12, 31).toordinal()
MOMENT, DAY = "moment", "day"


class NoWorkingTime(ValueError):
    """The timetable has no working time where some is needed."""


def seconds_of(moment):
    """Give the seconds since 1970 of a naive UTC moment, without its fraction; ``ValueError`` if it has a zone."""
    if moment.tzinfo is not None:
        raise ValueError("a moment must be naive UTC, as Odoo stores it")
    since = moment - _EPOCH
    return since.days * _DAY + since.seconds


def moment_of(seconds):
    """Give the naive UTC moment so many seconds after 1970."""
    return _EPOCH + datetime.timedelta(seconds=seconds)


def _merged(intervals):
    """Sorted and joined ``[from, to]`` of pairs; empty ones fall out."""
    result = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            result[-1][1] = max(result[-1][1], end)
        else:
            result.append([start, end])
    return result


class _Table:
    """Working intervals of a stretch of days, in UTC seconds, with what makes them quick to ask."""

    __slots__ = ("date", "dates", "done", "ends", "starts")

    def __init__(self, starts, ends, date):
        self.starts, self.ends = starts, ends
        # local date of each interval, and the working dates
        self.date = date
        self.dates = list(dict.fromkeys(date))
        # seconds worked before each interval, and in all
        self.done = list(accumulate((end - start for start, end in zip(starts, ends, strict=True)), initial=0))

    def without(self, leaves):
        """A table less merged leaves; only the intervals that a leave touches are made anew."""
        starts, ends, date = self.starts, self.ends, self.date
        for leave_from, leave_to in reversed(leaves):
            low, high = bisect_right(ends, leave_from), bisect_left(starts, leave_to)
            if low >= high:
                continue
            kept = []
            for index in range(low, high):
                if starts[index] < leave_from:
                    kept.append((starts[index], leave_from, date[index]))
                if ends[index] > leave_to:
                    kept.append((leave_to, ends[index], date[index]))
            starts = starts[:low] + [row[0] for row in kept] + starts[high:]
            ends = ends[:low] + [row[1] for row in kept] + ends[high:]
            date = date[:low] + [row[2] for row in kept] + date[high:]
        return _Table(starts, ends, date)

    def worked_before(self, seconds):
        """Seconds worked from the first compiled day to a moment."""
        index = bisect_right(self.starts, seconds) - 1
        if index < 0:
            return 0
        return self.done[index] + min(seconds, self.ends[index]) - self.starts[index]


class Timetable:
    """Working time of a calendar, or of a person in it. Immutable for its users; it compiles more days when asked.

    :param zone: ``tzinfo`` whose wall clock counts
    :param weeks: two weeks of seven lists of ``(from, to)`` in seconds of the day, Monday first; the first week is that of
        Monday, 1 January of year 1. With one kind of week give it twice.
    :param days: date -> list of ``(from, to)`` that replaces its weekday's lines; empty for a holiday
    :param leaves: ``(from, to)`` in naive UTC that are cut out
    """

    def __init__(self, zone, weeks, days=None, leaves=()):
        self.zone = zone
        self.days = {day: _merged(lines) for day, lines in (days or {}).items()}
        self.weeks = [[_merged(lines) for lines in week] for week in weeks]
        self._lines = {day.toordinal(): lines for day, lines in self.days.items()}
        self._leaves = _merged((seconds_of(start), seconds_of(end)) for start, end in leaves)
        self._absences = []
        self._parent = None
        # (first ordinal, last ordinal, first second, last second, offsets, table): replaced as one, threads may share it
        self._compiled = None

    def without(self, absences):
        """Give a person's timetable: this one less ``(from, to)`` in naive UTC."""
        person = object.__new__(Timetable)
        person.__dict__.update(self.__dict__)
        person._absences = _merged((seconds_of(start), seconds_of(end)) for start, end in absences)
        person._parent = self._parent or self
        person._compiled = None
        return person

    # -- compiling ---------------------------------------------------------------------------

    def _offset(self, seconds):
        moment = moment_of(seconds).replace(tzinfo=datetime.timezone.utc)
        offset = moment.astimezone(self.zone).utcoffset()
        return offset.days * _DAY + offset.seconds

    def _find_offsets(self, first, last):
        """``(from, to, offset)`` in seconds: the stretches of one offset from UTC that cover the days, and more."""
        low, high = (first - _EPOCH_DAY - 2) * _DAY, (last - _EPOCH_DAY + 3) * _DAY
        stretches, begin, offset = [], low, self._offset(low)
        for here in range(low, high, _DAY):
            after = self._offset(here + _DAY)
            if after == offset:
                continue
            left, right = here, here + _DAY
            while right - left > 1:
                middle = (left + right) // 2
                left, right = (middle, right) if self._offset(middle) == offset else (left, middle)
            stretches.append((begin, right, offset))
            begin, offset = right, after
        stretches.append((begin, high, offset))
        return stretches

    def _day_lines(self, ordinal):
        lines = self._lines.get(ordinal)
        if lines is not None:
            return lines
        return self.weeks[(ordinal - 1) // 7 % 2][(ordinal - 1) % 7]

    def _compile(self, first, last):
        offsets = self._find_offsets(first, last)
        pieces = []
        stretch = 0
        for ordinal in range(first, last + 1):
            lines = self._day_lines(ordinal)
            if not lines:
                continue
            midnight = (ordinal - _EPOCH_DAY) * _DAY
            while midnight - offsets[stretch][2] >= offsets[stretch][1]:
                stretch += 1
            for begin, end, offset in offsets[stretch : stretch + 2]:
                for line_from, line_to in lines:
                    start = max(begin, midnight + line_from - offset)
                    stop = min(end, midnight + line_to - offset)
                    if start < stop:
                        pieces.append((start, stop, ordinal))
        # out of order only where clocks are put back
        pieces.sort()
        starts, ends, date = ([piece[column] for piece in pieces] for column in range(3))
        table = _Table(starts, ends, date).without(self._leaves)
        first_second = (first - _EPOCH_DAY) * _DAY + _DAY
        return first, last, first_second, (last - _EPOCH_DAY) * _DAY, offsets, table

    def _cover(self, low, high):
        """The compiled days, made to hold these seconds (and a day on either side, whatever the zone)."""
        compiled = self._compiled
        if compiled and compiled[2] <= low and high <= compiled[3]:
            return compiled
        low_day, high_day = low // _DAY + _EPOCH_DAY, high // _DAY + _EPOCH_DAY
        if low_day <= _FIRST or high_day >= _LAST:
            raise ValueError(f"a date outside the years {FIRST_YEAR} to {LAST_YEAR}")
        if self._parent:
            first, last, first_second, last_second, offsets, table = self._parent._cover(low, high)
            compiled = (first, last, first_second, last_second, offsets, table.without(self._absences))
        else:
            # whole years, so that this is rare
            first = datetime.date(datetime.date.fromordinal(low_day - 2).year, 1, 1).toordinal()
            last = datetime.date(datetime.date.fromordinal(high_day + 40).year, 12, 31).toordinal()
            if compiled:
                first, last = min(first, compiled[0]), max(last, compiled[1])
            compiled = self._compile(max(first, _FIRST), min(last, _LAST))
        self._compiled = compiled
        return compiled

    def _cover_more(self, compiled):
        """More days after the compiled ones: as many again."""
        first, last = compiled[0], compiled[1]
        if last >= _LAST or not (any(map(any, self.weeks)) or any(day > last for day in self._lines)):
            raise NoWorkingTime("no working time is left in the timetable")
        more = min(last + last - first, _LAST - 1)
        return self._cover(compiled[2], (more - _EPOCH_DAY) * _DAY)

    # -- wall clock --------------------------------------------------------------------------

    @staticmethod
    def _to_wall(compiled, seconds):
        offsets = compiled[4]
        if len(offsets) == 1:
            return seconds + offsets[0][2]
        return seconds + offsets[bisect_right(offsets, seconds, key=lambda stretch: stretch[0]) - 1][2]

    @staticmethod
    def _from_wall(compiled, wall):
        """UTC seconds of a wall clock; the first of two, the end of the gap where there is none."""
        offsets = compiled[4]
        if len(offsets) == 1:
            return wall - offsets[0][2]
        for begin, end, offset in offsets[max(bisect_right(offsets, wall - 2 * _DAY, key=lambda s: s[0]) - 1, 0) :]:
            if wall - offset < end:
                return max(wall - offset, begin)
        return wall - offsets[-1][2]

    # -- steps -------------------------------------------------------------------------------

    def _next_index(self, compiled, seconds, *, closing=False):
        """Index of the interval that holds a moment or comes next, and the compiled days that have it.

        :param closing: whether the end of an interval belongs to it
        """
        find = bisect_left if closing else bisect_right
        index = find(compiled[5].ends, seconds)
        while index >= len(compiled[5].ends):
            compiled = self._cover_more(compiled)
            index = find(compiled[5].ends, seconds)
        return compiled, index

    def _next_seconds(self, seconds, *, closing=False):
        compiled, index = self._next_index(self._cover(seconds, seconds), seconds, closing=closing)
        return max(seconds, compiled[5].starts[index])

    def _on_date(self, compiled, date, time_of_day):
        """The moment of a working date at a time of day, moved into its hours."""
        table = compiled[5]
        low, high = bisect_left(table.date, date), bisect_right(table.date, date)
        seconds = self._from_wall(compiled, (date - _EPOCH_DAY) * _DAY + time_of_day)
        for index in range(low, high):
            if seconds <= table.ends[index]:
                return max(seconds, table.starts[index])
        return table.ends[high - 1]

    def _after_working_days(self, seconds, number):
        compiled, index = self._next_index(self._cover(seconds, seconds), seconds)
        table = compiled[5]
        time_of_day = self._to_wall(compiled, max(seconds, table.starts[index])) % _DAY
        date = table.date[index]
        while True:
            target = bisect_left(compiled[5].dates, date) + number
            if target < len(compiled[5].dates):
                return self._on_date(compiled, compiled[5].dates[target], time_of_day)
            compiled = self._cover_more(compiled)

    def _after_working_seconds(self, seconds, number):
        compiled, _index = self._next_index(self._cover(seconds, seconds), seconds)
        target = compiled[5].worked_before(seconds) + number
        while target > compiled[5].done[-1]:
            compiled = self._cover_more(compiled)
            target = compiled[5].worked_before(seconds) + number
        table = compiled[5]
        index = bisect_left(table.done, target) - 1
        return table.starts[index] + target - table.done[index]

    def _past_absences(self, start, end):
        """The end of a plain span, later by what of the absences lies in it."""
        for absent_from, absent_to in self._absences:
            if absent_to <= start:
                continue
            if absent_from >= end:
                break
            end += absent_to - max(absent_from, start)
        return end

    def _moved(self, seconds, move):
        if move == MOMENT:
            return self._next_seconds(seconds, closing=True)
        compiled = self._cover(seconds, seconds)
        wall = self._to_wall(compiled, seconds)
        date = wall // _DAY + _EPOCH_DAY
        while True:
            dates = compiled[5].dates
            index = bisect_left(dates, date)
            if index < len(dates):
                break
            compiled = self._cover_more(compiled)
        if dates[index] == date:
            return seconds
        return self._on_date(compiled, dates[index], wall % _DAY)

    def _deadline(self, limit, start, move):
        number, unit = limit.number, limit.unit
        if unit in (HOURS, DAYS):
            if unit == HOURS:
                end = start + round(number * 3600)
            else:
                compiled = self._cover(start, start + (number + 1) * _DAY)
                end = self._from_wall(compiled, self._to_wall(compiled, start) + number * _DAY)
            if self._absences:
                end = self._past_absences(start, end)
            return self._moved(end, move) if move else end
        if unit == WORKING_HOURS:
            return self._after_working_seconds(start, max(round(number * 3600), 1))
        return self._after_working_days(start, number)

    # -- questions ---------------------------------------------------------------------------

    def deadline(self, limit, start, move=None):
        """Give the moment at which ``limit`` that starts at ``start`` runs out; the module's text has the rules.

        :param move: None, ``"moment"`` or ``"day"``; working units are in working time anyway
        :raises NoWorkingTime: no working time is left
        :raises ValueError: ``start`` has a zone or lies outside the years of the timetable
        """
        return moment_of(self._deadline(limit, seconds_of(start), move))

    def next_working_moment(self, moment):
        """Give ``moment`` itself if somebody works then, else the next start of work."""
        return moment_of(self._next_seconds(seconds_of(moment)))

    def working_seconds(self, start, end):
        """Give the working time from ``start`` to ``end`` in seconds; negative if ``end`` comes first."""
        start, end = seconds_of(start), seconds_of(end)
        table = self._cover(min(start, end), max(start, end))[5]
        return table.worked_before(end) - table.worked_before(start)

    def is_working_day(self, day):
        """Whether the local date has any working time."""
        ordinal = day.toordinal()
        seconds = (ordinal - _EPOCH_DAY) * _DAY
        dates = self._cover(seconds, seconds)[5].dates
        index = bisect_left(dates, ordinal)
        return index < len(dates) and dates[index] == ordinal
