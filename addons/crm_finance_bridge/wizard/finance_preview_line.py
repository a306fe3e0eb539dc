from odoo import fields, models


class FinancePreviewLine(models.TransientModel):
    """What would happen to one document."""

    _name = "finance.preview.line"
    _description = "Document in a Dry Run"
    _order = "verdict, id"

    preview_id = fields.Many2one("finance.preview", required=True, ondelete="cascade")
    verdict = fields.Selection(
        [("blocked", "Blocked"), ("change", "Would Change"), ("create", "Would Create")], "Result", readonly=True
    )
    kind = fields.Selection(lambda self: self.env["finance.outbox"]._fields["kind"]._description_selection(self.env))
    name = fields.Char("Document", readonly=True)
    number = fields.Char("Business Number", readonly=True)
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    reason = fields.Text("Because", readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    outbox_id = fields.Integer(readonly=True)

    def action_open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
