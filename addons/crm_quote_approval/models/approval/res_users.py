from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _approval_can_sign(self, company):
        """Whether the user could sign anything for ``company`` at all: an employee who is still here and works
        there."""
        self.ensure_one()
        user = self.sudo()
        return user.active and not user.share and company.id in user._get_company_ids()

    @api.model
    def _approval_flow_administrators(self, company):
        """Suite administrators of ``company`` (superuser), who sign or transfer what nobody else can, in a fixed
        order."""
        domain = [
            ("all_group_ids", "in", self.env.ref("crm_merchant.group_suite_admin").ids),
            ("active", "=", True),
            ("share", "=", False),
            ("company_ids", "any", [("id", "in", company.ids), ("active", "=", True)]),
        ]
        return self.sudo().search(domain, order="id")

    @api.model
    def action_approval_without_superior(self):
        """Lists the employees from whom no step finds a superior: their requests go to the flow administrator.

        :raises AccessError: for anyone but sales managers and suite administrators
        """
        self.env["crm.approval.policy"]._switch_check_actor()
        users = self.sudo().search([("share", "=", False), ("company_ids", "in", self.env.companies.ids)])
        alone = users.filtered(
            lambda user: not user._merchant_superiors().sudo().filtered(lambda superior: superior.active)
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Without a Superior"),
            "res_model": "res.users",
            "views": [(self.env.ref("crm_quote_approval.res_users_view_list_superior").id, "list")],
            "domain": [("id", "in", alone.ids)],
            "help": self.env._("Everybody has a superior who can sign."),
        }

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
