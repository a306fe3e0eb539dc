from odoo import fields, models


class FinanceMarkDone(models.TransientModel):
    """Asks for what a person saw over there; the row itself checks who it is."""

    _name = "finance.mark.done"
    _description = "Mark a Document as Done"

    outbox_id = fields.Many2one("finance.outbox", required=True, ondelete="cascade")
    kind = fields.Selection(related="outbox_id.kind")
    evidence = fields.Text(required=True)
    number = fields.Char("Number Over There", help="Empty: the business number that we gave")

    def action_confirm(self):
        self.ensure_one()
        self.outbox_id.action_mark_done(self.evidence, self.number)
        return {"type": "ir.actions.act_window_close"}
