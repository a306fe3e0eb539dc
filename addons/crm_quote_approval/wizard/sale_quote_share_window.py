from datetime import timedelta

from odoo import api, fields, models


class SaleQuoteShareWindow(models.TransientModel):
    """Asks for whom a quote is shared and until when."""

    _name = "sale.quote.share.window"
    _description = "Share Quote"

    order_id = fields.Many2one("sale.order", "Quote", required=True)
    recipient = fields.Char(
        "For", required=True, compute="_compute_proposal", precompute=True, store=True, readonly=False
    )
    expires_on = fields.Date(
        "Open until", required=True, compute="_compute_proposal", precompute=True, store=True, readonly=False
    )

    @api.depends("order_id")
    def _compute_proposal(self):
        for window in self:
            order = window.order_id
            window.recipient = order.partner_id.commercial_partner_id.name or order.partner_id.name
            days = max(order.sudo().company_id.quote_share_days, 1)
            day = fields.Date.context_today(window) + timedelta(days=days)
            # no longer than the quote itself is valid
            is_open = order.state in ("draft", "sent") and order.validity_date
            window.expires_on = min(day, order.validity_date) if is_open else day

    def action_share(self):
        """Makes the link and shows it, ready to be copied."""
        self.ensure_one()
        share = self.order_id._quote_share(self.recipient, self.expires_on)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Link for the Customer"),
            "res_model": "sale.quote.share",
            "res_id": share.id,
            "views": [(self.env.ref("crm_quote_approval.sale_quote_share_view_form").id, "form")],
            "target": "new",
        }
