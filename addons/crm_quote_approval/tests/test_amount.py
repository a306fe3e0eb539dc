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

    def test_alternatives_in_a_chain(self):
        first = self.quote(30000)
        second = self.quote(40000, alternative_of_id=first.id)
        third = self.quote(35000, alternative_of_id=second.id)
        for order in first | second | third:
            self.assertEqual(order._approval_amount(), 40000)
        # in a circle too
        first.alternative_of_id = third
        for order in first | second | third:
            self.assertEqual(order._approval_amount(), 40000)

    def test_marking_parts_as_alternatives_gains_nothing(self):
        """What looks like a choice is bought whole: the second one is judged with the first."""
        first = self.quote(40000)
        second = self.quote(40000, alternative_of_id=first.id)
        first.action_confirm()
        with self.assertRaises(UserError):
            second.action_confirm()

    def test_void_and_cancelled_do_not_count(self):
        order = self.submitted(60000)
        order.order_line.price_unit = 70000
        self.commit_hooks()
        self.assertEqual(order.approval_state, "void")
        cancelled = self.quote(30000)
        cancelled.action_cancel()
        self.assertEqual(self.quote(20000)._approval_amount(), 20000)

    def test_rejected_does_not_count(self):
        order = self.submitted(60000)
        self.task(order, "sales_supervisor").action_reject("Too cheap")
        self.assertEqual(self.quote(12000)._approval_amount(), 12000)

    def test_confirmed_credit_note_does_not_lower_the_sum(self):
        self.quote(-40000).action_confirm()
        self.assertEqual(self.quote(60000)._approval_amount(), 60000)

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

    def taxed(self, amount=45000):
        """45 000 untaxed, 50 850 with tax: caught by its tax alone."""
        tax = self.env["account.tax"].create({"name": "13 %", "amount": 13, "price_include_override": "tax_excluded"})
        order = self.quote(amount, partner_id=self.world["partner"].copy().id)
        order.order_line.tax_ids = tax
        return order

    def test_forged_tax_is_not_believed(self):
        order = self.taxed()
        line = order.order_line
        manual = {
            "currency_id": order.currency_id.id,
            "price_unit": 45000.0,
            "discount": 0.0,
            "quantity": 1.0,
            "rate": 1.0,
            "manual_total_excluded_currency": 1.0,
            "manual_total_excluded": 1.0,
            "manual_tax_amounts": {
                str(line.tax_ids.id): {
                    "tax_amount_currency": 0.0,
                    "tax_amount": 0.0,
                    "base_amount_currency": 1.0,
                    "base_amount": 1.0,
                }
            },
        }
        for record, vals in (
            (order, {"amount_tax": 0}),
            (order, {"amount_total": 45000}),
            (order, {"amount_total": 45000, "amount_tax": 0, "amount_untaxed": 45000}),
            (line, {"price_tax": 0, "price_total": 45000}),
            (line, {"price_subtotal": 1, "price_total": 1}),
            (line, {"extra_tax_data": manual}),
        ):
            with self.subTest(vals=list(vals)):
                record.write(vals)
                self.assertEqual(order._approval_amount(), 50850)
                with self.assertRaises(UserError):
                    order.action_confirm()
        order.write({"tax_totals": {"total_amount_currency": 1}})
        self.assertEqual(order._approval_amount(), 50850)

    def test_sums_forged_after_the_approval(self):
        """The customer would sign another sum than the one that was approved."""
        order = self.approved()
        order.write({"amount_total": 1000, "amount_untaxed": 1000})
        self.commit_hooks()
        with self.assertRaises(UserError):
            order.action_confirm()

    def test_a_tax_changed_elsewhere(self):
        order = self.taxed(128000)
        order.action_approval_submit()
        self.approve(order, "sales_supervisor", "technical_lead", "finance_manager", "sales_director")
        order.order_line.tax_ids.sudo().amount = 9
        self.commit_hooks()
        with self.assertRaises(UserError):
            order.action_confirm()
        order.order_line.tax_ids.sudo().amount = 13
        order.action_confirm()

    def test_what_no_tier_catches_is_written_down(self):
        order = self.quote(10)
        order.action_confirm()
        row = self.env["crm.approval.ledger"].search([("res_model", "=", "sale.order"), ("res_id", "=", order.id)])
        self.assertEqual(row.event, "not_needed")
        self.assertIn(f"v{self.policy.version}", row.reason)

    def test_tax_is_included(self):
        tax = self.env["account.tax"].create({"name": "13 %", "amount": 13, "price_include_override": "tax_excluded"})
        order = self.quote(45000)
        order.order_line.tax_ids = tax
        self.assertEqual(order._approval_amount(), 50850)

    def test_negative_sibling_does_not_lower_the_sum(self):
        self.quote(-60000)
        self.assertEqual(self.quote(60000)._approval_amount(), 60000)
