from datetime import date
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.kernel.crm_clock_replan import Deadlines
from .clock_common import ClockCase, at


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
