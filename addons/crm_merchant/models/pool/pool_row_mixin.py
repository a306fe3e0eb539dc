from odoo import models
from odoo.exceptions import UserError


class PoolRowMixin(models.AbstractModel):
    """A line of a pool's settings."""

    _name = "crm.pool.row.mixin"
    _description = "Row of a Pool"

    def _check_stays(self, vals):
        """Who administers one pool shall not put its rows into another.

        :raises UserError: a row of this kind stays in its pool
        """
        if "pool_id" in vals and any(row.pool_id.id != vals["pool_id"] for row in self):
            raise UserError(self.env._("A row of a pool stays in it. Make a new one in the other pool."))
