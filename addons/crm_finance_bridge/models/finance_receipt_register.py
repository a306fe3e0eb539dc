"""What a receipt that was read becomes here: a payment, matched where that is certain, many at a time."""

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.crm_project_delivery.lib.references import document_numbers

from .finance_receipt import AUDITED


class FinanceReceipt(models.Model):
    _inherit = "finance.receipt"

    # -- receipts of one connection ---------------------------------------------------------

    def _refresh_links(self):
        """Customers and currencies may have been bound since they were read."""
        for connection, rows in self.grouped("connection_id").items():
            partners = rows._partners_by_number(connection, set(rows.mapped("customer_number")))
            currencies = rows._currencies_by_number(connection)
            for row in rows:
                vals = {
                    "partner_id": partners.get(row.customer_number, False),
                    "currency_id": currencies.get(row.currency_number, False),
                }
                row._through_door(*vals).write(vals)

    @api.model
    def _take_up_currency(self, connection, number):
        """The currency of these receipts is known by now: the next poll registers them, which is soon."""
        domain = [("connection_id", "=", connection.id), ("currency_number", "=", number), ("state", "=", "review"),
                  ("currency_id", "=", False), ("payment_id", "=", False)]  # fmt: skip
        if rows := self.search(domain):
            rows._refresh_links()
            rows._set("new", False)
            rows.activity_ids.unlink()
            self.env.ref("crm_finance_bridge.cron_poll").sudo()._trigger()

    def _register_money(self, by_hand=False):
        """Money over there becomes payments here, and pays plan rows where that is certain.

        :param by_hand: a person has looked at it and says that it is no part of the opening balance
        """
        connection = self.connection_id
        words = connection._in_words()
        waiting = self.filtered(lambda row: row.is_cancelled or row.status != AUDITED)
        waiting._set("waiting", words.env._("It is not audited over there; it counts once it is."))
        rows = self - waiting
        if not by_hand:
            rows -= rows._settle_outside()
        for row in rows.filtered(lambda row: row.amount <= 0):
            row._needs_person(words.env._("A receipt of nothing or less: finance registers it by hand."))
            rows -= row
        for row in rows.filtered(lambda row: not row.currency_id):
            row._needs_person(words._mapping_sentence("currency", row.currency_number))
            rows -= row
        if not connection.receipt_journal_id:
            rows._set("new", words.env._("The connection has no journal of receipts. A system administrator sets it."))
            return
        if not rows:
            return
        without = rows.filtered(lambda row: not row.payment_id)
        # the receipt tells where a payment comes from
        payments = self.env["account.payment"].sudo().with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        payments = payments.create([row._prepare_payment_vals() for row in without]).with_env(self.env).sudo()
        for row, payment in zip(without, payments, strict=True):
            vals = {"payment_id": payment.id}
            row.with_context(mail_notrack=True)._through_door(*vals).write(vals)
        for row in (rows - without).filtered("partner_id"):
            # its payer was bound after it had been read
            if row.payment_id.state == "draft" and not row.payment_id.partner_id:
                row.payment_id.partner_id = row.partner_id
        rows._match()

    def _settle_outside(self):
        """Receipts of before the start: what stands in the opening balance is money that is here already, of what does
        not nobody but a person knows; nor of what is dated after the end. Returns all of them."""
        start, end = self.connection_id.start_date, self.connection_id.end_date
        late = self.filtered(lambda row: end and row.date and row.date > end and not row.payment_id)
        for row in late:
            row._needs_person(
                row.connection_id._in_words().env._(
                    "It is dated after the end of these books. If it stands in the new books too, finance presses Compared "
                    "and Set Right; otherwise Register."
                )
            )
        old = self.filtered(lambda row: start and row.date and row.date < start and not row.payment_id)
        if not old:
            return late
        items = self.env["finance.opening"].sudo()
        domain = [("connection_id", "=", old.connection_id.id), ("number", "in", old.mapped("number"))]
        opened = set(items.search_fetch(domain, ["number"]).mapped("number"))
        known = old.filtered(lambda row: row.number in opened)
        words = self.connection_id._in_words().env
        known._set("closed", words._("It is dated before the start and stands in the opening balance."))
        for row in old - known:
            row._needs_person(
                words._(
                    "It is dated before the start and does not stand in the opening balance. If this money is not "
                    "registered here yet, finance presses Register; otherwise Compared and Set Right."
                )
            )
        return old + late

    def _prepare_payment_vals(self):
        """Hook: the payment, a draft until it is claimed."""
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": self.partner_id.id,
            "amount": self.amount,
            "currency_id": self.currency_id.id,
            "date": self.date,
            "journal_id": self.connection_id.receipt_journal_id.id,
            "company_id": self.company_id.id,
            "memo": " ".join(filter(None, [self.number, self.receive_item, self.remark])),
        }

    def _match(self):
        """Finds the plan rows and lets their owner claim the payments; other drafts wait for a person."""
        unclear = self
        # one after the other: what the one before has paid is no longer open
        for row in self._may_pay():
            if line := row._find_plan_line():
                row._claim(line)
                row._set("matched", False)
                row._tell(line)
                unclear -= row
        if unclear:
            unclear._claim_open()
            words = unclear.connection_id._in_words().env
            known = unclear.filtered("partner_id")
            known._set("open", words._("It is not certain what it pays; it waits among the receipts to claim."))
            (unclear - known)._set(
                "open",
                words._(
                    "Its customer over there is not known here; it waits among the receipts to claim. Finance binds or "
                    "makes the customer under Customers Over There and presses Register."
                ),
            )

    def _get_references(self):
        """Hook: texts of the receipt that may name an order, contract or invoice."""
        return [text for text in (self.third_number, self.receive_item, self.remark) if text]

    def _may_pay(self):
        """Those that may pay a plan row at all: their payer has an open one, or a number in their texts is one of ours.
        Only these are asked one by one."""
        lines = self.env["crm.payment.plan.line"].sudo()
        company = self.company_id
        numbers = {row: document_numbers(row._get_references()) for row in self}
        known = set().union(*numbers.values())
        named = bool(known) and lines._rows_by_number(company, sorted(known)) is not None
        payers = self.partner_id.commercial_partner_id
        domain = lines._get_receipt_candidates_domain(company) & Domain("partner_id", "in", payers.ids)
        owing = {partner for (partner,) in lines._read_group(domain, ["partner_id"])} if payers else set()
        return self.filtered(
            lambda row: (named and numbers[row]) or row.partner_id.commercial_partner_id in owing,
        )

    def _find_plan_line(self):
        """The plan row it pays, where that is certain; an amount in another currency pays nothing by itself."""
        line = self.env["crm.payment.plan.line"]._find_for_receipt(
            self.partner_id, self.amount, self._get_references(), company=self.company_id
        )
        return line.filtered(lambda found: found.currency_id == self.currency_id)

    def _claim(self, line):
        self.payment_id._claim_apply(line)

    def _claim_open(self):
        self.payment_id._claim_open()

    def _tell(self, line):
        """The sales person hears of the money."""
        user = self._get_told_user(line)
        if not user:
            return
        env = self.with_context(lang=user.lang).env
        self.env["mail.thread"].sudo().message_notify(
            partner_ids=user.partner_id.ids,
            subject=env._("Money has come in from %(customer)s", customer=self.partner_id.name or self.customer_number),
            body=env._(
                "%(amount)s has been received and matched with %(row)s.",
                amount=self.currency_id.with_env(env).format(self.amount),
                row=line.display_name,
            ),
        )

    def _get_told_user(self, line):
        """Hook: who hears of the money."""
        partner = self.partner_id or self.payment_id.partner_id
        return line.sudo().contract_id.user_id or partner.commercial_partner_id.user_id

    # -- states -----------------------------------------------------------------------------

    def _set(self, state, message):
        vals = {"state": state, "message": message}
        changed = self.filtered(lambda row: (row.state, row.message or False) != (state, message))
        if changed:
            changed._through_door(*vals).write(vals)

    def _needs_person(self, message):
        self._set("review", message)
        self._ask_person()

    def _ask_person(self):
        """One to-do for whoever answers for the connection, however often the receipt comes up."""
        self.connection_id._ask_person(
            self,
            self.connection_id.responsible_id,
            lambda env: env._("Receipt %(number)s needs you", number=self.number),
            self.message,
        )
