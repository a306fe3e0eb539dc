from odoo import fields, models


class ServiceTicketSolve(models.TransientModel):
    """Asks for the solution of tickets."""

    _name = "service.ticket.solve"
    _description = "Solve Tickets"

    ticket_ids = fields.Many2many("service.ticket", required=True, readonly=True)
    solution = fields.Text(required=True)

    def action_apply(self):
        """Solves the tickets; they check who does it."""
        self.ensure_one()
        return self.ticket_ids.action_solve(self.solution or "")
