"""Receipts that a person over there deletes, cancels or opens again after they were registered here."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..clients.errors import InvalidValues, NotSent
from ..clients.results import RemoteDocument
from ..models import finance_reconciliation_gone
from ..models.finance_reconciliation import FinanceReconciliation
from .common import BridgeCase
from .fake_erp import FakeAdapter, remote_receipt


@tagged("post_install", "-at_install")
class TestReceiptsGone(BridgeCase):
    def setUp(self):
        super().setUp()
        self.asked, self.unlisted = [], set()
        self.startPatcher(patch.object(FakeAdapter, "list_receipts", self.list_receipts))
        self.startPatcher(patch.object(FakeAdapter, "find", self.find))
        self.startPatcher(patch.object(FakeAdapter, "read_documents", lambda *_args, **_kw: ([], None)))
        self.startPatcher(patch.object(FinanceReconciliation, "_run_commit", lambda _self: 9.0))
        self.today = fields.Date.today()
        self.receipts = self.env["finance.receipt"]

    # -- the far side -----------------------------------------------------------------------

    def list_receipts(self, since, until, *, page=None):
        """Two pages, as a real one has; ``unlisted`` are left out, as by a page that shifted."""
        kept = [r for r in self.erp.receipts if r.date and since <= r.date <= until and r.number not in self.unlisted]
        half = len(kept) // 2
        return (kept[half:], None) if page else (kept[:half], 1)

    def find(self, kind, number):
        self.asked.append((kind, number))
        if kind == "own_receipt":
            found = self.erp.with_number(number)
            return [RemoteDocument(kind, d["id"], number, d["status"], amount=d["amount"]) for d in found]
        found = [r for r in self.erp.receipts if r.number == number]
        return [RemoteDocument(kind, r.remote_id, r.number, r.status, cancelled=r.cancelled) for r in found]

    def polled(self, count=1, days=0, **more):
        """So many receipts that are registered here; returns our rows."""
        start = len(self.erp.receipts)
        new = [
            remote_receipt(
                remote_id=f"R{start + n}", number=f"SKD{start + n}", date=self.today - timedelta(days=days),
                customer_number="KH-1", amount=Decimal("300.00"), **more,
            )
            for n in range(count)
        ]  # fmt: skip
        self.erp.receipts += new
        self.poll()
        rows = self.receipts.search([("remote_id", "in", [r.remote_id for r in new])], order="id")
        self.assertEqual(len(rows.payment_id), len(rows))
        return rows

    def delete(self, row):
        self.erp.receipts = [r for r in self.erp.receipts if r.remote_id != row.remote_id]

    def night(self):
        """The comparison of one night."""
        self.env["finance.reconciliation"].search([]).unlink()
        self.env["finance.reconciliation"]._cron_reconcile()
        return self.env["finance.reconciliation"].search([], limit=1)

    def lines(self, run):
        return {(line.kind, line.cause, line.number) for line in run.line_ids}

    # -- deleted ----------------------------------------------------------------------------

    def test_one_of_three_months_ago_that_is_deleted_today_is_found(self):
        kept, gone = self.polled(2, days=95)
        gone.payment_id.partner_id = self.partner
        gone.payment_id.action_post()
        before = (gone.payment_id.state, gone.payment_id.amount, gone.amount)
        self.assertEqual(self.night().state, "clean")
        self.assertFalse(self.asked)
        self.delete(gone)
        run = self.night()
        self.assertEqual(self.asked, [("receipt", gone.number)])
        self.assertEqual((gone.state, kept.state), ("review", "open"))
        self.assertTrue(gone.gone_at)
        self.assertEqual(gone.activity_ids.user_id, self.clerk)
        self.assertIn(gone.message[:20], gone.activity_ids.note)
        self.assertEqual(self.lines(run), {("missing_there", "deleted_there", gone.number)})
        line = run.line_ids
        self.assertEqual((line.amount_here, line.amount_there, line.difference), (300, 0, -300))
        self.assertEqual((line.res_model, line.res_id), ("account.payment", gone.payment_id.id))
        # nothing was changed by itself
        self.assertEqual((gone.payment_id.state, gone.payment_id.amount, gone.amount), before)

    def test_it_is_told_once_and_stays_in_the_comparison_until_it_is_settled(self):
        gone = self.polled(days=95)
        self.delete(gone)
        self.night()
        self.asked.clear()
        self.assertEqual(self.lines(self.night()), {("missing_there", "deleted_there", gone.number)})
        self.assertFalse(self.asked)
        self.assertEqual(len(gone.activity_ids), 1)
        self.poll()
        gone.with_user(self.clerk).action_close_review()
        self.assertEqual(self.night().state, "clean")
        self.assertFalse(gone.activity_ids)

    def test_what_a_list_leaves_out_is_asked_for_and_not_believed(self):
        row = self.polled()
        self.unlisted.add(row.number)
        self.assertEqual(self.night().state, "clean")
        self.assertEqual(self.asked, [("receipt", row.number)])
        self.assertFalse(row.gone_at)

    def test_its_number_under_another_id_is_another_receipt(self):
        row = self.polled()
        self.erp.receipts = [replace(self.erp.receipts[0], remote_id="R900")]
        self.night()
        self.assertTrue(row.gone_at)

    def test_one_that_comes_back_asks_again(self):
        row = self.polled()
        there = self.erp.receipts[0]
        self.delete(row)
        self.night()
        row.with_user(self.clerk).action_close_review()
        self.erp.receipts = [replace(there, modified=datetime.now(UTC) + timedelta(seconds=1))]
        self.poll()
        self.assertFalse(row.gone_at)
        self.assertEqual((row.state, len(row.activity_ids)), ("review", 1))

    def test_how_far_back(self):
        self.connection.receipt_check_days = 30
        old, young = self.polled(days=31), self.polled(days=30)
        self.erp.receipts = []
        self.night()
        self.assertEqual((bool(old.gone_at), bool(young.gone_at)), (False, True))
        self.connection.receipt_check_days = 0
        self.assertFalse(self.polled().gone_at)
        self.erp.receipts, self.asked = [], []
        self.night()
        self.assertFalse(self.asked)

    def test_a_payment_that_was_cancelled_here_is_settled(self):
        row = self.polled()
        row.payment_id.action_cancel()
        self.delete(row)
        self.night()
        self.assertFalse(self.asked)
        self.assertFalse(row.gone_at)

    def test_a_wiped_account_set_buries_nobody(self):
        rows = self.polled(6)
        self.erp.receipts = []
        with patch.object(finance_reconciliation_gone, "AT_ONCE", 4):
            self.night()
            self.assertEqual(len(rows.filtered("gone_at")), 4)
            self.night()
        self.assertEqual(len(rows.filtered("gone_at")), 6)

    def test_a_far_side_that_does_not_answer_proves_nothing(self):
        row = self.polled()
        self.delete(row)
        with patch.object(FakeAdapter, "find", side_effect=NotSent("unreachable", reason="connect")):
            self.assertEqual(self.night().state, "failed")
        self.assertFalse(row.gone_at)
        with patch.object(FakeAdapter, "find", side_effect=InvalidValues("filter value", "odd")):
            self.night()
        self.assertTrue(row.gone_at)

    def test_a_product_that_lists_none_is_compared_all_the_same(self):
        row = self.polled()
        with patch.object(FakeAdapter, "list_receipts", lambda *_args, **_kw: None):
            self.assertEqual(self.night().state, "clean")
        self.assertFalse(row.gone_at)

    def test_a_draft_of_money_that_is_gone_pays_nothing(self):
        row = self.polled()
        payment = row.payment_id
        self.assertEqual(payment.state, "draft")
        self.delete(row)
        self.night()
        line = self.env["crm.payment.plan.line"]
        with self.assertRaisesRegex(UserError, "财务系统|finance system"):
            payment._check_claim(line)

    # -- opened again, cancelled, changed ---------------------------------------------------

    def test_one_that_is_no_longer_audited_stands_in_the_comparison(self):
        row = self.polled()
        row.payment_id.partner_id = self.partner
        row.payment_id.action_post()
        for change, kind in (({"status": "D"}, "not_audited"), ({"cancelled": True}, "cancelled_there")):
            with self.subTest(kind):
                # a product without a time of change tells nothing to the polls
                self.erp.receipts = [replace(self.erp.receipts[0], **change)]
                self.assertEqual(self.lines(self.night()), {("state", kind, row.number)})
                self.assertEqual((row.state, len(row.activity_ids)), ("review", 1))

    def test_another_amount_of_long_ago_is_noticed(self):
        row = self.polled(days=95)
        row.payment_id.partner_id = self.partner
        row.payment_id.action_post()
        self.erp.receipts = [replace(self.erp.receipts[0], amount=Decimal("200.00"), modified=datetime.now(UTC))]
        self.assertEqual(self.lines(self.night()), {("amount", "changed_there", row.number)})
        self.assertEqual(row.payment_id.amount, 300)

    def test_one_that_no_poll_has_seen_is_read(self):
        self.polled(days=40)
        missed = remote_receipt(
            remote_id="R77", number="SKD77", date=self.today - timedelta(days=39), customer_number="KH-1",
            amount=Decimal(7),
        )  # fmt: skip
        self.erp.receipts.append(missed)
        self.night()
        self.assertFalse(self.receipts.search([("number", "=", "SKD77")]), "without a start nobody knows what is older")
        self.connection._through_door("start_date").write({"start_date": self.today - timedelta(days=39)})
        self.night()
        self.assertEqual(self.receipts.search([("number", "=", "SKD77")]).amount, 7)
        self.connection._through_door("start_date").write({"start_date": self.today - timedelta(days=30)})
        self.erp.receipts.append(replace(missed, remote_id="R78", number="SKD78"))
        self.night()
        self.assertFalse(self.receipts.search([("number", "=", "SKD78")]))

    # -- our own ----------------------------------------------------------------------------

    def test_one_of_ours_that_was_deleted_there(self):
        self.connection.write({"sends_receipts": True, "receipt_source": "here"})
        kept, gone = self.payment(), self.payment()
        self.deliver()
        self.deliver()
        self.asked.clear()
        self.erp.documents = [d for d in self.erp.documents if d["number"] != self.row(gone).number]
        run = self.night()
        self.assertEqual({number for _kind, number in self.asked}, {self.row(kept).number, self.row(gone).number})
        self.assertEqual(self.lines(run), {("missing_there", "deleted_there", self.row(gone).number)})
        self.assertEqual(self.row(gone).activity_ids.user_id, self.clerk)
        self.assertFalse(self.row(kept).activity_ids)
        self.assertEqual(gone.state, "in_process")
        self.asked.clear()
        self.assertEqual(len(self.night().line_ids), 1)
        self.assertEqual(self.asked, [("own_receipt", self.row(kept).number)])

    def test_one_of_ours_that_came_back_is_asked_for_once(self):
        self.connection.sends_receipts = True
        payment = self.payment()
        self.deliver()
        self.deliver()
        document = self.erp.with_number(self.row(payment).number)[0]
        mirrored = remote_receipt(remote_id=document["id"], number=document["number"], customer_number="KH-1",
                                  amount=Decimal(250))  # fmt: skip
        self.erp.receipts = [mirrored]
        self.poll()
        self.erp.receipts, self.erp.documents, self.asked = [], [], []
        run = self.night()
        self.assertEqual(self.asked, [("receipt", document["number"])])
        self.assertEqual(self.lines(run), {("missing_there", "deleted_there", document["number"])})
