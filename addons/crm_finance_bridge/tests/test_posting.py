import logging
import time
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import warmup

from .common import BridgeCase

_logger = logging.getLogger(__name__)


@tagged("post_install", "-at_install")
class TestPosting(BridgeCase):
    def test_only_posted_customer_invoices(self):
        draft = self.invoice(post=False)
        bill = self.invoice(move_type="in_invoice")
        self.assertFalse(self.row(draft) + self.row(bill))

    def test_connection_that_is_off_gets_nothing(self):
        self.connection.with_user(self.manager).action_switch_off()
        self.assertFalse(self.row(self.invoice()))

    def test_posting_calls_nobody(self):
        self.invoice()
        self.assertFalse(self.erp.calls)

    def test_values_are_frozen(self):
        move = self.invoice(1000)
        row = self.row(move)
        self.partner.name = "改名以后有限公司"
        self.deliver()
        self.assertIn("苏州华芯机械有限公司", self.row(self.partner).wire_text)
        self.assertEqual(row.state, "done")

    def test_reset_before_sending_withdraws(self):
        move = self.invoice()
        row = self.row(move)
        move.button_draft()
        self.assertEqual((row.state, row.error_code), ("rejected", "withdrawn"))
        self.deliver()
        self.assertFalse(self.erp.with_number(row.number))
        move.invoice_line_ids[0].price_unit = 700
        move.action_post()
        self.deliver()
        self.assertExactlyOnce(move)
        self.assertEqual(float(self.erp.with_number(row.number)[0]["amount"]), move.amount_total)

    def test_frozen_while_on_the_way_and_after(self):
        move = self.invoice()
        for fault in ("killed_after", "dropped", ""):
            self.erp.faults = {"save": [fault]} if fault else {}
            self.deliver(later=1)
            if self.row(move).state == "pending":
                self.deliver()
            with self.subTest(self.row(move).state):
                self.attack_posted(move)
        self.deliver(later=200)
        self.assertExactlyOnce(move)
        self.attack_posted(move)

    def attack_posted(self, move):
        line = move.invoice_line_ids[0]
        attacks = [
            lambda: move.button_draft(),
            lambda: move.button_cancel(),
            lambda: move.write({"state": "draft"}),
            lambda: move.with_context(skip_readonly_check=True).write({"partner_id": self.rep.partner_id.id}),
            lambda: move.with_context(skip_readonly_check=True).write(
                {"invoice_line_ids": [Command.update(line.id, {"price_unit": 1})]}
            ),
            lambda: line.write({"price_unit": 1}),
            lambda: line.with_context(force_delete=True, dynamic_unlink=True).unlink(),
            lambda: move.write({"invoice_date_due": fields.Date.add(move.invoice_date_due, days=30)}),
        ]
        for number, attack in enumerate(attacks):
            with self.subTest(number), self.assertRaises(UserError), self.env.cr.savepoint():
                attack()
        self.env.invalidate_all()

    def test_harmless_changes_stay_possible(self):
        move = self.invoice()
        self.deliver()
        move.write({"narration": "<p>x</p>", "ref": "PO-7"})
        move.invoice_line_ids[0].write({"price_unit": move.invoice_line_ids[0].price_unit})
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids).create(
            {}
        ).action_create_payments()
        self.assertIn(move.payment_state, ("in_payment", "paid"))

    def test_credit_note_posted_while_nothing_was_sent_is_entered_by_hand(self):
        move = self.invoice()
        self.deliver()
        self.connection.with_user(self.manager).action_switch_off()
        refund = move._reverse_moves()
        refund.action_post()
        self.assertEqual(refund.finance_bridge_state, "manual")
        self.assertIn(self.row(move).number, refund.finance_bridge_message)

    def test_search_by_bridge_state(self):
        self.erp.faults = {"save": ["refused"]}
        move = self.invoice()
        self.deliver()
        self.row(self.partner).with_user(self.clerk).action_retry()
        self.erp.faults = {"save": ["", "refused"]}
        self.deliver()
        found = self.env["account.move"].search([("finance_bridge_state", "in", ["rejected"])])
        self.assertEqual(found, move)
        self.assertEqual(self.row(move).state, "rejected")
        move.button_draft()
        self.assertFalse(self.env["account.move"].search([("finance_bridge_state", "in", ["rejected"])]))

    def test_rest_of_rounding_goes_to_the_largest_line(self):
        tax = self.env["account.tax"].create({"name": "test 13", "amount": 13, "type_tax_use": "sale"})
        move = self.invoice(post=False)
        move.invoice_line_ids = [Command.clear()] + [
            Command.create({"product_id": self.product.id, "price_unit": 0.05, "tax_ids": [Command.set(tax.ids)]})
            for _number in range(10)
        ]
        move.action_post()
        values = move._prepare_finance_receivable_vals()
        cents = [round(float(line["amount_total"]) * 100) for line in values["lines"]]
        self.assertEqual(sum(cents), round(move.amount_total * 100))
        for line in values["lines"]:
            untaxed, tax_amount = round(float(line["amount_untaxed"]) * 100), round(float(line["amount_tax"]) * 100)
            self.assertEqual(untaxed + tax_amount, round(float(line["amount_total"]) * 100))


