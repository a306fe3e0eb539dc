"""Invoices that the other side itself says are void or gone: nothing stands there that ours could contradict."""

from odoo import models

# stages over there in which a document is none any more
GONE = ("void", "gone")


class FinanceOutbox(models.Model):
    _inherit = "finance.outbox"

    def _stands_there(self):
        """Our document must stay as it is: the far side has it or may have it, and has not said that it is void or
        gone."""
        return self._is_frozen() and (self.state in ("sending", "uncertain") or not self._is_gone_there())

    def _is_gone_there(self):
        domain = [("connection_id", "=", self.connection_id.id), ("res_model", "=", self.res_model),
                  ("res_id", "=", self.res_id), ("kind", "=", self._bound_kind())]  # fmt: skip
        return self.env["finance.binding"].sudo().search(domain, limit=1).remote_stage in GONE


class AccountMove(models.Model):
    _inherit = "account.move"

    def _finance_enqueue(self):
        """A credit note of an invoice that is gone over there would stand there alone: a person decides."""
        result = super()._finance_enqueue()
        notes = self.filtered(lambda move: move.move_type == "out_refund" and move.reversed_entry_id)
        origins = notes.reversed_entry_id._finance_rows().filtered(lambda row: row.state == "done") if notes else ()
        gone = {(row.connection_id, row.res_id): row for row in origins if row._is_gone_there()}
        if not gone:
            return result
        origin_of = {note.id: note.reversed_entry_id.id for note in notes}
        for row in notes._finance_rows().filtered(lambda row: row.state == "pending"):
            if origin := gone.get((row.connection_id, origin_of[row.res_id])):
                words = row.connection_id._in_words().env
                text = words._(
                    "The invoice that this credit note takes back, %(number)s, does not stand in the finance system any "
                    "more. Nothing is sent. Reset the credit note to draft and cancel both here, or restore the invoice "
                    "there and press Retry.",
                    number=origin.number,
                )
                row._outbox_stop("rejected", text, "origin_gone")
        return result
