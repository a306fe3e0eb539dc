from odoo import api, models
from odoo.fields import Domain


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model
    def _get_granted_domain(self):
        """In a closed region approvers read the orders on which they have a task."""
        return (
            super()._get_granted_domain()
            | Domain("approval_task_ids.user_id", "=", self.env.uid)
            | Domain("approval_task_ids.principal_id", "=", self.env.uid)
        )