@tagged("post_install", "-at_install", "crm_performance")
class TestPostingCost(BridgeCase):
    @warmup
    def test_queries_of_the_hook(self):
        """At most 8 queries more a posting, whether it posts one invoice or fifty."""
        self.connection.flush_recordset()
        for count in (1, 50):
            moves = self.posted_before(count)
            # as when posting has just read them
            moves._prepare_finance_receivable_vals() if count == 1 else None
            self.env.flush_all()
            with self.subTest(count), self.assertQueryCount(8):
                start = time.monotonic()
                moves._finance_enqueue()
                self.env.flush_all()
                spent = (time.monotonic() - start) * 1000 / count
            _logger.info("intent of %s invoices: %.1f ms each", count, spent)

    def posted_before(self, count):
        """Posted invoices of which the outbox knows nothing yet."""
        self.connection._switch("off")
        moves = self.invoice(count=count)
        self.connection._switch("on")
        return moves

    def test_many_rows_are_the_same_as_by_the_orm(self):
        """Fifty rows go into the table by one statement: every column as the ORM would have written it."""
        outbox, moves = self.env["finance.outbox"], self.posted_before(12)
        self.env.flush_all()
        stored, quick = [], []
        method = type(outbox)._creates_nothing_else

        def counted(rows):
            quick.append(method(rows))
            return quick[-1]

        for way in (counted, lambda _rows: False):
            with patch.object(type(outbox), "_creates_nothing_else", way), self.env.cr.savepoint() as savepoint:
                moves._finance_enqueue()
                rows = moves._finance_rows().sorted("res_id")
                self.assertEqual(rows.mapped("requires_id.kind"), ["customer"])
                names = [name for name, field in outbox._fields.items() if field.store and field.column_type]
                self.env.flush_all()
                self.env.cr.execute("SELECT * FROM finance_outbox WHERE id = ANY(%s) ORDER BY res_id", [rows.ids])
                columns = [column.name for column in self.env.cr.description]
                found = [dict(zip(columns, row, strict=True)) for row in self.env.cr.fetchall()]
                stored.append(
                    [{name: row[name] for name in names if name not in ("id", "requires_id")} for row in found]
                )
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertEqual(len(stored[0]), 12)
        self.assertEqual(*stored)
        self.assertEqual(quick, [True])

    def test_another_create_of_the_outbox_is_heard(self):
        model_class = type(self.env["finance.outbox"])
        original, created = model_class.create, []

        def create(rows, vals_list):
            created.extend(vals_list)
            return original(rows, vals_list)

        moves = self.posted_before(12)
        with patch.object(model_class, "create", create):
            moves._finance_enqueue()
        self.assertEqual(sum(vals["kind"] == "receivable" for vals in created), 12)
