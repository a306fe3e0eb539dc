from odoo import fields, models
from odoo.tools import SQL

from ..kernel.columns import filled, linked, sets_by

CLOCK_COLUMNS = {
    "first_response_from",
    "first_response_deadline",
    "first_response_at",
    "first_response_late",
    "followup_deadline",
    "followup_step",
    "is_high_risk",
}


class CrmLead(models.Model):
    """The clocks of a held lead: first response, and the ladder of reminders.

    ``followup_deadline`` is the next moment at which somebody must be told, of either clock; the job asks for it alone.
    """

    _inherit = "crm.lead"

    followup_ids = fields.One2many("crm.followup", "lead_id", "Follow-ups", readonly=True)
    first_response_from = fields.Datetime("First Response Counts From", readonly=True, copy=False)
    first_response_deadline = fields.Datetime("First Response Due", readonly=True, copy=False)
    first_response_at = fields.Datetime("First Response", readonly=True, copy=False)
    first_response_late = fields.Boolean("First Response Was Late", readonly=True, copy=False)
    followup_deadline = fields.Datetime("Next Reminder", readonly=True, copy=False)
    followup_step = fields.Integer("Reminders Given", readonly=True, copy=False, aggregator=None)
    is_high_risk = fields.Boolean("High Risk", readonly=True, copy=False)

    _followup_idx = models.Index("(followup_deadline) WHERE active IS TRUE AND followup_deadline IS NOT NULL")

    def _guarded_fields(self):
        return super()._guarded_fields() | CLOCK_COLUMNS

    def _watched_fields(self):
        return {
            **super()._watched_fields(),
            "stage_id": "_ladder_stage_written",
            "team_id": "_ladder_team_written",
        }

    # -- what starts and stops the clocks -----------------------------------------------------------

    def _pool_owner_written(self, before):
        result = super()._pool_owner_written(before)
        leads = self.sudo()
        if before:
            holders = zip(leads._ids, linked(leads, "user_id"), strict=True)
            leads = leads.browse([i for i, holder in holders if before.get(i, {}).get("user_id", holder) != holder])
        leads._response_begin(before)
        return result

    def _response_begin(self, before):
        """A new holder has his time to answer; a transfer from one to another leaves the clock as it runs."""
        held = filled(self, "user_id")
        gone = (self - held).filtered(lambda lead: lead.followup_deadline or lead.first_response_deadline)
        if gone:
            empty = dict.fromkeys(CLOCK_COLUMNS, False)
            gone._through_door(*empty).with_context(mail_notrack=True).write(empty)
        for company, leads in sets_by(held, held._pool_companies()).items():
            if company.first_response_active:
                # who enters a lead himself is talking to the customer already
                fresh = leads.filtered(
                    lambda lead: lead.user_id != self.env.user if not before else not before[lead.id].get("user_id")
                )
                fresh._response_start(company, dict.fromkeys(fresh.ids, fields.Datetime.now()))
        # the risk is the record's, the rungs are the holder's
        held._ladder_plan(step=0)

    def _response_start(self, company, starts):
        """Starts the clock of the first response: ``starts`` is a dict of lead id -> moment.

        Nobody's absence stops it, see ``stand_in``. What would end at night or on a day off ends when work goes on.
        One statement for any number of leads.
        """
        if not self:
            return
        due = self._response_moments(company, starts)
        names = ["first_response_from", "first_response_deadline", "first_response_at", "first_response_late"]
        self.flush_model(names)
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lead r SET first_response_from = v.since, first_response_deadline = v.due, "
                "first_response_at = NULL, first_response_late = FALSE "
                "FROM unnest(%s::int[], %s::timestamp[], %s::timestamp[]) AS v(id, since, due) WHERE r.id = v.id",
                self.ids,
                [starts[lead.id] for lead in self],
                [due[lead.id] for lead in self],
            )
        )
        self.invalidate_recordset(names, flush=False)

    def _response_moments(self, company, starts):
        """Lead id -> until when it must be answered for the first time; ``starts`` as above."""
        limits = {grade: company._first_response_limit(grade) for grade in ("A", "B", "C")}
        moments = company.resource_calendar_id._limit_deadlines(
            [limits[lead.merchant_grade or "C"] for lead in self], [starts[lead.id] for lead in self], move="moment"
        )
        return dict(zip(self.ids, moments, strict=True))

    def _response_starts(self):
        """Lead id -> the moment from which its first response counts; the second best for those of an older version."""
        return {lead.id: lead.first_response_from or lead.date_open or lead.create_date for lead in self}

    def _response_due(self):
        """Until when one lead must be answered; nothing if nobody waits, or if that it is late was told already."""
        self.ensure_one()
        waiting = not self.first_response_at and not self.first_response_late
        return waiting and self.first_response_deadline

    def _response_mark_late(self):
        """Reminded or not, an answer that is late is late."""
        self._through_door("first_response_late").with_context(mail_notrack=True).write({"first_response_late": True})

    def _grade_changed(self):
        result = super()._grade_changed()
        waiting = self.filtered(lambda lead: lead.first_response_deadline and not lead.first_response_at)
        for company, leads in waiting.grouped(lambda lead: lead.company_id or self.env.company).items():
            leads._response_start(company, leads._response_starts())
        self._ladder_plan()
        return result

    def _pool_type_written(self, before):
        result = super()._pool_type_written(before)
        self._ladder_stage_written(before)
        return result

    def _ladder_stage_written(self, before):
        if before:
            self.sudo()._ladder_plan()

    def _ladder_team_written(self, before):
        """Another team may have another rule; a new holder's ladder has begun already."""
        if before and self.env["crm.followup.rule"]._rule_teams():
            self.sudo()._ladder_plan()

    def _followup_done(self, moment):
        result = super()._followup_done(moment)
        self._response_answered(moment)
        self.sudo()._ladder_plan(step=0, risk=False)
        return result

    def _response_answered(self, moment):
        """Ends the clocks of those of these leads that are waited for, at this moment."""
        answered = self.sudo().filtered(lambda lead: lead.first_response_deadline and not lead.first_response_at)
        if answered:
            # late or not is told by the deadline, not by whether somebody was reminded
            for late, leads in answered.grouped(lambda lead: lead.first_response_deadline < moment).items():
                vals = {"first_response_at": moment, "first_response_late": late}
                leads._through_door(*vals).with_context(mail_notrack=True).write(vals)

    # -- customers -----------------------------------------------------------------------------------

    def _followup_is_customer(self, partners, email):
        own = self.partner_id.commercial_partner_id
        address = self.email_normalized
        return any(
            (own and partner.commercial_partner_id == own) or (address and partner.email_normalized == address)
            for partner in partners
            if partner.partner_share
        ) or bool(address and not partners and address in email.lower())

    # -- the columns of the ladder ---------------------------------------------------------------------

    def _ladder_put(self, planned):
        """Writes the ladder's columns in one statement: dict of lead id -> (deadline, step, high risk)."""
        if not planned:
            return
        names = ["followup_deadline", "followup_step", "is_high_risk"]
        self.flush_model(names)
        moments, steps, risks = zip(*planned.values(), strict=True)
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lead r SET followup_deadline = v.moment, followup_step = v.step, is_high_risk = v.risk "
                "FROM unnest(%s::int[], %s::timestamp[], %s::int[], %s::bool[]) AS v(id, moment, step, risk) "
                "WHERE r.id = v.id",
                list(planned),
                list(moments),
                list(steps),
                list(risks),
            )
        )
        self.browse(planned).invalidate_recordset(names, flush=False)
