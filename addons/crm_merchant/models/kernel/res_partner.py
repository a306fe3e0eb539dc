from odoo import api, models


class ResPartner(models.Model):
    """The one override of ``create`` and ``write`` of partners; see ``watch_mixin``."""

    _name = "res.partner"
    _inherit = ["res.partner", "crm.watch.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        records = self._guard_defaults()
        return records._watched_create(super(ResPartner, records).create, vals_list).with_env(self.env)

    def write(self, vals):
        if not self._is_watched(vals):
            return super().write(vals)
        return self._watched_write(super().write, vals)
