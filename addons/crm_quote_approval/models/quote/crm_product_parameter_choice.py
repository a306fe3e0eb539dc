from odoo import fields, models


class CrmProductParameterChoice(models.Model):
    _name = "crm.product.parameter.choice"
    _description = "Choice of a Technical Parameter"
    _order = "parameter_id, sequence, id"

    parameter_id = fields.Many2one("crm.product.parameter", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer()
    name = fields.Char(required=True)
