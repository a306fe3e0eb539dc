from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_merchant.lib.money import from_float

from .account_payment import CONFIRMED
from .finance_mapping import NO_RECORD, RECORD_FIELDS

# what a credit note turns round, beside the total
SIGNED = ("quantity", "amount_untaxed", "amount_tax", "amount_total")
READERS = "crm_finance_bridge.group_bridge_reader"
# type of the document -> operation that carries it
SENT = {"out_invoice": "receivable", "out_refund": "credit_note"}
# in two books at once the one that needs somebody is shown
MOST_URGENT = ("dead", "rejected", "uncertain", "sending", "pending", "done")


class AccountMove(models.Model):
    """Posting a customer invoice writes the intent to send it; nothing is sent in the posting transaction."""

    _inherit = "account.move"

    finance_bridge_state = fields.Selection(
        [
            ("pending", "Waiting for the Finance System"),
            ("sending", "Being Sent"),
            ("uncertain", "Being Checked"),
            ("done", "In the Finance System"),
            ("rejected", "Refused by the Finance System"),
            ("dead", "Stopped on the Way"),
            ("manual", "Enter by Hand"),
        ],
        "Finance System",
        compute="_compute_finance_bridge",
        search="_search_finance_bridge_state",
        groups=READERS,
    )
    finance_bridge_number = fields.Char("Number Over There", compute="_compute_finance_bridge", groups=READERS)
    finance_bridge_message = fields.Text("What Is Wrong", compute="_compute_finance_bridge", groups=READERS)

    def _compute_finance_bridge(self):
        rows = self._finance_rows().grouped("res_id")
        reversed_rows = self.reversed_entry_id._finance_rows().grouped("res_id")
        for move in self:
            row = rows.get(move.id, self.env["finance.outbox"]).sorted(_urgency)[:1]
            move.finance_bridge_state = row.state if row and row.error_code != "withdrawn" else False
            move.finance_bridge_number = row.number
            move.finance_bridge_message = row.last_error if move.finance_bridge_state else False
            origin = reversed_rows.get(move.reversed_entry_id.id)
            if origin and not row and move.state == "posted" and any(entry._is_frozen() for entry in origin):
                move.finance_bridge_state = "manual"
                move.finance_bridge_message = self.env._(
                    "When this credit note was posted nothing was being sent. Finance enters it in the finance system, "
                    "against %(number)s.",
                    number=origin[:1].number,
                )

    def _search_finance_bridge_state(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        domain = [("res_model", "=", self._name), ("state", "in", list(value)), ("error_code", "!=", "withdrawn")]
        rows = self.env["finance.outbox"].sudo()._search(domain)
        return [("id", operator, rows.subselect("res_id"))]

    def _finance_rows(self):
        """Outbox rows of these invoices (superuser, because sales people reset and cancel invoices too)."""
        if not self.ids:
            return self.env["finance.outbox"].sudo()
        domain = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        return self.env["finance.outbox"].sudo().search(domain)

    # -- posting ----------------------------------------------------------------------------

    def _post(self, soft=True):
        """The one hook of the bridge: invoices that became posted are written into the outbox."""
        posted = super()._post(soft)
        posted.filtered(lambda move: move.move_type in SENT and move.state == "posted")._finance_enqueue()
        # whose entry alone was reset to draft and is posted again; a new one is not confirmed yet
        posted.origin_payment_id.filtered(lambda payment: payment.state in CONFIRMED)._finance_enqueue()
        return posted

    def _finance_enqueue(self):
        """Writes the intents for the connections of these invoices' companies that are on."""
        if not self:
            return
        connections = (
            self.env["finance.connection"]
            .sudo()
            .search_fetch(
                [("company_id", "in", self.company_id.ids), ("state", "=", "on")],
                [
                    "company_id",
                    "number_prefix",
                    "responsible_id",
                    "product",
                    "product_source",
                    "start_date",
                    "end_date",
                ],
            )
        )
        outbox = self.env["finance.outbox"].sudo()
        for connection in connections:
            moves = self._finance_to_send(connection)
            for move_type, operation in SENT.items():
                chosen = moves.filtered(lambda move, wanted=move_type: move.move_type == wanted)
                if chosen and outbox._can_send(connection, operation):
                    outbox._enqueue(connection, operation, chosen)

    def _finance_to_send(self, connection):
        """Hook: which of these posted documents go to ``connection``. Those of nothing, and of before its start or
        after its end, do not."""
        return self.filtered(
            lambda move: move.company_id == connection.company_id
            and not move.currency_id.is_zero(move.amount_total)
            and connection._takes_day(move.date)
        )

    # -- what is frozen ---------------------------------------------------------------------

    def _finance_check_free(self, with_amounts=False):
        """Raises UserError if the finance system has or may have one of these invoices.

        :param with_amounts: amounts are about to change. Odoo then leaves taxes and total of a posted invoice as they
            were; of one that waits nothing must go out that does not add up, so it is refused too.
        """
        for row in self._finance_rows():
            if why := self._finance_why_held(row, with_amounts):
                raise UserError(why)

    def _finance_why_held(self, row, with_amounts):
        """Why the invoice of an outbox row stays as it is, in a sentence; "" if it may be changed."""
        if not (row._is_frozen() if with_amounts else row._stands_there()):
            if not with_amounts or row.error_code == "withdrawn":
                return ""
            return self.env._(
                "%(invoice)s waits to go to the finance system as %(number)s. Reset it to draft, change it and post it "
                "again: it goes out as it is then.",
                invoice=row.res_name,
                number=row.number,
            )
        if row.state in ("sending", "uncertain"):
            return self.env._(
                "%(invoice)s is on its way to the finance system and cannot be changed until that is settled. Finance "
                "sees under Outbox how far it is.",
                invoice=row.res_name,
            )
        if row.operation == "credit_note":
            return self.env._(
                "%(invoice)s stands in the finance system as %(number)s and cannot be changed, reset or cancelled "
                "here. Make a new invoice instead.",
                invoice=row.res_name,
                number=row.number,
            )
        return self.env._(
            "%(invoice)s stands in the finance system as %(number)s and cannot be changed, reset or cancelled here. "
            "Make a credit note instead.",
            invoice=row.res_name,
            number=row.number,
        )

    def _finance_note_changed(self):
        """What was frozen of these invoices changed before anything was sent; entries and bills are none of ours."""
        self.env["finance.outbox"]._note_changed(self.filtered(lambda move: move.move_type in SENT))

    def _finance_withdraw(self):
        """These invoices are no longer posted; what was not sent yet is not sent."""
        self._finance_rows().filtered(lambda row: row.state != "rejected" or row.error_code != "withdrawn")._withdraw()

    def action_open_finance_outbox(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_finance_bridge.action_finance_outbox")
        return {**action, "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)], "context": {}}

    # -- frozen values ----------------------------------------------------------------------

    def _finance_customers(self):
        """{invoice id: customer whose number its receivable names}."""
        return {move.id: move.commercial_partner_id for move in self}

    def _finance_receivable_values(self):
        """{invoice id: values of a receivable} as ``clients/values`` describes them, amounts as text."""
        contracts = self._finance_contract_numbers()
        return {move.id: move._prepare_finance_receivable_vals(contracts.get(move.id, "")) for move in self}

    def _finance_contract_numbers(self):
        """{invoice id: number of the contract that it is part of}"""
        lines = (
            self.env["crm.payment.plan.line"]
            .sudo()
            .search_fetch([("invoice_id", "in", (self | self.reversed_entry_id).ids)], ["invoice_id", "contract_id"])
        )
        numbers = {line.invoice_id.id: line.contract_id.name for line in lines}
        return {move.id: numbers.get(move.id) or numbers.get(move.reversed_entry_id.id, "") for move in self}

    def _finance_origins(self):
        """{credit note id: invoice that it takes back}"""
        return {move.id: move.reversed_entry_id for move in self if move.reversed_entry_id}

    def _finance_products(self):
        """{invoice id: products of its lines}"""
        return {move.id: move.invoice_line_ids.product_id for move in self}

    def _prepare_finance_receivable_vals(self, contract=""):
        """Hook: plain values of one invoice or credit note; what a credit note gives back is negative."""
        self.ensure_one()
        digits = self.currency_id.decimal_places
        lines = self.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        vals_list = [self._prepare_finance_line_vals(line, digits) for line in lines]
        sign = -1 if self.move_type == "out_refund" else 1
        for vals in vals_list:
            vals.update({name: sign * vals[name] for name in SIGNED})
        total = sign * from_float(self.amount_total, digits)
        _spread_rest(vals_list, total)
        vals = {
            "customer": self.commercial_partner_id.id,
            "date": self.invoice_date.isoformat(),
            "due_date": (self.invoice_date_due or self.invoice_date).isoformat(),
            "currency": self.currency_id.name,
            "amount_total": str(total),
            "salesperson": self.env["finance.mapping"]._key_of(self.invoice_user_id) or NO_RECORD,
            "department": self.env["finance.mapping"]._key_of(self.team_id) or NO_RECORD,
            "lines": [{**vals, **_texts(vals)} for vals in vals_list],
            "installments": self._prepare_finance_installments(digits),
            "remark": " ".join(filter(None, [self.name, self.ref, contract])),
        }
        if contract:
            vals["contract_number"] = contract
        if self.currency_id != self.company_id.currency_id and self.invoice_currency_rate:
            # one unit of the document's currency in that of the books, as Odoo itself posted it
            vals["exchange_rate"] = str(from_float(1 / self.invoice_currency_rate, 6))
        return vals

    @api.model
    def _prepare_finance_line_vals(self, line, digits):
        """Hook: one line."""
        mapping = self.env["finance.mapping"]
        return {
            "product": mapping._key_of(line[RECORD_FIELDS["product"]]) or NO_RECORD,
            "unit": mapping._key_of(line.product_uom_id) or NO_RECORD,
            "account": mapping._key_of(line.account_id) or NO_RECORD,
            "name": (line.name or "")[:255],
            **_line_amounts(line, line.quantity, digits),
        }

    def _prepare_finance_installments(self, digits):
        """Hook: what is due when."""
        terms = self.line_ids.filtered(lambda line: line.display_type == "payment_term").sorted("date_maturity")
        return [
            {
                "date": (line.date_maturity or self.invoice_date).isoformat(),
                "amount": str(from_float(line.amount_currency, digits)),
            }
            for line in terms
        ]


def _urgency(row):
    return row.error_code == "withdrawn", MOST_URGENT.index(row.state)


def _line_amounts(line, quantity, digits):
    """What a line of an invoice or order is worth, as Decimals; the price of one holds tax and discount, since the
    amounts are what counts over there.

    :param digits: decimal places of the document's currency
    """
    untaxed, total = from_float(line.price_subtotal, digits), from_float(line.price_total, digits)
    quantity = from_float(quantity, 6)
    rates = [from_float(tax.amount, 4) for tax in line.tax_ids.flatten_taxes_hierarchy()
             if tax.amount_type == "percent"]  # fmt: skip
    return {
        "quantity": quantity,
        "price_unit": from_float(total / quantity, 6) if quantity else Decimal(0),
        "tax_rate": sum(rates, Decimal(0)),
        "amount_untaxed": untaxed,
        "amount_tax": total - untaxed,
        "amount_total": total,
    }


def _spread_rest(vals_list, total):
    """Taxes rounded over the whole invoice can differ from the lines' by cents; the largest line takes them."""
    rest = total - sum((vals["amount_total"] for vals in vals_list), Decimal(0))
    if rest and vals_list:
        largest = max(vals_list, key=lambda vals: abs(vals["amount_total"]))
        largest["amount_tax"] += rest
        largest["amount_total"] += rest


def _texts(vals):
    return {name: format(value.normalize(), "f") for name, value in vals.items() if isinstance(value, Decimal)}
