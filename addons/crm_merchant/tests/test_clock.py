from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError
from pytz import timezone, utc

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..demo.roles import build_roles
from ..lib.clock import Limit
from ..models.kernel.crm_clock_replan import Deadlines

SHANGHAI = timezone("Asia/Shanghai")
TWO_HOURS, ONE_DAY = Limit(2, "working_hours"), Limit(1, "working_days")


def at(text):
    """Naive UTC of a wall clock in Shanghai."""
    return SHANGHAI.localize(datetime.fromisoformat(text)).astimezone(utc).replace(tzinfo=None)


class ClockCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.users = build_roles(cls.env)
        cls.rep, cls.rep_2 = cls.users["sales_rep"], cls.users["sales_rep_2"]
        cls.boss, cls.admin = cls.users["sales_supervisor"], cls.users["suite_admin"]
        cls.calendar = cls.env.company.resource_calendar_id
        cls.calendar.tz = "Asia/Shanghai"
        cls.exceptions = cls.env["crm.work.exception"]

    def deadline(self, limit, start, **options):
        return self.calendar._limit_deadlines(limit, [at(start)], **options)[0]

    def exception(self, day, kind="makeup", **vals):
        return self.exceptions.create({"name": "X", "date": day, "kind": kind, **vals})

    def apply_year(self, year="2026", user=None, calendar=None):
        wizard = self.env["crm.work.exception.apply"].with_user(user or self.admin)
        wizard = wizard.create({"year": year, "calendar_id": (calendar or self.calendar).id})
        wizard.action_apply()
        return wizard


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


@tagged("post_install", "-at_install")
class TestOfficialDays(ClockCase):
    def test_shipped_years(self):
        days = dict(self.env["crm.official.day"].search([])._dates())
        count = {}
        for day, row in days.items():
            key = (day.year, row.kind)
            count[key] = count.get(key, 0) + 1
        self.assertEqual(count[2025, "holiday"], 28)
        self.assertEqual(count[2025, "makeup"], 5)
        self.assertEqual(count[2026, "holiday"], 33)
        self.assertEqual(count[2026, "makeup"], 6)
        # 248 working days in 2026
        self.apply_year()
        first = date(2026, 1, 1)
        working = sum(self.calendar._is_working_day(first + timedelta(days=number)) for number in range(365))
        self.assertEqual(working, 248)
        self.assertTrue(self.calendar._is_working_day(date(2026, 2, 14)))
        self.assertFalse(self.calendar._is_working_day(date(2026, 2, 16)))

    def test_nothing_acts_before_it_is_applied(self):
        self.assertTrue(self.env["crm.official.day"].search([("year", "=", "2026")]))
        self.assertTrue(self.calendar._is_working_day(date(2026, 2, 16)))
        self.assertFalse(self.calendar._is_working_day(date(2026, 2, 14)))

    def test_applying_shows_and_skips_what_is_there(self):
        self.exception(date(2026, 5, 1), "holiday", name="Ours")
        self.env["resource.calendar.leaves"].create(
            {"calendar_id": self.calendar.id, "date_from": at("2026-10-01 00:00"), "date_to": at("2026-10-07 23:59:59")}
        )
        wizard = self.env["crm.work.exception.apply"].with_user(self.admin).create({"year": "2026"})
        self.assertEqual(wizard.calendar_id, self.calendar)
        self.assertEqual((wizard.add_count, wizard.skip_count), (39 - 8, 8))
        self.assertIn("already there: Ours", wizard.preview)
        wizard.action_apply()
        self.assertEqual(self.exceptions.search_count([("calendar_id", "=", self.calendar.id)]), 31)
        with self.assertRaisesRegex(UserError, "already"):
            wizard.action_apply()

    def test_a_working_saturday_needs_no_makeup(self):
        self.env["resource.calendar.attendance"].create(
            {"name": "S", "calendar_id": self.calendar.id, "dayofweek": "5", "hour_from": 9, "hour_to": 12}
        )
        wizard = self.env["crm.work.exception.apply"].with_user(self.admin).create({"year": "2026"})
        self.assertEqual(wizard.skip_count, 4)

    @mute_logger("odoo.models")
    def test_wrong_people(self):
        official = self.env.ref("crm_merchant.official_day_2026_02_15")
        row = self.exception(date(2026, 3, 7))
        for role in ("sales_rep", "sales_supervisor", "hq_commerce", "finance_manager", "service_agent"):
            user = self.users[role]
            with self.assertRaises(AccessError):
                self.exceptions.with_user(user).create({"name": "X", "date": date(2026, 3, 8)})
            for record in (row, official):
                with self.assertRaises(AccessError):
                    record.with_user(user).write({"name": "Y"})
                with self.assertRaises(AccessError):
                    record.with_user(user).unlink()
            with self.assertRaises(AccessError):
                self.apply_year(user=user)
            with self.assertRaises(AccessError):
                self.env["crm.work.exception.apply"].with_user(user).sudo().create(
                    {"year": "2026", "calendar_id": self.calendar.id}
                ).action_apply()
            with self.assertRaises(AccessError):
                self.env["crm.clock.replan"].with_user(user).create(
                    {"date_from": "2026-03-07", "date_to": "2026-03-07"}
                )
        portal = new_test_user(self.env, "clock_portal", "base.group_portal")
        with self.assertRaises(AccessError):
            self.exceptions.with_user(portal).missing_years_warning()

    def test_a_missing_year(self):
        with freeze_time("2026-06-01 02:00:00"):
            self.assertIn("2026", self.exceptions.with_user(self.admin).missing_years_warning())
            self.exceptions._cron_missing_years()
            todos = self.env["mail.activity"].search([("res_model", "=", "crm.work.exception")])
            self.assertFalse(todos, "who never used holidays is left in peace")
            self.apply_year()
            self.assertFalse(self.exceptions.missing_years_warning())
        with freeze_time("2026-12-02 02:00:00"):
            self.assertIn("2027", self.exceptions.missing_years_warning())
            for _run in range(2):
                self.exceptions._cron_missing_years()
            todos = self.env["mail.activity"].search(
                [("res_model", "=", "crm.work.exception"), ("user_id", "=", self.admin.id)]
            )
            self.assertEqual(len(todos), 1)
            self.assertIn("2027", todos.summary)


