from odoo import fields, models


class FinanceCustomerChoose(models.TransientModel):
    """Asks which of our customers one over there is; the code itself checks who may say so."""

    _name = "finance.customer.choose"
    _description = "Choose Our Customer"

    code_id = fields.Many2one("finance.code", required=True, ondelete="cascade")
    name = fields.Char(related="code_id.display_name", string="Over There")
    partner_id = fields.Many2one(
        "res.partner", "Customer Here", required=True, domain=[("parent_id", "=", False)], ondelete="cascade"
    )

    def action_confirm(self):
        self.ensure_one()
        self.code_id.action_choose_customer(self.partner_id.id)
        return {"type": "ir.actions.act_window_close"}
