"""Two connections beside each other: no document in two books unless somebody says so, no receipt read from two."""

from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..models.finance_connection import FinanceConnection
from ..models.finance_reconciliation import FinanceReconciliation
from .common import BridgeCase
from .fake_erp import FakeAdapter, FakeErp, remote_receipt


@tagged("post_install", "-at_install")
class TestTwoBooks(BridgeCase):
    def setUp(self):
        super().setUp()
        self.today = fields.Date.today()
        self.new = self.connection.copy({"name": "New books", "product": "yonyou_u8"})
        self.new_erp = FakeErp()
        self.startPatcher(patch.object(FakeAdapter, "read_documents", lambda *_args, **_kw: ([], None)))
        self.startPatcher(patch.object(FinanceReconciliation, "_run_commit", lambda _self: 9.0))
        self.startPatcher(
            patch.object(
                FinanceConnection, "_adapter", lambda c: FakeAdapter(self.new_erp if c.id == self.new.id else self.erp)
            )
        )

    def switch_on(self, connection, day=None):
        vals = {"connection_id": connection.id, "is_from_now": not day, "start_date": day}
        # the opening balance is another matter: see test_opening
        with patch.object(type(connection), "_opening_check", lambda *_args: None):
            self.env["finance.switch.on"].with_user(self.manager).create(vals).action_confirm()

    def payments(self):
        return self.env["account.payment"].search([("partner_type", "=", "customer")])

    def replaced(self):
        """The old books end yesterday, the new ones begin today."""
        self.connection.end_date = self.today - timedelta(days=1)
        self.switch_on(self.new)

    # -- switching on -----------------------------------------------------------------------

    def test_a_second_one_of_the_company_needs_a_word(self):
        with self.assertRaisesRegex(ValidationError, self.connection.name):
            self.switch_on(self.new)
        self.assertEqual(self.new.state, "off")
        self.connection.end_date = self.today
        with self.assertRaises(ValidationError):
            self.switch_on(self.new)
        self.connection.end_date = self.today - timedelta(days=1)
        self.switch_on(self.new)
        self.assertEqual(self.new.state, "on")

    def test_what_keeps_them_apart_stays(self):
        self.replaced()
        for vals in ({"end_date": False}, {"end_date": self.today}):
            with self.subTest(vals), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.connection.write(vals)

    def test_both_at_once_read_receipts_from_one(self):
        self.new.is_parallel = True
        with self.assertRaisesRegex(ValidationError, "registered twice|登记两次"):
            self.switch_on(self.new)
        self.new.receipt_source = "here"
        self.switch_on(self.new)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.new.receipt_source = "there"
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.new.is_parallel = False

    def test_two_companies_into_the_same_books(self):
        company = self.env["res.company"].create({"name": "另一家"})
        other = self.connection.copy({"company_id": company.id, "receipt_journal_id": False})
        self.manager.company_ids = [Command.link(company.id)]
        with self.assertRaises(ValidationError):
            self.switch_on(other)
        other.organisation = "200"
        self.switch_on(other)
        self.assertEqual(other.state, "on")

    # -- documents --------------------------------------------------------------------------

    def test_each_document_goes_into_the_books_of_its_day(self):
        self.connection.sends_receipts = self.new.sends_receipts = True
        self.replaced()
        yesterday = self.today - timedelta(days=1)
        old, new = self.invoice(invoice_date=yesterday), self.invoice()
        note = old._reverse_moves([{"invoice_date": self.today, "date": self.today}])
        note.action_post()
        old_money, new_money = self.payment(date=yesterday), self.payment()
        given_back = self.payment(payment_type="outbound")
        found = {
            record: self.rows(record).connection_id for record in (old, new, note, old_money, new_money, given_back)
        }
        first, second = self.connection, self.new
        self.assertEqual(
            found, {old: first, old_money: first, new: second, note: second, new_money: second, given_back: second}
        )
        for _time in range(3):
            self.deliver(later=5)
        self.assertEqual([len(self.rows(record)) for record in found], [1] * 6)
        in_both = {d["number"] for d in self.erp.documents} & {d["number"] for d in self.new_erp.documents}
        # each of the books knows the customer, and nothing else is in both
        self.assertEqual(in_both, set(self.rows(self.partner).mapped("number")))

    def test_orders_go_into_the_books_of_their_day(self):
        self.connection.sends_orders = self.new.sends_orders = True
        self.replaced()
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [Command.create({"product_id": self.product.id, "price_unit": 10})],
            }
        )
        order.action_confirm()
        self.assertEqual(self.rows(order).connection_id, self.new)

    def test_both_books_where_it_is_set(self):
        self.new.write({"is_parallel": True, "receipt_source": "here"})
        self.switch_on(self.new)
        move = self.invoice()
        self.assertEqual(self.rows(move).connection_id, self.connection | self.new)

    def test_what_the_other_books_hold_is_not_missing_in_these(self):
        self.replaced()
        self.invoice(invoice_date=self.today - timedelta(days=1))
        self.invoice()
        for _time in range(2):
            self.deliver(later=5)
        self.env["finance.reconciliation"]._cron_reconcile()
        runs = self.env["finance.reconciliation"].search([])
        self.assertEqual(runs.connection_id, self.connection | self.new)
        self.assertEqual(runs.mapped("count_here"), [1, 1])

    # -- receipts ---------------------------------------------------------------------------

    def receipt(self, number, days=0, **more):
        vals = {"remote_id": number, "number": number, "customer_number": "KH-1", "amount": Decimal(300)}
        return remote_receipt(**vals | {"date": self.today - timedelta(days=days), **more})

    def test_one_of_the_old_books_after_their_end_asks_a_person(self):
        self.replaced()
        before = self.payments()
        self.erp.receipts = [self.receipt("OLD1", 1), self.receipt("OLD2")]
        self.new_erp.receipts = [self.receipt("NEW1", currency_number="人民币")]
        for _time in range(2):
            self.poll()
        rows = {row.number: row for row in self.env["finance.receipt"].search([])}
        self.assertEqual({number: row.state for number, row in rows.items()},
                         {"OLD1": "open", "OLD2": "review", "NEW1": "open"})  # fmt: skip
        self.assertEqual(len(self.payments() - before), 2)
        doubtful = rows["OLD2"]
        self.assertTrue(doubtful.activity_ids)
        doubtful.with_user(self.clerk).action_close_review()
        self.poll()
        self.assertEqual(len(self.payments() - before), 2)

    def test_who_knows_better_registers_it(self):
        self.replaced()
        self.erp.receipts = [self.receipt("OLD2")]
        self.poll()
        row = self.env["finance.receipt"].search([])
        row.with_user(self.clerk).action_apply()
        self.assertEqual((row.state, row.payment_id.amount), ("open", 300))

    def test_our_own_receipt_in_both_books_is_one_payment(self):
        self.connection.sends_receipts = True
        self.new.write({"is_parallel": True, "receipt_source": "here", "sends_receipts": True})
        self.switch_on(self.new)
        payment = self.payment()
        for _time in range(3):
            self.deliver(later=5)
        rows = self.rows(payment)
        self.assertEqual(rows.mapped("state"), ["done", "done"])
        before = self.payments()
        mirrored = [self.receipt(row.number, amount=Decimal(250)) for row in rows[:1]]
        self.erp.receipts = self.new_erp.receipts = mirrored
        for _time in range(2):
            self.poll()
        self.assertEqual(self.payments(), before)
        self.assertEqual(self.env["finance.receipt"].search([]).mapped("payment_id"), payment)

    def test_a_payment_that_is_in_two_books_is_free_only_where_both_are(self):
        self.new.write({"is_parallel": True, "receipt_source": "here"})
        self.switch_on(self.new)
        move = self.invoice()
        self.rows(move).filtered(lambda row: row.connection_id == self.new)._outbox_finish()
        with self.assertRaises(UserError):
            move.button_draft()
