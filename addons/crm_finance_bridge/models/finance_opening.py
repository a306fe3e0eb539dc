from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..clients.errors import FinanceError
from ..lib.vault import VaultError


class FinanceOpening(models.Model):
    """What one customer owes on the day of the start, item by item: theirs beside ours.

    Positive is owed, negative was paid ahead. Rows are written by ``finance.connection._opening_fill`` alone and made
    anew each time; no posted entry is touched.
    """

    _name = "finance.opening"
    _description = "Opening Item"
    _order = "connection_id, partner_id, date, id"
    _rec_name = "number"

    connection_id = fields.Many2one("finance.connection", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="connection_id.company_id", store=True)
    number = fields.Char("Number Over There", readonly=True)
    customer_number = fields.Char("Customer Over There", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, index=True, ondelete="cascade")
    move_id = fields.Many2one("account.move", "Ours", readonly=True, ondelete="cascade")
    date = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_there = fields.Monetary("Open There", readonly=True)
    amount_here = fields.Monetary("Open Here", readonly=True)
    difference = fields.Monetary(compute="_compute_difference", store=True)
    state = fields.Selection(
        [
            ("matched", "Same"),
            ("amount", "Amount Differs"),
            ("missing_here", "Only There"),
            ("missing_there", "Only Here"),
            ("no_customer", "Customer Unknown"),
        ],
        readonly=True,
        required=True,
    )

    @api.depends("amount_there", "amount_here")
    def _compute_difference(self):
        for item in self:
            item.difference = item.amount_there - item.amount_here


