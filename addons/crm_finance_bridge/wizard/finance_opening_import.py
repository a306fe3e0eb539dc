from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from odoo import fields, models
from odoo.exceptions import UserError

from .finance_code_import import read_rows


class FinanceOpeningImport(models.TransientModel):
    """Open items of the far side from a file, where it cannot be asked."""

    _name = "finance.opening.import"
    _description = "Import Opening Items"

    connection_id = fields.Many2one("finance.connection", required=True, ondelete="cascade")
    file = fields.Binary("XLSX File", required=True, attachment=False)
    file_name = fields.Char()

    def action_import(self):
        """Takes over customer, document, date, open amount and currency; amounts paid ahead are negative."""
        self.ensure_one()
        connection = self.connection_id
        connection._check_operator(clerk=True)
        connection.sudo()._opening_not_agreed()
        currencies = {currency.name: currency.id for currency in self.env["res.currency"].search([])}
        own = connection.company_id.currency_id
        theirs = []
        for line, row in enumerate(read_rows(self.file, 5, self.env), 2):
            customer, number, day, amount, currency = row
            try:
                theirs.append(
                    {
                        "customer_number": customer,
                        "number": number,
                        "date": _day(day),
                        "amount": float(Decimal(amount.replace(",", ""))),
                        "currency_id": currencies[currency or own.name],
                    }
                )
            except (InvalidOperation, ValueError, KeyError):
                raise UserError(
                    self.env._("Row %(line)s cannot be read: %(text)s", line=line, text=" | ".join(row)[:200])
                ) from None
        day = connection.opening_day or fields.Date.context_today(self)
        connection.sudo()._opening_fill(day, theirs)
        return connection.action_opening()


def _day(text):
    return datetime.fromisoformat(text).date() if len(text) > 10 else date.fromisoformat(text)
