"""Several rows that share their calls: only new ones, each judged by itself, and doubt goes on alone."""

from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..models.finance_outbox_together import FinanceOutbox as Together
from .fake_erp import FakeAdapter
from .together_case import TogetherCase


@tagged("post_install", "-at_install")
class TestTogether(TogetherCase):
    # -- the good case ----------------------------------------------------------------------

    def test_new_rows_share_four_calls(self):
        moves, rows = self.post(5)
        self.connection._breaker_write({"breaker_failures": 3, "breaker_first_failure_at": fields.Datetime.now()})
        self.deliver()
        self.assertAllOnce(moves)
        self.assertFalse(self.connection.breaker_failures)
        self.assertEqual(self.steps(), [("find", 5), ("save", 5), ("submit", 5), ("audit", 5)])
        for row in rows:
            self.assertEqual(
                self.lines(row), [("find", "ok"), ("save", "ok"), ("submit", "ok"), ("audit", "ok")], row.number
            )
            self.assertEqual((row.phase, row.remote_possible, row.attempt_count), ("audit", True, 1))
            self.assertEqual(row.remote_id, self.erp.with_number(row.number)[0]["id"])
            self.assertTrue(row.payload and row.wire_text and row.finished_at)
            self.assertFalse(row.claim_token or row.error_code or row.uncertain_since)
        self.assertFalse(self.env["finance.attempt"]._ledger_broken([("res_id", "in", [row.id for row in rows])]))
        binding = self.env["finance.binding"].search([("res_model", "=", "account.move"), ("res_id", "=", moves[0].id)])
        self.assertEqual((binding.remote_state, binding.remote_stage), ("C", "audited"))

    def test_same_row_as_alone(self):
        """Whatever a row, its binding and its lines hold afterwards is what the worker of one row leaves."""
        (alone,), together = self.invoice(), self.invoice(count=2)
        others = [self.row(move) for move in together]
        self.outbox.union(*others)._outbox_write({"next_attempt_at": fields.Datetime.now().replace(year=2100)})
        self.connection.batch_size = 1
        self.deliver()
        self.outbox.union(*others)._outbox_write({"next_attempt_at": fields.Datetime.now()})
        self.connection.batch_size = 20
        self.deliver()
        self.assertIn(("save", 2), self.steps())
        own = {"id", "business_key", "lane", "res_id", "res_name", "number", "values_text", "wire_text", "payload",
               "request_hash", "remote_id", "display_name"}  # fmt: skip
        own |= {"claimed_at", "finished_at", "next_attempt_at", "create_date", "write_date", "attempt_ids"}
        names = [name for name, field in self.outbox._fields.items() if field.store and name not in own]
        expected = self.row(alone).read(names)[0]
        for row in others:
            self.assertEqual({**row.read(names)[0], "id": expected["id"]}, expected)
        names = ["connection_id", "company_id", "kind", "remote_state", "remote_stage", "is_by_hand"]
        bindings = self.env["finance.binding"].search(
            [("res_model", "=", "account.move"), ("res_id", "in", [alone.id, *together.ids])]
        )
        self.assertEqual(len({tuple(binding[name] for name in names) for binding in bindings}), 1)
        ledger = self.env["finance.attempt"]
        own = {"id", "res_id", "res_name", "number", "hash", "previous_hash", "moment", "payload_hash", "remote_id",
               "duration_ms"}  # fmt: skip
        names = [name for name, field in ledger._fields.items() if field.store and name not in own]
        told = [
            ledger.search([("res_id", "=", row.id), ("res_model", "=", row._name)]).mapped(
                lambda line: tuple(line[name] for name in names)
            )
            for row in (self.row(alone), *others)
        ]
        self.assertEqual(told[1:], [told[0], told[0]])

    def test_no_more_than_allowed_at_once(self):
        self.connection.batch_size = 3
        moves, _rows = self.post(7)
        self.deliver()
        self.assertAllOnce(moves)
        self.assertEqual([step for step in self.steps() if step[0] == "save"], [("save", 3), ("save", 3), ("save", 1)])

    def test_one_document_per_call_is_the_worker_of_one_row(self):
        self.connection.batch_size = 1
        moves, _rows = self.post(3)
        with patch.object(Together, "_deliver_together") as together:
            self.deliver()
        together.assert_not_called()
        self.assertAllOnce(moves)
        self.assertEqual(self.steps(), [("find", 1), ("save", 1), ("submit", 1), ("audit", 1)] * 3)

    def test_a_product_that_takes_none_together(self):
        moves, _rows = self.post(2)
        with patch("odoo.addons.crm_finance_bridge.models.finance_outbox_lanes.adapter_for") as adapter_for:
            adapter_for.return_value.takes_together.return_value = False
            self.deliver()
        self.assertAllOnce(moves)
        self.assertEqual({count for _step, count in self.steps()}, {1})

    def test_customers_go_together_and_then_their_documents(self):
        partners = [self.env["res.partner"].create({"name": f"客户{n}", "is_company": True}) for n in range(3)]
        moves = [self.invoice(partner=partner) for partner in partners]
        self.deliver()
        self.assertAllOnce([*moves, *partners])
        self.assertEqual([step for step in self.steps() if step[0] == "save"], [("save", 3), ("save", 3)])

    def test_they_wait_for_a_person_over_there(self):
        moves, rows = self.post(2)
        with patch.object(
            FakeAdapter, "next_step", lambda _a, _k, d: {"A": "submit", "B": "wait"}[d.status] if d else "save"
        ):
            self.deliver()
        for row in rows:
            self.assertEqual((row.state, row.error_code, row.phase), ("pending", "waits_there", "submit"))
            self.assertGreater(row.next_attempt_at, fields.Datetime.now())
            self.assertEqual(row.attempt_count, 0)
        self.settle(moves, later=650)

    # -- who goes together ------------------------------------------------------------------

    def test_only_rows_that_nobody_has_tried(self):
        moves, rows = self.post(6)
        rows[0]._outbox_write({"error_code": "busy", "attempt_count": 1})
        rows[1]._outbox_write({"phase": "find"})
        rows[2]._outbox_write({"remote_possible": True})
        rows[3]._outbox_write(
            {"state": "uncertain", "uncertain_since": fields.Datetime.now(), "remote_possible": False}
        )
        with self.worker():
            claimed = rows[4].browse()
            token = "2001"
            while not claimed & rows[4]:
                claimed = self.outbox._outbox_claim(token)
                if not claimed & rows[4]:
                    self.assertFalse(claimed._claim_fellows(token), claimed.number)
            self.assertEqual(claimed._claim_fellows(token), rows[5])
        self.assertEqual(rows[5].state, "sending")
        self.assertEqual(len(moves), 6)

    def test_connections_never_mix(self):
        _moves, rows = self.post(2)
        company = self.env["res.company"].create({"name": "Another company"})
        other = self.connection.copy({"name": "Other books", "company_id": company.id, "receipt_journal_id": False})
        other._switch("on")
        rows[1]._outbox_write({"connection_id": other.id})
        with self.worker():
            claimed = self.outbox._outbox_claim("2001")
            self.assertEqual(claimed, rows[0])
            self.assertFalse(claimed._claim_fellows("2001"))

    def test_operations_never_mix(self):
        partner = self.env["res.partner"].create({"name": "另一客户", "is_company": True})
        _moves, rows = self.post(1)
        self.invoice(partner=partner)
        with self.worker():
            claimed = self.outbox._outbox_claim("2001")
            self.assertEqual(claimed, rows[0])
            # the new customer is due, the document that needs it is not
            self.assertFalse(claimed._claim_fellows("2001"))
            self.assertEqual(self.outbox._outbox_claim("2001"), self.row(partner))

    def test_changed_customers_go_alone(self):
        partners = [self.env["res.partner"].create({"name": f"客户{n}", "is_company": True}) for n in range(2)]
        for partner in partners:
            self.invoice(partner=partner)
        self.deliver()
        self.erp.calls.clear()
        for partner in partners:
            partner.name += "新"
        self.deliver()
        self.assertEqual({count for _step, count in self.steps()}, {1})
        self.assertEqual(sum(step == "save" for step, _count in self.steps()), 2)

    def test_half_open_breaker_tries_one(self):
        moves, _rows = self.post(4)
        past = fields.Datetime.now().replace(year=2020)
        self.connection._breaker_write({"breaker_opened_at": past, "breaker_retry_at": past})
        self.deliver()
        self.assertAllOnce(moves)
        self.assertEqual([step for step in self.steps() if step[0] == "save"], [("save", 1), ("save", 3)])

    def test_a_stopped_connection_gives_no_fellows(self):
        _moves, rows = self.post(3)
        with self.worker():
            claimed = self.outbox._outbox_claim("2001")
            self.connection._breaker_write({"stop_reason": "the secret is wrong"})
            self.env.flush_all()
            self.assertFalse(claimed._claim_fellows("2001"))
        self.assertEqual(rows[1].state, "pending")

    # -- one of them ------------------------------------------------------------------------

    def test_one_refused_and_the_others_done(self):
        moves, rows = self.post(4)
        self.erp.item_faults = {rows[1].number: "refused"}
        self.deliver()
        self.assertAllOnce([moves[0], moves[2], moves[3]])
        self.assertEqual((rows[1].state, rows[1].error_code), ("rejected", "msgcode_11"))
        self.assertIn("会计期间已关闭", rows[1].last_error)
        self.assertFalse(rows[1].remote_possible)
        self.assertTrue(rows[1].activity_ids)
        self.assertEqual(self.lines(rows[1]), [("find", "ok"), ("save", "Rejected")])
        self.assertFalse(self.connection.breaker_failures)
        rows[1].with_user(self.clerk).action_retry()
        self.deliver()
        self.assertAllOnce(moves)

    def test_number_of_one_is_taken(self):
        """By a document of ours that came late: it is asked for and adopted."""
        moves, rows = self.post(3)
        self.erp.item_faults = {rows[0].number: "taken"}
        self.deliver()
        self.assertAllOnce(moves[1:])
        self.assertEqual((rows[0].state, rows[0].error_code), ("uncertain", "number_taken"))
        self.settle(moves)
        self.assertEqual(self.sent(rows[0].number), 1)

    def test_doubt_about_one(self):
        moves, rows = self.post(3)
        self.erp.item_faults = {rows[2].number: "unsaid"}
        self.deliver()
        self.assertAllOnce(moves[:2])
        self.assertEqual(rows[2].state, "uncertain")
        self.assertEqual(self.lines(rows[2]), [("find", "ok"), ("save", "Unknown")])
        self.settle(moves)
        self.assertEqual(self.sent(rows[2].number), 1)

    def test_another_amount_of_one_stops_it(self):
        moves, rows = self.post(3)
        self.erp.item_faults = {rows[1].number: "wrong_amount"}
        self.deliver()
        self.assertAllOnce([moves[0], moves[2]])
        self.assertEqual((rows[1].state, rows[1].error_code), ("dead", "mismatch"))
        self.assertEqual(self.lines(rows[1]), [("find", "ok"), ("save", "ok"), ("save", "Mismatch")])
        self.assertTrue(rows[1].remote_possible)
        self.deliver(later=700)
        self.assertEqual(rows[1].state, "dead")

    def test_one_is_there_already(self):
        moves, rows = self.post(3)
        rows[1]._outbox_write({"next_attempt_at": fields.Datetime.now().replace(year=2100)})
        values = {"amount_total": "1130.00", "number": rows[1].number}
        adapter = FakeAdapter(self.erp)
        self.deliver()
        made = self.erp.with_number(rows[0].number)[0]
        values["amount_total"] = str(made["amount"])
        self.erp.documents.append(adapter._made("receivable", rows[1].number, values, ""))
        more, more_rows = self.post(2)
        rows[1]._outbox_write({"next_attempt_at": fields.Datetime.now()})
        self.erp.calls.clear()
        self.deliver()
        self.assertAllOnce([*moves, *more])
        self.assertEqual(self.sent(rows[1].number), 0)
        self.assertEqual(self.sent(more_rows[0].number), 1)
        self.assertEqual(rows[1].attempt_count, 1)

    def test_one_is_audited_over_there_at_once(self):
        moves, rows = self.post(3)
        self.erp.item_faults = {rows[0].number: "auto_audit"}
        self.deliver()
        self.assertAllOnce(moves)
        self.assertEqual(self.steps(), [("find", 3), ("save", 3), ("submit", 2), ("audit", 2)])
        self.assertEqual(self.lines(rows[0]), [("find", "ok"), ("save", "ok")])

    def test_a_step_without_effect_goes_on_alone(self):
        moves, rows = self.post(3)

        def stuck():
            if self.erp.calls and self.erp.calls[-1][0] == "save":
                self.erp.item_faults = {rows[1].number: "stuck"}
                self.erp.before_call = None

        self.erp.before_call = stuck
        self.deliver()
        self.assertAllOnce(moves)
        self.assertEqual(self.steps()[:4], [("find", 3), ("save", 3), ("submit", 3), ("audit", 2)])
        self.assertEqual(self.sent(rows[1].number), 1)
        self.assertEqual(rows[1].attempt_count, 1)

    def test_one_that_cannot_be_built(self):
        self.erp.materials = {"M001"}
        moves, rows = self.post(3)
        with patch.object(
            FakeAdapter, "build", lambda _a, kind, values, build=FakeAdapter.build: build(
                FakeAdapter(self.erp), kind,
                {**values, "lines": [{"product": "?" if values["number"] == rows[1].number else "M001"}]},
            ),
        ):  # fmt: skip
            self.deliver()
        self.assertAllOnce([moves[0], moves[2]])
        self.assertEqual((rows[1].state, rows[1].error_code), ("rejected", "mapping_missing"))
        self.assertEqual(self.lines(rows[1]), [("build", "MappingMissing")])
        self.assertEqual(self.steps()[0], ("find", 2))
