from odoo import api, fields, models


class ProductCategory(models.Model):
    _inherit = "product.category"

    parameter_ids = fields.One2many(
        "crm.product.parameter", "categ_id", "Technical Parameters", copy=True, groups="base.group_user"
    )
    inherited_parameter_text = fields.Char(
        "From Categories Above", compute="_compute_inherited_parameter_text", groups="base.group_user"
    )

    @api.depends("parent_id")
    def _compute_inherited_parameter_text(self):
        for category in self:
            above = self.env["crm.product.parameter"]._of_category(category.parent_id)
            category.inherited_parameter_text = ", ".join(above.mapped("name"))
