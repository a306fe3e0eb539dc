from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import SQL

from .customer_common import CustomerCase
from .test_pool_recycle import START, RecycleCase


@tagged("post_install", "-at_install")
class TestPoolAdopt(RecycleCase):
    """What people held before the pool recycled."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool.action_recycle_off()
        # what other tests or the template left
        cls.env["crm.lead"].search([("user_id", "!=", False), ("pool_state", "=", False)]).action_archive()

    def given(self, **vals):
        """A lead that somebody else entered for the rep, years ago."""
        lead = self.make_leads(**{"user_id": self.rep.id, **vals})
        self.assertFalse(lead.pool_state)
        return lead

    def own(self):
        lead = (
            self.env["crm.lead"]
            .with_user(self.rep)
            .create({"name": "own", "type": "lead", "user_id": self.rep.id, "state_id": self.jiangsu.id})
        )
        return lead.sudo()

    def switch(self):
        with freeze_time(START):
            self.pool.with_user(self.manager).action_recycle_on()

    def test_adopted_with_a_clock_that_begins_now(self):
        lead = self.given()
        self.env.flush_all()
        self.env.cr.execute(
            SQL("UPDATE crm_lead SET last_followup_at = %s WHERE id = %s", START - timedelta(days=400), lead.id)
        )
        lead.invalidate_recordset()
        self.switch()
        self.assertEqual((lead.pool_id, lead.pool_state, lead.user_id), (self.pool, "owned", self.rep))
        self.assertGreaterEqual(self.days(lead), self.pool.recycle_days_c)
        row = self.ledger(lead)
        self.assertEqual((row.event, row.to_uid, row.actor_uid), ("assign", self.rep.id, self.manager.id))

    def test_own_entries_follow_the_rule_for_them(self):
        lead = self.own()
        self.switch()
        self.assertEqual(self.ledger(lead).event, "create")
        days = min(self.pool.recycle_days_c, self.pool.recycle_days_opportunity) + self.pool.created_days
        self.assertGreaterEqual(self.days(lead), days)

    def test_own_entries_may_be_left_alone(self):
        self.pool.created_rule = "none"
        lead, given = self.own(), self.given()
        self.switch()
        self.assertFalse(lead.pool_state)
        self.assertEqual(given.pool_state, "owned")

    def test_who_is_not_adopted(self):
        south = self.given(state_id=self.guangdong.id)
        won, lost = self.given(type="opportunity"), self.given(type="opportunity")
        won.action_set_won()
        lost.action_set_lost()
        gone = self.given(user_id=self.rep_2.id)
        self.rep_2.active = False
        nobody = self.make_leads()
        self.switch()
        self.assertFalse(any((south | won | lost | gone | nobody).mapped("pool_state")))

    def test_the_window_says_how_many(self):
        self.given()
        self.own()
        wizard = self.env["crm.pool.switch"].with_user(self.manager).create({"pool_id": self.pool.id})
        self.assertEqual(wizard.adopted_count, 2)
        wizard.action_on()
        self.assertIn("2", self.pool.message_ids[0].body)
        again = self.env["crm.pool.switch"].with_user(self.manager).create({"pool_id": self.pool.id})
        self.assertEqual((again.adopted_count, again.held_count), (0, 2))

    def test_nothing_of_it_before_the_switch(self):
        lead = self.given()
        self.assertFalse(lead.pool_id or lead.recycle_deadline)
        self.assertFalse(self.ledger(lead))

    def test_many_in_few_queries(self):
        costs = []
        for count in (1, 50):
            self.make_leads(count, user_id=self.rep.id)
            self.env.flush_all()
            batches = list(self.env["crm.lead"]._pool_adoptable(self.pool))
            self.assertEqual(sum(map(len, batches)), count)
            start = self.env.cr.sql_log_count
            batches[0]._pool_adopt(self.pool)
            self.env.flush_all()
            costs.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(costs[1], costs[0] + 15)


@tagged("post_install", "-at_install")
class TestCustomerAdopt(CustomerCase):
    """Customers that people looked after before the pool recycled."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool.action_recycle_off()
        # what other tests or the template left
        cls.env["res.partner"].search([("user_id", "!=", False), ("partner_share", "=", True)]).write(
            {"user_id": False}
        )
        cls.env["crm.lead"].search([("user_id", "!=", False), ("pool_state", "=", False)]).action_archive()

    def switch(self):
        with freeze_time(START):
            self.pool.with_user(self.manager).action_recycle_on()

    def test_adopted_as_leads_are(self):
        given = self.make_customers(user_id=self.rep.id)
        own = self.env["res.partner"].with_user(self.rep).create(
            {"name": "自建", "is_company": True, "user_id": self.rep.id, "state_id": self.jiangsu.id}
        ).sudo()  # fmt: skip
        lead = self.make_leads(user_id=self.rep.id, partner_id=given.id)
        wizard = self.env["crm.pool.switch"].with_user(self.manager).create({"pool_id": self.pool.id})
        self.assertEqual(wizard.adopted_count, 3)
        self.switch()
        self.assertEqual((given | own).mapped("pool_state"), ["owned", "owned"])
        self.assertEqual((given.pool_id, given.user_id, given.child_ids.user_id), (self.pool, self.rep, self.rep))
        self.assertGreaterEqual((given.recycle_deadline - START).days, self.pool.recycle_days_c)
        self.assertEqual((self.rows(given).event, self.rows(own).event), ("assign", "create"))
        self.assertEqual(self.rows(given).actor_uid, self.manager.id)
        self.assertEqual((lead.user_id, lead.pool_state), (self.rep, "owned"))
        self.assertFalse(given.child_ids.pool_state)

    def test_who_is_not_adopted(self):
        south = self.make_customers(user_id=self.rep.id, state_id=self.guangdong.id)
        gone = self.make_customers(user_id=self.rep_2.id)
        self.env.company.merchant_leaver_mode = False
        self.rep_2.active = False
        nobody = self.make_customers()
        person = self.env["res.partner"].create({"name": "张三", "user_id": self.rep.id, "state_id": self.jiangsu.id})
        vendor = self.make_customers(user_id=self.rep.id, supplier_rank=1)
        both = self.make_customers(user_id=self.rep.id, supplier_rank=1, customer_rank=1)
        own = self.env.company.partner_id
        own.write({"user_id": self.rep.id, "state_id": self.jiangsu.id})
        self.switch()
        self.assertFalse(any((south | gone | nobody | person | vendor | own).mapped("pool_state")))
        self.assertEqual(both.pool_state, "owned")

    def test_many_in_few_queries(self):
        costs = []
        for count in (1, 50):
            self.make_customers(count, user_id=self.rep.id)
            self.env.flush_all()
            batches = list(self.env["res.partner"]._pool_adoptable(self.pool))
            self.assertEqual(sum(map(len, batches)), count)
            start = self.env.cr.sql_log_count
            batches[0]._pool_adopt(self.pool)
            self.env.flush_all()
            costs.append(self.env.cr.sql_log_count - start)
        # Odoo's own write of a company asks for the contacts below each of its contacts
        self.assertLessEqual(costs[1], costs[0] + 49 + 15)
