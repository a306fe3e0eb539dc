from odoo import fields, models


class CrmContract(models.Model):
    _inherit = "crm.contract"

    service_ticket_count = fields.Integer(
        "Tickets", compute="_compute_service_ticket_count", groups="crm_service_ticket.group_ticket_reader"
    )

    def _compute_service_ticket_count(self):
        counts = dict(
            self.env["service.ticket"]._read_group([("contract_id", "in", self.ids)], ["contract_id"], ["__count"])
        )
        for contract in self:
            contract.service_ticket_count = counts.get(contract, 0)

    def action_view_service_tickets(self):
        self.ensure_one()
        tickets = self.env["service.ticket"].search([("contract_id", "=", self.id)])
        return tickets._get_records_action(name=self.env._("Tickets"))
