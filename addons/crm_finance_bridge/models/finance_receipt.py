from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.crm_merchant.models.kernel.inserting import insert_rows

AUDITED = "C"
# what a person must see when it changes after the money was registered here
WATCHED = ("amount", "customer_number", "currency_id", "status", "is_cancelled", "gone_at")


class FinanceReceipt(models.Model):
    """What the ERP said about one line of a receipt; the money itself is the bound ``account.payment``.

    Written only by the poller (``finance_receipt_poller``). A receipt that changed or was cancelled over there after
    it was registered here is never undone by machine: it asks for a person.
    """

    _name = "finance.receipt"
    _inherit = ["crm.guarded.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Finance Receipt"
    _order = "date desc, id desc"
    _rec_name = "number"

    connection_id = fields.Many2one("finance.connection", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    remote_id = fields.Char("ID Over There", required=True, readonly=True)
    entry_id = fields.Char("Line Over There", required=True, readonly=True)
    number = fields.Char("Number Over There", readonly=True)
    date = fields.Date(readonly=True)
    customer_number = fields.Char("Customer Over There", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, index=True, ondelete="restrict")
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    currency_number = fields.Char("Currency Over There", readonly=True)
    third_number = fields.Char("Our Number", readonly=True)
    receive_item = fields.Char("For", readonly=True)
    remark = fields.Char(readonly=True)
    settle_number = fields.Char("Bank Reference", readonly=True)
    status = fields.Char("State Over There", readonly=True)
    is_cancelled = fields.Boolean("Cancelled Over There", readonly=True)
    modified_at = fields.Datetime("Changed Over There", readonly=True)
    gone_at = fields.Datetime("Found Gone", readonly=True, help="It stood over there and does not any more")
    payment_id = fields.Many2one("account.payment", readonly=True, copy=False, ondelete="restrict")
    state = fields.Selection(
        [
            ("new", "Read"),
            ("waiting", "Not Audited There"),
            ("open", "To Claim"),
            ("matched", "Matched"),
            ("review", "Needs a Person"),
            ("closed", "Looked At"),
        ],
        required=True,
        default="new",
        readonly=True,
    )
    message = fields.Text("What Is Wrong", readonly=True)

    _entry_uniq = models.UniqueIndex("(connection_id, remote_id, entry_id)")
    _unsettled_idx = models.Index("(connection_id) WHERE state IN ('new', 'review')")
    _payment_uniq = models.UniqueIndex("(payment_id) WHERE payment_id IS NOT NULL")

    _OWN = (
        "connection_id", "company_id", "remote_id", "entry_id", "number", "date", "customer_number", "partner_id",
        "amount", "currency_id", "currency_number", "third_number", "receive_item", "remark", "settle_number",
        "status", "is_cancelled", "modified_at", "gone_at", "payment_id", "state", "message",
    )  # fmt: skip

    def _guarded_fields(self):
        return super()._guarded_fields() | set(self._OWN)

    # -- storing what was read --------------------------------------------------------------

    @api.model
    def _store(self, connection, receipts):
        """The door: mirrors what was read, each version once; returns the rows that are new or changed."""
        touched = self.sudo().browse()
        if not receipts:
            return touched
        known = self.sudo().search_fetch(
            [("connection_id", "=", connection.id), ("remote_id", "in", list({r.remote_id for r in receipts}))]
        )
        by_key = {(row.remote_id, row.entry_id): row for row in known}
        partners = self._partners_by_number(connection, {r.customer_number for r in receipts})
        currencies = self._currencies_by_number(connection)
        own = self._own_payments(connection, {r.number for r in receipts})
        fresh = {}
        for receipt in receipts:
            key = (receipt.remote_id, receipt.entry_id)
            vals = self._prepare_mirror_vals(connection, receipt, partners, currencies)
            row = by_key.get(key)
            if row:
                touched += row if row._mirror(vals) else row.browse()
            elif not self._is_older(vals, fresh.get(key, {})):
                fresh[key] = vals
        for vals in fresh.values():
            if vals["number"] in own:
                # we entered this money ourselves: it is there already, and registered here
                vals |= {"payment_id": own.pop(vals["number"]), "state": "matched"}
        return touched + touched._insert(fresh.values())

    @api.model
    def _insert(self, mirrors):
        """New rows by one statement: a note "created" on each, which the ORM would write, says nothing."""
        now, uid = self.env.cr.now(), self.env.uid
        log = {"create_uid": uid, "create_date": now, "write_uid": uid, "write_date": now}
        rows = [{"state": "new", **log, **vals} for vals in mirrors]
        return self.browse(insert_rows(self, rows) if rows else ())

    @api.model
    def _prepare_mirror_vals(self, connection, receipt, partners, currencies):
        """Hook: columns of one line as the far side holds it now."""
        modified = receipt.modified
        return {
            "connection_id": connection.id,
            "company_id": connection.company_id.id,
            "remote_id": receipt.remote_id,
            "entry_id": receipt.entry_id,
            "number": receipt.number,
            "date": receipt.date,
            "customer_number": receipt.customer_number,
            "partner_id": partners.get(receipt.customer_number, False),
            "amount": float(receipt.amount),
            "currency_id": currencies.get(receipt.currency_number, False),
            "currency_number": receipt.currency_number,
            "third_number": receipt.third_number,
            "receive_item": receipt.receive_item,
            "remark": receipt.remark,
            "settle_number": receipt.settle_number,
            "status": receipt.status,
            "is_cancelled": receipt.cancelled,
            "gone_at": False,
            "modified_at": modified.replace(tzinfo=None, microsecond=0) if modified else False,
        }

    @staticmethod
    def _is_older(vals, known):
        """Whether ``known`` holds a newer version than ``vals``; without a time of change what came last counts."""
        before = known.get("modified_at")
        return bool(before and vals["modified_at"] and vals["modified_at"] < before)

    def _mirror(self, vals):
        """Takes over a newer version; True if anything in it differs."""
        self.ensure_one()
        if self._is_older(vals, {"modified_at": self.modified_at}):
            return False
        changed = {name: value for name, value in vals.items() if self._differs(name, value)}
        if not changed:
            return False
        said = [self._fields[name]._description_string(self.env) for name in WATCHED if name in changed]
        if self.payment_id and said:
            words = self.connection_id._in_words()
            changed["message"] = words.env._(
                "It changed over there after it was registered here (%(what)s). Finance compares both and corrects the "
                "payment by hand.",
                what=", ".join(said),
            )
            changed["state"] = "review"
        elif not self.payment_id and (self.state == "waiting" or "date" in changed):
            changed["state"] = "new"
        self._through_door(*changed).write(changed)
        return True

    def _note_gone(self):
        """These lines stand over there no more; the payment stays as it is and a person decides."""
        vals = {"gone_at": self.env.cr.now().replace(microsecond=0)}
        self._through_door(*vals).write(vals)
        for row in self:
            row._needs_person(
                row.connection_id._in_words().env._(
                    "It does not stand in the finance system any more: somebody deleted or cancelled it there after it was "
                    "registered here. Finance finds out why, corrects the payment by hand and presses Compared and Set "
                    "Right."
                )
            )

    def _differs(self, name, value):
        current = self[name]
        if name == "amount":
            currency = self.currency_id or self.company_id.currency_id
            return currency.compare_amounts(current, value) != 0
        if self._fields[name].type == "many2one":
            current = current.id
        return (current or False) != (value or False)

    @api.model
    def _own_payments(self, connection, numbers):
        """{number: payment id} of receipts that we sent, or are sending, ourselves."""
        rows = (
            self.env["finance.outbox"]
            .sudo()
            .search(
                [("connection_id", "=", connection.id), ("kind", "=", "own_receipt"), ("number", "in", list(numbers))]
            )
        )
        return {row.number: row.res_id for row in rows}

    @api.model
    def _partners_by_number(self, connection, numbers):
        bindings = (
            self.env["finance.binding"]
            .sudo()
            .search([("connection_id", "=", connection.id), ("kind", "=", "customer"), ("number", "in", list(numbers))])
        )
        return {binding.number: binding.res_id for binding in bindings if binding.res_model == "res.partner"}

    @api.model
    def _currencies_by_number(self, connection):
        codes = connection._reading_tables()["currency"]
        currencies = self.env["res.currency"].search([("name", "in", list(codes))])
        return {codes[currency.name]: currency.id for currency in currencies}

    # -- what people do ---------------------------------------------------------------------

    def _check_actor(self):
        user = self.env.user
        if not user.has_groups("crm_merchant.group_finance_manager,crm_merchant.group_finance_clerk"):
            raise AccessError(self.env._("Only a finance clerk or manager may decide about receipts."))
        self.check_access("read")
        rows = self.sudo()
        if rows.company_id - self.env.companies:
            raise AccessError(self.env._("This receipt belongs to a company you are not working in."))
        self.env.execute_query(
            SQL("SELECT id FROM finance_receipt WHERE id = ANY(%s) ORDER BY id FOR UPDATE", list(self.ids))
        )
        rows.invalidate_recordset(flush=False)
        return rows

    def action_apply(self):
        """Tries again to register and match, for example after the journal was set or the customer was bound."""
        rows = self._check_actor()
        asked = rows.filtered(lambda row: row.state == "review" and not row.payment_id)
        if any(row.state not in ("new", "waiting", "open") for row in rows - asked):
            raise UserError(self.env._("Only receipts that are not settled can be registered."))
        # whatever is still wrong with them asks anew
        asked.activity_ids.unlink()
        before = {row: (row.state, row.message) for row in rows}
        for row in rows:
            row._refresh_links()
            row._register_money(by_hand=row in asked)
        if all(before[row] == (row.state, row.message) for row in rows):
            text = self.env._("Nothing has changed: what is still wrong stands on the receipt.")
            return rows.connection_id[:1]._notice("warning", text)
        return None

    def action_close_review(self):
        """A person has compared both sides and set things right."""
        rows = self._check_actor()
        if any(row.state != "review" for row in rows):
            raise UserError(self.env._("Only receipts that need a person can be closed."))
        for row in rows:
            row._message_log(body=self.env._("Compared and set right: %(message)s", message=row.message or ""))
        vals = {"state": "closed", "message": False}
        rows._through_door(*vals).write(vals)
        rows.activity_ids.unlink()

    def action_open_payment(self):
        self.ensure_one()
        return self.payment_id._get_records_action(name=self.env._("Payment"))
