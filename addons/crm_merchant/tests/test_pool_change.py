from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .customer_common import CustomerCase


@tagged("post_install", "-at_install")
class TestPoolChange(CustomerCase):
    """From pool to pool, leads and customers alike."""

    def test_from_pool_to_pool(self):
        target = self.pool.copy({"name": "Target", "region_ids": False, "member_ids": [], "admin_ids": False})
        self.pool.freeze_days = target.freeze_days = 3
        customers, leads = self.make_pooled_customers(2), self.make_pooled(12)
        held = self.make_held_customers()
        manager = self.users["region_manager"]
        for records in (customers, leads):
            for role in ("sales_rep", "sales_supervisor", "marketing", "hq_commerce"):
                with self.subTest(role), self.assertRaises(AccessError), self.env.cr.savepoint():
                    records.with_user(self.users[role]).action_pool_change(target.id, "x")
            with self.assertRaises(UserError), self.env.cr.savepoint():
                records.with_user(manager).action_pool_change(target.id, " ")
            records.with_user(manager).action_pool_change(target.id, "new office")
            self.assertEqual(records.pool_id, target)
            self.assertEqual(set(records.mapped("pool_state")), {"pooled"})
            row = self.rows(records[0])[-1]
            self.assertEqual((row.event, row.pool_ref), ("move", target.id))
            self.assertIn("new office", row.reason)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            held.with_user(manager).action_pool_change(target.id, "x")
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            customers.with_user(manager).action_pool_change(self.pool.id, "back: not his pool any more")
        wizard = self.env["crm.pool.change"].with_user(self.users["suite_admin"])
        wizard = wizard.with_context(active_model="crm.pool", active_ids=target.ids)
        wizard = wizard.create({"pool_id": self.pool.id, "reason": "closed"})
        self.assertEqual(wizard.record_count, 14)
        wizard.action_move()
        self.assertEqual((customers.pool_id, leads.pool_id), (self.pool, self.pool))

    def test_a_pool_that_holds_something_is_not_archived(self):
        target = self.pool.copy({"name": "Target", "region_ids": False})
        lying, held, customer = self.make_pooled(2), self.make_held(), self.make_held_customers()
        lost = self.make_held()
        lost.action_set_lost()
        held.with_user(self.rep).action_pool_lock()
        admin = self.users["suite_admin"]
        pool = self.pool.with_user(admin)
        for call in (pool.action_archive, lambda: pool.write({"active": False})):
            with self.assertRaisesRegex(UserError, "2 .*3 "), self.env.cr.savepoint():
                call()
        for role in ("sales_rep", "sales_supervisor", "hq_commerce"):
            with self.subTest(role), self.assertRaises(AccessError), self.env.cr.savepoint():
                self.pool.with_user(self.users[role]).action_pool_empty(target.id, "x")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            pool.action_pool_empty(target.id, " ")
        wizard = self.env["crm.pool.change"].with_user(admin).with_context(active_model="crm.pool", active_ids=pool.ids)
        wizard = wizard.create({"pool_id": target.id, "reason": "closed"})
        self.assertEqual(wizard.record_count, 5)
        wizard.action_move()
        self.assertEqual((lying | held | lost).pool_id | customer.pool_id, target)
        self.assertEqual((held.user_id, held.pool_state, held.pool_locked), (self.rep, "owned", True))
        self.assertEqual((customer.user_id, customer.pool_state), (self.rep, "owned"))
        pool.action_archive()
        self.assertFalse(self.pool.active)
        self.assertFalse(target.copy({"name": "Empty", "active": False}).active)

    def test_rows_of_a_pool_stay_in_it(self):
        """A region manager administers one pool; with its rows he must not reach into another."""
        manager = self.users["region_manager"]
        other = self.pool.copy({"name": "Other", "admin_ids": False, "member_ids": []})
        member = self.pool.member_ids[0]
        exemption = self.env["crm.pool.exemption"].create({"pool_id": self.pool.id, "subject": "grade", "value": "A"})
        for row in (member, exemption):
            for user in (manager, self.users["suite_admin"]):
                with self.subTest(row._name), self.assertRaises(UserError), self.env.cr.savepoint():
                    row.with_user(user).write({"pool_id": other.id})
        foreign = self.env["crm.pool.exemption"].create({"pool_id": other.id, "subject": "grade", "value": "B"})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.pool.with_user(manager).write({"exemption_ids": [(4, foreign.id)]})
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.env["crm.pool.exemption"].with_user(manager).create(
                {"pool_id": other.id, "subject": "grade", "value": "A"}
            )
        exemption.with_user(manager).write({"value": "B", "pool_id": self.pool.id})
