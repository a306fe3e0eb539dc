from odoo import api, models

from .service_ticket import OPEN_STATES


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model
    def _go_no_go_codes(self):
        return {**super()._go_no_go_codes(), "service_tickets": self.env._("Urgent Service Tickets")}

    def _go_no_go_items(self):
        """A customer whose line stands still is warned about before he gets a new quote."""
        items = super()._go_no_go_items()
        tickets = self.env["service.ticket"].sudo().search(
            [
                ("commercial_partner_id", "=", self.partner_id.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("state", "in", OPEN_STATES),
                ("priority", "in", ("p0", "p1")),
            ],
            order="opened_at, id",
        )  # fmt: skip
        if tickets:
            items.append(
                {
                    "code": "service_tickets",
                    "level": "warn",
                    "text": self.env._(
                        "%(count)s urgent service tickets of this customer are open.", count=len(tickets)
                    ),
                    "moment": tickets[0].opened_at,
                }
            )
        return items
