from odoo import fields, models
from odoo.exceptions import AccessError


class ServiceTeamMember(models.Model):
    _name = "service.team.member"
    _description = "Service Team Member"
    _order = "id"
    _rec_name = "user_id"
    _check_company_auto = True

    team_id = fields.Many2one("service.team", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="team_id.company_id", store=True)
    user_id = fields.Many2one(
        "res.users", "Person", required=True, index=True, ondelete="cascade", check_company=True,
        domain=lambda self: [("all_group_ids", "in", self.env.ref("crm_service_ticket.group_ticket_reader").id)],
    )  # fmt: skip
    is_on_duty = fields.Boolean("On Duty", default=True, help="Gets new tickets")
    last_turn = fields.Integer(readonly=True, copy=False, help="Turn of the team at which he got his last ticket")

    _user_uniq = models.UniqueIndex("(team_id, user_id)", "This person is in the team already.")

    def action_toggle_duty(self):
        """Goes on or off duty. By the person himself or a service lead; running tickets stay where they are."""
        self.check_access("read")
        if not self.env.user.has_group("crm_service_ticket.group_ticket_lead"):
            if any(member.user_id != self.env.user for member in self):
                raise AccessError(self.env._("Only the person himself or a service lead changes who is on duty."))
        for member in self.sudo():
            member.is_on_duty = not member.is_on_duty
        return True
