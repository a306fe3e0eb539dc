from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import CHAIN, ApprovalCase


@tagged("post_install", "-at_install")
class TestCheaper(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write({"keep_cheaper": True, "keep_tolerance": 5, "keep_margin": 1})

    def changed(self, order, **line):
        order.order_line.write(line)
        self.commit_hooks()
        return order.approval_state

    def fresh(self, amount=128000):
        return self.approved(amount, partner_id=self.world["partner"].copy().id)

    def test_a_little_cheaper_stays(self):
        order = self.fresh()
        versions = order.version_count
        self.assertEqual(self.changed(order, price_unit=126000), "approved")
        self.assertEqual(self.events(order)[-2:], ["done", "keep"])
        order.invalidate_recordset()
        self.assertEqual(order.version_count, versions + 1)
        self.assertTrue(order.version_ids[:1].is_current)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_what_does_not_stay(self):
        for line, why in (
            ({"price_unit": 128000 * 0.9499}, "more than the tolerance"),
            ({"price_unit": 128000.01}, "dearer"),
            ({"price_unit": 126000, "name": "Press without a motor"}, "something else too"),
            ({"price_unit": 120000, "product_uom_qty": 1.05}, "more of it"),
            ({"discount": -1}, "dearer by a negative discount"),
        ):
            with self.subTest(why):
                self.assertEqual(self.changed(self.fresh(), **line), "void")

    def test_the_margin_must_hold(self):
        self.world["product"].standard_price = 100000
        self.assertEqual(self.changed(self.fresh(), price_unit=127500), "approved")
        self.assertEqual(self.changed(self.fresh(), price_unit=126000), "void")

    def test_it_does_not_creep(self):
        order = self.fresh()
        self.assertEqual(self.changed(order, price_unit=123000), "approved")
        self.assertEqual(self.changed(order, price_unit=119000), "void", "measured against what was signed")

    def test_a_step_that_was_never_asked(self):
        step = self.env["crm.approval.policy.step"].create(
            {"policy_id": self.policy.id, "name": "Discounts", "sequence": 90, "threshold": 0,
             "source": "user", "user_ids": self.users["service_agent"].ids}
        )  # fmt: skip
        self.env["crm.approval.policy.condition"].create(
            {"step_id": step.id, "measure": "discount", "operator": ">", "number": 2}
        )
        self.world["product"].list_price = 128000
        self.assertEqual(self.changed(self.fresh(), price_unit=127000), "approved")
        self.assertEqual(self.changed(self.fresh(), price_unit=124000), "void")

    def test_a_running_request_does_not_stay(self):
        order = self.submitted()
        self.assertEqual(self.changed(order, price_unit=127000), "void")

    def test_going_back_revives_nothing(self):
        order = self.fresh()
        order.order_line.price_unit = 1
        self.assertEqual(order.approval_state, "void")
        order.order_line.price_unit = 128000
        self.commit_hooks()
        self.assertEqual(order.approval_state, "void")

    def test_off_as_shipped(self):
        self.policy.keep_cheaper = False
        self.assertEqual(self.changed(self.fresh(), price_unit=127999), "void")


@tagged("post_install", "-at_install")
class TestChangedElsewhere(ApprovalCase):
    """Neither the quote nor its lines are touched; the gate sees it all the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currency = (
            cls.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", cls.env.company.currency_id.id)], limit=1)
        )
        cls.currency.active = True
        cls.currency.rate_ids.unlink()
        cls.rate = cls.env["res.currency.rate"].create(
            {"currency_id": cls.currency.id, "rate": 0.1, "name": "2020-01-01"}
        )
        cls.pricelist = cls.env["product.pricelist"].create({"name": "Foreign", "currency_id": cls.currency.id})

    def foreign(self, amount):
        order = self.quote(amount, pricelist_id=self.pricelist.id, partner_id=self.world["partner"].copy().id)
        order.action_approval_submit()
        while order.approval_state == "pending":
            task = order.sudo().approval_task_ids.filtered(lambda row: row.state == "pending")[:1]
            task.with_user(task.user_id).action_approve()
        self.assertEqual(order.approval_state, "approved")
        return order

    def test_a_rate(self):
        for rate, passes in ((0.1, True), (0.098, True), (0.094, False), (0.106, False)):
            with self.subTest(rate):
                self.rate.rate = 0.1
                order = self.foreign(7000)
                self.rate.rate = rate
                self.commit_hooks()
                self.env.invalidate_all()
                self.assertEqual(order._approval_is_current(), passes)
                if not passes:
                    with self.refused(UserError, "no longer counts"):
                        order.action_confirm()

    def test_a_rate_that_asks_for_another_step(self):
        order = self.foreign(9950)
        self.assertEqual(len(order.sudo().approval_task_ids), 3)
        self.rate.rate = 0.099
        self.env.invalidate_all()
        self.assertFalse(order._approval_is_current(), "more than 100 000 by today's rate: the director is missing")

    def test_the_tolerance_is_a_setting(self):
        order = self.foreign(7000)
        self.rate.rate = 0.09
        self.assertFalse(order._approval_is_current())
        self.policy.rate_tolerance = 15
        self.assertTrue(order._approval_is_current())

    def test_a_tax(self):
        tax = self.env["account.tax"].create({"name": "13 %", "amount": 13})
        order = self.quote()
        order.order_line.tax_ids = tax
        order.action_approval_submit()
        self.approve(order, *CHAIN)
        tax.amount = 9
        self.commit_hooks()
        self.env.invalidate_all()
        with self.refused(UserError):
            order.action_confirm()

    def test_a_pricelist(self):
        """Its rules and its currency may change, the quote keeps its prices and its own currency; taking those of
        the changed list is a change of the quote."""
        pricelist = self.env["product.pricelist"].create({"name": "Home"})
        order = self.approved(pricelist_id=pricelist.id)
        pricelist.item_ids = [(0, 0, {"compute_price": "percentage", "percent_price": 50})]
        pricelist.currency_id = self.currency
        self.commit_hooks()
        self.env.invalidate_all()
        self.assertEqual((order.amount_total, order.currency_id), (128000, self.env.company.currency_id))
        self.assertTrue(order._approval_is_current())
        order.action_update_prices()
        self.commit_hooks()
        self.assertEqual(order.approval_state, "void")
