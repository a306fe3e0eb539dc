from odoo import api, fields, models
from odoo.exceptions import ValidationError

KINDS = [
    ("text", "Text"),
    ("year", "Year (2026)"),
    ("year2", "Year (26)"),
    ("month", "Month"),
    ("day", "Day"),
    ("region", "Code of the Region"),
    ("user", "Code of the Salesperson"),
    ("counter", "Counter"),
]
DAY_FORMATS = {"year": "%Y", "year2": "%y", "month": "%m", "day": "%d"}


class SaleQuoteNumberingPart(models.Model):
    """One part of a number."""

    _name = "sale.quote.numbering.part"
    _description = "Part of a Quote Number"
    _order = "numbering_id, sequence, id"

    numbering_id = fields.Many2one("sale.quote.numbering", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(KINDS, required=True, default="text")
    text = fields.Char(help="Of a text: what is printed. Of a code: what is printed where there is none.")
    digits = fields.Integer(default=4, help="Of the counter: zeros are put before it")

    @api.constrains("text", "digits")
    def _check_text(self):
        for part in self:
            if len(part.text or "") > 20:
                raise ValidationError(self.env._("A part of a number has at most 20 characters."))
            if part.kind == "counter" and not 1 <= part.digits <= 9:
                raise ValidationError(self.env._("A counter has 1 to 9 digits."))

    def _text(self, order, user, day, counter):
        """This part of the number of ``order``."""
        self.ensure_one()
        if self.kind in DAY_FORMATS:
            return day.strftime(DAY_FORMATS[self.kind])
        if self.kind == "counter":
            return str(counter).zfill(self.digits)
        if self.kind == "region":
            return order.region_id.code or self.text or ""
        if self.kind == "user":
            codes = self.numbering_id.code_ids.filtered(lambda row: user and row.user_id == user)
            return codes[:1].code or self.text or ""
        return self.text or ""
