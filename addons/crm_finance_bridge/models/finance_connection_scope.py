from datetime import UTC, datetime, time

import pytz

from odoo import fields, models

HERE_OR_THERE = [("here", "Here"), ("there", "Over There")]


class FinanceConnection(models.Model):
    """What moves over a connection, from when on, and which side is right where both know something."""

    _inherit = "finance.connection"

    start_date = fields.Date(
        "Goes Live On",
        readonly=True,
        copy=False,
        tracking=True,
        help="Documents of an earlier accounting date are never sent; set when it is switched on",
    )
    customer_source = fields.Selection(
        HERE_OR_THERE,
        "Customers Are Kept",
        required=True,
        default="here",
        tracking=True,
        help="Here: a customer who changes is changed over there too. There: only new ones are sent.",
    )
    product_source = fields.Selection(
        HERE_OR_THERE,
        "Products Are Kept",
        required=True,
        default="there",
        tracking=True,
        help="Here: a product without a number is made over there before the first document that names it. "
        "There: it needs a row under Mappings.",
    )
    credit_source = fields.Selection(
        HERE_OR_THERE,
        "Credit Limits Are Kept",
        required=True,
        default="there",
        tracking=True,
        help="There: they are read every night, if the finance system offers them. Here: they are never touched.",
    )
    receipt_source = fields.Selection(
        HERE_OR_THERE,
        "Receipts Are Kept",
        required=True,
        default="there",
        tracking=True,
        help="There: what is entered over there is read and registered here. Here: nothing is read, only receipts entered "
        "here count.",
    )
    receipt_check_days = fields.Integer(
        "Look for Receipts Again (Days)",
        default=180,
        required=True,
        tracking=True,
        help="Each night the receipts of so many days that were registered here are looked for over there, because what "
        "was deleted there is in no list of changes. Older ones are not; 0: none.",
    )
    fapiao_source = fields.Selection(
        HERE_OR_THERE,
        "Fapiao Numbers Are Kept",
        required=True,
        default="there",
        tracking=True,
        help="There: they are read from the fapiao made there. Here: finance enters them on the invoice, and what the "
        "other side says of them is left alone.",
    )
    sends_orders = fields.Boolean(
        "Send Sales Orders", tracking=True, help="From the next order that is confirmed or signed on"
    )
    sends_receipts = fields.Boolean(
        "Send Receipts Entered Here",
        tracking=True,
        help="Customer payments registered here go out when they are confirmed, from the next one on",
    )

    _receipt_check_days_range = models.Constraint(
        "CHECK (receipt_check_days BETWEEN 0 AND 3660)", "Receipts are looked for again for 0 to 3660 days."
    )

    def _guarded_fields(self):
        return super()._guarded_fields() | {"start_date"}

    def _reads_from(self):
        """Moment (aware, UTC) from which on the far side is read.

        The first midnight of the start, where that was before the switch: what came in between stands in no opening
        balance. It does not move when the connection is switched off and on again.
        """
        since = (self.sync_from or fields.Datetime.now()).replace(tzinfo=UTC)
        if self.start_date:
            zone = pytz.timezone(self.company_id._merchant_zone())
            since = min(since, zone.localize(datetime.combine(self.start_date, time())).astimezone(UTC))
        return since

    def _on_for(self, records, *flags):
        """Connections that are on for the companies of ``records``, with these switches set."""
        domain = [("company_id", "in", records.company_id.ids), ("state", "=", "on")]
        return self.sudo().search(domain + [(flag, "=", True) for flag in flags])
