from odoo import api, models


class RememberedMixin(models.AbstractModel):
    """Few rows that hardly anybody changes and every request asks for: what is read of them is kept by ``ormcache``, and
    a change makes all workers forget it.

    For models of our own only; a shared model watches the fields that matter (``crm.watch.mixin``) and clears in their
    handler. What is kept of other models is not seen here.
    """

    _name = "crm.remembered.mixin"
    _description = "Kept in Memory"

    # always after the change: a question asked while it is made would keep the old answer

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
