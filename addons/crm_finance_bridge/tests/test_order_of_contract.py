import json

from odoo import Command
from odoo.tests import tagged

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestOrderOfContract(BridgeCase):
    """Orders that go out when their contract is signed, and its payment plan with them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection.write({"sends_orders": True, "orders_after": "signed"})

    def order(self, price=1000):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "user_id": self.rep.id,
                "order_line": [Command.create({"product_id": self.product.id, "price_unit": price})],
            }
        )
        order.action_confirm()
        return order

    def contract(self, order):
        return self.env["crm.contract"].browse(order.with_user(self.rep).action_create_contract()["res_id"])

    def planned(self, contract):
        contract.write(
            {
                "plan_line_ids": [
                    Command.clear(),
                    Command.create({"name": "首付款", "kind": "deposit", "percent": 30, "trigger": "signing"}),
                    Command.create(
                        {"name": "尾款", "kind": "retention", "percent": 70, "trigger": "signing", "days_after": 90}
                    ),
                ]
            }
        )
        return contract

    def signed(self, order):
        contract = self.planned(self.contract(order))
        contract._sign()
        self.env.cr.precommit.run()
        return contract

    def cancelled(self, contract):
        contract._contract_transition("cancel", cancel_reason="换版")
        self.env.cr.precommit.run()

    def test_it_waits_for_the_signature_and_takes_the_plan_along(self):
        order = self.order()
        contract = self.planned(self.contract(order))
        self.env.cr.precommit.run()
        self.assertFalse(self.row(order))
        contract._sign()
        self.env.cr.precommit.run()
        self.deliver()
        self.assertExactlyOnce(order)
        sent = json.loads(self.row(order).wire_text)
        self.assertEqual(sent["contract_number"], contract.name)
        self.assertIn(contract.name, sent["remark"])
        lines = contract.plan_line_ids
        self.assertEqual(
            sent["plan"],
            [
                {"name": line.name, "percent": f"{line.percent:.2f}", "amount": f"{line.amount:.2f}",
                 "date": line.due_date.isoformat()}
                for line in lines
            ],
        )  # fmt: skip
        self.assertEqual(len(lines), 2)
        self.assertTrue(all(lines.mapped("due_date")))

    def test_an_order_that_waits_learns_of_its_contract(self):
        self.connection.orders_after = "confirmed"
        order = self.order()
        self.connection.orders_after = "signed"
        self.assertEqual(json.loads(self.row(order).values_text)["contract_number"], "")
        contract = self.signed(order)
        self.assertEqual(json.loads(self.row(order).values_text)["contract_number"], contract.name)

    def test_confirmed_is_enough_where_that_is_set(self):
        self.connection.orders_after = "confirmed"
        order = self.order()
        self.deliver()
        self.assertExactlyOnce(order)
        self.assertEqual(json.loads(self.row(order).wire_text)["plan"], [])
        self.signed(order)
        self.deliver()
        self.assertExactlyOnce(order)
        # the plan came later than the order: nobody is asked to type it
        self.assertFalse(order.finance_bridge_difference)

    def test_orders_of_before_the_switch_are_not_sent_by_a_signature(self):
        self.connection.write({"sends_orders": False, "orders_after": "confirmed"})
        order = self.order()
        self.connection.sends_orders = True
        self.signed(order)
        self.assertFalse(self.row(order))

    def test_contract_cancelled_while_the_order_waits(self):
        order = self.order()
        contract = self.signed(order)
        self.cancelled(contract)
        self.assertEqual(self.row(order).error_code, "withdrawn")
        self.signed(order)
        self.deliver()
        self.assertExactlyOnce(order)

    def test_another_plan_after_it_was_sent_is_told(self):
        order = self.order()
        contract = self.signed(order)
        self.deliver()
        self.assertFalse(order.finance_bridge_difference)
        self.cancelled(contract)
        row = self.row(order)
        self.assertEqual(row.activity_ids.user_id, self.clerk)
        amounts = " + ".join(f"{amount:.2f}" for amount in contract.plan_line_ids.mapped("amount"))
        self.assertIn(amounts, order.finance_bridge_difference)
        # signed again with the same plan: nothing is left to do
        self.signed(order)
        self.assertFalse(order.finance_bridge_difference)
        self.assertFalse(row.activity_ids)

    def test_products_without_a_place_for_it_hear_nothing_of_plans(self):
        order = self.order()
        contract = self.signed(order)
        self.deliver()
        self.connection.order_plan = "none"
        self.cancelled(contract)
        self.assertFalse(order.finance_bridge_difference)

    def test_a_contract_of_another_amount_gives_no_plan(self):
        order = self.order()
        self.signed(order)
        self.assertEqual(len(order._prepare_finance_order_vals()["plan"]), 2)
        order.order_line.price_unit = 900
        self.assertEqual(order._prepare_finance_order_vals()["plan"], [])

    def test_choice_reaches_the_adapter(self):
        for choice in ("none", "amounts", "full"):
            self.connection.order_plan = choice
            self.assertEqual(self.connection._adapter_settings()["order_plan"], choice)
