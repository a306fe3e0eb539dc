from odoo import models
from odoo.exceptions import UserError


class ApprovalMixin(models.AbstractModel):
    """What people do with a paper that needs approval, and the gate where it takes effect."""

    _inherit = "crm.approval.mixin"

    def _approval_required(self, amount=None):
        """Steps that the active policies ask of this record with its amount now; empty: no approval is needed.

        :param amount: ``_approval_amount()`` where the caller has it already
        :return: ``crm.approval.policy.step`` of one policy in signing order (superuser)
        """
        self.ensure_one()
        company = self._approval_company()
        policies = self.env["crm.approval.policy"]._active_policies(self._name, company)
        if not policies:
            return self.env["crm.approval.policy.step"].sudo()
        if amount is None:
            amount = self.sudo()._approval_amount()
        return policies._required_steps(self.sudo(), amount)

    def _approval_is_current(self):
        """Whether the record is approved with exactly the values it has now.

        Asks the values themselves, not only the stored columns, so that a change by bare SQL is seen as well.
        """
        self.ensure_one()
        record = self.sudo()
        request = record.approval_request_id
        return (
            record.approval_state == "approved"
            and record._approval_hash() == request.fingerprint
            and not record._approval_total_moved(request)
        )

    def _approval_total_moved(self, request):
        """Whether the same values make another total than at submit: a tax was changed elsewhere."""
        now = self._approval_own_amount()
        currency = self.currency_id if "currency_id" in self._fields else self._approval_company().currency_id
        return now is not None and request.own_amount and currency.compare_amounts(now, request.own_amount) != 0

    def _approval_blocked(self):
        """Why this record is not in effect now, as one sentence; empty when it is or could be.

        Models where a record can have taken effect before its policy was there say so here.
        """
        return self._approval_reason()

    def _approval_reason(self):
        """Why this record may not take effect now, as one sentence; empty when it may.

        It may when it is approved and unchanged since, or when no policy asks for approval. A request that is running
        or was refused for these very values blocks even where no policy would ask any more.
        """
        self.ensure_one()
        record = self.sudo()
        state = record.approval_state or "none"
        if record._approval_is_current():
            return ""
        request = record.approval_request_id
        unchanged = request.fingerprint == record._approval_hash()
        name = record.display_name
        if state == "pending":
            return self.env._(
                "%(name)s is not in effect yet: it waits for the approval of %(people)s. Ask them, or withdraw the "
                "request.",
                name=name,
                people=request.waiting_for or self.env._("nobody"),
            )
        if state == "rejected" and unchanged:
            return self.env._(
                "%(name)s was rejected: %(reason)s. Change it and submit it again.",
                name=name,
                reason=request.reason or self.env._("no reason given"),
            )
        if state == "returned" and unchanged:
            return self.env._(
                "%(name)s was returned: %(reason)s. Mend it and submit it again.",
                name=name,
                reason=request.reason or self.env._("no reason given"),
            )
        steps = record._approval_required()
        if not steps:
            return ""
        if state in ("void", "approved"):
            return self.env._(
                "%(name)s was changed after it was submitted, so its approval no longer counts. Submit it again; first "
                "to sign is %(step)s.",
                name=name,
                step=steps[0].name,
            )
        return self.env._(
            "%(name)s needs approval before it takes effect. Submit it for approval; first to sign is %(step)s.",
            name=name,
            step=steps[0].name,
        )

    def _approval_gate(self):
        """Stands wherever a record takes effect.

        :raises UserError: one sentence saying who it waits for and who can help, unless no approval is needed or the
            record is approved and unchanged since
        """
        for record in self:
            reason = record._approval_reason()
            if reason:
                raise UserError(reason)

    # -- buttons of the requester --------------------------------------------------------------

    def action_approval_submit(self, choices=None):
        """Asks for approval of the values as they are now.

        :param choices: step id -> user ids, for steps whose signers the requester chooses; without it such a paper
            opens the window that asks for them
        :raises AccessError: for somebody who may not write the record
        :raises UserError: when no approval is needed, one is running, or a step finds nobody to sign
        """
        self.check_access("write")
        chosen = self._approval_choices(choices)
        jobs = []
        self.sudo()._approval_fetch()
        amounts = self.sudo()._approval_amounts()
        for record in self:
            record._approval_submit_check()
            amount = amounts[record.id]
            steps = record._approval_required(amount)
            if not steps:
                raise UserError(
                    self.env._("%(name)s needs no approval; no policy asks for it.", name=record.display_name)
                )
            if len(self) == 1 and any(step.source == "choice" and step.id not in chosen for step in steps):
                return self.env["crm.approval.submit"]._open_for(record, steps)
            jobs.append({"document": record, "steps": steps, "amount": amount, "choices": chosen})
        if jobs:
            self.env["crm.approval.request"]._transition("submit", jobs=jobs)
        return True

    def _approval_choices(self, choices):
        """``choices`` of a caller, over the network too, as a dict step id -> ``res.users``."""
        people = self.env["res.users"].sudo()
        try:
            return {
                int(step): people.browse([int(uid) for uid in ids]).exists() for step, ids in (choices or {}).items()
            }
        except (TypeError, ValueError, AttributeError) as error:
            raise UserError(self.env._("Say who signs which step.")) from error

    def _approval_submit_check(self):
        """Refuses a submit that makes no sense in the present state; models add their own conditions.

        :raises UserError: saying what is in the way
        """
        self.ensure_one()
        if self.approval_state == "pending":
            raise UserError(
                self.env._(
                    "%(name)s is already waiting for %(people)s.",
                    name=self.display_name,
                    people=self.approval_waiting_for or "",
                )
            )
        if self._approval_is_current():
            raise UserError(self.env._("%(name)s is already approved.", name=self.display_name))

    def action_approval_withdraw(self, reason=None):
        """Takes the running request back; the record is a draft again and may be changed and submitted anew.

        :param reason: required, kept in the ledger
        :raises AccessError: for anyone but the requester and those who answer for the record
        """
        self.check_access("write")
        for record in self:
            record.sudo().approval_request_id.with_env(self.env)._withdraw(reason)
        return True

    def action_approval_remind(self):
        """催办: reminds those who have not signed; see ``crm.approval.request.action_remind``."""
        self.ensure_one()
        self.check_access("write")
        return self.sudo().approval_request_id.with_env(self.env).action_remind()

    def action_approval_preview(self):
        """Shows whom this paper would go to if it were submitted now."""
        self.ensure_one()
        self.check_access("read")
        simulation = self.env["crm.approval.simulation"].create({})
        simulation._fill(self, None)
        return simulation._open()

    def action_approval_open(self):
        """Opens the current request."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.approval.request",
            "res_id": self.approval_request_id.id,
            "views": [(False, "form")],
        }
