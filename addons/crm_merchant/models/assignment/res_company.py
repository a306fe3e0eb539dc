from odoo import fields, models

LEAVER_MODES = [
    ("superior", "to the superior"),
    ("pool", "into the pool of their region"),
    ("successor", "to a named successor"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    merchant_leaver_mode = fields.Selection(
        LEAVER_MODES,
        "Leads of Who Leaves",
        groups="base.group_user",
        help="What happens to the open leads of a user who is archived. Empty: they stay with him, as Odoo ships it.",
    )
    merchant_leaver_successor_id = fields.Many2one("res.users", "Successor", groups="base.group_user")
    merchant_rehearsal_days = fields.Integer("Days of a Rehearsal", default=90, groups="base.group_user")
