from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .clock_common import ClockCase, at


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
