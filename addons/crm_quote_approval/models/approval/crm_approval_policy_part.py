from odoo import api, models


class ApprovalPolicyPart(models.AbstractModel):
    """What a policy is made of: its steps and conditions. The policy keeps a version of itself whenever one changes."""

    _name = "crm.approval.policy.part"
    _description = "Part of an Approval Policy"

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts.policy_id._changed()
        return parts

    def write(self, vals):
        policies = self.policy_id
        result = super().write(vals)
        (policies | self.policy_id)._changed()
        return result

    def unlink(self):
        policies = self.policy_id
        result = super().unlink()
        policies._changed()
        return result
