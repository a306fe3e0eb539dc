from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

KINDS = [("text", "Text"), ("number", "Number"), ("choice", "Choice")]


class CrmProductParameter(models.Model):
    """A technical parameter that quotes of a product category have to name, in the categories below it too."""

    _name = "crm.product.parameter"
    _inherit = ["crm.remembered.mixin"]
    _description = "Technical Parameter"
    _order = "categ_id, sequence, id"

    categ_id = fields.Many2one("product.category", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char("Parameter", required=True)
    kind = fields.Selection(KINDS, required=True, default="text")
    unit = fields.Char(help="kN, mm, kW")
    is_required = fields.Boolean("Required", default=True)
    choice_ids = fields.One2many("crm.product.parameter.choice", "parameter_id", "Choices", copy=True)
    choice_text = fields.Char(
        "Choices (separated by commas)", compute="_compute_choice_text", inverse="_inverse_choice_text"
    )

    @api.depends("choice_ids.name")
    def _compute_choice_text(self):
        for parameter in self:
            parameter.choice_text = ", ".join(parameter.choice_ids.mapped("name"))

    def _inverse_choice_text(self):
        for parameter in self:
            names = [name.strip() for name in (parameter.choice_text or "").replace("，", ",").split(",")]
            names = list(dict.fromkeys(name for name in names if name))
            parameter.choice_ids.filtered(lambda choice, names=names: choice.name not in names).unlink()
            known = parameter.choice_ids.mapped("name")
            self.env["crm.product.parameter.choice"].create(
                [
                    {"parameter_id": parameter.id, "name": name, "sequence": number}
                    for number, name in enumerate(names)
                    if name not in known
                ]
            )

    @api.constrains("choice_text")
    def _check_choices(self):
        for parameter in self:
            if parameter.kind == "choice" and not parameter.choice_ids:
                raise ValidationError(self.env._("%(name)s needs choices to choose from.", name=parameter.name))

    def _accepts(self, text):
        """Whether ``text`` is a value of this parameter."""
        self.ensure_one()
        text = (text or "").strip()
        if self.kind == "number":
            try:
                return bool(text) and abs(float(text.replace(",", ""))) < 1e15
            except ValueError:
                return False
        if self.kind == "choice":
            return text in self.choice_ids.mapped("name")
        return bool(text)

    # -- which ones a category asks for -------------------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _by_category(self):
        """category id -> ids of its own parameters, in their order."""
        found = {}
        for parameter in self.sudo().search([("categ_id", "!=", False)]):
            found.setdefault(parameter.categ_id.id, []).append(parameter.id)
        return {category: tuple(ids) for category, ids in found.items()}

    @api.model
    def _of_category(self, category):
        """Parameters of ``category`` and of all above it, the most general first (superuser)."""
        known = self._by_category()
        if not known or not category:
            return self.sudo().browse()
        path = [int(part) for part in (category.sudo().parent_path or "").split("/") if part]
        return self.sudo().browse([row for above in path for row in known.get(above, ())])
