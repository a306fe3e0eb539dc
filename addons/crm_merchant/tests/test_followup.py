from datetime import date, timedelta
from functools import partial

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .test_pool_recycle import START, RecycleCase

GOOD = "采购部王经理确认下月试用两台，要求先寄样件到昆山工厂"
OTHER = "技术部要求补充液压站的噪声数据，周五前发送"
NEXT = ("寄样件", "2026-03-20")


class FollowupCase(RecycleCase):
    def note(self, lead, content=GOOD, next_step=NEXT[0], next_date=NEXT[1], user=None, moment=None, kind="call"):
        with freeze_time(moment or START + timedelta(days=10)):
            return lead.with_user(user or self.rep).action_followup_write(kind, content, next_step, next_date)

    def last(self, lead):
        return self.env["crm.followup"].search([("lead_id", "=", lead.id)], limit=1)


@tagged("post_install", "-at_install")
class TestFollowup(FollowupCase):
    def test_one_that_counts_keeps_the_lead(self):
        lead = self.make_held(grade="A")
        answer = self.note(lead)
        self.assertTrue(answer["is_effective"])
        self.assertEqual(lead.last_followup_at, START + timedelta(days=10))
        self.assertGreaterEqual(self.days(lead), 25)
        followup = self.last(lead)
        self.assertEqual((followup.user_id, followup.verdict), (self.rep, "checked"))
        todo = lead.activity_ids
        self.assertEqual((todo.summary, todo.date_deadline, todo.user_id), ("寄样件", date(2026, 3, 20), self.rep))

    def test_others_are_kept_and_marked(self):
        lead = self.make_held(grade="A")
        before = lead.recycle_deadline
        for content, next_step, next_date, verdict in (
            ("已联系", *NEXT, "short"),
            ("......................", *NEXT, "short"),
            (GOOD, "", "2026-03-20", "no_next"),
            (OTHER, "寄样件", False, "no_next"),
            ("总工程师出差，周三回来再谈夹具方案", "寄样件", "2020-01-01", "no_next"),
            ("电话里谈了付款方式，希望三七开，等财务答复", "寄样件", "2999-01-01", "no_next"),
        ):
            with self.subTest(content):
                answer = self.note(lead, content, next_step, next_date)
                self.assertFalse(answer["is_effective"])
                self.assertEqual(self.last(lead).verdict, verdict)
        self.assertEqual((lead.recycle_deadline, lead.last_followup_at), (before, False))
        self.assertEqual(lead.followup_count, 6)

    def test_copies_of_ones_own_notes_do_not_count(self):
        first, second = self.make_held(2)
        self.assertTrue(self.note(first)["is_effective"])
        self.assertEqual(self.note(second, GOOD.replace("两台", "三台"))["is_effective"], False)
        self.assertEqual(self.last(second).verdict, "repeated")
        # somebody else's note is no copy
        mine = self.claim(self.make_pooled(), self.rep_2)
        self.assertTrue(self.note(mine, user=self.rep_2)["is_effective"])

    def test_settings_of_the_company(self):
        lead = self.make_held()
        self.env.company.followup_least_letters = 3
        self.assertTrue(self.note(lead, "已联系")["is_effective"])
        self.env.company.write({"followup_least_letters": 10, "followup_alike_percent": 100})
        self.note(lead, GOOD)
        self.assertTrue(self.note(lead, GOOD.replace("两台", "三台"))["is_effective"])

    def test_wrong_persons_and_values(self):
        lead = self.make_held()
        for role in ("sales_rep_2", "finance_clerk", "project_manager", "regional_agent"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.note(lead, user=self.users[role])
        for vals in ({"kind": "sms"}, {"content": " "}, {"next_date": "tomorrow"}):
            with self.subTest(vals), self.assertRaises(UserError):
                self.note(lead, **vals)

    def test_nobody_writes_the_table(self):
        lead = self.make_held()
        self.note(lead)
        followup = self.last(lead)
        vals = {
            "lead_id": lead.id, "company_id": self.env.company.id, "user_id": self.rep.id, "kind": "call",
            "moment": fields.Datetime.now(), "verdict": "fact", "is_effective": True,
        }  # fmt: skip
        for role in ("sales_rep", "suite_admin", "general_manager"):
            rows = followup.with_user(self.users[role])
            for attack in (
                lambda rows: rows.create(vals),
                lambda rows: rows.write({"is_effective": True}),
                lambda rows: rows.unlink(),
                lambda rows: lead.with_env(rows.env).write({"followup_ids": [(0, 0, vals)]}),
                lambda rows: lead.with_env(rows.env).write({"followup_ids": [(1, followup.id, {"content": "x"})]}),
            ):
                with self.subTest(role), self.assertRaises(AccessError):
                    attack(rows)

    def test_read_with_the_lead(self):
        lead = self.make_held()
        self.note(lead)
        followups = self.env["crm.followup"]
        for role, sees in (("sales_rep", True), ("sales_rep_2", False), ("sales_supervisor", True)):
            with self.subTest(role):
                self.assertEqual(bool(followups.with_user(self.users[role]).search([("lead_id", "=", lead.id)])), sees)
        # whoever claims it next reads what was done before; while it lies in the pool its administrators do
        with freeze_time(START + timedelta(days=11)):
            lead.with_user(self.rep).action_pool_release("x")
            for role, sees in (("sales_rep", False), ("sales_supervisor", False), ("region_manager", True)):
                found = followups.with_user(self.users[role]).search([("lead_id", "=", lead.id)])
                self.assertEqual(bool(found), sees, role)
            self.claim(lead, self.rep_2)
        self.assertTrue(followups.with_user(self.rep_2).search([("lead_id", "=", lead.id)]))
        self.east.is_scoped = True
        self.assertFalse(followups.with_user(self.users["sales_supervisor"]).search([("lead_id", "=", lead.id)]))

    def test_corrected_for_a_day_by_its_writer(self):
        lead = self.make_held(moment=fields.Datetime.now())
        soon = fields.Date.today() + timedelta(days=3)
        answer = self.note(lead, "已联系", "寄样件", soon, moment=fields.Datetime.now())
        followup = self.env["crm.followup"].browse(answer["id"])
        with self.assertRaises(AccessError):
            followup.with_user(self.users["sales_supervisor"]).action_correct(GOOD, "寄样件", soon)
        with self.assertRaises(AccessError):
            followup.with_user(self.rep_2).action_correct(GOOD, "寄样件", soon)
        followup.with_user(self.rep).action_correct(GOOD, "寄样件", soon)
        self.assertTrue(followup.is_effective and lead.last_followup_at)
        self.assertEqual(followup.content, GOOD)
        with freeze_time(fields.Datetime.now() + timedelta(hours=25)), self.assertRaises(UserError):
            followup.with_user(self.rep).action_correct(OTHER, "寄样件", soon)

    def test_the_form(self):
        lead = self.make_held(moment=fields.Datetime.now())
        wizard = (
            self.env["crm.followup.write"]
            .with_user(self.rep)
            .with_context(active_model="crm.lead", active_id=lead.id)
            .create({"kind": "visit", "content": GOOD, "next_step": "寄样件"})
        )
        self.assertEqual(wizard.action_save()["params"]["type"], "success")
        self.assertEqual(self.last(lead).kind, "visit")
        again = (
            self.env["crm.followup.write"]
            .with_user(self.rep)
            .create({"res_model": "res.users", "res_id": self.rep.id, "kind": "visit", "content": GOOD})
        )
        with self.assertRaises(UserError):
            again.action_save()

    def test_the_form_moves_the_state_of_an_opportunity(self):
        lead = self.make_held(moment=fields.Datetime.now())
        stages = self.env["crm.stage"].search([("is_won", "=", False), ("team_ids", "=", False)])
        lead.stage_id = stages[0]
        forms = self.env["crm.followup.write"].with_user(self.rep)
        wizard = forms.with_context(active_model="crm.lead", active_id=lead.id).create({"content": GOOD})
        self.assertEqual((wizard.has_stage, wizard.stage_id), (True, stages[0]))
        wizard.stage_id = stages[1]
        wizard.action_save()
        self.assertEqual(lead.stage_id, stages[1])
        raw = self.make_leads(user_id=self.rep.id)
        wizard = forms.with_context(active_model="crm.lead", active_id=raw.id).create({"content": OTHER})
        self.assertFalse(wizard.has_stage or wizard.stage_id, "a lead has no stages")
        with self.assertRaises(AccessError):
            forms.with_user(self.rep_2).with_context(active_model="crm.lead", active_id=lead.id).create(
                {"content": GOOD}
            )

    # -- facts ------------------------------------------------------------------------------------------

    def test_a_todo_done(self):
        lead = self.make_held(moment=fields.Datetime.now())
        call = lead.with_user(self.rep).activity_schedule("mail.mail_activity_data_call", summary="Call him")
        call.with_user(self.rep).action_feedback(feedback="")
        self.assertEqual((self.last(lead).kind, self.last(lead).is_effective), ("call", False))
        call = lead.with_user(self.rep).activity_schedule("mail.mail_activity_data_call", summary="Call again")
        lead.with_user(self.rep).activity_schedule(
            "mail.mail_activity_data_todo",
            summary="Send the data",
            date_deadline=fields.Date.today() + timedelta(days=2),
        )
        call.with_user(self.rep).action_feedback(feedback=GOOD)
        self.assertEqual(self.last(lead).verdict, "checked")
        self.assertEqual(self.last(lead).next_step, "Send the data")

    def test_ticking_off_a_warning_is_no_follow_up(self):
        lead = self.make_held(grade="A")
        with freeze_time(START + timedelta(days=14)):
            self.env["crm.lead"]._pool_warn_soon(self.pool, lambda _count: True)
            lead.activity_ids.with_user(self.rep).action_feedback(feedback=GOOD)
        self.assertFalse(self.last(lead))

    def test_a_held_meeting(self):
        lead = self.make_held()
        meetings = self.env["calendar.event"].with_user(self.rep)
        with freeze_time(START + timedelta(days=1)):
            held = meetings.create(
                {
                    "name": "Held", "opportunity_id": lead.id, "start": START + timedelta(days=2),
                    "stop": START + timedelta(days=2, hours=1),
                }
            )  # fmt: skip
        with freeze_time(START + timedelta(days=3)):
            # entered afterwards: proves nothing
            meetings.create(
                {
                    "name": "Invented", "opportunity_id": lead.id, "start": START + timedelta(days=2),
                    "stop": START + timedelta(days=2, hours=1),
                }
            )  # fmt: skip
            # the database tells when a row was made, and knows nothing of frozen time
            self.env.cr.execute("UPDATE calendar_event SET create_date = %s WHERE id = %s", (START, held.id))
            held.invalidate_recordset(["create_date"])
            for _run in range(2):
                self.env["calendar.event"]._cron_followup_meetings()
        followup = self.last(lead)
        self.assertEqual(lead.followup_count, 1)
        self.assertEqual((followup.kind, followup.verdict, followup.evidence_id), ("meeting", "fact", held.id))
        self.assertEqual(lead.last_followup_at, START + timedelta(days=2, hours=1))

    def test_a_mail_to_the_customer(self):
        customer = self.env["res.partner"].create({"name": "Customer", "email": "buyer@example.com"})
        stranger = self.env["res.partner"].create({"name": "Stranger", "email": "me@example.org"})
        lead = self.make_held(moment=fields.Datetime.now(), email_from="buyer@example.com")
        post = partial(lead.with_user(self.rep).message_post, message_type="comment")
        post(body="a note")
        post(body="to myself", partner_ids=stranger.ids, subtype_xmlid="mail.mt_comment")
        self.assertFalse(self.last(lead))
        post(body="Our offer", subject="Offer", partner_ids=customer.ids, subtype_xmlid="mail.mt_comment")
        self.assertEqual((self.last(lead).kind, self.last(lead).verdict), ("mail", "fact"))

    def test_a_mail_from_the_customer(self):
        lead = self.make_held(moment=fields.Datetime.now(), email_from="buyer@example.com")
        # a user cannot forge one
        lead.with_user(self.rep).message_post(
            body="x", message_type="email", email_from="buyer@example.com", author_id=False
        )
        self.assertFalse(self.last(lead))
        self.env["mail.thread"].with_user(self.env.ref("base.user_root")).message_process(
            "crm.lead",
            "From: Buyer <buyer@example.com>\nTo: x@example.com\nSubject: Re: offer\nMessage-Id: <1@example.com>\n\nyes",
            thread_id=lead.id,
        )
        self.assertEqual((self.last(lead).kind, self.last(lead).user_id), ("mail", self.rep))
        self.assertTrue(lead.last_followup_at)


@tagged("post_install", "-at_install")
class TestFollowupClocks(FollowupCase, CronMixinCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.first_response_active = True
        cls.kind = cls.env.ref("crm_merchant.mail_activity_late")
        cls.rule = cls.env.ref("crm_merchant.followup_rule_default")
        # far apart, so that no weekend between them matters; the lead's own dates know nothing of frozen time
        for step, days in zip(cls.rule.step_ids, (7, 21, 35), strict=True):
            step.write({"number": days, "unit": "days"})
        cls.now = fields.Datetime.now()

    def remind(self, moment):
        with freeze_time(moment):
            return self.env["crm.lead"]._ladder_run(lambda _count: True)

    def told(self, lead):
        return self.env["mail.activity"].search([("res_id", "=", lead.id), ("activity_type_id", "=", self.kind.id)])

    def test_first_response_by_grade(self):
        lead = self.make_held(grade="A")
        self.assertGreaterEqual(lead.first_response_deadline, START + timedelta(hours=2))
        self.assertLess(lead.first_response_deadline, START + timedelta(hours=3))
        lead = self.make_held(grade="C")
        self.assertGreaterEqual(lead.first_response_deadline, START + timedelta(hours=24))
        self.assertLess(lead.first_response_deadline, START + timedelta(hours=50))

    def test_first_response_ends_when_somebody_works(self):
        # a Friday: 24 hours later is a Saturday
        lead = self.make_held(grade="C", moment=START + timedelta(days=3))
        moment = fields.Datetime.context_timestamp(lead.with_context(tz="Asia/Shanghai"), lead.first_response_deadline)
        self.assertEqual((str(moment.date()), moment.hour), ("2026-03-09", 8))

    def test_first_response_goes_to_the_supervisor_once(self):
        lead = self.make_held(grade="A")
        self.remind(START + timedelta(hours=1))
        self.assertFalse(self.told(lead))
        self.remind(START + timedelta(days=2))
        self.assertEqual(self.told(lead).user_id, self.rep | self.users["sales_supervisor"])
        self.assertTrue(lead.first_response_late)
        self.remind(START + timedelta(days=3))
        self.assertEqual(len(self.told(lead)), 2)
        self.assertFalse(lead.followup_deadline)

    def test_an_answer_stops_it(self):
        lead = self.make_held(grade="A")
        self.note(lead, moment=START + timedelta(minutes=30))
        self.assertEqual(lead.first_response_at, START + timedelta(minutes=30))
        self.assertFalse(lead.first_response_late or lead.followup_deadline)
        self.remind(START + timedelta(days=2))
        self.assertFalse(self.told(lead))

    def test_a_note_that_says_nothing_is_no_answer(self):
        lead = self.make_held(grade="A")
        self.note(lead, "已联系", moment=START + timedelta(minutes=30))
        self.assertFalse(lead.first_response_at)

    def test_a_transfer_leaves_it_running_and_a_claim_begins_it(self):
        lead = self.make_held(grade="A")
        before = lead.first_response_deadline
        with freeze_time(START + timedelta(hours=1)):
            lead.with_user(self.rep).action_pool_transfer(self.rep_2.id, "x")
            self.assertEqual(lead.first_response_deadline, before)
            lead.with_user(self.rep_2).action_pool_release("x")
            self.assertFalse(lead.first_response_deadline or lead.followup_deadline)
        with freeze_time(START + timedelta(hours=5)):
            self.claim(lead, self.rep)
        self.assertGreater(lead.first_response_deadline, before)

    def test_own_entries_are_not_timed(self):
        lead = self.env["crm.lead"].with_user(self.rep).create({"name": "x", "user_id": self.rep.id})
        self.assertFalse(lead.first_response_deadline)
        lead = self.env["crm.lead"].create({"name": "x", "user_id": self.rep.id})
        self.assertTrue(lead.first_response_deadline)

    def test_ladder(self):
        self.env.company.first_response_active = False
        self.rule.action_switch_on()
        lead = self.make_held(moment=self.now)
        boss, above = self.users["sales_supervisor"], self.users["region_manager"]
        self.assertGreaterEqual(lead.followup_deadline, self.now + timedelta(days=7))
        for day, people, risk in (
            (6, self.nobody, False),
            (18, self.rep | boss, False),
            (32, boss | above, False),
            (50, self.rep | boss | above, True),
        ):
            with self.subTest(day):
                self.remind(self.now + timedelta(days=day))
                self.assertEqual(self.told(lead).user_id, people)
                self.assertEqual(lead.is_high_risk, risk)
        self.assertFalse(lead.followup_deadline)
        day = self.now + timedelta(days=51)
        self.note(lead, moment=day, next_date=day.date() + timedelta(days=3))
        self.assertFalse(lead.is_high_risk or self.told(lead))
        self.assertGreaterEqual(lead.followup_deadline, day + timedelta(days=7))

    def test_missed_rungs_are_told_as_one(self):
        self.env.company.first_response_active = False
        self.rule.action_switch_on()
        lead = self.make_held(moment=self.now)
        self.remind(self.now + timedelta(days=60))
        self.assertEqual(len(self.told(lead)), 3)
        self.assertTrue(lead.is_high_risk)

    def test_the_switch_reminds_nobody_of_the_past(self):
        self.env.company.first_response_active = False
        lead = self.make_held()
        later = self.now + timedelta(days=100)
        self.assertFalse(lead.followup_deadline)
        for role in ("sales_rep", "sales_director", "region_manager"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.rule.with_user(self.users[role]).action_switch_on()
        with self.assertRaises(AccessError):
            self.rule.write({"active": True})
        with freeze_time(later):
            self.rule.with_user(self.users["suite_admin"]).action_switch_on()
        self.assertGreaterEqual(lead.followup_deadline, later + timedelta(days=7))
        self.rule.with_user(self.users["suite_admin"]).action_switch_off()
        self.assertFalse(lead.followup_deadline)

    def test_rule_by_stage_and_won(self):
        self.env.company.first_response_active = False
        stage, other = self.env["crm.stage"].create([{"name": "初步沟通"}, {"name": "方案报价"}])
        self.rule.stage_ids = stage
        self.rule.action_switch_on()
        lead = self.make_held(moment=self.now, stage_id=stage.id)
        self.assertTrue(lead.followup_deadline)
        lead.stage_id = other
        self.assertFalse(lead.followup_deadline)
        lead.stage_id = stage
        self.assertGreaterEqual(lead.followup_deadline, self.now + timedelta(days=7))
        lead.action_set_won()
        self.remind(self.now + timedelta(days=60))
        self.assertFalse(self.told(lead))

    def test_a_closed_region_tells_its_readers_only(self):
        self.east.write({"is_scoped": True, "manager_ids": [(6, 0, self.manager.ids)]})
        lead = self.make_held(grade="A")
        self.remind(START + timedelta(days=2))
        self.assertEqual(self.told(lead).user_id, self.rep)

    def test_columns_are_guarded(self):
        lead = self.make_held()
        for name in ("first_response_deadline", "first_response_at", "followup_deadline"):
            with self.subTest(name), self.assertRaises(AccessError):
                lead.with_user(self.rep).write({name: fields.Datetime.now()})
        for name in ("first_response_late", "is_high_risk"):
            with self.subTest(name), self.assertRaises(AccessError):
                lead.sudo().write({name: False})

    def test_five_hundred_reminders(self):
        """One run: the figure of the issue, 500 reminders in at most 50 queries."""
        self.env.company.first_response_active = False
        self.pool.write({"holding_limit": 0})
        self.rule.action_switch_on()
        self.make_held(250, moment=self.now)
        self.claim(self.make_pooled(250, type="opportunity"), self.rep_2)
        self.rule.step_ids[0].action = "owner"
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        with freeze_time(self.now + timedelta(days=18)):
            self.assertFalse(self.env["crm.lead"]._ladder_run(lambda _count: True))
            self.env.flush_all()
        queries = self.env.cr.sql_log_count - before
        told = self.env["mail.activity"].search([("activity_type_id", "=", self.kind.id)])
        self.assertEqual(len(told), 500)
        self.assertLessEqual(queries, 50)

    def test_jobs(self):
        past = fields.Datetime.now() - timedelta(days=10)
        lead = self.make_held(moment=past)
        with self.enter_registry_test_mode():
            self.env.ref("crm_merchant.ir_cron_followup").method_direct_trigger()
            self.env.ref("crm_merchant.ir_cron_followup_meetings").method_direct_trigger()
        self.env.invalidate_all()
        self.assertTrue(lead.first_response_late)

    def test_queries_at_one_and_fifty(self):
        self.rule.action_switch_on()
        self.pool.holding_limit = 0
        costs = {}
        for name, call in (
            ("claim", self.claim),
            ("follow-up", lambda leads: leads._followup_done(fields.Datetime.now())),
        ):
            for count in (1, 50):
                leads = self.make_pooled(count)
                if name == "follow-up":
                    self.claim(leads)
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                call(leads)
                self.env.flush_all()
                costs[name, count] = self.env.cr.sql_log_count - before
        for name in ("claim", "follow-up"):
            self.assertLessEqual(costs[name, 50], costs[name, 1] + 8, costs)
