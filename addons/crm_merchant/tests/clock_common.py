from datetime import datetime

from pytz import timezone, utc

from odoo.tests import TransactionCase

from ..demo.roles import build_roles
from ..lib.clock import Limit

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
