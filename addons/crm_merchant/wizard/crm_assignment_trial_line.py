from odoo import fields, models


class CrmAssignmentTrialLine(models.TransientModel):
    """What one person or pool would get by one rule."""

    _name = "crm.assignment.trial.line"
    _description = "Line of a Dry Run"
    _order = "sequence, id"

    trial_id = fields.Many2one("crm.assignment.trial", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer()
    rule_name = fields.Char("Rule", readonly=True)
    user_id = fields.Many2one("res.users", "Person", readonly=True)
    pool_id = fields.Many2one("crm.pool", readonly=True)
    lead_count = fields.Integer("Leads", readonly=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    amount = fields.Monetary("Budget", readonly=True)

    def _compute_currency_id(self):
        self.currency_id = self.env.company.currency_id
