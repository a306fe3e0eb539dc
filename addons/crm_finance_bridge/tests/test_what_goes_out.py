"""Credit notes, changed customers, products, orders and receipts on their way out."""

import json
from datetime import datetime, timedelta
from decimal import Decimal

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..clients.results import RemoteReceipt
from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestWhatGoesOut(BridgeCase):
    # -- credit notes -----------------------------------------------------------------------

    def refund_of(self, move):
        refund = move._reverse_moves([{"invoice_date": fields.Date.today()}])
        refund.action_post()
        return refund

    def test_credit_note_is_a_red_receivable(self):
        move = self.invoice(1000)
        self.deliver()
        refund = self.refund_of(move)
        self.deliver()
        row = self.row(refund)
        self.assertExactlyOnce(refund)
        self.assertEqual((row.operation, row.number), ("credit_note", f"CRM-AR-{refund.id}"))
        values = json.loads(row.wire_text)
        total = Decimal(values["amount_total"])
        self.assertEqual(total, -Decimal(str(refund.amount_total)))
        self.assertEqual(sum(Decimal(line["amount_total"]) for line in values["lines"]), total)
        self.assertEqual(sum(Decimal(part["amount"]) for part in values["installments"]), total)
        self.assertLess(Decimal(values["lines"][0]["quantity"]), 0)

    def test_credit_note_waits_for_its_invoice(self):
        move = self.invoice()
        self.erp.faults = {"save": ["", "refused"]}
        refund = self.refund_of(move)
        self.deliver()
        self.assertEqual((self.row(move).state, self.row(refund).state), ("rejected", "pending"))
        self.row(move).with_user(self.clerk).action_retry()
        self.deliver()
        self.assertExactlyOnce(move)
        self.assertExactlyOnce(refund)

    def test_credit_note_over_there_stays(self):
        refund = self.refund_of(self.invoice())
        self.deliver()
        for attack in (refund.button_draft, refund.button_cancel):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attack()

    def test_reply_dropped_for_a_credit_note(self):
        move = self.invoice()
        self.deliver()
        refund = self.refund_of(move)
        for fault in ("dropped", "late", "killed_after"):
            self.erp.faults.setdefault("save", []).append(fault)
        self.deliver()
        self.erp.arrive()
        for _run in range(6):
            self.deliver(later=130)
        self.assertExactlyOnce(refund)

    # -- changed customers ------------------------------------------------------------------

    def update_row(self):
        return self.rows(self.partner).filtered(lambda row: row.operation == "customer_update")

    def over_there(self):
        return self.erp.with_number(self.row(self.partner).number)

    def test_only_customers_that_went_out_and_only_watched_fields(self):
        self.partner.phone = "0512-66660001"
        self.assertFalse(self.rows(self.partner))
        self.invoice()
        self.deliver()
        self.partner.write({"comment": "x", "name": self.partner.name})
        self.assertFalse(self.update_row())

    def test_changes_are_coalesced_and_the_last_one_wins(self):
        self.invoice()
        self.deliver()
        for number in range(5):
            self.partner.name = f"苏州华芯机械有限公司 {number}"
        self.assertEqual(len(self.update_row()), 1)
        self.erp.calls.clear()
        self.deliver()
        self.assertEqual([step for step, _number in self.erp.calls], ["find", "unaudit", "save", "submit", "audit"])
        (document,) = self.over_there()
        self.assertEqual((document["payload"]["name"], document["status"]), ("苏州华芯机械有限公司 4", "C"))
        self.assertEqual(self.update_row().state, "done")
        self.assertEqual(self.env["finance.binding"].search_count([("res_model", "=", "res.partner")]), 1)
        # again, over the same row
        self.partner.name = "新名称"
        self.assertEqual(self.update_row().state, "pending")
        self.deliver()
        self.assertEqual(self.over_there()[0]["payload"]["name"], "新名称")

    def test_change_survives_every_fault(self):
        self.invoice()
        self.deliver()
        for step in ("find", "unaudit", "save", "submit", "audit"):
            for fault in ("dropped", "lost", "killed_before", "killed_after"):
                with self.subTest(step=step, fault=fault):
                    self.partner.name = f"苏州华芯机械有限公司 {step} {fault}"
                    self.erp.faults = {step: [fault]}
                    for _run in range(4):
                        self.deliver(later=130)
                    (document,) = self.over_there()
                    self.assertEqual((document["payload"]["name"], document["status"]), (self.partner.name, "C"))
                    self.assertEqual(self.update_row().state, "done")

    def test_change_on_its_way_is_followed_by_the_next(self):
        self.invoice()
        self.deliver()
        self.partner.name = "甲"
        self.erp.before_call = lambda: self.erp.calls and self.erp.calls[-1][0] == "unaudit" and rename()

        def rename():
            self.erp.before_call = None
            self.partner.name = "乙"

        self.deliver()
        (document,) = self.over_there()
        self.assertEqual((document["payload"]["name"], document["status"]), ("乙", "C"))

    def test_documents_wait_while_their_customer_is_open_over_there(self):
        self.invoice()
        self.deliver()
        self.partner.name = "甲"
        self.erp.faults = {"save": ["refused"]}
        self.deliver()
        self.assertEqual((self.update_row().state, self.update_row().phase), ("rejected", "unaudit"))
        move = self.invoice()
        self.deliver()
        self.assertEqual(self.row(move).state, "pending")
        self.update_row().with_user(self.clerk).action_retry()
        self.deliver()
        self.assertExactlyOnce(move)

    def test_kept_there_is_not_changed(self):
        self.invoice()
        self.deliver()
        self.connection.customer_source = "there"
        self.partner.name = "甲"
        self.assertFalse(self.update_row())

    def test_change_of_many_costs_as_much_as_of_one(self):
        partners = self.env["res.partner"].create([{"name": f"客户 {n}", "is_company": True} for n in range(30)])
        for partner in partners:
            self.invoice(partner=partner)
        self.deliver()
        partners.write({"street": "甲"})
        counts = []
        for chosen in (partners[:1], partners):
            self.env.flush_all()
            start = self.env.cr.sql_log_count
            chosen.write({"street": f"乙 {len(chosen)}"})
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
        # one row of the outbox each is written, nothing else is asked for one by one
        self.assertLessEqual(counts[1], counts[0] + 5 * 29)

    # -- products ---------------------------------------------------------------------------

    def test_products_are_made_first_where_we_keep_them(self):
        self.connection.write({"default_material": False, "product_source": "here"})
        self.erp.faults = {"save": ["", "refused"]}
        move = self.invoice()
        self.deliver()
        product_row = self.row(self.product)
        self.assertEqual((product_row.state, self.row(move).state), ("rejected", "pending"))
        product_row.with_user(self.clerk).action_retry()
        self.deliver()
        self.assertExactlyOnce(move)
        self.assertEqual(len(self.erp.with_number(product_row.number)), 1)
        tables = self.env["finance.mapping"]._tables(self.connection)
        self.assertEqual(tables["product"][f"product.product,{self.product.id}"], product_row.number)
        self.invoice()
        self.assertEqual(len(self.row(self.product)), 1)

    def test_products_kept_there_are_not_made(self):
        self.connection.default_material = False
        self.invoice()
        self.assertFalse(self.row(self.product))

    # -- orders -----------------------------------------------------------------------------

    def order(self):
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "user_id": self.rep.id,
                "order_line": [
                    Command.create({"product_id": self.product.id, "product_uom_qty": 3, "price_unit": 33.33})
                ],
            }
        )

    def test_orders_go_out_where_it_is_switched_on(self):
        self.order().action_confirm()
        self.assertFalse(self.outbox.search([("operation", "=", "sales_order")]))
        self.connection.sends_orders = True
        order = self.order()
        order.action_confirm()
        self.deliver()
        self.assertExactlyOnce(order)
        values = json.loads(self.row(order).wire_text)
        self.assertEqual(Decimal(values["amount_total"]), Decimal(str(order.amount_total)))
        self.assertEqual(values["salesperson"], f"res.users,{self.rep.id}")

    def test_cancelled_order_asks_for_a_person_once_it_is_over_there(self):
        self.connection.sends_orders = True
        early, late = self.order(), self.order()
        early.action_confirm()
        early._action_cancel()
        self.assertEqual(self.row(early).error_code, "withdrawn")
        late.action_confirm()
        self.deliver()
        late._action_cancel()
        self.assertEqual(self.row(late).activity_ids.user_id, self.clerk)
        self.assertFalse(self.erp.with_number(self.row(early).number))

    def test_the_day_of_an_order_is_that_of_the_company(self):
        self.connection.sends_orders = True
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        order = self.order()
        order.commitment_date = datetime(2026, 4, 10, 17)
        order.action_confirm()
        # half past midnight of the first of April in China
        order.date_order = datetime(2026, 3, 31, 16, 30)
        values = order._prepare_finance_order_vals()
        self.assertEqual((values["date"], values["lines"][0]["delivery_date"]), ("2026-04-01", "2026-04-11"))

    def test_confirmed_again_it_is_left_to_a_person(self):
        self.connection.sends_orders = True
        order = self.order()
        order.action_confirm()
        self.deliver()
        order._action_cancel()
        order.action_draft()
        order.order_line.price_unit = 44
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        row = self.row(order)
        self.assertEqual((row.state, len(row.activity_ids)), ("done", 1))
        self.assertIn(str(order.amount_total), row.activity_ids.note)
        self.deliver()
        self.assertExactlyOnce(order)

    # -- receipts entered here --------------------------------------------------------------

    def test_own_receipt_goes_out_and_does_not_come_back(self):
        self.payment()
        self.assertFalse(self.outbox.search([("operation", "=", "own_receipt")]))
        self.connection.sends_receipts = True
        payment = self.payment()
        self.deliver()
        self.assertExactlyOnce(payment)
        row = self.row(payment)
        self.erp.receipts = [
            RemoteReceipt("100301", row.number, "1", fields.Date.today(), self.row(self.partner).number, Decimal(250),
                          "PRE001", row.number, "", "C", False, None)
        ]  # fmt: skip
        before = self.env["account.payment"].search_count([])
        self.poll()
        self.poll()
        self.assertEqual(self.env["account.payment"].search_count([]), before)
        mirror = self.env["finance.receipt"].search([])
        self.assertEqual((mirror.payment_id, mirror.state), (payment, "matched"))

    def test_own_receipt_over_there_stays(self):
        self.connection.sends_receipts = True
        waiting, sent = self.payment(), self.payment()
        waiting.action_draft()
        self.assertEqual(self.row(waiting).error_code, "withdrawn")
        self.deliver()
        with self.assertRaises(UserError):
            sent.action_draft()
        self.assertFalse(self.erp.with_number(self.row(waiting).number))

    def test_own_receipt_keeps_its_values_once_it_is_over_there(self):
        self.connection.sends_receipts = True
        never = self.payment(date=fields.Date.today())
        self.row(never)._withdraw()
        waiting, sent = self.payment(), self.payment()
        waiting.amount = 260
        never.amount = 270
        self.assertEqual(json.loads(self.row(waiting).values_text)["amount_total"], "260.00")
        self.assertEqual(self.row(never).error_code, "withdrawn")
        self.deliver()
        other = self.env["res.partner"].create({"name": "别的公司", "is_company": True})
        for vals in ({"amount": 251}, {"partner_id": other.id}, {"date": "2026-01-01"}):
            with self.subTest(vals), self.assertRaises(UserError), self.env.cr.savepoint():
                sent.write(vals)
        sent.write({"amount": 250, "memo": "回单 1"})

    def test_receipt_read_from_there_is_not_sent_back(self):
        self.connection.sends_receipts = True
        self.invoice()
        self.deliver()
        self.erp.receipts = [
            RemoteReceipt("100302", "SKD1", "1", fields.Date.today(), self.row(self.partner).number, Decimal(9),
                          "PRE001", "", "", "C", False, None)
        ]  # fmt: skip
        self.poll()
        payment = self.env["finance.receipt"].search([]).payment_id
        payment.action_post()
        self.assertFalse(self.row(payment))

    # -- the start --------------------------------------------------------------------------

    def test_nothing_of_before_the_start_is_queued(self):
        today = fields.Date.today()
        self.connection._switch("off")
        self.connection._switch("on", today)
        self.assertFalse(self.row(self.invoice(invoice_date=today - timedelta(days=1))))
        self.assertTrue(self.row(self.invoice(invoice_date=today)))
        self.connection.sends_receipts = True
        self.assertFalse(self.row(self.payment(date=today - timedelta(days=1))))
        # a later start does not move it, nothing opens the past
        self.connection._switch("on", today - timedelta(days=100))
        self.assertEqual(self.connection.start_date, today)
