from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    first_response_active = fields.Boolean(related="company_id.first_response_active", readonly=False)
    first_response_number_a = fields.Integer(related="company_id.first_response_number_a", readonly=False)
    first_response_unit_a = fields.Selection(related="company_id.first_response_unit_a", readonly=False)
    first_response_number = fields.Integer(related="company_id.first_response_number", readonly=False)
    first_response_unit = fields.Selection(related="company_id.first_response_unit", readonly=False)
    followup_least_letters = fields.Integer(related="company_id.followup_least_letters", readonly=False)
    followup_alike_percent = fields.Integer(related="company_id.followup_alike_percent", readonly=False)
