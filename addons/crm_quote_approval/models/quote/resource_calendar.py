from odoo import models

from odoo.addons.crm_merchant.models.kernel.crm_clock_replan import Deadlines


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _clock_deadline_fields(self):
        """Notices before a quote expires: counted in working days back from its last day, so that what lies between
        the two moves them."""
        return [
            *super()._clock_deadline_fields(),
            Deadlines("sale.order", "expiry_deadline", "validity_date", [("expiry_deadline", "!=", False)]),
        ]


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _clock_recompute(self):
        """When the owners of these quotes are told, as the clock is now."""
        self.env.add_to_compute(self._fields["expiry_deadline"], self)
        self.flush_recordset(["expiry_deadline"])
