from odoo import api, models
from odoo.fields import Domain


class ResUsers(models.Model):
    """Customers of who leaves go on like his leads, and their contacts with them."""

    _inherit = "res.users"

    @api.model
    def _merchant_leaver_models(self):
        # customers first: they take the leads along that were in the same hands
        return ["res.partner", *super()._merchant_leaver_models()]

    @api.model
    def _merchant_leaver_domain(self, model):
        if model == "res.partner":
            return Domain("parent_id", "=", False)
        return super()._merchant_leaver_domain(model)

    def _merchant_pass_on_records(self, company, records):
        """A customer with whom something is going on goes to a person, not into a pool, if there is one."""
        if records._name == "res.partner" and company.merchant_leaver_mode == "pool":
            busy, heir = records._pool_exempt_now(), self._merchant_heir(company, "superior")
            if busy and heir:
                reason = self.env._("%(name)s has left", name=self.name)
                busy._pool_move("transfer", {heir: busy}, reason, pool=self.env["crm.pool"])
                busy._merchant_tell_holders({heir: busy})
                records -= busy
        return super()._merchant_pass_on_records(company, records)
