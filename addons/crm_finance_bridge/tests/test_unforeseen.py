from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from ..models.finance_binding_reading import FinanceBinding
from ..models.finance_code_customer import FinanceConnection as Customers
from ..models.finance_connection_credit import FinanceConnection as Credit
from ..models.finance_receipt_poller import FinanceReceipt
from .common import BridgeCase

LOGGER = "odoo.addons.crm_finance_bridge.models.finance_connection_reading"


@tagged("post_install", "-at_install")
class TestUnforeseen(BridgeCase):
    """A bug, or a reply that nobody thought of, on one connection; another company's is read all the same."""

    def setUp(self):
        super().setUp()
        company = self.env["res.company"].create({"name": "另一家公司"})
        self.other = self.connection.copy(
            {"company_id": company.id, "receipt_journal_id": False, "product": "yonyou_u8", "name": "U8 of another"}
        )
        self.other._switch("on")

    def check(self, owner, method, job, gives=9.0):
        seen = []

        def broken(records, connection=None):
            connection = connection or records
            seen.append(connection.id)
            if connection.id == self.connection.id:
                raise RuntimeError("nobody thought of this")
            return gives

        with self.worker(), patch.object(owner, method, broken), self.assertLogs(LOGGER, "WARNING"):
            job()
        self.assertEqual(set(seen), {self.connection.id, self.other.id})
        self.assertEqual(self.connection.activity_ids.user_id, self.clerk)
        self.assertFalse(self.other.activity_ids)

    def test_a_long_silence_is_told_once(self):
        self.invoice()
        now = self.env.cr.now().replace(microsecond=0)
        for minutes, told in ((50, 0), (70, 1), (130, 1)):
            self.connection._breaker_write(
                {"breaker_opened_at": now - timedelta(minutes=minutes), "breaker_retry_at": now + timedelta(minutes=1)}
            )
            with self.worker():
                self.env["finance.binding"]._cron_changes()
            self.assertEqual(len(self.connection.activity_ids), told, minutes)
        # the customer and the invoice
        self.assertRegex(self.connection.activity_ids.note, r"[^\d]2[^\d]")
        self.assertFalse(self.other.activity_ids)

    def test_receipts(self):
        self.check(FinanceReceipt, "_poll", self.env["finance.receipt"]._cron_poll)

    def test_changes(self):
        self.check(FinanceBinding, "_read_changes", self.env["finance.binding"]._cron_changes)

    def test_credit(self):
        self.check(Credit, "_read_credit", self.env["finance.connection"]._cron_credit)

    def test_customers(self):
        self.check(Customers, "_read_customers", self.env["finance.connection"]._cron_customers, gives=[])
