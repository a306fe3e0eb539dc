from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ..lib.open_items import ORDER, find_columns, find_headings, problem_of, read_items
from .finance_code_import import read_rows

# columns of a sheet that are looked at, and rows that are named when they cannot be read
WIDEST = 40
NAMED = 10


class FinanceOpeningImport(models.TransientModel):
    """Open items of the far side from a file, where it cannot be asked. What was read is shown before it is taken."""

    _name = "finance.opening.import"
    _description = "Import Opening Items"

    connection_id = fields.Many2one("finance.connection", required=True, ondelete="cascade")
    file = fields.Binary("XLSX File", required=True, attachment=False)
    file_name = fields.Char()
    preview = fields.Text("What the File Says", compute="_compute_preview", compute_sudo=False)

    @api.depends("file", "connection_id")
    def _compute_preview(self):
        for wizard in self:
            try:
                wizard.preview = wizard.file and wizard._preview_text(wizard._read())
            except UserError as error:
                wizard.preview = str(error)

    def action_import(self):
        """Takes over customer, document, date, open amount and currency; amounts paid ahead are negative."""
        self.ensure_one()
        connection = self.connection_id
        connection._check_operator(clerk=True)
        connection.sudo()._opening_not_agreed()
        connection.sudo()._opening_fill(self._day(), self._read(), is_read=True)
        return connection.action_opening()

    def _day(self):
        return self.connection_id.opening_day or self.connection_id.company_id._merchant_today()

    def _read(self):
        """What ``_opening_fill`` takes. Raises UserError, naming the rows that cannot be read."""
        # a form that saves reads sizes in the place of files
        rows = read_rows(self.with_context(bin_size=False).file, WIDEST, self.env, first=1)
        items, unread = read_items(rows)
        if not find_headings(rows) and (unread or not items):
            raise UserError(
                self.env._(
                    "None of the first rows holds all headings that are needed: customer number, document number, date "
                    "and open amount. Name the columns in the sheet like this and choose the file again."
                )
            )
        currencies = {currency.name: currency.id for currency in self.env["res.currency"].search([])}
        own = self.connection_id.company_id.currency_id.name
        unread += [item.row for item in items if (item.currency or own) not in currencies]
        if unread:
            raise UserError(
                self.env._(
                    "%(count)s rows cannot be read: %(texts)s",
                    count=len(unread),
                    texts="\n".join(self._row_text(number, rows) for number in sorted(unread)[:NAMED]),
                )
            )
        if not items:
            raise UserError(self.env._("The file holds no open item."))
        return [
            {
                "customer_number": item.customer,
                "number": item.number,
                "date": item.day,
                "amount": float(item.amount),
                "currency_id": currencies[item.currency or own],
            }
            for item in items
        ]

    def _row_text(self, number, rows):
        row = rows[number - 1]
        cells = " | ".join(text.removesuffix(" 00:00:00") for text in row[: len(ORDER) * 2] if text)[:120]
        why = {
            "customer": self.env._("it has no customer number"),
            "date": self.env._("its date cannot be read"),
            "amount": self.env._("its amount cannot be read"),
            None: self.env._("its currency is not known here"),
        }[problem_of(find_columns(rows)[0], row)]
        return self.env._("row %(number)s, %(why)s: %(text)s", number=number, why=why, text=cells)

    def _preview_text(self, theirs):
        """How much it is, which customers nobody knows here, and what is open here on the same day."""
        connection = self.connection_id.sudo()
        numbers = {item["customer_number"] for item in theirs}
        known = self.env["finance.receipt"]._partners_by_number(connection, numbers)
        lines = [
            self.env._("%(count)s open items of %(customers)s customers", count=len(theirs), customers=len(numbers))
        ]
        there, here = defaultdict(Decimal), defaultdict(Decimal)
        for item in theirs:
            there[item["currency_id"]] += Decimal(str(item["amount"]))
        for item in connection._opening_ours(self._day()):
            here[item["currency_id"]] += Decimal(str(item["amount"]))
        for currency in self.env["res.currency"].browse(sorted(there.keys() | here.keys())):
            amounts = {"there": there[currency.id], "here": here[currency.id]}
            amounts["difference"] = amounts["there"] - amounts["here"]
            lines.append(
                self.env._(
                    "%(currency)s: %(there)s in the file, %(here)s here, difference %(difference)s",
                    currency=currency.name,
                    **{name: formatLang(self.env, float(amount), digits=2) for name, amount in amounts.items()},
                )
            )
        strangers = sorted(numbers - known.keys())
        if strangers:
            lines.append(
                self.env._(
                    "Customers that no mapping names: %(count)s (%(numbers)s)",
                    count=len(strangers),
                    numbers=", ".join(strangers[:NAMED]),
                )
            )
        return "\n".join(lines)
