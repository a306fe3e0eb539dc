from odoo import api, models
from odoo.tools import SQL, sql


class SaleOrder(models.Model):
    """The one override of ``create`` and ``write`` of orders; see ``crm.watch.mixin``."""

    _name = "sale.order"
    _inherit = ["sale.order", "crm.approval.mixin"]

    def _auto_init(self):
        # a table of old orders is not rewritten: they have no request, and their hash is made when they are submitted
        cr = self.env.cr
        if not sql.column_exists(cr, self._table, "approval_state"):
            sql.create_column(cr, self._table, "approval_fingerprint", "varchar")
            cr.execute(
                SQL("ALTER TABLE %s ADD COLUMN approval_state varchar DEFAULT 'none'", SQL.identifier(self._table))
            )
            cr.execute(SQL("ALTER TABLE %s ALTER COLUMN approval_state DROP DEFAULT", SQL.identifier(self._table)))
        return super()._auto_init()

    @api.model_create_multi
    def create(self, vals_list):
        records = self._guard_defaults()
        return records._watched_create(super(SaleOrder, records).create, vals_list).with_env(self.env)

    def write(self, vals):
        if not self._is_watched(vals):
            return super().write(vals)
        return self._watched_write(super().write, vals)
