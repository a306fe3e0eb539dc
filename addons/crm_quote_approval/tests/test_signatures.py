from datetime import date

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .common import ApprovalCase


class OneStepCase(ApprovalCase):
    """A policy of one step that three people sign."""

    NAMES = ("service_agent", "finance_clerk", "sales_rep_2")

    def one_step(self, mode, **vals):
        self.policy.step_ids.filtered(lambda step: step.sequence > 10).unlink()
        people = self.env["res.users"].union(*(self.users[name] for name in self.NAMES))
        step = self.policy.step_ids
        step.write({"source": "user", "user_ids": people.ids, "superiors_first": False, "mode": mode, **vals})
        return step


@tagged("post_install", "-at_install")
class TestOneRejection(OneStepCase):
    def test_two_of_three(self):
        step = self.one_step("number", needed_number=2)
        self.assertFalse(step.one_rejects)
        order = self.submitted()
        self.task(order, "service_agent").action_reject("Too cheap")
        self.assertEqual(order.approval_state, "pending", "two others can still sign")
        self.assertNotIn("Service Agent", order.approval_waiting_for)
        self.approve(order, "finance_clerk")
        self.assertEqual(order.approval_state, "pending")
        self.approve(order, "sales_rep_2")
        self.assertEqual(order.approval_state, "approved")
        self.assertEqual(self.events(order), ["submit", "reject", "approve", "approve", "done"])

    def test_too_few_are_left(self):
        self.one_step("number", needed_number=2)
        order = self.submitted()
        self.approve(order, "sales_rep_2")
        self.task(order, "service_agent").action_reject("Too cheap")
        self.assertEqual(order.approval_state, "pending")
        self.task(order, "finance_clerk").action_reject("Much too cheap")
        self.assertEqual(order.approval_state, "rejected")
        self.assertEqual(order.sudo().approval_request_id.reason, "Much too cheap")

    def test_a_share_and_any(self):
        for mode, refusals in (("share", 1), ("any", 2)):
            with self.subTest(mode):
                self.one_step(mode, needed_share=66)
                order = self.submitted(partner_id=self.world["partner"].copy().id)
                for name in self.NAMES[:refusals]:
                    self.task(order, name).action_reject("No")
                    self.assertEqual(order.approval_state, "pending")
                for name in self.NAMES[refusals:]:
                    self.approve(order, name)
                self.assertEqual(order.approval_state, "approved")

    def test_all_and_in_turn_end_at_once(self):
        for mode in ("all", "in_turn"):
            with self.subTest(mode):
                step = self.one_step(mode)
                self.assertTrue(step.one_rejects)
                order = self.submitted(partner_id=self.world["partner"].copy().id)
                self.task(order, "service_agent").action_reject("No")
                self.assertEqual(order.approval_state, "rejected")

    def test_the_setting_is_frozen_with_the_request(self):
        step = self.one_step("number", needed_number=2, one_rejects=True)
        order = self.submitted()
        step.one_rejects = False
        self.task(order, "service_agent").action_reject("No")
        self.assertEqual(order.approval_state, "rejected")

    def test_an_added_signer_who_refuses_takes_the_signature_with_him(self):
        self.one_step("number", needed_number=2)
        order = self.submitted()
        self.task(order, "service_agent").action_add_sign(self.users["technical_lead"], "before")
        self.task(order, "technical_lead").action_reject("The motor is too weak")
        self.assertEqual(order.approval_state, "pending")
        self.assertFalse(self.task(order, "service_agent"), "his signature hung on it")
        self.task(order, "finance_clerk").action_reject("No")
        self.assertEqual(order.approval_state, "rejected")

    def test_who_refused_cannot_sign_after_all(self):
        self.one_step("number", needed_number=2)
        order = self.submitted()
        task = self.task(order, "service_agent")
        task.action_reject("No")
        with self.refused(UserError, "no longer waits"):
            task.action_approve()


