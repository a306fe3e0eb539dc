from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

STALE_HOURS = 48


class GoNoGo(models.Model):
    """What an item of the strip on a quote does: it informs, adds a step or blocks."""

    _name = "crm.go.no.go"
    _inherit = ["crm.remembered.mixin", "mail.thread"]
    _description = "Go/No-Go Item of Quotes"
    _order = "code, id"
    _rec_name = "code"

    code = fields.Selection("_selection_code", "Item", required=True)
    effect = fields.Selection(
        [("inform", "Informs"), ("step", "Adds a Step"), ("block", "Blocks")],
        required=True,
        default="inform",
        tracking=True,
        help="Adds a step: the steps of a policy whose condition is the go/no-go strip are needed. Blocks: the quote is "
        "neither submitted nor sent nor confirmed.",
    )
    stale_hours = fields.Integer(
        "Stale After (hours)",
        default=STALE_HOURS,
        help="A credit limit that nobody has confirmed for so long is unknown.",
    )
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    active = fields.Boolean(default=True, tracking=True)

    _code_uniq = models.UniqueIndex("(code, COALESCE(company_id, 0)) WHERE active", "This item is set already.")
    _hours_positive = models.Constraint("CHECK(stale_hours > 0)", "A limit stays believed for some hours at least.")

    @api.constrains("code")
    def _check_code(self):
        # a selection that is a method takes any text from a caller
        known = dict(self._selection_code())
        for row in self:
            if row.code not in known:
                raise ValidationError(self.env._("There is no item “%(code)s” on the strip.", code=row.code))

    @api.model
    def _selection_code(self):
        return list(self.env["sale.order"]._go_no_go_codes().items())

    @api.model
    @tools.ormcache("company_id")
    def _settings(self, company_id):
        """code -> (effect, stale hours) in a company; its own row counts before the one for all."""
        rows = self.sudo().search([("company_id", "in", (False, company_id))])
        return {row.code: (row.effect, row.stale_hours) for row in rows.sorted(lambda row: bool(row.company_id))}

    @api.model
    def _codes_that(self, effect, company):
        """Codes of the items that have this effect in a company."""
        return {code for code, (set_, _hours) in self._settings(company.id).items() if set_ == effect}

    @api.model
    def _stale_hours(self, company):
        """Hours for which a credit limit is believed without being confirmed again."""
        return self._settings(company.id).get("credit_unknown", (None, STALE_HOURS))[1]
