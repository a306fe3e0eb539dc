"""The worker with the real adapter of Kingdee EAS, and what a connection to EAS has of its own."""

from datetime import UTC, timedelta
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..clients.kingdee_eas import SESSIONS, EasCredentials, KingdeeEasClient
from ..clients.kingdee_eas_adapter import KingdeeEasAdapter
from ..clients.kingdee_eas_payloads import EasSettings
from ..clients.results import ReceiptCursor
from ..models.finance_connection import FinanceConnection
from .fake_eas import FakeEas
from .product_case import ExactlyOnceCase, ProductCase

REAL_ADAPTER = FinanceConnection._adapter
EAS_VALS = {
    "product": "kingdee_eas",
    "base_url": "https://eas.example.com:6888/",
    "account_set": "DC01",
    "user_name": "crm",
    "organisation": "01",
    "eas_db_type": "oracle",
    "default_unit": "U01",
}


class EasCase(ProductCase):
    VALS = EAS_VALS
    AUDITED, BOUND = "AUDITED", "C"

    def make_far_side(self):
        return FakeEas()

    def make_adapter(self, connection):
        client = KingdeeEasClient(self.far, EasCredentials(**connection._adapter_credentials()))
        return KingdeeEasAdapter(client, EasSettings(**connection._adapter_settings()))

    def bills(self, number):
        return [(bill["id"], bill["billStatus"]) for bill in self.far.bills("otherbill") if bill["number"] == number]


@tagged("post_install", "-at_install")
class TestEasExactlyOnce(EasCase, ExactlyOnceCase):
    SAVE = "importBill"
    CALLS = ("importBill", "submitBill", "auditBill", "getBill")
    FAULTS = ("dropped", "lost", "late", "killed_before", "killed_after", "session", "html", "soap_fault", "unsent")
    DOUBTS = ("dropped", "killed_after", "html", "soap_fault")
    REFUSAL = "会计期间已结账"

    def test_the_road(self):
        move = self.invoice(1000)
        self.deliver()
        self.assertOnceOverThere(move)
        road = ["getBill", "importBill", "getBill", "submitBill", "getBill", "auditBill", "getBill"]
        number = self.row(move).number
        self.assertEqual(self.far.calls, [(operation, "otherbill", number) for operation in road])
        bill = self.far.bills("otherbill")[-1]
        self.assertEqual((bill["totalAmount"], bill["company"]), (f"{move.amount_total:.2f}", "01"))
        self.assertEqual(self.far.logins, 1)

    def test_a_session_lost_at_a_write_leaves_doubt(self):
        """The far side did nothing here, but a fault does not prove that."""
        move = self.invoice()
        self.far.faults = {"importBill": ["session"]}
        self.deliver()
        self.assertEqual(self.row(move).state, "uncertain")
        self.assertEqual(self.far.logins, 2)
        self.deliver(later=30)
        self.assertEqual(self.saved(), 1)
        self.run_until_settled(move)
        self.assertEqual(self.saved(), 2)

    def test_a_session_lost_at_a_question_is_renewed_within_it(self):
        move = self.invoice()
        self.far.faults = {"getBill": ["session"]}
        self.deliver()
        self.assertOnceOverThere(move)
        self.assertEqual(self.far.logins, 2)

    def test_another_amount_over_there_stops_for_a_person(self):
        move = self.invoice()
        keep = self.far._keep
        self.startPatcher(
            patch.object(self.far, "_keep", lambda kind, bill: keep(kind, {**bill, "totalAmount": "1.00"}))
        )
        self.deliver()
        self.assertEqual(self.row(move).state, "dead")
        self.assertEqual(self.saved(), 1)

    def test_what_people_audit_is_looked_at_again(self):
        self.connection.is_audited_by_us = False
        move = self.invoice()
        self.deliver()
        row = self.row(move)
        self.assertEqual((row.state, row.error_code), ("pending", "waits_there"))
        self.far.books["otherbill", row.number]["billStatus"] = "AUDITED"
        self.deliver(later=700)
        self.assertOnceOverThere(move)


@tagged("post_install", "-at_install")
class TestEasConnection(EasCase):
    def test_settings_reach_the_adapter(self):
        adapter = self.connection._adapter()
        self.assertEqual(adapter.settings.currencies["CNY"], "BB01")
        self.assertEqual(adapter.settings.materials["product.product,1"], "M001")
        self.assertEqual((adapter.client.account, adapter.client.user), ("DC01", "crm"))
        self.assertEqual(adapter.steps("receivable"), ("save", "submit", "audit"))
        currency = self.env.ref("base.CNY")
        self.env["finance.mapping"].create(
            {"connection_id": self.connection.id, "kind": "currency", "currency_id": currency.id, "number": "RMB"}
        )
        self.assertEqual(self.connection._adapter().settings.currencies["CNY"], "RMB")
        self.connection.product = "kingdee_galaxy"
        self.assertIn("acct_id", self.connection._adapter_credentials())

    def test_the_registered_adapter_takes_what_the_connection_gives(self):
        self.startPatcher(patch.object(FinanceConnection, "_adapter", REAL_ADAPTER))
        adapter = self.connection._adapter()
        self.assertIsInstance(adapter, KingdeeEasAdapter)
        self.assertEqual(adapter.client._known.db_type, 1)
        # one session for all processes of the server
        self.assertIsNot(adapter.client._tokens, SESSIONS)

    def test_the_login_needs_the_kind_of_database(self):
        with self.assertRaises(ValidationError):
            self.connection.eas_db_type = False

    def test_an_application_id_is_asked_for_where_the_product_needs_one(self):
        self.connection.app_id = False
        with self.assertRaises(ValidationError):
            self.connection.product = "kingdee_galaxy"

    def test_a_receipt_becomes_a_payment(self):
        self.invoice(100)
        self.deliver()
        number = self.row(self.partner).number
        self.far.enter_receipt(number, "100.00", description="货款")
        now = self.env.cr.now().replace(microsecond=0, tzinfo=UTC)
        cursor = self.env["finance.cursor"]._of(self.connection, "receipts")
        cursor._move(ReceiptCursor(now - timedelta(hours=1)), now.replace(tzinfo=None))
        self.poll()
        self.poll()
        receipt = self.env["finance.receipt"].search([("connection_id", "=", self.connection.id)])
        self.assertEqual((len(receipt), receipt.partner_id, receipt.amount), (1, self.partner, 100.0))
        self.assertEqual(receipt.payment_id.amount, 100.0)
