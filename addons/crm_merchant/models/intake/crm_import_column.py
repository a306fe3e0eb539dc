from odoo import api, fields, models

from .workbook import header_key

# what a column of a sheet can hold; "note" goes into the lead's notes under its own header
TARGETS = [
    ("company", "Company Name"),
    ("contact", "Contact"),
    ("function", "Job Position"),
    ("phone", "Phone"),
    ("email", "Email"),
    ("credit_code", "Credit Code"),
    ("state", "Province"),
    ("city", "City"),
    ("region", "Place (province and city in one)"),
    ("street", "Address"),
    ("website", "Website"),
    ("source", "Lead Source"),
    ("industry", "Industry"),
    ("product", "Product of Interest"),
    ("budget", "Budget"),
    ("tags", "Tags"),
    ("referred", "Referred By"),
    ("note", "Into the Notes"),
    ("ignore", "Leave Out"),
]


class ImportColumn(models.Model):
    """How headers of people's sheets are spelled. Blanks, brackets, stars and case make no difference."""

    _name = "crm.import.column"
    _description = "Header Spelling of Imports"
    _order = "target, name"

    name = fields.Char("Header", required=True)
    key = fields.Char(compute="_compute_key", store=True)
    target = fields.Selection(TARGETS, "Means", required=True)
    active = fields.Boolean(default=True)

    _key_uniq = models.UniqueIndex("(key)", "This spelling is already in the list.")

    @api.depends("name")
    def _compute_key(self):
        for column in self:
            column.key = header_key(column.name or "")

    @api.model
    def _target_by_key(self):
        """Spelling in its plain form -> target."""
        return {column.key: column.target for column in self.sudo().search([])}
