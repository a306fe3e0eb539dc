from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import CHAIN, ApprovalCase


@tagged("post_install", "-at_install")
class TestVersionCompare(ApprovalCase):
    """Two versions side by side, and an older one taken over again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["product.product"].create(
            {"name": "Robot", "list_price": 300, "standard_price": 200, "type": "service"}
        )
        cls.term = cls.env["account.payment.term"].create({"name": "30/60/10"})

    def two_versions(self):
        order = self.quote(128000)
        order.order_line = [
            Command.create({"product_id": self.other.id, "price_unit": 300, "tax_ids": [Command.clear()]}),
            Command.create({"display_type": "line_note", "name": "Ex works"}),
        ]
        order.action_approval_submit()
        order.action_approval_withdraw("Cheaper")
        press, robot, note = order.order_line
        order.write(
            {
                "payment_term_id": self.term.id,
                "order_line": [
                    Command.update(press.id, {"price_unit": 120000, "discount": 5}),
                    Command.delete(robot.id),
                    Command.update(note.id, {"name": "Free on board"}),
                    Command.create(
                        {
                            "product_id": self.other.id,
                            "name": "Fixture",
                            "product_uom_qty": 2,
                            "price_unit": 50,
                            "tax_ids": [Command.clear()],
                        }
                    ),
                ],
            }
        )
        order.action_approval_submit()
        return order

    def window(self, order, user, old=0, new=1):
        versions = order.sudo().version_ids.sorted("number")
        windows = self.env["sale.order.version.compare"].with_user(user)
        return windows.create(
            {
                "order_id": order.id,
                "old_id": versions[old].id,
                "new_id": versions[new].id if new is not None else False,
            }
        )

    def test_fields_and_lines(self):
        order = self.two_versions()
        window = self.window(order, self.rep)
        old, new = window._sides()
        self.assertIn(("Payment Terms", "–", "30/60/10"), window._field_changes(old, new))
        rows = {row["name"]: row for row in window._line_changes(old, new)}
        self.assertEqual(
            {name: row["kind"] for name, row in rows.items()},
            {"Press": "changed", "Fixture": "changed", "Free on board": "changed"},
        )
        # the robot's row came back under another name: the same product
        self.assertEqual(rows["Press"]["total"], 114000 - 128000)
        self.assertEqual(rows["Press"]["margin"], 114000 - 128000)
        html = window.difference
        for part in ("Press", "128,000.00", "114,100.00", "5 %", "Ex works", "Free on board", "−"):
            self.assertIn(part, html)

    def test_added_and_removed(self):
        order = self.submitted()
        order.action_approval_withdraw("x")
        order.order_line = [
            Command.clear(),
            Command.create({"product_id": self.other.id, "price_unit": 90000, "tax_ids": [Command.clear()]}),
        ]
        window = self.window(order, self.rep, 0, None)
        rows = {row["name"]: row for row in window._line_changes(*window._sides())}
        self.assertEqual(rows["Press"]["kind"], "removed")
        self.assertEqual((rows["Press"]["total"], rows["Press"]["margin"]), (-128000, -127400))
        self.assertEqual(rows["Robot"]["kind"], "added")
        self.assertEqual((rows["Robot"]["total"], rows["Robot"]["margin"]), (90000, 89800))

    def test_nothing_differs(self):
        order = self.submitted()
        window = self.window(order, self.rep, 0, None)
        self.assertNotIn("o_quote_difference", window.difference)

    def test_margin_only_for_who_may_see_it(self):
        self.policy.step_ids.filtered(lambda step: step.sequence == 20).hide_margin = True
        order = self.two_versions()
        self.assertTrue(self.window(order, self.rep)._shows_margin())
        lead = self.users["technical_lead"]
        window = self.window(order, lead)
        self.assertFalse(window._shows_margin())
        self.assertNotIn("毛利" if self.env.lang == "zh_CN" else "Margin", window.difference)

    def test_strangers_compare_nothing(self):
        order = self.two_versions()
        portal = new_test_user(self.env, "compare_portal", groups="base.group_portal")
        for user in (self.users["service_agent"], portal):
            with self.assertRaises(AccessError):
                self.window(order, user)
        with self.assertRaises(AccessError):
            # whoever has the window still has to read the quote
            self.window(order, self.users["sales_rep_2"]).read(["difference"])
        mine = self.window(order, self.rep)
        with self.assertRaises(AccessError):
            mine.with_user(self.users["sales_supervisor"]).read(["difference"])

    def test_versions_of_another_quote_show_nothing(self):
        order, secret = self.two_versions(), self.submitted(partner_id=self.world["partner"].copy().id)
        window = self.window(order, self.rep)
        window.old_id = secret.sudo().version_ids
        old, _new = window._sides()
        self.assertEqual(old, {})

    def test_content_is_not_read(self):
        version = self.submitted().sudo().version_ids
        for role in ("sales_rep", "technical_lead", "suite_admin"):
            with self.assertRaises(AccessError):
                version.with_user(self.users[role]).read(["content"])

    def test_opening(self):
        order = self.quote()
        with self.refused(UserError, "no submitted version"):
            order.action_compare_versions()
        order = self.two_versions()
        action = order.action_compare_versions()
        window = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual([window.old_id.number, window.new_id.number], [1, 2])
        order.action_approval_withdraw("x")
        order.order_line[0].price_unit = 1
        action = order.action_compare_versions()
        window = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual([window.old_id.number, window.new_id.number], [2, 0])
        version = order.version_ids[:1]
        self.assertEqual(version.action_compare()["res_model"], "sale.order.version.compare")
        with self.assertRaises(AccessError):
            version.with_user(self.users["service_agent"]).action_compare()

    def test_take_over(self):
        order = self.two_versions()
        first = order.sudo().version_ids.sorted("number")[0].with_user(self.rep)
        with self.refused(UserError, "Withdraw"):
            first.action_take_over()
        order.action_approval_withdraw("x")
        first.action_take_over()
        self.assertFalse(order.payment_term_id)
        self.assertEqual(order.amount_total, 128300)
        self.assertEqual(order.order_line.mapped("name"), ["Press", "Robot", "Ex works"])
        order.action_approval_submit()
        self.assertEqual(order._last_version().number, 3)

    def test_taking_over_voids_an_approval(self):
        order = self.approved()
        order.order_line.price_unit = 150000
        order.action_approval_submit()
        self.approve(order, *CHAIN)
        order.sudo().version_ids.sorted("number")[0].with_user(self.rep).action_take_over()
        self.commit_hooks()
        self.assertEqual((order.approval_state, order.amount_total), ("void", 128000))
        order.action_cancel()
        with self.refused(UserError, "no open quote"):
            order.version_ids[:1].action_take_over()

    def test_who_takes_over(self):
        version = self.submitted().sudo().version_ids
        for role in ("sales_rep_2", "technical_lead", "service_agent"):
            with self.subTest(role), self.assertRaises(AccessError):
                version.with_user(self.users[role]).action_take_over()
