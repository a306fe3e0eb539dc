from datetime import timedelta

from odoo import api, fields, models

from .crm_work_exception import KINDS


class OfficialDay(models.Model):
    """Holidays and make-up working days as the State Council publishes them, year by year.

    They change nothing by themselves: a key user applies a year to a calendar, see ``crm.work.exception.apply``.
    """

    _name = "crm.official.day"
    _description = "Official Holiday"
    _order = "date_from"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(KINDS, required=True, default="holiday")
    date_from = fields.Date("First Day", required=True)
    date_to = fields.Date(
        "Last Day", required=True, compute="_compute_date_to", store=True, readonly=False, precompute=True
    )
    year = fields.Char(compute="_compute_year", store=True)
    day_count = fields.Integer("Days", compute="_compute_day_count")

    _in_order = models.Constraint("CHECK (date_to >= date_from)", "The last day cannot come before the first.")
    _start_uniq = models.UniqueIndex("(date_from)", "An official day begins on this date already.")

    @api.depends("date_from")
    def _compute_date_to(self):
        for day in self:
            if not day.date_to or (day.date_from and day.date_to < day.date_from):
                day.date_to = day.date_from

    @api.depends("date_from")
    def _compute_year(self):
        for day in self:
            day.year = str(day.date_from.year) if day.date_from else False

    @api.depends("date_from", "date_to")
    def _compute_day_count(self):
        for day in self:
            day.day_count = (day.date_to - day.date_from).days + 1 if day.date_from and day.date_to else 0

    def _dates(self):
        """Each date of these rows with its row."""
        return [
            (day.date_from + timedelta(days=number), day)
            for day in self.sorted("date_from")
            for number in range((day.date_to - day.date_from).days + 1)
        ]
