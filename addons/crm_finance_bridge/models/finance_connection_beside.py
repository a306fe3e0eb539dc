from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FinanceConnection(models.Model):
    """Two books of one company beside each other: old ones that end and new ones that begin, or both at once because
    somebody says so. No document goes into two books by itself, and no receipt is read from two."""

    _inherit = "finance.connection"

    end_date = fields.Date(
        "Books End On",
        copy=False,
        tracking=True,
        help="Last day of books that are replaced by others: documents of a later accounting date are not sent here, and "
        "receipts of a later day ask a person. Empty: the books go on.",
    )
    is_parallel = fields.Boolean(
        "Into Both Books",
        copy=False,
        tracking=True,
        help="The company's documents go into these books although another connection of the company takes them too",
    )

    def _takes_day(self, day):
        """Whether documents of this accounting date belong into these books."""
        return (not self.start_date or day >= self.start_date) and (not self.end_date or day <= self.end_date)

    @api.constrains("end_date", "is_parallel", "receipt_source", "organisation", "pay_organisation", "base_url")
    def _check_beside_changed(self):
        for connection in self.filtered(lambda connection: connection.state == "on"):
            connection._check_beside()

    def _check_beside(self, start=None):
        """Before it is switched on, and when what separates it from others changes.

        :param start: first day of these books, where they have none yet
        :raises ValidationError: another connection that is on takes the same documents or the same receipts
        """
        self.ensure_one()
        first = self.start_date or start
        for other in self.sudo().search([("state", "=", "on"), ("id", "!=", self.id)]):
            if other._names_books() == self._names_books():
                raise ValidationError(
                    self.env._(
                        "%(other)s is on and speaks to the same books. Switch it off first: each document would be there "
                        "twice, and each receipt here.",
                        other=other.name,
                    )
                )
            apart = _ends_before(other.end_date, first) or _ends_before(self.end_date, other.start_date)
            if other.company_id != self.company_id or apart:
                continue
            if not (self.is_parallel or other.is_parallel):
                raise ValidationError(
                    self.env._(
                        "%(other)s of the same company is on too, and each document would go into both books. Enter the day "
                        "on which the old books end, or choose Into Both Books if that is wanted.",
                        other=other.name,
                    )
                )
            if self.receipt_source == other.receipt_source == "there":
                raise ValidationError(
                    self.env._(
                        "%(other)s of the same company is on too, and a receipt that stands in both books would be "
                        "registered twice. Set Receipts Are Kept to Here on one of them.",
                        other=other.name,
                    )
                )

    def _names_books(self):
        """Hook: what is the same only if the books over there are the same."""
        address = (self.base_url or "").strip().rstrip("/").lower()
        return self.product, address, self.account_set, self.pay_organisation or self.organisation


def _ends_before(end, start):
    return bool(end and start and end < start)
