from datetime import timedelta

from odoo import api, fields, models

DAYS_BACK = 3


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def _is_held(self):
        """Whether the meeting took place, as far as a calendar tells: planned before it began, and over now."""
        self.ensure_one()
        return bool(
            self.active and self.create_date and self.start and self.create_date <= self.start
            and self.stop <= fields.Datetime.now()
        )  # fmt: skip

    @api.model
    def _followup_known(self, events):
        """Ids of those of these meetings that are counted as a follow-up already."""
        followups = self.env["crm.followup"].sudo()
        found = followups.search([("evidence_model", "=", self._name), ("evidence_id", "in", events.ids)])
        return set(found.mapped("evidence_id"))

    @api.model
    def _cron_followup_meetings(self):
        """Held meetings of leads become follow-ups of who called them."""
        now = fields.Datetime.now()
        events = self.sudo().search(
            [
                ("opportunity_id", "!=", False),
                ("opportunity_id.user_id", "!=", False),
                ("stop", "<=", now),
                ("stop", ">", now - timedelta(days=DAYS_BACK)),
            ]
        )
        known = self._followup_known(events)
        for event in events.filtered(lambda event: event.id not in known and event._is_held()):
            event.opportunity_id._followup_fact(
                "meeting", event.name, event, user=event.user_id or event.opportunity_id.user_id, moment=event.stop
            )
