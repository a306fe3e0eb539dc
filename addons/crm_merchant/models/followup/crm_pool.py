from odoo import fields, models


class CrmPool(models.Model):
    """Which ways of following up keep a record of the pool with its holder."""

    _inherit = "crm.pool"

    counts_call = fields.Boolean("Call", default=True, tracking=True)
    counts_visit = fields.Boolean("Visit", default=True, tracking=True)
    counts_meeting = fields.Boolean("Meeting", default=True, tracking=True)
    counts_mail = fields.Boolean("Mail", default=True, tracking=True)
    counts_message = fields.Boolean("WeChat", default=True, tracking=True)
    counts_quote = fields.Boolean("Quotation", default=True, tracking=True)
    counts_other = fields.Boolean("Other", default=True, tracking=True)

    _counts_something = models.Constraint(
        """CHECK(counts_call OR counts_visit OR counts_meeting OR counts_mail OR counts_message OR counts_quote
           OR counts_other)""",
        "At least one way of following up must count.",
    )
