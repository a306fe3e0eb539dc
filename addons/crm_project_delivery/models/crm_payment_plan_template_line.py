from odoo import fields, models

from .crm_delivery_template_line import DELIVERY_KINDS

PLAN_KINDS = [
    ("deposit", "Deposit"),
    ("progress", "Progress Payment"),
    ("acceptance", "Acceptance Payment"),
    ("retention", "Retention"),
]
PLAN_TRIGGERS = [("signing", "Signing"), ("milestone", "Milestone Accepted"), ("date", "Fixed Date")]


class CrmPaymentPlanTemplateLine(models.Model):
    _name = "crm.payment.plan.template.line"
    _description = "Row of a Payment Plan Template"
    _order = "sequence, id"

    template_id = fields.Many2one("crm.payment.plan.template", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(PLAN_KINDS, required=True, default="progress")
    percent = fields.Float("Share (%)", digits=(5, 2), required=True)
    trigger = fields.Selection(PLAN_TRIGGERS, required=True, default="milestone")
    delivery_kind = fields.Selection(
        DELIVERY_KINDS, "Milestone", help="The acceptance of the last milestone of this kind makes the row due"
    )
    days_after = fields.Integer(help="Calendar days from the trigger to the due date")

    _percent_range = models.Constraint(
        "CHECK(percent >= 0 AND percent <= 100)", "A share lies between 0 and 100 percent."
    )
    _days_positive = models.Constraint("CHECK(days_after >= 0)", "The days after a trigger cannot be negative.")
    _milestone_named = models.Constraint(
        "CHECK(trigger != 'milestone' OR delivery_kind IS NOT NULL)", "Say which milestone makes the row due."
    )

    def _prepare_plan_line_vals(self):
        """Values of ``crm.payment.plan.line`` for one row, without its contract and amount."""
        self.ensure_one()
        return {
            "name": self.name,
            "sequence": self.sequence,
            "kind": self.kind,
            "percent": self.percent,
            "trigger": self.trigger,
            "delivery_kind": self.delivery_kind,
            "days_after": self.days_after,
        }
