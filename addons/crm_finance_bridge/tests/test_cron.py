import contextlib
import time
from unittest.mock import patch

from odoo.tests import tagged

from ..models.finance_outbox_worker import FinanceOutbox as Worker
from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestCron(BridgeCase):
    """The crons as the server calls them, with its own progress and commits."""

    def setUp(self):
        super().setUp()

        @contextlib.contextmanager
        def hold(_records):
            yield "4711"

        # a second cursor cannot be open beside the test's own
        self.startPatcher(patch.object(Worker, "_outbox_hold", hold, create=True))
        # nor can the test's transaction become another kind of transaction
        self.startPatcher(patch.object(Worker, "_outbox_alone", lambda _r: None, create=True))
        self.cron = self.env.ref("crm_finance_bridge.cron_deliver")

    def test_deliver(self):
        move = self.invoice()
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.assertExactlyOnce(move)

    def test_poll(self):
        with self.enter_registry_test_mode():
            self.env.ref("crm_finance_bridge.cron_poll").method_direct_trigger()
        self.assertTrue(self.env["finance.cursor"].search([("connection_id", "=", self.connection.id)]).read_at)

    def test_posting_wakes_the_worker(self):
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)])
        self.invoice()
        after = self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)])
        self.assertEqual(after - before, 1)

    def test_over_time_it_leaves_at_once_and_comes_back(self):
        self.invoice()
        progress = []
        with (
            patch.object(Worker, "_progress", lambda _r, done, **kw: progress.append((done, kw))),
            patch.object(Worker, "_wake", lambda _r: progress.append("wake"), create=True),
        ):
            self.outbox.with_context(cron_end_time=time.monotonic() - 1)._cron_deliver()
        self.assertEqual(progress, [(0, {"remaining": 1}), "wake"])
        self.assertFalse(self.erp.calls)

    def test_out_of_budget_it_wakes_itself(self):
        self.invoice(partner=self.env["res.partner"].create({"name": "另一客户"}))
        self.invoice()
        woken = []
        with (
            self.worker(),
            patch.object(Worker, "_progress", lambda _r, _done, **_kw: 0),
            patch.object(Worker, "_wake", lambda _r: woken.append(1), create=True),
        ):
            self.outbox._cron_deliver()
        self.assertTrue(woken)
        self.assertEqual(len({number for _step, number in self.erp.calls}), 1)
