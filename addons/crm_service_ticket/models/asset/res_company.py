from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    service_warranty_months = fields.Integer(
        "Warranty (months)", default=12, groups="base.group_user",
        help="Of equipment whose contract and product say nothing else. Applies to equipment accepted later.",
    )  # fmt: skip
