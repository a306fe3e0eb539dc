from odoo import api, models


class GuardedMixin(models.AbstractModel):
    """A model of our own with guarded fields: the ``create`` and ``write`` that hold the guard of ``crm.watch.mixin``.

    Named *first* in ``_inherit``, so that it stands before ``mail.thread``. A model that asks more of a change says so
    in its own ``create`` or ``write`` around ``super()``. A shared model has its override in ``models/kernel/``.
    """

    _name = "crm.guarded.mixin"
    _inherit = ["crm.watch.mixin"]
    _description = "Guarded Model"

    @api.model_create_multi
    def create(self, vals_list):
        records = self._guard_defaults()
        return records._watched_create(super(GuardedMixin, records).create, vals_list).with_env(self.env)

    def write(self, vals):
        if not self._is_watched(vals):
            return super().write(vals)
        return self._watched_write(super().write, vals)
