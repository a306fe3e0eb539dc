from odoo import models

from ..kernel.crm_clock_replan import Deadlines


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _clock_deadline_fields(self):
        """First responses and answers that are waited for, which stop for nobody, and the ladders, which stop for their
        holders and are reckoned once more when a rung comes due."""
        return [
            *super()._clock_deadline_fields(),
            Deadlines("crm.lead", "create_date", "first_response_deadline", [("first_response_at", "=", False)]),
            Deadlines("crm.lead", "asked_at", "answer_deadline", [("answer_late", "=", False)]),
            Deadlines(
                "crm.lead", "create_date", "followup_deadline", [("user_id", "!=", False)], user="user_id", is_lazy=True
            ),
        ]


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _clock_recompute(self):
        result = super()._clock_recompute()
        waiting = self.filtered(
            lambda lead: lead.first_response_deadline and not lead.first_response_at and not lead.first_response_late
        )
        for company, leads in waiting.grouped(lambda lead: lead.company_id or self.env.company).items():
            leads._response_start(company, leads._response_starts())
        self.filtered(lambda lead: lead.answer_deadline and not lead.answer_late)._answer_replan()
        self._ladder_plan()
        return result
