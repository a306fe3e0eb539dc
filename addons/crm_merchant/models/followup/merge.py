from odoo import models


class CrmLead(models.Model):
    """What was done about a lead goes with it when it is merged, and shows that somebody works on it."""

    _inherit = "crm.lead"

    def _merge_dependences_history(self, opportunities):
        self._followup_take_over(opportunities)
        return super()._merge_dependences_history(opportunities)

    def _followup_take_over(self, leads):
        """Follow-ups of ``leads`` are this lead's from now on; its clocks do not move, nobody did anything just now.

        A fact that is counted here already, such as one mail to both, stays where it is.
        """
        followups = self.env["crm.followup"].sudo().search([("lead_id", "in", (self | leads).ids)], order="id")
        known = {
            (followup.evidence_model, followup.evidence_id)
            for followup in followups
            if followup.lead_id == self and followup.evidence_id
        }
        moved = followups.browse()
        for followup in followups.filtered(lambda followup: followup.lead_id != self):
            evidence = (followup.evidence_model, followup.evidence_id)
            if evidence not in known:
                moved |= followup
            if followup.evidence_id:
                known.add(evidence)
        moved.write({"lead_id": self.id})

    def _intake_worked_on(self):
        """Whoever wrote a follow-up has worked on it, whether it counts or not."""
        groups = self.env["crm.followup"].sudo()._read_group([("lead_id", "in", self.ids)], ["lead_id"])
        return super()._intake_worked_on() | self.browse([lead.id for (lead,) in groups])
