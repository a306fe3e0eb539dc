from odoo import models
from odoo.exceptions import UserError

# a Python object: it says, to our own method only, that a payment provider asks; no caller can send it
PAYMENT = object()


class SaleOrder(models.Model):
    """The gates of a quote: wherever it could take effect or reach the customer as valid."""

    _inherit = "sale.order"

    # -- change of state, by whatever way ---------------------------------------------------------------

    def _watched_fields(self):
        return {
            **super()._watched_fields(),
            "state": "_approval_state_written",
            "opportunity_id": "_opportunity_written",
        }

    def _opportunity_written(self, _before):
        """Handler of ``opportunity_id``: nobody hangs a quote on a lead that he may not read, its sums and its chatter
        would be touched by it. Odoo checks no right on what a link points to.

        :raises AccessError: in Odoo's words
        """
        self.opportunity_id.check_access("read")

    def _approval_state_written(self, before):
        """Handler of ``state``: nothing becomes sent or sale that is not in effect.

        :raises UserError: see ``_approval_gate``
        """
        moved = self.filtered(
            lambda order: order.state in ("sent", "sale", "cancel")
            and before.get(order.id, {}).get("state", "draft") != order.state
        )
        moved.filtered(lambda order: order.state != "cancel")._approval_gate()
        moved.filtered(lambda order: order.state != "cancel")._quote_gate()
        moved.filtered(lambda order: order.state != "cancel")._approval_note_not_needed()
        confirmed = moved.filtered(lambda order: order.state == "sale")
        if confirmed:
            confirmed._approval_remember_confirmation()
        for order in moved.sudo().filtered(lambda o: o.state == "cancel" and o.approval_request_id.state == "pending"):
            order.approval_request_id.with_env(self.env)._transition(
                "withdraw", reason=self.env._("The quote was cancelled.")
            )

    def _approval_note_not_needed(self):
        """Writes into the ledger that these went through without any step, and which policies had been asked."""
        rows = []
        for order in self.sudo().filtered(lambda order: not order._approval_is_current()):
            policies = self.env["crm.approval.policy"]._active_policies(self._name, order._approval_company())
            if not policies:
                continue
            asked = ", ".join(f"{policy.name} v{policy.version}" for policy in policies)
            rows.append(
                {
                    "res_model": order._name,
                    "res_id": order.id,
                    "res_name": order._approval_title(),
                    "company_ref": order.company_id.id,
                    "company_name": order.company_id.name,
                    "event": "not_needed",
                    "amount": order._approval_own_amount(),
                    "currency_name": order.currency_id.name,
                    "reason": self.env._("No step required: %(policies)s.", policies=asked),
                }
            )
        self.env["crm.approval.ledger"]._ledger_append(rows)

    def _approval_remember_confirmation(self):
        """Door of the two columns that say when, and with which values, an order took effect."""
        now = self.env.cr.now()
        for order in self.sudo():
            order._through_door("approval_confirmed_at", "approval_confirmed_fingerprint").write(
                {"approval_confirmed_at": now, "approval_confirmed_fingerprint": order._approval_hash()}
            )

    def _approval_blocked(self):
        """An order that took effect without needing approval stays in effect as long as it is not changed."""
        self.ensure_one()
        order = self.sudo()
        if order.state == "cancel":
            return ""
        if order.state == "sale" and order.approval_state in (False, "none"):
            confirmed = order.approval_confirmed_fingerprint
            if not confirmed or confirmed == order._approval_hash():
                return ""
        reason = super()._approval_blocked()
        if not reason and order.state in ("draft", "sent"):
            reason = self._quote_reason()
        return reason

    def _quote_reason(self):
        """Why this open quote may not reach the customer as valid, besides its approval; empty when it may.

        Asked wherever approval is asked. Folders and later addons put their reason before ``super()``.
        """
        self.ensure_one()
        return ""

    def _quote_gate(self):
        for order in self:
            reason = order._quote_reason()
            if reason:
                raise UserError(reason)

    def _approval_customer_text(self):
        """What a customer is told; nothing of who signs and why not."""
        return self.env._("This quotation is not in effect yet. Please ask your contact.")

    # -- sending ------------------------------------------------------------------------------------------

    def _approval_sending_gate(self):
        for order in self:
            reason = order._approval_blocked()
            if reason:
                raise UserError(reason)

    def action_quotation_send(self):
        self._approval_sending_gate()
        return super().action_quotation_send()

    def action_quotation_sent(self):
        orders = self
        if self.env.context.get("crm_approval_payment") is PAYMENT:
            # the money is on its way: the quote stays a draft, and somebody is told
            blocked = orders.filtered(lambda order: order._approval_blocked())
            blocked._approval_payment_todo()
            orders -= blocked
            if not orders:
                return None
        return super(SaleOrder, orders).action_quotation_sent()

    def message_post(self, **kwargs):
        if self.env.context.get("mark_so_as_sent"):
            self._approval_sending_gate()
        return super().message_post(**kwargs)

    def _send_order_notification_mail(self, mail_template, *args, **kwargs):
        # runs from payments and from a cron: never an exception, but no paper that is not in effect
        if self._approval_blocked():
            self._approval_payment_todo()
            return None
        return super()._send_order_notification_mail(mail_template, *args, **kwargs)

    # -- customer's pages -----------------------------------------------------------------------------------

    def _has_to_be_signed(self):
        return super()._has_to_be_signed() and not self._approval_blocked()

    def _has_to_be_paid(self):
        return super()._has_to_be_paid() and not self._approval_blocked()

    def _approval_payment_todo(self):
        """Tells the salesperson that money or a mail met a quote that is not in effect; once a quote."""
        for order in self.sudo():
            user = order.user_id or order.team_id.user_id or self.env.ref("base.user_admin")
            summary = self.env._("%(name)s is not in effect: approve it, then confirm it by hand", name=order.name)
            todos = self.env["mail.activity"].sudo()
            if todos.search_count(
                [("res_model", "=", order._name), ("res_id", "=", order.id), ("summary", "=", summary)], limit=1
            ):
                continue
            todos._merchant_schedule_quietly(
                [
                    {
                        "res_model_id": self.env["ir.model"]._get_id(order._name),
                        "res_id": order.id,
                        "user_id": user.id,
                        "summary": summary,
                        "note": order._approval_blocked(),
                    }
                ],
                summary,
            )
