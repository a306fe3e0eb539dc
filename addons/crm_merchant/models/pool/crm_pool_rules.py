from odoo import api, fields, models


class CrmPool(models.Model):
    """The rules of a pool about keeping what one took."""

    _inherit = "crm.pool"

    freeze_days = fields.Integer(
        "Days of Rest",
        default=1,
        tracking=True,
        help="What came back to the pool cannot be claimed by anyone for so many days; 0: at once",
    )
    lock_limit = fields.Integer(
        "Locks", default=10, tracking=True, help="How many records a person may lock against recycling; 0: none"
    )
    recycle_active = fields.Boolean(
        "Recycling",
        readonly=True,
        copy=False,
        tracking=True,
        help="Switched by the button, which shows its effect first",
    )
    recycle_days_a = fields.Integer("Grade A", default=15, tracking=True)
    recycle_days_b = fields.Integer("Grade B", default=30, tracking=True)
    recycle_days_c = fields.Integer("Grade C", default=60, tracking=True)
    recycle_days_won = fields.Integer(
        "After the Last Deal",
        tracking=True,
        help="Days without follow-up of who has bought, whatever the grade; 0: as by grade",
    )
    recycle_days_opportunity = fields.Integer("No Opportunity for", default=60, tracking=True)
    recycle_days_deal = fields.Integer("No Deal for", default=180, tracking=True)
    warn_days = fields.Integer("Warn Before", default=3, tracking=True)
    created_rule = fields.Selection(
        [
            ("none", "Are left alone: no clock"),
            ("same", "Follow the same rules"),
            ("longer", "Have more days"),
        ],
        "Records People Entered Themselves",
        default="longer",
        required=True,
        tracking=True,
    )
    created_days = fields.Integer("More Days", default=30, tracking=True)
    created_extra_days = fields.Integer(compute="_compute_created_extra_days")
    exemption_ids = fields.One2many("crm.pool.exemption", "pool_id", "Exemptions", copy=True)

    _rules_positive = models.Constraint(
        """CHECK(freeze_days >= 0 AND lock_limit >= 0 AND recycle_days_a >= 0 AND recycle_days_b >= 0
           AND recycle_days_c >= 0 AND recycle_days_opportunity >= 0 AND recycle_days_deal >= 0
           AND warn_days >= 0 AND created_days >= 0 AND recycle_days_a <= 3650 AND recycle_days_b <= 3650
           AND recycle_days_c <= 3650 AND recycle_days_opportunity <= 3650 AND recycle_days_deal <= 3650
           AND recycle_days_won BETWEEN 0 AND 3650 AND warn_days <= 3650 AND created_days <= 3650 AND freeze_days <= 3650)""",
        "A number of days lies between 0 and 3650.",
    )

    @api.depends("created_rule", "created_days")
    def _compute_created_extra_days(self):
        for pool in self:
            pool.created_extra_days = pool.created_days if pool.created_rule == "longer" else 0

    def _recycle_days(self, record):
        """Days without follow-up that a record (superuser) may lie, by its grade and product line; 0: any number."""
        self.ensure_one()
        rules = self._recycle_rules_of(record)
        return rules[f"recycle_days_{(record.merchant_grade or 'C').lower()}"]
