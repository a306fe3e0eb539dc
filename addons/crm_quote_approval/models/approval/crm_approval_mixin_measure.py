from odoo import models


class ApprovalMixin(models.AbstractModel):
    """What a paper answers to the conditions of policies, and the people it points to."""

    _inherit = "crm.approval.mixin"

    def _approval_measures(self):
        """Fields of ``crm.approval.policy.condition`` that papers of this model can answer."""
        return {"amount"}

    def _approval_measure(self, measure, amount):
        """What the paper says to one field of a condition.

        :param measure: one of ``_approval_measures()``
        :param amount: ``_approval_amount()``, which the caller has
        :return: a number, a bool, a text or records, as the field is; None where it does not apply (no row holds then)
        """
        self.ensure_one()
        return amount if measure == "amount" else None

    def _approval_asked(self, amount):
        """Function ``measure -> value`` that asks the paper once for each."""
        self.ensure_one()
        known = {}

        def asked(measure):
            if measure not in known:
                known[measure] = self._approval_measure(measure, amount)
            return known[measure]

        return asked

    def _approval_region(self):
        """The region that this paper belongs to."""
        self.ensure_one()
        return self.partner_id.region_id if "partner_id" in self._fields else self.env["crm.region"]

    def _approval_region_managers(self):
        """Managers of the region that this paper belongs to; of the next region above that has some."""
        region = self._approval_region()
        while region and not region.manager_ids:
            region = region.parent_id
        return region.manager_ids

    def _approval_team_leader(self):
        """Leader of the sales team that this paper belongs to."""
        self.ensure_one()
        return self.team_id.user_id if "team_id" in self._fields else self.env["res.users"]
