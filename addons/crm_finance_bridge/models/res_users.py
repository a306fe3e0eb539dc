from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _merchant_handover_items(self):
        """Adds the connections that this person answers for."""
        items = super()._merchant_handover_items()
        connections = self.env["finance.connection"].sudo().search([("responsible_id", "=", self.id)])
        return {**items, "finance_connections": connections} if connections else items

    def _finance_stand_in(self, company):
        """Who gets the to-dos of this person: whoever has left sees none, so his superior or a finance manager does.

        :param company: the company whose books it is about
        """
        self.ensure_one()
        if self.active:
            return self
        managers = self.env.ref("crm_merchant.group_finance_manager").sudo().all_user_ids
        found = self._merchant_superiors() | managers.filtered(lambda user: company in user.company_ids)
        return found.filtered("active")[:1] or self
