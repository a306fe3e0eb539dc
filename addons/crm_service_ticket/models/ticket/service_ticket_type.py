from odoo import fields, models

PRIORITIES = [("p0", "P0 Line Down"), ("p1", "P1 Urgent"), ("p2", "P2 Normal"), ("p3", "P3 Advice")]


class ServiceTicketType(models.Model):
    """What a ticket is about; says which team takes it and how urgent it is unless somebody says otherwise."""

    _name = "service.ticket.type"
    _description = "Ticket Type"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True)
    team_id = fields.Many2one(
        "service.team", help="Empty, or of another company: the first team of the ticket's company"
    )
    priority = fields.Selection(PRIORITIES, required=True, default="p2")
    is_portal = fields.Boolean("Offered to Customers", default=True)
