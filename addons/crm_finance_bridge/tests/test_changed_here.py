"""What changes here after it was frozen: frozen anew while nothing was sent, refused or told of after that."""

import json
from decimal import Decimal

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BridgeCase


class ChangedCase(BridgeCase):
    def commit(self):
        """What runs at the end of a transaction."""
        self.env.flush_all()
        self.env.cr.precommit.run()

    def frozen(self, record):
        return json.loads(self.row(record).values_text)

    def other_currency(self):
        currencies = self.env.ref("base.USD") + self.env.ref("base.EUR")
        currencies.active = True
        return (currencies - self.company.currency_id)[0]

    def sent(self, record):
        (document,) = self.erp.with_number(self.row(record).number)
        return document["payload"]


@tagged("post_install", "-at_install")
class TestInvoiceChanged(ChangedCase):
    def test_due_date_that_changes_before_the_first_send(self):
        move = self.invoice(1000)
        due = fields.Date.add(move.invoice_date_due, days=30)
        move.invoice_date_due = due
        self.commit()
        values = self.frozen(move)
        self.assertEqual((values["due_date"], values["installments"][0]["date"]), (due.isoformat(), due.isoformat()))
        self.deliver()
        self.assertExactlyOnce(move)
        self.assertEqual(self.sent(move)["due_date"], due.isoformat())
        self.assertIn("refreeze", self.row(move).attempt_ids.mapped("step"))

    def test_other_amounts_go_by_way_of_the_draft(self):
        """Odoo leaves taxes and total of a posted invoice as they were: what is sent would not add up."""
        move = self.invoice(1000)
        line = move.invoice_line_ids[0]
        extra = Command.create({"product_id": self.product.id, "quantity": 1, "price_unit": 50})
        for number, attack in enumerate((
            lambda: line.write({"price_unit": 700}),
            lambda: line.write({"quantity": 0}),
            lambda: move.with_context(skip_readonly_check=True).write({"invoice_line_ids": [extra]}),
            lambda: line.with_context(force_delete=True, dynamic_unlink=True).unlink(),
            lambda: move.with_context(force_delete=True).unlink(),
            lambda: move.with_context(skip_readonly_check=True).write({"currency_id": self.other_currency().id}),
        )):  # fmt: skip
            with self.subTest(number), self.assertRaisesRegex(UserError, "draft"), self.env.cr.savepoint():
                attack()
        self.env.invalidate_all()
        line.write({"price_unit": 500, "name": "Gearbox, green"})
        move.button_draft()
        line.price_unit = 700
        move.action_post()
        self.commit()
        self.deliver()
        self.assertExactlyOnce(move)
        self.assertEqual(Decimal(self.sent(move)["amount_total"]), Decimal("1582"))

    def test_other_customer_is_made_over_there_first(self):
        other = self.env["res.partner"].create({"name": "无锡另一家有限公司", "is_company": True})
        move = self.invoice()
        move.with_context(skip_readonly_check=True).write({"partner_id": other.id})
        self.commit()
        self.deliver()
        self.assertExactlyOnce(move)
        self.assertEqual(self.sent(move)["customer_number"], self.row(other).number)

    def test_refused_one_that_is_corrected_goes_again(self):
        self.invoice()
        self.deliver()
        self.erp.faults = {"save": ["refused"]}
        move = self.invoice(1000)
        self.deliver()
        self.assertEqual((self.row(move).state, len(self.row(move).activity_ids)), ("rejected", 1))
        # what changes nothing that is sent starts nothing
        move.invoice_line_ids[0].write({"price_unit": 500, "name": "x"})
        move.invoice_date_due = fields.Date.add(move.invoice_date_due, days=0)
        move.ref = "PO-8"
        self.commit()
        self.assertEqual(self.row(move).state, "rejected")
        move.invoice_date_due = fields.Date.add(move.invoice_date_due, days=9)
        self.commit()
        self.assertEqual((self.row(move).state, len(self.row(move).activity_ids)), ("pending", 0))
        self.deliver()
        self.assertExactlyOnce(move)

    def test_what_odoo_writes_itself_freezes_nothing_anew(self):
        move = self.invoice()
        self.commit()
        before = self.row(move).read(["values_text", "write_date", "request_hash"])
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids).create(
            {}
        ).action_create_payments()
        self.commit()
        self.assertEqual(self.row(move).read(["values_text", "write_date", "request_hash"]), before)
        self.assertNotIn("refreeze", self.row(move).attempt_ids.mapped("step"))

    def test_posting_looks_at_nothing_twice(self):
        self.commit()
        move = self.invoice()
        noted = self.env.cr.precommit.data.get("crm_finance_bridge.changed") or {}
        self.assertNotIn(move.id, noted.get("account.move", ()))


