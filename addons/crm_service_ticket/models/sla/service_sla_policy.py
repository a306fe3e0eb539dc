from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from odoo.addons.crm_merchant.lib.clock import Limit

from ..ticket.service_ticket import OPEN_STATES
from ..ticket.service_ticket_type import PRIORITIES

UNITS = [("hours", "Hours"), ("working_hours", "Working Hours"), ("days", "Days"), ("working_days", "Working Days")]


class ServiceSlaPolicy(models.Model):
    """How fast tickets are answered and solved. The first policy that fits a ticket gives it its two clocks."""

    _name = "service.sla.policy"
    _inherit = ["crm.guarded.mixin", "mail.thread"]
    _description = "Service Level"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean("On", default=False, readonly=True, copy=False)
    company_id = fields.Many2one("res.company", index=True)
    # conditions; an empty one fits every ticket
    priority = fields.Selection(PRIORITIES)
    type_ids = fields.Many2many("service.ticket.type", string="Types")
    team_ids = fields.Many2many("service.team", string="Teams")
    # limits; 0 is none
    response_number = fields.Float("First Answer within", digits=(8, 2), tracking=True, help="0: no limit")
    response_unit = fields.Selection(UNITS, "Unit of First Answer", required=True, default="working_hours")
    solve_number = fields.Float("Solution within", digits=(8, 2), tracking=True, help="0: no limit")
    solve_unit = fields.Selection(UNITS, "Unit of Solution", required=True, default="working_hours")

    @api.constrains("response_number", "response_unit", "solve_number", "solve_unit")
    def _check_limits(self):
        for policy in self:
            try:
                policy._limits()
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "The limits of %(policy)s are not possible: they must be positive, days must be whole.",
                        policy=policy.name,
                    )
                ) from error

    def _limits(self):
        """Kind of clock -> ``lib.clock.Limit``, without those that have none."""
        self.ensure_one()
        pairs = {
            "response": (self.response_number, self.response_unit),
            "solve": (self.solve_number, self.solve_unit),
        }
        return {kind: Limit(number, unit) for kind, (number, unit) in pairs.items() if number}

    @api.model
    def _policies_of(self, tickets):
        """Ticket -> the policy that fits it, for those that one fits."""
        policies = self.sudo().search([("active", "=", True)])
        found = {ticket: next((policy for policy in policies if policy._fits(ticket)), None) for ticket in tickets}
        return {ticket: policy for ticket, policy in found.items() if policy}

    def _fits(self, ticket):
        return (
            self.company_id in (self.env["res.company"], ticket.company_id)
            and (not self.priority or self.priority == ticket.priority)
            and (not self.type_ids or ticket.type_id in self.type_ids)
            and (not self.team_ids or ticket.team_id in self.team_ids)
        )

    # -- the switch -------------------------------------------------------------------------

    def _guarded_fields(self):
        return super()._guarded_fields() | {"active"}

    @api.model
    def _get_switch_domain(self):
        """Policies that the one switch of the user's company turns on and off."""
        return Domain("company_id", "in", (False, self.env.company.id))

    @api.model
    def _switch_policies(self):
        return self.with_context(active_test=False).search(self._get_switch_domain())

    def _switch_check_actor(self):
        """:raises AccessError: for everyone but service leads"""
        if not self.env.user.has_group("crm_service_ticket.group_ticket_lead"):
            raise AccessError(self.env._("Only a service lead or a suite administrator turns the clocks on or off."))

    def _switch(self, active):
        """Door of ``active``; who did it is kept in the chatter."""
        self.sudo()._through_door("active").write({"active": active})
        for policy in self:
            policy.message_post(body=self.env._("Turned on") if active else self.env._("Turned off"))

    @api.model
    def _open_tickets_without_clock(self):
        """Number of open tickets of the company that stay without clocks when these are turned on."""
        domain = [
            ("state", "in", OPEN_STATES),
            ("company_id", "=", self.env.company.id),
            ("sla_status_ids", "=", False),
        ]
        return self.env["service.ticket"].sudo().search_count(domain)
