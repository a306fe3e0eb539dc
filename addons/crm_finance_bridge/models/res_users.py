from odoo import models

# who stands in for whom nobody reaches, in this order
STAND_INS = (
    "crm_merchant.group_finance_manager",
    "crm_merchant.group_finance_clerk",
    "crm_merchant.group_suite_admin",
    "base.group_system",
)


class ResUsers(models.Model):
    _inherit = "res.users"

    def _merchant_handover_items(self):
        """Adds the connections that this person answers for."""
        items = super()._merchant_handover_items()
        connections = self.env["finance.connection"].sudo().search([("responsible_id", "=", self.id)])
        return {**items, "finance_connections": connections} if connections else items

    def _finance_answers(self, company):
        """Those of these people who see the finance bridge of ``company``; whoever has left sees no to-do."""
        return self.filtered(
            lambda user: user.active
            and company in user.sudo().company_ids
            and user.has_group("crm_finance_bridge.group_bridge_reader")
        )

    def _finance_stand_in(self, company):
        """Who gets the to-dos of these people: the first of them who sees them, else a superior, else finance, else who
        administers.

        :param company: the company whose books it is about
        """
        if found := self._finance_answers(company)[:1]:
            return found
        superiors = self.browse().union(*(user._merchant_superiors() for user in self))
        if found := superiors._finance_answers(company)[:1]:
            return found
        for group in STAND_INS:
            if found := self.env.ref(group).sudo().all_user_ids.sorted("id")._finance_answers(company)[:1]:
                return found
        return self[:1]
