from datetime import datetime, time, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain

from .carefully import run_carefully

BATCH = 500


class Deadlines(NamedTuple):
    """One stored deadline that the working clock made, named by its owner in ``_clock_deadline_fields``.

    The model has ``_clock_recompute()``, which plans a set of its records again and writes what changed.

    :param domain: its live rows
    :param user: field of the person whose absence stops the clock, None where it stops for nobody
    :param is_lazy: the owner looks again when a row comes due, so that changes to a later moment need no replan
    """

    model: str
    start: str
    deadline: str
    domain: list
    company: str = "company_id"
    user: str | None = None
    is_lazy: bool = False


class ClockReplan(models.Model):
    """A stretch of days whose working time changed, until the deadlines it touches are planned again."""

    _name = "crm.clock.replan"
    _description = "Deadlines to Plan Again"
    _order = "id"

    calendar_id = fields.Many2one("resource.calendar", ondelete="cascade", index="btree_not_null")
    user_id = fields.Many2one("res.users", ondelete="cascade", index="btree_not_null")
    date_from = fields.Date(required=True)
    date_to = fields.Date(required=True)
    is_later = fields.Boolean()
    # how far it has come
    owner_no = fields.Integer()
    last_id = fields.Integer()

    @api.model
    def _enqueue(self, calendars, stretches, users, later):
        """One row for each run of days and each calendar or person, then the cron."""
        runs = []
        for first, last in sorted(stretches):
            if runs and first - runs[-1][1] <= timedelta(days=1):
                runs[-1][1] = max(runs[-1][1], last)
            else:
                runs.append([first, last])
        field, targets = ("calendar_id", calendars) if users is None else ("user_id", users)
        wanted = [
            {field: target.id, "date_from": first, "date_to": last, "is_later": later}
            for target in targets
            for first, last in runs
        ]
        # one form of a calendar changes many lines
        waiting = self.search([(field, "in", targets.ids), ("owner_no", "=", 0), ("last_id", "=", 0)])
        there = [{name: row[name].id if name == field else row[name] for name in wanted[0]} for row in waiting]
        self.create([vals for vals in wanted if vals not in there])
        cron = self.env.ref("crm_merchant.ir_cron_clock_replan", raise_if_not_found=False)
        if cron:
            cron._trigger()

    def _replan_domain(self, owner):
        """Rows of one owner whose time holds these days; a day more on either side, whatever the zone."""
        self.ensure_one()
        low = datetime.combine(self.date_from - timedelta(days=1), time.min)
        high = datetime.combine(self.date_to + timedelta(days=2), time.min)
        domain = Domain(owner.domain) & Domain(owner.deadline, ">=", low) & Domain(owner.start, "<=", high)
        if self.user_id:
            return domain & Domain(owner.user, "=", self.user_id.id)
        companies = self.env["res.company"].search([("resource_calendar_id", "=", self.calendar_id.id)])
        # a row of no company goes by the calendar of whoever works with it
        return domain & Domain(owner.company, "in", [*companies.ids, False])

    def _owners(self):
        owners = self.env["resource.calendar"]._clock_deadline_fields()
        return [owner for owner in owners if not (self.is_later and owner.is_lazy) and (owner.user or not self.user_id)]

    def _replan_batch(self):
        """Plans the next batch again; False when nothing is left."""
        self.ensure_one()
        owners = self._owners()
        if self.owner_no >= len(owners):
            return False
        owner = owners[self.owner_no]
        rows = self.env[owner.model].search(
            self._replan_domain(owner) & Domain("id", ">", self.last_id), order="id", limit=BATCH
        )
        if not rows:
            self.write({"owner_no": self.owner_no + 1, "last_id": 0})
            return True
        run_carefully(rows, "_clock_recompute")
        self.last_id = rows[-1].id
        return True

    @api.model
    def _cron_replan(self):
        """Works off the changed stretches, committing after each batch."""
        while replan := self.search([], limit=1):
            if not replan._replan_batch():
                replan.unlink()
            if not self.env["ir.cron"]._commit_progress(1, remaining=self.search_count([])):
                return
