from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestContractRoad(DeliveryCase):
    def test_order_to_money(self):
        order = self._order(user=self.rep)
        self.assertEqual(order.amount_total, 128000.00)
        action = order.with_user(self.rep).action_create_contract()
        contract = self.env["crm.contract"].browse(action["res_id"])
        self.assertRegex(contract.name, r"^HT20\d\d-\d{4}$")
        self.assertEqual(contract.state, "draft")
        self.assertEqual(contract.plan_line_ids.mapped("amount"), [38400, 76800, 12800])
        # a second press opens the same contract
        self.assertEqual(order.with_user(self.rep).action_create_contract()["res_id"], contract.id)

        contract.manager_id = self.manager
        contract.with_user(self.rep).action_sign()
        self.assertEqual(contract.state, "signed")
        self.assertEqual(contract.signed_by_id, self.rep)
        self.assertEqual(contract.milestone_ids.mapped("delivery_kind"), ["production", "installation", "acceptance"])
        self.assertEqual(contract.project_id.user_id, self.manager)
        self.assertEqual(order.project_id, contract.project_id)
        self.assertTrue(contract.project_id.allow_milestones)
        deposit, progress, rest = contract.plan_line_ids
        self.assertEqual((deposit.state, progress.state, rest.state), ("due", "planned", "planned"))
        self.assertEqual(deposit.due_date, contract.date_sign)

        invoice = self._invoice(deposit, post=False)
        self.assertEqual(invoice.amount_total, 38400.00)
        self.assertEqual(deposit.state, "due")
        invoice.action_post()
        self.assertEqual(deposit.state, "invoiced")
        self._pay(invoice)
        self.assertEqual((deposit.state, deposit.paid_amount), ("paid", 38400.00))
        self.assertEqual(contract.state, "running")
        self.assertEqual(contract.amount_paid, 38400.00)
        self.assertEqual(contract.activity_ids.user_id, self.rep)

        production, installation, acceptance = contract.milestone_ids
        self._accept(production)
        self.assertEqual(progress.state, "due")
        today = fields.Date.context_today(progress.with_user(self.manager))
        self.assertEqual(progress.due_date, today + timedelta(days=7))
        self._pay(self._invoice(progress))
        self._accept(installation)
        self._accept(acceptance)
        final = self._invoice(rest)
        self.assertEqual(final.amount_total, 12800.00)
        self.assertEqual(contract.state, "running")
        self._pay(final)
        self.assertEqual(contract.state, "completed")
        self.assertEqual(sum(contract.plan_line_ids.move_ids.mapped("amount_total")), 128000.00)
        self.assertEqual(order.invoice_status, "invoiced")

    def test_odd_amounts_to_the_cent(self):
        for lines in ([88.5, 0.01], [33.33, 33.33, 33.33], [99999.99], [1234.56, 777.77, 5.05]):
            with self.subTest(lines=lines):
                order = self._order(lines=lines)
                contract = self._contract(order)
                contract.plan_line_ids.filtered("milestone_id")._plan_apply(
                    {"event": "reached", "date": date.today(), "milestones": contract.milestone_ids}
                )
                for line in contract.plan_line_ids:
                    invoice = self._invoice(line)
                    self.assertEqual(invoice.currency_id.compare_amounts(invoice.amount_total, line.amount), 0)
                    self.assertEqual(line.state, "invoiced")
                total = sum(contract.plan_line_ids.move_ids.mapped("amount_total"))
                self.assertEqual(order.currency_id.compare_amounts(total, order.amount_total), 0)

    def test_plan_must_add_up(self):
        contract = self._contract(signed=False)
        line = contract.plan_line_ids[2]
        for percent in (9.99, 10.01):
            line.with_user(self.rep).percent = percent
            with self.assertRaises(ValidationError):
                contract.with_user(self.commerce).action_sign()
        line.with_user(self.rep).percent = 10
        self.assertEqual(sum(contract.plan_line_ids.mapped("amount")), 128000)
        contract.with_user(self.commerce).action_sign()

    def test_draft_plan_follows_its_rows(self):
        contract = self._contract(self._order(lines=[100.01]), signed=False).with_user(self.rep)
        contract.plan_line_ids = [
            Command.update(contract.plan_line_ids[0].id, {"percent": 33.33}),
            Command.update(contract.plan_line_ids[1].id, {"percent": 33.33}),
            Command.update(contract.plan_line_ids[2].id, {"percent": 23.34}),
            Command.create(
                {"name": "质保金", "kind": "retention", "percent": 10, "sequence": 40, "trigger": "date",
                 "planned_date": "2027-12-01"}
            ),
        ]  # fmt: skip
        self.assertAlmostEqual(sum(contract.plan_line_ids.mapped("amount")), contract.amount_total, 2)
        contract.plan_line_ids[3].unlink()
        contract.plan_line_ids[2].percent = 33.34
        self.assertAlmostEqual(sum(contract.plan_line_ids.mapped("amount")), contract.amount_total, 2)

    def test_date_row_needs_its_date(self):
        contract = self._contract(signed=False)
        contract.plan_line_ids[1].write({"trigger": "date", "delivery_kind": False})
        with self.assertRaises(ValidationError):
            contract.with_user(self.commerce).action_sign()
        contract.plan_line_ids[1].planned_date = "2027-05-01"
        contract.with_user(self.commerce).action_sign()
        self.assertEqual(contract.plan_line_ids[1].due_date, date(2027, 5, 1))

    def test_milestone_row_needs_its_milestone(self):
        contract = self._contract(signed=False)
        contract.plan_line_ids[1].delivery_kind = "shipment"
        with self.assertRaises(ValidationError):
            contract.with_user(self.commerce).action_sign()

    def test_changed_order_is_refreshed_before_signing(self):
        contract = self._contract(signed=False)
        contract.order_id.order_line[0].price_unit = 200000
        with self.assertRaises(UserError):
            contract.with_user(self.commerce).action_sign()
        contract.with_user(self.rep).action_refresh()
        self.assertEqual(contract.amount_total, 226000)
        self.assertEqual(contract.plan_line_ids.mapped("amount"), [67800, 135600, 22600])
        contract.with_user(self.commerce).action_sign()

    def test_needs_a_confirmed_order_of_an_amount(self):
        with self.assertRaises(UserError):
            self._order(confirm=False).with_user(self.rep).action_create_contract()
        with self.assertRaises(UserError):
            self._order(price=0).with_user(self.rep).action_create_contract()

    def test_who_makes_and_signs(self):
        order = self._order(user=self.rep)
        for role in ("finance_clerk", "marketing", "project_manager", "technical_lead"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                order.with_user(self.users[role]).action_create_contract()
        with self.assertRaises(AccessError):
            order.with_user(self.users["sales_rep_2"]).action_create_contract()
        contract = self._contract(order, signed=False)
        for role in ("finance_clerk", "finance_manager", "project_manager", "sales_rep_2", "technical_lead"):
            for method in ("action_sign", "action_refresh", "action_cancel"):
                with self.subTest(role=role, method=method), self.assertRaises(AccessError):
                    getattr(contract.with_user(self.users[role]), method)()
        contract.with_user(self.users["sales_supervisor"]).action_sign()

    def test_existing_project_is_reused_and_a_shared_one_is_not(self):
        service = self.env["product.product"].create(
            {
                "name": "安装调试",
                "type": "service",
                "service_tracking": "project_only",
                "taxes_id": [Command.set(self.tax.ids)],
            }
        )
        order = self._order(confirm=False)
        order.order_line = [Command.create({"product_id": service.id, "product_uom_qty": 1, "price_unit": 100})]
        order.action_confirm()
        contract = self._contract(order)
        self.assertEqual(contract.project_id, order.order_line.project_id)
        self.assertEqual(len(order.project_ids), 1)

        shared = self.env["project.project"].create({"name": "所有安装", "allow_billable": True})
        second = self._order(confirm=False)
        second.project_id = shared
        second.action_confirm()
        self.assertEqual(self._contract(second).project_id, shared)
        third = self._order(confirm=False)
        third.project_id = shared
        third.action_confirm()
        self.assertNotEqual(self._contract(third).project_id, shared)

    def test_cancelling(self):
        contract = self._contract()
        with self.assertRaises(AccessError):
            contract.with_user(self.rep).action_cancel("x")
        with self.assertRaises(UserError):
            contract.order_id._action_cancel()
        self._invoice(contract.plan_line_ids[0])
        with self.assertRaises(UserError):
            contract.with_user(self.commerce).action_cancel("x")
        contract.plan_line_ids.move_ids.button_draft()
        contract.plan_line_ids.move_ids.button_cancel()
        contract.with_user(self.commerce).action_cancel("customer stopped")
        self.assertEqual(contract.state, "cancelled")
        self.assertEqual(set(contract.plan_line_ids.mapped("state")), {"cancelled"})
        # the order may be contracted again
        again = self._contract(contract.order_id)
        self.assertNotEqual(again, contract)
        self.assertEqual(again.project_id, contract.project_id)

    def test_cancelled_order_cancels_its_draft(self):
        contract = self._contract(signed=False)
        contract.order_id._action_cancel()
        self.assertEqual(contract.state, "cancelled")

    @freeze_time("2031-03-01 02:00:00")
    def test_numbers_start_anew_each_year(self):
        self.assertEqual(self._contract(signed=False).name, "HT2031-0001")
        self.assertEqual(self._contract(signed=False).name, "HT2031-0002")
