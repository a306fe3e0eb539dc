from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_project_delivery.hooks import uninstall_hook


@tagged("post_install", "-at_install")
class TestUninstallHook(TransactionCase):
    def test_roles_lose_what_this_addon_gave_them(self):
        role = self.env.ref("crm_merchant.group_field_engineer")
        right = self.env.ref("project.group_project_user")
        self.assertIn(right, role.all_implied_ids)
        self.env["crm.contract"]._next_number(self.env.company)
        counters = self.env.ref("crm_project_delivery.sequence_crm_contract").date_range_ids
        self.assertTrue(counters)
        names = [f"ir_sequence_{counter.sequence_id.id:03d}_{counter.id:03d}" for counter in counters]
        uninstall_hook(self.env)
        self.assertNotIn(right, role.all_implied_ids)
        self.assertFalse(counters.exists())
        self.env.cr.execute("SELECT count(*) FROM pg_class WHERE relkind = 'S' AND relname = ANY(%s)", [names])
        self.assertEqual(self.env.cr.fetchone(), (0,))
