from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _merchant_handover_items(self):
        """Adds what waits for this person's signature, his own running requests and the delegations that still count."""
        items = super()._merchant_handover_items()
        today = self.env.company._merchant_today()
        env = self.sudo().env
        found = {
            "approval_tasks": env["crm.approval.task"].search(
                [
                    ("state", "in", ("waiting", "pending")),
                    "|",
                    ("user_id", "=", self.id),
                    ("principal_id", "=", self.id),
                ]
            ),
            "approval_requests": env["crm.approval.request"].search(
                [("requester_id", "=", self.id), ("state", "=", "pending")]
            ),
            "approval_delegations": env["crm.approval.delegation"].search(
                [("date_to", ">=", today), "|", ("user_id", "=", self.id), ("delegate_id", "=", self.id)]
            ),
        }
        return {**items, **{kind: records for kind, records in found.items() if records}}
