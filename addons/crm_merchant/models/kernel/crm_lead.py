from odoo import api, models


class CrmLead(models.Model):
    """The one override of ``create`` and ``write`` of leads; see ``watch_mixin``."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "crm.watch.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        records = self._guard_defaults()
        return records._watched_create(super(CrmLead, records).create, vals_list).with_env(self.env)

    def write(self, vals):
        if not self._is_watched(vals):
            return super().write(vals)
        return self._watched_write(super().write, vals)
