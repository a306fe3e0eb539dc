from odoo import fields, models

from ..kernel.columns import filled


class CrmLead(models.Model):
    """The first response of what comes in and is given to nobody: the clock of the house, not of a person.

    It runs for who looks after the place where the lead lies, and begins anew for whoever takes the lead.
    """

    _inherit = "crm.lead"

    def _intake_started(self, channel):
        result = super()._intake_started(channel)
        for company, leads in self.sudo().grouped(lambda lead: lead.company_id or self.env.company).items():
            if company.first_response_active:
                waiting = leads.filtered(lambda lead: not lead.user_id and lead._response_stewards())
                waiting._response_start(company, dict.fromkeys(waiting.ids, fields.Datetime.now()))
                waiting._ladder_plan()
        return result

    def _response_stewards(self):
        """Who must see to it that one lead (superuser) without a holder is answered: the administrators of its pool, else
        the leader of its team."""
        self.ensure_one()
        people = self.pool_id.admin_ids if self.pool_state == "pooled" else self.team_id.user_id
        return people.filtered("active")

    def _response_begin(self, before):
        # who takes it answers; who looked after the pool need not be reminded any more
        taken = filled(self, "first_response_late").filtered(
            lambda lead: before and lead.user_id and not before[lead.id].get("user_id")
        )
        taken._drop_reminders(self._reminder_kind("mail_activity_late"))
        return super()._response_begin(before)
