from odoo import fields, models
from odoo.exceptions import AccessError, UserError

CLAIMERS = ("crm_merchant.group_finance_clerk", "crm_merchant.group_finance_manager")


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

    # -- buttons ----------------------------------------------------------------------------

    def action_open_claim(self):
        """Opens the choice of rows that this receipt pays. By finance."""
        self.ensure_one()
        self._check_claimer()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Claim Receipt"),
            "res_model": "crm.receipt.claim",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_payment_id": self.id},
        }

    def action_claim(self, plan_line_ids):
        """Claims an open receipt for rows of a payment plan. By finance.

        :param plan_line_ids: ids of ``crm.payment.plan.line`` of one contract with posted invoices
        :raises AccessError: for everyone but finance
        :raises UserError: where nothing was chosen, or receipt and rows do not fit, in words
        """
        self.ensure_one()
        self._check_claimer()
        lines = self.env["crm.payment.plan.line"].browse(plan_line_ids).exists()
        lines.check_access("read")
        if not lines:
            raise UserError(self.env._("Choose the rows of the payment plan that this receipt pays."))
        if len(lines.contract_id) > 1:
            raise UserError(self.env._("The rows belong to different contracts. Choose rows of one contract."))
        if self.claim_state != "open":
            raise UserError(self.env._("This receipt does not wait for a claim any more."))
        self._claim_apply(lines)
        return True

    def _check_claimer(self):
        """Refuses everyone but finance.

        :raises AccessError: in words
        """
        if not any(self.env.user.has_group(role) for role in CLAIMERS):
            raise AccessError(self.env._("Receipts are claimed by finance. Tell them which contract it pays."))
        self.check_access("write")

    # -- the door ---------------------------------------------------------------------------

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
            if not payment.outstanding_account_id:
                # Odoo sets it when a payment is made and loses it when the payer changes; without it posting makes no
                # journal entry, and nothing would be paid
                payment.outstanding_account_id = payment._get_outstanding_account(payment.payment_type)
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
        if self.state != "draft" and not self.move_id:
            raise UserError(
                self.env._("This receipt was confirmed without a journal entry. Reset it to draft, then claim it.")
            )
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
