from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestApprovalClock(ApprovalCase):
    """Open signatures follow the calendar. Friday 6 March 2026, 16:00 in Shanghai, four working hours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env.company.resource_calendar_id
        cls.calendar.tz = "Asia/Shanghai"
        cls.env["crm.clock.replan"].search([]).unlink()
        cls.exceptions = cls.env["crm.work.exception"]
        cls.cron = cls.env.ref("crm_merchant.ir_cron_clock_replan")

    def pending(self):
        with freeze_time("2026-03-06 08:00:00"):
            order = self.submitted()
        task = order.sudo().approval_task_ids.filtered(lambda t: t.state == "pending")
        self.assertEqual(task.deadline, datetime(2026, 3, 9, 3))
        return task

    def replan(self):
        with freeze_time("2026-03-06 09:00:00"), self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.assertFalse(self.env["crm.clock.replan"].search([]))

    def exception(self, day, **vals):
        return self.exceptions.create({"name": "X", "date": date(2026, 3, day), **vals})

    def test_a_makeup_day_brings_the_deadline_forward(self):
        task = self.pending()
        saturday = self.exception(7, kind="makeup", calendar_id=self.calendar.id)
        self.replan()
        self.assertEqual(task.deadline, datetime(2026, 3, 7, 3))
        todo = self.env["mail.activity"].search([("res_model", "=", task._name), ("res_id", "=", task.id)])
        self.assertEqual(todo.date_deadline, date(2026, 3, 7))
        saturday.unlink()
        self.replan()
        self.assertEqual(task.deadline, datetime(2026, 3, 9, 3))

    def test_a_holiday_moves_it_later(self):
        task = self.pending()
        self.exception(9)
        self.replan()
        self.assertEqual(task.deadline, datetime(2026, 3, 10, 3))

    def test_days_outside_its_time_and_closed_tasks_are_left_alone(self):
        task = self.pending()
        self.exception(20)
        rows = self.env["crm.clock.replan"].search([])
        owner = next(row for row in self.calendar._clock_deadline_fields() if row.model == "crm.approval.task")
        self.assertFalse(self.env["crm.approval.task"].search(rows._replan_domain(owner)))
        task.with_user(task.user_id).action_approve()
        deadline = task.deadline
        self.exception(9)
        self.replan()
        self.assertEqual(task.deadline, deadline)

    def test_an_absence_does_not_stop_a_signature(self):
        task = self.pending()
        absence = self.env["crm.absence"].create(
            {
                "name": "Leave",
                "user_id": task.user_id.id,
                "date_from": datetime(2026, 3, 8, 16),
                "date_to": datetime(2026, 3, 13, 16),
            }
        )
        absence.with_user(task.user_id._merchant_superiors()[0]).action_confirm()
        self.assertFalse(self.env["crm.clock.replan"].search([]))
        self.assertEqual(task.deadline, datetime(2026, 3, 9, 3))

    def test_hours_of_the_calendar(self):
        task = self.pending()
        with freeze_time("2026-03-06 09:00:00"):
            self.calendar.attendance_ids.filtered(lambda line: line.dayofweek == "0").unlink()
        self.replan()
        self.assertEqual(task.deadline, datetime(2026, 3, 10, 3))
