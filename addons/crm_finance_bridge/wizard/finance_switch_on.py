from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..models.account_move import SENT

BATCH = 200


class FinanceSwitchOn(models.TransientModel):
    """Shows what switching a connection on would send before anything is switched."""

    _name = "finance.switch.on"
    _description = "Switch On a Finance Connection"

    connection_id = fields.Many2one("finance.connection", required=True, ondelete="cascade")
    is_from_now = fields.Boolean("Only From Now On", default=True, help="Nothing dated before today is ever sent")
    start_date = fields.Date("Invoices Dated From", help="Posted invoices of this day and later are sent too")
    is_unread = fields.Boolean("Never Read", compute="_compute_is_unread")
    is_nothing_open = fields.Boolean(
        "Nothing Was Open Over There",
        help="Customers owed nothing in the finance system on the evening before the start, and had paid nothing in "
        "advance. Otherwise press Opening Items and read or import what was open.",
    )
    move_count = fields.Integer("Invoices to Send Now", compute="_compute_move_count")
    move_total = fields.Monetary("Together", compute="_compute_move_count")
    currency_id = fields.Many2one(related="connection_id.company_id.currency_id")

    @api.model
    def default_get(self, fields):
        """A connection that was on before goes on where it stopped: what was posted meanwhile is sent too."""
        vals = super().default_get(fields)
        start = self.env["finance.connection"].browse(vals.get("connection_id")).start_date
        return {**vals, "is_from_now": False, "start_date": start} if start else vals

    @api.depends("connection_id")
    def _compute_is_unread(self):
        """Whether nobody knows what was open over there before the first start."""
        for wizard in self:
            connection = wizard.connection_id.sudo()
            wizard.is_unread = not (connection.opened_at or connection.opening_read_day)

    @api.depends("connection_id", "is_from_now", "start_date")
    def _compute_move_count(self):
        for wizard in self:
            moves = wizard._get_moves()
            wizard.move_count = len(moves)
            wizard.move_total = sum(moves.mapped("amount_total_signed"))

    def _get_day(self):
        return (not self.is_from_now and self.start_date) or self.connection_id.company_id._merchant_today()

    def action_opening(self):
        """Shows what customers owe on the day of the start, on both sides."""
        self.ensure_one()
        return self.connection_id.action_opening(self._get_day())

    def _get_moves(self):
        moves = self.env["account.move"]
        if self.is_from_now or not self.start_date or not self.connection_id:
            return moves
        moves = moves.search(self._get_moves_domain(), order="invoice_date, id")
        return moves._finance_to_send(self.connection_id.sudo())

    def _get_moves_domain(self):
        """Hook: posted invoices that would be sent."""
        known = (
            self.env["finance.outbox"]
            .sudo()
            ._search(
                [("connection_id", "=", self.connection_id.id), ("res_model", "=", "account.move"),
                 ("error_code", "!=", "withdrawn")]
            )
        )  # fmt: skip
        return (
            Domain("company_id", "=", self.connection_id.company_id.id)
            & Domain("move_type", "in", list(SENT))
            & Domain("state", "=", "posted")
            & Domain("date", ">=", self.start_date)
            & Domain("id", "not in", known.subselect("res_id"))
        )

    def action_confirm(self):
        """Switches on and writes the intents of the chosen invoices; the worker sends them afterwards."""
        self.ensure_one()
        connection = self.connection_id
        connection._check_operator()
        if connection.sudo().stop_reason:
            raise UserError(self.env._("The connection is stopped. Press Test Connection first."))
        if not self.is_from_now and not self.start_date:
            raise UserError(self.env._("Enter the date from which on posted invoices are sent."))
        connection._check_beside(self._get_day())
        connection._opening_check(self._get_day(), self.is_unread and self.is_nothing_open)
        moves = self._get_moves()
        connection.sudo()._switch("on", self._get_day())
        moves = moves._finance_to_send(connection.sudo())
        outbox = self.env["finance.outbox"].sudo()
        # invoices before what takes them back
        for move_type, operation in SENT.items():
            chosen = moves.filtered(lambda move, wanted=move_type: move.move_type == wanted)
            if not outbox._can_send(connection, operation):
                continue
            for first in range(0, len(chosen), BATCH):
                outbox._enqueue(connection.sudo(), operation, chosen[first : first + BATCH])
        self._send_changed_customers()
        connection.sudo().message_post(
            body=self.env._(
                "Switched on by %(user)s; %(count)s earlier invoices are sent.",
                user=self.env.user.name,
                count=len(moves),
            )
        )
        return {"type": "ir.actions.act_window_close"}

    def _send_changed_customers(self):
        """Customers that went out and were changed while the connection was off."""
        outbox = self.env["finance.outbox"].sudo()
        rows = outbox.search_fetch(
            [("connection_id", "=", self.connection_id.id), ("res_model", "=", "res.partner"), ("state", "=", "done")],
            ["res_id"],
        )
        partners = self.env["res.partner"].sudo().browse(set(rows.mapped("res_id"))).exists()
        if partners:
            outbox._enqueue_customer_changes(partners)
