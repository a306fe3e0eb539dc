from odoo import api, models
from odoo.fields import Domain


class PoolMixin(models.AbstractModel):
    """Customers with whom something is going on stay with their holder, and so do their leads."""

    _inherit = "crm.pool.mixin"

    @api.model
    def _pool_customer_path(self):
        """Path from a record to the company whose business exempts it."""
        return "partner_id.commercial_partner_id"

    @api.model
    def _get_open_order_domain(self):
        """Orders that run: confirmed, not fully invoiced."""
        return Domain([("state", "=", "sale"), ("invoice_status", "!=", "invoiced")])

    @api.model
    def _get_unpaid_invoice_domain(self):
        return Domain(
            [
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial", "in_payment")),
            ]
        )

    @api.model
    def _pool_exempt_domain(self):
        """With an open order, an unpaid invoice or a portal user; later addons add contracts and tickets."""
        path = self._pool_customer_path()
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        ordering = partners._search(Domain("sale_order_ids", "any", self._get_open_order_domain()))
        invoices = self.env["account.move"].sudo()._search(self._get_unpaid_invoice_domain())
        portal = partners._search([("user_ids", "any", [("share", "=", True), ("active", "=", True)])])
        return (
            super()._pool_exempt_domain()
            | Domain(path, "in", ordering.subselect("commercial_partner_id"))
            | Domain(path, "in", invoices.subselect("commercial_partner_id"))
            | Domain(path, "in", portal.subselect("commercial_partner_id"))
        )
