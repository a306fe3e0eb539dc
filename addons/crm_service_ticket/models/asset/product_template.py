from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    # whichever Odoo type the product has: a machine that is delivered as a project is often sold as a service
    service_is_equipment = fields.Boolean(
        "Equipment", groups="base.group_user",
        help="Each unit that a customer accepts gets a record in the service app.",
    )  # fmt: skip
    service_warranty_months = fields.Integer(
        "Warranty (months)", groups="base.group_user", help="0: the company's setting"
    )

    _service_warranty_positive = models.Constraint(
        "CHECK(service_warranty_months IS NULL OR service_warranty_months >= 0)", "A warranty cannot be negative."
    )
