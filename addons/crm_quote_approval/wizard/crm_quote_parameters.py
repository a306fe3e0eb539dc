from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmQuoteParameters(models.TransientModel):
    """All technical parameters of a quote in one small window."""

    _name = "crm.quote.parameters"
    _description = "Technical Parameters of a Quote"

    order_id = fields.Many2one("sale.order", "Quote", required=True, readonly=True)
    line_ids = fields.One2many("crm.quote.parameters.line", "window_id", "Parameters")
    is_one_line = fields.Boolean(compute="_compute_one_line", help="One product only: named above, not in each row")
    product_name = fields.Char("Product", compute="_compute_one_line")

    @api.depends("line_ids.order_line_id")
    def _compute_one_line(self):
        for window in self:
            window.is_one_line = len(window.line_ids.order_line_id) == 1
            window.product_name = window.line_ids[:1].line_name

    @api.model
    def _open_for(self, order):
        rows = []
        for line in order.order_line:
            given = {row[0]: row[2] for row in line.parameter_values or []}
            for parameter in line._parameters():
                value = given.get(parameter.id) or ""
                is_choice = parameter.kind == "choice"
                choice = parameter.choice_ids.filtered(lambda row, value=value: row.name == value)
                rows.append(
                    {
                        "order_line_id": line.id,
                        "parameter_id": parameter.id,
                        "value": "" if is_choice else value,
                        "choice_id": choice[:1].id if is_choice else False,
                    }
                )
        if not rows:
            raise UserError(
                self.env._(
                    "No product of this quote has technical parameters. They are set on the product category, in Sales / "
                    "Configuration / Product Categories."
                )
            )
        return self.create({"order_id": order.id, "line_ids": [fields.Command.create(row) for row in rows]})

    def action_apply(self):
        """Writes what was entered onto the lines.

        :raises UserError: for a value that does not fit, naming it
        """
        self.ensure_one()
        self.order_id.check_access("write")
        for line, rows in self.line_ids.grouped("order_line_id").items():
            if line.order_id != self.order_id:
                raise UserError(self.env._("This line belongs to another quote."))
            # the quote's own parameters, whatever the window was sent
            asked = line._parameters()
            values = []
            for row in rows.filtered(lambda row, asked=asked: row.sudo().parameter_id in asked):
                text = row._text()
                parameter = row.sudo().parameter_id
                if text and not parameter._accepts(text):
                    raise UserError(
                        self.env._("%(name)s: “%(value)s” is not a number.", name=parameter.name, value=text)
                    )
                if text:
                    values.append([parameter.id, parameter.name, text, parameter.unit or ""])
            if values != (line.parameter_values or []):
                line.parameter_values = values
        return {"type": "ir.actions.act_window_close"}


class CrmQuoteParametersLine(models.TransientModel):
    _name = "crm.quote.parameters.line"
    _description = "Technical Parameter of a Quote"
    _order = "id"

    window_id = fields.Many2one("crm.quote.parameters", required=True, ondelete="cascade")
    order_line_id = fields.Many2one("sale.order.line", required=True, ondelete="cascade")
    line_name = fields.Char("Product", compute="_compute_names")
    parameter_id = fields.Many2one("crm.product.parameter", required=True, ondelete="cascade")
    name = fields.Char("Asked for", compute="_compute_names")
    kind = fields.Selection(related="parameter_id.kind")
    value = fields.Char()
    choice_id = fields.Many2one("crm.product.parameter.choice", domain="[('parameter_id', '=', parameter_id)]")

    @api.depends("parameter_id", "order_line_id")
    def _compute_names(self):
        for row in self:
            row.line_name = (row.order_line_id.name or "").split("\n")[0]
            parameter = row.parameter_id
            unit = f" ({parameter.unit})" if parameter.unit else ""
            row.name = f"{parameter.name}{unit}{' *' if parameter.is_required else ''}"

    def _text(self):
        value = self.choice_id.name if self.sudo().parameter_id.kind == "choice" else self.value
        return (value or "").strip()
