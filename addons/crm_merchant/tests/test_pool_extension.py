from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .customer_common import CustomerCase
from .test_pool_recycle import START


@tagged("post_install", "-at_install")
class TestPoolExtension(CustomerCase):
    """A holder asks for more days, the administrator of the pool grants them up to its limit."""

    def setUp(self):
        super().setUp()
        self.pool.extension_limit = 20
        self.admin = self.users["region_manager"]

    def ask(self, record, days=10, reason="客户在走内部流程", user=None):
        with freeze_time(START):
            return record.with_user(user or self.rep).action_pool_extension_ask(days, reason)

    def grant(self, record, days=10, reason="同意", user=None):
        with freeze_time(START):
            return record.with_user(user or self.admin).action_pool_extend(days, reason)

    def asked(self, record):
        kind = self.env.ref("crm_merchant.mail_activity_pool_extension")
        return record.sudo().activity_ids.filtered(lambda todo: todo.activity_type_id == kind)

    def test_asked_granted_and_in_the_ledger(self):
        for record in (self.make_held(grade="A"), self.make_held_customers(grade="A")):
            with self.subTest(record._name):
                before = record.recycle_deadline
                self.ask(record)
                self.ask(record)
                self.assertEqual(self.asked(record).user_id, self.admin)
                self.assertEqual(record.recycle_deadline, before)
                self.grant(record)
                self.assertFalse(self.asked(record))
                self.assertGreaterEqual(record.recycle_deadline - before, timedelta(days=9))
                rows = self.rows(record)
                self.assertEqual(rows.mapped("event")[-3:], ["ask", "ask", "extend"])
                self.assertEqual((rows[-1].actor_uid, rows[-1].to_uid), (self.admin.id, self.rep.id))
                self.assertIn("+10: 同意", rows[-1].reason)

    def test_never_more_than_the_limit_in_all(self):
        lead = self.make_held(grade="A")
        self.grant(lead, 15)
        for days in (6, 0, -5):
            with self.subTest(days), self.assertRaises(UserError):
                self.grant(lead, days)
            with self.subTest(days), self.assertRaises(UserError):
                self.ask(lead, days)
        self.grant(lead, 5)
        self.assertEqual(lead.pool_extra_days, 20)
        self.pool.extension_limit = 0
        with self.assertRaisesRegex(UserError, "0"):
            self.ask(lead, 1)

    def test_the_wrong_people(self):
        lead = self.make_held(grade="A")
        for user in (self.rep, self.rep_2, self.users["sales_supervisor"]):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.grant(lead, user=user)
        for user in (self.rep_2, self.admin):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.ask(lead, user=user)
        with self.assertRaises(AccessError):
            lead.with_user(self.rep).write({"pool_extra_days": 100})
        for call in (self.ask, self.grant):
            with self.assertRaises(UserError):
                call(lead, reason=" ")
        # an administrator who holds a record asks another one
        mine = self.make_leads(user_id=self.admin.id)
        with self.assertRaises(AccessError):
            self.grant(mine)

    def test_the_next_holder_has_none(self):
        lead = self.make_held(grade="A")
        self.grant(lead)
        other = self.pool.copy({"name": "Other", "region_ids": [(6, 0, self.south.ids)]})
        self.pool.with_user(self.users["suite_admin"]).action_pool_empty(other.id, "closing")
        self.assertEqual((lead.pool_id, lead.pool_extra_days), (other, 10))
        lead.with_user(self.rep).action_pool_transfer(self.rep_2.id, "x")
        self.assertFalse(lead.pool_extra_days)

    def test_the_window_asks_or_grants(self):
        lead = self.make_held(grade="A")
        for user, own in ((self.rep, True), (self.admin, False)):
            window = self.env["crm.pool.extend"].with_user(user)
            window = window.with_context(active_model=lead._name, active_ids=lead.ids).create({"reason": "x"})
            self.assertEqual((window.is_own, window.days, window.days_left), (own, 7, self.pool.extension_limit))
            with freeze_time(START):
                self.assertTrue(window.action_apply()["params"]["message"])
        self.assertEqual(lead.pool_extra_days, 7)

    def test_the_window_says_what_is_left(self):
        leads = self.make_held(2, grade="A")
        self.grant(leads[0], self.pool.extension_limit - 3)
        for records, left in ((leads[1], self.pool.extension_limit), (leads, 3)):
            window = self.env["crm.pool.extend"].with_user(self.rep)
            window = window.with_context(active_model=leads._name, active_ids=records.ids).create({"reason": "x"})
            self.assertEqual(window.days_left, left)
        self.assertEqual(window.days, 3)
        self.grant(leads[0], 3)
        window = self.env["crm.pool.extend"].with_user(self.rep)
        window = window.with_context(active_model=leads._name, active_ids=leads.ids).create({"reason": "x"})
        self.assertEqual((window.days, window.days_left), (0, 0))
