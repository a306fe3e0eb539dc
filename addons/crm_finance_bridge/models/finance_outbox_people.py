"""What people may do to rows: each public method checks the actor, then a private one runs as superuser."""

import json

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.crm_merchant.lib.hashing import chain_hash

# why a row that is never sent waits for a person
BY_HAND = "by_hand"


class FinanceOutbox(models.Model):
    _inherit = "finance.outbox"

    def _check_actor(self):
        """The actor is finance of these rows' companies. Raises AccessError; returns the rows as superuser."""
        user = self.env.user
        if not user.has_groups("crm_merchant.group_finance_manager,crm_merchant.group_finance_clerk"):
            raise AccessError(self.env._("Only a finance clerk or manager may decide about documents on their way."))
        self.check_access("read")
        rows = self.sudo()
        for row in rows:
            if row.company_id not in self.env.companies:
                raise AccessError(self.env._("This document belongs to a company you are not working in."))
        # whoever claims or decides at the same moment meets us here
        self.env.execute_query(
            SQL("SELECT id FROM finance_outbox WHERE id = ANY(%s) ORDER BY id FOR UPDATE", list(self.ids))
        )
        rows.invalidate_recordset(flush=False)
        return rows

    def action_retry(self):
        """Tries again what was refused or stopped; what may stand over there is asked for first."""
        rows = self._check_actor()
        if any(row.state not in ("rejected", "dead") for row in rows):
            raise UserError(self.env._("Only refused or stopped documents can be tried again."))
        for row in rows:
            if self._operations()[row.operation].by_hand:
                raise UserError(
                    self.env._("%(number)s is never sent. Enter it there and press Mark as Done.", number=row.number)
                )
            if row.error_code == "withdrawn":
                raise UserError(self.env._("%(number)s was taken back here; post it again.", number=row.number))
            row._retry()
        self._wake()

    @api.model
    def _leave_to_person(self, connection, operation, records):
        """What is never sent is told to finance, and stays told until somebody marks it as done.

        :param records: with ``_finance_by_hand_text(env)``, what is to be done over there
        """
        rows = self._enqueue(connection, operation, records)
        words = connection._in_words().env
        for record in records.sudo():
            row = rows[record.id]
            if row.state == "pending":
                row._close_todo()
                row._outbox_stop("rejected", record._finance_by_hand_text(words), BY_HAND)

    def _retry(self):
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id)
        if not self._is_frozen() and record.exists():
            # nothing of it is over there: what was mended here counts
            values = getattr(record, self._operations()[self.operation].builder)()[record.id]
            vals = {
                "values_text": json.dumps(values, ensure_ascii=False),
                "request_hash": chain_hash("", values),
                "payload": False,
                "wire_text": False,
            }
            self._outbox_write(vals)
        self.env["finance.attempt"]._note(self, "retry", "ok")
        self._outbox_restart(last_error=False, error_code=False)
        self._close_todo()

    def action_check_now(self):
        """Does not wait for the next attempt; skips no check."""
        rows = self._check_actor()
        if any(row.state not in ("pending", "uncertain") for row in rows):
            raise UserError(self.env._("Only waiting or uncertain documents can be checked now."))
        for row in rows:
            row._outbox_write({"next_attempt_at": self._outbox_now()})
        self._wake()

    def action_mark_done(self, evidence, number=None):
        """A person vouches that the far side has it.

        :param evidence: what was seen there; kept for ever
        :param number: number of the document there, needed for customers since later documents name it
        """
        rows = self._check_actor()
        evidence = (evidence or "").strip()
        if len(evidence) < 5:
            raise UserError(self.env._("Write down what you saw in the finance system; it is kept with the document."))
        for row in rows:
            if row.state not in ("rejected", "dead", "uncertain") or row.error_code == "withdrawn":
                raise UserError(self.env._("Only refused, stopped or uncertain documents can be marked as done."))
            if row.kind == "customer" and not number:
                raise UserError(self.env._("Enter the customer's number over there; receivables need it."))
            row.ensure_one() if number else None
            row._mark_done(evidence, (number or "").strip())
        self._wake()

    def action_settle_customer(self, number):
        """These customers stand over there already under ``number``: they are bound and not made again."""
        rows = self._check_actor()
        for row in rows:
            if row.operation != "customer" or row.state == "done" or row._is_frozen() or not number:
                raise UserError(self.env._("Only customers that were not sent yet can be given a number by hand."))
            row._mark_done(self.env._("Found there under this number"), number)
        self._wake()

    def _mark_done(self, evidence, number):
        self.ensure_one()
        self.env["finance.binding"]._bind(
            self.connection_id,
            self.res_model,
            self.res_id,
            self._bound_kind(),
            number=number or self.number,
            by_hand=True,
        )
        self.env["finance.attempt"]._note(self, "mark_done", "ok", reason=evidence)
        self._outbox_finish(evidence=evidence)
        self._close_todo()

    def action_open_mark_done(self):
        self.ensure_one()
        self._check_actor()
        return {
            "type": "ir.actions.act_window",
            "res_model": "finance.mark.done",
            "name": self.env._("Mark as Done"),
            "view_mode": "form",
            "target": "new",
            "context": {"default_outbox_id": self.id},
        }

    def action_open_record(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    # -- to-dos -----------------------------------------------------------------------------

    def _outbox_stopped(self):
        result = super()._outbox_stopped()
        self.connection_id._ask_person(
            self,
            self.owner_id or self.connection_id.responsible_id,
            lambda env: env._("%(number)s needs you", number=self.number),
            self.last_error,
        )
        return result

    def _close_todo(self):
        self.sudo().activity_ids.unlink()
