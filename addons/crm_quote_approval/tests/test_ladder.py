from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ApprovalCase

# a Monday, 10:00 in Shanghai; limits of the shipped policy are 4 and 8 working hours
MONDAY = "2026-03-02 02:00:00"
AFTER_LIMIT = "2026-03-02 07:30:00"
AFTER_SUPERIOR = "2026-03-03 03:00:00"


@tagged("post_install", "-at_install")
class TestLadder(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        cls.superior = cls.users["general_manager"]
        # whoever stands above the supervisor signs none of these steps
        employees = cls.env["hr.employee"]
        above = employees.search([("user_id", "=", cls.superior.id)])
        employees.search([("user_id", "=", cls.users["sales_supervisor"].id)]).parent_id = above

    def run_ladder(self, moment):
        self.env.flush_all()
        with freeze_time(moment), self.enter_cron():
            self.env["crm.approval.task"]._cron_ladder()
            self.env.flush_all()

    def enter_cron(self):
        return patch.object(self.env.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 1.0)

    def submitted_on_monday(self):
        with freeze_time(MONDAY):
            return self.submitted()

    def events(self, order):
        rows = self.env["crm.approval.ledger"].search([("res_id", "=", order.id), ("res_model", "=", order._name)])
        return [row.event for row in rows.sorted("seq")]

    def messages_to(self, user):
        return self.env["mail.message"].search_count([("partner_ids", "in", user.partner_id.ids)])

    def test_nothing_before_its_time(self):
        order = self.submitted_on_monday()
        self.run_ladder("2026-03-02 03:00:00")
        self.assertEqual(self.events(order), ["submit"])

    def test_reminds_once(self):
        order = self.submitted_on_monday()
        before = self.messages_to(self.users["sales_supervisor"]), self.messages_to(self.rep)
        self.run_ladder(AFTER_LIMIT)
        self.run_ladder(AFTER_LIMIT)
        self.assertEqual(self.events(order), ["submit", "remind"])
        after = self.messages_to(self.users["sales_supervisor"]), self.messages_to(self.rep)
        self.assertEqual([a - b for a, b in zip(after, before, strict=True)], [1, 1], "signer, requester in copy")
        self.assertEqual(self.task(order, "sales_supervisor").state, "pending")

    def test_then_the_superior_may_sign(self):
        order = self.submitted_on_monday()
        self.run_ladder(AFTER_LIMIT)
        self.assertFalse(self.task(order, "general_manager"))
        self.run_ladder(AFTER_SUPERIOR)
        self.assertEqual(self.events(order), ["submit", "remind", "escalate"])
        task = self.task(order, "general_manager")
        self.assertEqual(task.principal_id, self.users["sales_supervisor"])
        self.assertTrue(task.activity_ids.filtered(lambda todo: todo.user_id == self.superior))
        task.action_approve("in his place")
        self.assertEqual(order.approval_request_id.sudo().step_no, 2)
        row = self.env["crm.approval.ledger"].search([("res_id", "=", order.id), ("event", "=", "approve")])
        self.assertEqual((row.actor_uid, row.target_uid), (self.superior.id, self.users["sales_supervisor"].id))

    def test_the_late_signer_may_still_sign(self):
        order = self.submitted_on_monday()
        self.run_ladder(AFTER_LIMIT)
        self.run_ladder(AFTER_SUPERIOR)
        self.approve(order, "sales_supervisor")
        self.assertEqual(order.approval_request_id.sudo().step_no, 2)

    def test_never_passed_for_want_of_a_superior(self):
        self.env["hr.employee"].search([("user_id", "=", self.users["sales_supervisor"].id)]).parent_id = False
        order = self.submitted_on_monday()
        self.run_ladder(AFTER_LIMIT)
        before = self.messages_to(self.users["suite_admin"])
        self.run_ladder(AFTER_SUPERIOR)
        self.assertEqual(order.approval_state, "pending")
        self.assertEqual(self.messages_to(self.users["suite_admin"]) - before, 1)
        self.run_ladder("2026-03-09 02:00:00")
        self.assertEqual(self.messages_to(self.users["suite_admin"]) - before, 1, "told once")

    def test_a_superior_who_signs_another_step_is_skipped(self):
        employees = self.env["hr.employee"]
        director = employees.search([("user_id", "=", self.users["sales_director"].id)])
        supervisor = employees.search([("user_id", "=", self.users["sales_supervisor"].id)])
        director.parent_id = employees.search([("user_id", "=", self.superior.id)])
        supervisor.parent_id = director
        order = self.submitted_on_monday()
        self.run_ladder(AFTER_LIMIT)
        self.run_ladder(AFTER_SUPERIOR)
        self.assertTrue(self.task(order, "general_manager"), "the director signs step 4 himself")

    def test_a_superior_who_is_one_no_more_signs_nothing(self):
        order = self.submitted_on_monday()
        self.run_ladder(AFTER_LIMIT)
        self.run_ladder(AFTER_SUPERIOR)
        self.env["hr.employee"].search([("user_id", "=", self.users["sales_supervisor"].id)]).parent_id = False
        with self.refused(AccessError, "no longer there"):
            self.task(order, "general_manager").action_approve()

    def test_a_later_deadline_is_found_when_due(self):
        """A holiday that was added since puts the reminder off."""
        order = self.submitted_on_monday()
        calendar = type(self.env["resource.calendar"])
        later = self.env["crm.approval.task"].search([], limit=1).deadline.replace(month=12)
        with patch.object(calendar, "_limit_deadlines", lambda self, limit, starts: [later for _start in starts]):
            self.run_ladder(AFTER_LIMIT)
        self.assertEqual(self.events(order), ["submit"])
        task = self.task(order, "sales_supervisor")
        self.assertEqual((task.deadline, task.sudo().ladder_at), (later, later))

    def test_one_bad_record_stops_nobody(self):
        bad, good = self.submitted_on_monday(), self.submitted_on_monday()
        request = type(self.env["crm.approval.request"])
        climb = request._on_late

        def on_late(self, task, told):
            result = climb(self, task, told)
            if task.res_id == bad.id:
                raise ValueError("broken")
            return result

        with (
            patch.object(request, "_on_late", on_late),
            self.assertLogs("odoo.addons.crm_merchant.models.kernel.carefully", "ERROR"),
        ):
            self.run_ladder(AFTER_LIMIT)
        self.assertEqual(self.events(good), ["submit", "remind"])
        self.assertEqual(self.events(bad), ["submit"])
        self.assertFalse(
            self.env["mail.message"].search(
                [("partner_ids", "in", self.rep.partner_id.ids), ("body", "like", bad.name)]
            ),
            "nobody hears of what was taken back",
        )
        self.run_ladder("2026-03-02 08:40:00")
        self.assertEqual(self.events(bad), ["submit", "remind"], "tried again")

    def test_a_cron_that_was_down_reminds_first(self):
        order = self.submitted_on_monday()
        self.run_ladder("2026-03-20 02:00:00")
        self.assertEqual(self.events(order), ["submit", "remind"])
        self.run_ladder("2026-03-20 03:30:00")
        self.assertEqual(self.events(order), ["submit", "remind", "escalate"])

    def test_one_superior_for_a_step_that_anyone_signs(self):
        colleague = self.env["res.users"].create(
            {
                "name": "Second Tester",
                "login": "technical_lead_2",
                "group_ids": [(4, self.env.ref("crm_merchant.group_technical_lead").id)],
            }
        )
        leads = self.users["technical_lead"] | colleague
        employees = self.env["hr.employee"]
        above = employees.search([("user_id", "=", self.superior.id)])
        self.env["hr.employee"].create({"name": "Second Tester", "user_id": colleague.id, "parent_id": above.id})
        employees.search([("user_id", "=", self.users["technical_lead"].id)]).parent_id = above
        with freeze_time(MONDAY):
            order = self.submitted()
            self.approve(order, "sales_supervisor")
        self.run_ladder(AFTER_LIMIT)
        self.run_ladder(AFTER_SUPERIOR)
        step = order.sudo().approval_task_ids.filtered(lambda task: task.step_no == 2)
        self.assertEqual(step.principal_id, leads)
        self.assertEqual(len(step.filtered(lambda task: task.user_id == self.superior)), 1)
        self.assertEqual(len(step.filtered(lambda task: task.user_id in leads)), 1)

    def test_a_holiday_moves_the_superiors_turn_too(self):
        order = self.submitted_on_monday()
        self.run_ladder(AFTER_LIMIT)
        task = self.task(order, "sales_supervisor").sudo()
        deadline, superior = task.deadline, task.ladder_at
        with freeze_time(AFTER_LIMIT):
            self.env["crm.work.exception"].create({"name": "Holiday", "date": "2026-03-03"})
            task._clock_recompute()
        self.assertEqual(task.deadline, deadline)
        self.assertEqual(task.ladder_at - superior, timedelta(days=1))

    def test_no_limit_no_ladder(self):
        self.policy.step_ids.limit_number = 0
        order = self.submitted_on_monday()
        self.run_ladder("2026-03-20 02:00:00")
        self.assertEqual(self.events(order), ["submit"])

    def test_one_message_for_many(self):
        for _n in range(5):
            self.submitted_on_monday()
        before = self.messages_to(self.users["sales_supervisor"])
        self.run_ladder(AFTER_LIMIT)
        self.assertEqual(self.messages_to(self.users["sales_supervisor"]) - before, 1)

    # -- by hand ------------------------------------------------------------------------------------

    def test_the_requester_reminds(self):
        order = self.submitted_on_monday()
        before = self.messages_to(self.users["sales_supervisor"])
        with freeze_time("2026-03-02 03:00:00"):
            order.action_approval_remind()
            self.assertEqual(self.messages_to(self.users["sales_supervisor"]) - before, 1)
            with self.refused(UserError, "within the last hour"):
                order.action_approval_remind()
        with freeze_time("2026-03-02 04:30:00"):
            order.action_approval_remind()
        self.assertEqual(self.events(order), ["submit", "remind", "remind"])

    def test_a_reminder_by_hand_does_not_stop_the_ladder(self):
        order = self.submitted_on_monday()
        with freeze_time("2026-03-02 03:00:00"):
            order.action_approval_remind()
        self.run_ladder(AFTER_LIMIT)
        self.assertEqual(self.events(order), ["submit", "remind", "remind"])

    def test_who_may_not_remind(self):
        order = self.submitted_on_monday()
        request = order.approval_request_id
        for role in ("sales_supervisor", "technical_lead", "suite_admin"):
            with self.subTest(role), self.refused(UserError, "Only"):
                request.with_user(self.users[role]).action_remind()
        with self.refused(AccessError):
            request.with_user(self.users["service_agent"]).action_remind()

    def test_nothing_to_remind_of(self):
        order = self.submitted_on_monday()
        order.action_approval_withdraw("wrong price")
        with self.refused(UserError, "no running request"):
            order.action_approval_remind()

    def test_the_columns_are_guarded(self):
        order = self.submitted_on_monday()
        for role in ("sales_supervisor", "suite_admin", "sales_rep"):
            for vals in ({"ladder_at": False}, {"escalated_at": AFTER_LIMIT}, {"user_id": self.users[role].id}):
                with self.subTest(role, vals=vals), self.assertRaises(AccessError):
                    order.sudo().approval_task_ids.with_user(self.users[role]).write(vals)

    def test_a_wrong_limit_is_refused(self):
        with self.refused(UserError, "not possible"):
            self.policy.step_ids[0].write({"superior_number": 1.5, "superior_unit": "days"})
