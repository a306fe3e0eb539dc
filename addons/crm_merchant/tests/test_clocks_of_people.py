"""The clocks of the pools and of follow-up run on the one working clock: weekends, holidays, make-up days, leaves."""

from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .clock_common import at
from .test_followup import FollowupCase
from .test_pool_recycle import START


class PeopleClockCase(FollowupCase, CronMixinCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls.users["sales_supervisor"]
        cls.calendar = cls.env.company.resource_calendar_id

    def make_held(self, count=1, moment=START, **vals):
        """The database tells when a row was made, and knows nothing of frozen time."""
        return self.born(super().make_held(count, moment=moment, **vals), moment)

    def born(self, records, moment):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET create_date = %s WHERE id = ANY(%s)", SQL.identifier(records._table), moment, records.ids
            )
        )
        self.env.invalidate_all()
        return records

    def exception(self, day, kind="makeup"):
        return self.env["crm.work.exception"].create({"name": "X", "date": day, "kind": kind})

    def away(self, first, last, user=None, **vals):
        """A leave from and to a wall clock in Shanghai, confirmed by the superior."""
        user = user or self.rep
        absence = (
            self.env["crm.absence"]
            .with_user(user)
            .create({"name": "Leave", "user_id": user.id, "date_from": at(first), "date_to": at(last), **vals})
        )
        absence.with_user(user._merchant_superiors()[:1]).action_confirm()
        return absence

    def replan(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("crm_merchant.ir_cron_clock_replan").method_direct_trigger()
        self.env.invalidate_all()

    def cost(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestRecycleClock(PeopleClockCase):
    """Four days from Tuesday 3 March 2026, 10:00, end on Saturday the 7th."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool.write({"recycle_days_a": 4, "warn_days": 1})

    def test_moved_to_the_next_working_day(self):
        lead = self.make_held(grade="A")
        self.assertEqual(lead.recycle_deadline, at("2026-03-09 10:00"))
        self.recycle(at("2026-03-08 12:00"))
        self.assertEqual(lead.pool_state, "owned")
        self.recycle(at("2026-03-09 10:01"))
        self.assertEqual(lead.pool_state, "pooled")

    def test_a_holiday_is_found_when_it_comes_due(self):
        lead = self.make_held(grade="A")
        self.exception(date(2026, 3, 9), "holiday")
        self.recycle(at("2026-03-09 12:00"))
        self.assertEqual((lead.pool_state, lead.recycle_deadline), ("owned", at("2026-03-10 10:00")))

    def test_a_make_up_day_brings_it_forward(self):
        lead, customer = self.make_held(grade="A"), self.make_held_customer()
        self.exception(date(2026, 3, 7))
        self.replan()
        self.assertEqual(lead.recycle_deadline, at("2026-03-07 10:00"))
        self.assertEqual(customer.recycle_deadline, at("2026-03-07 10:00"))

    def make_held_customer(self):
        customer = self.env["res.partner"].create(
            {"name": "苏州恒锐机械有限公司", "is_company": True, "state_id": self.jiangsu.id}
        )
        with freeze_time(START):
            customer._pool_move("enter", {self.nobody: customer}, "new")
            customer._grade_set("A", "test")
            self.env["crm.pool.partner"].with_user(self.rep).browse(customer.ids).action_pool_claim()
        self.assertEqual(customer.recycle_deadline, at("2026-03-09 10:00"))
        return self.born(customer, START)

    def test_an_approved_leave_stops_it(self):
        lead, customer = self.make_held(grade="A"), self.make_held_customer()
        other = self.make_pooled(type="opportunity")
        with freeze_time(START):
            other._grade_set("A", "test")
            self.claim(other, self.rep_2)
        leave = self.away("2026-03-05 00:00", "2026-03-12 00:00")
        self.recycle(at("2026-03-09 12:00"))
        with freeze_time(at("2026-03-09 12:00")):
            self.env["res.partner"]._pool_recycle_due(lambda _count: True)
        self.assertEqual((other.pool_state, lead.pool_state, customer.pool_state), ("pooled", "owned", "owned"))
        # the seven days of the leave are added: Saturday the 14th, so Monday
        self.assertEqual(lead.recycle_deadline, at("2026-03-16 10:00"))
        leave.action_cancel()
        self.replan()
        self.assertEqual(lead.recycle_deadline, at("2026-03-09 10:00"))

    def test_who_is_away_is_not_warned(self):
        lead = self.make_held(grade="A")
        self.away("2026-03-05 00:00", "2026-03-12 00:00")
        with freeze_time(at("2026-03-08 12:00")):
            self.env["crm.lead"]._pool_warn_soon(self.pool, lambda _count: True)
        self.assertFalse(lead.activity_ids or lead.recycle_warned)
        self.assertEqual(lead.recycle_deadline, at("2026-03-16 10:00"))

    def test_a_leave_nobody_confirmed_stops_nothing(self):
        lead = self.make_held(grade="A")
        self.env["crm.absence"].with_user(self.rep).create(
            {"name": "x", "user_id": self.rep.id, "date_from": START, "date_to": START + timedelta(days=30)}
        )
        self.recycle(at("2026-03-09 12:00"))
        self.assertEqual(lead.pool_state, "pooled")

    def test_an_endless_absence_breaks_nothing(self):
        lead = self.make_held(grade="A")
        self.away("2026-03-05 00:00", "2999-12-31 00:00")
        self.recycle(at("2026-03-09 12:00"))
        self.assertEqual(lead.pool_state, "owned")
        lead._followup_done(START + timedelta(days=3))
        self.assertGreater(lead.recycle_deadline, datetime(2030, 1, 1))

    def test_the_rehearsal_asks_the_same_clock(self):
        lead, since = self.make_held(grade="A"), START - timedelta(days=1)
        for now, gone in (("2026-03-08 12:00", False), ("2026-03-09 12:00", True)):
            outcome = lead._recycle_replay(self.pool, since, at(now))[lead.id]
            self.assertEqual(bool(outcome.rule), gone, now)
        self.away("2026-03-05 00:00", "2026-03-12 00:00")
        self.assertFalse(lead._recycle_replay(self.pool, since, at("2026-03-09 12:00"))[lead.id].rule)

    def test_queries_of_many_absent_people(self):
        self.pool.holding_limit = 0
        people = self.rep | self.rep_2
        for user in people:
            for day in (5, 12, 19):
                self.away(f"2026-03-{day:02} 00:00", f"2026-03-{day + 1:02} 00:00", user)
        costs = []
        for count in (1, 50):
            leads = self.make_held(count, grade="A")
            costs.append(self.cost(leads._pool_plan))
        self.assertLessEqual(costs[1], costs[0] + 1)


@tagged("post_install", "-at_install")
class TestLadderClock(PeopleClockCase):
    """The ladder of three working days from Tuesday 3 March ends on Friday, with a day of leave on Monday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env.ref("crm_merchant.followup_rule_default")
        cls.kind = cls.env.ref("crm_merchant.mail_activity_late")
        with freeze_time(START - timedelta(days=7)):
            cls.rule.action_switch_on()

    def held(self, **vals):
        """A lead whose own dates are those of the test, which the database knows nothing of."""
        lead = self.make_held(**vals)
        self.env.cr.execute("UPDATE crm_lead SET date_last_stage_update = %s WHERE id = %s", (START, lead.id))
        self.env.invalidate_all()
        lead._ladder_plan()
        return lead

    def told(self, lead):
        return self.env["mail.activity"].search([("res_id", "=", lead.id), ("activity_type_id", "=", self.kind.id)])

    def remind(self, moment):
        with freeze_time(moment):
            return self.env["crm.lead"]._ladder_run(lambda _count: True)

    def test_a_leave_stops_it(self):
        lead = self.held()
        self.assertEqual(lead.followup_deadline, at("2026-03-06 10:00"))
        leave = self.away("2026-03-05 00:00", "2026-03-06 23:59:59")
        self.remind(at("2026-03-06 10:01"))
        self.assertFalse(self.told(lead))
        self.assertEqual(lead.followup_deadline, at("2026-03-10 10:00"))
        leave.action_cancel()
        self.replan()
        self.assertEqual(lead.followup_deadline, at("2026-03-06 10:00"))
        self.remind(at("2026-03-06 10:01"))
        self.assertTrue(self.told(lead))

    def test_a_make_up_day_brings_the_next_rung_forward(self):
        lead = self.held()
        self.remind(at("2026-03-06 10:01"))
        self.assertEqual((lead.followup_step, lead.followup_deadline), (1, at("2026-03-10 10:00")))
        self.exception(date(2026, 3, 7))
        self.replan()
        self.assertEqual((lead.followup_step, lead.followup_deadline), (1, at("2026-03-09 10:00")))

    def test_superiors_who_are_away_are_passed_over(self):
        lead = self.held()
        self.away("2026-03-06 00:00", "2026-03-07 00:00", self.boss)
        self.remind(at("2026-03-06 10:01"))
        self.assertEqual(self.told(lead).user_id, self.rep | self.boss._merchant_superiors()[:1])

    # -- what ends it -----------------------------------------------------------------------------

    def at_risk(self):
        lead = self.held(stage_id=self.stages[0].id)
        self.remind(START + timedelta(days=20))
        self.assertEqual((lead.is_high_risk, lead.followup_step, lead.followup_deadline), (True, 3, False))
        return lead

    @property
    def stages(self):
        return self.env["crm.stage"].search([("is_won", "=", False), ("team_ids", "=", False)])

    def test_only_a_follow_up_ends_the_risk(self):
        lead = self.at_risk()
        day = START + timedelta(days=21)
        with freeze_time(day):
            for stage in (self.stages[1], self.stages[0]):
                lead.with_user(self.rep).stage_id = stage
                self.assertEqual((lead.is_high_risk, lead.followup_step, lead.followup_deadline), (True, 3, False))
            lead._grade_set("A", "x")
            lead.with_user(self.rep).action_pool_transfer(self.rep_2.id, "x")
            self.assertTrue(lead.is_high_risk)
            self.assertGreaterEqual(lead.followup_deadline, day + timedelta(days=3), "the next holder has his days")
            lead.with_user(self.rep_2).action_pool_transfer(self.rep.id, "x")
        self.assertTrue(lead.is_high_risk)
        self.note(lead, moment=day, next_date=day.date() + timedelta(days=3))
        self.assertEqual((lead.is_high_risk, lead.followup_step), (False, 0))
        self.assertGreaterEqual(lead.followup_deadline, day + timedelta(days=3))

    def test_handing_it_to_and_fro_restarts_nothing(self):
        lead = self.held()
        with freeze_time(START + timedelta(days=2)):
            lead.with_user(self.rep).action_pool_transfer(self.rep_2.id, "x")
            lead.with_user(self.rep_2).action_pool_transfer(self.rep.id, "x")
        self.assertEqual(lead.followup_deadline, at("2026-03-06 10:00"))

    def test_a_new_stage_restarts_it_only_before_the_first_reminder(self):
        lead = self.held(stage_id=self.stages[0].id)
        self.remind(at("2026-03-06 10:01"))
        with freeze_time(at("2026-03-09 10:00")):
            lead.stage_id = self.stages[1]
        self.assertEqual((lead.followup_step, lead.followup_deadline), (1, at("2026-03-10 10:00")))


@tagged("post_install", "-at_install")
class TestResponseClock(PeopleClockCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.first_response_active = True
        cls.stand_in = cls.env.ref("crm_merchant.mail_activity_stand_in")
        cls.friday = at("2026-03-06 20:00")

    def pass_on(self, moment):
        with freeze_time(moment):
            return self.env["crm.lead"]._response_pass_on(lambda _count: True)

    def todos(self, lead):
        return self.env["mail.activity"].search([("res_id", "=", lead.id), ("activity_type_id", "=", self.stand_in.id)])

    def test_a_day_that_ends_on_a_saturday_ends_on_monday(self):
        lead = self.make_held(moment=self.friday)
        self.assertEqual(lead.first_response_deadline, at("2026-03-09 08:00"))
        self.exception(date(2026, 3, 9), "holiday")
        self.replan()
        self.assertEqual(lead.first_response_deadline, at("2026-03-10 08:00"))
        self.exception(date(2026, 3, 7))
        self.replan()
        self.assertEqual((lead.first_response_deadline, lead.followup_deadline), (at("2026-03-10 08:00"),) * 2)
        self.exception(date(2026, 3, 8))
        self.replan()
        self.assertEqual((lead.first_response_deadline, lead.followup_deadline), (at("2026-03-08 08:00"),) * 2)

    def test_two_hours_at_night(self):
        lead = self.make_held(moment=self.friday, grade="A")
        self.assertEqual(lead.first_response_deadline, at("2026-03-09 10:00"))

    def test_an_answer_to_who_asks_again_is_planned_again(self):
        lead = self.make_held(moment=self.friday)
        with freeze_time(self.friday):
            lead.sudo()._followup_done(self.friday)
            lead.sudo()._intake_asked_again(self.env["crm.intake.channel"])
        self.assertEqual(lead.answer_deadline, at("2026-03-09 08:00"))
        self.exception(date(2026, 3, 9), "holiday")
        self.replan()
        self.assertEqual((lead.answer_deadline, lead.followup_deadline), (at("2026-03-10 08:00"),) * 2)

    def test_what_is_told_or_answered_is_left_alone(self):
        told, answered = self.make_held(2, moment=self.friday)
        answered._followup_done(self.friday + timedelta(hours=1))
        with freeze_time(at("2026-03-09 08:01")):
            self.env["crm.lead"]._ladder_run(lambda _count: True)
        self.assertTrue(told.first_response_late)
        self.exception(date(2026, 3, 9), "holiday")
        self.replan()
        self.assertTrue(told.first_response_late)
        self.assertEqual((told | answered).mapped("first_response_deadline"), [at("2026-03-09 08:00")] * 2)

    def test_a_graded_lead_counts_from_its_own_start(self):
        lead = self.make_held()
        with freeze_time(START + timedelta(hours=1)):
            lead.with_user(self.rep).action_pool_transfer(self.rep_2.id, "x")
            lead._grade_set("A", "x")
        self.assertEqual(lead.first_response_deadline, at("2026-03-03 12:00"))

    def test_it_stops_for_nobody(self):
        self.away("2026-03-02 00:00", "2026-03-20 00:00")
        lead = self.make_held(grade="A")
        self.assertEqual(lead.first_response_deadline, at("2026-03-03 12:00"))

    def test_a_colleague_on_duty_answers(self):
        lead = self.make_held()
        self.pass_on(START)
        self.assertFalse(lead.first_response_user_id)
        self.away("2026-03-03 11:00", "2026-03-10 00:00")
        with self.assertRaises(AccessError):
            lead.with_user(self.rep_2).action_followup_write("call", "x")
        for _run in range(2):
            self.pass_on(at("2026-03-03 11:30"))
        self.assertEqual((lead.first_response_user_id, lead.user_id), (self.rep_2, self.rep))
        self.assertEqual((len(self.todos(lead)), self.todos(lead).user_id), (1, self.rep_2))
        self.assertIn(self.rep.name, self.todos(lead).summary)
        self.assertEqual(self.ledger(lead).sorted("seq")[-1].event, "share")
        with freeze_time(at("2026-03-03 11:40")):
            answer = lead.with_user(self.rep_2).action_followup_write(
                "call", "采购部王经理确认下月试用两台，要求先寄样件", "寄样件", "2026-03-20"
            )
        self.assertTrue(answer["is_effective"] and lead.first_response_at)
        self.assertFalse(self.todos(lead))

    def test_late_is_told_to_who_stands_in_too(self):
        lead = self.make_held()
        self.away("2026-03-03 11:00", "2026-03-10 00:00")
        self.pass_on(at("2026-03-03 11:30"))
        with freeze_time(at("2026-03-05 11:30")):
            self.env["crm.lead"]._ladder_run(lambda _count: True)
        late = self.env.ref("crm_merchant.mail_activity_late")
        told = self.env["mail.activity"].search([("res_id", "=", lead.id), ("activity_type_id", "=", late.id)])
        self.assertEqual(told.user_id, self.rep | self.rep_2 | self.boss)

    def test_the_deputy_of_the_leave_comes_first(self):
        lead = self.make_held()
        agent = self.users["sales_director"]
        self.away("2026-03-03 11:00", "2026-03-10 00:00", deputy_id=agent.id)
        self.pass_on(at("2026-03-03 11:30"))
        self.assertEqual(lead.first_response_user_id, agent)
        self.assertFalse(lead.collaborator_ids, "who may change it anyway needs no leave")

    def test_who_stands_in_where_nobody_is_on_duty(self):
        lead = self.make_held()
        self.away("2026-03-03 11:00", "2026-03-10 00:00")
        self.pool.member_ids.filtered(lambda row: row.user_id == self.rep_2).on_duty = False
        self.pass_on(at("2026-03-03 11:30"))
        self.assertEqual(lead.first_response_user_id, self.boss)
        # he goes too: the next one up
        self.away("2026-03-03 11:00", "2026-03-10 00:00", self.boss)
        self.pass_on(at("2026-03-03 11:45"))
        self.assertEqual(lead.first_response_user_id, self.boss._merchant_superiors()[:1])
        self.assertEqual(self.todos(lead).user_id, lead.first_response_user_id)

    def test_a_closed_region_stays_with_its_readers(self):
        self.east.write({"is_scoped": True, "manager_ids": [(6, 0, self.manager.ids)]})
        lead = self.make_held()
        self.away("2026-03-03 11:00", "2026-03-10 00:00")
        self.pass_on(at("2026-03-03 11:30"))
        self.assertEqual(lead.first_response_user_id, self.manager)

    def test_the_next_holder_answers_himself(self):
        lead = self.make_held()
        self.away("2026-03-03 11:00", "2026-03-10 00:00")
        self.pass_on(at("2026-03-03 11:30"))
        with freeze_time(at("2026-03-03 11:35")):
            lead.with_user(self.boss).action_pool_transfer(self.rep_2.id, "x")
        self.assertFalse(lead.first_response_user_id or self.todos(lead))

    def test_leads_are_shared_out(self):
        third = self.users["regional_agent"]
        self.pool.member_ids = [(0, 0, {"user_id": third.id})]
        leads = self.make_held(6)
        self.away("2026-03-03 11:00", "2026-03-10 00:00")
        self.pass_on(at("2026-03-03 11:30"))
        counts = [len(leads.filtered(lambda lead, user=user: lead.first_response_user_id == user))
                  for user in (self.rep_2, third)]  # fmt: skip
        self.assertEqual(counts, [3, 3])

    @mute_logger("odoo.models")
    def test_nobody_writes_who_answers(self):
        lead = self.make_held()
        for user in (self.rep, self.users["suite_admin"]):
            with self.assertRaises(AccessError):
                lead.with_user(user).write({"first_response_user_id": user.id})
        absence = self.away("2026-03-03 11:00", "2026-03-10 00:00")
        with self.assertRaises(UserError):
            absence.with_user(self.rep).write({"deputy_id": self.rep_2.id})

    def test_who_looks_after_the_pool_may_be_away_too(self):
        lead = self.make_pooled()
        director = self.manager._merchant_superiors()[:1]
        self.away("2026-03-02 00:00", "2026-03-20 00:00", self.manager)
        with freeze_time(START):
            lead.sudo()._intake_started(self.env["crm.intake.channel"])
        with freeze_time(START + timedelta(days=2)):
            self.env["crm.lead"]._ladder_run(lambda _count: True)
        late = self.env.ref("crm_merchant.mail_activity_late")
        told = self.env["mail.activity"].search([("res_id", "=", lead.id), ("activity_type_id", "=", late.id)])
        self.assertEqual(told.user_id, director)

    # -- cost ---------------------------------------------------------------------------------------

    def test_one_statement_for_any_number_of_moments(self):
        self.pool.holding_limit = 0
        costs = []
        for count in (1, 50):
            leads = self.make_held(count)
            starts = {lead.id: START + timedelta(minutes=number) for number, lead in enumerate(leads)}
            leads.mapped("merchant_grade")
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            leads._response_start(self.env.company, starts)
            costs.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(set(leads.mapped("first_response_deadline"))), count)
        self.assertEqual(*costs)

    def test_queries_of_passing_on(self):
        self.pool.holding_limit = 0
        self.away("2026-03-03 11:00", "2026-03-10 00:00")
        costs = []
        for count in (1, 50):
            self.make_held(count)
            costs.append(self.cost(lambda: self.pass_on(at("2026-03-03 11:30"))))
        self.assertLessEqual(costs[1], costs[0] + 8, costs)

    def test_the_search_uses_the_partial_indexes(self):
        self.pool.holding_limit = 0
        self.make_held(5, moment=fields.Datetime.now())
        with freeze_time(START):
            idle = self.make_pooled(400, type="opportunity")
            self.claim(idle)
            idle._followup_done(START)
        self.env.flush_all()
        self.env.cr.execute("ANALYZE crm_lead")
        query = self.env["crm.lead"]._search(
            self.env["crm.lead"]._response_waiting_domain() & fields.Domain("user_id", "in", self.rep.ids)
        )
        self.env.cr.execute("EXPLAIN " + query.select().code, query.select().params)
        plan = str(self.env.cr.fetchall())
        self.assertIn("crm_lead_unanswered_idx", plan)
