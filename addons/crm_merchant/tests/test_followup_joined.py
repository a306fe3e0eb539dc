from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
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
