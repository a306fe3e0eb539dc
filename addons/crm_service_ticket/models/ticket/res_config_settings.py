from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    service_reopen_days = fields.Integer(related="company_id.service_reopen_days", readonly=False)
    service_warranty_months = fields.Integer(related="company_id.service_warranty_months", readonly=False)
