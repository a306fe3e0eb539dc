from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import html2plaintext

# what is compared beside the lines
COMPARED = (
    "partner_id",
    "user_id",
    "opportunity_id",
    "payment_term_id",
    "validity_date",
    "pricelist_id",
    "currency_id",
    "note",
)
# what a version that is taken over again brings back beside its lines; its validity has mostly passed
RESTORED = ("payment_term_id", "pricelist_id", "note")
LINE_VALUES = ("sequence", "display_type", "name", "product_uom_qty", "price_unit", "discount", "is_optional")


class SaleOrder(models.Model):
    """What a version keeps, so that two can be compared and an older one taken over again."""

    _inherit = "sale.order"

    def _version_content(self):
        """Values and lines of the quote as they are now, as JSON.

        :return: dict with ``texts`` (field -> text for people), ``values`` (field -> value to be written back),
            ``lines`` (see ``_version_line``), ``untaxed``, ``total`` and ``margin``
        """
        self.ensure_one()
        lines = [self._version_line(line) for line in self._approval_judged_records("order_line").sorted()]
        return {
            "texts": {name: self._version_text(name) for name in COMPARED},
            "values": {name: self._fields[name].convert_to_write(self[name], self) or False for name in RESTORED},
            "lines": lines,
            "untaxed": self.amount_untaxed,
            "total": self.amount_total,
            "margin": sum(line["margin"] for line in lines),
        }

    def _version_text(self, name):
        value = self[name]
        if isinstance(value, models.BaseModel):
            return value.display_name or ""
        return html2plaintext(value).strip() if name == "note" and value else str(value or "")

    def _version_line(self, line):
        cost = 0.0 if line.display_type else self._approval_cost(line) * line.product_uom_qty
        return {
            "id": line.id,
            **{name: line[name] for name in LINE_VALUES},
            "product_id": line.product_id.id,
            "product_uom_id": line.product_uom_id.id,
            "tax_ids": line.tax_ids.ids,
            "uom": line.product_uom_id.name or "",
            "taxes": ", ".join(tax.name for tax in line.tax_ids),
            "total": line.price_total or 0.0,
            "margin": 0.0 if line.display_type else (line.price_subtotal or 0.0) - cost,
        }

    @api.model
    def _version_line_vals(self, line):
        """Values of an order line from a kept one."""
        return {
            **{name: line[name] for name in LINE_VALUES if name in line},
            "product_id": line["product_id"],
            "product_uom_id": line["product_uom_id"],
            "tax_ids": [Command.set(line["tax_ids"])],
        }

    def action_compare_versions(self):
        """Opens the last version beside the quote as it is now where that differs, else beside the version before."""
        self.ensure_one()
        self.check_access("read")
        last = self._last_version().with_env(self.env)
        if not last:
            raise UserError(self.env._("%(name)s has no submitted version yet.", name=self.name))
        if last.fingerprint != self.sudo()._approval_hash() or last.number == 1:
            return last._open_comparison(last, last.browse())
        return last.action_compare()

    def _last_version(self):
        """The newest version (superuser); by its number, since a cached list has the new ones at its end."""
        self.ensure_one()
        return self.sudo().version_ids.sorted("number")[-1:]
