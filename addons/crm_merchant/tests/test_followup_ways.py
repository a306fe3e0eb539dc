from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .customer_common import CustomerCase
from .test_followup import GOOD, OTHER, FollowupCase
from .test_pool_recycle import START


@tagged("post_install", "-at_install")
class TestFollowupWays(FollowupCase, CustomerCase):
    """Each pool chooses which ways of following up keep its records."""

    def test_a_way_that_does_not_count_keeps_nothing(self):
        self.pool.counts_message = False
        lead = self.make_held(grade="A")
        before = lead.recycle_deadline
        answer = self.note(lead, kind="message")
        self.assertFalse(answer["is_effective"])
        self.assertEqual(self.last(lead).verdict, "way")
        self.assertEqual((lead.recycle_deadline, lead.last_followup_at), (before, False))
        self.assertTrue(self.note(lead, content=OTHER, kind="call")["is_effective"])
        self.assertGreater(lead.recycle_deadline, before)

    def test_a_fact_too_and_nobody_rewrites_it(self):
        self.pool.counts_mail = False
        lead = self.make_held(grade="A")
        fact = lead.with_user(self.rep)._followup_fact("mail", "Offer", self.env.company, moment=START)
        self.assertEqual((fact.is_effective, fact.verdict, lead.last_followup_at), (False, "way", False))
        self.assertFalse(fact.with_user(self.rep)._may_correct())
        fact = lead.with_user(self.rep)._followup_fact("visit", "Visit", self.env.company.currency_id, moment=START)
        self.assertTrue(fact.is_effective)

    def test_correcting_asks_the_pool_again(self):
        lead = self.make_held(grade="A")
        self.note(lead, content="已联系", kind="message", moment=START)
        self.assertEqual(self.last(lead).verdict, "short")
        self.pool.counts_message = False
        self.env.cr.execute("UPDATE crm_followup SET create_date = now() AT TIME ZONE 'UTC'")
        self.env.invalidate_all()
        self.last(lead).with_user(self.rep).action_correct(GOOD, "寄样件", fields.Date.add(fields.Date.today(), days=7))
        self.assertEqual((self.last(lead).verdict, lead.last_followup_at), ("way", False))

    def test_who_waits_has_his_answer(self):
        self.env.company.first_response_active = True
        self.pool.counts_mail = False
        lead = self.make_held(grade="A")
        self.assertTrue(lead.first_response_deadline)
        self.note(lead, kind="mail", moment=START + timedelta(minutes=30))
        self.assertEqual(lead.first_response_at, START + timedelta(minutes=30))

    def test_the_pool_of_the_customer_decides_over_the_customer(self):
        customer = self.make_held_customers()
        other = self.pool.copy({"name": "South", "region_ids": [(6, 0, self.south.ids)], "counts_call": False})
        other._through_door("recycle_active").write({"recycle_active": True})
        lead = self.make_leads(user_id=self.rep.id, state_id=self.guangdong.id, partner_id=customer.id)
        self.assertEqual(lead.pool_id, other)
        moment = START + timedelta(days=2)
        self.note(lead, moment=moment)
        self.assertEqual((lead.last_followup_at, customer.last_followup_at), (False, moment))
        # and the other way round
        self.pool.counts_visit = False
        self.note(lead, content=OTHER, kind="visit", moment=moment + timedelta(days=1))
        self.assertEqual((lead.last_followup_at, customer.last_followup_at), (moment + timedelta(days=1), moment))
        # a contact is in no pool: his company's decides
        answer = self.note(
            customer.child_ids[:1], content="总工程师出差，周三回来再谈夹具方案", kind="visit", moment=moment
        )
        self.assertFalse(answer["is_effective"])

    @mute_logger("odoo.sql_db")
    def test_something_counts(self):
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.pool.write({name: False for name in self.pool._fields if name.startswith("counts_")})
            self.env.flush_all()
