from odoo import api, fields, models


class FinanceReconciliationLine(models.Model):
    """What a person does about a difference, said for each cause. Nothing is ever done by itself."""

    _inherit = "finance.reconciliation.line"

    advice = fields.Text("What to Do", compute="_compute_advice")

    document_shown = fields.Char("Document Here or There", compute="_compute_document_shown")

    @api.depends("res_name", "number")
    def _compute_document_shown(self):
        """The number that both sides know a document by; what has none over there goes by our name for it."""
        for line in self:
            line.document_shown = line.number or line.res_name

    @api.depends("cause")
    @api.depends_context("lang")
    def _compute_advice(self):
        texts = self._advice()
        for line in self:
            line.advice = texts.get(line.cause, False)

    @api.model
    def _advice(self):
        """Hook: {cause: what to do about it}."""
        return {
            "not_sent": self.env._(
                "It waits in the outbox and goes by itself. If it has waited for more than an hour, look there "
                "for the reason."
            ),
            "refused": self.env._("Open it in the outbox: it says what is wrong. Set that right and press Retry."),
            "never_queued": self.env._(
                "It was posted while the connection was off. A finance manager switches the connection off and on "
                "again: what never went out is shown then and is sent."
            ),
            "deleted_there": self.env._(
                "It stood there and was deleted. Ask who did it and why; have it entered there again, or take it "
                "back here: an invoice by a credit note, money by cancelling its payment."
            ),
            "entered_there": self.env._(
                "Only the finance system has it. Ask who entered it. If it should have come from here, have it "
                "cancelled there and post it here; else nothing has to be done."
            ),
            "unknown_number": self.env._(
                "It has a number that only we give, and is not from here. Find out who entered it, and have it "
                "renumbered or deleted there."
            ),
            "tax_rounding": self.env._(
                "Some cents from the rounding of taxes. It may stay as it is, or finance books the rest over there."
            ),
            "fee": self.env._("Probably the fee of a bank. Enter the fee on the side that left it out."),
            "changed_there": self.env._(
                "The amount was changed over there. Ask why, then correct the side that is wrong."
            ),
            "changed_here": self.env._("The order was changed here after it was sent. Change it over there too."),
            "entered_here": self.env._(
                "This money is registered here only. Have the receipt entered over there; when it has come back, "
                "cancel the one made by hand here, or it counts twice."
            ),
            "refund_here": self.env._(
                "Refunds are not sent. Have it entered over there by hand, then press Mark as Done on it in the outbox."
            ),
            "not_registered": self.env._(
                "It was read, but no payment came of it. Open it: it says why. Set that right and press Register."
            ),
            "other_currency": self.env._(
                "Both sides name another currency. Compare them and correct the one that is wrong."
            ),
            "wrong_payer": self.env._(
                "Both sides name another customer. Compare them and correct the one that is wrong; see also "
                "Customers Over There."
            ),
            "not_audited": self.env._("Have it audited over there."),
            "cancelled_there": self.env._(
                "It was cancelled over there. Ask why. If that is right, take it back here as well; else have it "
                "entered there again."
            ),
            "reset_here": self.env._("It was taken back here and still counts over there. Have it cancelled there."),
            "same_number": self.env._(
                "The number stands there more than once. Have the one too many deleted or cancelled there."
            ),
            "sum": self.env._("Sum of this customer's differences in the month. It goes away when they are settled."),
        }
