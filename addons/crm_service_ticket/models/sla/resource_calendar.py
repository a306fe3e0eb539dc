from odoo import models

from odoo.addons.crm_merchant.models.kernel.crm_clock_replan import Deadlines


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _clock_deadline_fields(self):
        """Running clocks of tickets. Nobody's absence stops them; the job looks again when one comes due."""
        running = [("state", "=", "running")]
        return [
            *super()._clock_deadline_fields(),
            Deadlines("service.sla.status", "planned_at", "deadline", running, is_lazy=True),
        ]
