from odoo import models
from odoo.fields import Domain
from odoo.tools import format_amount

REFUSED = ("rejected", "void")


class ResPartner(models.Model):
    """Quotes and credit on the page that shows a customer whole, and what somebody should know before he deals with
    him. Orders are asked for as the reader, credit is told to those who may read it."""

    _inherit = "res.partner"

    def _merchant_risk_signals(self):
        return [*super()._merchant_risk_signals(), *self._approval_signals(), *self._credit_signals()]

    def _approval_signals(self):
        """Open quotes whose approval was refused or is void."""
        partners, orders = self.commercial_partner_id, self.env["sale.order"]
        if not orders.has_access("read"):
            return []
        domain = Domain("partner_id.commercial_partner_id", "in", partners.ids)
        domain &= Domain("state", "in", ("draft", "sent")) & Domain("approval_state", "in", REFUSED)
        signals = []
        for order in orders.search(domain, order="write_date desc, id desc"):
            text = (
                self.env._("Quote %(name)s was rejected in approval.", name=order.name)
                if order.approval_state == "rejected"
                else self.env._("The approval of quote %(name)s is void: it was changed afterwards.", name=order.name)
            )
            signals.append(
                {
                    "partner_id": order.partner_id.commercial_partner_id.id,
                    "code": f"approval_{order.approval_state}",
                    "level": "warning",
                    "text": text,
                    "at": order.sudo().approval_request_id.closed_at or order.write_date,
                }
            )
        return signals

    def _credit_signals(self):
        company = self.env.company
        if not self.env.user.has_groups("account.group_account_invoice,account.group_account_readonly"):
            return []
        signals = []
        kept = Domain("use_partner_credit_limit", "=", True) | Domain("credit_limit_synced_at", "!=", False)
        partners = self.commercial_partner_id.with_company(company).sudo()
        for partner in partners.filtered_domain(kept):
            facts = partner._merchant_credit_facts(company)
            over = sum(fact["amount"] for fact in facts) - partner.credit_limit
            if company.currency_id.compare_amounts(over, 0) > 0:
                text = self.env._(
                    "The credit limit is exceeded by %(amount)s.",
                    amount=format_amount(self.env, over, company.currency_id),
                )
                at = max(fact["moment"] for fact in facts)
                signals.append(
                    {"partner_id": partner.id, "code": "credit_over", "level": "danger", "text": text, "at": at}
                )
        return signals

    def _merchant_360_sections(self):
        sections = super()._merchant_360_sections()
        orders = self.env["sale.order"]
        if not orders.has_access("read"):
            return sections
        domain = Domain("partner_id.commercial_partner_id", "=", self.commercial_partner_id.id)
        found = orders._read_group(
            domain & Domain("approval_state", "not in", (False, "none")), ["approval_state"], ["id:array_agg"]
        )
        labels = dict(orders._fields["approval_state"]._description_selection(self.env))
        if found:
            rows = [
                {"label": labels[state], "value": str(len(ids)), "res_model": "sale.order", "res_ids": ids}
                for state, ids in found
            ]
            sections.append(
                {"code": "approvals", "title": self.env._("Quotes in Approval"), "sequence": 40, "rows": rows}
            )
        return sections
