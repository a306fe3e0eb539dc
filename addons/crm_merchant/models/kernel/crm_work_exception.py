from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]
KINDS = [("holiday", "Holiday"), ("makeup", "Make-up Working Day")]


class WorkException(models.Model):
    """A day that works otherwise than its weekday: a holiday, or a make-up day (调休).

    It stands in one calendar, in all of a company, or (both empty) in all. The nearest one decides.
    """

    _name = "crm.work.exception"
    _description = "Holiday or Make-up Day"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True)
    date = fields.Date(required=True, index=True)
    year = fields.Char(compute="_compute_year", store=True)
    kind = fields.Selection(KINDS, required=True, default="holiday", tracking=True)
    calendar_id = fields.Many2one(
        "resource.calendar", "Working Hours", check_company=True, index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Without working hours: for all of this company; empty: for all companies",
    )
    hours = fields.Selection(
        [("weekday", "Like a Weekday"), ("own", "Own Hours")], required=True, default="weekday", string="Works"
    )
    like_weekday = fields.Selection(
        WEEKDAYS, "Like", compute="_compute_like_weekday", store=True, readonly=False, precompute=True
    )
    hour_from = fields.Float("Works from", default=8.0)
    hour_to = fields.Float("Works to", default=17.0)
    break_from = fields.Float("Break from", default=12.0)
    break_to = fields.Float("Break to", default=13.0)

    _day_uniq = models.UniqueIndex(
        "(COALESCE(calendar_id, 0), COALESCE(company_id, 0), date)", "This day is there already in these working hours."
    )

    @api.depends("date")
    def _compute_year(self):
        for exception in self:
            exception.year = str(exception.date.year) if exception.date else False

    @api.depends("calendar_id.company_id")
    def _compute_company_id(self):
        for exception in self:
            if exception.calendar_id:
                exception.company_id = exception.calendar_id.company_id
            elif not exception._origin:
                exception.company_id = self.env.company

    @api.depends("date")
    def _compute_like_weekday(self):
        for exception in self:
            weekday = exception.date.weekday() if exception.date else 0
            # a Saturday works like the Friday before it, a Sunday like the Monday after
            exception.like_weekday = {5: "4", 6: "0"}.get(weekday, str(weekday))

    @api.constrains("hours", "kind", "hour_from", "hour_to", "break_from", "break_to")
    def _check_hours(self):
        for exception in self:
            if exception.kind == "holiday" or exception.hours != "own":
                continue
            low, high = exception.hour_from, exception.hour_to
            pause = (exception.break_from, exception.break_to)
            fits = low <= pause[0] <= pause[1] <= high or pause[0] == pause[1]
            if not (0 <= low < high <= 24 and fits):
                raise ValidationError(self.env._("The hours must lie within one day, and the break within the hours."))

    # -- what a day works ----------------------------------------------------------------------

    @api.model
    def _of_calendar(self, calendar):
        """date -> the exception that decides it in this calendar."""
        companies = [False, calendar.company_id.id] if calendar.company_id else [False]
        found = self.search(
            Domain("calendar_id", "=", calendar.id)
            | (Domain("calendar_id", "=", False) & Domain("company_id", "in", companies))
        )
        return {
            exception.date: exception
            for exception in found.sorted(lambda row: (bool(row.calendar_id), bool(row.company_id)))
        }

    def _own_lines(self):
        """``(from, to)`` in hours of a day with its own hours."""
        self.ensure_one()
        if self.break_from < self.break_to:
            lines = [(self.hour_from, self.break_from), (self.break_to, self.hour_to)]
        else:
            lines = [(self.hour_from, self.hour_to)]
        return [line for line in lines if line[0] < line[1]]

    def _week_type(self):
        return self.env["resource.calendar.attendance"].get_week_type(self.date)

    def _day_lines(self, weeks):
        """``(from, to)`` in seconds of the day; ``weeks`` as in ``resource.calendar._week_lines``."""
        self.ensure_one()
        if self.kind == "holiday":
            return []
        if self.hours == "own":
            return [(round(low * 3600), round(high * 3600)) for low, high in self._own_lines()]
        return weeks[self._week_type()][int(self.like_weekday)]

    def _attendances(self, domain, lunch, calendar):
        """``(from hour, to hour, attendance)`` as Odoo's planning wants them."""
        self.ensure_one()
        attendances = self.env["resource.calendar.attendance"]
        if self.kind == "holiday":
            return []
        if self.hours == "weekday":
            lines = attendances.search(
                Domain(domain or Domain.TRUE)
                & Domain("calendar_id", "=", calendar.id)
                & Domain("display_type", "=", False)
                & Domain("day_period", "=" if lunch else "!=", "lunch")
                & Domain("dayofweek", "=", self.like_weekday)
                & (Domain("week_type", "=", str(self._week_type())) if calendar.two_weeks_calendar else Domain.TRUE)
            )
            return [(line.hour_from, line.hour_to, line) for line in lines]
        lines = self._own_lines()
        if lunch:
            return [(lines[0][1], lines[1][0], attendances.new({}))] if len(lines) == 2 else []
        total = sum(high - low for low, high in lines)
        return [
            (low, high, attendances.new({"duration_hours": high - low, "duration_days": (high - low) / total}))
            for low, high in lines
        ]

    # -- changes -------------------------------------------------------------------------------

    def _calendars(self):
        """The calendars in which these days count."""
        calendars = self.env["resource.calendar"].sudo()
        for exception in self:
            company = Domain("company_id", "=", exception.company_id.id) if exception.company_id else Domain.TRUE
            calendars |= exception.calendar_id or calendars.search(company)
        return calendars

    def _on_days_changed(self, *, later=False):
        """The cached timetables are stale; running deadlines across these days are planned again."""
        self.env.registry.clear_cache()
        for calendars, exceptions in self.grouped(lambda exception: exception._calendars()).items():
            calendars._clock_replan([(day, day) for day in exceptions.mapped("date")], later=later)

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        holidays = records.filtered(lambda record: record.kind == "holiday")
        holidays._on_days_changed(later=True)
        (records - holidays)._on_days_changed()
        return records

    def write(self, vals):
        hours = {"date", "kind", "calendar_id", "company_id", "hours", "like_weekday", "hour_from", "hour_to"}
        if not (hours | {"break_from", "break_to"}) & vals.keys():
            return super().write(vals)
        self._on_days_changed()
        result = super().write(vals)
        self._on_days_changed()
        return result

    def unlink(self):
        self._on_days_changed()
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    # -- missing years -------------------------------------------------------------------------

    @api.model
    def _missing_years(self, company):
        """Years without any holiday in the company's calendar: this one, and from December on the next.

        The State Council publishes the days of a year in the November before.
        """
        today = company._merchant_today()
        years = [today.year] + ([today.year + 1] if today.month == 12 else [])
        days = self.sudo()._of_calendar(company.sudo().resource_calendar_id)
        known = {day.year for day, exception in days.items() if exception.kind == "holiday"}
        return [year for year in years if year not in known]

    @api.model
    def missing_years_warning(self):
        """The sentence above the list when a year has no holidays yet, else an empty text.

        :raises AccessError: for those who may not read the list
        """
        self.check_access("read")
        years = self._missing_years(self.env.company)
        if not years:
            return ""
        return self.env._(
            "%(company)s has no holidays and make-up days for %(years)s yet: deadlines count every weekday as a working "
            "day. Press “Apply to Calendar”, or enter the days of the State Council's notice first.",
            company=self.env.company.name,
            years=", ".join(map(str, years)),
        )

    @api.model
    def _cron_missing_years(self):
        """A to-do for the suite administrators of companies that use holidays and have none for a coming year."""
        for company in self.env["res.company"].search([("active", "=", True)]):
            latest = self.search([("company_id", "in", (company.id, False))], order="date desc", limit=1)
            years = self._missing_years(company) if latest else []
            for year in years:
                self._remind_of_year(company, latest, year)

    def _remind_of_year(self, company, latest, year):
        group = self.env.ref("crm_merchant.group_suite_admin")
        users = group.all_user_ids.filtered(lambda user: user.active and not user.share and company in user.company_ids)
        deadline = company._merchant_today() + timedelta(days=14)
        reminded = self.env["mail.activity"].search(
            [("res_model", "=", self._name), ("res_id", "=", latest.id), ("summary", "ilike", str(year))]
        )
        self.env["mail.activity"]._merchant_schedule_quietly(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": latest.id,
                    "user_id": user.id,
                    "date_deadline": deadline,
                    "summary": lambda env: env._(
                        "Holidays and make-up days of %(year)s are missing in %(company)s",
                        year=year,
                        company=company.name,
                    ),
                }
                for user in users - reminded.user_id
            ],
            lambda env: env._("Holidays of %(year)s are missing", year=year),
        )
