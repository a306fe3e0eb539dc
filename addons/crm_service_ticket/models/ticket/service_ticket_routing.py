from odoo import models


class ServiceTicket(models.Model):
    """Who gets a new ticket: its type names the team, the team the person."""

    _inherit = "service.ticket"

    def _ticket_route(self):
        """Gives new tickets their team and person; where nobody is on duty the leader is asked to see to it."""
        orphans = self.browse()
        for ticket in self.sudo():
            if not ticket.team_id:
                ticket.team_id = ticket._get_team()
            if ticket.user_id:
                if ticket.state == "new":
                    ticket._ticket_transition("assign")
                continue
            user = ticket.team_id._next_user() if ticket.team_id else self.env["res.users"]
            if user:
                ticket.user_id = user
            else:
                orphans += ticket
        orphans._ask_leaders(
            lambda env: env._("Assign this ticket: nobody of the team is on duty"),
            lambda env: env._("Tickets that nobody took"),
        )

    def _get_team(self):
        """Team of one ticket that names none."""
        self.ensure_one()
        team = self.type_id.team_id
        if team.active and team.company_id == self.company_id:
            return team
        return team.search(team._get_default_domain(self.company_id), limit=1)

    def _ask_leaders(self, summary, subject):
        """To-dos for the leaders of the teams of these tickets; without one, for the superior of who has the ticket.

        :param summary: function that gives the text for an environment
        :param subject: likewise, of the message
        """
        model_id = self.env["ir.model"]._get_id(self._name)
        todo = self.env.ref("mail.mail_activity_data_todo")
        vals_list = []
        for ticket in self.sudo():
            leader = ticket.team_id.leader_id
            if not leader and ticket.user_id:
                leader = ticket.user_id._merchant_superiors()[:1]
            if leader.active:
                vals_list.append(
                    {
                        "res_model_id": model_id,
                        "res_id": ticket.id,
                        "user_id": leader.id,
                        "activity_type_id": todo.id,
                        "summary": lambda env, name=ticket.name: f"{name} {summary(env)}",
                    }
                )
        if vals_list:
            self.env["mail.activity"]._merchant_schedule_quietly(vals_list, subject)
