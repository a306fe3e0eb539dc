from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

# what a condition looks at: model -> path of the value
PATHS = {
    "grade": {"crm.lead": "merchant_grade", "res.partner": "merchant_grade"},
    "tag": {"crm.lead": "tag_ids.name", "res.partner": "category_id.name"},
    "source": {"crm.lead": "source_id.name"},
    "stage": {"crm.lead": "stage_id.name"},
    "amount": {"crm.lead": "expected_revenue"},
    "city": {"crm.lead": "city", "res.partner": "city"},
    "industry": {"res.partner": "industry_id.name"},
}


class CrmPoolExemption(models.Model):
    """A condition under which a held record of the pool is not recycled, or not counted. One that fits is enough."""

    _name = "crm.pool.exemption"
    _description = "Exemption from Recycling"
    _inherit = ["crm.pool.row.mixin"]
    _order = "pool_id, sequence, id"
    _rec_name = "value"

    pool_id = fields.Many2one("crm.pool", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="pool_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    subject = fields.Selection(
        [
            ("grade", "Grade"),
            ("tag", "Tag"),
            ("source", "Source"),
            ("stage", "Stage"),
            ("amount", "Expected Revenue"),
            ("city", "City"),
            ("industry", "Industry"),
        ],
        required=True,
        default="grade",
    )
    operator = fields.Selection(
        [("=", "is"), ("!=", "is not"), (">=", "is at least"), ("<=", "is at most")], required=True, default="="
    )
    value = fields.Char(required=True)
    effect = fields.Selection(
        [
            ("stays", "Stays with its holder"),
            ("uncounted", "Does not count as held"),
            ("both", "Stays and does not count"),
        ],
        required=True,
        default="stays",
    )

    @api.constrains("subject", "operator", "value")
    def _check_value(self):
        for line in self:
            if line.subject == "amount":
                try:
                    float(line.value)
                except ValueError:
                    raise ValidationError(
                        self.env._("“%(value)s” is not an amount. Write digits only.", value=line.value)
                    ) from None
            elif line.operator not in ("=", "!="):
                raise ValidationError(self.env._("Only an amount can be “at least” or “at most” something."))

    def write(self, vals):
        self._check_stays(vals)
        return super().write(vals)

    def _get_exempt_domain(self, model):
        """Domain of the records of ``model`` that one of these lines keeps."""
        return Domain.OR(line._get_line_domain(model) for line in self if line.effect != "uncounted")

    def _get_uncounted_domain(self, model):
        """Domain of the records of ``model`` that one of these lines leaves out of the holding cap."""
        return Domain.OR(line._get_line_domain(model) for line in self if line.effect != "stays")

    def _get_line_domain(self, model):
        self.ensure_one()
        path = PATHS[self.subject].get(model)
        if not path:
            return Domain.FALSE
        value = float(self.value) if self.subject == "amount" else self.value.strip()
        fits = Domain(path, "=", value) if self.operator == "!=" else Domain(path, self.operator, value)
        if self.subject == "grade" and value == "C":
            # records from before the grade existed
            fits |= Domain(path, "=", False)
        return Domain("pool_id", "=", self.pool_id.id) & (~fits if self.operator == "!=" else fits)
