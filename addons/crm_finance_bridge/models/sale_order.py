import json
from decimal import Decimal

from odoo import api, fields, models

from odoo.addons.crm_merchant.lib.money import from_float

from .account_move import READERS, _line_amounts, _spread_rest, _texts
from .finance_connection_words import one_after_another
from .finance_mapping import NO_RECORD


class SaleOrder(models.Model):
    """A confirmed order goes out where the connection says so; its contract's number goes with it."""

    _inherit = "sale.order"

    finance_bridge_difference = fields.Text(
        "Differs in the Finance System", compute="_compute_finance_bridge_difference", groups=READERS
    )

    def _watched_fields(self):
        return super()._watched_fields() | {"partner_id": "_on_finance_changed"}

    def _on_finance_changed(self, _before):
        """Handler: another customer."""
        self._finance_note_changed()

    def _finance_note_changed(self):
        self.env["finance.outbox"]._note_changed(self.filtered(lambda order: order.state == "sale"))

    def _approval_state_written(self, before):
        """Handler of ``state``: confirmed orders go out; one that is cancelled after that asks for a person."""
        result = super()._approval_state_written(before)
        confirmed = self.filtered(
            lambda order: order.state == "sale" and before.get(order.id, {}).get("state") != "sale"
        )
        cancelled = self.filtered(
            lambda order: order.state == "cancel" and before.get(order.id, {}).get("state") == "sale"
        )
        if confirmed:
            confirmed._finance_enqueue()
        if cancelled:
            cancelled._finance_cancelled()
        return result

    def _finance_enqueue(self, after="confirmed"):
        """Writes the intent for orders of connections that send them at this point.

        :param after: ``confirmed`` or ``signed``
        """
        outbox = self.env["finance.outbox"].sudo()
        for connection in self.env["finance.connection"]._on_for(self, "sends_orders"):
            if connection.orders_after != after:
                continue
            orders = self._finance_to_send(connection)
            if orders and outbox._can_send(connection, "sales_order"):
                # one that was cancelled and is confirmed again may stand over there from the first time
                sent = orders._finance_rows().filtered(lambda row, to=connection: row.connection_id == to)
                sent = sent.filtered(lambda row: row._is_frozen())
                self._finance_tell_differences(sent)
                if new := orders - orders.browse(sent.mapped("res_id")):
                    outbox._enqueue(connection, "sales_order", new)

    def _finance_to_send(self, connection):
        """Hook: which of these confirmed orders go to ``connection``. Those of nothing, and of after its end, do not."""
        end = connection.end_date
        return self.filtered(
            lambda order: order.company_id == connection.company_id
            and (not end or order.company_id._merchant_today(order.date_order) <= end)
            and not order.currency_id.is_zero(order.amount_total)
            and (connection.orders_after == "confirmed" or order._finance_signed_contract())
        )

    def _finance_signed_contract(self):
        """The contract of this order if it is signed (superuser)."""
        contract = self.sudo().contract_id
        return contract.filtered(lambda contract: contract.state != "draft")

    def _finance_rows(self):
        """Outbox rows of these orders (superuser)."""
        domain = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        return self.env["finance.outbox"].sudo().search(domain) if self.ids else self.env["finance.outbox"].sudo()

    def _finance_cancelled(self):
        rows = self._finance_rows()
        sent = rows.filtered(lambda row: row._is_frozen())
        (rows - sent).filtered(lambda row: row.error_code != "withdrawn")._withdraw()
        self._finance_tell_differences(sent)

    # -- what stands over there as it was ---------------------------------------------------

    @api.depends("state", "partner_id", "amount_total", "order_line.product_id", "order_line.product_uom_qty")
    @api.depends_context("lang")
    def _compute_finance_bridge_difference(self):
        rows = self._finance_rows().filtered(lambda row: row._is_frozen()).grouped("res_id")
        for order in self:
            texts = [order.sudo()._finance_difference(row, self.env) for row in rows.get(order.id, ())]
            order.finance_bridge_difference = "\n".join(filter(None, texts)) or False

    def _finance_tell_differences(self, rows):
        """The order over there stays as it was sent: no call that changes one is known. A person changes it there.

        :param rows: outbox rows of orders that stand or may stand over there
        """
        for row in rows:
            connection = row.connection_id
            text = self.browse(row.res_id).sudo()._finance_difference(row, connection._in_words().env)
            todo = row.activity_ids.filtered(
                lambda todo, row=row: todo.summary
                == _summary(row, todo.user_id.with_context(lang=todo.user_id.lang).env)
            )
            if not text:
                todo.unlink()
            elif todo:
                todo.note = text
            else:
                connection._ask_person(row, connection.responsible_id, lambda env, row=row: _summary(row, env), text)

    def _finance_difference(self, row, env):
        """What is not over there as it is here, in the language of ``env``; empty if all is the same."""
        self.ensure_one()
        if self.state == "cancel":
            return env._(
                "%(order)s was cancelled here and stands in the finance system as %(number)s. Close it there.",
                order=row.res_name,
                number=row.number,
            )
        sent = json.loads(row.values_text)
        if not row.connection_id._sends_plan():
            sent.pop("plan", None)
        parts = self.with_company(row.company_id)._finance_differing_parts(sent, env)
        if not parts:
            return ""
        return env._(
            "%(order)s was changed here after it went to the finance system as %(number)s, and stays there as it was "
            "sent. Change it there too. %(what)s",
            order=row.res_name,
            number=row.number,
            what=one_after_another(env, parts),
        )

    def _finance_differing_parts(self, sent, env):
        """Hook: what of the sent values is not so any more, each as a text."""
        ours = self._prepare_finance_order_vals()
        changed = []
        if sent["customer"] != ours["customer"]:
            names = [self.env["res.partner"].browse(v["customer"]).exists().display_name or "" for v in (sent, ours)]
            changed.append((env._("Customer"), *names))
        if (sent["amount_total"], sent["currency"]) != (ours["amount_total"], ours["currency"]):
            changed.append((env._("Amount"), *(f"{v['amount_total']} {v['currency']}" for v in (sent, ours))))
        # the day of a row moves with its milestone, and the receivable brings the one that counts
        plans = [_plan_text(vals.get("plan"), env) for vals in (sent, ours)]
        if sent.get("plan") and plans[0] != plans[1]:
            changed.append((env._("Payment Plan"), *plans))
        before, now = _by_product(sent["lines"]), _by_product(ours["lines"])
        name_of = self.env["finance.mapping"]._name_of_key
        for product in dict.fromkeys([*before, *now]):
            if before.get(product) != now.get(product):
                changed.append((name_of(product), *(_line_text(lines.get(product), env) for lines in (before, now))))
        return [
            env._("%(what)s: there %(there)s, here %(here)s", what=what, there=there, here=here)
            for what, there, here in changed
        ]

    # -- frozen values ----------------------------------------------------------------------

    def _finance_customers(self):
        """{order id: customer whose number it names}"""
        return {order.id: order.partner_id.commercial_partner_id for order in self}

    def _finance_products(self):
        """{order id: products of its lines}"""
        return {order.id: order.order_line.product_id for order in self}

    def _finance_order_values(self):
        """{order id: values of a sales order} as ``clients/values`` describes them."""
        return {order.id: order._prepare_finance_order_vals() for order in self}

    def _prepare_finance_order_vals(self):
        """Hook: plain values of one order."""
        self.ensure_one()
        digits = self.currency_id.decimal_places
        mapping = self.env["finance.mapping"]
        total = from_float(self.amount_total, digits)
        lines = self.order_line.filtered(lambda line: not line.display_type and line.product_uom_qty)
        vals_list = [self._prepare_finance_line_vals(line, digits) for line in lines]
        _spread_rest(vals_list, total)
        contract = self.sudo().contract_id.name or ""
        return {
            "customer": self.partner_id.commercial_partner_id.id,
            # the day of the company: before eight in the morning that of UTC is the day before
            "date": self.company_id._merchant_today(self.date_order).isoformat(),
            "currency": self.currency_id.name,
            "salesperson": mapping._key_of(self.user_id) or NO_RECORD,
            "department": mapping._key_of(self.team_id) or NO_RECORD,
            "amount_total": str(total),
            "lines": [{**vals, **_texts(vals)} for vals in vals_list],
            "contract_number": contract,
            "plan": self._prepare_finance_plan_vals(digits),
            "remark": " ".join(filter(None, [self.name, self.client_order_ref, contract])),
        }

    def _prepare_finance_plan_vals(self, digits):
        """Hook: rows of the signed payment plan; none if the contract is of another amount than the order by now."""
        contract = self._finance_signed_contract()
        if not contract or self.currency_id.compare_amounts(contract.amount_total, self.amount_total):
            return []
        return [
            {
                "name": line.name,
                "percent": str(from_float(line.percent, 2)),
                "amount": str(from_float(line.amount, digits)),
                "date": line.due_date.isoformat() if line.due_date else "",
            }
            for line in contract.plan_line_ids
            if line.percent
        ]

    def _prepare_finance_line_vals(self, line, digits):
        """Hook: one line."""
        mapping = self.env["finance.mapping"]
        day = self.company_id._merchant_today(self.commitment_date or self.date_order)
        return {
            "product": mapping._key_of(line.product_id) or NO_RECORD,
            "unit": mapping._key_of(line.product_uom_id) or NO_RECORD,
            "delivery_date": day.isoformat(),
            **_line_amounts(line, line.product_uom_qty, digits),
        }


def _summary(row, env):
    return env._("%(number)s differs from the order here", number=row.number)


def _by_product(lines):
    """{product: (quantity, amount)} of the lines of frozen values."""
    sums = {}
    for line in lines:
        quantity, amount = sums.get(line["product"], (Decimal(0), Decimal(0)))
        sums[line["product"]] = quantity + Decimal(line["quantity"]), amount + Decimal(line["amount_total"])
    return sums


def _plan_text(plan, env):
    return " + ".join(part["amount"] for part in plan or ()) or env._("none")


def _line_text(line, env):
    if line is None:
        return env._("none")
    return env._("%(quantity)s for %(amount)s", quantity=format(line[0], "f"), amount=format(line[1], "f"))
