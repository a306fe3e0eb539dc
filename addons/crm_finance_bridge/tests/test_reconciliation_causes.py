"""The named causes at their borders, and when a night is compared at all."""

from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import tagged

from ..clients.errors import LoginFailed, NotSent
from ..models.finance_reconciliation import KEPT, _cell
from .fake_erp import FakeAdapter
from .test_reconciliation import TestReconciliation


@tagged("post_install", "-at_install")
class TestReconciliationCauses(TestReconciliation):
    def causes(self):
        return self.lines(self.compare())

    def number(self, move):
        return self.row(move).number

    # -- documents --------------------------------------------------------------------------

    def test_rounding_ends_at_five_cents(self):
        inside, outside = self.sent(count=2)
        self.over_there(inside)["amount"] -= Decimal("0.05")
        self.over_there(outside)["amount"] += Decimal("0.06")
        self.assertEqual(
            self.causes(),
            {("amount", "tax_rounding", self.number(inside)), ("amount", "changed_there", self.number(outside))},
        )

    def test_a_credit_note_counts_with_its_sign(self):
        move = self.sent()
        refund = move._reverse_moves([{"invoice_date": self.today}])
        refund.action_post()
        self.deliver()
        self.assertEqual(self.causes(), set())

    def test_nothing_of_nothing_is_missing(self):
        self.invoice(0)
        self.assertEqual(self.causes(), set())

    def test_what_waits_or_was_given_up(self):
        self.sent()
        waiting, dead = self.invoice(), self.invoice()
        self.env.flush_all()
        self.env.cr.execute("UPDATE finance_outbox SET state = 'dead' WHERE id = %s", [self.row(dead).id])
        self.env.invalidate_all()
        self.assertEqual(
            self.causes(),
            {("missing_there", "not_sent", self.number(waiting)), ("missing_there", "refused", self.number(dead))},
        )

    def test_a_withdrawn_row_is_none(self):
        self.sent()
        move = self.invoice()
        move.button_draft()
        self.assertEqual(self.row(move).error_code, "withdrawn")
        self.connection._switch("off")
        move.action_post()
        self.connection._switch("on")
        self.assertEqual(self.causes(), {("missing_there", "never_queued", "")})

    def test_the_start_counts_by_the_day_of_the_books(self):
        self.connection._switch("off")
        move = self.invoice()
        self.connection._switch("on", self.today)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET date = %s WHERE id = %s", [self.today - timedelta(days=1), move.id]
        )
        self.env.invalidate_all()
        run = self.compare()
        self.assertEqual((run.state, run.date_from), ("clean", self.today))

    def test_what_was_taken_back_here_and_stands_there(self):
        move, kept = self.sent(count=2)
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET state = 'cancel' WHERE id = %s", [move.id])
        self.env.invalidate_all()
        run = self.compare()
        self.assertEqual(self.lines(run), {("state", "reset_here", self.number(move))})
        total = run.line_ids.filtered(lambda line: line.kind == "total")
        self.assertEqual(total.amount_here, kept.amount_total)

    def test_what_is_not_sent_is_not_said_to_be_unaudited(self):
        self.sent()
        move = self.invoice()
        document = {**self.erp.documents[-1], "id": "77", "number": self.number(move), "status": "A"}
        self.extra = [document]
        self.assertEqual(self.causes(), set())

    def test_a_cancelled_twin_is_no_twin(self):
        move = self.sent()
        self.extra = [
            {**self.over_there(move), "id": "0", "cancelled": True},
            {**self.over_there(move), "id": "00", "number": "AR7", "cancelled": True},
        ]
        self.assertEqual(self.causes(), set())

    def test_documents_without_a_number_are_no_twins(self):
        move = self.sent()
        self.extra = [{**self.over_there(move), "id": str(n), "number": ""} for n in (1, 2)]
        self.assertEqual({line[:2] for line in self.causes()}, {("missing_here", "entered_there")})

    def test_another_company_is_not_compared(self):
        move = self.sent()
        company = self.env["res.company"].create({"name": "另一家"})
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET company_id = %s WHERE id = %s", [company.id, move.id])
        self.env.invalidate_all()
        self.assertEqual({line[:2] for line in self.causes()}, {("missing_here", "unknown_number")})

    def test_the_number_of_a_product_names_no_customer(self):
        move = self.sent()
        self.over_there(move)["customer"] = "KH7"
        partner = self.env["res.partner"].create({"name": "别的公司", "is_company": True})
        bind = self.env["finance.binding"]._bind
        bind(self.connection, "res.partner", partner.id, "other", number="KH7", by_hand=True)
        self.extra = [{**self.over_there(move), "id": "9", "number": "AR7"}]
        self.assertNotIn(partner, self.compare().line_ids.partner_id)

    def test_a_state_is_noted_on_the_document_that_was_sent(self):
        move, other = self.sent(count=2)
        self.over_there(move).update(id="9", status="B")
        self.over_there(other)["cancelled"] = True
        self.compare()
        bindings = self.env["finance.binding"].search([("kind", "=", "receivable")])
        stages = {binding.number: binding.remote_stage for binding in bindings}
        self.assertEqual(stages, {self.number(move): "audited", self.number(other): "void"})

    # -- money ------------------------------------------------------------------------------

    def received(self, amount_here, amount_there, *, payer=None, state="in_process", **more):
        partner = payer or self.partner
        payment = self.env["account.payment"].create(
            {"payment_type": "inbound", "partner_type": "customer", "partner_id": partner.id, "amount": amount_here,
             "journal_id": self.journal.id}
        )  # fmt: skip
        vals = {
            "connection_id": self.connection.id, "company_id": self.company.id, "remote_id": str(payment.id),
            "entry_id": "1", "number": f"SKD{payment.id}", "date": self.today, "amount": amount_there,
            "payment_id": payment.id, "state": "matched", "partner_id": self.partner.id,
            "currency_id": self.company.currency_id.id, "is_cancelled": False, **more,
        }  # fmt: skip
        receipt = self.env["finance.receipt"]._through_door(*vals).create(vals)
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_payment SET state = %s WHERE id = %s", [state, payment.id])
        self.env.invalidate_all()
        return receipt.number

    def test_a_fee_is_at_most_one_percent(self):
        fee, more = self.received(990, 1000), self.received(989, 1000)
        self.assertEqual(self.causes(), {("amount", "fee", fee), ("amount", "changed_there", more)})

    def test_money_of_somebody_else(self):
        contact = self.env["res.partner"].create({"name": "王会计", "parent_id": self.partner.id})
        self.received(5, 5, payer=contact)
        wrong = self.received(5, 5, payer=self.env["res.partner"].create({"name": "别的公司", "is_company": True}))
        self.assertEqual(self.causes(), {("payer", "wrong_payer", wrong)})

    def test_money_that_one_side_took_back(self):
        there = self.received(5, 5, is_cancelled=True)
        here = self.received(5, 5, state="canceled")
        self.received(5, 5, is_cancelled=True, state="canceled")
        self.assertEqual(self.causes(), {("state", "cancelled_there", there), ("state", "reset_here", here)})

    def test_money_of_another_time_is_not_compared(self):
        self.received(5, 7, date=self.today - timedelta(days=100))
        self.assertEqual(self.causes(), set())

    def payment(self, amount, **vals):
        payment = self.env["account.payment"].create(
            {"payment_type": "inbound", "partner_type": "customer", "partner_id": self.partner.id, "amount": amount,
             "journal_id": self.journal.id, **vals}
        )  # fmt: skip
        payment.action_post()
        return payment

    def test_money_entered_here_that_nobody_has_there(self):
        start = self.today - timedelta(days=1)
        self.connection._through_door("start_date").write({"start_date": start})
        payment = self.payment(7)
        self.payment(7, date=start - timedelta(days=1))
        self.payment(7, payment_type="outbound")
        self.payment(7).action_cancel()
        run = self.compare()
        line = run.line_ids
        self.assertEqual((line.kind, line.cause, line.res_id), ("missing_there", "entered_here", payment.id))
        self.assertEqual((line.amount_here, line.difference, line.partner_id), (7, -7, self.partner))
        # it has no number over there, so the list names the payment
        self.assertEqual((line.number, line.document_shown), (False, payment.name))
        # where receipts are kept here and do not go out there is nothing to compare
        self.connection.receipt_source = "here"
        run._through_door("date_to").write({"date_to": start})
        self.assertEqual(self.causes(), set())

    def test_money_on_its_way_out(self):
        self.connection.write({"receipt_source": "here", "sends_receipts": True})
        payment = self.payment(7)
        number = self.row(payment).number
        self.assertEqual(self.causes(), {("missing_there", "not_sent", number)})
        self.deliver()
        self.runs.search([]).with_context().sudo()._through_door("date_to").write({"date_to": "2020-01-01"})
        self.assertEqual(self.causes(), set())

    def test_money_there_that_became_none_here(self):
        def read(state, **more):
            vals = {
                "connection_id": self.connection.id, "company_id": self.company.id, "remote_id": state, "entry_id": "1",
                "number": f"SKD-{state}{len(more)}", "date": self.today, "amount": -3, "state": state, "status": "C",
                "currency_id": self.company.currency_id.id, "is_cancelled": False, **more,
            }  # fmt: skip
            return self.env["finance.receipt"]._through_door(*vals).create(vals).number

        asked, stored = read("review"), read("new")
        read("closed")
        read("waiting", status="B")
        self.assertEqual(
            self.causes(), {("missing_here", "not_registered", asked), ("missing_here", "not_registered", stored)}
        )

    def test_an_order_that_is_another_one_here_now(self):
        self.connection.sends_orders = True
        orders = self.env["sale.order"].create(
            [
                {"partner_id": self.partner.id,
                 "order_line": [Command.create({"product_id": self.product.id, "price_unit": 100})]}
                for _number in range(3)
            ]
        )  # fmt: skip
        orders.action_confirm()
        self.deliver()
        changed, cancelled, _same = orders
        changed.order_line.product_uom_qty = 2
        cancelled._action_cancel()
        self.assertEqual(
            self.causes(),
            {("amount", "changed_here", self.number(changed)), ("state", "reset_here", self.number(cancelled))},
        )

    # -- the night --------------------------------------------------------------------------

    def meet(self, error):
        with patch.object(FakeAdapter, "read_documents", side_effect=error):
            return self.compare()

    def test_a_refused_login_stops_the_connection_and_silence_counts(self):
        self.meet(NotSent("unreachable", reason="connect"))
        self.assertEqual(self.connection.breaker_failures, 1)
        self.assertFalse(self.connection.stop_reason)
        self.meet(LoginFailed("no", reason="login_refused"))
        self.assertTrue(self.connection.stop_reason)

    def test_what_somebody_asked_for_is_not_compared_twice(self):
        self.sent()
        for _press in range(2):
            self.connection.with_user(self.clerk).action_reconcile()
        self.assertEqual(self.runs.search_count([]), 1)
        self.runs._cron_reconcile()
        self.assertEqual(self.runs.search([]).mapped("state"), ["clean"])

    def test_a_product_that_lists_nothing_is_said_to(self):
        with patch.object(FakeAdapter, "read_documents", lambda *_args, **_kw: None):
            self.assertEqual(self.compare().state, "failed")

    def test_something_unexpected_stops_no_other(self):
        first = self.runs._open(self.connection, self.today, self.today)
        second = self.runs._open(self.connection, self.today, self.today)
        run = type(self.runs)._run

        def stumble(one):
            if one == first:
                raise ValueError("unexpected")
            return run(one)

        with (
            patch.object(type(self.runs), "_run", stumble),
            patch.object(type(self.runs), "_run_rollback", lambda _self: None),
            self.assertLogs("odoo.addons.crm_finance_bridge.models.finance_reconciliation", "WARNING"),
        ):
            self.runs._cron_reconcile()
        self.assertEqual((first.state, second.state), ("failed", "clean"))

    def test_when_time_is_up_the_rest_comes_later(self):
        run = self.runs._open(self.connection, self.today, self.today)
        cron = self.env.ref("crm_finance_bridge.cron_reconcile")
        domain = [("cron_id", "=", cron.id)]
        before = self.env["ir.cron.trigger"].search_count(domain)
        with patch.object(type(self.runs), "_run_commit", lambda _self: 0):
            self.runs._cron_reconcile()
        self.assertEqual(run.state, "waiting")
        self.assertEqual(self.env["ir.cron.trigger"].search_count(domain), before + 1)

    def test_how_long_it_is_kept(self):
        runs = [self.runs._open(self.connection, self.today, self.today) for _run in range(2)]
        for run, days in zip(runs, (-1, 1), strict=True):
            run._close("clean")
            moment = fields.Datetime.now() - KEPT - timedelta(days=days)
            run._through_door("finished_at").write({"finished_at": moment})
        self.runs._cron_reconcile()
        self.assertEqual([run.exists() for run in runs], [runs[0], self.runs])

    def test_no_formula_leaves_in_a_cell(self):
        for text in ("=1+1", "+1", "-1", "@a", "\tx", "\rx"):
            self.assertEqual(_cell(text), f"'{text}")
        self.assertEqual((_cell(-1.5), _cell(False), _cell("a=1")), (-1.5, "", "a=1"))
