"""Invoices that the other side itself says are void or gone: nothing stands there that ours could contradict."""

from odoo import models

# stages over there in which a document is none any more
GONE = ("void", "gone")


class FinanceOutbox(models.Model):
    _inherit = "finance.outbox"

    def _stands_there(self):
        """Our document must stay as it is: the far side has it or may have it, and has not said that it is void or
        gone."""
        return self._is_frozen() and (self.state in ("sending", "uncertain") or not self._gone_there())

    def _gone_there(self):
        """Those of these rows whose document the far side calls void or gone."""
        domain = [("connection_id", "in", self.connection_id.ids), ("res_id", "in", self.mapped("res_id")),
                  ("remote_stage", "in", GONE)]  # fmt: skip
        bindings = self.env["finance.binding"].sudo().search(domain) if self else ()
        gone = {(binding.connection_id, binding.res_model, binding.res_id, binding.kind) for binding in bindings}
        return self.filtered(lambda row: (row.connection_id, row.res_model, row.res_id, row._bound_kind()) in gone)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _finance_enqueue(self):
        """A credit note whose invoice does not stand over there would stand there alone: a person decides."""
        result = super()._finance_enqueue()
        notes = self.filtered(lambda move: move.move_type == "out_refund" and move.reversed_entry_id)
        waiting = notes._finance_rows().filtered(lambda row: row.state == "pending")
        if not waiting:
            return result
        rows = notes.reversed_entry_id._finance_rows().filtered(lambda row: row.error_code != "withdrawn")
        origins, gone = {(row.connection_id, row.res_id): row for row in rows}, rows._gone_there()
        for row in waiting:
            invoice = self.browse(row.res_id).reversed_entry_id
            origin = origins.get((row.connection_id, invoice.id))
            if origin and origin.state == "done" and origin in gone:
                row._outbox_stop("rejected", _gone_text(row.connection_id._in_words().env, origin), "origin_gone")
            elif not origin and invoice._finance_to_send(row.connection_id):
                row._outbox_stop("rejected", _unsent_text(row.connection_id._in_words().env, invoice), "origin_unsent")
        return result


def _gone_text(env, origin):
    return env._(
        "The invoice that this credit note takes back, %(number)s, does not stand in the finance system any more. Nothing "
        "is sent. Reset the credit note to draft and cancel both here, or restore the invoice there and press Retry.",
        number=origin.number,
    )


def _unsent_text(env, invoice):
    return env._(
        "The invoice that this credit note takes back, %(invoice)s, was posted while nothing was sent. If finance has entered "
        "it in the finance system, press Retry and the credit note goes there; otherwise enter both there, or none, and "
        "press Mark as Done.",
        invoice=invoice.name,
    )
