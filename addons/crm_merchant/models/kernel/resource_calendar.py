import time
from datetime import datetime, timedelta

from pytz import timezone

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import ormcache
from odoo.tools.date_utils import float_to_time
from odoo.tools.intervals import Intervals

from ...lib.clock import Limit
from ...lib.working_time import NoWorkingTime, Timetable

# who is away until the year 2999 shall not stop those who work with his records
LONGEST_ABSENCE = timedelta(days=3660)
_HOURS_FIELDS = ("tz", "two_weeks_calendar", "schedule_type", "flexible_hours", "hours_per_day", "company_id")


def whole_minutes(date_from, date_to):
    """A leave that is entered until 23:59:59 ends at midnight."""
    return date_from.replace(second=0), date_to + timedelta(seconds=-date_to.second % 60)


class ResourceCalendar(models.Model):
    """The working clock: the calendar's hours, holidays, make-up days and leaves, compiled once and asked in batches.

    The rules of limits stand in ``lib.working_time``. What the compiled timetable is made of clears Odoo's cache when it
    changes, which reaches the other workers too.
    """

    _name = "resource.calendar"
    _inherit = ["resource.calendar", "crm.watch.mixin"]

    # -- questions -----------------------------------------------------------------------------

    def _limit_deadlines(self, limit, starts, owners=None, move=None):
        """Deadlines for many starting moments. Every time rule of the suite asks here.

        :param limit: ``lib.clock.Limit``, or a list of them, one a start
        :param starts: list of naive UTC datetimes; an empty one gives None
        :param owners: ids of the users whose approved absences stop their clock, one a start (or False); None where the
            clock stops for nobody (first response, approvals, service)
        :param move: what becomes of a limit in hours or days that ends outside working time: None (nothing),
            ``"moment"`` (moved to the next working moment) or ``"day"`` (to the next working day)
        :return: list of naive UTC datetimes in the same order
        :raises UserError: the calendar has no working time left
        """
        table = self._timetable()
        tables = self._person_timetables(owners, starts) if owners else {}
        limits = limit if isinstance(limit, list) else [limit] * len(starts)
        try:
            return [
                tables.get(owner, table).deadline(limit, start, move) if start else None
                for limit, start, owner in zip(limits, starts, owners or [False] * len(starts), strict=True)
            ]
        except NoWorkingTime as error:
            raise self._no_working_time() from error

    def _working_seconds(self, pairs, owners=None):
        """Working time between two moments, for many pairs: what a pause took, how long a step lasted, what is left.

        :param pairs: list of ``(start, end)`` in naive UTC
        :param owners: as in :meth:`_limit_deadlines`
        :return: list of seconds; negative where ``end`` comes first, None where a moment is missing
        """
        table = self._timetable()
        tables = self._person_timetables(owners, [min(pair) for pair in pairs if all(pair)]) if owners else {}
        return [
            tables.get(owner, table).working_seconds(start, end) if start and end else None
            for (start, end), owner in zip(pairs, owners or (False,) * len(pairs), strict=True)
        ]

    def _next_working_moments(self, moments):
        """Each moment itself if work goes on then, else the next start of work.

        :raises UserError: the calendar has no working time left
        """
        table = self._timetable()
        try:
            return [table.next_working_moment(moment) if moment else None for moment in moments]
        except NoWorkingTime as error:
            raise self._no_working_time() from error

    def _is_working_day(self, day):
        """Whether the date has any working time in this calendar."""
        return self._timetable().is_working_day(day)

    def _no_working_time(self):
        return UserError(
            self.env._(
                "The working hours “%(calendar)s” have no working time left, so no deadline can be found. A suite "
                "administrator can mend its hours, holidays and leaves.",
                calendar=self.sudo().display_name,
            )
        )

    def _time_deadlines(self, count=10000):
        """Microseconds a deadline and queries for ``count`` starts in a loaded calendar, by unit; for the bench."""
        self.ensure_one()
        now = fields.Datetime.now()
        starts = [now + timedelta(minutes=7 * number % 100000) for number in range(count)]
        figures = {}
        for text in ("2 working_hours", "3 working_days", "24 hours", "15 days"):
            limit = Limit.parse(text)
            self._limit_deadlines(limit, starts[:1] + [max(starts)], move="moment")
            queries, begin = self.env.cr.sql_log_count, time.perf_counter()
            self._limit_deadlines(limit, starts, move="moment")
            spent = time.perf_counter() - begin
            figures[text] = {"µs": spent / count * 1e6, "queries": self.env.cr.sql_log_count - queries}
        return figures

    # -- the compiled timetable ----------------------------------------------------------------

    @ormcache("self.id")
    def _timetable(self):
        """What this calendar works, the same for everybody; read under sudo.

        A company may have no calendar: then every hour counts.
        """
        if not self:
            return Timetable(timezone("Asia/Shanghai"), [[[(0, 86400)]] * 7] * 2)
        self.ensure_one()
        calendar = self.sudo()
        exceptions = calendar.env["crm.work.exception"]._of_calendar(calendar)
        weeks = calendar._week_lines()
        days = {day: exception._day_lines(weeks) for day, exception in exceptions.items()}
        domain = Domain("calendar_id", "=", calendar.id)
        if calendar.company_id:
            domain |= Domain("calendar_id", "=", False) & Domain("company_id", "=", calendar.company_id.id)
        leaves = calendar.env["resource.calendar.leaves"].search(
            domain & Domain("resource_id", "=", False) & Domain("time_type", "=", "leave")
        )
        return Timetable(
            timezone(calendar.tz or "UTC"),
            weeks,
            days,
            [whole_minutes(leave.date_from, leave.date_to) for leave in leaves],
        )

    def _week_lines(self):
        """Two weeks of seven lists of ``(from, to)`` in seconds.

        Flexible working hours name no times: their hours a day are taken around noon, as Odoo does, from Monday on.
        """
        weeks = [[[] for _day in range(7)] for _week in range(2)]
        if self.flexible_hours:
            half = min(self.hours_per_day or 8, 24) * 1800
            days = round((self.full_time_required_hours or 40) / (self.hours_per_day or 8))
            for week in weeks:
                for day in range(min(max(days, 1), 7)):
                    week[day].append((round(43200 - half), round(43200 + half)))
            return weeks
        for line in self.attendance_ids.filtered(lambda line: line._is_work_period()):
            span = (round(line.hour_from * 3600), round(line.hour_to * 3600))
            for number, week in enumerate(weeks):
                if not self.two_weeks_calendar or line.week_type == str(number):
                    week[int(line.dayofweek)].append(span)
        return weeks

    def _person_timetables(self, owners, moments):
        """user id -> timetable of those who are absent after the earliest of the moments."""
        users = self.env["res.users"].browse(sorted({owner for owner in owners if owner}))
        since = min(filter(None, moments), default=None)
        absences = users._merchant_absence_intervals(since) if users and since else {}
        table, horizon = self._timetable(), fields.Datetime.now() + LONGEST_ABSENCE
        cut = {
            user_id: [(start, min(end, horizon)) for start, end in spans if start < horizon]
            for user_id, spans in absences.items()
        }
        return {user_id: table.without(spans) for user_id, spans in cut.items() if spans}

    # -- Odoo's own planning -------------------------------------------------------------------

    def _attendance_intervals_batch(self, start_dt, end_dt, resources=None, domain=None, tz=None, lunch=False):
        """Holidays have no attendances, make-up days those of another weekday or their own."""
        result = super()._attendance_intervals_batch(
            start_dt, end_dt, resources=resources, domain=domain, tz=tz, lunch=lunch
        )
        first, last = start_dt.date() - timedelta(days=1), end_dt.date() + timedelta(days=1)
        # most calls end here, without a query
        if not self._origin or self.flexible_hours:
            return result
        days = [day for day in self._origin._timetable().days if first <= day <= last]
        if not days:
            return result
        exceptions = {
            day: exception
            for day, exception in self.env["crm.work.exception"].sudo()._of_calendar(self._origin).items()
            if day in days
        }
        people = {resource.id: resource for resource in resources or ()}
        for resource_id, intervals in result.items():
            resource = people.get(resource_id)
            if resource and resource._is_flexible():
                continue
            zone = tz or timezone((resource or self).tz)
            low, high = start_dt.astimezone(zone), end_dt.astimezone(zone)
            kept = [interval for interval in intervals if interval[0].date() not in exceptions]
            for day, exception in exceptions.items():
                for hour_from, hour_to, attendance in exception._attendances(domain, lunch, self):
                    begin = zone.localize(datetime.combine(day, float_to_time(hour_from)))
                    end = zone.localize(datetime.combine(day, float_to_time(hour_to)))
                    kept.append((max(low, begin), min(high, end), attendance))
            result[resource_id] = Intervals(kept, keep_distinct=True)
        return result

    # -- changes -------------------------------------------------------------------------------

    def _clock_deadline_fields(self):
        """Who keeps deadlines that this clock made: a list of ``crm_clock_replan.Deadlines``.

        Owners extend it. None by default.
        """
        return []

    def _clock_replan(self, stretches, users=None, *, later=False):
        """Has the running deadlines planned again whose time holds one of these days, in the background.

        :param stretches: ``(first, last)`` dates whose working time changed
        :param users: only rows of these people; by default all of the companies that work by these calendars
        :param later: the change can only move deadlines later; owners that look again when a row comes due are left out
        """
        owners = [owner for owner in self._clock_deadline_fields() if not (later and owner.is_lazy)]
        if users is not None:
            owners = [owner for owner in owners if owner.user]
        if owners and (self if users is None else users):
            self.env["crm.clock.replan"].sudo()._enqueue(self, stretches, users, later)

    def _watched_fields(self):
        return super()._watched_fields() | dict.fromkeys(_HOURS_FIELDS, "_on_hours_changed")

    def _on_hours_changed(self, before=None):
        """The cached timetables are stale, and every running deadline may move."""
        if before == {}:
            # a new calendar: nobody has asked it yet
            return
        self.env.registry.clear_cache()
        self._clock_replan([(fields.Date.today(), fields.Date.today() + timedelta(days=3660))])

    @api.model_create_multi
    def create(self, vals_list):
        return self._watched_create(super().create, vals_list)

    def write(self, vals):
        if not self._is_watched(vals):
            return super().write(vals)
        return self._watched_write(super().write, vals)
