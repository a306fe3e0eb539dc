from datetime import date, datetime, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..lib.clock import Limit
from .clock_common import ONE_DAY, SHANGHAI, TWO_HOURS, ClockCase, at


@tagged("post_install", "-at_install")
class TestWorkingClock(ClockCase):
    # -- the calendar as it stands ------------------------------------------------------------

    def test_hours_breaks_and_weekends(self):
        self.assertEqual(self.deadline(TWO_HOURS, "2026-03-06 11:00"), at("2026-03-06 14:00"))
        self.assertEqual(self.deadline(TWO_HOURS, "2026-03-06 16:00"), at("2026-03-09 09:00"))
        self.assertEqual(self.deadline(Limit(3, "working_days"), "2026-03-06 16:00"), at("2026-03-11 16:00"))
        self.assertEqual(self.deadline(Limit(24, "hours"), "2026-03-06 16:00", move="moment"), at("2026-03-09 08:00"))
        self.assertEqual(self.calendar._limit_deadlines(TWO_HOURS, [False]), [None])
        pairs = [(at("2026-03-06 16:00"), at("2026-03-09 09:00")), (None, at("2026-03-09 09:00"))]
        self.assertEqual(self.calendar._working_seconds(pairs), [7200, None])
        self.assertEqual(self.calendar._next_working_moments([at("2026-03-07 09:00")]), [at("2026-03-09 08:00")])

    def test_two_weeks(self):
        self.calendar.switch_calendar_type()
        week = str(self.env["resource.calendar.attendance"].get_week_type(date(2026, 3, 9)))
        self.calendar.attendance_ids.filtered(lambda line: line.week_type == week and line.dayofweek == "0").unlink()
        self.assertEqual(self.deadline(TWO_HOURS, "2026-03-06 16:00"), at("2026-03-10 09:00"))
        self.assertEqual(self.deadline(TWO_HOURS, "2026-03-13 16:00"), at("2026-03-16 09:00"))

    def test_agrees_with_odoo_on_hours(self):
        """Odoo's own ``plan_hours``, slow, on the same calendar with holidays, make-up days and a leave."""
        self.apply_year()
        self.env["resource.calendar.leaves"].create(
            {"calendar_id": self.calendar.id, "date_from": at("2026-02-25 13:00"), "date_to": at("2026-02-25 17:00")}
        )
        for number in range(60):
            start = at("2026-02-09 00:10") + timedelta(hours=7 * number)
            for hours in (1.5, 9, 30):
                ours = self.calendar._limit_deadlines(Limit(hours, "working_hours"), [start])[0]
                theirs = self.calendar.plan_hours(hours, start, compute_leaves=True)
                self.assertEqual(ours, theirs, (start, hours))

    def test_flexible_hours_lie_around_noon(self):
        self.calendar.write({"schedule_type": "flexible", "hours_per_day": 8, "full_time_required_hours": 40})
        self.assertEqual(self.deadline(TWO_HOURS, "2026-03-06 15:00"), at("2026-03-09 09:00"))

    def test_a_company_without_a_calendar_works_all_the_time(self):
        self.env.company.resource_calendar_id = False
        calendar = self.env.company.resource_calendar_id
        start = at("2026-03-06 16:00")
        self.assertEqual(calendar._limit_deadlines(TWO_HOURS, [start]), [at("2026-03-06 18:00")])
        self.assertEqual(calendar._limit_deadlines(ONE_DAY, [start]), [at("2026-03-07 16:00")])
        self.assertEqual(calendar._working_seconds([(start, at("2026-03-07 16:00"))]), [86400])

    def test_no_hours_at_all(self):
        self.calendar.attendance_ids.unlink()
        for call in (
            lambda: self.deadline(TWO_HOURS, "2026-03-06 16:00"),
            lambda: self.calendar._next_working_moments([at("2026-03-06 16:00")]),
        ):
            with self.assertRaisesRegex(UserError, "no working time left"):
                call()

    # -- cost -----------------------------------------------------------------------------------

    def test_a_loaded_calendar_asks_the_database_nothing(self):
        self.apply_year()
        figures = self.calendar._time_deadlines(2000)
        for unit, figure in figures.items():
            self.assertEqual(figure["queries"], 0, unit)
            self.assertLess(figure["µs"], 50, unit)

    def test_absences_cost_the_same_for_one_and_fifty(self):
        people = self.env["res.users"].create(
            [{"name": f"P{number}", "login": f"clock_{number}"} for number in range(50)]
        )
        absences = self.env["crm.absence"].create(
            [
                {
                    "name": "L",
                    "user_id": user.id,
                    "date_from": at("2026-03-09 00:00"),
                    "date_to": at("2026-03-10 00:00"),
                }
                for user in people
            ]
        )
        absences._absence_transition("confirmed")
        self.deadline(ONE_DAY, "2026-03-06 16:00")
        for count in (1, 50):
            self.env.flush_all()
            self.env.invalidate_all()
            with self.assertQueryCount(5):
                found = self.calendar._limit_deadlines(
                    ONE_DAY, [at("2026-03-06 16:00")] * count, owners=people.ids[:count]
                )
            self.assertEqual(found, [at("2026-03-10 16:00")] * count)

    # -- what the cache must notice ---------------------------------------------------------------

    def test_every_change_is_noticed(self):
        def check(expected):
            self.assertEqual(self.deadline(TWO_HOURS, "2026-03-06 16:00"), at(expected))

        check("2026-03-09 09:00")
        monday = self.calendar.attendance_ids.filtered(lambda line: line.dayofweek == "0")
        monday.filtered(lambda line: line.day_period == "morning").hour_from = 9
        check("2026-03-09 10:00")
        leave = self.env["resource.calendar.leaves"].create(
            {"calendar_id": self.calendar.id, "date_from": at("2026-03-09 00:00"), "date_to": at("2026-03-09 23:59:59")}
        )
        check("2026-03-10 09:00")
        leave.time_type = "other"
        check("2026-03-09 10:00")
        leave.write({"time_type": "leave", "calendar_id": False})
        check("2026-03-10 09:00")
        leave.unlink()
        monday.unlink()
        check("2026-03-10 09:00")
        saturday = self.exception(date(2026, 3, 7))
        check("2026-03-07 09:00")
        saturday.date = date(2026, 3, 8)
        # a Sunday works like the Monday, which has no hours any more
        check("2026-03-10 09:00")
        saturday.like_weekday = "1"
        check("2026-03-08 09:00")
        saturday.unlink()
        self.calendar.tz = "UTC"
        check("2026-03-06 18:00")

    def test_a_change_reaches_other_workers(self):
        self.env.registry.cache_invalidated.clear()
        self.exception(date(2026, 3, 7))
        self.assertIn("default", self.env.registry.cache_invalidated)
        self.env.registry.cache_invalidated.clear()
        leave = {"resource_id": self.rep.employee_ids.resource_id.id, "calendar_id": self.calendar.id}
        self.env["resource.calendar.leaves"].create(
            {**leave, "date_from": at("2026-03-09 00:00"), "date_to": at("2026-03-10 00:00")}
        )
        self.assertNotIn("default", self.env.registry.cache_invalidated, "a person's leave is no part of the cache")

    # -- exceptions -------------------------------------------------------------------------------

    def test_the_nearest_exception_decides(self):
        saturday = date(2026, 3, 7)
        self.exception(saturday, company_id=False, hours="own", hour_from=10, hour_to=11, break_from=0, break_to=0)
        self.assertEqual(self.deadline(TWO_HOURS, "2026-03-06 16:00"), at("2026-03-07 11:00"))
        self.exception(saturday, hours="own", hour_from=9, hour_to=15)
        self.assertEqual(self.deadline(TWO_HOURS, "2026-03-06 16:00"), at("2026-03-07 10:00"))
        self.exception(saturday, "holiday", calendar_id=self.calendar.id)
        self.assertEqual(self.deadline(TWO_HOURS, "2026-03-06 16:00"), at("2026-03-09 09:00"))
        other = self.calendar.copy()
        self.assertEqual(other._limit_deadlines(TWO_HOURS, [at("2026-03-06 16:00")]), [at("2026-03-07 10:00")])

    def test_one_a_day(self):
        self.exception(date(2026, 3, 7), calendar_id=self.calendar.id)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.exception(date(2026, 3, 7), "holiday", calendar_id=self.calendar.id)

    def test_hours_must_make_sense(self):
        for hours in ((9, 8, 0, 0), (8, 25, 0, 0), (8, 12, 11, 13), (-1, 5, 0, 0)):
            with self.assertRaises(ValidationError):
                names = ("hour_from", "hour_to", "break_from", "break_to")
                self.exception(date(2026, 3, 7), hours="own", **dict(zip(names, hours, strict=True)))

    def test_another_company_is_not_touched(self):
        company = self.env["res.company"].create({"name": "Other"})
        calendar = company.resource_calendar_id
        calendar.tz = "Asia/Shanghai"
        self.exception(date(2026, 3, 7), company_id=company.id)
        self.assertEqual(self.deadline(TWO_HOURS, "2026-03-06 16:00"), at("2026-03-09 09:00"))
        self.assertEqual(calendar._limit_deadlines(TWO_HOURS, [at("2026-03-06 16:00")]), [at("2026-03-07 09:00")])
        mine = self.exceptions.with_user(self.admin).search([])
        self.assertFalse(mine.filtered(lambda row: row.company_id == company))

    # -- Odoo's own planning -------------------------------------------------------------------------

    def intervals(self, first, last, **options):
        found = self.calendar._attendance_intervals_batch(
            SHANGHAI.localize(datetime.fromisoformat(first)), SHANGHAI.localize(datetime.fromisoformat(last)), **options
        )
        return {
            key: [(low.strftime("%d %H:%M"), high.strftime("%H:%M")) for low, high, _line in intervals]
            for key, intervals in found.items()
        }

    def test_odoo_plans_with_them(self):
        self.exception(date(2026, 3, 7))
        self.exception(date(2026, 3, 6), "holiday")
        self.assertEqual(
            self.intervals("2026-03-06 00:00", "2026-03-07 15:00")[False],
            [("07 08:00", "12:00"), ("07 13:00", "15:00")],
        )
        self.assertEqual(
            self.intervals("2026-03-06 00:00", "2026-03-08 00:00", lunch=True)[False], [("07 12:00", "13:00")]
        )
        resource = self.rep.employee_ids.resource_id
        people = self.intervals("2026-03-06 00:00", "2026-03-07 10:00", resources=resource)
        self.assertEqual(people[resource.id], [("07 08:00", "10:00")])
        days = self.calendar._get_unusual_days(at("2026-03-06 09:00"), at("2026-03-07 12:00"))
        self.assertEqual(days, {"2026-03-06": True, "2026-03-07": False})
        data = self.calendar.get_work_duration_data(at("2026-03-06 00:00"), at("2026-03-08 00:00"))
        self.assertEqual(data, {"days": 1, "hours": 8})

    def test_odoo_plans_with_own_hours(self):
        self.exception(date(2026, 3, 7), hours="own", hour_from=9, hour_to=15, break_from=12, break_to=13)
        self.assertEqual(
            self.intervals("2026-03-07 00:00", "2026-03-08 00:00")[False],
            [("07 09:00", "12:00"), ("07 13:00", "15:00")],
        )
        data = self.calendar.get_work_duration_data(at("2026-03-07 00:00"), at("2026-03-08 00:00"))
        self.assertEqual(data, {"days": 1, "hours": 5})
        self.assertEqual(
            self.intervals("2026-03-07 00:00", "2026-03-08 00:00", lunch=True)[False], [("07 12:00", "13:00")]
        )

    def test_without_exceptions_odoo_pays_nothing(self):
        self.calendar._timetable()
        first, last = (SHANGHAI.localize(datetime.fromisoformat(day)) for day in ("2026-03-06", "2026-03-08"))
        self.calendar._attendance_intervals_batch(first, last)
        before = self.env.cr.sql_log_count
        self.calendar._attendance_intervals_batch(first, last)
        self.assertLessEqual(self.env.cr.sql_log_count - before, 1, "Odoo's own search")
