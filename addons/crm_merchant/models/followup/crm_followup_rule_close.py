from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...lib.clock import DAYS, WORKING_DAYS


class CrmFollowupRule(models.Model):
    """What a ladder that ends in closing needs, see ``closing``."""

    _inherit = "crm.followup.rule"

    closes = fields.Boolean(compute="_compute_closes")
    lost_reason_id = fields.Many2one("crm.lost.reason", ondelete="restrict", tracking=True)
    close_warn_days = fields.Integer(
        "Warn Before", default=7, tracking=True, help="So many days before it is closed the holder gets a to-do"
    )

    _close_warn_days = models.Constraint(
        "CHECK(close_warn_days BETWEEN 1 AND 365)", "The days of warning lie between 1 and 365."
    )

    @api.depends("step_ids.action")
    def _compute_closes(self):
        for rule in self:
            rule.closes = "close" in rule.step_ids.mapped("action")

    @api.constrains("lost_reason_id", "close_warn_days", "step_ids")
    def _check_close(self):
        for rule in self:
            steps = rule.step_ids.sorted(lambda step: (step.sequence, step.id))
            closing = steps.filtered(lambda step: step.action == "close")
            if not closing:
                continue
            if closing != steps[-1:]:
                raise ValidationError(self.env._("Closing as lost is the last rung of a ladder."))
            if closing.unit not in (DAYS, WORKING_DAYS) or closing.number <= rule.close_warn_days:
                raise ValidationError(
                    self.env._("Closing as lost waits for days or working days, more than those of the warning.")
                )
            if not rule.lost_reason_id:
                raise ValidationError(self.env._("Say with which lost reason the rule closes."))
