from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestAmount(ApprovalCase):
    def lead(self):
        return self.env["crm.lead"].create(
            {"name": "Line 3", "type": "opportunity", "partner_id": self.world["partner"].id, "user_id": self.rep.id}
        )

    def test_split_into_five(self):
        orders = self.env["sale.order"]
        for _part in range(4):
            orders |= self.quote(12000)
        self.assertFalse(orders[0]._approval_required())
        last = self.quote(12000)
        self.assertEqual(last._approval_amount(), 60000)
        self.assertEqual(len(last._approval_required()), 3)
        # each of them is summed again when it takes effect
        with self.assertRaises(UserError):
            orders[0].action_confirm()

    def test_confirmed_lately_counts(self):
        first = self.quote(40000)
        first.action_confirm()
        second = self.quote(40000)
        self.assertEqual(second._approval_amount(), 80000)
        # backdating the order in the form does not help
        first.date_order = fields.Datetime.now() - timedelta(days=90)
        self.assertEqual(second._approval_amount(), 80000)
        first.sudo()._through_door("approval_confirmed_at").approval_confirmed_at = fields.Datetime.now() - timedelta(
            days=31
        )
        self.assertEqual(second._approval_amount(), 40000)
        self.env.company.approval_sum_days = 60
        self.assertEqual(second._approval_amount(), 80000)

    def test_per_opportunity(self):
        one, two = self.lead(), self.lead()
        self.quote(40000, opportunity_id=one.id)
        self.quote(40000)
        self.assertEqual(self.quote(30000, opportunity_id=two.id)._approval_amount(), 30000)
        self.assertEqual(self.quote(30000, opportunity_id=one.id)._approval_amount(), 70000)

    def test_contacts_count_for_their_company(self):
        contact = self.env["res.partner"].create({"name": "王", "parent_id": self.world["partner"].id})
        self.quote(40000)
        self.assertEqual(self.quote(30000, partner_id=contact.id)._approval_amount(), 70000)

    def test_alternatives_count_as_the_largest(self):
        main = self.quote(40000)
        other = self.quote(45000, alternative_of_id=main.id)
        self.assertEqual(main._approval_amount(), 45000)
        self.assertEqual(other._approval_amount(), 45000)
        third = self.quote(10000)
        self.assertEqual(third._approval_amount(), 55000)
        # bought both: no alternatives
        main.order_line.price_unit = 39000
        third.action_cancel()
        main.action_confirm()
        self.assertEqual(other._approval_amount(), 84000)

    def test_void_and_cancelled_do_not_count(self):
        order = self.submitted(60000)
        order.order_line.price_unit = 70000
        self.commit_hooks()
        self.assertEqual(order.approval_state, "void")
        cancelled = self.quote(30000)
        cancelled.action_cancel()
        self.assertEqual(self.quote(20000)._approval_amount(), 20000)

    def test_later_sibling_does_not_void(self):
        order = self.approved()
        self.quote(400000)
        self.commit_hooks()
        self.assertEqual(order.approval_state, "approved")
        order.action_confirm()

    def test_another_currency(self):
        currency = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", self.env.company.currency_id.id)], limit=1)
        )
        currency.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", currency.id)]).unlink()
        self.env["res.currency.rate"].create({"currency_id": currency.id, "rate": 0.1, "name": "2020-01-01"})
        pricelist = self.env["product.pricelist"].create({"name": "Foreign", "currency_id": currency.id})
        order = self.quote(9000, pricelist_id=pricelist.id)
        order.order_line.price_unit = 9000
        self.assertEqual(order.currency_id, currency)
        self.assertEqual(order._approval_amount(), 90000)
        # the order's own rate can be written by anyone who may write the order
        order.currency_rate = 1000
        self.assertEqual(order._approval_amount(), 90000)

    def test_forged_total_is_not_believed(self):
        order = self.quote(128000)
        order.write({"amount_total": 1, "amount_untaxed": 1})
        self.assertEqual(order._approval_amount(), 128000)
        with self.assertRaises(UserError):
            order.action_confirm()

    def test_tax_is_included(self):
        tax = self.env["account.tax"].create({"name": "13 %", "amount": 13, "price_include_override": "tax_excluded"})
        order = self.quote(45000)
        order.order_line.tax_ids = tax
        self.assertEqual(order._approval_amount(), 50850)

    def test_negative_sibling_does_not_lower_the_sum(self):
        self.quote(-60000)
        self.assertEqual(self.quote(60000)._approval_amount(), 60000)
