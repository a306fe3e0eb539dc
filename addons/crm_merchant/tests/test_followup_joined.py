from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .channel_common import ChannelCase
from .intake_common import IntakeCase
from .test_pool_recycle import START


@tagged("post_install", "-at_install")
class TestArrivalClock(ChannelCase):
    """The first response of what comes in, held or not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        cls.env.company.first_response_active = True
        cls.manager = cls.users["region_manager"]
        cls.late = cls.env.ref("crm_merchant.mail_activity_late")

    def arrive(self, channel=None):
        with freeze_time(START):
            return self.take(channel or self.channel()).record

    def remind(self, days):
        with freeze_time(START + timedelta(days=days)):
            self.env["crm.lead"]._ladder_run(lambda _count: True)

    def told(self, lead):
        return self.todos(lead).filtered(lambda todo: todo.activity_type_id == self.late).user_id

    def test_who_looks_after_the_pool_is_told(self):
        lead = self.arrive()
        self.assertEqual(lead.pool_state, "pooled")
        self.assertGreaterEqual(lead.first_response_deadline, START + timedelta(hours=24))
        self.remind(5)
        self.assertEqual(self.told(lead), self.manager)
        self.assertTrue(lead.first_response_late)
        self.assertEqual(self.todos(lead).mapped("res_name"), [lead.name])

    def test_it_begins_anew_for_who_takes_it(self):
        lead = self.arrive()
        self.remind(5)
        with freeze_time(START + timedelta(days=7)):
            self.env["crm.pool.lead"].with_user(self.rep).browse(lead.id).action_pool_claim()
        self.assertGreater(lead.first_response_deadline, START + timedelta(days=7))
        self.assertFalse(lead.first_response_late or self.told(lead))

    # -- who asks again ---------------------------------------------------------------------------

    def held(self):
        """A lead that the rep holds from START on and has answered an hour later."""
        with freeze_time(START):
            lead = self.known(user_id=self.users["sales_rep_2"].id)
            lead._pool_move("transfer", {self.rep: lead}, "", pool=self.pool)
            lead._response_start(lead.company_id, {lead.id: START})
            self.assertTrue(lead.first_response_deadline)
        with freeze_time(START + timedelta(hours=1)):
            lead._followup_fact("call", "x", lead, user=self.rep)
        return lead

    def ask_again(self, days, policy="block"):
        with freeze_time(START + timedelta(days=days)):
            return self.take(self.channel(duplicate_policy=policy))

    def test_who_asks_again_is_answered_in_time(self):
        self.pool.action_recycle_on()
        lead = self.held()
        first, recycled = lead.first_response_at, lead.recycle_deadline
        self.assertTrue(recycled)
        self.assertEqual(self.ask_again(2, "merge").outcome, "merged")
        due = lead.answer_deadline
        self.assertGreaterEqual(due, START + timedelta(days=3))
        self.assertEqual((lead.asked_count, lead.asked_at), (1, START + timedelta(days=2)))
        self.assertEqual(lead.followup_deadline, due)
        self.ask_again(2.1)
        self.assertEqual((lead.asked_count, lead.answer_deadline), (2, due), "the clock runs already")
        self.assertEqual(lead.recycle_deadline, recycled, "the customer's asking is no follow-up")
        self.assertEqual(lead.first_response_at, first, "the figures of the first response stay")
        todo = self.todos(lead).filtered(lambda todo: todo.activity_type_id != self.late)
        self.assertEqual((len(todo), todo.user_id), (1, self.rep))
        self.remind(10)
        self.assertEqual(self.told(lead), self.rep | self.users["sales_supervisor"])
        self.assertEqual((lead.answer_late, lead.first_response_late), (True, False))
        with freeze_time(START + timedelta(days=10)):
            lead._followup_fact("call", "y", self.pool, user=self.rep)
        self.assertFalse(lead.answer_deadline or self.told(lead))
        self.assertTrue(lead.answer_late, "till the next time it is known that he was late")
        self.ask_again(12)
        self.assertEqual((lead.asked_count, lead.answer_late), (3, False))
        with freeze_time(START + timedelta(days=12, hours=1)):
            lead._followup_fact("call", "z", self.rep.partner_id, user=self.rep)
        self.assertFalse(lead.answer_deadline or lead.answer_late)

    def test_no_second_clock_while_the_first_one_runs(self):
        lead = self.arrive()
        self.ask_again(0.5)
        self.assertFalse(lead.answer_deadline)
        self.assertEqual(lead.asked_count, 1)
        self.env.company.first_response_active = False
        held = self.known(phone="13900001111")
        with freeze_time(START):
            self.take(self.channel(duplicate_policy="block"), phone="13900001111", partner_name="z")
        self.assertEqual((held.asked_count, held.answer_deadline), (1, False), "nothing is timed")

    def test_the_answer_clock_goes_with_its_holder(self):
        lead = self.held()
        self.ask_again(2)
        with freeze_time(START + timedelta(days=2, hours=1)):
            lead.with_user(self.rep).action_pool_release("x")
        self.assertFalse(lead.answer_deadline or lead.followup_deadline)
        self.ask_again(3)
        self.assertTrue(lead.answer_deadline, "who looks after the pool sees to it")
        self.remind(9)
        self.assertEqual(self.told(lead), self.manager)
        with freeze_time(START + timedelta(days=10)):
            lead._pool_move("claim", {self.rep: lead}, "")
        self.assertFalse(lead.answer_deadline or lead.answer_late)
        self.assertTrue(lead.first_response_deadline > START + timedelta(days=10))

    def test_nobody_writes_the_clock_of_the_answer(self):
        lead = self.held()
        for name, value in {
            "asked_count": 0,
            "answer_deadline": False,
            "answer_late": False,
            "asked_at": START,
        }.items():
            with self.subTest(name), self.assertRaises(AccessError), self.env.cr.savepoint():
                lead.with_user(self.rep).write({name: value})

    def test_a_given_one_runs_for_its_holder(self):
        rule = {"name": "All", "target_ids": [(0, 0, {"user_id": self.rep.id})]}
        self.env["crm.assignment.rule"].create(rule)
        lead = self.arrive()
        self.assertEqual(lead.user_id, self.rep)
        before = lead.first_response_deadline
        self.assertTrue(before)
        self.remind(5)
        self.assertIn(self.rep, self.told(lead))
        self.assertNotIn(self.manager, self.told(lead) - self.rep._merchant_superiors())

    def test_without_a_steward_or_a_clock_none_runs(self):
        self.pool.admin_ids = False
        self.assertFalse(self.arrive().first_response_deadline)
        self.pool.admin_ids = self.manager
        self.env.company.first_response_active = False
        self.assertFalse(self.arrive().first_response_deadline)

    def test_switched_rules_leave_it(self):
        lead = self.arrive()
        self.env.ref("crm_merchant.followup_rule_default").action_switch_on()
        self.assertEqual(lead.followup_deadline, lead.first_response_deadline)
        self.remind(60)
        self.assertEqual(self.told(lead), self.manager, "the ladder is for holders")
        self.assertFalse(lead.is_high_risk)


@tagged("post_install", "-at_install")
class TestFollowupJoined(IntakeCase):
    """Follow-ups and the way in: merging, undoing."""

    def lead(self, name):
        return self.env["crm.lead"].create({"name": name, "type": "lead", "user_id": self.rep.id})

    def fact(self, leads, evidence=None):
        evidence = evidence or self.env["res.partner"].create({"name": "proof"})
        return leads._followup_fact("call", "said", evidence, self.rep)

    def merge(self, leads, keep=True):
        with patch.object(type(leads), "_merge_keeps_tail", lambda records: records if keep else records.browse()):
            return leads.merge_opportunity()

    def test_merged_and_split_again(self):
        head, tail = self.lead("head"), self.lead("tail")
        followup, own = self.fact(tail), self.fact(head)
        survivor = self.merge(head | tail)
        gone = (head | tail) - survivor
        self.assertEqual((followup | own).lead_id, survivor)
        self.assertEqual(survivor.with_user(self.rep).followup_count, 2)
        self.env["crm.merge.undo"].search([("tail_id", "=", gone.id)]).with_user(self.supervisor).action_undo()
        self.assertEqual((followup.lead_id, own.lead_id), (tail, head))

    def test_a_tail_that_is_deleted_leaves_them(self):
        head, tail = self.lead("head"), self.lead("tail")
        followups = self.fact(tail) | self.fact(head)
        survivor = self.merge(head | tail, keep=False)
        self.assertEqual(followups.exists().lead_id, survivor)
        self.assertEqual(len(followups.exists()), 2)

    def test_a_fact_of_both_is_counted_once(self):
        head, tail = self.lead("head"), self.lead("tail")
        self.fact(head | tail, evidence=self.env["res.partner"].create({"name": "one mail to both"}))
        survivor = self.merge(head | tail)
        self.assertEqual(self.env["crm.followup"].search_count([("lead_id", "=", survivor.id)]), 1)

    def test_clocks_do_not_move(self):
        head, tail = self.lead("head"), self.lead("tail")
        self.fact(tail)
        before = {lead: lead.last_followup_at for lead in head | tail}
        survivor = self.merge(head | tail)
        self.assertEqual(survivor.last_followup_at, before[survivor])

    def test_followed_up_leads_stop_the_undoing_of_an_import(self):
        batch = self.batch_of(self.rows(2))
        batch.action_import()
        lead = self.leads(batch)[0]
        lead.user_id = self.rep
        lead.with_user(self.rep).action_followup_write("call", "x")
        with self.assertRaises(UserError):
            batch.action_undo()
        self.assertEqual(batch.state, "done")
