from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.crm_merchant.tests.settings_common import settings_left_out

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestSuiteSettings(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.settings = cls.env["crm.suite.settings"].with_user(cls.users["suite_admin"])

    def test_saves(self):
        self.settings.create({"quote_letterhead": True, "approval_sum_days": 45}).execute()
        self.assertTrue(self.env.company.quote_letterhead)
        self.assertEqual(self.env.company.approval_sum_days, 45)
        rows = self.env["crm.settings.ledger"].search([], order="seq")
        self.assertEqual(rows.mapped("setting"), ["approval_sum_days", "quote_letterhead"])
        with self.assertRaises(UserError):
            self.settings.create({"approval_sum_days": -1}).execute()

    def test_switch(self):
        form = self.settings.create({})
        self.assertTrue(form.approval_quote_active)
        action = form.action_approval_switch()
        self.assertEqual(action["res_model"], "crm.approval.switch")
        with self.assertRaises(AccessError):
            self.env["crm.suite.settings"].with_user(self.rep).new({}).action_approval_switch()

    def test_every_setting_is_there(self):
        self.assertFalse(settings_left_out(self.env, ["crm_merchant", "crm_quote_approval"]))
        arch = self.settings.get_view(view_type="form")["arch"]
        for name in self.settings._suite_company_fields():
            self.assertIn(f'name="{name}"', arch)

    def test_what_i_decided_newest_first(self):
        action = self.env.ref("crm_quote_approval.action_crm_approval_task_done")
        views = {line.view_mode: line.view_id for line in action.view_ids}
        for mode in ("list", "kanban"):
            arch = self.env["crm.approval.task"].get_view(views[mode].id, mode)["arch"]
            self.assertIn('default_order="decided_at desc, id desc"', arch)
