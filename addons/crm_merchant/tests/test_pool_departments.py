from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import MerchantCase


@tagged("post_install", "-at_install")
class TestPoolDepartments(MerchantCase):
    def setUp(self):
        super().setUp()
        self.sales, self.inner = self.env["hr.department"].create([{"name": "Sales"}, {"name": "Key Accounts"}])
        self.inner.parent_id = self.sales
        self.joins = self.users["sales_supervisor"]
        self.joins.employee_ids.department_id = self.inner
        self.rep.employee_ids.department_id = self.sales

    def people(self):
        return self.pool.member_ids.user_id

    def test_people_of_departments_and_below_are_members(self):
        by_hand = self.pool.member_ids
        self.pool.department_ids = self.sales
        self.assertEqual(self.people(), self.rep | self.rep_2 | self.joins)
        row = self.pool.member_ids - by_hand
        self.assertEqual((row.user_id, row.department_id), (self.joins, self.inner))
        lead = self.make_pooled()
        self.env["crm.pool.lead"].with_user(self.joins).browse(lead.id).action_pool_claim()
        self.assertEqual(lead.user_id, self.joins)

    def test_joining_and_leaving(self):
        self.pool.department_ids = self.sales
        self.joins.employee_ids.department_id = False
        self.users["marketing"].employee_ids.department_id = self.inner
        self.rep.employee_ids.department_id = False
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_options: True):
            self.env["crm.pool"]._cron_recycle()
        self.assertEqual(self.people(), self.rep | self.rep_2 | self.users["marketing"])
        self.pool.department_ids = False
        self.assertEqual(self.people(), self.rep | self.rep_2)

    def test_who_is_archived_is_no_member(self):
        self.pool.department_ids = self.sales
        self.joins.active = False
        self.joins.employee_ids.active = False
        self.env["crm.pool"]._cron_departments()
        self.assertNotIn(self.joins, self.pool.with_context(active_test=False).member_ids.user_id)

    def test_nobody_writes_himself_into_a_department(self):
        with self.assertRaises(AccessError):
            self.pool.with_user(self.rep).department_ids = self.sales
        member = self.pool.member_ids[:1].with_user(self.users["suite_admin"])
        with self.assertRaises(UserError):
            member.department_id = self.sales

    def test_nothing_changes_when_nothing_changed(self):
        self.pool.department_ids = self.sales
        rows = self.pool.member_ids
        self.env.flush_all()
        self.env["crm.pool"]._cron_departments()
        with self.assertQueryCount(6):
            self.env["crm.pool"]._cron_departments()
        self.assertEqual(self.pool.member_ids, rows)
