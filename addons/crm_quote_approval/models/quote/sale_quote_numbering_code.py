from odoo import fields, models


class SaleQuoteNumberingCode(models.Model):
    """What stands for a salesperson in the numbers of a company."""

    _name = "sale.quote.numbering.code"
    _description = "Code of a Salesperson"
    _order = "numbering_id, code"

    numbering_id = fields.Many2one("sale.quote.numbering", required=True, index=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", "Salesperson", required=True, domain="[('share', '=', False)]")
    code = fields.Char(required=True, size=10)

    _user_uniq = models.UniqueIndex("(numbering_id, user_id)", "This salesperson has a code already.")
