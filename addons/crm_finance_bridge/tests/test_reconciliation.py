"""The books of both sides beside each other, every night."""

import io
from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from openpyxl import load_workbook

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..clients.errors import NotSent
from ..clients.results import RemoteDocument
from ..models.finance_reconciliation import FinanceReconciliation
from .common import BridgeCase
from .fake_erp import FakeAdapter


@tagged("post_install", "-at_install")
class TestReconciliation(BridgeCase):
    def setUp(self):
        super().setUp()
        self.today = fields.Date.today()
        self.runs = self.env["finance.reconciliation"]
        self.extra = []
        self.gone = set()
        self.startPatcher(patch.object(FakeAdapter, "read_documents", self.read_documents))
        find = FakeAdapter.find
        self.startPatcher(patch.object(FakeAdapter, "find", lambda a, k, n: [] if n in self.gone else find(a, k, n)))
        self.startPatcher(patch.object(FinanceReconciliation, "_run_commit", lambda _self: 9.0))

    def read_documents(self, since, until, *, page=None):
        kept = [
            document
            for document in self.erp.documents
            if document["kind"] in ("receivable", "credit_note") and document["number"] not in self.gone
        ]
        # two pages, as a real one has
        half = len(kept) // 2
        found = kept[half:] + self.extra if page else kept[:half]
        return [self.remote(document) for document in found], (None if page else 1)

    def remote(self, document):
        return RemoteDocument(
            document["kind"], document["id"], document["number"], document["status"],
            cancelled=document.get("cancelled", False), amount=document["amount"], currency_number="PRE001",
            customer_number=document.get("customer") or self.row(self.partner).number, day=self.today,
        )  # fmt: skip

    def compare(self):
        self.runs._cron_reconcile()
        return self.runs.search([], limit=1)

    def sent(self, count=1, **vals):
        moves = self.invoice(count=count, **vals)
        self.deliver()
        return moves

    def over_there(self, move):
        return self.erp.with_number(self.row(move).number)[0]

    def lines(self, run):
        return {(line.kind, line.cause, line.number or "") for line in run.line_ids if line.kind != "total"}

    def test_same_books_are_clean_and_say_so(self):
        self.sent(count=4)
        run = self.compare()
        self.assertEqual(
            (run.state, run.count_here, run.count_there, run.line_count), ("clean", 4, 4, 0), self.lines(run)
        )
        self.assertEqual(self.connection.last_clean_at, run.finished_at)
        self.assertFalse(run.activity_ids)
        # a second start of the job on the same day compares nothing again
        self.runs._cron_reconcile()
        self.assertEqual(self.runs.search_count([]), 1)

    def test_every_difference_is_named(self):
        moves = self.sent(count=8)
        rounding, changed, gone, cancelled, waiting, twice, payer, same = moves
        self.over_there(rounding)["amount"] += Decimal("0.01")
        self.over_there(changed)["amount"] += 100
        self.gone.add(self.row(gone).number)
        self.over_there(cancelled)["cancelled"] = True
        self.over_there(waiting)["status"] = "B"
        other = self.env["res.partner"].create({"name": "别的公司", "is_company": True})
        self.env["finance.binding"]._bind(
            self.connection, "res.partner", other.id, "customer", number="KH7", by_hand=True
        )
        self.over_there(payer)["customer"] = "KH7"
        self.extra = [
            {**self.over_there(twice), "id": "9"},
            {**self.over_there(same), "id": "10", "number": "AR00001"},
            {**self.over_there(same), "id": "11", "number": "CRM-AR-999999999"},
        ]
        self.erp.faults = {"save": ["refused"]}
        refused = self.sent()
        run = self.compare()
        number = lambda move: self.row(move).number  # noqa: E731
        self.assertEqual(
            self.lines(run),
            {
                ("amount", "tax_rounding", number(rounding)),
                ("amount", "changed_there", number(changed)),
                ("missing_there", "deleted_there", number(gone)),
                ("missing_there", "refused", number(refused)),
                ("state", "cancelled_there", number(cancelled)),
                ("state", "not_audited", number(waiting)),
                ("payer", "wrong_payer", number(payer)),
                ("duplicate", "same_number", number(twice)),
                ("missing_here", "entered_there", "AR00001"),
                ("missing_here", "unknown_number", "CRM-AR-999999999"),
            },
        )
        self.assertEqual(run.state, "differs")
        self.assertEqual(run.activity_ids.user_id, self.clerk)
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        # the sum of a customer is what his documents say
        total = run.line_ids.filtered(lambda line: line.kind == "total" and line.partner_id == other)
        self.assertEqual(total.amount_there, payer.amount_total)
        self.assertEqual((total.amount_here, total.difference), (0, payer.amount_total))

    def test_what_was_posted_while_it_was_off_is_found(self):
        self.connection._switch("off")
        move = self.invoice()
        self.connection._switch("on")
        run = self.compare()
        line = run.line_ids.filtered(lambda line: line.kind == "missing_there")
        self.assertEqual((line.cause, line.res_id), ("never_queued", move.id))

    def test_nothing_of_before_the_start_counts(self):
        self.connection._switch("off")
        self.invoice(invoice_date=self.today - timedelta(days=3))
        self.connection._switch("on", self.today)
        self.assertEqual(self.compare().state, "clean")

    def test_receipt_less_a_fee(self):
        self.sent()
        payment = self.env["account.payment"].create(
            {"payment_type": "inbound", "partner_type": "customer", "partner_id": self.partner.id, "amount": 995,
             "journal_id": self.journal.id}
        )  # fmt: skip
        vals = {
            "connection_id": self.connection.id, "company_id": self.company.id, "remote_id": "1", "entry_id": "1",
            "number": "SKD1", "date": self.today, "amount": 1000, "payment_id": payment.id, "state": "matched",
            "partner_id": self.partner.id, "currency_id": self.company.currency_id.id,
        }  # fmt: skip
        self.env["finance.receipt"]._through_door(*vals).create(vals)
        self.assertEqual(self.lines(self.compare()), {("amount", "fee", "SKD1")})

    def test_far_side_that_is_away_is_no_clean_night(self):
        self.sent()

        def away(_adapter, _since, _until, *, page=None):
            raise NotSent("unreachable", reason="connect")

        with patch.object(FakeAdapter, "read_documents", away):
            run = self.compare()
        self.assertEqual(run.state, "failed")
        self.assertFalse(self.connection.last_clean_at)
        # the next start tries again
        self.assertEqual(self.compare().state, "clean")

    def test_states_come_back(self):
        move = self.sent()
        self.over_there(move)["status"] = "D"
        self.compare()
        binding = self.env["finance.binding"].search([("kind", "=", "receivable")])
        self.assertEqual(binding.remote_state, "D")

    def test_cost_does_not_grow_with_the_documents(self):
        self.sent(count=2)
        run = self.runs._open(self.connection, self.today, self.today)
        theirs = run._read(FakeAdapter(self.erp))
        counts = []
        for count in (1, 50):
            run = self.runs._open(self.connection, self.today, self.today)
            rows = [(f"X{n}", *row[1:]) for n in range(count) for row in theirs]
            self.env.flush_all()
            start = self.env.cr.sql_log_count
            run._compare(rows)
            counts.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(counts[1], counts[0])

    def test_differences_leave_as_a_file(self):
        self.sent(partner=self.env["res.partner"].create({"name": "=1+1 公司", "is_company": True}))
        self.extra = [{**self.erp.documents[-1], "id": "9", "number": "AR00001"}]
        run = self.compare()
        action = run.with_user(self.clerk).action_export()
        self.assertIn("/web/content/", action["url"])
        attachment = self.env["ir.attachment"].search([("res_model", "=", run._name)], limit=1)
        self.assertEqual((attachment.res_id, attachment.raw[:2]), (run.id, b"PK"))
        sheet = load_workbook(io.BytesIO(attachment.raw)).active
        self.assertEqual(sheet.freeze_panes, "A2")
        self.assertGreaterEqual(sheet.column_dimensions["C"].width, 30)
        columns = {cell.value: cell.column for cell in sheet[1]}
        cells = [sheet.cell(2, columns[name]) for name in ("Date", "Difference", "Customer")]
        self.assertEqual([cell.data_type for cell in cells[:2]], ["d", "n"])
        self.assertNotEqual(cells[2].data_type, "f")
        self.assertEqual(cells[1].number_format, "#,##0.00")
        self.assertEqual(sheet.cell(2, columns["What to Do"]).value, run.line_ids[0].advice)

    def test_every_cause_says_what_to_do(self):
        lines = self.env["finance.reconciliation.line"]
        self.assertEqual(set(lines._advice()), set(dict(lines._fields["cause"].selection)))

    def test_who_may(self):
        self.sent()
        run = self.compare()
        for user in (self.rep, self.users["suite_admin"]):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.connection.with_user(user).action_reconcile()
        with self.assertRaises(AccessError):
            run.with_user(self.rep).action_export()
        for user in (self.clerk, self.manager, self.env.ref("base.user_admin")):
            for attack in (
                lambda u=user: run.with_user(u).write({"state": "clean"}),
                lambda u=user: self.runs.with_user(u).create({"connection_id": self.connection.id}),
                lambda u=user: self.env["finance.reconciliation.line"].with_user(u).create({"kind": "amount"}),
                lambda u=user: self.connection.with_user(u).write({"last_clean_at": fields.Datetime.now()}),
            ):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    attack()
        self.connection._switch("off")
        with self.assertRaises(UserError):
            self.connection.with_user(self.clerk).action_reconcile()
