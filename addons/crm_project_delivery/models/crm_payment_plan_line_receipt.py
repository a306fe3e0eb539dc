from odoo import api, models
from odoo.fields import Domain

from ..lib import plan
from ..lib.references import document_numbers
from .crm_payment_plan_line import OPEN_STATES


class CrmPaymentPlanLine(models.Model):
    """Finding the rows that a receipt pays."""

    _inherit = "crm.payment.plan.line"

    @api.model
    def _get_receipt_candidates_domain(self, company, partner=None):
        """Domain of the rows that a receipt may belong to.

        :param company: ``res.company`` that received the money
        :param partner: ``res.partner`` who paid, empty while the payer is unknown
        """
        domain = Domain("company_id", "=", company.id) & Domain("state", "in", OPEN_STATES)
        if partner:
            domain &= Domain("partner_id", "=", partner.commercial_partner_id.id)
        return domain

    @api.model
    def _find_for_receipt(self, partner, amount, references, company=None):
        """The row that a receipt pays, or nothing where that is not certain; a person then claims the receipt.

        First by what the payer wrote: an invoice's number, else a contract's or an order's. Two numbers that point to
        different contracts decide nothing, nor does a number of a contract of somebody else, nor more money than the row
        still waits for. Without any number: the only open row of the payer whose open amount is exactly ``amount``.

        :param partner: ``res.partner`` of the payer, empty if unknown
        :param amount: amount received, in the currency of the rows
        :param references: texts of the transfer: memo, purpose, reference numbers
        :param company: ``res.company`` that received it, the current one by default
        :return: one row (superuser) or an empty set
        """
        lines = self.sudo()
        company = company or self.env.company
        candidates = lines._get_receipt_candidates_domain(company, partner)
        numbers = document_numbers(references)
        if numbers:
            named = lines._rows_by_number(company, numbers)
            if named is not None:
                return named.filtered_domain(candidates)._first_for_amount(amount)
        if not partner:
            return lines.browse()
        exact = lines.search(candidates).filtered(
            lambda line: not line.currency_id.compare_amounts(line._open_amount(), amount)
        )
        return exact if len(exact) == 1 else lines.browse()

    def _rows_by_number(self, company, numbers):
        """Rows that the numbers name: None where they name nothing of ours, empty where they disagree."""
        own = Domain("company_id", "=", company.id)
        by_invoice = self.search(own & Domain("move_ids.name", "in", numbers))
        if by_invoice:
            return by_invoice if len(by_invoice) == 1 else self.browse()
        contracts = self.env["crm.contract"].sudo().search(
            own & Domain("state", "!=", "cancelled") & (
                Domain("name", "in", numbers) | Domain("order_id.name", "in", numbers)
            )
        )  # fmt: skip
        if not contracts:
            return None
        return contracts.plan_line_ids if len(contracts) == 1 else self.browse()

    def _first_for_amount(self, amount):
        """Of the rows of one contract the one that ``amount`` pays: exactly, else a part of the oldest that is open. What
        is more than that may be for several rows, paid ahead or a slip: a person tells."""
        by_age = self.sorted(lambda line: (line.due_date, line.sequence, line.id))
        exact = by_age.filtered(lambda line: not line.currency_id.compare_amounts(line._open_amount(), amount))
        part = by_age[:1].filtered(lambda line: line.currency_id.compare_amounts(line._open_amount(), amount) > 0)
        return exact[:1] or part

    def _open_amount(self):
        """What is still to be received for one row, in its currency."""
        self.ensure_one()
        return self.currency_id.round(self.amount - self.paid_amount)

    def _allocate_receipt(self, amount):
        """Spreads ``amount`` over these rows, the oldest first.

        :return: (list of (row, amount), the oldest first and without zeros; what no row needed)
        """
        lines = self.sorted(lambda line: (not line.due_date, line.due_date or line.opened_on, line.sequence, line.id))
        rows = [plan.Open(line.due_date or None, str(line._open_amount())) for line in lines]
        parts, rest = plan.allocate(str(amount), rows)
        return [(line, float(part)) for line, part in zip(lines, parts, strict=True) if part], float(rest)
