from odoo import fields, models


class CrmDeliveryTemplate(models.Model):
    """Milestones that the project of a signed contract starts with."""

    _name = "crm.delivery.template"
    _description = "Delivery Template"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: for all companies")
    line_ids = fields.One2many("crm.delivery.template.line", "template_id", "Milestones", copy=True)

    def _get_default_domain(self, order):
        """Domain of the templates that fit ``order``; the first in their own sequence is taken."""
        return [("company_id", "in", (False, order.company_id.id))]