@tagged("post_install", "-at_install")
class TestTransferOfCovered(ApprovalCase):
    """The director is named on the first step too: he decides once, at the last."""

    def covered(self):
        first, last = self.policy.step_ids[0], self.policy.step_ids[3]
        self.director = self.users["sales_director"]
        first.write({"source": "user", "user_ids": self.director.ids, "superiors_first": False})
        last.write({"source": "user", "user_ids": self.director.ids})
        order = self.submitted()
        tasks = order.sudo().approval_task_ids
        self.assertEqual(tasks.filtered(lambda t: t.step_no == 1).state, "covered")
        self.approve(order, "technical_lead", "finance_manager")
        return order

    def test_a_named_right_goes_along(self):
        order = self.covered()
        self.task(order, "sales_director").action_transfer(self.users["service_agent"])
        row = order.sudo().approval_task_ids.filtered(lambda t: t.step_no == 1 and t.state == "covered")
        self.assertEqual(row.principal_id, self.users["service_agent"])
        self.approve(order, "service_agent")
        self.assertEqual(order.approval_state, "approved")

    def test_a_superior_signs_himself_what_nobody_else_may(self):
        self.policy.step_ids[0].write({"source": "superior", "superior_level": 1})
        boss = self.rep._merchant_superiors()[:1]
        self.policy.step_ids[3].write({"source": "user", "user_ids": boss.ids})
        order = self.submitted()
        self.assertEqual(order.sudo().approval_task_ids.filtered(lambda t: t.step_no == 1).state, "covered")
        self.assertEqual(order.sudo().approval_task_ids.filtered(lambda t: t.step_no == 1).right_kind, "superior")
        self.approve(order, "technical_lead", "finance_manager")
        task = order.sudo().approval_task_ids.filtered(lambda t: t.state == "pending")
        self.assertEqual(task.user_id, boss)
        task.with_user(boss).action_transfer(self.users["service_agent"])
        open_ = order.sudo().approval_task_ids.filtered(lambda t: t.state == "pending")
        self.assertEqual((open_.step_no, open_.user_id), (1, boss), "he signs the first step himself, before the last")
        self.assertFalse(self.task(order, "service_agent"))
        open_.with_user(boss).action_approve()
        self.approve(order, "service_agent")
        self.assertEqual(order.approval_state, "approved")
        self.assertEqual(self.events(order).count("again"), 1)

    def test_a_superiors_task_goes_to_superiors_only(self):
        self.policy.step_ids[0].write({"source": "superior", "superior_level": 1})
        order = self.submitted()
        task = order.sudo().approval_task_ids.filtered(lambda t: t.state == "pending")
        with self.refused(UserError, "superior"):
            task.with_user(task.user_id).action_transfer(self.users["service_agent"])


@tagged("post_install", "-at_install")
class TestDayAndLanguage(ApprovalCase):
    def test_a_job_asks_for_the_day_of_the_company(self):
        """17:00 UTC is one o'clock of the next morning in Shanghai; a job's user stands in no time zone."""
        self.env["crm.approval.delegation"].create(
            {
                "user_id": self.users["sales_supervisor"].id,
                "delegate_id": self.users["service_agent"].id,
                "date_from": date(2026, 3, 3),
                "date_to": date(2026, 3, 3),
            }
        )
        self.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        people = self.users["sales_supervisor"]
        jobs = self.env["crm.approval.delegation"].with_user(self.env.ref("base.user_root")).with_context(tz=False)
        for moment, there in (
            ("2026-03-02 15:59:00", False),
            ("2026-03-02 17:00:00", True),
            ("2026-03-03 15:59:00", True),
            ("2026-03-03 17:00:00", False),
        ):
            with self.subTest(moment), freeze_time(moment):
                self.assertEqual(bool(jobs._delegates_today(people)), there)
                order = self.submitted(partner_id=self.world["partner"].copy().id)
                task = order.sudo().approval_task_ids.filtered(lambda t: t.state == "pending")
                self.assertEqual(bool(jobs._delegates_today(people, task)), there)
        with freeze_time("2026-03-02 17:00:00"):
            self.assertEqual(jobs.default_get(["date_from"])["date_from"], date(2026, 3, 3))

    def test_steps_are_frozen_in_the_language_of_the_company(self):
        for code in ("en_US", "zh_CN"):
            self.env["res.lang"]._activate_lang(code)
        self.policy.step_ids[0].with_context(lang="zh_CN").name = "销售主管审"
        self.env.company.partner_id.lang = "zh_CN"
        order = self.quote()
        order.with_context(lang="en_US").action_approval_submit()
        task = order.sudo().approval_task_ids[0]
        self.assertEqual(task.step_name, "销售主管审")
        self.assertEqual(self.policy.step_ids[0].with_context(lang="en_US").name, "Sales Supervisor")
        self.assertEqual(task.with_context(lang="en_US").step_label, "Sales Supervisor")
        self.assertEqual(task.with_context(lang="zh_CN").step_label, "销售主管审")
        self.policy.step_ids[0].with_context(lang="zh_CN").name = "另一个名字"
        task.invalidate_recordset()
        self.assertEqual(task.with_context(lang="en_US").step_label, "销售主管审", "another step now: what was frozen")
