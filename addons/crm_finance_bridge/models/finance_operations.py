"""The registry of what goes out: one row an operation, named by what it does."""

from typing import NamedTuple

from odoo import api, models

from ..clients.adapter import adapter_for


class Operation(NamedTuple):
    """One kind of document that goes out.

    :param model: model of our record
    :param kind: what the adapters call it
    :param builder: method of the model: recordset -> {id: plain values}; amounts as decimal text, never floats
    :param number: format of the business number over there, from ``prefix`` and ``id``
    :param needs: method of the model: recordset -> {id: record of ``needs_operation`` that must be bound first}
    :param needs_operation: operation of those records
    :param needs_value: name under which their number is put among the values
    :param follows: method of the model: recordset -> {id: record that goes first if it is still on its way}
    :param products: method of the model: recordset -> {id: products}, made over there first where we are their source
    :param binds: kind of the binding it belongs to, where that is not its own: it changes what is there already and
        may be sent again and again, the last values win
    :param tells: method of the model: (recordset, rows) -> a person hears that what may stand over there changed here;
        without one such a change is refused where it is made
    :param by_hand: it is never sent: finance enters it over there and marks the row as done
    """

    model: str
    kind: str
    builder: str
    number: str
    needs: str = ""
    needs_operation: str = ""
    needs_value: str = ""
    follows: str = ""
    products: str = ""
    binds: str = ""
    tells: str = ""
    by_hand: bool = False


_CUSTOMER = {"needs": "_finance_customers", "needs_operation": "customer", "needs_value": "customer_number"}


class FinanceOutbox(models.Model):
    _inherit = "finance.outbox"

    @api.model
    def _operations(self):
        """Name -> :class:`Operation`. A consultant's module adds its own documents here."""
        receivable = {"builder": "_finance_receivable_values", "products": "_finance_products", **_CUSTOMER}
        return {
            "customer": Operation("res.partner", "customer", "_finance_customer_values", "{prefix}-C-{id:06d}"),
            "customer_update": Operation(
                "res.partner", "customer_update", "_finance_customer_values", "{prefix}-C-{id:06d}", binds="customer"
            ),
            "product": Operation("product.product", "product", "_finance_product_values", "{prefix}-P-{id:06d}"),
            "receivable": Operation("account.move", "receivable", number="{prefix}-AR-{id}", **receivable),
            # ours are all numbers of one form over there, so both kinds count in one row
            "credit_note": Operation(
                "account.move", "credit_note", number="{prefix}-AR-{id}", follows="_finance_origins", **receivable
            ),
            "sales_order": Operation(
                "sale.order",
                "sales_order",
                "_finance_order_values",
                "{prefix}-SO-{id}",
                products="_finance_products",
                tells="_finance_tell_differences",
                **_CUSTOMER,
            ),
            "own_receipt": Operation(
                "account.payment", "own_receipt", "_finance_receipt_values", "{prefix}-RC-{id}", **_CUSTOMER
            ),
            # no product publishes what such a document must hold
            "refund": Operation(
                "account.payment", "refund", "_finance_receipt_values", "{prefix}-RF-{id}", by_hand=True
            ),
        }

    @api.model
    def _can_send(self, connection, operation):
        """Whether the product of ``connection`` takes this operation at all."""
        return self._operations()[operation].kind in adapter_for(connection.product).sends

    def _is_update(self):
        """These rows change what is over there already."""
        return bool(self._operations()[self.operation].binds)

    def _bound_kind(self):
        return self._operations()[self.operation].binds or self.kind
