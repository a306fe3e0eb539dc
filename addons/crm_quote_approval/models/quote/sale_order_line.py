from odoo import api, fields, models
from odoo.exceptions import ValidationError

LONGEST = 200


class SaleOrderLine(models.Model):
    """Technical parameters of what is sold. The line keeps their names too, so that what was judged and printed stays
    when a parameter is renamed."""

    _inherit = "sale.order.line"

    parameter_values = fields.Json(
        "Technical Parameters",
        copy=True,
        groups="base.group_user",
        help="List of [id of the parameter, name, value, unit]",
    )
    parameter_text = fields.Char("Parameters", compute="_compute_parameter_text", groups="base.group_user")
    parameter_count = fields.Integer(compute="_compute_parameter_text", groups="base.group_user")

    @api.depends("parameter_values", "product_id")
    def _compute_parameter_text(self):
        for line in self:
            line.parameter_count = len(line._parameters())
            missing = line._parameters_missing()
            text = "; ".join(f"{name}: {value}" for name, value in line._parameter_rows())
            line.parameter_text = (
                self.env._("missing: %(names)s", names=", ".join(missing.mapped("name"))) if missing else text
            )

    @api.constrains("parameter_values")
    def _check_parameter_values(self):
        """The column can be written over RPC: only rows of the one shape get in.

        :raises ValidationError: for anything else
        """
        for line in self:
            rows = line.sudo().parameter_values or []
            fine = isinstance(rows, list) and all(
                isinstance(row, list)
                and len(row) == 4
                and isinstance(row[0], int)
                and all(isinstance(text, str) and len(text) <= LONGEST for text in row[1:])
                for row in rows
            )
            if not fine:
                raise ValidationError(self.env._("Enter technical parameters by the button on the line."))

    def _parameters(self):
        """What the line's category asks for (superuser)."""
        self.ensure_one()
        parameters = self.env["crm.product.parameter"]
        if self.display_type or not self.product_id or not parameters._by_category():
            return parameters.sudo().browse()
        return parameters._of_category(self.sudo().product_id.categ_id)

    def _parameters_missing(self):
        """Required parameters without a value that fits."""
        given = {row[0]: row[2] for row in self.sudo().parameter_values or []}
        return self._parameters().filtered(
            lambda parameter: parameter.is_required and not parameter._accepts(given.get(parameter.id))
        )

    def _parameter_rows(self):
        """(name, value with unit) as printed."""
        return [(row[1], f"{row[2]} {row[3]}".strip()) for row in self.sudo().parameter_values or [] if row[2]]
