from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _approval_can_sign(self, company):
        """Whether the user could sign anything for ``company`` at all: an employee who is still here and works
        there."""
        self.ensure_one()
        user = self.sudo()
        return user.active and not user.share and company in user.company_ids

    def _approval_reads_all_orders(self):
        """Whether the user reads every order without being an approver: by an access line of another group, with no
        group rule that narrows it (accounting, projects, stock …).

        Asked by the record rule of approvers. A first group rule for somebody who had none would take from him what
        he could read before.
        """
        self.ensure_one()
        approver = self.env.ref("crm_quote_approval.group_approver")
        group_ids = [group_id for group_id in self._get_group_ids() if group_id != approver.id]
        access = self.env["ir.model.access"].sudo()
        if not access.search_count(
            [("model_id.model", "=", "sale.order"), ("perm_read", "=", True), ("group_id", "in", group_ids)], limit=1
        ):
            return False
        rules = self.env["ir.rule"].sudo()
        return not rules.search_count(
            [("model_id.model", "=", "sale.order"), ("perm_read", "=", True), ("groups", "in", group_ids)], limit=1
        )
