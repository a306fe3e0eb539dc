"""Values that moved a little since they were approved: cheaper within a set tolerance, or another rate of exchange."""

import json

from odoo import fields, models
from odoo.tools import format_amount


class ApprovalPolicy(models.Model):
    _inherit = "crm.approval.policy"

    keep_cheaper = fields.Boolean(
        "Cheaper Stays in Effect",
        help="An approved paper whose prices fall by not more than the tolerance stays approved without being submitted "
        "again, as long as nothing else that is judged changes, the margin holds and no other step would have to sign.",
    )
    keep_margin = fields.Float(
        "Margin May Fall by (points)",
        digits=(5, 2),
        help="How many points of per cent the margin may be lower than when it was signed, where a cheaper paper stays "
        "approved.",
    )
    rate_tolerance = fields.Float(
        "Exchange Rate May Move by (%)",
        digits=(5, 2),
        default=5,
        help="A paper in a foreign currency that is worth so much more or less than when it was submitted has to be "
        "submitted again, also one that would need another step by today's rate.",
    )

    def _content_fields(self):
        return [*super()._content_fields(), "keep_cheaper", "keep_margin", "rate_tolerance"]


class ApprovalMixin(models.AbstractModel):
    _inherit = "crm.approval.mixin"

    def _approval_cheaper_paths(self):
        """Judged field paths that may change where a cheaper paper stays approved: its prices."""
        return []

    def _approval_worth(self, own_amount):
        """``own_amount`` by today's rate in the currency of the company; None where the paper is in that anyway."""
        company = self._approval_company()
        currency = self.currency_id if "currency_id" in self._fields else company.currency_id
        if own_amount is None or not currency or currency == company.currency_id:
            return None
        return currency._convert(own_amount, company.currency_id, company, company._merchant_today())

    def _approval_total_moved(self, request):
        """Also whether the rate of exchange has moved further than the policy lets pass."""
        if super()._approval_total_moved(request):
            return True
        worth = self._approval_worth(request.own_amount) if request.own_worth else None
        if worth is None:
            return False
        least, most = sorted((request.own_worth, worth))
        tolerance = request.policy_id.rate_tolerance if request.policy_id else 0.0
        if most > least * (1 + tolerance / 100):
            return True
        # only by what the rate has changed: a later sibling does not void an approval
        moved = self._approval_required(request.amount + worth - request.own_worth)
        return bool(moved - self._approval_required(request.amount))


class ApprovalRequest(models.Model):
    _inherit = "crm.approval.request"

    own_worth = fields.Float(
        readonly=True, digits=(16, 2), help="Own total in the currency of the company by the rate of that day"
    )

    def _prepare_frozen_vals(self, document):
        vals = super()._prepare_frozen_vals(document)
        return {**vals, "own_worth": document._approval_worth(vals["own_amount"]) or 0.0}

    def _void_or_keep(self):
        if not self._keep_cheaper():
            self._transition("void")

    def _keep_cheaper(self):
        """Freezes a paper that only became a little cheaper anew; False where it has to be void."""
        document = self._document()
        if self.state != "approved" or not self.policy_id.keep_cheaper or document.approval_request_id != self:
            return False
        changed = self._changed_paths(json.loads(self.judged_text), json.loads(document._approval_judged_text()))
        if not changed or changed - set(document._approval_cheaper_paths()):
            return False
        amount = document._approval_amount()
        now = self._measured_again(document, amount)
        signed = self.task_ids.filtered(lambda row: row.round == self.round and row.state in ("approved", "kept"))
        if not signed or not all(self._is_a_little_less(row.measures or {}, now) for row in signed):
            return False
        for row in signed:
            others = set(row.reasons or ()) - {"amount", "margin"}
            if any(row._is_worse(name, row.measures, now) for name in others if name in row.measures):
                return False
        asked = self.task_ids.filtered(lambda row: row.round == self.round).mapped("step_ref")
        if set(document._approval_required(amount).ids) - set(asked):
            return False
        self._transition("cheaper", amount=amount)
        return True

    def _on_cheaper(self, amount):
        before, document = self.amount, self._document()
        self.write(
            {
                **self._prepare_frozen_vals(document),
                "amount": amount,
                "measures": self._measured_again(document, amount),
                "beat": self.beat + 1,
            }
        )
        text = self.env._(
            "Cheaper than approved, within the tolerance of the policy: %(before)s → %(now)s.",
            before=format_amount(self.env, before, self.currency_id),
            now=format_amount(self.env, amount, self.currency_id),
        )
        self._append([{"event": "keep", "reason": text}])
        document._on_edited(self)
        signers = self.task_ids.filtered(lambda row: row.round == self.round and row.state == "approved")
        self._notify(signers.decided_by_id, self.env._("Cheaper: %(title)s", title=self.title), text)
