from datetime import timedelta

from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    """Leaves of a calendar are part of its clock; those of a person count only as ``res_users`` says."""

    _name = "resource.calendar.leaves"
    _inherit = ["resource.calendar.leaves", "crm.watch.mixin"]

    def _watched_fields(self):
        names = ("date_from", "date_to", "calendar_id", "resource_id", "time_type", "company_id")
        return super()._watched_fields() | dict.fromkeys(names, "_on_leave_changed")

    def _clock_stretches(self):
        """``(calendars, users, first day, last day)`` of each of these leaves."""
        stretches = []
        for leave in self.sudo():
            calendars = leave.calendar_id
            if not calendars and not leave.resource_id:
                calendars = calendars.search([("company_id", "=", leave.company_id.id)])
            # the local date may be the next or the one before
            first, last = leave.date_from.date() - timedelta(days=1), leave.date_to.date() + timedelta(days=1)
            stretches.append((calendars, leave.resource_id.user_id, bool(leave.resource_id), first, last))
        return stretches

    def _clock_changed(self, stretches, *, later):
        # a person's leave is no part of a cached timetable
        if not all(of_person for _calendars, _users, of_person, _first, _last in stretches):
            self.env.registry.clear_cache()
        for calendars, users, of_person, first, last in stretches:
            calendars._clock_replan([(first, last)], users if of_person else None, later=later)

    def _on_leave_changed(self, before):
        stretches = self._clock_stretches()
        for leave, stretch in zip(self, stretches, strict=True):
            old = before.get(leave.id, {})
            if "date_from" in old or "date_to" in old:
                first = (old.get("date_from") or leave.date_from).date() - timedelta(days=1)
                last = (old.get("date_to") or leave.date_to).date() + timedelta(days=1)
                stretches = [*stretches, (*stretch[:3], first, last)]
            if old.get("calendar_id"):
                stretches = [*stretches, (old["calendar_id"], *stretch[1:])]
            if "resource_id" in old and bool(old["resource_id"]) != bool(leave.resource_id):
                stretches = [*stretches, (leave.calendar_id, leave.env["res.users"], False, *stretch[3:])]
        self._clock_changed(stretches, later=not before)

    @api.model_create_multi
    def create(self, vals_list):
        return self._watched_create(super().create, vals_list)

    def write(self, vals):
        if not self._is_watched(vals):
            return super().write(vals)
        return self._watched_write(super().write, vals)

    def unlink(self):
        stretches = self._clock_stretches()
        result = super().unlink()
        self._clock_changed(stretches, later=False)
        return result