@tagged("post_install", "-at_install")
class TestReceiptChanged(ChangedCase):
    def payment(self, **vals):
        self.connection.sends_receipts = True
        return super().payment(**vals)

    def changes(self):
        other = self.env["res.partner"].create({"name": "别家", "is_company": True})
        yesterday = fields.Date.subtract(fields.Date.today(), days=1)
        return [
            {"amount": 251},
            {"partner_id": other.id},
            {"currency_id": self.other_currency().id},
            {"date": yesterday},
        ]

    def test_what_stands_over_there_cannot_be_changed(self):
        payment = self.payment()
        self.deliver()
        for change in self.changes():
            with self.subTest(change), self.assertRaises(UserError), self.env.cr.savepoint():
                payment.write(change)
        self.env.invalidate_all()
        # the same values, and what is not judged
        payment.write({"amount": 250.0, "partner_id": self.partner.id, "memo": "x"})

    def test_what_may_stand_over_there_cannot_be_changed(self):
        payment = self.payment()
        self.erp.faults = {"save": ["", "dropped"]}
        self.deliver()
        self.assertEqual(self.row(payment).state, "uncertain")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            payment.amount = 251

    def test_before_the_first_send_it_goes_out_changed(self):
        for change in self.changes():
            payment = self.payment()
            with self.subTest(change):
                payment.write(change)
                self.commit()
                self.deliver()
                self.assertExactlyOnce(payment)
                sent = self.sent(payment)
                self.assertEqual(
                    (Decimal(sent["amount_total"]), sent["date"], sent["customer_number"]),
                    (Decimal(str(payment.amount)), payment.date.isoformat(), self.row(payment.partner_id).number),
                )

    def test_deleted_one(self):
        waiting, sent = self.payment(), self.payment()
        row = self.row(waiting)
        waiting.unlink()
        self.assertEqual(row.error_code, "withdrawn")
        self.deliver()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            sent.unlink()


@tagged("post_install", "-at_install")
class TestOrderChanged(ChangedCase):
    def order(self, is_sent=True):
        self.connection.sends_orders = True
        self.clerk.lang = "en_US"
        self.product.list_price = 100
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "user_id": self.rep.id,
                "order_line": [
                    Command.create({"product_id": self.product.id, "product_uom_qty": 3, "price_unit": 100})
                ],
            }
        )
        order.action_confirm()
        if is_sent:
            self.deliver()
            self.assertExactlyOnce(order)
        return order

    def todo(self, order):
        return self.row(order).activity_ids

    def test_change_before_the_first_send_goes_out_changed(self):
        order = self.order(is_sent=False)
        order.order_line.product_uom_qty = 5
        self.commit()
        self.deliver()
        self.assertExactlyOnce(order)
        self.assertEqual(Decimal(self.sent(order)["amount_total"]), Decimal(str(order.amount_total)))
        self.assertFalse(self.todo(order))

    def test_quantity(self):
        order = self.order()
        order.order_line.product_uom_qty = 5
        self.commit()
        todo = self.todo(order)
        self.assertEqual((todo.user_id, len(todo)), (self.clerk, 1))
        self.assertIn(self.row(order).number, todo.note)
        for word in ("339.00", "565.00", "Gearbox"):
            self.assertIn(word, todo.note)
        self.assertEqual(self.row(order).state, "done")
        self.assertIn("Gearbox", order.finance_bridge_difference)
        # further changes stand in the same to-do
        order.order_line.product_uom_qty = 6
        self.commit()
        self.assertEqual(self.todo(order), todo)
        self.assertIn("678.00", todo.note)
        # back to what was sent
        order.order_line.product_uom_qty = 3
        self.commit()
        self.assertFalse(self.todo(order))
        self.assertFalse(order.finance_bridge_difference)

    def test_differences_are_told_apart_as_the_reader_writes(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        order = self.order()
        order.order_line.product_uom_qty = 5
        self.commit()
        self.assertIn("; ", order.finance_bridge_difference)
        text = order.with_context(lang="zh_CN").finance_bridge_difference
        self.assertIn("；", text)
        self.assertNotIn(";", text)

    def test_lines_that_come_and_change_their_product(self):
        order = self.order()
        other = self.env["product.product"].create({"name": "Rack", "type": "consu"})
        order.order_line = [Command.create({"product_id": other.id, "product_uom_qty": 1, "price_unit": 0})]
        self.commit()
        self.assertIn("Rack", self.todo(order).note)

    def test_customer(self):
        order = self.order()
        order.partner_id = self.env["res.partner"].create({"name": "无锡另一家有限公司", "is_company": True})
        self.commit()
        self.assertIn("无锡另一家有限公司", self.todo(order).note)

    def test_changed_while_its_fate_is_not_known(self):
        order = self.order(is_sent=False)
        self.erp.faults = {"save": ["", "dropped"]}
        self.deliver()
        self.assertEqual(self.row(order).state, "uncertain")
        order.order_line.product_uom_qty = 5
        self.commit()
        self.assertIn("565.00", self.todo(order).note)
        self.deliver(later=200)
        self.commit()
        self.assertExactlyOnce(order)
        self.assertIn("565.00", self.todo(order).note)

    def test_another_todo_on_the_row_stays(self):
        order = self.order()
        row = self.row(order)
        row.connection_id._ask_person(row, self.clerk, lambda _env: "taken back", "x")
        order.order_line.product_uom_qty = 5
        self.commit()
        order.order_line.product_uom_qty = 3
        self.commit()
        self.assertEqual(self.todo(order).mapped("summary"), ["taken back"])

    def test_what_is_not_judged_asks_nobody(self):
        order = self.order()
        order.write({"client_order_ref": "PO-9", "note": "x"})
        order.order_line.name = "Gearbox, green"
        self.commit()
        self.assertFalse(self.todo(order))

    def test_cancelled_and_confirmed_again(self):
        order = self.order()
        order._action_cancel()
        self.commit()
        self.assertIn("cancelled", self.todo(order).note)
        order.action_draft()
        order.action_confirm()
        self.commit()
        # the order over there is the same again
        self.assertFalse(self.todo(order))
        order._action_cancel()
        order.action_draft()
        order.order_line.price_unit = 90
        order.action_confirm()
        self.commit()
        note = self.todo(order).note
        self.assertIn("305.10", note)
        self.assertNotIn("credit note", note)
        self.assertEqual(len(self.erp.with_number(self.row(order).number)), 1)
