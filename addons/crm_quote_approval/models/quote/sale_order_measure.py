from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain


class SaleOrder(models.Model):
    """What a quote answers to the conditions of a policy. Nothing here believes a stored sum: a salesperson may write
    the columns of his own quote, also those that the form computes."""

    _inherit = "sale.order"

    def _approval_measures(self):
        return super()._approval_measures() | {
            "discount",
            "margin",
            "payment_days",
            "payment_term",
            "product",
            "category",
            "grade",
            "region",
            "new_customer",
            "credit_over",
            "credit_unknown",
        }

    def _approval_measure(self, measure, amount):
        method = getattr(self, f"_approval_measure_{measure}", None)
        return method() if method else super()._approval_measure(measure, amount)

    def _approval_sold_lines(self):
        return self._approval_judged_records("order_line").filtered(lambda line: not line.display_type)

    # -- price ---------------------------------------------------------------------------------------

    def _approval_measure_discount(self):
        """The deepest cut below the list price in per cent: of one line, or of the whole quote, whichever is more.

        A price typed lower and a line with a negative price count like a discount.
        """
        deepest, listed, asked = 0.0, 0.0, 0.0
        for line in self._approval_sold_lines():
            sold = line.price_unit * (1 - (line.discount or 0.0) / 100)
            price = self._approval_list_price(line) if line.price_unit >= 0 else 0.0
            deepest = max(deepest, line.discount or 0.0)
            if price > 0 and line.product_uom_qty > 0:
                deepest = max(deepest, 100 * (1 - sold / price))
            # without a list price (a service by agreement) only its own discount counts
            listed += max(price or line.price_unit, 0.0) * line.product_uom_qty
            asked += sold * line.product_uom_qty
        if listed > 0:
            deepest = max(deepest, 100 * (1 - asked / listed))
        return min(deepest, 100.0)

    def _approval_list_price(self, line):
        product = line.product_id
        if not product:
            return 0.0
        return product._price_compute(
            "list_price", uom=line.product_uom_id, currency=self.currency_id, company=self.company_id
        )[product.id]

    def _approval_measure_margin(self):
        """Margin in per cent of the untaxed sum; a cost entered on the line never counts below the product's own."""
        sold = self._approval_made_anew()["base_amount_currency"]
        cost = sum(self._approval_cost(line) * line.product_uom_qty for line in self._approval_sold_lines())
        if not sold:
            return -100.0 if cost else 0.0
        return 100 * (sold - cost) / abs(sold)

    def _approval_cost(self, line):
        product = line.product_id.sudo().with_company(self.company_id)
        # like _price_compute("standard_price"), which asks the database for the main company each time
        own = product.uom_id._compute_price(product.standard_price, line.product_uom_id) if product else 0.0
        today = fields.Date.context_today(self)
        own = self.company_id.currency_id._convert(own, self.currency_id, self.company_id, today)
        return max(line.purchase_price or 0.0, own)

    # -- terms -----------------------------------------------------------------------------------------

    def _approval_measure_payment_term(self):
        return self.payment_term_id

    def _approval_measure_payment_days(self):
        """Days from the invoice to the last payment."""
        today = fields.Date.context_today(self)
        dates = [line._get_due_date(today) for line in self.payment_term_id.line_ids]
        return float(max(((date - today).days for date in dates), default=0))

    # -- what is sold ------------------------------------------------------------------------------------

    def _approval_measure_product(self):
        return self._approval_sold_lines().product_id

    def _approval_measure_category(self):
        return self._approval_sold_lines().product_id.categ_id

    # -- to whom -----------------------------------------------------------------------------------------

    def _approval_measure_grade(self):
        partner = self.partner_id.commercial_partner_id
        return partner._approval_customer_grade() or self.opportunity_id.sudo().merchant_grade or None

    def _approval_region(self):
        # not the column: orders from before the regions have none in it
        return self._find_region()

    def _approval_measure_region(self):
        return self._approval_region()

    def _approval_measure_new_customer(self):
        """Whether the customer has never had a confirmed order of this company."""
        domain = Domain("partner_id.commercial_partner_id", "=", self.partner_id.commercial_partner_id.id)
        domain &= Domain("company_id", "=", self.company_id.id) & Domain("state", "=", "sale")
        return not self.sudo().search_count(domain & Domain("id", "!=", self.id), limit=1)

    # -- credit ------------------------------------------------------------------------------------------

    def _approval_credit(self):
        """(limit, terms of the exposure, moment of the sync) of the customer; None where credit is not kept at all:
        no limit was entered and no accounting system has ever said one."""
        partner = self.partner_id.commercial_partner_id.sudo().with_company(self.company_id)
        if not partner.use_partner_credit_limit and not partner.credit_limit_synced_at:
            return None
        return partner.credit_limit, partner._merchant_credit_facts(self.company_id), partner.credit_limit_synced_at

    def _approval_measure_credit_over(self):
        """Whether what the customer owes, together with this quote, is more than his limit."""
        credit = self._approval_credit()
        if credit is None:
            return None
        limit, facts, _moment = credit
        owed = sum(fact["amount"] for fact in facts) + self._credit_own(facts)
        return self.company_id.currency_id.compare_amounts(owed, limit) > 0

    def _credit_own(self, facts):
        """What this quote adds to those facts: nothing once it is approved, since it stands among them."""
        if self.approval_state == "approved" and self.state in ("draft", "sent"):
            if any(fact["code"] == "quotes" for fact in facts):
                return 0.0
        return self._approval_totals(self.company_id)[self.id]

    def _approval_measure_credit_unknown(self):
        """Whether nobody has said for a while how much the customer may owe."""
        credit = self._approval_credit()
        if credit is None:
            return None
        moment = credit[2]
        hours = self.env["crm.go.no.go"]._stale_hours(self.company_id)
        return not moment or moment < fields.Datetime.now() - timedelta(hours=hours)
