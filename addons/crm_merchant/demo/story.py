"""What the builders of the demo company share: its people, and a clock that lets things have happened earlier."""

from contextlib import contextmanager
from copy import copy
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from freezegun import freeze_time

SHANGHAI = ZoneInfo("Asia/Shanghai")
UTC = ZoneInfo("UTC")


class Story:
    """The company's people by login, and when things happen.

    Everything is told by the public methods that the person would press, at the moment when he pressed them, so that
    deadlines, ledgers and delays come out as they would have.
    """

    def __init__(self, env, clock, now):
        # people freeze and sign papers in their own language and time
        self.env = env(context={**env.context, "lang": "zh_CN", "tz": "Asia/Shanghai"})
        self.now = now
        self._clock = clock
        # what a chapter leaves for the next, by name
        self.kept = {}
        self.users = {user.login: user for user in self.env["res.users"].search([])}

    def at(self, days, hour=10, minute=0):
        """From here on it is ``days`` before today at this time of Shanghai, but never later than it really is."""
        day = self.now.astimezone(SHANGHAI).date() - timedelta(days=days)
        moment = datetime.combine(day, time(hour, minute), SHANGHAI).astimezone(UTC)
        self._move(min(moment, self.now))

    def workday(self, count, hour=10, minute=0):
        """As :meth:`at`, ``count`` days from Monday to Friday before today."""
        day, days = self.now.astimezone(SHANGHAI).date(), 0
        while count:
            days += 1
            count -= (day - timedelta(days=days)).weekday() < 5
        self.at(days, hour, minute)

    def just_now(self):
        self._move(self.now)

    def _move(self, moment):
        self._clock.move_to(moment.replace(tzinfo=None))
        # what PostgreSQL would say; the ORM stamps records with it
        self.env.flush_all()
        self.env.cr._now = moment.replace(tzinfo=None)

    def catch_up(self):
        """What people were told before today they have read."""
        self.just_now()
        unread = self.env["mail.notification"].search(
            [("is_read", "=", False), ("mail_message_id.date", "<", self.now.replace(tzinfo=None) - timedelta(days=1))]
        )
        unread.write({"is_read": True})

    def by(self, login, records):
        """``records`` as this person has them before him."""
        return records.with_user(self.users[login])

    def inside(self, company):
        """The same story as it goes on in another company."""
        other = copy(self)
        other.env = self.env(context={**self.env.context, "allowed_company_ids": company.ids})
        return other

    def day(self, days):
        """The date ``days`` after today."""
        return self.now.astimezone(SHANGHAI).date() + timedelta(days=days)

    def company(self, name):
        return self.env["res.company"].search([("name", "=", name)], limit=1)


@contextmanager
def story(env):
    """A story that ends today; the clock runs again afterwards."""
    now = datetime.now(UTC).replace(microsecond=0)
    with freeze_time(now.replace(tzinfo=None)) as clock:
        told = Story(env, clock, now)
        try:
            yield told
            told.catch_up()
        finally:
            env.flush_all()
            env.cr._now = None
