"""Taking an older version of a quote over again, and opening the comparison."""

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command


class SaleOrderVersion(models.Model):
    _inherit = "sale.order.version"

    def action_take_over(self):
        """Writes the lines, payment terms, pricelist and remarks of this version back into the quote, to be submitted
        as a new one. Customer and validity stay as they are now.

        :raises AccessError: for somebody who may not write the quote
        :raises UserError: for an order, a quote that waits for signatures, or a product that is gone
        """
        self.ensure_one()
        self.check_access("read")
        order = self.order_id
        order.check_access("write")
        if order.state not in ("draft", "sent"):
            raise UserError(self.env._("%(name)s is no open quote any more.", name=order.name))
        if order.approval_state == "pending":
            raise UserError(
                self.env._(
                    "%(name)s waits for signatures. Withdraw it first, then take the version over.", name=order.name
                )
            )
        content = self.sudo().content or {}
        if not content.get("lines"):
            raise UserError(self.env._("This version is from before lines were kept; it cannot be taken over."))
        self._take_over_check(content["lines"])
        present = {line.id: line for line in order._approval_judged_records("order_line")}
        commands = []
        for number, line in enumerate(content["lines"]):
            # rows that are made anew have higher ids; the order of the version counts
            vals = {**order._version_line_vals(line), "sequence": number}
            known = present.pop(line["id"], None)
            if known and known.display_type == line["display_type"]:
                commands.append(Command.update(known.id, vals))
            else:
                commands += [Command.delete(known.id)] if known else []
                commands.append(Command.create(vals))
        commands += [Command.delete(line_id) for line_id in present]
        # first what makes the form compute prices, then the prices themselves
        order.write(content["values"])
        order.write({"order_line": commands})
        order.message_post(body=self.env._("Taken over from version %(version)s.", version=self.display_name))
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": order.id,
            "views": [(False, "form")],
        }

    def _take_over_check(self, lines):
        products = self.env["product.product"].browse({line["product_id"] for line in lines if line["product_id"]})
        taxes = self.env["account.tax"].sudo().browse({tax for line in lines for tax in line["tax_ids"]})
        if len(products.exists()) < len(products) or len(taxes.exists()) < len(taxes):
            raise UserError(
                self.env._("A product or tax of this version is not there any more, so it cannot be taken over.")
            )

    def action_compare(self):
        """Opens this version beside the one before it, or beside the quote as it is now where there is none."""
        self.ensure_one()
        self.check_access("read")
        before = self.order_id.sudo().version_ids.filtered(lambda version: version.number == self.number - 1)
        return self._open_comparison(before.with_env(self.env) or self, self if before else self.browse())

    def _open_comparison(self, old, new):
        order = old.order_id
        window = self.env["sale.order.version.compare"].create(
            {"order_id": order.id, "old_id": old.id, "new_id": new.id}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare Versions of %(name)s", name=order.sudo().name),
            "res_model": window._name,
            "res_id": window.id,
            "views": [(False, "form")],
            "target": "new",
        }
