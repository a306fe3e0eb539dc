from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestVoid(ApprovalCase):
    """A change of a judged value, by whatever way, voids; and for good."""

    def ways(self, order):
        line = order.order_line
        return {
            "price on the line": lambda: line.write({"price_unit": 90000}),
            "discount": lambda: line.write({"discount": 10}),
            "quantity": lambda: line.write({"product_uom_qty": 2}),
            "unit": lambda: line.write({"product_uom_id": self.env.ref("uom.product_uom_dozen").id}),
            "tax": lambda: line.write({"tax_ids": [Command.set(self.tax.ids)]}),
            "description": lambda: line.write({"name": "Press with a motor"}),
            "by the order": lambda: order.write({"order_line": [Command.update(line.id, {"price_unit": 1})]}),
            "a line more": lambda: order.write(
                {"order_line": [Command.create({"product_id": self.world["product"].id, "price_unit": -5000})]}
            ),
            "a section": lambda: order.write(
                {"order_line": [Command.create({"display_type": "line_section", "name": "Free spare parts"})]}
            ),
            "the line gone": lambda: line.unlink(),
            "payment terms": lambda: order.write({"payment_term_id": self.term.id}),
            "validity": lambda: order.write({"validity_date": "2031-01-01"}),
            "customer": lambda: order.write({"partner_id": self.world["partner"].copy().id}),
            "pricelist": lambda: order.write({"pricelist_id": self.pricelist.id}),
            "terms": lambda: order.write({"note": "<p>Ten years of warranty</p>"}),
        }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.env["account.tax"].create({"name": "13 %", "amount": 13})
        cls.term = cls.env["account.payment.term"].create({"name": "In two years"})
        currency = (
            cls.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", cls.env.company.currency_id.id)], limit=1)
        )
        currency.active = True
        cls.pricelist = cls.env["product.pricelist"].create({"name": "Foreign", "currency_id": currency.id})

    def test_every_way_voids(self):
        reference = self.approved()
        for way in self.ways(reference):
            with self.subTest(way):
                order = self.submitted(partner_id=self.world["partner"].copy().id)
                for task in [1, 2, 3, 4]:
                    task = order.sudo().approval_task_ids.filtered(lambda t: t.state == "pending")
                    task.with_user(task.user_id).action_approve()
                self.assertEqual(order.approval_state, "approved")
                self.ways(order)[way]()
                self.assertEqual(order.approval_state, "void")
                self.commit_hooks()
                self.assertEqual(order.approval_request_id.state, "void")
                if order.order_line and order._approval_required():
                    with self.refused(UserError, "no longer counts"):
                        order.action_confirm()

    def test_order_of_lines(self):
        order = self.quote()
        order.order_line.copy({"order_id": order.id, "sequence": 20, "name": "Second"})
        order.order_line[0].sequence = 10
        before = order.approval_fingerprint
        order.order_line[0].sequence = 12
        self.assertEqual(order.approval_fingerprint, before, "the same order of lines is no change")
        order.order_line[0].sequence = 30
        self.assertNotEqual(order.approval_fingerprint, before)

    def test_unjudged_values_do_not_void(self):
        order = self.approved()
        order.write({"client_order_ref": "PO 7", "origin": "fair"})
        self.commit_hooks()
        self.assertEqual(order.approval_state, "approved")

    def test_void_is_final_in_the_same_transaction(self):
        order = self.approved()
        order.order_line.price_unit = 1
        self.assertEqual(order.approval_state, "void")
        order.order_line.price_unit = 128000
        self.assertEqual(order.approval_state, "void", "the old values do not revive it")
        self.commit_hooks()
        self.assertEqual(order.approval_state, "void")
        self.assertEqual(order.approval_request_id.state, "void")
        self.assertEqual(self.events(order)[-1], "void")

    def test_void_is_final_later(self):
        order = self.approved()
        order.order_line.price_unit = 1
        self.commit_hooks()
        order.order_line.price_unit = 128000
        self.commit_hooks()
        self.assertEqual(order.approval_state, "void")

    def test_pending_request_is_closed(self):
        order = self.submitted()
        task = self.task(order, "sales_supervisor")
        order.order_line.price_unit = 2000000
        with self.refused(UserError, "Expired"):
            task.action_approve()
        self.commit_hooks()
        self.assertEqual(task.state, "cancelled")
        with self.refused(UserError, "Expired"):
            task.action_approve()

    def test_request_at_a_small_amount_then_raised(self):
        """Attack e: one tier asked, then the amount raised, then that tier signed."""
        order = self.submitted(60000)
        order.order_line.price_unit = 1030000
        for task in order.sudo().approval_task_ids:
            with self.assertRaises(UserError):
                task.with_user(task.user_id).action_approve()
        with self.assertRaises(UserError):
            order.action_confirm()

    def test_change_by_bare_sql(self):
        order = self.approved()
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order_line SET price_unit = 1 WHERE order_id = %s", [order.id])
        self.env.invalidate_all()
        self.assertFalse(order._approval_is_current())

    def test_old_task_of_a_new_submit(self):
        order = self.submitted()
        old = self.task(order, "sales_supervisor")
        order.order_line.price_unit = 140000
        self.commit_hooks()
        order.action_approval_submit()
        with self.refused(UserError, "Expired"):
            old.action_approve()
        self.assertEqual(order.approval_state, "pending")

    def test_down_payment_does_not_void(self):
        order = self.approved()
        order.action_confirm()
        self.commit_hooks()
        order.sudo().write(
            {
                "order_line": [
                    Command.create(
                        {"name": "Deposit", "is_downpayment": True, "product_uom_qty": 0, "price_unit": 38400}
                    )
                ]
            }
        )
        self.commit_hooks()
        self.assertEqual(order.approval_state, "approved")

    def test_raised_after_a_confirmation_without_approval(self):
        order = self.quote(40000)
        order.action_confirm()
        self.assertFalse(order._approval_blocked())
        order.order_line.price_unit = 400000
        self.assertTrue(order._approval_blocked())
        self.assertFalse(order._approval_paper()["effective"])
