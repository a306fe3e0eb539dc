from odoo import api, fields, models


class ReceiptClaim(models.TransientModel):
    """Finance says which rows of a payment plan a receipt pays. The receipt itself checks who may and what fits."""

    _name = "crm.receipt.claim"
    _description = "Claim of a Receipt"

    payment_id = fields.Many2one("account.payment", "Receipt", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="payment_id.company_id")
    currency_id = fields.Many2one(related="payment_id.currency_id")
    amount = fields.Monetary(related="payment_id.amount", string="Amount")
    partner_id = fields.Many2one(related="payment_id.partner_id", string="Payer")
    commercial_partner_id = fields.Many2one(
        related="payment_id.partner_id.commercial_partner_id", string="Paying Company"
    )
    memo = fields.Char(related="payment_id.memo")
    plan_line_ids = fields.Many2many(
        "crm.payment.plan.line", string="Rows It Pays", compute="_compute_plan_line_ids", store=True, readonly=False
    )
    open_amount = fields.Monetary("Open Amount of the Rows", compute="_compute_open_amount")

    @api.depends("payment_id")
    def _compute_plan_line_ids(self):
        """What is certain by number or exact amount is there already; the person looks and confirms."""
        lines = self.env["crm.payment.plan.line"]
        for claim in self:
            payment = claim.payment_id
            found = lines._find_for_receipt(
                payment.partner_id, payment.amount, [payment.memo or ""], payment.company_id or self.env.company
            )
            claim.plan_line_ids = found.sudo(False).filtered(lambda line: line.state in ("invoiced", "partial"))

    @api.depends("plan_line_ids")
    def _compute_open_amount(self):
        for claim in self:
            claim.open_amount = sum(line._open_amount() for line in claim.plan_line_ids)

    def action_claim(self):
        """Claims the receipt for the chosen rows."""
        self.ensure_one()
        self.payment_id.action_claim(self.plan_line_ids.ids)
        return {"type": "ir.actions.act_window_close"}
