import contextlib
from unittest.mock import patch

from odoo.tests import tagged

from ..clients.results import ReceiptCursor, RemoteCode
from ..models import finance_connection
from ..models.finance_receipt_poller import FinanceReceipt as Poller
from .common import BridgeCase
from .fake_erp import FakeAdapter

# of one poll that finds nothing
MOST = 6


class Silent(FakeAdapter):
    """A far side where nothing happens."""

    @classmethod
    def connect(cls, base_url, credentials, settings, **transport_options):
        return cls(None)

    def read_receipts(self, cursor, until):
        return [], ReceiptCursor(until)

    def read_changes(self, kind, since, until):
        return []

    def read_fapiao(self, since, until):
        return {}

    def read_codes(self, kind):
        return [RemoteCode("customer", "KH1", "未知公司")]

    def read_credit_limits(self):
        return {}

    def read_open_items(self, day):
        return []


@tagged("post_install", "-at_install")
class TestIdle(BridgeCase):
    """What the jobs that read cost while nothing happens, with the settings and the secret read as they are."""

    own_adapter = finance_connection.FinanceConnection._adapter

    def setUp(self):
        super().setUp()
        self.connection.secret_input = "geheim-0123"
        self.invoice()
        self.deliver()
        self.startPatcher(patch.object(finance_connection.FinanceConnection, "_adapter", type(self).own_adapter))
        self.startPatcher(patch.object(finance_connection, "adapter_for", lambda _product: Silent))
        # a commit asks nothing of the database; what was read before it is forgotten
        self.startPatcher(patch.object(Poller, "_poll_commit", lambda poller, _done=0: poller._forget() or 9.0))
        self.startPatcher(patch.object(Poller, "_forget", self.forget, create=True))
        self.startPatcher(patch.object(Poller, "_poll_rollback", lambda _poller: None))

    def forget(self, *_args):
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.cr._now = None

    @contextlib.contextmanager
    def at_most(self, count):
        """The second turn: the first one of a process fills what is remembered."""
        self.forget()
        before = self.env.cr.sql_log_count
        yield
        self.forget()
        self.assertLessEqual(self.env.cr.sql_log_count - before, count)

    def polled_twice(self, model, name):
        # as the server calls it: with tracking
        poll = getattr(self.env[model].with_context(tracking_disable=False), name)
        poll()
        with self.at_most(MOST):
            poll()

    def test_receipts_and_announcements(self):
        self.polled_twice("finance.receipt", "_cron_poll")

    def test_receipts_while_others_wait_for_people(self):
        """Waiting for a claim, a journal or a person costs nothing more."""
        store = self.env["finance.receipt"]
        for state, message in (("open", False), ("review", "?"), ("waiting", "?")):
            vals = {"connection_id": self.connection.id, "company_id": self.company.id, "remote_id": state,
                    "entry_id": "1", "state": state, "message": message, "number": state}  # fmt: skip
            row = store._through_door(*vals).create(vals)
            if state == "review":
                row._ask_person()
        self.polled_twice("finance.receipt", "_cron_poll")

    def test_states_and_fapiao(self):
        self.polled_twice("finance.binding", "_cron_changes")

    def test_limits_and_balances(self):
        self.env["finance.binding"].search([("kind", "=", "customer")])._through_door().unlink()
        self.polled_twice("finance.connection", "_cron_credit")

    def test_customers_made_over_there(self):
        said = [("customer", "KH1", "未知公司", "")]
        self.env["finance.code"]._store(self.connection, said)
        self.polled_twice("finance.connection", "_cron_customers")

    def test_a_changed_mapping_is_known_at_once(self):
        tables = self.env["finance.mapping"]._tables
        self.assertNotIn("USD", tables(self.connection)["currency"])
        usd = self.env.ref("base.USD")
        vals = {"connection_id": self.connection.id, "kind": "currency", "currency_id": usd.id, "number": "PRE007"}
        mapping = self.env["finance.mapping"].create(vals)
        self.assertEqual(tables(self.connection)["currency"]["USD"], "PRE007")
        mapping.number = "PRE008"
        self.assertEqual(tables(self.connection)["currency"]["USD"], "PRE008")
        mapping.unlink()
        self.assertNotIn("USD", tables(self.connection)["currency"])

    def test_without_a_connection_no_job_is_awake(self):
        self.connection._switch("off")
        self.assertFalse(any(self.env.ref(name).active for name in self.connection._cron_names()))
        self.connection._switch("on")
        self.assertTrue(all(self.env.ref(name).active for name in self.connection._cron_names()))
