from odoo import models

from .sale_order_gate import PAYMENT


class PaymentTransaction(models.Model):
    """Money that arrives for a quote that is not in effect is kept, the quote is not confirmed, somebody is told.

    Never an exception here: the customer has paid, and an exception would leave the payment half recorded.
    """

    _inherit = "payment.transaction"

    def _post_process(self):
        return super(PaymentTransaction, self.with_context(crm_approval_payment=PAYMENT))._post_process()

    def _check_amount_and_confirm_order(self):
        blocked = self.filtered(
            lambda tx: len(tx.sale_order_ids) == 1
            and tx.sale_order_ids.state in ("draft", "sent")
            and tx.sale_order_ids._approval_blocked()
        )
        blocked.sale_order_ids._approval_payment_todo()
        return super(PaymentTransaction, self - blocked)._check_amount_and_confirm_order()
