import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .finance_binding_reading import KINDS

# paper fapiao have a number of 8 digits, those of the electronic platform (数电票) of 20
FAPIAO = re.compile(r"\d{8}|\d{20}", re.ASCII)
READERS = "crm_finance_bridge.group_bridge_reader"


class FinanceShownMixin(models.AbstractModel):
    """What the finance system knows of a record, shown on the record; the fact itself stands in ``finance.binding``."""

    _name = "finance.shown.mixin"
    _description = "Shown from the Finance System"

    finance_remote_number = fields.Char(
        "Number in the Finance System", compute="_compute_finance_remote", groups=READERS
    )
    finance_remote_stage = fields.Selection(
        lambda self: self.env["finance.binding"]._fields["remote_stage"]._description_selection(self.env),
        "Stage in the Finance System",
        compute="_compute_finance_remote",
        groups=READERS,
    )
    finance_remote_seen_at = fields.Datetime("Last Change Seen", compute="_compute_finance_remote", groups=READERS)

    finance_attempt_ids = fields.Many2many(
        "finance.attempt", string="What Was Done", compute="_compute_finance_attempt_ids", groups=READERS
    )

    def _compute_finance_attempt_ids(self):
        domain = self._get_finance_shown_domain()
        rows = self.env["finance.outbox"].sudo().search(domain).grouped("res_id") if self.ids else {}
        for record in self:
            record.finance_attempt_ids = rows[record.id].attempt_ids if record.id in rows else False

    def _get_finance_shown_domain(self):
        return [("res_model", "=", self._name), ("res_id", "in", self.ids)]

    def _finance_bindings(self):
        """{record id: its newest binding} (superuser)"""
        domain = self._get_finance_shown_domain()
        return {binding.res_id: binding for binding in self.env["finance.binding"].sudo().search(domain, order="id")}

    def _compute_finance_remote(self):
        bindings = self._finance_bindings()
        for record in self:
            binding = bindings.get(record.id, self.env["finance.binding"])
            record.finance_remote_number = binding.number
            record.finance_remote_stage = binding.remote_stage
            record.finance_remote_seen_at = binding.seen_at


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["finance.shown.mixin", "account.move"]

    finance_fapiao_number = fields.Char(
        "Fapiao of the Finance System",
        compute="_compute_finance_fapiao_number",
        inverse="_inverse_finance_fapiao_number",
        search="_search_finance_fapiao_number",
        groups="base.group_user",
        help="Read from the finance system, or entered here by finance where the connection says so; several by comma",
    )
    finance_fapiao_is_here = fields.Boolean(compute="_compute_finance_fapiao_number", groups=READERS)

    def _compute_finance_fapiao_number(self):
        bindings = self._finance_bindings()
        for move in self:
            binding = bindings.get(move.id, self.env["finance.binding"])
            move.finance_fapiao_number = binding.fapiao_number
            move.finance_fapiao_is_here = binding.connection_id.fapiao_source == "here"

    def _inverse_finance_fapiao_number(self):
        """Finance enters the number where it is kept here; what the other side keeps stays as it is.

        :raises AccessError: for everyone but finance
        :raises UserError: the number is kept over there, or the invoice has not gone out
        """
        user = self.env.user
        if not user.has_groups("crm_merchant.group_finance_manager,crm_merchant.group_finance_clerk"):
            raise AccessError(self.env._("Only finance enters fapiao numbers."))
        typed = {move: move.finance_fapiao_number for move in self}
        bindings = self._finance_bindings()
        for move, number in typed.items():
            binding = bindings.get(move.id, self.env["finance.binding"])
            if binding.connection_id.fapiao_source != "here":
                raise UserError(
                    self.env._(
                        "%(invoice)s has no fapiao number to enter: it has not gone out yet, or the finance system keeps "
                        "these numbers. A system administrator chooses on the connection who keeps them.",
                        invoice=move.display_name,
                    )
                )
            numbers = tuple(part for part in re.split(r"[\s,，;；、]+", number or "") if part)
            if wrong := [part for part in numbers if not FAPIAO.fullmatch(part)]:
                raise UserError(
                    self.env._(
                        "%(number)s is no fapiao number: it has 8 or 20 digits. Several are separated by commas.",
                        number=wrong[0],
                    )
                )
            if numbers != tuple(filter(None, (binding.fapiao_number or "").split(", "))):
                binding._note_fapiao(binding.connection_id, {binding.number: numbers})
                move._message_log(
                    body=self.env._("Fapiao number: %(number)s", number=", ".join(numbers) or self.env._("none"))
                )

    @api.model
    def _search_finance_fapiao_number(self, operator, value):
        if operator not in ("in", "=", "ilike", "like", "=ilike", "=like") or (operator == "in" and False in value):
            return NotImplemented
        domain = [
            ("res_model", "=", self._name),
            ("kind", "in", KINDS["receivable"]),
            ("fapiao_number", operator, value),
        ]
        bindings = self.env["finance.binding"].sudo()._search(domain)
        return [("id", "in", bindings.subselect("res_id"))]


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["finance.shown.mixin", "sale.order"]


class AccountPayment(models.Model):
    _name = "account.payment"
    _inherit = ["finance.shown.mixin", "account.payment"]


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["finance.shown.mixin", "res.partner"]

    def _get_finance_shown_domain(self):
        # several companies may have the same customer, each in its own books
        return [*super()._get_finance_shown_domain(), ("company_id", "in", self.env.companies.ids)]
