"""Rows that share their calls, for the tests of it."""

from .common import BridgeCase


class TogetherCase(BridgeCase):
    def setUp(self):
        super().setUp()
        # the customer first: what follows are receivables alone
        self.invoice(1)
        self.deliver()
        self.erp.calls.clear()
        self.connection.batch_size = 20

    def post(self, count, **vals):
        moves = self.invoice(count=count, **vals)
        return list(moves), [self.row(move) for move in moves]

    def steps(self):
        """What was called: (step, how many documents)."""
        return [(step, len(number) if isinstance(number, tuple) else 1) for step, number in self.erp.calls]

    def sent(self, number, step="save"):
        """How often the far side was told to do a step for a document."""
        return sum(
            called == step and (number in numbers if isinstance(numbers, tuple) else number == numbers)
            for called, numbers in self.erp.calls
        )

    def assertAllOnce(self, moves):
        for move in moves:
            self.assertExactlyOnce(move)

    def settle(self, moves, later=130):
        for _run in range(4):
            self.deliver(later=later)
        self.assertAllOnce(moves)

    def lines(self, row):
        lines = self.env["finance.attempt"].search([("res_id", "=", row.id), ("res_model", "=", row._name)])
        return [(line.step, line.outcome) for line in lines.sorted("seq")]
