from decimal import Decimal
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..clients.errors import NotSent, Rejected
from ..clients.results import RemoteDocument
from .common import BridgeCase
from .fake_erp import FakeAdapter


@tagged("post_install", "-at_install")
class TestChanges(BridgeCase):
    """What happens over there to documents that we had sent."""

    def setUp(self):
        super().setUp()
        self.move = self.invoice()
        self.deliver()
        self.binding = self.bound(self.move)
        self.asked = []

    def bound(self, record):
        domain = [("res_model", "=", record._name), ("res_id", "=", record.id)]
        return self.env["finance.binding"].search(domain)

    def document(self, binding=None, status="C", **more):
        binding = binding or self.binding
        vals = {"kind": binding.kind, "remote_id": binding.remote_id, "number": binding.number, **more}
        return RemoteDocument(status=status, amount=Decimal(1), **vals)

    def read_changes(self, documents=(), fapiao=None):
        def changes(_adapter, kind, since, until):
            self.asked.append((kind, since, until))
            if isinstance(documents, Exception):
                raise documents
            return [document for document in documents if document.kind == kind]

        def numbers(_adapter, _since, _until):
            if isinstance(fapiao, Exception):
                raise fapiao
            return fapiao

        with (
            patch.object(FakeAdapter, "read_changes", changes),
            patch.object(FakeAdapter, "read_fapiao", numbers),
            self.worker(),
        ):
            self.env["finance.binding"]._cron_changes()

    def todo(self):
        return self.row(self.move).activity_ids

    def test_the_stage_is_shown_on_the_document(self):
        move = self.move.with_user(self.clerk)
        self.assertEqual((move.finance_remote_stage, move.finance_remote_number), ("audited", self.binding.number))
        self.read_changes([self.document(status="B"), self.document(number="somebody else's", status="D")])
        self.assertEqual(move.finance_remote_stage, "submitted")
        self.assertFalse(self.todo())
        customer = self.partner.with_user(self.clerk)
        self.assertEqual(customer.finance_remote_stage, "audited")

    def test_what_was_taken_back_over_there_asks_a_person_once(self):
        for status, more, stage in (("D", {}, "rejected"), ("C", {"cancelled": True}, "void")):
            for _turn in range(2):
                self.read_changes([self.document(status=status, **more)])
            self.assertEqual(self.binding.remote_stage, stage)
        self.assertEqual(len(self.todo()), 1)
        self.assertEqual(self.todo().user_id, self.clerk)
        # what stands over there stays what we sent: nothing is sent again by itself
        self.assertEqual(self.row(self.move).state, "done")

    def test_another_document_under_our_number_is_not_taken_for_ours(self):
        self.read_changes([self.document(status="D", remote_id="999")])
        self.assertEqual(self.binding.remote_stage, "audited")

    def test_windows_follow_each_other_and_a_failed_one_comes_again(self):
        self.read_changes()
        self.assertEqual([kind for kind, *_window in self.asked], ["receivable", "customer"])
        until = self.asked[0][2]
        self.asked.clear()
        self.read_changes(NotSent("unreachable", reason="connect"))
        self.read_changes([self.document(status="B")])
        first, second = self.asked[0], self.asked[1]
        self.assertEqual(first[1], second[1])
        self.assertLess(first[1], until)
        self.assertEqual(self.binding.remote_stage, "submitted")

    def test_fapiao_numbers(self):
        number = self.binding.number
        self.read_changes(fapiao={number: ("24312000000012345678", "24312000000012345679"), "nobody's": ("1",)})
        shown = "24312000000012345678, 24312000000012345679"
        self.assertEqual(self.move.with_user(self.clerk).finance_fapiao_number, shown)
        found = self.env["account.move"].search([("finance_fapiao_number", "ilike", "12345679")])
        self.assertEqual(found, self.move)
        self.read_changes(fapiao={})
        self.assertEqual(self.binding.fapiao_number, shown)
        self.read_changes(fapiao={number: ()})
        self.assertFalse(self.binding.fapiao_number)

    def test_without_a_form_of_invoices_states_are_read_all_the_same(self):
        self.read_changes([self.document(status="B")], fapiao=Rejected("no such form", code=9, reason="msgcode_9"))
        self.assertEqual(self.binding.remote_stage, "submitted")
        self.assertTrue(self.connection.fapiao_problem)
        self.read_changes(fapiao={})
        self.assertFalse(self.connection.fapiao_problem)

    def test_fapiao_numbers_kept_here_are_entered_by_finance_and_never_read(self):
        move = self.move.with_user(self.clerk)
        with self.assertRaises(UserError):
            move.finance_fapiao_number = "24312000000012345678"
        self.connection.fapiao_source = "here"
        move.finance_fapiao_number = "24312000000012345678"
        self.assertEqual(self.binding.fapiao_number, "24312000000012345678")
        self.read_changes([self.document(status="B")], fapiao={self.binding.number: ("1",)})
        self.assertEqual(self.binding.fapiao_number, "24312000000012345678")
        # what the other side keeps comes all the same
        self.assertEqual(self.binding.remote_stage, "submitted")
        with self.assertRaises(AccessError):
            self.move.with_user(self.rep).finance_fapiao_number = "2"
        self.connection.fapiao_source = "there"
        self.read_changes(fapiao={self.binding.number: ("1",)})
        self.assertEqual(self.binding.fapiao_number, "1")

    def test_several_fapiao_numbers_by_any_comma_and_nothing_else(self):
        self.connection.fapiao_source = "here"
        move = self.move.with_user(self.clerk)
        move.finance_fapiao_number = "24312000000012345678，12345678、 24312000000012345679"
        self.assertEqual(self.binding.fapiao_number, "24312000000012345678, 12345678, 24312000000012345679")
        for wrong in ("1234567", "24312000000012345678, 2431200000001234567X"):
            with self.subTest(wrong), self.assertRaises(UserError):
                move.finance_fapiao_number = wrong
        move.finance_fapiao_number = False
        self.assertFalse(self.binding.fapiao_number)

    def test_what_is_kept_here_is_not_overwritten_by_what_is_read(self):
        """Invoice and customer are ours: another state, amount or name over there changes neither."""
        name, amount = self.partner.name, self.move.amount_total
        customer = self.bound(self.partner)
        self.read_changes([self.document(status="B"), self.document(customer, name="别的名字")])
        self.assertEqual((self.partner.name, self.move.amount_total, self.move.state), (name, amount, "posted"))
        self.assertEqual(self.binding.remote_stage, "submitted")

    def test_nobody_writes_what_the_other_side_said(self):
        for name, value in (("remote_stage", "void"), ("fapiao_number", "1")):
            with self.subTest(name), self.assertRaises(AccessError):
                self.binding.write({name: value})
            with self.subTest(name), self.assertRaises(AccessError):
                self.binding.with_user(self.manager).write({name: value})

    def test_reading_costs_the_same_for_one_and_fifty(self):
        moves = self.invoice(count=50)
        self.deliver()
        bindings = self.env["finance.binding"].search([("res_model", "=", "account.move"), ("res_id", "in", moves.ids)])
        counts = []
        for chosen, status in ((bindings[:1], "B"), (bindings, "A")):
            found = {item.number: ("saved", self.document(item, status)) for item in chosen}
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["finance.binding"]._note_stages(self.connection, ("receivable", "credit_note"), found)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)
