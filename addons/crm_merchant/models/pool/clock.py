from odoo import models

from ..kernel.crm_clock_replan import Deadlines


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _clock_deadline_fields(self):
        """What people hold, until it goes back to its pool; a deadline that came is reckoned once more before."""
        held = [("pool_state", "=", "owned")]
        return [
            *super()._clock_deadline_fields(),
            *(
                # a life may have begun long before the present holder got the record
                Deadlines(
                    model, "create_date", "recycle_deadline", held, "pool_id.company_id", user="user_id", is_lazy=True
                )
                for model in self.env["crm.pool"]._pool_models()
            ),
        ]


class PoolMixin(models.AbstractModel):
    _inherit = "crm.pool.mixin"

    def _clock_recompute(self):
        """Plans the clocks of these records (superuser) again after working time changed."""
        self._pool_plan_if_on()
