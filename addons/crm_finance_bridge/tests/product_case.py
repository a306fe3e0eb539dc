"""What must hold for every product: the worker with a real adapter, whose far side is a fake."""

from unittest.mock import patch

from ..models.finance_connection import FinanceConnection
from .common import BridgeCase


class ProductCase(BridgeCase):
    """A subclass gives the connection's values, the far side and the adapter."""

    VALS = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection.write({**cls.VALS, "secret_input": "geheim-0123"})

    def setUp(self):
        super().setUp()
        self.far = self.make_far_side()
        self.startPatcher(patch.object(FinanceConnection, "_adapter", lambda connection: self.make_adapter(connection)))

    def make_far_side(self):
        raise NotImplementedError

    def make_adapter(self, connection):
        raise NotImplementedError

    def bills(self, number):
        """(id, state) of each receivable with that number over there."""
        raise NotImplementedError

    AUDITED = ""
    # the state as the binding keeps it
    BOUND = ""

    def assertOnceOverThere(self, move):
        row = self.row(move)
        self.assertEqual(row.state, "done", row.last_error)
        bills = self.bills(row.number)
        self.assertEqual([state for _id, state in bills], [self.AUDITED])
        binding = self.env["finance.binding"].search([("res_model", "=", move._name), ("res_id", "=", move.id)])
        self.assertEqual(
            (binding.number, binding.remote_id, binding.remote_state), (row.number, bills[0][0], self.BOUND)
        )


class ExactlyOnceCase(ProductCase):
    """Exactly one document over there, whatever becomes of a call. A subclass names its calls and faults."""

    allow_inherited_tests_method = True

    # the call that saves, all calls of a document's road, the faults after which one must ask
    SAVE = ""
    CALLS = ()
    FAULTS = ()
    DOUBTS = ()
    REFUSAL = ""

    def setUp(self):
        super().setUp()
        self.invoice(1)
        self.deliver()
        self.far.calls.clear()

    def run_until_settled(self, move):
        for _run in range(4):
            self.deliver(later=130)
            if self.row(move).state == "done":
                break
        self.assertOnceOverThere(move)

    def saved(self):
        """How often something was sent to be saved."""
        return len([call for call in self.far.calls if call[0] == self.SAVE])

    def test_each_fault_around_each_call_ends_with_one_document(self):
        for operation in self.CALLS:
            for fault in self.FAULTS:
                if fault == "late" and operation != self.SAVE:
                    continue
                with self.subTest(operation=operation, fault=fault):
                    move = self.invoice()
                    self.far.faults = {operation: [fault]}
                    self.deliver()
                    self.far.arrive()
                    self.run_until_settled(move)
                    self.assertEqual(self.far.faults, {operation: []})

    def test_doubt_is_asked_for_and_not_sent_again(self):
        for fault in self.DOUBTS:
            with self.subTest(fault):
                move = self.invoice()
                self.far.calls.clear()
                self.far.faults = {self.SAVE: [fault]}
                self.run_until_settled(move)
                self.assertEqual(self.saved(), 1)

    def test_nothing_found_proves_nothing_until_the_settle_delay_has_passed(self):
        move = self.invoice()
        self.far.faults = {self.SAVE: ["late"]}
        self.deliver()
        self.deliver(later=30)
        self.assertEqual(self.row(move).state, "uncertain")
        self.assertEqual(self.saved(), 1)
        self.far.arrive()
        self.run_until_settled(move)
        self.assertEqual(self.saved(), 1)

    def test_a_refusal_waits_for_a_person_with_their_words(self):
        move = self.invoice()
        self.far.faults = {self.SAVE: ["refused"]}
        self.deliver()
        row = self.row(move)
        self.assertEqual(row.state, "rejected")
        self.assertIn(self.REFUSAL, row.last_error)
