from odoo import models


class CrmContract(models.Model):
    """A signed contract makes its customer and its order known to the finance system, where the connection says so."""

    _inherit = "crm.contract"

    def _watched_fields(self):
        return super()._watched_fields() | {"state": "_on_finance_signed"}

    def _on_finance_signed(self, before):
        """Handler: customers and orders of contracts that have just been signed; orders whose contract is no more."""
        signed = self.filtered(
            lambda contract: contract.state == "signed" and before.get(contract.id, {}).get("state") != "signed"
        )
        if signed:
            signed.sudo()._finance_send_customers()
            signed.sudo().order_id._finance_enqueue("signed")
        moved = self.filtered(lambda contract: contract.state in ("signed", "cancelled"))
        moved.sudo().order_id._finance_note_changed()

    def _finance_send_customers(self):
        """Writes the intent for customers that neither stand over there nor are on their way."""
        outbox = self.env["finance.outbox"]
        for connection in self.env["finance.connection"]._on_for(self, "sends_signed_customers"):
            contracts = self.filtered(lambda contract, company=connection.company_id: contract.company_id == company)
            customers = contracts.commercial_partner_id
            bound = self.env["finance.binding"]._numbers(connection, "res.partner", customers.ids, "customer")
            rows = outbox.search(
                [("connection_id", "=", connection.id), ("kind", "=", "customer"), ("res_id", "in", customers.ids)]
            )
            if new := customers.browse(set(customers.ids) - set(bound) - set(rows.mapped("res_id"))):
                outbox._enqueue(connection, "customer", new)
