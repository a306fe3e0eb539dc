from odoo import api, fields, models
from odoo.tools import SQL

from .service_ticket import OPEN_STATES


class ServiceTeam(models.Model):
    """People who solve tickets. Mail to the team's address makes a ticket."""

    _name = "service.team"
    _inherit = ["mail.alias.mixin.optional"]
    _description = "Service Team"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self._default_company_id()
    )
    leader_id = fields.Many2one(
        "res.users", check_company=True, domain=[("share", "=", False)],
        help="Is told of tickets that nobody takes and of clocks that run out",
    )  # fmt: skip
    member_ids = fields.One2many("service.team.member", "team_id", "Members", copy=True)
    turn = fields.Integer(readonly=True, copy=False, help="Counts the tickets that the team gave out")
    open_ticket_count = fields.Integer("Open Tickets", compute="_compute_open_ticket_count")

    def _default_company_id(self):
        return self.env.company

    def _compute_open_ticket_count(self):
        counts = dict(
            self.env["service.ticket"]._read_group(
                [("team_id", "in", self.ids), ("state", "in", OPEN_STATES)], ["team_id"], ["__count"]
            )
        )
        for team in self:
            team.open_ticket_count = counts.get(team, 0)

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("service.ticket")
        if self.id:
            values["alias_defaults"] = {"team_id": self.id}
        return values

    @api.model
    def _get_default_domain(self, company):
        """Teams that take a ticket whose type names none; the first one does."""
        return [("company_id", "=", company.id)]

    def _next_user(self):
        """The member who gets the next ticket: on duty, fewest open tickets, longest without a new one.

        Two tickets at once meet at the team's row: the later one is run again and sees the first.

        :return: ``res.users``, empty when nobody is on duty
        """
        self.ensure_one()
        team = self.sudo()
        members = team.member_ids.filtered(lambda member: member.is_on_duty and member.user_id.active)
        if not members:
            return self.env["res.users"]
        self.env.execute_query(
            SQL("UPDATE service_team SET turn = COALESCE(turn, 0) + 1 WHERE id = %s RETURNING turn", team.id)
        )
        team.invalidate_recordset(["turn"])
        counts = dict(
            self.env["service.ticket"]
            .sudo()
            ._read_group(
                [("user_id", "in", members.user_id.ids), ("state", "in", OPEN_STATES)], ["user_id"], ["__count"]
            )
        )
        chosen = min(members, key=lambda member: (counts.get(member.user_id, 0), member.last_turn, member.id))
        chosen.last_turn = team.turn
        return chosen.user_id.with_env(self.env)

    def action_view_tickets(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("crm_service_ticket.action_service_ticket_all")
        action["domain"] = [("team_id", "=", self.id)]
        return action
