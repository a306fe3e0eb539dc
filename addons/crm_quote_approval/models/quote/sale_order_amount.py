from collections import defaultdict
from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain


class SaleOrder(models.Model):
    """The amount that a quote is judged by, summed against splitting.

    Counted are the quote itself, the other open quotes and the orders confirmed lately (``approval_sum_days`` of the
    company) of the same opportunity, or without one of the same commercial partner. Quotes that are marked as
    alternatives of each other count as the largest of them; void, rejected and cancelled ones not at all, since they
    cannot take effect as they are.
    """

    _inherit = "sale.order"

    alternative_of_id = fields.Many2one(
        "sale.order",
        "Alternative of",
        copy=False,
        index="btree_not_null",
        check_company=True,
        groups="base.group_user",
        domain="[('company_id', '=', company_id), ('state', 'in', ('draft', 'sent')), ('id', '!=', id)]",
        help="The customer buys this one or that one, not both. Alternatives count as the largest of them.",
    )
    # what happened at the confirmation; the order's own date can be edited
    approval_confirmed_at = fields.Datetime(readonly=True, copy=False, groups="base.group_user")
    approval_confirmed_fingerprint = fields.Char(readonly=True, copy=False, groups="base.group_user")

    def _approval_amount(self):
        self.ensure_one()
        return self._approval_amounts()[self.id]

    def _approval_amounts(self):
        """order id -> amount, tax included, in the currency of its company; a handful of queries for any number."""
        amounts = {}
        for company, orders in self.sudo().grouped("company_id").items():
            everything = orders | self.sudo().search(orders._approval_siblings_domain(company))
            everything._approval_fetch_lines()
            totals = everything._approval_totals(company)
            by_key = everything.grouped(lambda order: order._approval_sum_key())
            for order in orders:
                amounts[order.id] = order._approval_sum(by_key[order._approval_sum_key()], totals)
        return amounts

    def _approval_siblings_domain(self, company):
        """Open quotes and lately confirmed orders that could be parts of the same purchase."""
        since = fields.Datetime.now() - timedelta(days=company.approval_sum_days)
        is_open = Domain("state", "in", ("draft", "sent")) & Domain("approval_state", "not in", ("void", "rejected"))
        is_late = Domain("approval_confirmed_at", ">=", since) | (
            Domain("approval_confirmed_at", "=", False) & Domain("date_order", ">=", since)
        )
        partners = self.filtered(lambda order: not order.opportunity_id).partner_id.commercial_partner_id
        same = Domain("opportunity_id", "in", self.opportunity_id.ids) | (
            Domain("opportunity_id", "=", False) & Domain("partner_id.commercial_partner_id", "in", partners.ids)
        )
        return Domain("company_id", "=", company.id) & same & (is_open | (Domain("state", "=", "sale") & is_late))

    def _approval_sum_key(self):
        if self.opportunity_id:
            return ("opportunity", self.opportunity_id.id)
        return ("partner", self.partner_id.commercial_partner_id.id)

    def _approval_sum(self, group, totals):
        """Amount of this order together with the others of its ``group``."""
        total = 0.0
        alternatives = defaultdict(float)
        root = self._approval_alternative_root()
        alternatives[root] = totals[self.id]
        for order in group - self:
            if order.state == "sale":
                total += totals[order.id]
            else:
                other = order._approval_alternative_root()
                alternatives[other] = max(alternatives[other], totals[order.id])
        return self.company_id.currency_id.round(total + sum(alternatives.values()))

    def _approval_alternative_root(self):
        """Id that all alternatives of one another share, however they are chained."""
        seen, order = [self.id], self.alternative_of_id
        while order and order.id not in seen:
            seen.append(order.id)
            order = order.alternative_of_id
        # marked in a circle: there is no last one
        return min(seen) if order else seen[-1]

    def _approval_totals(self, company):
        """order id -> its own amount in the currency of ``company``, tax included, never below zero.

        The stored sums (of the order, of its lines, the tax alone) can be written by anyone who may write the order,
        so none of them is believed: the total is made anew from price, quantity, discount and taxes.
        """
        today = fields.Date.context_today(self)
        totals = {}
        for order in self:
            currency = order.currency_id or company.currency_id
            totals[order.id] = currency._convert(
                max(order._approval_own_amount(), 0.0), company.currency_id, company, today
            )
        return totals

    def _approval_own_amount(self):
        return self._approval_made_anew()["total_amount_currency"]

    def _approval_total_moved(self, request):
        """Also whether the sums that are printed are those of the lines, some cents of rounding apart."""
        order = self.sudo()
        cents = order.currency_id.rounding * (len(order.order_line) + 1)
        forged = abs(order.amount_total - order._approval_own_amount()) > cents
        return forged or super()._approval_total_moved(request)

    def _approval_made_anew(self):
        """Odoo's summary of taxes, made from the lines as they are: ``base_amount_currency``,
        ``total_amount_currency`` and more, in the currency of the order."""
        self.ensure_one()
        order = self.sudo()
        taxes = self.env["account.tax"].sudo()
        lines = order._get_priced_lines()
        # sums entered by hand (``extra_tax_data``) are columns of the line like any other: not believed either
        base_lines = [line._prepare_base_line_for_taxes_computation(extra_tax_data={}) for line in lines]
        base_lines += order._add_base_lines_for_early_payment_discount()
        taxes._add_tax_details_in_base_lines(base_lines, order.company_id)
        taxes._round_base_lines_tax_details(base_lines, order.company_id)
        return taxes._get_tax_totals_summary(
            base_lines=base_lines,
            currency=order.currency_id or order.company_id.currency_id,
            company=order.company_id,
        )
