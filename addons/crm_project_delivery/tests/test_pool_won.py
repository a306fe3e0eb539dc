from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common import DeliveryCase

# Tuesdays, 10 o'clock in Shanghai
ORDERED = datetime(2026, 3, 3, 2, 0, 0)
COMPLETED = ORDERED + timedelta(days=28)


@tagged("post_install", "-at_install")
class TestPoolWon(DeliveryCase):
    """A pool with days of its own after the last deal counts them from the end of the contract."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        pool = cls.env["crm.pool"].create({"name": "East", "recycle_days_won": 30})
        pool.action_recycle_on()
        with freeze_time(ORDERED):
            cls.customer._pool_move("enter", {cls.env["res.users"]: cls.customer}, "", pool=pool)
            cls.customer._pool_move("claim", {cls.rep: cls.customer}, "")
            cls.contract = cls._contract(user=cls.rep)

    def complete(self):
        with freeze_time(COMPLETED):
            for milestone in self.contract.milestone_ids:
                self._accept(milestone)
            for line in self.contract.plan_line_ids:
                self._pay(self._invoice(line))
        self.assertEqual(self.contract.state, "completed")

    def due(self):
        """Day of the deadline, from the order, and its rule."""
        moment, rule, _days = self.customer._pool_deadlines()[self.customer.id]
        return (moment - ORDERED).days, rule

    def test_from_the_end_of_the_contract(self):
        # the 30th day is a Thursday
        self.assertEqual(self.due(), (30, "after_deal"), "a contract that runs keeps him by itself")
        self.complete()
        self.assertEqual(self.contract.completed_at, COMPLETED)
        self.assertEqual(self.due(), (58, "after_deal"))
        self.contract._contract_transition("reopen")
        self.assertEqual(self.due(), (30, "after_deal"))

    def test_rehearsed_alike(self):
        self.complete()
        now = ORDERED + timedelta(days=50)
        with freeze_time(now):
            self.assertFalse(
                self.customer._recycle_replay(self.customer.pool_id, COMPLETED, now)[self.customer.id].rule
            )
        now = ORDERED + timedelta(days=60)
        with freeze_time(now):
            outcome = self.customer._recycle_replay(self.customer.pool_id, COMPLETED, now)[self.customer.id]
        self.assertEqual((outcome.rule, outcome.days), ("after_deal", 30))

    def test_queries_at_one_and_fifty(self):
        self.complete()
        costs = {}
        for count in (1, 50):
            customers = self.customer | self.customer.create(
                [{"name": f"客户{number}", "is_company": True} for number in range(count - 1)]
            )
            orders = self.env["sale.order"].create([{"partner_id": customer.id} for customer in customers])
            orders.action_confirm()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(customers.sudo()._pool_deal_ends()), count)
            costs[count] = self.env.cr.sql_log_count - before
        self.assertLessEqual(costs[50], costs[1], costs)
