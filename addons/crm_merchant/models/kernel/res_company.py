import pytz

from odoo import fields, models


class ResCompany(models.Model):
    """Which day it is. A job and a visitor have no time zone of their own: Odoo takes UTC for them, where the day begins
    at eight in the morning of China."""

    _inherit = "res.company"

    def _merchant_zone(self):
        """Name of the time zone in which this company works, that of its working hours."""
        self.ensure_one()
        # of the compiled timetable, which is in memory
        return str(self.sudo().resource_calendar_id._timetable().zone)

    def _merchant_today(self, moment=None):
        """The calendar day at this company.

        :param moment: naive UTC, by default now
        """
        now = pytz.utc.localize(moment or fields.Datetime.now())
        return now.astimezone(pytz.timezone(self._merchant_zone())).date()
