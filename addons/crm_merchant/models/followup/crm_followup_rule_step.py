from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...lib.clock import DAYS, HOURS, WORKING_DAYS, WORKING_HOURS, Limit

UNITS = [
    (HOURS, "hours"),
    (WORKING_HOURS, "working hours"),
    (DAYS, "days"),
    (WORKING_DAYS, "working days"),
]


class CrmFollowupRuleStep(models.Model):
    """One rung of a ladder: after so long without follow-up, somebody is told."""

    _name = "crm.followup.rule.step"
    _description = "Reminder of a Follow-up Rule"
    _order = "rule_id, sequence, id"
    _rec_name = "action"

    rule_id = fields.Many2one("crm.followup.rule", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="rule_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    number = fields.Integer("After", required=True, default=3)
    unit = fields.Selection(UNITS, required=True, default=WORKING_DAYS)
    action = fields.Selection(
        [
            ("owner", "Remind the holder"),
            ("supervisor", "Remind the holder, his supervisor in copy"),
            ("manager", "Tell the supervisor's superior"),
            ("risk", "Mark as high risk and tell both"),
            ("close", "Close as lost"),
        ],
        required=True,
        default="owner",
    )

    _number_positive = models.Constraint("CHECK(number BETWEEN 1 AND 3650)", "A limit lies between 1 and 3650.")

    @api.constrains("number", "unit")
    def _check_limit(self):
        for step in self:
            try:
                step._limit()
            except ValueError:
                raise ValidationError(self.env._("A limit lies between 1 and 3650.")) from None

    @api.constrains("action", "sequence", "number", "unit", "rule_id")
    def _check_close(self):
        self.rule_id._check_close()

    def _limit(self):
        self.ensure_one()
        return Limit(self.number, self.unit)
