"""The leaks of other systems' pools, one test each, and the rules around locks, freezes and grades."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_pool_recycle import START, RecycleCase


@tagged("post_install", "-at_install")
class TestPoolLeaks(RecycleCase):
    def release(self, lead, user=None):
        lead.with_user(user or self.rep).action_pool_release("x")

    # -- freeze -----------------------------------------------------------------------------------

    def test_freeze_holds_for_everyone_and_no_edit_restarts_it(self):
        self.pool.freeze_days = 2
        lead = self.make_held()
        with freeze_time(START + timedelta(days=1)):
            self.release(lead)
        with freeze_time(START + timedelta(days=2, hours=23)):
            lead.with_user(self.manager).write({"description": "looked at"})
            for user in (self.rep, self.rep_2):
                with self.assertRaisesRegex(UserError, "2026-03-06"):
                    self.claim(lead, user)
        with freeze_time(START + timedelta(days=3, minutes=1)):
            self.claim(lead, self.rep_2)
        self.assertEqual(lead.user_id, self.rep_2)

    def test_new_leads_are_not_frozen(self):
        self.pool.freeze_days = 2
        self.claim(self.make_pooled())

    def test_a_recycled_lead_is_frozen_too(self):
        self.pool.freeze_days = 1
        lead = self.make_held(grade="A")
        self.recycle(START + timedelta(days=20))
        with freeze_time(START + timedelta(days=20, hours=1)), self.assertRaises(UserError):
            self.claim(lead, self.rep_2)

    # -- cool-down ----------------------------------------------------------------------------------

    def test_nobody_in_between_shortens_the_cooldown(self):
        """A releases, B claims and hands it back to A: by the button, by a plain write, by giving it back."""
        self.pool.cooldown_days = 7
        lead = self.make_held()
        with freeze_time(START + timedelta(days=1)):
            self.release(lead)
            self.claim(lead, self.rep_2)
            with self.assertRaisesRegex(UserError, self.rep.name):
                lead.with_user(self.rep_2).action_pool_transfer(self.rep.id, "back")
            with self.assertRaises(UserError), self.env.cr.savepoint():
                lead.with_user(self.rep_2).write({"user_id": self.rep.id})
            lead.invalidate_recordset()
            self.assertEqual(lead.user_id, self.rep_2)
            # a superior decides otherwise, on record
            lead.with_user(self.users["sales_supervisor"]).action_pool_transfer(self.rep.id, "his project")
        self.assertEqual(lead.user_id, self.rep)

    def test_who_hands_it_on_cools_down_too(self):
        """A transfers to B, B releases: A held it, and waits like B."""
        self.pool.cooldown_days = 7
        lead = self.make_held()
        third = self.users["regional_agent"]
        self.pool.member_ids = [(0, 0, {"user_id": third.id})]
        with freeze_time(START + timedelta(days=1)):
            lead.with_user(self.rep).action_pool_transfer(self.rep_2.id, "x")
            # handed straight back, by which no clock begins anew
            lead.with_user(self.rep_2).action_pool_transfer(self.rep.id, "he is back")
            lead.with_user(self.rep).action_pool_transfer(self.rep_2.id, "x")
            self.release(lead, self.rep_2)
            for user in (self.rep, self.rep_2):
                with self.assertRaisesRegex(UserError, user.name):
                    self.claim(lead, user)
            self.claim(lead, third)
            with self.assertRaisesRegex(UserError, self.rep.name):
                lead.with_user(third).action_pool_transfer(self.rep.id, "back")
            self.release(lead, third)
        with freeze_time(START + timedelta(days=8, minutes=1)):
            self.claim(lead)
        self.assertEqual(lead.user_id, self.rep)

    def test_a_release_needs_its_reason_by_every_way(self):
        lead = self.make_held()
        for user in (self.rep, self.users["sales_supervisor"], self.manager, self.users["suite_admin"]):
            with self.subTest(user.login), self.assertRaisesRegex(UserError, "Give Away"), self.env.cr.savepoint():
                lead.with_user(user).write({"user_id": False})
        lead.invalidate_recordset()
        self.assertEqual((lead.user_id, lead.pool_state), (self.rep, "owned"))
        free = self.make_leads(user_id=self.rep.id, state_id=self.guangdong.id)
        free.with_user(self.rep).write({"user_id": False})
        self.assertFalse(free.user_id)

    def test_a_recycled_holder_cools_down(self):
        self.pool.cooldown_days = 7
        lead = self.make_held(grade="A")
        self.recycle(START + timedelta(days=20))
        with freeze_time(START + timedelta(days=21)), self.assertRaises(UserError):
            self.claim(lead)

    # -- caps -------------------------------------------------------------------------------------

    def test_releasing_frees_no_quota(self):
        self.pool.claim_limit_day = 2
        with freeze_time(START):
            for _round in range(2):
                lead = self.claim(self.make_pooled())
                self.release(lead)
            with self.assertRaises(UserError):
                self.claim(self.make_pooled())

    def test_a_second_pool_is_no_second_quota(self):
        self.pool.write({"claim_limit_day": 1, "holding_limit": 0})
        other = self.pool.copy({"name": "Other", "member_ids": [(0, 0, {"user_id": self.rep.id})]})
        with freeze_time(START):
            self.claim(self.make_pooled())
            more = self.make_leads()
            more._pool_move("enter", {self.nobody: more}, "", pool=other)
            with self.assertRaises(UserError):
                self.claim(more)

    def test_handing_over_does_not_beat_the_holding_cap(self):
        self.pool.holding_limit = 1
        mine = self.make_held()
        theirs = self.make_pooled()
        self.claim(theirs, self.rep_2)
        for call in (
            lambda: theirs.with_user(self.rep_2).action_pool_transfer(self.rep.id, "x"),
            lambda: theirs.with_user(self.rep_2).write({"user_id": self.rep.id}),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                call()
        theirs.invalidate_recordset()
        self.assertEqual((mine.user_id, theirs.user_id), (self.rep, self.rep_2))

    # -- locks ------------------------------------------------------------------------------------

    def test_a_locked_lead_stays(self):
        lead = self.make_held(grade="A")
        lead.with_user(self.rep).action_pool_lock()
        self.assertFalse(lead.recycle_deadline)
        self.recycle(START + timedelta(days=40))
        self.assertEqual(lead.pool_state, "owned")
        with freeze_time(START + timedelta(days=40)):
            lead.with_user(self.rep).action_pool_unlock()
        self.run_recycling(START + timedelta(days=41))
        self.assertEqual(lead.pool_state, "owned", "warned first")
        self.run_recycling(START + timedelta(days=44, hours=1))
        self.assertEqual(lead.pool_state, "pooled")
        self.assertFalse(lead.pool_locked)
        self.assertEqual(self.ledger(lead).sorted("seq").mapped("event")[-3:], ["lock", "unlock", "recycle"])

    def test_the_cap_on_locks_is_one_over_all_pools(self):
        self.pool.lock_limit = 1
        other = self.pool.copy({"name": "Other", "member_ids": [(0, 0, {"user_id": self.rep.id})]})
        first, second = self.make_held(), self.make_leads()
        second._pool_move("enter", {self.nobody: second}, "", pool=other)
        self.claim(second)
        first.with_user(self.rep).action_pool_lock()
        with self.assertRaisesRegex(UserError, "1"):
            second.with_user(self.rep).action_pool_lock()
        first.with_user(self.rep).action_pool_unlock()
        second.with_user(self.rep).action_pool_lock()

    def test_a_lock_ends_with_its_holder(self):
        lead = self.make_held()
        lead.with_user(self.rep).action_pool_lock()
        lead.with_user(self.rep).action_pool_transfer(self.rep_2.id, "x")
        self.assertFalse(lead.pool_locked)
        self.assertTrue(lead.recycle_deadline)

    def test_who_locks(self):
        lead = self.make_held()
        for role in ("sales_supervisor", "region_manager", "suite_admin", "marketing"):
            with self.subTest(role), self.assertRaises(AccessError):
                lead.with_user(self.users[role]).action_pool_lock()
        with self.assertRaises(AccessError):
            lead.with_user(self.rep_2).action_pool_lock()
        lead.with_user(self.rep).action_pool_lock()
        for role in ("sales_rep_2", "marketing", "hq_commerce"):
            with self.subTest(role), self.assertRaises(AccessError):
                lead.with_user(self.users[role]).action_pool_unlock()
        lead.with_user(self.users["sales_supervisor"]).action_pool_unlock()
        own = self.make_leads(user_id=self.rep.id, state_id=self.guangdong.id)
        with self.assertRaises(UserError):
            own.with_user(self.rep).action_pool_lock()

    # -- grades -------------------------------------------------------------------------------------

    def test_who_sets_the_grade(self):
        lead = self.make_held()
        for role in ("sales_rep", "sales_rep_2", "marketing", "hq_commerce"):
            with self.subTest(role), self.assertRaises(AccessError):
                lead.with_user(self.users[role]).action_grade_set("A", "x")
        for wrong in (("D", "x"), ("A", " ")):
            with self.subTest(wrong), self.assertRaises(UserError):
                lead.with_user(self.users["sales_supervisor"]).action_grade_set(*wrong)
        lead.with_user(self.users["sales_supervisor"]).action_grade_set("A", "asked for a price")
        self.assertEqual(lead.merchant_grade, "A")
        self.assertLess(self.days(lead), 19, "the clock follows")
        row = self.ledger(lead).sorted("seq")[-1]
        self.assertEqual((row.event, row.reason), ("grade", "C → A: asked for a price"))
        self.assertIn("C → A", lead.message_ids[0].body)

    def test_a_supervisor_does_not_grade_his_own(self):
        lead = self.make_pooled()
        self.pool.member_ids = [(0, 0, {"user_id": self.users["sales_supervisor"].id})]
        self.claim(lead, self.users["sales_supervisor"])
        with self.assertRaises(AccessError):
            lead.with_user(self.users["sales_supervisor"]).action_grade_set("B", "x")
        lead.with_user(self.manager).action_grade_set("B", "x")
