from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_amount, format_date, format_datetime

CREDIT_CODES = {"credit_over", "credit_unknown"}
LOOK = {"go": ("fa-check-circle", "text-success"), "warn": ("fa-exclamation-triangle", "text-warning")}
STOP = ("fa-ban", "text-danger")


class SaleOrder(models.Model):
    """The go/no-go strip: what speaks for or against making this quote, and what follows of it."""

    _inherit = "sale.order"

    go_no_go_html = fields.Html(
        "Go or No-Go", compute="_compute_go_no_go_html", compute_sudo=True, sanitize=False, groups="base.group_user"
    )

    @api.model
    def _go_no_go_codes(self):
        """code -> name of the items whose effect can be set; later addons add theirs."""
        return {
            "credit_over": self.env._("Credit Limit Exceeded"),
            "credit_unknown": self.env._("Credit Unknown or Stale"),
            "overdue": self.env._("Overdue Invoice"),
        }

    def _go_no_go_items(self):
        """What speaks for or against making this quote, for the strip on its form; later addons add theirs.

        :return: list of dicts: ``code``, ``level`` (``go``, ``warn`` or ``stop``), ``text`` (one sentence in the
            user's language), ``moment`` (naive UTC of the fact) and, where there are some, ``terms`` (see
            ``res.partner._merchant_credit_facts``). An item of level ``go`` has no effect.
        """
        self.ensure_one()
        return [*self._go_no_go_credit(), *self._go_no_go_overdue()]

    def _go_no_go_credit(self):
        credit = self._approval_credit()
        if credit is None:
            return []
        limit, facts, moment = credit
        left = limit - sum(fact["amount"] for fact in facts)
        own = self._credit_own(facts)
        is_over = self._approval_measure_credit_over()
        said = {"limit": self._go_no_go_money(limit), "left": self._go_no_go_money(left)}
        text = (
            self.env._(
                "Credit exceeded by %(over)s with this quote; limit %(limit)s, left before it %(left)s.",
                over=self._go_no_go_money(own - left),
                **said,
            )
            if is_over
            else self.env._("Credit is enough: limit %(limit)s, left before this quote %(left)s.", **said)
        )
        items = [
            {
                "code": "credit_over",
                "level": "stop" if is_over else "go",
                "text": text,
                "moment": moment or fields.Datetime.now(),
                "terms": facts,
            }
        ]
        if self._approval_measure_credit_unknown():
            text = (
                self.env._(
                    "The credit limit was last confirmed on %(when)s; it may have changed since.",
                    when=format_datetime(self.env, moment),
                )
                if moment
                else self.env._("The credit limit was never confirmed by the accounting system.")
            )
            items.append({"code": "credit_unknown", "level": "warn", "text": text, "moment": moment or None})
        return items

    def _go_no_go_overdue(self):
        partner = self.partner_id.commercial_partner_id
        today = self.company_id._merchant_today()
        domain = Domain("company_id", "=", self.company_id.id) & Domain("commercial_partner_id", "=", partner.id)
        domain &= Domain("move_type", "=", "out_invoice") & Domain("state", "=", "posted")
        domain &= Domain("payment_state", "in", ("not_paid", "partial")) & Domain("invoice_date_due", "<", today)
        invoices = self.env["account.move"].sudo()
        oldest = invoices.search(domain, order="invoice_date_due, id", limit=1)
        if not oldest:
            return []
        text = self.env._(
            "Overdue since %(day)s (%(days)s days): invoice %(name)s, %(amount)s open.",
            day=format_date(self.env, oldest.invoice_date_due),
            days=(today - oldest.invoice_date_due).days,
            name=oldest.name,
            amount=format_amount(self.env, oldest.amount_residual, oldest.currency_id),
        )
        moment = fields.Datetime.to_datetime(oldest.invoice_date_due)
        return [{"code": "overdue", "level": "warn", "text": text, "moment": moment}]

    def _go_no_go_money(self, amount):
        return format_amount(self.env, amount, self.company_id.currency_id)

    # -- what an item does ---------------------------------------------------------------------------------

    def _go_no_go_raised(self, codes):
        """Items with one of these codes that speak against the quote (superuser)."""
        self.ensure_one()
        return [item for item in self.sudo()._go_no_go_items() if item["code"] in codes and item["level"] != "go"]

    def _go_no_go_stop(self):
        """The sentences of what blocks this quote; empty when nothing does."""
        codes = self.env["crm.go.no.go"]._codes_that("block", self.company_id)
        return " ".join(item["text"] for item in self._go_no_go_raised(codes)) if codes else ""

    def _go_no_go_refusal(self, stop):
        """Why this quote is blocked, and who can help."""
        return self.env._(
            "%(name)s is blocked. %(why)s What blocks is set by a sales manager in Approvals / Configuration / Go or "
            "No-Go.",
            name=self.display_name,
            why=stop,
        )

    def _approval_measures(self):
        return super()._approval_measures() | {"go_no_go"}

    def _approval_measure_go_no_go(self):
        """Whether an item that adds a step is raised."""
        codes = self.env["crm.go.no.go"]._codes_that("step", self.company_id)
        if not codes:
            return False
        if codes <= CREDIT_CODES:
            # cheap where no credit is kept, which is asked of every quote
            return any(getattr(self, f"_approval_measure_{code}")() for code in codes)
        return bool(self._go_no_go_raised(codes))

    def _approval_submit_check(self):
        stop = self._go_no_go_stop()
        if stop:
            raise UserError(self._go_no_go_refusal(stop))
        return super()._approval_submit_check()

    def _approval_blocked(self):
        reason = super()._approval_blocked()
        if not reason and self.state in ("draft", "sent"):
            stop = self._go_no_go_stop()
            reason = stop and self._go_no_go_refusal(stop)
        return reason

    def _approval_state_written(self, before):
        moved = self.filtered(
            lambda order: order.state in ("sent", "sale")
            and before.get(order.id, {}).get("state", "draft") != order.state
        )
        for order in moved:
            stop = order._go_no_go_stop()
            if stop:
                raise UserError(order._go_no_go_refusal(stop))
        return super()._approval_state_written(before)

    # -- on the form ---------------------------------------------------------------------------------------

    @api.depends("partner_id", "company_id", "amount_total", "state")
    def _compute_go_no_go_html(self):
        for order in self:
            items = order._go_no_go_items() if order.state in ("draft", "sent") and order.partner_id else []
            order.go_no_go_html = Markup().join(order._go_no_go_line(item) for item in items) or False

    def _go_no_go_line(self, item):
        """One item; every text in it is escaped."""
        icon, look = LOOK.get(item["level"], STOP)
        effects = self.env["crm.go.no.go"]._settings(self.company_id.id)
        effect = effects.get(item["code"], ("inform", 0))[0] if item["level"] != "go" else "inform"
        if effect == "block":
            icon, look = STOP
        badge = {"step": self.env._("adds a step"), "block": self.env._("blocks")}.get(effect)
        terms = ", ".join(
            "{} {} ({})".format(
                fact["label"],
                self._go_no_go_money(fact["amount"]),
                format_datetime(self.env, fact["moment"], dt_format="short"),
            )
            for fact in item.get("terms", ())
        )
        return Markup("<div><i class='fa %s %s me-1' role='img'></i>%s%s%s</div>") % (
            icon,
            look,
            item["text"],
            Markup(" <span class='badge %s'>%s</span>")
            % ("text-bg-danger" if effect == "block" else "text-bg-secondary", badge)
            if badge
            else "",
            Markup("<div class='text-muted small ps-3'>%s</div>") % terms if terms else "",
        )
