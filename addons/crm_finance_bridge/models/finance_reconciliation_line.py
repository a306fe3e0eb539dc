from odoo import api, fields, models


class FinanceReconciliationLine(models.Model):
    """One difference, with the cause that the bridge can name. Written by ``finance.reconciliation._compare``."""

    _name = "finance.reconciliation.line"
    _description = "Difference"
    _order = "reconciliation_id desc, kind, id"
    _rec_name = "number"
    _log_access = False

    reconciliation_id = fields.Many2one(
        "finance.reconciliation", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("missing_here", "Missing Here"),
            ("missing_there", "Missing There"),
            ("amount", "Amount"),
            ("payer", "Customer"),
            ("state", "State"),
            ("duplicate", "Twice There"),
            ("total", "Total of a Customer"),
        ],
        "What Differs",
        required=True,
        readonly=True,
    )
    cause = fields.Selection(
        [
            ("not_sent", "Not sent yet"),
            ("refused", "Refused, waits for a person"),
            ("never_queued", "Posted while nothing was sent"),
            ("deleted_there", "Deleted there"),
            ("entered_there", "Entered there by hand"),
            ("unknown_number", "Carries our number, unknown here"),
            ("tax_rounding", "Rounding of taxes"),
            ("fee", "Bank fee"),
            ("changed_there", "Changed there"),
            ("changed_here", "Changed here after it was sent"),
            ("entered_here", "Entered here, not there"),
            ("refund_here", "Refund entered here, not there"),
            ("not_registered", "Read, but no payment here"),
            ("other_currency", "In another currency"),
            ("wrong_payer", "Another customer"),
            ("not_audited", "Not audited there"),
            ("cancelled_there", "Cancelled there"),
            ("reset_here", "Taken back here"),
            ("same_number", "The same number again"),
            ("sum", "Sum of the differences"),
        ],
        readonly=True,
    )
    number = fields.Char("Business Number", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null")
    customer_number = fields.Char("Customer Over There", readonly=True)
    date = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True, ondelete="restrict")
    amount_here = fields.Monetary(readonly=True)
    amount_there = fields.Monetary(readonly=True)
    difference = fields.Monetary(readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    res_name = fields.Char("Document", readonly=True)
    outbox_id = fields.Many2one("finance.outbox", readonly=True, ondelete="set null")

    @api.readonly
    def action_open(self):
        """Opens our document, or the customer where we have none."""
        self.ensure_one()
        model, res_id = (self.res_model, self.res_id) if self.res_id else ("res.partner", self.partner_id.id)
        if not res_id:
            return False
        return {"type": "ir.actions.act_window", "res_model": model, "res_id": res_id, "view_mode": "form"}
