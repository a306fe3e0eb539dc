from odoo import api, models


class ResourceCalendarAttendance(models.Model):
    """The hours of a calendar; when they change, its clock is set anew."""

    _name = "resource.calendar.attendance"
    _inherit = ["resource.calendar.attendance", "crm.watch.mixin"]

    def _watched_fields(self):
        names = ("dayofweek", "hour_from", "hour_to", "calendar_id", "day_period", "week_type", "display_type")
        return super()._watched_fields() | dict.fromkeys(names, "_on_hours_changed")

    def _on_hours_changed(self, before):
        self.calendar_id._on_hours_changed()

    @api.model_create_multi
    def create(self, vals_list):
        return self._watched_create(super().create, vals_list)

    def write(self, vals):
        if not self._is_watched(vals):
            return super().write(vals)
        return self._watched_write(super().write, vals)

    def unlink(self):
        calendars = self.calendar_id
        result = super().unlink()
        calendars._on_hours_changed()
        return result
