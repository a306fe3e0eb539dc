from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .service_ticket import OPEN_STATES

# event: (states it may start from, state it ends in)
TRANSITIONS = {
    "assign": (("new",), "assigned"),
    "start": (("new", "assigned", "waiting_customer"), "in_progress"),
    "wait": (("assigned", "in_progress"), "waiting_customer"),
    "solve": (OPEN_STATES, "solved"),
    "reopen": (("solved", "closed"), "in_progress"),
    "close": (("solved",), "closed"),
    "cancel": (OPEN_STATES, "cancelled"),
}
_BATCH = 100


class ServiceTicket(models.Model):
    """The states of a ticket and the buttons that move it."""

    _inherit = "service.ticket"

    # -- buttons ----------------------------------------------------------------------------

    def action_take(self):
        """The user takes the tickets himself. By service agents and leads."""
        self._check_service_actor(assigned=False)
        for ticket in self.sudo():
            ticket.user_id = self.env.user
        return True

    def action_start(self):
        """Work begins, or goes on after the customer answered by other ways."""
        self._check_service_actor()
        self._ticket_transition("start")
        return True

    def action_wait(self):
        """Waits for the customer; the clock of the solution stands still meanwhile."""
        self._check_service_actor()
        self._ticket_transition("wait")
        return True

    def action_solve(self, solution=None):
        """Solves tickets with the text that the customer gets; without one, asks for it.

        :param solution: plain text
        """
        self._check_service_actor()
        if solution is None:
            action = self.env["ir.actions.actions"]._for_xml_id("crm_service_ticket.action_service_ticket_solve")
            return {**action, "context": {"default_ticket_ids": self.ids}}
        if not (solution or "").strip():
            raise UserError(self.env._("Write down the solution: the customer and your colleagues will read it."))
        self._ticket_transition("solve", solution=solution.strip())
        for ticket in self:
            ticket._send_solution()
        return True

    def action_reopen(self):
        """Opens solved or closed tickets again, within the days that the company gives."""
        self._check_service_actor()
        self._check_reopen()
        self._ticket_transition("reopen")
        return True

    def action_close(self):
        """Closes solved tickets without waiting for the customer."""
        self._check_service_actor()
        self._ticket_transition("close")
        return True

    def action_cancel(self):
        """Ends tickets that were none: sent twice, or by mistake."""
        self._check_service_actor()
        self._ticket_transition("cancel")
        return True

    def action_view_asset(self):
        self.ensure_one()
        return self.asset_id._get_records_action(name=self.env._("Equipment"))

    def action_view_customer_tickets(self):
        """All tickets of the customer's company, so that nobody asks twice."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("crm_service_ticket.action_service_ticket_all")
        return {**action, "domain": [("commercial_partner_id", "=", self.commercial_partner_id.id)], "context": {}}

    # -- rules ------------------------------------------------------------------------------

    def _check_service_actor(self, assigned=True):
        """Refuses everyone but service agents, service leads and, if ``assigned``, the person who has the ticket.

        :raises AccessError: in words
        """
        self.check_access("read")
        user = self.env.user
        if user.has_group("crm_service_ticket.group_ticket_agent") or user.has_group(
            "crm_service_ticket.group_ticket_lead"
        ):
            return
        if assigned and not user.share and all(ticket.user_id == user for ticket in self):
            return
        raise AccessError(
            self.env._("This is done by service agents, service leads and the person to whom the ticket is assigned.")
        )

    def _can_reopen(self):
        """Whether one ticket is solved or closed and its days of reopening last."""
        ticket = self.sudo()
        lasts = ticket.reopen_until and ticket.reopen_until > fields.Datetime.now()
        return bool(ticket.state in ("solved", "closed") and lasts)

    def _check_reopen(self):
        """:raises UserError: where the days in which a ticket can be reopened are over"""
        for ticket in self.sudo():
            if ticket.state in ("solved", "closed") and not ticket._can_reopen():
                raise UserError(
                    self.env._(
                        "%(ticket)s was solved too long ago to be reopened. Please open a new ticket.",
                        ticket=ticket.name,
                    )
                )

    # -- the door ---------------------------------------------------------------------------

    def _ticket_transition(self, event, **facts):
        """Door of ``state`` and of what is known only with it.

        :param event: key of ``TRANSITIONS``
        :param facts: guarded fields that become known with the event, such as ``solution``
        :raises UserError: where the event does not fit the state
        """
        allowed, target = TRANSITIONS[event]
        labels = dict(self._fields["state"]._description_selection(self.env))
        for ticket in self.sudo():
            if ticket.state not in allowed:
                raise UserError(
                    self.env._(
                        "%(ticket)s is in the state %(state)s; from there it cannot become %(target)s.",
                        ticket=ticket.name,
                        state=labels[ticket.state],
                        target=labels[target],
                    )
                )
        for company, tickets in self.sudo().grouped("company_id").items():
            vals = {"state": target, **facts, **self._prepare_transition_vals(event, company)}
            tickets._through_door(*vals).write(vals)
            if event == "reopen":
                for ticket in tickets:
                    ticket._through_door("reopen_count").reopen_count += 1
        # at once: two people meet at the row now
        self.flush_recordset(["state"])
        self._on_transition(event)

    def _prepare_transition_vals(self, event, company):
        """Values that become known with ``event``, beside the state."""
        now = fields.Datetime.now()
        if event == "solve":
            days = timedelta(days=company.sudo().service_reopen_days or 7)
            return {"solved_at": now, "reopen_until": now + days}
        if event == "reopen":
            return {"solved_at": False, "closed_at": False, "reopen_until": False}
        if event in ("close", "cancel"):
            return {"closed_at": now}
        return {}

    def _on_transition(self, event):
        """Runs after each transition, on the moved tickets; call ``super()``."""
        if event == "cancel":
            self.sudo().access_token = False
        if event in ("start", "solve") and not self.env.user.share:
            # who works on an unassigned ticket has it
            for ticket in self.sudo().filtered(lambda ticket: not ticket.user_id):
                ticket.user_id = self.env.user

    def _on_user_changed(self, before):
        """Somebody has the ticket now."""
        self.filtered(lambda ticket: ticket.user_id and ticket.state == "new")._ticket_transition("assign")

    # -- the end ----------------------------------------------------------------------------

    @api.model
    def _get_ended_domain(self):
        """Solved and closed tickets that nobody can reopen any more."""
        return Domain("reopen_until", "<=", fields.Datetime.now())

    @api.model
    def _cron_end(self):
        """Closes solved tickets for good when their days are over; the links that customers have die with it."""
        domain = self._get_ended_domain()
        left = self.search_count(domain)
        while tickets := self.search(domain, limit=_BATCH, order="reopen_until, id"):
            tickets._ticket_end()
            left -= len(tickets)
            if not self.env["ir.cron"]._commit_progress(len(tickets), remaining=max(left, 0)):
                break

    def _ticket_end(self):
        """Door of the final end."""
        tickets = self.sudo()
        tickets.filtered(lambda ticket: ticket.state == "solved")._ticket_transition("close")
        tickets._through_door("reopen_until").write({"reopen_until": False, "access_token": False})
