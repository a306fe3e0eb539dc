from collections import defaultdict

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ..clients.adapter import adapter_for

# kind -> field that holds our record; the adapter knows the kinds by these names
RECORD_FIELDS = {
    "product": "product_id",
    "unit": "uom_id",
    "currency": "currency_id",
    "account": "account_id",
    "tax": "tax_id",
    "department": "team_id",
    "salesperson": "user_id",
    "settlement": "journal_id",
}
NO_RECORD = "-"


class Recording:
    """Notes what has no number while documents are put together on trial; nothing put together so is ever sent."""

    def __init__(self):
        self.missing = set()

    def wrap(self, tables):
        return {kind: _RecordingTable(kind, table, self.missing) for kind, table in tables.items()}

    def take(self):
        """What was missing since the last time: set of (kind, our key)."""
        found = set(self.missing)
        self.missing.clear()
        return found


class _RecordingTable(dict):
    def __init__(self, kind, table, missing):
        super().__init__(table)
        self._kind = kind
        self._missing = missing
        self._default = getattr(table, "default_factory", None)

    def __missing__(self, key):
        if self._default:
            return self._default()
        self._missing.add((self._kind, key))
        return "?"


class FinanceMapping(models.Model):
    """Something of ours ↔ its number over there. A missing one stops the document, never guesses."""

    _name = "finance.mapping"
    _inherit = ["crm.remembered.mixin"]
    _description = "Finance Mapping"
    _check_company_auto = True
    _order = "connection_id, kind, key"
    _rec_name = "number"

    connection_id = fields.Many2one("finance.connection", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="connection_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("product", "Product"),
            ("unit", "Unit"),
            ("currency", "Currency"),
            ("account", "Account"),
            ("tax", "Tax"),
            ("department", "Sales Team"),
            ("salesperson", "Salesperson"),
            ("settlement", "Way of Payment"),
        ],
        required=True,
        default="product",
    )
    kind_choices = fields.Json(compute="_compute_kind_choices")
    product_id = fields.Many2one("product.product", check_company=True, ondelete="cascade")
    uom_id = fields.Many2one("uom.uom", "Unit", ondelete="cascade")
    currency_id = fields.Many2one("res.currency", ondelete="cascade")
    account_id = fields.Many2one("account.account", check_company=True, ondelete="cascade")
    tax_id = fields.Many2one("account.tax", check_company=True, ondelete="cascade")
    team_id = fields.Many2one("crm.team", "Sales Team", check_company=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", "Salesperson", ondelete="cascade")
    journal_id = fields.Many2one(
        "account.journal", check_company=True, domain="[('type', 'in', ('bank', 'cash'))]", ondelete="cascade"
    )
    ours = fields.Char(compute="_compute_ours")
    # known before the row is written: the constraint below asks for it at once
    key = fields.Char(compute="_compute_key", store=True, precompute=True)
    number = fields.Char("Number Over There", required=True)

    _key_uniq = models.UniqueIndex("(connection_id, kind, key)", "This mapping is already there.")
    _key_filled = models.Constraint("CHECK (key IS NOT NULL)", "Choose what is mapped.")

    @api.depends("connection_id.product")
    def _compute_kind_choices(self):
        for mapping in self:
            product = mapping.connection_id.product
            mapping.kind_choices = list(adapter_for(product).mapped_kinds) if product else list(RECORD_FIELDS)

    @api.constrains("kind", "connection_id")
    def _check_kind(self):
        for mapping in self:
            if mapping.kind not in mapping.kind_choices:
                kinds = dict(self._fields["kind"]._description_selection(self.env))
                products = dict(mapping.connection_id._fields["product"]._description_selection(self.env))
                raise ValidationError(
                    self.env._(
                        "%(product)s asks for no number of %(kind)s, so such a row would change nothing.",
                        product=products[mapping.connection_id.product],
                        kind=kinds[mapping.kind],
                    )
                )

    @api.depends("kind", *RECORD_FIELDS.values())
    def _compute_key(self):
        for mapping in self:
            mapping.key = self._key_of(mapping[RECORD_FIELDS[mapping.kind]]) if mapping.kind else False

    @api.depends("kind", *RECORD_FIELDS.values())
    def _compute_ours(self):
        for mapping in self:
            mapping.ours = mapping[RECORD_FIELDS[mapping.kind]].display_name if mapping.kind else False

    @api.model
    def _key_of(self, record):
        """How a record is named in frozen values: a currency by its ISO code, others by model and id."""
        if not record:
            return False
        return record.name if record._name == "res.currency" else f"{record._name},{record.id}"

    @api.model
    def _name_of_key(self, key):
        record = self._record_of_key(key)
        return record.display_name if record else key

    @api.model
    def _record_of_key(self, key):
        """Our record that frozen values name by ``key``; None if there is none."""
        model, _sep, number = str(key).partition(",")
        models_known = {self._fields[name].comodel_name for name in RECORD_FIELDS.values()}
        if model in models_known and number.isdecimal():
            return self.env[model].browse(int(number)).exists()
        return None

    # -- what is remembered -----------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        mappings = super().create(vals_list)
        mappings._take_up_receipts()
        return mappings

    def write(self, vals):
        result = super().write(vals)
        self._take_up_receipts()
        return result

    def _take_up_receipts(self):
        """Receipts that waited for one of these currencies go on by themselves."""
        for mapping in self.filtered(lambda mapping: mapping.kind == "currency"):
            self.env["finance.receipt"].sudo()._take_up_currency(mapping.connection_id.sudo(), mapping.number)

    @api.model
    @tools.ormcache("connection_id")
    def _remembered(self, connection_id):
        """(kind, our key, their number) of all rows of a connection, kept between requests: every poll asks for them and
        hardly anybody changes them. A change clears this in all workers."""
        rows = self.sudo().search_fetch([("connection_id", "=", connection_id)], ["kind", "key", "number"])
        return tuple((row.kind, row.key, row.number) for row in rows)

    @api.model
    def _tables(self, connection):
        """kind -> {our key: their number}; the connection's defaults stand behind products and units.

        What only reads (``_reading_adapter``) is spared the products that we made over there.
        """
        tables = {
            "product": _table(connection.default_material),
            "unit": _table(connection.default_unit),
            **{kind: {} for kind in RECORD_FIELDS if kind not in ("product", "unit")},
        }
        if not connection.env.context.get("finance_reading"):
            # what we made over there ourselves needs no row here
            domain = [
                ("connection_id", "=", connection.id),
                ("kind", "=", "product"),
                ("res_model", "=", "product.product"),
            ]
            for binding in self.env["finance.binding"].sudo().search_fetch(domain, ["res_id", "number"]):
                tables["product"][f"product.product,{binding.res_id}"] = binding.number
        for kind, key, number in self._remembered(connection._origin.id):
            tables[kind][key] = number
        # the standard numbering of a new account set
        tables["currency"].setdefault("CNY", connection._currency_default())
        recording = self.env.context.get("finance_recording")
        return recording.wrap(tables) if isinstance(recording, Recording) else tables


def _table(default):
    return defaultdict(lambda: default) if default else {}
