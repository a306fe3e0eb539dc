from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.crm_merchant.lib.clock import UNITS, Limit


class ApprovalPolicyStep(models.Model):
    """One signature (or several) that papers above an amount need."""

    _name = "crm.approval.policy.step"
    _description = "Approval Policy Step"
    _order = "policy_id, sequence, id"

    policy_id = fields.Many2one("crm.approval.policy", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    threshold = fields.Float(
        "More Than",
        digits=(16, 2),
        help="Company currency, tax included. The step is needed when the amount is more than this, not when equal.",
    )
    source = fields.Selection(
        [("group", "Role"), ("superior", "Superiors of the Requester"), ("user", "Named People")],
        "Who Signs",
        required=True,
        default="group",
    )
    group_id = fields.Many2one("res.groups", "Role")
    superiors_first = fields.Boolean(
        help="The requester's nearest superior who has the role signs; only where he has none, anyone with the role.",
    )
    superior_level = fields.Integer("Superiors", default=1, help="How many superiors sign, the nearest first.")
    user_ids = fields.Many2many("res.users", string="People", domain=[("share", "=", False)])
    mode = fields.Selection(
        [("any", "Any One Signs"), ("all", "All Must Sign"), ("in_turn", "All, in Turn")], required=True, default="any"
    )
    limit_number = fields.Float("Time Limit", digits=(8, 2), help="0: no limit. Time running out decides nothing.")
    limit_unit = fields.Selection(
        [
            ("hours", "Hours"),
            ("working_hours", "Working Hours"),
            ("days", "Days"),
            ("working_days", "Working Days"),
        ],
        default="working_hours",
    )
    superior_number = fields.Float(
        "Superior After",
        digits=(8, 2),
        default=8,
        help="So long after the task was opened the signer's superior may sign in his place; 0, or without a time limit: never.",
    )
    superior_unit = fields.Selection(
        selection=lambda self: self._fields["limit_unit"].selection, default="working_hours", required=True
    )

    _threshold_positive = models.Constraint("CHECK(threshold >= 0)", "The threshold of a step cannot be negative.")
    _level_positive = models.Constraint("CHECK(superior_level > 0)", "At least one superior has to sign.")

    @api.constrains("source", "group_id", "user_ids")
    def _check_source(self):
        for step in self:
            if (step.source == "group" and not step.group_id) or (step.source == "user" and not step.user_ids):
                raise ValidationError(
                    self.env._("Step %(step)s names nobody: choose a role or people.", step=step.name)
                )

    @api.constrains("limit_number", "limit_unit", "superior_number", "superior_unit")
    def _check_limit(self):
        for step in self:
            try:
                for number, unit in (
                    (step.limit_number, step.limit_unit),
                    (step.superior_number, step.superior_unit),
                ):
                    if number and unit in UNITS:
                        Limit(number, unit)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "The time limit of step %(step)s is not possible: it must be positive, days must be whole.",
                        step=step.name,
                    )
                ) from error
