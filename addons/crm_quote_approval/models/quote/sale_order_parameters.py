from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """No quote leaves the house that does not say what the machine can do."""

    _inherit = "sale.order"

    parameters_missing = fields.Char(compute="_compute_parameters_missing", groups="base.group_user")
    has_parameters = fields.Boolean(compute="_compute_parameters_missing", groups="base.group_user")

    @api.depends("order_line.parameter_values", "order_line.product_id", "state")
    def _compute_parameters_missing(self):
        for order in self:
            order.has_parameters = any(line._parameters() for line in order.order_line)
            is_open = order.state in ("draft", "sent")
            order.parameters_missing = order._parameters_missing_text() if is_open and order.has_parameters else ""

    def _approval_judged_fields(self):
        return [*super()._approval_judged_fields(), "order_line.parameter_values"]

    def _approval_values(self, record, tree):
        values = super()._approval_values(record, tree)
        # a line without any is judged as it was before parameters were known: no older approval becomes void
        if record._name == "sale.order.line" and not values.get("parameter_values"):
            values.pop("parameter_values", None)
        return values

    def _parameters_missing_text(self):
        """The lines that miss something, and what; empty when nothing does."""
        parts = []
        for line in self._approval_judged_records("order_line"):
            missing = line._parameters_missing()
            if missing:
                name = (line.name or line.product_id.display_name).split("\n")[0]
                parts.append(self.env._("%(line)s: %(names)s", line=name, names=", ".join(missing.mapped("name"))))
        return "; ".join(parts)

    def _parameters_reason(self):
        text = self._parameters_missing_text()
        if not text:
            return ""
        return self.env._(
            "%(name)s lacks technical parameters. Enter them with the button Technical Parameters. Missing: %(text)s",
            name=self.display_name,
            text=text,
        )

    def _quote_reason(self):
        reason = self._parameters_reason()
        # what was approved was complete by the rules of its day
        if reason and not self._approval_is_current():
            return reason
        return super()._quote_reason()

    def _approval_submit_check(self):
        result = super()._approval_submit_check()
        reason = self._parameters_reason()
        if reason:
            raise UserError(reason)
        return result

    def _version_line(self, line):
        return {**super()._version_line(line), "parameter_values": line.parameter_values or []}

    @api.model
    def _version_line_vals(self, line):
        return {**super()._version_line_vals(line), "parameter_values": line.get("parameter_values") or False}

    def action_quote_parameters(self):
        """Opens the window of technical parameters of all lines."""
        self.ensure_one()
        self.check_access("write")
        window = self.env["crm.quote.parameters"]._open_for(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Technical Parameters"),
            "res_model": window._name,
            "res_id": window.id,
            "views": [(False, "form")],
            "target": "new",
        }
