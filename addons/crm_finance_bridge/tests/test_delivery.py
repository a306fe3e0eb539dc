from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..models.finance_outbox_worker import LOOK_AGAIN
from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestDelivery(BridgeCase):
    def test_customer_ahead_of_receivable(self):
        move = self.invoice(128000)
        customer, receivable = self.row(self.partner), self.row(move)
        self.assertEqual(customer.number, f"CRM-C-{self.partner.id:06d}")
        self.assertEqual(receivable.number, f"CRM-AR-{move.id}")
        self.assertEqual(receivable.requires_id, customer)
        self.deliver()
        self.assertExactlyOnce(self.partner)
        self.assertExactlyOnce(move)
        saved = [number for step, number in self.erp.calls if step == "save"]
        self.assertEqual(saved, [customer.number, receivable.number])
        payload = self.erp.with_number(receivable.number)[0]["payload"]
        self.assertEqual(payload["customer_number"], customer.number)
        self.assertEqual(move.finance_bridge_state, "done")
        self.assertEqual(move.finance_bridge_number, receivable.number)

    def test_second_invoice_names_the_same_customer(self):
        self.invoice()
        self.deliver()
        second = self.invoice(500)
        self.assertFalse(self.row(second).requires_id)
        self.deliver()
        self.assertExactlyOnce(second)
        self.assertEqual(len(self.row(self.partner)), 1)

    def test_frozen_values_add_up(self):
        move = self.invoice(99.99)
        values = self.env["account.move"]._fields and move._prepare_finance_receivable_vals()
        total = sum(float(line["amount_total"]) for line in values["lines"])
        self.assertAlmostEqual(total, move.amount_total)
        self.assertAlmostEqual(sum(float(part["amount"]) for part in values["installments"]), move.amount_total)

    def test_customer_refused_receivable_waits(self):
        self.erp.faults = {"save": ["refused"]}
        move = self.invoice()
        self.deliver()
        customer = self.row(self.partner)
        self.assertEqual(customer.state, "rejected")
        self.assertIn("会计期间已关闭", customer.last_error)
        self.assertFalse(customer.remote_possible)
        self.assertEqual(customer.activity_ids.user_id, self.clerk)
        self.assertEqual(self.row(move).state, "pending")
        customer.with_user(self.clerk).action_retry()
        self.deliver()
        self.assertExactlyOnce(move)
        self.assertFalse(customer.activity_ids)

    def test_missing_mapping_names_the_product(self):
        self.erp.materials = set()
        move = self.invoice()
        self.deliver()
        row = self.row(move)
        self.assertEqual(row.state, "rejected")
        self.assertIn("Gearbox", row.last_error)
        self.assertFalse(self.erp.with_number(row.number))
        self.erp.materials = None
        row.with_user(self.clerk).action_retry()
        self.deliver()
        self.assertExactlyOnce(move)

    def test_unreachable_is_tried_again_with_jitter(self):
        self.erp.faults = {"find": ["unsent"]}
        self.invoice()
        self.deliver()
        row = self.row(self.partner)
        self.assertEqual((row.state, row.attempt_count), ("pending", 1))
        # half of min(600, 2 * 2 ** 1)
        self.assertAlmostEqual((row.next_attempt_at - fields.Datetime.now()).total_seconds(), 2, delta=2)
        self.deliver()
        self.assertEqual(row.state, "pending")
        self.deliver(later=5)
        self.assertExactlyOnce(self.partner)

    def test_backoff_is_full_jitter(self):
        row = self.outbox.new({})
        with self.worker():
            self.assertEqual([row._outbox_backoff(n) for n in (1, 2, 3, 20)], [2, 4, 8, 300])
            self.assertEqual(row._outbox_backoff(1, retry_after=30), 30)

    def test_dead_after_eight_attempts_blocks_only_its_lane(self):
        other = self.env["res.partner"].create({"name": "昆山精密有限公司", "is_company": True})
        self.invoice()
        self.erp.faults = {"save": ["busy"] * 8}
        for _try in range(8):
            self.deliver(later=601)
        row = self.row(self.partner)
        self.assertEqual((row.state, row.attempt_count), ("dead", 8))
        move = self.invoice(partner=other)
        self.deliver()
        self.assertExactlyOnce(move)

    def test_breaker_opens_and_burns_no_attempts(self):
        partners = self.env["res.partner"].create([{"name": f"客户{n}", "is_company": True} for n in range(7)])
        for partner in partners:
            self.invoice(partner=partner)
        self.erp.faults = {"find": ["unsent"] * 5}
        self.deliver()
        self.assertTrue(self.connection.breaker_opened_at)
        waiting = self.outbox.search([("kind", "=", "customer"), ("attempt_count", "=", 0)])
        self.assertEqual(len(waiting), 2)
        self.assertEqual(len(self.erp.calls), 5)
        self.deliver(later=61)
        self.assertFalse(self.connection.breaker_opened_at)
        self.assertFalse(self.outbox.search([("state", "!=", "done")]))

    def test_document_waits_for_their_audit(self):
        move = self.invoice()
        self.deliver()
        row = self.row(move)
        self.assertEqual(row.phase, "audit")
        self.assertGreater(timedelta(seconds=LOOK_AGAIN), timedelta())

    def test_ledger_of_attempts_is_whole(self):
        move = self.invoice()
        self.deliver()
        row = self.row(move)
        steps = row.attempt_ids.sorted("seq").mapped("step")
        self.assertEqual(steps, ["find", "save", "submit", "audit"])
        self.assertFalse(self.env["finance.attempt"]._ledger_broken([("res_id", "=", row.id)]))

    def test_refused_login_stops_the_connection_once(self):
        from ..clients.errors import LoginFailed

        self.invoice(count=3)
        with self.worker():
            self.connection._pause("x")
        calls = len(self.erp.calls)
        self.deliver()
        self.assertEqual(len(self.erp.calls), calls)
        self.assertEqual(len(self.connection.activity_ids), 1)
        self.connection.with_user(self.clerk).action_test_connection()
        self.deliver()
        self.assertFalse(self.outbox.search([("state", "!=", "done")]))
        self.assertTrue(LoginFailed)
