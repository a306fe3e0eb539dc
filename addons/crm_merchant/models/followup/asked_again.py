from odoo import fields, models

from ..kernel.columns import filled


class CrmLead(models.Model):
    """Who asks again waits for an answer: its own clock, beside that of the first response, whose figures stay.

    It moves no deadline of the pool: that the customer asks is nothing that the holder did.
    """

    _inherit = "crm.lead"

    asked_count = fields.Integer("Asked Again", readonly=True, copy=False, help="How often the same inquiry came again")
    asked_at = fields.Datetime("Last Asked Again", readonly=True, copy=False)
    answer_deadline = fields.Datetime("Answer Due", readonly=True, copy=False)
    answer_late = fields.Boolean("Last Answer Was Late", readonly=True, copy=False)

    def _guarded_fields(self):
        return super()._guarded_fields() | {"asked_count", "asked_at", "answer_deadline", "answer_late"}

    def _intake_asked_again(self, channel):
        result = super()._intake_asked_again(channel)
        now = fields.Datetime.now()
        for lead in self:
            vals = {"asked_count": lead.asked_count + 1, "asked_at": now, **lead._prepare_answer_vals(now)}
            lead._through_door(*vals).with_context(mail_notrack=True).write(vals)
            due = vals.get("answer_deadline")
            if due:
                # the ladder stands where it stood: nobody followed anything up
                first = min(filter(None, (lead.followup_deadline, due)))
                lead._ladder_put({lead.id: (first, lead.followup_step, lead.is_high_risk)})
        return result

    def _prepare_answer_vals(self, now):
        """The clock of the answer, unless one runs already."""
        self.ensure_one()
        company = self.company_id or self.env.company
        waiting = self.answer_deadline or (self.first_response_deadline and not self.first_response_at)
        if not company.first_response_active or waiting or not (self.user_id or self._response_stewards()):
            return {}
        return {"answer_deadline": self._response_moments(company, {self.id: now})[self.id], "answer_late": False}

    def _answer_replan(self):
        """Plans the clocks of these answers again after working time changed."""
        for lead in self:
            company = lead.company_id or self.env.company
            vals = {"answer_deadline": lead._response_moments(company, {lead.id: lead.asked_at})[lead.id]}
            lead._through_door(*vals).with_context(mail_notrack=True).write(vals)

    def _response_due(self):
        return super()._response_due() or (not self.answer_late and self.answer_deadline)

    def _response_mark_late(self):
        again = self.filtered("answer_deadline")
        again._through_door("answer_late").with_context(mail_notrack=True).write({"answer_late": True})
        return super(CrmLead, self - again)._response_mark_late()

    def _response_begin(self, before):
        """A new holder has his own time to answer, and what lies in the pool the clock of the house when it is asked for
        again."""
        ended = filled(self, "answer_deadline").filtered(
            lambda lead: not lead.user_id or (before and not before.get(lead.id, {}).get("user_id"))
        )
        if ended:
            vals = {"answer_deadline": False, "answer_late": False}
            ended._through_door(*vals).with_context(mail_notrack=True).write(vals)
        return super()._response_begin(before)

    def _response_answered(self, moment):
        answered = self.sudo().filtered(lambda lead: lead.answer_deadline and lead.asked_at <= moment)
        for late, leads in answered.grouped(lambda lead: lead.answer_deadline < moment).items():
            vals = {"answer_deadline": False, "answer_late": late}
            leads._through_door(*vals).with_context(mail_notrack=True).write(vals)
        return super()._response_answered(moment)
