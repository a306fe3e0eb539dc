from odoo import fields, models


class ApprovalRequest(models.Model):
    """Where the opportunity of an approved quote goes, frozen with the policy that judges it."""

    _inherit = "crm.approval.request"

    quoted_stage_id = fields.Many2one("crm.stage", "Stage after Approval", readonly=True)

    def _prepare_submit_vals(self, document, steps, amount, slots):
        vals = super()._prepare_submit_vals(document, steps, amount, slots)
        if document._name == "sale.order":
            vals["quoted_stage_id"] = document._approval_quoted_stage(steps.policy_id).id
        return vals
