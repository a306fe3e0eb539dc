from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _next_step_domain(self):
        planned = self.env["calendar.event"].sudo()._search([("start", ">", fields.Datetime.now())])
        return super()._next_step_domain() & ~fields.Domain("meeting_ids", "in", planned)
