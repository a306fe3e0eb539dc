"""Time limits: a number and a unit. When one runs out, ``working_time`` knows; it holds the rules.

Hours and days pass by themselves, working hours and working days only where a timetable has work.
"""

import math
import re
from dataclasses import dataclass

HOURS = "hours"
WORKING_HOURS = "working_hours"
DAYS = "days"
WORKING_DAYS = "working_days"
UNITS = (HOURS, WORKING_HOURS, DAYS, WORKING_DAYS)

# Ten years: anything longer is a typing mistake, and it keeps dates far from their upper end.
_MOST_HOURS = 24 * 3660

_SPELLINGS = {
    HOURS: ("h", "hour", "hours", "小时", "个小时", "时"),
    WORKING_HOURS: ("wh", "working hour", "working hours", "工作小时", "个工作小时", "工时"),
    DAYS: ("d", "day", "days", "天", "日", "个自然日", "自然日"),
    WORKING_DAYS: ("wd", "working day", "working days", "工作日", "个工作日", "工作天"),
}
_UNIT_OF = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}
_LIMIT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(\D+?)\s*")


@dataclass(frozen=True)
class Limit:
    """A span of time such as 2 working hours.

    ``number`` is positive and at most ten years; days are whole, hours may have a fraction.
    Raises ``ValueError`` on anything else, and on an unknown ``unit``.
    """

    number: int | float
    unit: str

    def __post_init__(self):
        if self.unit not in UNITS:
            raise ValueError(f"unknown unit of time: {self.unit!r}")
        if isinstance(self.number, bool) or not isinstance(self.number, int | float):
            raise ValueError(f"not a number of {self.unit}: {self.number!r}")
        if not math.isfinite(self.number) or self.number <= 0:
            raise ValueError(f"a limit must be positive: {self.number!r}")
        if self.in_days and self.number != int(self.number):
            raise ValueError(f"days must be whole: {self.number!r}")
        if self.number * (24 if self.in_days else 1) > _MOST_HOURS:
            raise ValueError(f"longer than ten years: {self.number!r} {self.unit}")
        if self.number == int(self.number):
            object.__setattr__(self, "number", int(self.number))

    @property
    def in_days(self):
        """Whether the limit counts days rather than hours."""
        return self.unit in (DAYS, WORKING_DAYS)

    @property
    def is_working(self):
        """Whether the limit counts working time only."""
        return self.unit in (WORKING_HOURS, WORKING_DAYS)

    @classmethod
    def parse(cls, text):
        """Read "2 working_hours", "24h", "15 days", "3个工作日"; ``ValueError`` otherwise."""
        found = _LIMIT.fullmatch(text or "")
        unit = found and _UNIT_OF.get(found[2].lower().replace("_", " "))
        if not unit:
            raise ValueError(f"not a limit: {text!r}")
        return cls(float(found[1]), unit)

    def __str__(self):
        return f"{self.number} {self.unit}"
