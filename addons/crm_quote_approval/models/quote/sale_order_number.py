from odoo import models


class SaleOrder(models.Model):
    """New quotes are numbered by the rule of their company, once they know their salesperson and region."""

    _inherit = "sale.order"

    def _watched_create(self, create, vals_list):
        return super()._watched_create(lambda given: self._numbered_create(create, given), vals_list)

    def _numbered_create(self, create, vals_list):
        rules = self.env["sale.quote.numbering"].sudo()
        companies = {vals.get("company_id") or self.env.company.id for vals in vals_list}
        of_company = {rule.company_id.id: rule for rule in rules.search([("company_id", "in", list(companies))])}
        if not of_company:
            return create(vals_list)
        new = self.default_get(["name"]).get("name")
        numbered = [
            (vals.get("company_id") or self.env.company.id) in of_company and vals.get("name") in (None, False, "", new)
            for vals in vals_list
        ]
        # a name of some sort leaves Odoo's own sequence alone
        orders = create(
            [{**vals, "name": "/"} if is_new else vals for vals, is_new in zip(vals_list, numbered, strict=True)]
        )
        for order, is_new in zip(orders.sudo(), numbered, strict=True):
            if is_new:
                order.name = of_company[order.company_id.id]._next_number(order)
        return orders
