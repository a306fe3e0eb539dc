from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import MerchantCase
from .settings_common import settings_left_out

OTHERS = ("sales_rep", "region_manager", "sales_director", "general_manager")


@tagged("post_install", "-at_install")
class TestSuiteSettings(MerchantCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.users["suite_admin"]
        cls.company = cls.env.company
        cls.settings = cls.env["crm.suite.settings"].with_user(cls.admin)
        cls.ledger = cls.env["crm.settings.ledger"]

    def rows(self):
        return self.ledger.search([("res_id", "=", self.company.id)], order="seq")

    def test_admin_is_no_system_user(self):
        self.assertFalse(self.admin.has_group("base.group_system"))
        with self.assertRaises(AccessError):
            self.company.with_user(self.admin).write({"first_response_number": 9})

    def test_shows_what_is(self):
        self.company.first_response_number = 7
        self.assertEqual(self.settings.create({}).first_response_number, 7)

    def test_saves_and_notes_what_changed(self):
        self.company.write({"first_response_number": 24, "merchant_leaver_mode": False})
        self.settings.create({"first_response_number": 8, "merchant_leaver_mode": "superior"}).execute()
        self.assertEqual(self.company.first_response_number, 8)
        self.assertEqual(self.company.merchant_leaver_mode, "superior")
        rows = self.rows()
        self.assertEqual(rows.mapped("setting"), ["first_response_number", "merchant_leaver_mode"])
        self.assertEqual(rows.mapped("value_before"), ["24", ""])
        self.assertEqual(rows[0].value_after, "8")
        self.assertTrue(rows[1].value_after)
        self.assertEqual(set(rows.mapped("actor_uid")), {self.admin.id})
        self.assertFalse(self.ledger._ledger_broken())

    def test_nothing_changed_nothing_noted(self):
        self.settings.create({}).execute()
        self.assertFalse(self.rows())

    def test_parameter(self):
        self.settings.create({"duplicate_checks_per_hour": 5}).execute()
        value = self.env["ir.config_parameter"].get_param("crm_merchant.duplicate_checks_per_hour")
        self.assertEqual(value, "5")
        self.assertEqual(self.rows().mapped("value_before"), ["60"])

    def test_others_are_refused(self):
        form = self.settings.create({"first_response_number": 8})
        portal = self.env["res.users"].create(
            {"name": "Customer", "login": "settings_customer", "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)]}
        )  # fmt: skip
        for user in [*(self.users[role] for role in OTHERS), portal]:
            other = self.env["crm.suite.settings"].with_user(user)
            with self.subTest(user.login):
                for attempt in (
                    lambda other=other: other.create({"first_response_number": 1}),
                    lambda other=other: other.default_get(["first_response_number"]),
                    lambda other=other: other.browse(form.id).write({"first_response_number": 1}),
                    lambda other=other: other.browse(form.id).read(["first_response_number"]),
                    lambda other=other: other.browse(form.id).execute(),
                    lambda other=other: other.browse(form.id).with_context(default_company_id=1).execute(),
                    lambda other=other: other.action_open_changes(),
                    lambda user=user: self.ledger.with_user(user).search([]).read(),
                ):
                    with self.assertRaises(AccessError):
                        attempt()
        self.assertNotEqual(self.company.first_response_number, 8)

    def test_nobody_writes_the_ledger(self):
        self.settings.create({"first_response_number": 8}).execute()
        rows = self.rows().with_user(self.admin)
        self.assertEqual(rows.mapped("value_after"), ["8"])
        for attempt in (
            lambda: rows.write({"value_after": "9"}),
            lambda: rows.unlink(),
            lambda: rows.create({"setting": "x", "res_model": "res.company", "res_id": 1}),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_only_the_closed_list_is_written(self):
        name = self.company.name
        for forged in ("name", "vat", "report.url", "x"):
            with self.subTest(forged), self.assertRaises(ValueError):
                self.settings.create({forged: "forged"})
        form = self.settings.with_context(default_name="forged").create({"first_response_number": 8})
        form.execute()
        self.assertEqual(self.company.name, name)

    def test_foreign_company(self):
        other = self.env["res.company"].create({"name": "Another"})
        with self.assertRaises(AccessError):
            self.settings.create({"company_id": other.id, "first_response_number": 8})
        form = self.settings.create({"first_response_number": 8})
        with self.assertRaises(AccessError):
            form.with_company(other).execute()
        # who works in both must not save what he saw of the one into the other
        self.admin.company_ids += other
        with self.assertRaises(UserError):
            form.with_company(other).execute()
        self.assertNotEqual(other.first_response_number, 8)

    def test_form_of_another_administrator(self):
        second = self.admin.copy({"login": "second_admin"})
        form = self.env["crm.suite.settings"].with_user(second).create({"first_response_number": 8})
        with self.assertRaises(AccessError):
            form.with_user(self.admin).execute()

    def test_values_that_make_no_sense(self):
        stranger = self.users["sales_rep"].copy({"login": "stranger"})
        other = self.env["res.company"].create({"name": "Another"})
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        for vals in (
            {"first_response_number": 0},
            {"first_response_number_a": 99999},
            {"followup_alike_percent": 101},
            {"merchant_rehearsal_days": 0},
            {"duplicate_checks_per_hour": 0},
            {"merchant_leaver_mode": "successor", "merchant_leaver_successor_id": stranger.id},
        ):
            with self.subTest(vals), self.assertRaises(UserError):
                self.settings.create(vals).execute()
        self.assertFalse(self.rows())

    def test_every_setting_is_there(self):
        self.assertFalse(settings_left_out(self.env, ["crm_merchant"]))

    def test_screen(self):
        action = self.env.ref("crm_merchant.action_crm_suite_settings")
        arch = self.settings.get_view(view_type="form")["arch"]
        for name in self.settings._suite_values():
            self.assertIn(f'name="{name}"', arch)
        visible = self.env["ir.ui.menu"].with_user(self.admin)._visible_menu_ids()
        menu = self.env.ref("crm_merchant.menu_crm_suite_settings")
        self.assertEqual(menu.action, action)
        self.assertIn(menu.id, visible)
        self.assertNotIn(menu.id, self.env["ir.ui.menu"].with_user(self.users["region_manager"])._visible_menu_ids())
