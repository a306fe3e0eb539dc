from odoo import fields, models


class CrmPoolProductLine(models.Model):
    """Days without follow-up for leads of one product line and of those below it, instead of those of the pool."""

    _name = "crm.pool.product.line"
    _description = "Recycling Days of a Product Line"
    _inherit = ["crm.pool.row.mixin"]
    _order = "pool_id, id"
    _rec_name = "product_line_id"

    pool_id = fields.Many2one("crm.pool", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="pool_id.company_id", store=True)
    product_line_id = fields.Many2one("product.category", required=True, ondelete="cascade", index=True)
    recycle_days_a = fields.Integer("Grade A", default=15)
    recycle_days_b = fields.Integer("Grade B", default=30)
    recycle_days_c = fields.Integer("Grade C", default=60)

    _line_unique = models.UniqueIndex("(pool_id, product_line_id)", "This product line stands in the list already.")
    _days_range = models.Constraint(
        """CHECK(recycle_days_a BETWEEN 0 AND 3650 AND recycle_days_b BETWEEN 0 AND 3650
           AND recycle_days_c BETWEEN 0 AND 3650)""",
        "A number of days lies between 0 and 3650.",
    )

    def write(self, vals):
        self._check_stays(vals)
        return super().write(vals)


class CrmPool(models.Model):
    _inherit = "crm.pool"

    product_line_ids = fields.One2many("crm.pool.product.line", "pool_id", "Days by Product Line", copy=True)

    def _recycle_rules_of(self, record):
        """Where the days of a record stand: the row of its product line or of the nearest above it, else the pool."""
        rows = {row.product_line_id.id: row for row in self.product_line_ids}
        line = record._pool_product_line() if rows else None
        above = reversed((line.parent_path or "").split("/")[:-1]) if line else ()
        return next((rows[int(line_id)] for line_id in above if int(line_id) in rows), self)
