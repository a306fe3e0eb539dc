"""Documents of an experiment, as our own tables tell of them."""

import json

from odoo.addons.crm_merchant.lib.hashing import chain_hash


class Documents:
    """The part of a world that makes documents, looks at their rows and does with them what people do."""

    def rows(self, numbers, kind="receivable"):
        """{number: (state, error code, attempts, id there, bound id)} of our table."""
        with self.env() as env:
            env.cr.execute(
                "SELECT o.number, o.state, o.error_code, o.attempt_count, o.remote_id, b.remote_id FROM finance_outbox o "
                "LEFT JOIN finance_binding b ON b.connection_id = o.connection_id AND b.res_model = o.res_model "
                "AND b.res_id = o.res_id WHERE o.connection_id = %s AND o.kind = %s AND o.number = ANY(%s)",
                [self.connection_id, kind, list(numbers)],
            )
            return {row[0]: row[1:] for row in env.cr.fetchall()}

    def make_invoices(self, env, count, price=1000):
        return env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": self.partner_id,
                    "invoice_date": "2026-03-02",
                    "invoice_line_ids": [
                        (0, 0, {"product_id": self.product_id, "quantity": 1, "price_unit": price + n})
                    ],
                }
                for n in range(count)
            ]
        )

    def intents(self, count, in_pairs=True):
        """{number: amount} of documents written into the outbox, as posting writes them; committed.

        The values are those of a posted invoice with another amount each. With ``in_pairs`` every fifth one goes only
        after the one before it, as a credit note after its invoice.
        """
        with self.env() as env:
            outbox = env["finance.outbox"].sudo()
            first = outbox.browse(self._first)
            connection, values = first.connection_id, json.loads(first.values_text)
            move = env["account.move"].browse(first.res_id)
            made, vals_list = {}, []
            for _document in range(count):
                self._last += 1
                amount = f"{1000 + self._last % 9973}.00"
                wire = _with_amount(values, amount)
                key = f"account.move/{self._last}"
                vals = outbox._prepare_row_vals(connection, "receivable", move, wire)
                vals |= {
                    "res_id": self._last,
                    "business_key": key,
                    "lane": f"{connection.id}/{key}",
                    "number": f"{connection.number_prefix}-AR-{self._last}",
                    "request_hash": chain_hash("", wire),
                    "requires_id": False,
                    "customer_ref": self.partner_id,
                }
                made[vals["number"]] = amount
                vals_list.append(vals)
            rows = outbox._outbox_add(vals_list)
            self.pairs = {}
            for position in range(4, count, 5) if in_pairs else ():
                rows[position]._outbox_write({"requires_id": rows[position - 1].id})
                self.pairs[rows[position].number] = rows[position - 1].number
        return made

    def poison(self, number, is_readable):
        """Frozen values that nobody can read, or of a currency that has no number over there."""
        with self.env() as env:
            row = env["finance.outbox"].search([("number", "=", number)])
            values = json.dumps({**json.loads(row.values_text), "currency": "XXX"}) if is_readable else "{"
            row._outbox_write({"values_text": values})

    def moments(self, numbers):
        """{number: when it was finished or given up}."""
        with self.env() as env:
            rows = env["finance.outbox"].search([("number", "in", list(numbers))])
            return {row.number: row.finished_at for row in rows}

    def count_done(self, numbers):
        return sum(row[0] == "done" for row in self.rows(numbers).values())

    def outcomes(self, number, step):
        """What our ledger says of a step of a document, time after time."""
        with self.env() as env:
            row = env["finance.outbox"].search([("number", "=", number), ("connection_id", "=", self.connection_id)])
            domain = [("res_model", "=", row._name), ("res_id", "=", row.id), ("step", "=", step)]
            return env["finance.attempt"].search(domain, order="id").mapped("outcome")

    def noted_as_possible(self, numbers):
        """Numbers of which our table says that they may stand over there."""
        with self.env() as env:
            rows = env["finance.outbox"].search([("number", "in", list(numbers)), ("remote_possible", "=", True)])
            return set(rows.mapped("number"))

    def retry_stopped(self, numbers):
        """What a person does with rows that were refused: the button Retry."""
        with self.env() as env:
            rows = env["finance.outbox"].search([("number", "in", list(numbers)), ("state", "=", "rejected")])
            if rows:
                rows._outbox_restart()
            return len(rows)

    def to_dos_of(self, numbers):
        """{number: how many times somebody was told of it}."""
        with self.env() as env:
            rows = env["finance.outbox"].search([("number", "in", list(numbers))])
            return {row.number: len(row.activity_ids) for row in rows if row.activity_ids}

    def to_dos(self, numbers):
        """Numbers of rows that somebody was told about."""
        return set(self.to_dos_of(numbers))


def _with_amount(values, amount):
    """Values of a receivable of one line without tax, for another amount."""
    line = {**values["lines"][0], "price_unit": amount, "amount_untaxed": amount, "amount_total": amount}
    installment = {**values["installments"][0], "amount": amount}
    return {**values, "amount_total": amount, "lines": [line], "installments": [installment]}
