from odoo import models
from odoo.tools import SQL


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def _merchant_fetch_superiors(self):
        """Reads all above these employees at once, where the chain would else be read card by card."""
        if not any(self._fields["parent_id"]._cache_missing_ids(self)):
            return
        self.flush_model(["parent_id", "user_id"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE above(id, parent_id, user_id) AS (
                    SELECT id, parent_id, user_id FROM hr_employee WHERE id = ANY(%s)
                    UNION SELECT e.id, e.parent_id, e.user_id FROM hr_employee e JOIN above ON e.id = above.parent_id)
                SELECT id, parent_id, user_id FROM above
                """,
                self.ids,
            )
        )
        employees = self.browse([row[0] for row in rows])
        self._fields["parent_id"]._insert_cache(employees, [row[1] for row in rows])
        self._fields["user_id"]._insert_cache(employees, [row[2] for row in rows])
