from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_amount, formatLang

KINDS = {"added": "success", "removed": "danger", "changed": "warning"}


class SaleOrderVersionCompare(models.TransientModel):
    """Two versions of a quote side by side: fields, lines, money and, for who may see it, margin."""

    _name = "sale.order.version.compare"
    _description = "Comparison of Quote Versions"

    order_id = fields.Many2one("sale.order", "Quote", required=True, readonly=True)
    old_id = fields.Many2one(
        "sale.order.version", "Before", required=True, domain="[('order_id', '=', order_id)]", ondelete="cascade"
    )
    new_id = fields.Many2one(
        "sale.order.version",
        "After",
        domain="[('order_id', '=', order_id)]",
        ondelete="cascade",
        help="Empty: the quote as it is now",
    )
    difference = fields.Html(compute="_compute_difference", sanitize=False)

    @api.depends("old_id", "new_id")
    def _compute_difference(self):
        for window in self:
            window.difference = window._render() if window.old_id else False

    # -- what differs ----------------------------------------------------------------------------------------

    def _sides(self):
        """The two contents, with the reader's own rights asked first.

        An approver from whom the margin is kept reads versions, which say it nowhere, and not the quote itself.
        """
        order = self.order_id._origin
        if not self.new_id:
            order.check_access("read")
        versions = (self.old_id | self.new_id)._origin
        versions.check_access("read")
        versions = versions.filtered(lambda version: version.order_id == order)
        old = versions.filtered(lambda version: version == self.old_id._origin).sudo().content or {}
        if self.new_id:
            return old, versions.filtered(lambda version: version == self.new_id._origin).sudo().content or {}
        return old, order.sudo()._version_content()

    def _shows_margin(self):
        """Margin is for who reads it on the quote; who signs only steps that hide it does not see it here either."""
        hidden = set()
        for version in (self.old_id | self.new_id).sudo():
            hidden |= version.request_id._hidden_from(self.env.user)
        return "margin" not in hidden and not self.env.user.share

    @api.model
    def _field_changes(self, old, new):
        """(label, text before, text now) of the fields that differ."""
        described = self.env["sale.order"]._fields
        before, now = old.get("texts", {}), new.get("texts", {})
        return [
            (described[name]._description_string(self.env), before.get(name) or "–", now.get(name) or "–")
            for name in dict.fromkeys([*before, *now])
            if name in described and (before.get(name) or "") != (now.get(name) or "")
        ]

    @api.model
    def _line_pairs(self, old, new):
        """(line before or None, line now or None): the same row of the quote, else the next of the same product, which
        is how a version that was taken over finds its lines again."""
        rows = {line["id"]: line for line in new}
        pairs, left = [], []
        for line in old:
            if line["id"] in rows:
                pairs.append((line, rows.pop(line["id"])))
            else:
                left.append(line)
        by_product = defaultdict(list)
        for line in rows.values():
            by_product[line["product_id"], line["display_type"], line["product_id"] or line["name"]].append(line)
        for line in left:
            same = by_product[line["product_id"], line["display_type"], line["product_id"] or line["name"]]
            pairs.append((line, same.pop(0) if same else None))
        return pairs + [(None, line) for lines in by_product.values() for line in lines]

    @api.model
    def _line_changes(self, old, new):
        """List of dicts ``kind``, ``name``, ``changes`` (label, before, now), ``total`` and ``margin`` (effects)."""
        rows = []
        for before, now in self._line_pairs(old.get("lines", []), new.get("lines", [])):
            changes = self._line_texts(before, now)
            if not changes:
                continue
            rows.append(
                {
                    "kind": "changed" if before and now else "removed" if before else "added",
                    "name": ((now or before)["name"] or "").split("\n")[0],
                    "changes": changes,
                    "total": (now["total"] if now else 0.0) - (before["total"] if before else 0.0),
                    "margin": (now["margin"] if now else 0.0) - (before["margin"] if before else 0.0),
                }
            )
        return rows

    def _line_texts(self, before, now):
        texts = [self._line_text(line) if line else {} for line in (before, now)]
        return [
            (label, texts[0].get(label) or "–", texts[1].get(label) or "–")
            for label in dict.fromkeys([*texts[0], *texts[1]])
            if (texts[0].get(label) or "") != (texts[1].get(label) or "")
        ]

    def _line_text(self, line):
        """label -> text of one kept line; a consultant adds what he keeps."""
        texts = {self.env._("Description"): line["name"] or ""}
        if not line["display_type"]:
            texts[self.env._("Quantity")] = f"{line['product_uom_qty']:g} {line['uom']}"
            texts[self.env._("Price")] = formatLang(self.env, line["price_unit"], digits=2)
            texts[self.env._("Discount")] = f"{line['discount']:g} %" if line["discount"] else ""
            texts[self.env._("Taxes")] = line["taxes"]
            texts.update({row[1]: f"{row[2]} {row[3]}".strip() for row in line.get("parameter_values") or []})
        return texts

    # -- in words --------------------------------------------------------------------------------------------

    def _render(self):
        old, new = self._sides()
        currency = self.order_id.currency_id
        with_margin = self._shows_margin()
        figures = [(self.env._("Untaxed"), "untaxed"), (self.env._("Total"), "total")]
        figures += [(self.env._("Margin"), "margin")] if with_margin else []
        head = []
        for label, key in figures:
            before, now = old.get(key, 0.0), new.get(key, 0.0)
            texts = [format_amount(self.env, amount, currency) for amount in (before, now)]
            head.append((label, *texts, self._effect(now - before, currency)))
        money = Markup().join(
            Markup("<tr><th>%s</th><td>%s</td><td>%s</td><td class='text-end fw-bold text-nowrap'>%s</td></tr>") % row
            for row in head
        )
        cards = [self._card(self.env._("Quote"), "changed", self._field_changes(old, new), [])]
        for row in self._line_changes(old, new):
            effects = [(self.env._("Total"), self._effect(row["total"], currency))]
            effects += [(self.env._("Margin"), self._effect(row["margin"], currency))] if with_margin else []
            cards.append(self._card(row["name"], row["kind"], row["changes"], effects))
        body = Markup().join(cards) or Markup("<p class='text-muted'>%s</p>") % self.env._("Nothing differs.")
        return Markup(
            "<div class='table-responsive'><table class='table table-sm o_quote_money'>%s</table></div>%s"
        ) % (money, body)

    def _effect(self, change, currency):
        if currency.is_zero(change):
            return "±0"
        return ("+" if change > 0 else "−") + format_amount(self.env, abs(change), currency)

    def _card(self, name, kind, changes, effects):
        """One thing that differs, narrow enough for a phone."""
        if not changes:
            return Markup()
        words = {
            "added": self.env._("Added"),
            "removed": self.env._("Removed"),
            "changed": self.env._("Changed"),
        }
        rows = Markup()
        for label, before, now in changes:
            if kind == "changed":
                texts = Markup("<span class='text-decoration-line-through'>%s</span> → <strong>%s</strong>") % (
                    before,
                    now,
                )
            else:
                # a line that is all new or all gone has one side only
                texts = now if kind == "added" else before
            rows += Markup("<div><span class='text-muted'>%s</span> %s</div>") % (label, texts)
        ends = Markup().join(
            Markup("<span class='text-nowrap'>%s <strong>%s</strong></span>") % effect for effect in effects
        )
        return Markup(
            "<div class='border rounded p-2 mb-2 o_quote_difference' data-kind='%s'>"
            "<div class='d-flex justify-content-between gap-2'><strong>%s</strong>"
            "<span class='badge text-bg-%s align-self-start flex-shrink-0'>%s</span></div>%s"
            "<div class='d-flex flex-wrap gap-3 mt-1'>%s</div></div>"
        ) % (kind, name, KINDS[kind], words[kind], rows, ends)
