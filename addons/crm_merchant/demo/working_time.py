"""Official holidays and make-up days of the years known, one leave that is confirmed and one that waits."""

from datetime import datetime, time

from .story import SHANGHAI, UTC

# (why, who, first day from today, days)
LEAVES = [("年假", "sales_rep_2", 3, 2), ("家中有事", "sales_rep", 8, 1)]


def build(story):
    story.just_now()
    apply = story.by("suite_admin", story.env["crm.work.exception.apply"])
    for year, _label in apply._select_year():
        apply.create({"year": year}).action_apply()
    absences = story.env["crm.absence"]
    for reason, login, first, days in LEAVES:
        absences |= story.by(login, story.env["crm.absence"]).create(
            {
                "name": reason,
                "user_id": story.users[login].id,
                "date_from": _midnight(story.day(first)),
                "date_to": _midnight(story.day(first + days)),
            }
        )
    story.by("sales_supervisor", absences[0]).action_confirm()


def _midnight(day):
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC).replace(tzinfo=None)
