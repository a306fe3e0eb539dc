import json

from odoo import api, fields, models
from odoo.tools import format_list

from .finance_outbox_together import ALONE


class FinanceOutbox(models.Model):
    """What a person reads on a row: its amount, and what went over the wire in lines instead of one long text."""

    _inherit = "finance.outbox"

    amount = fields.Monetary(compute="_compute_amount")
    currency_id = fields.Many2one("res.currency", compute="_compute_amount")
    values_shown = fields.Text("Frozen at Posting", compute="_compute_shown")
    payload_shown = fields.Text("What Went Over the Wire", compute="_compute_shown")

    phase_shown = fields.Char("Done So Far", compute="_compute_phase_shown")
    message_shown = fields.Text("Note", compute="_compute_message_shown")
    ahead_id = fields.Many2one("finance.outbox", "Has to Arrive First", compute="_compute_message_shown")

    @api.depends("phase")
    @api.depends_context("lang")
    def _compute_phase_shown(self):
        labels = self.env["finance.attempt"]._step_labels()
        for row in self:
            row.phase_shown = labels.get(row.phase, row.phase)

    @api.depends("last_error", "error_code", "state", "requires_id.state", "product_row_ids.state")
    @api.depends_context("lang")
    def _compute_message_shown(self):
        for row in self:
            is_waiting = row.state in ("pending", "sending")
            ahead = (row.requires_id | row.product_row_ids).filtered(lambda other: other.state != "done")
            row.ahead_id = is_waiting and ahead[:1]
            row.message_shown = row.last_error or (is_waiting and row._waiting_sentence(ahead))

    def _waiting_sentence(self, ahead):
        """Why a row still waits to which nothing has happened; False if there is no other reason than its turn.

        :param ahead: rows that have to be done before it and are not
        """
        if ahead:
            return self.env._(
                "%(numbers)s has to arrive first; then this one goes by itself.",
                numbers=format_list(self.env, ahead.mapped("number")),
            )
        if self.error_code == ALONE:
            return self.env._(
                "It shared a call with others, and the answer did not tell what became of it. It now goes alone and by "
                "itself; nothing has to be done."
            )
        return False

    @api.depends("values_text")
    def _compute_amount(self):
        values_of = {row.id: _parsed(row.values_text) or {} for row in self}
        names = {values.get("currency") for values in values_of.values()} - {None}
        currencies = self.env["res.currency"].with_context(active_test=False)
        currencies = currencies.search([("name", "in", list(names))]).grouped("name")
        for row in self:
            values = values_of[row.id]
            row.currency_id = currencies.get(values.get("currency"), row.company_id.currency_id)
            row.amount = float(values.get("amount_total") or 0)

    @api.depends("values_text", "payload")
    def _compute_shown(self):
        for row in self:
            row.values_shown = _in_lines(row.values_text)
            row.payload_shown = _in_lines(row.payload)


def _parsed(text):
    try:
        return json.loads(text or "")
    except ValueError:
        return None


def _in_lines(text):
    """The same content, indented; what is no JSON stays as it is."""
    parsed = _parsed(text)
    return text if parsed is None else json.dumps(parsed, ensure_ascii=False, indent=2)
