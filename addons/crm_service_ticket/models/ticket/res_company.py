from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    service_reopen_days = fields.Integer(
        "Reopen within (days)", default=7, groups="base.group_user",
        help="So many days after the solution a ticket can be reopened; then it is closed for good. Applies to "
        "tickets solved later.",
    )  # fmt: skip

    _service_reopen_days_positive = models.Constraint(
        "CHECK(service_reopen_days IS NULL OR service_reopen_days > 0)",
        "A ticket must be open to reopening for at least one day.",
    )
