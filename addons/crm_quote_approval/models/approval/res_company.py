from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    approval_sum_days = fields.Integer(
        "Confirmed Orders Count for (days)",
        default=30,
        help="Orders confirmed in so many days count towards the amount that a new quote is judged by, so that one "
        "order is not split into several small ones.",
    )
    approval_quoted_stage_id = fields.Many2one(
        "crm.stage",
        "Stage after Approval",
        help="An opportunity moves here when its quote is approved, unless it already stands further on.",
    )

    def _approval_lang(self):
        """The language in which papers of this company are frozen, whoever submits them."""
        self.ensure_one()
        installed = dict(self.env["res.lang"].get_installed())
        for code in (self.sudo().partner_id.lang, "zh_CN"):
            if code in installed:
                return code
        return "en_US"
