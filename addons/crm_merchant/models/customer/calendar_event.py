from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..followup.calendar_event import DAYS_BACK


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model
    def _cron_followup_meetings(self):
        """Held meetings with people of a customer are follow-ups on him too, if his holder was there.

        What is linked to a lead counts on the lead, which tells its customer.
        """
        result = super()._cron_followup_meetings()
        now = fields.Datetime.now()
        domain = Domain("stop", "<=", now) & Domain("stop", ">", now - timedelta(days=DAYS_BACK))
        domain &= Domain("partner_ids.commercial_partner_id.pool_state", "=", "owned")
        events = self.sudo().search(domain & Domain("opportunity_id", "=", False), order="stop, id")
        known = self._followup_known(events)
        for event in events.filtered(lambda event: event.id not in known and event._is_held()):
            present = event.user_id | event.partner_ids.user_ids
            for customer in event.partner_ids._pool_subjects().sudo():
                if customer.user_id in present:
                    customer._followup_fact("meeting", event.name, event, user=customer.user_id, moment=event.stop)
        return result