class FinanceConnection(models.Model):
    _inherit = "finance.connection"

    opening_day = fields.Date("Opening Balance Of", readonly=True, copy=False)
    opening_read_day = fields.Date("Opening Items Read For", readonly=True, copy=False)
    opening_ids = fields.One2many("finance.opening", "connection_id", readonly=True)
    opened_at = fields.Datetime("Opening Balance Agreed", readonly=True, copy=False, tracking=True)

    def _guarded_fields(self):
        return super()._guarded_fields() | {"opening_day", "opening_read_day", "opened_at"}

    # -- buttons ----------------------------------------------------------------------------

    def action_opening(self, day=None):
        """Compares what is open here with what was read or imported, and shows it."""
        self.ensure_one()
        self._check_operator(clerk=True)
        day = fields.Date.to_date(day) or self.opening_day or self.company_id._merchant_today()
        connection = self.sudo()
        if not connection.opened_at:
            theirs = [
                {"number": item.number, "customer_number": item.customer_number, "date": item.date,
                 "currency_id": item.currency_id.id, "amount": item.amount_there}
                for item in connection.opening_ids if item.state != "missing_there"
            ]  # fmt: skip
            connection._opening_fill(day, theirs)
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_finance_bridge.action_finance_opening")
        return {**action, "domain": [("connection_id", "=", self.id)]}

    def action_read_opening(self):
        """Reads what is open over there. Nothing is changed there."""
        self.ensure_one()
        self._check_operator(clerk=True)
        connection = self.sudo()
        connection._opening_not_agreed()
        day = connection.opening_day or connection.company_id._merchant_today()
        try:
            items = connection._adapter().read_open_items(fields.Date.subtract(day, days=1))
        except (FinanceError, VaultError) as error:
            return self._notice("danger", connection.with_env(self.env)._error_sentence(error))
        if items is None:
            text = self.env._("This product does not list its open items. Import them from a file.")
            return self._notice("warning", text)
        currencies = self.env["finance.receipt"]._currencies_by_number(connection)
        connection._opening_fill(
            day,
            [
                {"number": item.number, "customer_number": item.customer_number, "date": item.day,
                 "currency_id": currencies.get(item.currency_number, False), "amount": float(item.amount)}
                for item in items
            ],
            is_read=True,
        )  # fmt: skip
        return self._notice("success", self.env._("%(count)s open items were read.", count=len(items)))

    def action_import_opening(self):
        self.ensure_one()
        self._check_operator(clerk=True)
        return {
            "type": "ir.actions.act_window",
            "res_model": "finance.opening.import",
            "name": self.env._("Import Opening Items"),
            "view_mode": "form",
            "target": "new",
            "context": {"default_connection_id": self.id},
        }

    # -- comparing --------------------------------------------------------------------------

    def _opening_not_agreed(self):
        if self.opened_at:
            raise UserError(self.env._("The opening balance was agreed when the connection was switched on."))

    def _opening_fill(self, day, theirs, is_read=False):
        """The door: replaces the rows by a fresh comparison.

        :param day: first day whose documents are sent; compared is what was open at the end of the day before
        :param theirs: list of dict: number, customer_number, date, currency_id, amount (of the document's currency)
        :param is_read: they have just been read or imported, as of the evening before ``day``
        """
        self.ensure_one()
        vals = {"opening_day": day, **({"opening_read_day": day} if is_read else {})}
        self._through_door(*vals).write(vals)
        partners = self.env["finance.receipt"]._partners_by_number(self, {item["customer_number"] for item in theirs})
        ours = self._opening_ours(day)
        by_name = {(item["partner_id"], item["name"]): item for item in ours}
        by_amount = defaultdict(list)
        for item in ours:
            by_amount[item["partner_id"], item["currency_id"], item["amount"]].append(item)
        vals_list, used = [], set()
        for item in theirs:
            partner_id = partners.get(item["customer_number"], False)
            currency = self.env["res.currency"].browse(item["currency_id"] or self.company_id.currency_id.id)
            amount = currency.round(item["amount"])
            candidates = [by_name.get((partner_id, item["number"])), *by_amount[partner_id, currency.id, amount]]
            match = next((found for found in candidates if found and found["id"] not in used), None)
            if match:
                used.add(match["id"])
            same = match and not currency.compare_amounts(match["amount"], amount)
            state = "matched" if same else "amount" if match else "missing_here" if partner_id else "no_customer"
            vals_list.append(
                {
                    "connection_id": self.id,
                    "number": item["number"],
                    "customer_number": item["customer_number"],
                    "date": item["date"],
                    "partner_id": partner_id,
                    "move_id": match["move_id"] if match else False,
                    "currency_id": currency.id,
                    "amount_there": amount,
                    "amount_here": match["amount"] if match else 0,
                    "state": state,
                }
            )
        vals_list += [
            {
                "connection_id": self.id,
                "date": item["date"],
                "partner_id": item["partner_id"],
                "move_id": item["move_id"],
                "currency_id": item["currency_id"],
                "amount_here": item["amount"],
                "state": "missing_there",
            }
            for item in ours
            if item["id"] not in used
        ]
        self.opening_ids.unlink()
        self.env["finance.opening"].create(vals_list)

    def _opening_ours(self, day):
        """Open lines of customers' accounts at the end of the day before ``day``: list of dict."""
        self.env["account.move.line"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        query = SQL(
            """
            SELECT l.id, l.move_id, m.name, l.date, p.commercial_partner_id AS partner_id, l.currency_id,
                   l.amount_currency
                     - COALESCE((SELECT SUM(r.debit_amount_currency) FROM account_partial_reconcile r
                                 WHERE r.debit_move_id = l.id AND r.max_date < %(day)s), 0)
                     + COALESCE((SELECT SUM(r.credit_amount_currency) FROM account_partial_reconcile r
                                 WHERE r.credit_move_id = l.id AND r.max_date < %(day)s), 0) AS amount
            FROM account_move_line l
            JOIN account_move m ON m.id = l.move_id
            JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
            LEFT JOIN res_partner p ON p.id = l.partner_id
            WHERE l.parent_state = 'posted' AND l.company_id = %(company)s AND l.date < %(day)s
              AND (NOT l.reconciled OR EXISTS (SELECT 1 FROM account_partial_reconcile r
                   WHERE l.id IN (r.debit_move_id, r.credit_move_id) AND r.max_date >= %(day)s))
            ORDER BY l.id
            """,
            day=day,
            company=self.company_id.id,
        )
        names = ("id", "move_id", "name", "date", "partner_id", "currency_id", "amount")
        found = []
        for row in self.env.execute_query(query):
            item = dict(zip(names, row, strict=True))
            currency = self.env["res.currency"].browse(item["currency_id"])
            item["amount"] = currency.round(float(item["amount"]))
            if not currency.is_zero(item["amount"]):
                found.append(item)
        return found

    def _opening_check(self, day, is_nothing_open=False):
        """Before the first switch-on: what customers owe must be the same on both sides, to the cent.

        :param is_nothing_open: somebody says that theirs need not be read, because there is nothing
        :raises UserError: it is not, naming some of the customers; or theirs were never read, or for another day
        """
        self.ensure_one()
        connection = self.sudo()
        if connection.opened_at:
            return
        if not (connection.opening_read_day or is_nothing_open):
            raise UserError(
                self.env._(
                    "What customers owe over there was never read, so nobody knows whether both sides are the same. Press "
                    "Opening Items and read or import it. If nothing was open there, tick Nothing Was Open Over There."
                )
            )
        if connection.opening_read_day and connection.opening_read_day != day:
            raise UserError(
                self.env._(
                    "The open items of the other side were read for a start on %(read)s, and the start is on %(day)s: what "
                    "happened there in between is missing. Press Opening Items and read or import them again.",
                    read=format_date(self.env, connection.opening_read_day),
                    day=format_date(self.env, day),
                )
            )
        self.action_opening(day)
        groups = (
            self.env["finance.opening"]
            .sudo()
            ._read_group([("connection_id", "=", self.id)], ["partner_id", "currency_id"], ["difference:sum"])
        )
        nobody = self.env._("unknown customers")
        differing = [
            f"{partner.display_name or nobody} {currency.format(difference)}"
            for partner, currency, difference in groups
            if not partner or not currency.is_zero(difference)
        ]
        if differing:
            raise UserError(
                self.env._(
                    "What customers owe at the start differs for %(count)s of them: %(names)s. Compare both under "
                    "Opening Items; nothing is sent before both sides are the same.",
                    count=len(differing),
                    names=", ".join(differing[:5]),
                )
            )
        now = fields.Datetime.now()
        connection._through_door("opened_at").write({"opened_at": now})
        if not connection.opening_read_day:
            connection.message_post(
                body=self.env._(
                    "Open items were not read: %(user)s says that nothing was open over there before %(day)s.",
                    user=self.env.user.name,
                    day=format_date(self.env, day),
                )
            )
