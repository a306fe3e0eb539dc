from datetime import date

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_project_delivery.tests.common import DeliveryCase


@tagged("post_install", "-at_install")
class TestAssets(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.product_tmpl_id.write({"service_is_equipment": True, "service_warranty_months": 18})
        cls.assets = cls.env["service.asset"]

    def _accepted(self, quantity=1, warranty=0, product=None):
        order = self._order(confirm=False)
        order.order_line.product_uom_qty = quantity
        if product:
            order.order_line = [Command.create({"product_id": product.id, "product_uom_qty": 3})]
        order.action_confirm()
        contract = self._contract(order, signed=False)
        contract.service_warranty_months = warranty
        contract.with_user(self.commerce).action_sign()
        for milestone in contract.milestone_ids:
            self._accept(milestone)
        return contract

    @freeze_time("2026-03-02 02:00:00")
    def test_acceptance_makes_one_record_a_unit(self):
        contract = self._accepted(quantity=3)
        made = contract.service_asset_ids
        self.assertEqual(len(made), 3)
        self.assertEqual(sorted(made.mapped("unit_no")), [1, 2, 3])
        asset = made[0]
        self.assertEqual(asset.partner_id, self.customer)
        self.assertEqual(asset.site_partner_id, contract.order_id.partner_shipping_id)
        self.assertEqual(asset.milestone_id.delivery_kind, "acceptance")
        self.assertEqual((asset.date_accepted, asset.date_warranty_end), (date(2026, 3, 2), date(2027, 9, 1)))
        self.assertTrue(asset.under_warranty)
        self.assertEqual(asset.company_id, contract.company_id)
        self.assertEqual(contract.service_asset_count, 3)
        self.assertEqual(contract.project_id.service_asset_count, 3)
        self.assertEqual(self.assets.search_count([("under_warranty", "=", True), ("id", "in", made.ids)]), 3)

    @freeze_time("2026-03-02 02:00:00")
    def test_warranty_of_the_contract_comes_first(self):
        self.assertEqual(self._accepted(warranty=24).service_asset_ids.warranty_months, 24)
        self.product.product_tmpl_id.service_warranty_months = 0
        self.company.service_warranty_months = 6
        self.assertEqual(self._accepted().service_asset_ids.date_warranty_end, date(2026, 9, 1))

    def test_only_the_acceptance_makes_them(self):
        contract = self._contract()
        for milestone in contract.milestone_ids:
            self.assertFalse(contract.service_asset_ids)
            self._accept(milestone)
        self.assertTrue(contract.service_asset_ids)

    def test_a_contract_without_acceptance_ends_with_its_last_milestone(self):
        contract = self._contract()
        contract.milestone_ids.delivery_kind = "other"
        first, *others = contract.milestone_ids
        for milestone in others:
            self._accept(milestone)
        self.assertFalse(contract.service_asset_ids)
        self._accept(first)
        self.assertTrue(contract.service_asset_ids)

    def test_accepting_again_makes_nothing_new(self):
        contract = self._accepted(quantity=2)
        made = contract.service_asset_ids
        made[0].serial_number = "SN-1"
        made[1].active = False
        milestone = made.milestone_id
        milestone.with_user(self.manager).action_reopen()
        milestone.with_user(self.manager).action_accept()
        self.assets._register_accepted(milestone)
        self.assertEqual(contract.with_context(active_test=False).service_asset_ids, made)
        self.assertEqual(made[0].serial_number, "SN-1")

    def test_the_database_refuses_a_second_record_of_a_unit(self):
        made = self._accepted().service_asset_ids
        vals = self.assets._prepare_service_asset_vals(made.milestone_id, made.order_line_id, 1, 1)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.assets.sudo()._through_door("milestone_id", "order_line_id", "unit_no").create([vals])

    def test_what_is_no_equipment_gets_no_record(self):
        contract = self._accepted(product=self._product("调试服务"))
        self.assertEqual(contract.service_asset_ids.product_id, self.product)

    def test_many_units_are_one_record(self):
        made = self._accepted(quantity=500).service_asset_ids
        self.assertEqual(made.mapped("quantity"), [500])

    def test_what_acceptance_wrote_is_guarded(self):
        made = self._accepted().service_asset_ids
        agent = self.users["service_agent"]
        milestone = self.env["project.milestone"].search([], limit=1)
        for vals in ({"unit_no": 7}, {"order_line_id": False}, {"milestone_id": milestone.id}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                made.with_user(agent).write(vals)
            with self.subTest(create=vals), self.assertRaises(AccessError):
                self.assets.with_user(agent).create([{"name": "x", "partner_id": self.customer.id, "unit_no": 7}])
        copied = made.copy()
        self.assertFalse(copied.order_line_id or copied.unit_no or copied.milestone_id)
        sneaked = self.assets.with_context(default_unit_no=9).create([{"name": "x", "partner_id": self.customer.id}])
        self.assertFalse(sneaked.unit_no)

    def test_the_warranty_freezes_with_the_contract(self):
        contract = self._contract()
        with self.assertRaises(UserError):
            contract.with_user(self.commerce).write({"service_warranty_months": 99})
