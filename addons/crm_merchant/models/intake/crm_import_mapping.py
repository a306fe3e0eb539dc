from odoo import fields, models
from odoo.exceptions import UserError

from .crm_import_column import TARGETS


class ImportMapping(models.Model):
    _name = "crm.import.mapping"
    _description = "Column of an Import"
    _inherit = ["crm.watch.mixin"]
    _order = "batch_id, sequence, id"
    _rec_name = "header"

    batch_id = fields.Many2one("crm.import.batch", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="batch_id.company_id", store=True)
    sequence = fields.Integer(readonly=True)
    header = fields.Char(required=True, readonly=True)
    sample = fields.Char("Examples", readonly=True, help="From the first rows")
    target = fields.Selection(TARGETS, "Goes Into", required=True, default="note")

    def _guarded_fields(self):
        return super()._guarded_fields() | {"batch_id", "company_id", "sequence", "header", "sample"}

    def write(self, vals):
        self._guard_check(self._guarded_fields() & vals.keys())
        if any(batch.state != "mapping" for batch in self.batch_id):
            raise UserError(self.env._("The columns can be changed only before the rows are checked."))
        return super().write(vals)
