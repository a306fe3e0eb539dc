from collections import defaultdict

from odoo import api, fields, models

# kind -> field that holds our record; the adapter knows the kinds by these names
RECORD_FIELDS = {"product": "product_id", "unit": "uom_id", "currency": "currency_id"}
NO_RECORD = "-"


class FinanceMapping(models.Model):
    """Our product, unit or currency ↔ its number over there. A missing one stops the document, never guesses."""

    _name = "finance.mapping"
    _description = "Finance Mapping"
    _check_company_auto = True
    _order = "connection_id, kind, key"
    _rec_name = "number"

    connection_id = fields.Many2one("finance.connection", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="connection_id.company_id", store=True)
    kind = fields.Selection(
        [("product", "Product"), ("unit", "Unit"), ("currency", "Currency")], required=True, default="product"
    )
    product_id = fields.Many2one("product.product", check_company=True, ondelete="cascade")
    uom_id = fields.Many2one("uom.uom", "Unit", ondelete="cascade")
    currency_id = fields.Many2one("res.currency", ondelete="cascade")
    # known before the row is written: the constraint below asks for it at once
    key = fields.Char(compute="_compute_key", store=True, precompute=True)
    number = fields.Char("Number Over There", required=True)

    _key_uniq = models.UniqueIndex("(connection_id, kind, key)", "This mapping is already there.")
    _key_filled = models.Constraint("CHECK (key IS NOT NULL)", "Choose what is mapped.")

    @api.depends("kind", "product_id", "uom_id", "currency_id")
    def _compute_key(self):
        for mapping in self:
            mapping.key = self._key_of(mapping[RECORD_FIELDS[mapping.kind]]) if mapping.kind else False

    @api.model
    def _key_of(self, record):
        """How a record is named in frozen values: a currency by its ISO code, others by model and id."""
        if not record:
            return False
        return record.name if record._name == "res.currency" else f"{record._name},{record.id}"

    @api.model
    def _name_of_key(self, key):
        model, _sep, number = str(key).partition(",")
        if model in ("product.product", "uom.uom") and number.isdecimal():
            return self.env[model].browse(int(number)).exists().display_name
        return key

    @api.model
    def _tables(self, connection):
        """kind -> {our key: their number}; the connection's defaults stand behind products and units."""
        tables = {
            "product": _table(connection.default_material),
            "unit": _table(connection.default_unit),
            "currency": {},
        }
        for mapping in self.search([("connection_id", "=", connection.id)]):
            tables[mapping.kind][mapping.key] = mapping.number
        # the standard numbering of a new account set
        tables["currency"].setdefault("CNY", connection._currency_default())
        return tables


def _table(default):
    return defaultdict(lambda: default) if default else {}
