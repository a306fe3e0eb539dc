from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import tagged

from .channel_common import ChannelCase

# 01:00 of the next day in China
NIGHT = datetime(2026, 3, 5, 17, 0, 0)
TOMORROW = date(2026, 3, 6)


@tagged("post_install", "-at_install")
class TestToday(ChannelCase):
    """Jobs and visitors have no time zone; the company has one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.resource_calendar_id.tz = "Asia/Shanghai"
        # as a job runs
        cls.env.user.tz = False
        cls.env = cls.env(context={**cls.env.context, "tz": False})

    def test_the_day_of_the_company(self):
        with freeze_time(NIGHT):
            self.assertEqual(self.company._merchant_today(), TOMORROW)
            self.assertEqual(self.company._merchant_today(datetime(2026, 3, 5, 15, 59)), date(2026, 3, 5))
            self.company.resource_calendar_id.tz = "Europe/Berlin"
            self.assertEqual(self.company._merchant_today(), date(2026, 3, 5))
            self.company.resource_calendar_id = False
            self.assertEqual(self.company._merchant_today(), TOMORROW, "without working hours: China")

    def test_a_collaboration_ends_with_its_last_day(self):
        lead = self.known()
        rows = self.env["crm.collaborator"].create(
            [
                {"lead_id": lead.id, "company_id": self.company.id, "user_id": user.id, "until": until}
                for user, until in (
                    (self.users["sales_rep_2"], "2026-03-05"),
                    (self.users["regional_agent"], "2026-03-06"),
                )
            ]
        )
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kw: 1)
        with freeze_time(NIGHT):
            self.env["crm.collaborator"]._cron_end()
        self.assertEqual(rows.exists(), rows[1])

    def test_todos_of_the_night_are_of_the_new_day(self):
        known = self.known()
        with freeze_time(NIGHT):
            self.take(self.channel(duplicate_policy="block"))
        self.assertEqual(self.todos(known).date_deadline, TOMORROW)

    def test_reminders_of_the_night_are_of_the_new_day(self):
        self.company.first_response_active = True
        with freeze_time(datetime(2026, 3, 2, 2, 0)):
            lead = self.take(self.channel()).record
        with freeze_time(NIGHT):
            self.env["crm.lead"]._ladder_run(lambda _count: True)
        self.assertEqual(self.todos(lead).date_deadline, TOMORROW)

    def test_the_new_year_begins_at_midnight_in_china(self):
        exceptions = self.env["crm.work.exception"]
        with freeze_time(datetime(2031, 12, 31, 17, 0, 0)):
            self.assertEqual(exceptions._missing_years(self.company), [2032])
