from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    merchant_leaver_mode = fields.Selection(related="company_id.merchant_leaver_mode", readonly=False)
    merchant_leaver_successor_id = fields.Many2one(
        related="company_id.merchant_leaver_successor_id", readonly=False, domain="[('share', '=', False)]"
    )
    merchant_rehearsal_days = fields.Integer(related="company_id.merchant_rehearsal_days", readonly=False)
