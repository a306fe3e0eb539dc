from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from odoo.addons.crm_merchant.tests.settings_common import settings_left_out

from .common import ServiceCase

START = datetime(2026, 3, 2, 2)
HOUR = timedelta(hours=1)


def at(hours):
    return freeze_time(START + hours * HOUR)


@tagged("post_install", "-at_install")
class TestSla(ServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        policies = cls.env["service.sla.policy"].with_context(active_test=False)
        policies.search([]).unlink()
        cls.policy = policies.create(
            {
                "name": "all", "response_number": 2, "response_unit": "hours", "solve_number": 10, "solve_unit": "hours",
            }
        )  # fmt: skip
        cls.policy._switch(True)

    def _opened(self, **vals):
        with at(0):
            return self._ticket(**vals)

    def _row(self, ticket, kind):
        return ticket.sla_status_ids.filtered(lambda row: row.kind == kind)

    def _run(self):
        with self.enter_registry_test_mode():
            self.env.ref("crm_service_ticket.cron_breach").method_direct_trigger()
        self.env.invalidate_all()

    def test_two_clocks(self):
        ticket = self._opened()
        response, solve = self._row(ticket, "response"), self._row(ticket, "solve")
        self.assertEqual((response.deadline, solve.deadline), (START + 2 * HOUR, START + 10 * HOUR))
        self.assertEqual(ticket.sla_deadline, response.deadline)
        with at(1):
            self._answer(ticket)
        self.assertEqual((response.state, response.reached_at), ("met", START + HOUR))
        self.assertEqual(ticket.sla_deadline, solve.deadline)
        with at(9):
            ticket.with_user(self.agent).action_solve("x")
        self.assertEqual((solve.state, ticket.sla_deadline, ticket.sla_breached), ("met", False, False))

    def test_words_of_the_customer_and_notes_stop_nothing(self):
        ticket = self._opened()
        with at(1):
            self._customer_says(ticket)
            self._answer(ticket, subtype="mail.mt_note")
        self.assertEqual(self._row(ticket, "response").state, "running")

    def test_the_solution_is_an_answer(self):
        ticket = self._opened()
        with at(1):
            ticket.with_user(self.agent).action_solve("x")
        self.assertEqual(ticket.sla_status_ids.mapped("state"), ["met", "met"])

    def test_a_late_answer_is_late_before_the_job_comes(self):
        ticket = self._opened()
        with at(2):
            self._answer(ticket)
        response = self._row(ticket, "response")
        self.assertEqual((response.state, response.reached_at), ("breached", START + 2 * HOUR))
        self.assertTrue(ticket.sla_breached)

    def test_waiting_stops_the_second_clock(self):
        ticket = self._opened()
        solve = self._row(ticket, "solve")
        mine = ticket.with_user(self.agent)
        with at(4):
            mine.action_wait()
        self.assertEqual((solve.state, solve.deadline, solve.limit_number), ("paused", False, 6))
        self.assertEqual(self._row(ticket, "response").state, "running")
        with at(100):
            self._run()
            self._customer_says(ticket)
        self.assertEqual((solve.state, solve.deadline), ("running", START + 106 * HOUR))
        with at(103):
            mine.action_wait()
        with at(200):
            mine.action_start()
        self.assertEqual(solve.deadline, START + 203 * HOUR)
        with at(201):
            mine.action_wait()
        with at(300):
            mine.action_solve("x")
        self.assertEqual((solve.state, solve.reached_at), ("met", START + 300 * HOUR))

    def test_reopening_goes_on_with_what_was_left(self):
        ticket = self._opened()
        solve = self._row(ticket, "solve")
        mine = ticket.with_user(self.agent)
        with at(7):
            mine.action_solve("x")
        with at(50):
            mine.action_reopen()
        self.assertEqual((solve.state, solve.deadline, solve.reached_at), ("running", START + 53 * HOUR, False))
        with at(54):
            self._run()
            mine.action_solve("x")
            self.assertEqual((solve.state, solve.reached_at), ("breached", START + 54 * HOUR))
            mine.action_reopen()
        # late stays late
        self.assertEqual((solve.state, solve.reached_at), ("breached", False))

    def test_working_time(self):
        """Monday 10:00 in Shanghai, ten working hours of a day from 8 to 12 and 13 to 17."""
        self.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        self.policy.solve_unit = "working_hours"
        ticket = self._opened()
        solve = self._row(ticket, "solve")
        self.assertEqual(solve.deadline, datetime(2026, 3, 3, 4))
        with freeze_time("2026-03-02 08:00:00"):
            ticket.with_user(self.agent).action_wait()
        self.assertEqual((solve.limit_number, solve.limit_unit), (5, "working_hours"))
        with freeze_time("2026-03-06 07:00:00"):
            ticket.with_user(self.agent).action_start()
        self.assertEqual(solve.deadline, datetime(2026, 3, 9, 3))
        # nothing was worked on Saturday
        with freeze_time("2026-03-07 05:00:00"):
            ticket.with_user(self.agent).action_wait()
        self.assertEqual(solve.limit_number, 3)

    def test_a_makeup_day_brings_the_deadline_forward(self):
        calendar = self.env.company.resource_calendar_id
        calendar.tz = "Asia/Shanghai"
        self.policy.solve_unit = "working_hours"
        with freeze_time("2026-03-06 07:00:00"):
            ticket = self._ticket()
        solve = self._row(ticket, "solve")
        self.assertEqual(solve.deadline, datetime(2026, 3, 9, 9))
        self.env["crm.clock.replan"].search([]).unlink()
        self.env["crm.work.exception"].create(
            {"name": "X", "date": date(2026, 3, 7), "kind": "makeup", "calendar_id": calendar.id}
        )
        with freeze_time("2026-03-06 08:00:00"), self.enter_registry_test_mode():
            self.env.ref("crm_merchant.ir_cron_clock_replan").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(solve.deadline, datetime(2026, 3, 7, 9))

    def test_the_job_finds_what_ran_out(self):
        ticket, fresh = self._opened(), self._opened(user_id=self.second.id)
        with at(1):
            self._answer(fresh, user=self.second)
        with at(1.99):
            self._run()
        self.assertEqual(self._row(ticket, "response").state, "running")
        with at(2):
            self._run()
            self._run()
        self.assertEqual(self._row(ticket, "response").state, "breached")
        self.assertTrue(ticket.sla_breached)
        todo = ticket.activity_ids
        self.assertEqual((len(todo), todo.user_id), (1, self.lead))
        self.assertFalse(fresh.activity_ids)

    def test_one_bad_clock_does_not_stop_the_others(self):
        tickets = self._opened() + self._opened() + self._opened()
        bad = self._row(tickets[1], "response")
        rows = self.env.registry["service.sla.status"]
        breach = rows._sla_breach

        def fails(self, now):
            if bad in self:
                raise ValueError("bad row")
            return breach(self, now)

        logger = "odoo.addons.crm_merchant.models.kernel.carefully"
        with at(3), patch.object(rows, "_sla_breach", fails), self.assertLogs(logger, "ERROR") as logs:
            self._run()
        self.assertEqual(len(logs.output), 1)
        states = [self._row(ticket, "response").state for ticket in tickets]
        self.assertEqual(states, ["breached", "running", "breached"])

    def test_a_holiday_entered_meanwhile_moves_the_deadline(self):
        ticket = self._opened()
        response = self._row(ticket, "response")

        def tomorrow(calendar, limit, starts, **kwargs):
            return [start + 24 * HOUR for start in starts]

        with at(3), patch.object(self.env.registry["resource.calendar"], "_limit_deadlines", tomorrow):
            response._sla_advance("breach")
        self.assertEqual((response.state, response.deadline), ("running", START + 24 * HOUR))
        self.assertFalse(ticket.activity_ids)

    def test_urgency_plans_anew(self):
        urgent = self.env["service.sla.policy"].create(
            {"name": "P0", "sequence": 1, "priority": "p0", "response_number": 0.5, "response_unit": "hours",
             "solve_number": 4, "solve_unit": "hours"}
        )  # fmt: skip
        urgent._switch(True)
        ticket = self._opened()
        with at(0.25):
            ticket.with_user(self.agent).priority = "p0"
        self.assertEqual(ticket.sla_status_ids.policy_id, urgent)
        deadlines = [self._row(ticket, kind).deadline for kind in ("response", "solve")]
        self.assertEqual(deadlines, [START + 0.5 * HOUR, START + 4 * HOUR])
        with at(1):
            ticket.with_user(self.agent).action_wait()
        with at(11):
            ticket.with_user(self.agent).priority = "p2"
        solve = self._row(ticket, "solve")
        self.assertEqual((solve.state, solve.limit_number, solve.deadline), ("paused", 9, False))
        with at(21):
            ticket.with_user(self.agent).action_start()
        self.assertEqual(solve.deadline, START + 30 * HOUR)

    def test_no_policy_no_clock(self):
        self.policy._switch(False)
        self.assertFalse(self._opened().sla_status_ids)
        self.policy.priority = "p0"
        self.policy._switch(True)
        self.assertFalse(self._opened().sla_status_ids)
        self.assertTrue(self._opened(priority="p0").sla_status_ids)

    def test_the_first_policy_that_fits_decides(self):
        rows = [("type", {"type_ids": self.breakdown.ids}), ("team", {"team_ids": self.team.ids})]
        policies = self.env["service.sla.policy"]
        for sequence, (name, vals) in enumerate(rows):
            policies |= policies.create({"name": name, "sequence": sequence, "solve_number": 1, **vals})
        policies._switch(True)
        self.assertEqual(self._opened(type_id=self.breakdown.id).sla_status_ids.policy_id.name, "type")
        self.assertEqual(self._opened().sla_status_ids.policy_id.name, "team")
        other = self.env["service.team"].create({"name": "x"})
        self.assertEqual(self._opened(team_id=other.id).sla_status_ids.policy_id, self.policy)

    def test_a_changed_policy_applies_later(self):
        ticket = self._opened()
        self.policy.response_number = 1
        self.assertEqual(self._row(ticket, "response").deadline, START + 2 * HOUR)
        self.assertEqual(self._row(self._opened(), "response").deadline, START + HOUR)

    def test_a_call_has_only_the_second_clock(self):
        self.assertEqual(self._opened(channel="phone").sla_status_ids.mapped("kind"), ["solve"])

    def test_a_cancelled_ticket_has_no_clock(self):
        ticket = self._opened()
        ticket.with_user(self.agent).action_cancel()
        self.assertFalse(ticket.sla_status_ids)

    def test_impossible_limits(self):
        for vals in ({"response_number": -1}, {"solve_number": 1.5, "solve_unit": "days"}):
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                self.policy.write(vals)

    def test_text(self):
        ticket = self._opened().with_context(lang="en_US")
        with at(0.5):
            self.assertEqual(ticket.sla_text, "01:30 left")
            ticket.invalidate_recordset()
        with at(74):
            self.assertEqual(ticket.sla_text, "3 days late")

    # -- the switch -------------------------------------------------------------------------

    def test_switch(self):
        window = self.env["service.sla.switch"].with_user(self.lead).create({})
        self.assertTrue(window.is_active)
        ticket = self._opened()
        window.invalidate_recordset()
        self.assertEqual(window.running_count, 2)
        window.action_apply()
        self.assertFalse(self.policy.active)
        self.assertEqual(self._row(ticket, "response").state, "running")
        bare = self._opened()
        window = self.env["service.sla.switch"].with_user(self.lead).create({})
        self.assertEqual((window.is_active, window.open_count), (False, 1))
        window.action_apply()
        self.assertTrue(self.policy.active)
        self.assertFalse(bare.sla_status_ids)
        self.assertEqual(self.policy.message_ids[:2].mapped("author_id"), self.lead.partner_id)

    def test_the_switch_is_not_passed_by(self):
        for user in (self.lead, self.users["suite_admin"]):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.policy.with_user(user).write({"active": False})
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.policy.with_user(user).action_archive()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.policy.with_user(user).create({"name": "x", "active": True})
            sneaked = self.policy.with_user(user).with_context(default_active=True).create({"name": "x"})
            self.assertFalse(sneaked.active)
        for login in ("service_agent", "sales_rep", "finance_manager"):
            with self.subTest(user=login), self.assertRaises(AccessError):
                self.env["service.sla.switch"].with_user(self.users[login]).create({}).action_apply()


@tagged("post_install", "-at_install")
class TestAsShipped(ServiceCase):
    def test_the_clocks_are_off(self):
        found = self.env["ir.model.data"].search(
            [("module", "=", "crm_service_ticket"), ("model", "=", "service.sla.policy")]
        )
        self.assertEqual(len(found), 4)
        self.assertTrue(all(found.mapped("noupdate")))
        self.assertFalse(any(self.env["service.sla.policy"].browse(found.mapped("res_id")).mapped("active")))
        self.assertFalse(self._ticket().sla_status_ids)

    def test_one_switch_turns_them_on(self):
        settings = self.env["res.config.settings"].create({})
        self.assertFalse(settings.service_sla_active)
        action = settings.action_service_sla_switch()
        self.env[action["res_model"]].with_user(self.lead).create({}).action_apply()
        self.assertEqual(self.env["service.sla.policy"].search_count([]), 4)
        self.assertTrue(self.env["res.config.settings"].create({}).service_sla_active)
        self.assertEqual(len(self._ticket(priority="p0").sla_status_ids), 2)
        for window in (action, settings.action_service_sla_policies()):
            self.assertIn(window["res_model"], self.env)

    def test_the_suite_administrator_reaches_the_settings(self):
        settings = self.env["crm.suite.settings"].with_user(self.users["suite_admin"])
        form = settings.create({"service_reopen_days": 9})
        self.assertFalse(form.service_sla_active)
        form.execute()
        self.assertEqual(self.env.company.service_reopen_days, 9)
        self.assertFalse(settings_left_out(self.env, ["crm_merchant", "crm_quote_approval", "crm_service_ticket"]))
        with self.assertRaises(UserError):
            settings.create({"service_reopen_days": 0}).execute()
