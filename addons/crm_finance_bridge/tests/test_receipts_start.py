from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from odoo.tests import tagged

from ..clients.results import RemoteReceipt
from .common import BridgeCase

START = date(2026, 6, 15)


@tagged("post_install", "-at_install")
class TestReceiptsOfTheStart(BridgeCase):
    """Each yuan once, also around the day on which the books begin to be one."""

    def setUp(self):
        super().setUp()
        self.invoice()
        self.deliver()
        self.receipts = self.env["finance.receipt"]
        self.connection._through_door("start_date").write({"start_date": START})

    def receipt(self, **kw):
        vals = {
            "remote_id": "100301", "number": "SKD000001", "entry_id": "1", "date": START,
            "customer_number": self.row(self.partner).number, "amount": Decimal("300.00"),
            "currency_number": "PRE001", "third_number": "", "remark": "", "status": "C", "cancelled": False,
            "modified": datetime.now(UTC), **kw,
        }  # fmt: skip
        return RemoteReceipt(**vals)

    def read_receipt(self, **kw):
        self.erp.receipts = [self.receipt(**kw)]
        self.poll()
        return self.receipts.search([])

    def test_reading_begins_with_the_day_of_the_start(self):
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        cursor = self.env["finance.cursor"]._of(self.connection, "receipts")._get()
        self.assertEqual(cursor.since, datetime(2026, 6, 14, 16, tzinfo=UTC))
        # and not with the day on which it was switched off and on again
        other = self.connection.copy({"product": "yonyou_u8"})
        other._switch("on", START)
        other._switch("off")
        other._switch("on")
        self.assertEqual(other._adapter_settings()["receipts_from"], START)

    def test_what_stands_in_the_opening_balance_is_not_registered_again(self):
        self.env["finance.opening"].create(
            {"connection_id": self.connection.id, "number": "SKD000001", "partner_id": self.partner.id,
             "currency_id": self.company.currency_id.id, "amount_there": -300, "state": "missing_here"}
        )  # fmt: skip
        receipt = self.read_receipt(date=START - timedelta(days=1))
        self.assertEqual((receipt.state, receipt.payment_id.id), ("closed", False))
        self.assertFalse(receipt.activity_ids)
        self.assertTrue(receipt.message)

    def test_what_is_old_and_unknown_asks_a_person_who_may_register_it(self):
        receipt = self.read_receipt(date=START - timedelta(days=1))
        self.assertEqual((receipt.state, receipt.payment_id.id), ("review", False))
        self.assertEqual(receipt.activity_ids.user_id, self.clerk)
        receipt.with_user(self.clerk).action_apply()
        self.assertEqual((receipt.state, receipt.payment_id.amount), ("open", 300))
        self.assertFalse(receipt.activity_ids)

    def test_dated_anew_it_counts(self):
        receipt = self.read_receipt(date=START - timedelta(days=1))
        self.read_receipt(modified=datetime.now(UTC) + timedelta(seconds=1))
        self.assertEqual((receipt.state, receipt.payment_id.amount), ("open", 300))

    def test_a_mapping_entered_later_lets_it_in(self):
        receipt = self.read_receipt(currency_number="PRE099")
        self.assertEqual(receipt.state, "review")
        receipt.with_user(self.clerk).action_apply()
        self.assertEqual((receipt.state, len(receipt.activity_ids)), ("review", 1))
        self.env["finance.mapping"].create(
            {"connection_id": self.connection.id, "kind": "currency", "currency_id": self.company.currency_id.id,
             "number": "PRE099"}
        )  # fmt: skip
        receipt.with_user(self.clerk).action_apply()
        self.assertEqual((receipt.state, receipt.payment_id.amount), ("open", 300))
