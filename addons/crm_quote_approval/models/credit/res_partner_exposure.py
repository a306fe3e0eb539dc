from odoo import fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """What a customer owes or is about to owe, in the terms that Odoo's own documents know."""

    _inherit = "res.partner"

    def _merchant_credit_facts(self, company):
        """Adds what came since the accounting system's balance: invoices, receipts, orders not yet invoiced and
        approved quotes that are not signed. Without such a balance Odoo's own receivable stands for it."""
        facts = super()._merchant_credit_facts(company)
        partner = self.commercial_partner_id.sudo().with_company(company)
        since = partner.credit_limit_synced_at
        if not since and not partner.use_partner_credit_limit:
            return facts
        now, env = fields.Datetime.now(), self.env
        if since:
            found = [
                ("invoices", env._("Invoices Since"), partner._credit_invoices(company, since)),
                ("receipts", env._("Receipts Since"), -partner._credit_receipts(company, since)),
            ]
        else:
            found = [("receivable", env._("Receivable"), partner.credit)]
        found += [
            ("orders", env._("Orders Not Yet Invoiced"), partner._credit_orders(company)),
            ("quotes", env._("Approved Quotes Not Yet Signed"), partner._credit_quotes(company)),
        ]
        return facts + [
            {"code": code, "label": label, "amount": amount, "moment": now}
            for code, label, amount in found
            if not company.currency_id.is_zero(amount)
        ]

    def _credit_domain(self, company):
        return Domain("company_id", "=", company.id) & Domain("partner_id.commercial_partner_id", "=", self.id)

    def _credit_invoices(self, company, since):
        """Invoices less refunds from the day of the sync on; that day's count in full, on the safe side."""
        domain = self._credit_domain(company) & Domain("state", "=", "posted")
        domain &= Domain("move_type", "in", ("out_invoice", "out_refund"))
        domain &= Domain("invoice_date", ">=", company._merchant_today(since))
        return self.env["account.move"]._read_group(domain, [], ["amount_total_signed:sum"])[0][0] or 0.0

    def _credit_receipts(self, company, since):
        """Receipts after the day of the sync, and those of that day that were entered after it."""
        day = company._merchant_today(since)
        domain = self._credit_domain(company) & Domain("state", "in", ("in_process", "paid"))
        domain &= Domain("partner_type", "=", "customer")
        domain &= Domain("date", ">", day) | (Domain("date", "=", day) & Domain("create_date", ">", since))
        sums = self.env["account.payment"]._read_group(domain, [], ["amount_company_currency_signed:sum"])
        return sums[0][0] or 0.0

    def _credit_orders(self, company):
        domain = (
            self._credit_domain(company) & Domain("state", "=", "sale") & Domain("invoice_status", "!=", "invoiced")
        )
        orders = self.env["sale.order"].search(domain)
        return sum(self._credit_converted(order, order.amount_to_invoice) for order in orders)

    def _credit_quotes(self, company):
        domain = self._credit_domain(company) & Domain("state", "in", ("draft", "sent"))
        orders = self.env["sale.order"].search(domain & Domain("approval_state", "=", "approved"))
        return sum(self._credit_converted(order, order.amount_total) for order in orders)

    def _credit_converted(self, order, amount):
        company = order.company_id
        return order.currency_id._convert(amount, company.currency_id, company, company._merchant_today())
