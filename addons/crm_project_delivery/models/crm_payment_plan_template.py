from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..lib import plan


class CrmPaymentPlanTemplate(models.Model):
    """Shares that a new contract's payment plan starts from, such as 30/60/10. A changed template acts on contracts
    made later."""

    _name = "crm.payment.plan.template"
    _description = "Payment Plan Template"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: for all companies")
    line_ids = fields.One2many("crm.payment.plan.template.line", "template_id", "Rows", copy=True)

    @api.constrains("line_ids", "active")
    def _check_percent_sum(self):
        for template in self:
            percents = plan.percent_sum(template.line_ids.mapped("percent"))
            if template.active and percents != 100:
                raise ValidationError(
                    self.env._(
                        "The rows of %(template)s sum to %(sum)s %%. They must sum to exactly 100 %%.",
                        template=template.name,
                        sum=percents,
                    )
                )

    @api.model
    def _get_default_domain(self, order):
        """Domain of the templates that fit ``order``; the first in their own sequence is taken."""
        return [("company_id", "in", (False, order.company_id.id))]

    def _prepare_plan_vals_list(self):
        """Values of the plan rows of one new contract."""
        self.ensure_one()
        return [line._prepare_plan_line_vals() for line in self.line_ids]