@tagged("post_install", "-at_install")
class TestReplan(ClockCase):
    """The hook, with a stand-in owner: partners whose ``create_date`` and ``write_date`` play start and deadline."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.clock.replan"].search([]).unlink()
        cls.partners = cls.env["res.partner"].create([{"name": f"Row {n}", "user_id": cls.rep.id} for n in range(3)])
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE res_partner SET create_date = '2026-03-02 02:00', write_date = '2026-03-09 02:00', company_id = %s "
            "WHERE id IN %s",
            (cls.env.company.id, tuple(cls.partners.ids)),
        )
        cls.env.invalidate_all()

    def owned(self, **options):
        owner = Deadlines(
            "res.partner", "create_date", "write_date", [("id", "in", self.partners.ids)], user="user_id", **options
        )
        return patch.object(type(self.calendar), "_clock_deadline_fields", lambda calendar: [owner])

    def run_cron(self, recompute=None):
        planned = []
        model = type(self.partners)

        def remember(rows):
            if recompute:
                recompute(rows)
            planned.extend(rows.ids)

        with patch.object(model, "_clock_recompute", remember, create=True), self.enter_registry_test_mode():
            self.env.ref("crm_merchant.ir_cron_clock_replan").method_direct_trigger()
        self.assertFalse(self.env["crm.clock.replan"].search([]))
        return planned

    def test_nobody_keeps_deadlines(self):
        with patch.object(type(self.calendar), "_clock_deadline_fields", lambda calendar: []):
            self.exception(date(2026, 3, 7))
        self.assertFalse(self.env["crm.clock.replan"].search([]))

    def test_rows_across_the_day(self):
        with self.owned():
            self.exception(date(2026, 3, 7))
            self.assertEqual(self.run_cron(), self.partners.ids)
            self.exception(date(2026, 4, 7))
            self.assertEqual(self.run_cron(), [])

    def test_a_lazy_owner_is_asked_only_for_earlier(self):
        with self.owned(is_lazy=True):
            row = self.exception(date(2026, 3, 5), "holiday")
            self.assertEqual(self.run_cron(), [])
            row.unlink()
            self.assertEqual(self.run_cron(), self.partners.ids)

    def test_leaves_of_a_calendar_and_of_a_person(self):
        leaves = self.env["resource.calendar.leaves"]
        times = {"date_from": at("2026-03-05 00:00"), "date_to": at("2026-03-06 00:00")}
        with self.owned(is_lazy=True):
            leave = leaves.create({"calendar_id": self.calendar.id, **times})
            self.assertEqual(self.run_cron(), [])
            leave.date_to = at("2026-03-05 12:00")
            self.assertEqual(self.run_cron(), self.partners.ids)
            self.partners[0].user_id = self.rep_2
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE res_partner SET write_date = '2026-03-09 02:00' WHERE id = %s", (self.partners[0].id,)
            )
            self.env.invalidate_all()
            leave = leaves.create({"resource_id": self.rep.employee_ids.resource_id.id, **times})
            leave.unlink()
            self.assertEqual(self.run_cron(), self.partners[1:].ids)

    def test_one_form_makes_one_row(self):
        with self.owned():
            for line in self.calendar.attendance_ids:
                line.hour_to = line.hour_to
            self.assertEqual(len(self.env["crm.clock.replan"].search([])), 1)

    def test_one_bad_row_does_not_keep_the_others(self):
        def recompute(rows):
            if self.partners[1] in rows:
                raise ValueError("bad")

        with self.owned(), mute_logger("odoo.addons.crm_merchant.models.kernel.carefully"):
            self.exception(date(2026, 3, 7))
            self.assertEqual(self.run_cron(recompute), (self.partners - self.partners[1]).ids)


@tagged("post_install", "-at_install")
class TestAbsence(ClockCase):
    """Monday 9 March 2026 off; a working day from Friday 16:00 would end on Monday."""

    def absence(self, user=None, by=None, **vals):
        user = user or self.rep
        return (
            self.env["crm.absence"]
            .with_user(by or user)
            .create(
                {
                    "name": "Leave",
                    "user_id": user.id,
                    "date_from": at("2026-03-09 00:00"),
                    "date_to": at("2026-03-09 23:59:59"),
                    **vals,
                }
            )
        )

    def stops(self, user=None):
        found = self.deadline(ONE_DAY, "2026-03-06 16:00", owners=[(user or self.rep).id])
        self.assertIn(found, (at("2026-03-09 16:00"), at("2026-03-10 16:00")))
        return found == at("2026-03-10 16:00")

    def test_it_counts_once_a_superior_confirmed(self):
        absence = self.absence()
        self.assertFalse(self.stops())
        todo = absence.sudo().activity_ids
        self.assertEqual(todo.user_id, self.boss)
        absence.with_user(self.boss).action_confirm()
        self.assertTrue(self.stops())
        self.assertFalse(self.stops(self.rep_2))
        self.assertFalse(absence.sudo().activity_ids)
        self.assertEqual(self.deadline(ONE_DAY, "2026-03-06 16:00"), at("2026-03-09 16:00"), "only his own clocks")
        pairs = [(at("2026-03-06 16:00"), at("2026-03-10 09:00"))]
        self.assertEqual(self.calendar._working_seconds(pairs), [10 * 3600])
        self.assertEqual(self.calendar._working_seconds(pairs, owners=self.rep.ids), [2 * 3600])
        absence.action_cancel()
        self.assertFalse(self.stops())

    @mute_logger("odoo.models")
    def test_wrong_people(self):
        absence = self.absence()
        for method in ("action_confirm", "action_refuse"):
            for user in (self.rep, self.rep_2, self.admin, self.users["finance_manager"]):
                with self.assertRaises(AccessError):
                    getattr(absence.with_user(user), method)()
        for user in (self.rep_2, self.users["hq_commerce"]):
            with self.assertRaises(AccessError):
                absence.with_user(user).action_cancel()
            with self.assertRaises(AccessError):
                absence.with_user(user).read(["name"])
        with self.assertRaises(AccessError):
            self.absence(user=self.rep_2, by=self.rep)
        self.absence(by=self.boss)
        own = self.absence(user=self.boss)
        with self.assertRaises(AccessError):
            own.with_user(self.boss).action_confirm()
        own.with_user(self.users["sales_director"]).action_confirm()

    @mute_logger("odoo.models")
    def test_the_state_has_one_door(self):
        absence = self.absence()
        for vals in (
            {"state": "confirmed"},
            {"decided_by_id": self.boss.id},
            {"approver_ids": [(6, 0, self.rep.ids)]},
        ):
            for user in (self.rep, self.boss, self.admin):
                with self.assertRaises(AccessError):
                    absence.with_user(user).write(vals)
            with self.assertRaises(AccessError):
                self.absence(**vals)
        with self.assertRaises(UserError):
            absence.write({"user_id": self.rep_2.id})
        forced = absence.with_context(default_state="confirmed", merchant_door=True)
        self.assertEqual(
            forced.create({"name": "X", "date_from": at("2026-03-09"), "date_to": at("2026-03-10")}).state, "draft"
        )
        absence.with_user(self.boss).action_confirm()
        self.assertEqual(absence.copy().state, "draft")
        for user in (self.rep, self.boss):
            with self.assertRaises(UserError):
                absence.with_user(user).write({"date_to": at("2026-04-09 00:00")})
            with self.assertRaises(AccessError):
                absence.with_user(user).write({"name": "Y"})
            with self.assertRaises(AccessError):
                absence.with_user(user).unlink()
        with self.assertRaises(UserError):
            absence.with_user(self.boss).action_refuse()

    def test_without_superior_an_administrator_decides(self):
        top = self.users["general_manager"]
        absence = self.absence(user=top)
        self.assertEqual(absence.sudo().activity_ids.user_id.has_group("crm_merchant.group_suite_admin"), True)
        absence.with_user(self.admin).action_confirm()
        self.assertTrue(self.stops(top))

    def test_nobody_confirms_his_own(self):
        """Not even the administrator who has no superior and confirms for others without one."""
        self.admin.employee_ids.parent_id = False
        with self.assertRaises(AccessError):
            self.absence(user=self.admin).with_user(self.admin).action_confirm()

    # -- leaves of the resource ---------------------------------------------------------------------

    def leave(self, by, resource=None):
        resource = resource or self.rep.employee_ids.resource_id
        return (
            self.env["resource.calendar.leaves"]
            .with_user(by)
            .sudo()
            .create(
                {
                    "name": "Leave",
                    "resource_id": resource.id,
                    "calendar_id": self.calendar.id,
                    "date_from": at("2026-03-09 00:00"),
                    "date_to": at("2026-03-09 23:59:59"),
                }
            )
        )

    def test_a_leave_that_a_superior_validated(self):
        """What hr_holidays does when a manager validates: a leave of the resource under sudo, as the manager."""
        leave = self.leave(self.boss)
        self.assertTrue(self.stops())
        leave.with_user(self.rep).sudo(False).write({"date_to": at("2026-03-20 00:00")})
        self.assertFalse(self.stops(), "he touched it himself")

    def test_an_hr_officer_may_enter_it(self):
        officer = new_test_user(self.env, "clock_hr", "base.group_user,hr.group_hr_user")
        self.leave(officer)
        self.assertTrue(self.stops())

    def test_a_leave_of_ones_own_stops_nothing(self):
        self.leave(self.rep).sudo(False)
        self.assertFalse(self.stops())

    def test_a_colleague_cannot_lend_his_leave(self):
        lent = self.leave(self.rep_2, self.rep_2.employee_ids.resource_id).sudo(False)
        try:
            with mute_logger("odoo.models"):
                lent.write({"resource_id": self.rep.employee_ids.resource_id.id})
        except AccessError:
            return
        self.assertFalse(self.stops())
