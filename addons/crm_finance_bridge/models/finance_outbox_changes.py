"""Rows and others: customers who changed after they were sent, what documents need over there first."""

import json

from odoo import api, models

from odoo.addons.crm_merchant.lib.hashing import chain_hash

from ..clients.errors import InvalidValues

# while one of these was the last step, the customer is open over there and takes no documents
OPEN_PHASES = ("unaudit", "save", "submit")


class FinanceOutbox(models.Model):
    _inherit = "finance.outbox"

    # -- changed customers ------------------------------------------------------------------

    @api.model
    def _enqueue_customer_changes(self, partners):
        """Writes what changed about customers that went out already, in the transaction that changed them.

        There is one row a customer and connection: changes that follow each other are sent once, the last values win.
        """
        outbox = self.sudo()
        bindings = self.env["finance.binding"].sudo().search(
            [("res_model", "=", "res.partner"), ("res_id", "in", partners.ids), ("kind", "=", "customer"),
             ("connection_id.state", "=", "on"), ("connection_id.customer_source", "=", "here")]
        )  # fmt: skip
        numbers = {(binding.connection_id, binding.res_id): binding.number for binding in bindings}
        rows = outbox.search(
            [("res_model", "=", "res.partner"), ("res_id", "in", partners.ids), ("error_code", "!=", "withdrawn"),
             ("operation", "in", ("customer", "customer_update")), ("connection_id.state", "=", "on"),
             ("connection_id.customer_source", "=", "here")]
        )  # fmt: skip
        creates = {(row.connection_id, row.res_id): row for row in rows if row.operation == "customer"}
        updates = {(row.connection_id, row.res_id): row for row in rows - outbox.union(*creates.values())}
        values = partners._finance_customer_values() if numbers or creates else {}
        # a customer whose first row was refused is put together anew when somebody presses Retry
        on_the_way = {key: row for key, row in creates.items() if row.state in ("pending", "sending", "uncertain")}
        to_create = []
        for key in {**numbers, **on_the_way}:
            connection, partner_id = key
            if not self._can_send(connection, "customer_update"):
                continue
            vals = self._prepare_row_vals(
                connection, "customer_update", partners.browse(partner_id), values[partner_id]
            )
            vals["number"] = numbers.get(key) or on_the_way[key].number
            vals["requires_id"] = on_the_way[key].id if key in on_the_way else False
            last = updates.get(key) or creates.get(key)
            if last and last.request_hash == vals["request_hash"]:
                continue
            if key in updates:
                updates[key]._take_newest(vals)
            else:
                to_create.append(vals)
        if to_create:
            outbox._outbox_add(to_create)
        if to_create or updates:
            self._wake()

    def _take_newest(self, vals):
        """Newer values for a row that may be sent again; what is on its way is carried to its end first."""
        self.ensure_one()
        vals = {name: vals[name] for name in ("values_text", "request_hash", "res_name")}
        if self.state not in ("sending", "uncertain"):
            vals |= self._fresh_vals()
        self._outbox_write(vals)
        self._close_todo()

    def _fresh_vals(self):
        return {
            **dict.fromkeys(
                ("payload", "wire_text", "last_error", "error_code", "finished_at", "evidence", "uncertain_since",
                 "claim_token", "claimed_at"),
                False,
            ),
            "state": "pending",
            "attempt_count": 0,
            "next_attempt_at": self._outbox_now(),
        }  # fmt: skip

    def _changed_meanwhile(self):
        """Whether newer values came while the last ones were on their way."""
        sent = json.loads(self.wire_text)
        sent.pop("number")
        return chain_hash("", sent) != self.request_hash

    # -- what documents need first ----------------------------------------------------------

    def _needed_number(self, rules, values, numbers=None):
        target_id = values[rules.needs_operation]
        numbers = self._needed_numbers() if numbers is None else numbers
        if target_id not in numbers:
            raise InvalidValues(rules.needs_operation, "has no number over there yet")
        return numbers[target_id]

    def _needed_numbers(self):
        """{record id: number over there} of what these rows of one connection and operation need."""
        rules = self._operations()[self[:1].operation]
        if not rules.needs:
            return {}
        target = self._operations()[rules.needs_operation]
        # not out of the values: one row whose values nobody can read stops no other
        ids = list({row.customer_ref for row in self})
        return self.env["finance.binding"]._numbers(self.connection_id, target.model, ids, target.kind)

    # -- products ---------------------------------------------------------------------------

    @api.model
    def _enqueue_products(self, connection, products_by_record, rows):
        """Products without a number over there are made there before the documents that name them."""
        products = self.env["product.product"].union(*products_by_record.values())
        table = self.env["finance.mapping"].sudo()._tables(connection)["product"]
        key_of = self.env["finance.mapping"]._key_of
        missing = products.filtered(lambda product: key_of(product) not in table)
        if not missing or not self._can_send(connection, "product"):
            return
        known = self.search(
            [("connection_id", "=", connection.id), ("operation", "=", "product"), ("res_id", "in", missing.ids)]
        )
        by_product = {row.res_id: row for row in known}
        values = (new := missing.filtered(lambda product: product.id not in by_product))._finance_product_values()
        vals_list = [self._prepare_row_vals(connection, "product", product, values[product.id]) for product in new]
        if vals_list:
            by_product |= {row.res_id: row for row in self._outbox_add(vals_list)}
        for record_id, needed in products_by_record.items():
            row_ids = [by_product[product.id].id for product in needed if product.id in by_product]
            if row_ids and record_id in rows:
                rows[record_id]._outbox_write({"product_row_ids": [(6, 0, row_ids)]})
