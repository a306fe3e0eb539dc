from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    # sales opens the invoices of its orders and may not read payments: how many there are tells nothing
    payment_count = fields.Integer(compute_sudo=True)
    contract_ids = fields.Many2many(
        "crm.contract",
        string="Contracts",
        compute="_compute_contract_ids",
        groups="crm_project_delivery.group_contract_user",
    )

    def _compute_contract_ids(self):
        lines = self.env["crm.payment.plan.line"].search([("move_ids", "in", self.ids)])
        for move in self:
            move.contract_ids = lines.filtered(lambda line, move=move: move._origin in line.move_ids).contract_id

    def action_view_contracts(self):
        self.ensure_one()
        return self.contract_ids._get_records_action(name=self.env._("Contracts"))

    def _invoice_paid_hook(self):
        """The state of the rows is computed; this only says that money has arrived."""
        result = super()._invoice_paid_hook()
        lines = self.env["crm.payment.plan.line"].sudo().search([("move_ids", "in", self.ids)])
        if lines:
            lines._on_paid()
        return result
