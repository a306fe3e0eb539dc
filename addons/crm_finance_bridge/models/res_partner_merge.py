from odoo import api, models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    """A customer with a number over there neither vanishes nor becomes two."""

    _inherit = "res.partner"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_finance_system(self):
        bindings, rows = self._finance_traces()
        if trace := bindings[:1] or rows[:1]:
            raise UserError(
                self.env._(
                    "%(customer)s stands in the finance system as %(number)s, or is on the way there, and cannot be "
                    "deleted here. Archive it instead.",
                    customer=self.browse(trace.res_id).display_name,
                    number=trace.number,
                )
            )

    def _finance_traces(self):
        """(bindings, outbox rows) of these customers, as superuser."""
        domain = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        rows = self.env["finance.outbox"].sudo().search([*domain, ("error_code", "!=", "withdrawn")])
        return self.env["finance.binding"].sudo().search([*domain, ("kind", "=", "customer")]), rows

    def _finance_merge_into(self, stays):
        """The number over there comes along with a merge.

        :param stays: the customer that documents name afterwards
        :raises UserError: both have a number in the same books, or something of them is on its way
        """
        bindings, rows = (self | stays)._finance_traces()
        documents = rows.search(
            [("customer_ref", "in", self.ids), ("state", "!=", "done"), ("error_code", "!=", "withdrawn")], limit=1
        )
        if waiting := (rows.filtered(lambda row: row.state != "done") | documents)[:1]:
            raise UserError(
                self.env._(
                    "%(number)s is on its way to the finance system. Merge these customers when it has arrived; if it "
                    "was refused, finance settles it under Outbox first.",
                    number=waiting.number,
                )
            )
        for connection, own in bindings.grouped("connection_id").items():
            if len(own) > 1:
                raise UserError(
                    self.env._(
                        "These customers have different numbers in the books of %(connection)s: %(numbers)s. Merged here "
                        "they would still be two there. Archive the one that is not used any more instead.",
                        connection=connection.name,
                        numbers=", ".join(own.mapped("number")),
                    )
                )
        bindings.filtered(lambda binding: binding.res_id != stays.id)._rebind(stays.id)
        for row in rows.filtered(lambda row: row.res_id != stays.id):
            key = f"{self._name}/{stays.id}"
            row._outbox_write({"res_id": stays.id, "business_key": key, "lane": f"{row.connection_id.id}/{key}"})
        # over there the name may still be that of the one who goes
        self.env["finance.outbox"].sudo()._enqueue_customer_changes(stays.sudo())
