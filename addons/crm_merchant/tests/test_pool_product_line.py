from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_pool_recycle import START, RecycleCase


@tagged("post_install", "-at_install")
class TestPoolProductLine(RecycleCase):
    """Days without follow-up that hang on the product line of a lead."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        categories = cls.env["product.category"]
        cls.presses, cls.other = categories.create([{"name": "压铸机"}, {"name": "备件"}])
        cls.small = categories.create({"name": "小型压铸机", "parent_id": cls.presses.id})
        cls.tiny = categories.create({"name": "微型压铸机", "parent_id": cls.small.id})
        cls.row = cls.env["crm.pool.product.line"].create(
            {
                "pool_id": cls.pool.id,
                "product_line_id": cls.presses.id,
                "recycle_days_a": 5,
                "recycle_days_b": 90,
                "recycle_days_c": 0,
            }
        )

    def made(self, line, grade="A"):
        return self.days(self.make_held(grade=grade, merchant_product_line_id=line and line.id))

    def test_the_nearest_line_decides(self):
        self.assertEqual(self.made(None), 15)
        self.assertEqual(self.made(self.other), 15)
        self.assertIn(self.made(self.presses), range(5, 9))
        self.assertIn(self.made(self.tiny), range(5, 9))
        self.assertGreaterEqual(self.made(self.presses, "B"), 90)
        self.row.copy({"product_line_id": self.small.id, "recycle_days_a": 11})
        self.assertIn(self.made(self.tiny), range(11, 15))
        self.assertIn(self.made(self.presses), range(5, 9))
        # none without follow-up; the other rules go on
        self.assertGreaterEqual(self.made(self.presses, "C"), 180)

    def test_another_line_moves_the_clock_and_leaves_a_trace(self):
        lead = self.make_held(grade="A").with_context(tracking_disable=False)
        self.env.cr.flush()  # what is made without tracking is not tracked before the next commit
        with freeze_time(START + timedelta(days=1)):
            lead.with_user(self.rep).merchant_product_line_id = self.presses
        self.assertIn(self.days(lead), range(5, 9))
        self.env.cr.flush()
        lead.invalidate_recordset()
        fields = lead.message_ids.sudo().tracking_value_ids.field_id.mapped("name")
        self.assertIn("merchant_product_line_id", fields)

    def test_recycled_and_rehearsed_alike(self):
        lead, other = self.make_held(2, grade="A")
        lead.merchant_product_line_id = self.small
        self.env.flush_all()
        with freeze_time(START + timedelta(days=12)):
            replay = (lead | other)._recycle_replay(self.pool, START, START + timedelta(days=12))
        self.assertEqual((replay[lead.id].rule, replay[lead.id].days), ("no_followup", 5))
        self.assertFalse(replay[other.id].rule)
        self.recycle(START + timedelta(days=12))
        self.assertEqual((lead.pool_state, other.pool_state), ("pooled", "owned"))
        self.assertIn("5", self.ledger(lead).sorted("seq")[-1].reason)

    def test_a_copied_pool_has_them_too(self):
        self.assertEqual(self.pool.copy().product_line_ids.product_line_id, self.presses)

    def test_wrong_persons(self):
        pool = self.env["crm.pool"].create({"name": "South", "region_ids": [(6, 0, self.south.ids)]})
        row = self.row.copy({"pool_id": pool.id})
        for role in ("sales_rep", "sales_supervisor", "sales_director", "region_manager"):
            user = self.users[role]
            for attack in (
                lambda user: row.with_user(user).write({"recycle_days_a": 999}),
                lambda user: row.with_user(user).unlink(),
                lambda user: row.with_user(user).create({"pool_id": pool.id, "product_line_id": self.other.id}),
            ):
                with self.subTest(role), self.assertRaises(AccessError):
                    attack(user)
        mine = self.row.with_user(self.manager)
        mine.recycle_days_a = 6
        with self.assertRaises(UserError):
            mine.pool_id = pool

    def test_queries_at_one_and_fifty(self):
        self.pool.holding_limit = 0
        costs = {}
        for count in (1, 50):
            leads = self.make_held(count, grade="A", merchant_product_line_id=self.small.id)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            leads._pool_plan()
            costs[count] = self.env.cr.sql_log_count - before
        self.assertLessEqual(costs[50], costs[1], costs)
