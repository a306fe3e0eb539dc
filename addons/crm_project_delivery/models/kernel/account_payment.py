from odoo import api, models


class AccountPayment(models.Model):
    """The one override of ``create`` and ``write`` of payments; see the watch mixin of crm_merchant."""

    _name = "account.payment"
    _inherit = ["account.payment", "crm.watch.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        records = self._guard_defaults()
        return records._watched_create(super(AccountPayment, records).create, vals_list).with_env(self.env)

    def write(self, vals):
        if not self._is_watched(vals):
            return super().write(vals)
        return self._watched_write(super().write, vals)
