from odoo import fields, models

GALAXY = "kingdee_galaxy"


class FinanceConnection(models.Model):
    """When sales orders go out, and what of their contracts goes with them."""

    _inherit = "finance.connection"

    orders_after = fields.Selection(
        [("confirmed", "When They Are Confirmed"), ("signed", "When Their Contract Is Signed")],
        "Orders Go Out",
        required=True,
        default="confirmed",
        tracking=True,
        help="The number of the contract and its payment plan are known when it is signed. An order that goes out when it "
        "is confirmed goes without them.",
    )
    order_plan = fields.Selection(
        [("none", "Not Sent"), ("amounts", "Shares and Amounts"), ("full", "Shares, Amounts, Names and Dates")],
        "Payment Plan of the Contract",
        required=True,
        default="full",
        tracking=True,
        help="What of the signed payment plan stands on the order over there. If the finance system does not know a field "
        "of it, it refuses the order and says so: choose less here and press Retry on the order.",
    )

    def _sends_plan(self):
        """Hook: whether payment plans go out with orders; only Kingdee Cloud Galaxy's orders have a place for them."""
        return self.product == GALAXY and self.order_plan != "none"

    def _adapter_settings(self):
        settings = super()._adapter_settings()
        if self.product == GALAXY:
            settings["order_plan"] = self.order_plan
        return settings
