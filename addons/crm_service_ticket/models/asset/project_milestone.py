from odoo import models


class ProjectMilestone(models.Model):
    _inherit = "project.milestone"

    def _on_accepted(self):
        """The equipment that was accepted gets its records."""
        result = super()._on_accepted()
        for milestone in self.sudo():
            if milestone._service_hands_over():
                self.env["service.asset"]._register_accepted(milestone)
        return result

    def _service_hands_over(self):
        """Whether the customer has the equipment with this milestone: the one of kind acceptance, or the last one of
        a contract that has none."""
        self.ensure_one()
        milestones = self.delivery_contract_id.milestone_ids
        if any(milestone.delivery_kind == "acceptance" for milestone in milestones):
            return self.delivery_kind == "acceptance"
        return bool(milestones) and all(milestones.mapped("is_reached"))
