from odoo import models

from odoo.addons.crm_merchant.lib.money import from_float

from .account_move import _spread_rest, _texts
from .finance_mapping import NO_RECORD


class SaleOrder(models.Model):
    """A confirmed order goes out where the connection says so; its contract's number goes with it."""

    _inherit = "sale.order"

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

    def _finance_enqueue(self):
        outbox = self.env["finance.outbox"].sudo()
        for connection in self.env["finance.connection"]._on_for(self, "sends_orders"):
            orders = self.filtered(lambda order, company=connection.company_id: order.company_id == company)
            orders = orders.filtered(lambda order: not order.currency_id.is_zero(order.amount_total))
            if not orders or not outbox._can_send(connection, "sales_order"):
                continue
            sent = orders._finance_rows().filtered(
                lambda row, to=connection: row.connection_id == to and row._is_frozen()
            )
            for row in sent:
                self._finance_ask(
                    row,
                    lambda env, row=row: env._("%(number)s was confirmed here again", number=row.number),
                    connection._in_words().env._(
                        "%(order)s was cancelled and is confirmed here again; it stands in the finance system as "
                        "%(number)s. Compare both and open or correct it there.",
                        order=row.res_name,
                        number=row.number,
                    ),
                )
            if new := orders - orders.browse(sent.mapped("res_id")):
                outbox._enqueue(connection, "sales_order", new)

    def _finance_ask(self, row, summary, note):
        """One to-do about an order that stands over there; an older one about it is out of date."""
        row._close_todo()
        row.connection_id._ask_person(row, row.connection_id.responsible_id, summary, note)

    def _finance_rows(self):
        """Outbox rows of these orders, as superuser."""
        domain = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        return self.env["finance.outbox"].sudo().search(domain)

    def _finance_cancelled(self):
        rows = self._finance_rows()
        sent = rows.filtered(lambda row: row._is_frozen())
        (rows - sent).filtered(lambda row: row.error_code != "withdrawn")._withdraw()
        for row in sent:
            self._finance_ask(
                row,
                lambda env, row=row: env._("%(number)s was cancelled here", number=row.number),
                row.connection_id._in_words().env._(
                    "%(order)s was cancelled here and stands in the finance system as %(number)s. Close it there.",
                    order=row.res_name,
                    number=row.number,
                ),
            )

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
            "amount_total": str(total),
            "lines": [{**vals, **_texts(vals)} for vals in vals_list],
            "contract_number": contract,
            "remark": " ".join(filter(None, [self.name, self.client_order_ref, contract])),
        }

    def _prepare_finance_line_vals(self, line, digits):
        """Hook: one line; the price holds tax and discount."""
        mapping = self.env["finance.mapping"]
        untaxed = from_float(line.price_subtotal, digits)
        total = from_float(line.price_total, digits)
        quantity = from_float(line.product_uom_qty, 6)
        rates = [from_float(tax.amount, 4) for tax in line.tax_ids.flatten_taxes_hierarchy()
                 if tax.amount_type == "percent"]  # fmt: skip
        day = self.company_id._merchant_today(self.commitment_date or self.date_order)
        return {
            "product": mapping._key_of(line.product_id) or NO_RECORD,
            "unit": mapping._key_of(line.product_uom_id) or NO_RECORD,
            "quantity": quantity,
            "price_unit": from_float(total / quantity, 6) if quantity else quantity,
            "tax_rate": sum(rates, from_float(0, 0)),
            "delivery_date": day.isoformat(),
            "amount_untaxed": untaxed,
            "amount_tax": total - untaxed,
            "amount_total": total,
        }
