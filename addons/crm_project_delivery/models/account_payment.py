from odoo import fields, models
from odoo.exceptions import UserError


class AccountPayment(models.Model):
    """Receipts whose payer or purpose is not known yet wait as drafts until they are claimed for a plan row."""

    _inherit = "account.payment"

    claim_state = fields.Selection(
        [("open", "To Claim"), ("claimed", "Claimed")], "Claim", readonly=True, copy=False, index="btree_not_null"
    )
    plan_line_id = fields.Many2one(
        "crm.payment.plan.line", "Payment Plan Row", readonly=True, copy=False, index="btree_not_null",
        check_company=True, groups="crm_project_delivery.group_contract_user",
    )  # fmt: skip

    def _guarded_fields(self):
        return super()._guarded_fields() | {"claim_state", "plan_line_id"}

    def _claim_open(self):
        """Marks draft customer receipts whose payer or purpose is unknown; they wait for a claim."""
        for payment in self.sudo():
            if payment.state != "draft" or payment.payment_type != "inbound":
                raise UserError(self.env._("Only a draft receipt can wait for a claim."))
        self.sudo()._through_door("claim_state").write({"claim_state": "open"})

    def _claim_apply(self, plan_line):
        """Matches one receipt with the posted invoices of a plan row; the row is then partly or wholly paid.

        A draft is given the row's customer if it has none, and is posted. Several rows are paid the oldest first. What
        the receipt has above the open amounts stays on the customer's account as Odoo leaves it.

        :param plan_line: ``crm.payment.plan.line`` of one contract with posted invoices
        :raises UserError: where receipt and row do not fit, in words
        """
        self.ensure_one()
        payment, lines = self.sudo(), plan_line.sudo()
        payment._check_claim(lines)
        if payment.state == "draft":
            if not payment.partner_id:
                payment.partner_id = lines.partner_id
            payment.action_post()
        payed, _rest = lines._allocate_receipt(payment.amount)
        payment._through_door("claim_state", "plan_line_id").write(
            {"claim_state": "claimed", "plan_line_id": payed[0][0].id}
        )
        for line, _amount in payed:
            for invoice in line._open_invoices():
                payment._claim_match(invoice)
        lines.contract_id._settle()

    def _claim_match(self, invoice):
        """Reconciles what is left of this receipt with one invoice, by Odoo's own button of the invoice."""
        receivable = self.move_id.line_ids.filtered(
            lambda aml: aml.account_type == "asset_receivable" and not aml.reconciled
        )
        if receivable:
            invoice.js_assign_outstanding_line(receivable[:1].id)
            # as the payment wizard does: the payment then turns to paid together with the invoice
            invoice.matched_payment_ids += self

    def _check_claim(self, lines):
        if self.payment_type != "inbound" or self.partner_type != "customer":
            raise UserError(self.env._("Only a receipt of a customer pays a row of a payment plan."))
        if self.state not in ("draft", "in_process", "paid"):
            raise UserError(self.env._("This receipt was cancelled or rejected."))
        if self.company_id != lines.company_id or self.currency_id != lines.currency_id:
            raise UserError(self.env._("The receipt and the contract differ in company or currency."))
        if self.partner_id and self.partner_id.commercial_partner_id != lines.partner_id:
            raise UserError(
                self.env._(
                    "The receipt is from %(payer)s, the contract with %(customer)s. Change the payer of the draft "
                    "first if a third party paid for the customer.",
                    payer=self.partner_id.name,
                    customer=lines.partner_id.name,
                )
            )
        for line in lines:
            if not line._open_invoices():
                raise UserError(
                    self.env._(
                        "%(row)s has no posted invoice with an open amount. Make and post its invoice first.",
                        row=line.display_name,
                    )
                )
