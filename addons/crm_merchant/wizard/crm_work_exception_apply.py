import logging
from datetime import datetime, time, timedelta

from markupsafe import Markup
from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

_logger = logging.getLogger(__name__)


class WorkExceptionApply(models.TransientModel):
    """Shows what a year's official days change in a calendar, then writes them into it."""

    _name = "crm.work.exception.apply"
    _description = "Apply Official Days to a Calendar"

    year = fields.Selection(selection="_select_year", required=True, default=lambda self: self._default_year())
    calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Hours",
        required=True,
        default=lambda self: self.env.company.resource_calendar_id,
    )
    add_count = fields.Integer("Days to Add", compute="_compute_preview")
    skip_count = fields.Integer("Days Skipped", compute="_compute_preview")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.model
    def _select_year(self):
        years = self.env["crm.official.day"]._read_group([], ["year"])
        return [(year, year) for (year,) in sorted(years, reverse=True) if year]

    @api.model
    def _default_year(self):
        years = [year for year, _label in self._select_year()]
        this_year = str(fields.Date.context_today(self).year)
        return this_year if this_year in years else years[:1] and years[0]

    def _plan(self):
        """``(date, official day, why it is skipped or None)`` for each date of the year."""
        self.ensure_one()
        if not self.year or not self.calendar_id:
            return []
        days = self.env["crm.official.day"].search([("year", "=", self.year)])
        there = self.env["crm.work.exception"].sudo()._of_calendar(self.calendar_id)
        return [(date, day, self._why_skipped(date, day, there)) for date, day in days._dates()]

    def _why_skipped(self, date, day, there):
        if date in there:
            return self.env._("already there: %(name)s", name=there[date].name)
        if day.kind == "makeup" and self.calendar_id._is_working_day(date):
            return self.env._("a working day anyway")
        if day.kind == "holiday" and self._is_on_leave(date):
            return self.env._("already there as a leave of the working hours")
        return None

    def _is_on_leave(self, date):
        """Whether a leave of the calendar, such as HR's public holidays, holds the whole date."""
        zone = timezone(self.calendar_id.tz or "UTC")
        begin = zone.localize(datetime.combine(date, time.min)).astimezone(utc).replace(tzinfo=None)
        return bool(
            self.env["resource.calendar.leaves"]
            .sudo()
            .search_count(
                [
                    ("calendar_id", "in", (self.calendar_id.id, False)),
                    ("company_id", "in", (self.calendar_id.company_id.id, False)),
                    ("resource_id", "=", False),
                    ("time_type", "=", "leave"),
                    ("date_from", "<=", begin),
                    ("date_to", ">=", begin + timedelta(hours=23, minutes=59)),
                ],
                limit=1,
            )
        )

    @api.depends("year", "calendar_id")
    def _compute_preview(self):
        kinds = dict(self.env["crm.official.day"]._fields["kind"]._description_selection(self.env))
        for wizard in self:
            plan = wizard._plan()
            rows = Markup().join(
                Markup("<tr class='%s'><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>")
                % (
                    "text-muted" if why else "",
                    format_date(self.env, date, date_format="MM-dd EEE"),
                    day.name,
                    kinds[day.kind],
                    why or self.env._("is added"),
                )
                for date, day, why in plan
            )
            wizard.preview = Markup("<table class='table table-sm mb-0'><tbody>%s</tbody></table>") % rows
            wizard.add_count = sum(not why for _date, _day, why in plan)
            wizard.skip_count = len(plan) - wizard.add_count

    def _prepare_exception_vals(self, date, day):
        return {"name": day.name, "date": date, "kind": day.kind, "calendar_id": self.calendar_id.id}

    def action_apply(self):
        """Writes the days that are not there yet into the calendar.

        :raises AccessError: for anyone but sales administrators
        :raises UserError: nothing is left to add
        """
        self.ensure_one()
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(self.env._("Only a sales administrator can apply holidays to working hours."))
        self.calendar_id.check_access("read")
        vals_list = [self._prepare_exception_vals(date, day) for date, day, why in self._plan() if not why]
        if not vals_list:
            raise UserError(
                self.env._("All official days of %(year)s are in these working hours already.", year=self.year)
            )
        self.env["crm.work.exception"].with_context(mail_create_nolog=True).create(vals_list)
        _logger.info(
            "User %s applied %s official days of %s to calendar %s",
            self.env.uid,
            len(vals_list),
            self.year,
            self.calendar_id.id,
        )
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_merchant.action_crm_work_exception")
        # the main target: a dialog over the list would leave the old list behind
        return {**action, "target": "main", "context": {"search_default_calendar_id": self.calendar_id.id}}
