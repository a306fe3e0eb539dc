from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from .customer_common import CustomerCase
from .test_pool_recycle import START


def day(number):
    return START + timedelta(days=number)


@tagged("post_install", "-at_install")
class TestPoolWon(CustomerCase):
    """Days of their own for who has bought; his orders are done, else they would keep him by themselves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.classPatch(type(cls.env["res.partner"]), "_get_open_order_domain", lambda _self: Domain.FALSE)
        cls.pool.recycle_days_won = 30

    def test_from_the_last_order(self):
        self.pool.recycle_days_won = 90
        customer = self.make_held_customers()
        self.assertEqual(self.days(customer), 62, "never bought: as by grade")
        self.buy(customer.child_ids, day(7))
        self.buy(customer, day(40))
        self.buy(customer, day(20))
        self.recycle_customers(day(128))
        self.assertEqual(customer.pool_state, "owned")
        self.assertIn(self.days(customer), range(130, 134))
        self.recycle_customers(day(135))
        self.assertEqual(customer.pool_state, "pooled")
        self.assertEqual(self.rows(customer)[-1].reason, customer._pool_recycle_reason("after_deal", 90))
        self.assertIn("90", self.rows(customer)[-1].reason)

    def test_fewer_days_hold_from_the_order_on(self):
        customer = self.make_held_customers()
        self.buy(customer, day(7))
        self.assertEqual(self.days(customer), 37)

    def test_a_later_follow_up_counts(self):
        customer = self.make_held_customers()
        self.buy(customer, day(7))
        customer._followup_done(day(20))
        self.assertEqual(self.days(customer), 50)

    def test_whatever_the_grade(self):
        self.pool.recycle_days_c = 0
        for grade in "ABC":
            customer = self.make_held_customers(grade=grade)
            self.buy(customer, day(7))
            self.assertEqual(self.days(customer), 37, grade)

    def test_zero_keeps_the_days_of_the_grade(self):
        self.pool.recycle_days_won = 0
        customer = self.make_held_customers()
        with patch.object(type(customer), "_pool_deal_ends", side_effect=AssertionError("asked for nothing")):
            self.buy(customer, day(7))
            customer._pool_plan()
            self.assertEqual(self.days(customer), 62)
            self.assertFalse(customer._recycle_replay(self.pool, START, day(50))[customer.id].rule)

    def test_who_never_bought(self):
        self.pool.recycle_days_c = 300
        customer, quoted = self.make_held_customers(2)
        self.buy(quoted, day(7), confirm=False)
        lead = self.make_held()
        for record in (customer, quoted):
            self.assertIn(self.days(record), range(60, 64), "no opportunity")
        self.assertIn(self.days(lead), range(180, 184), "no deal")

    def test_a_former_deal_under_a_new_holder(self):
        with freeze_time(day(-100)):
            customer = self.make_pooled_customers()
        self.buy(customer, day(-90))
        with freeze_time(START):
            self.claim_customers(customer)
        self.assertEqual(self.days(customer), 30)

    def test_a_won_lead(self):
        lead = self.make_held()
        with freeze_time(day(7)):
            lead.action_set_won()
        lead._pool_plan()
        self.assertEqual(self.days(lead), 37)
        self.recycle(day(60))
        self.assertEqual(lead.pool_state, "owned", "what is won stays")

    def test_rehearsed_alike(self):
        early, late, none = customers = self.make_held_customers(3)
        self.buy(early, day(7))
        self.buy(late, day(7))
        late._followup_done(day(30))
        self.buy(late, day(36))
        with freeze_time(day(64)):
            replay = customers._recycle_replay(self.pool, START, day(64))
        rules = {record.id: (replay[record.id].rule, replay[record.id].days) for record in customers}
        self.assertEqual(rules, {early.id: ("after_deal", 30), late.id: ("", 0), none.id: ("no_followup", 60)})
        self.recycle_customers(day(64))
        self.assertEqual(customers.mapped("pool_state"), ["pooled", "owned", "pooled"])

    def test_wrong_persons(self):
        for role in ("sales_rep", "sales_supervisor", "marketing", "sales_director"):
            with self.subTest(role), self.assertRaises(AccessError), self.env.cr.savepoint():
                self.pool.with_user(self.users[role]).write({"recycle_days_won": 999})
        self.pool.with_user(self.manager).recycle_days_won = 60
        for days in (-1, 3651):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                self.pool.recycle_days_won = days
                self.env.flush_all()
