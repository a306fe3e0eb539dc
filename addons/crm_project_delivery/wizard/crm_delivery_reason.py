from odoo import fields, models


class DeliveryReason(models.TransientModel):
    """Asks why a contract is cancelled, an invoice request refused or a milestone given back.

    It decides nothing: the record's own method checks who may act and in which state.
    """

    _name = "crm.delivery.reason"
    _description = "Reason"

    kind = fields.Selection(
        [("cancel", "Cancel Contract"), ("refuse", "Refuse"), ("return", "Give Back")], required=True, readonly=True
    )
    contract_id = fields.Many2one("crm.contract", readonly=True, ondelete="cascade")
    request_id = fields.Many2one("crm.invoice.request", readonly=True, ondelete="cascade")
    milestone_id = fields.Many2one("project.milestone", readonly=True, ondelete="cascade")
    reason = fields.Text(required=True)

    def action_apply(self):
        """Hands the reason to the method that acts."""
        self.ensure_one()
        if self.kind == "cancel":
            self.contract_id.ensure_one().action_cancel(self.reason)
        elif self.kind == "refuse":
            self.request_id.ensure_one().action_refuse(self.reason)
        else:
            self.milestone_id.ensure_one().action_return(self.reason)
        return {"type": "ir.actions.act_window_close"}
