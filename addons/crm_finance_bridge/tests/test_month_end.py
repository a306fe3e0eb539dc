"""Midnight in China is eight hours before midnight of UTC: which day, which month, which books."""

from datetime import UTC, date, datetime
from decimal import Decimal
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..clients.kingdee_galaxy_adapter import KingdeeGalaxyAdapter
from ..clients.kingdee_galaxy_forms import KingdeeSettings
from ..clients.results import RemoteDocument
from ..models.finance_reconciliation import FinanceReconciliation
from .common import BridgeCase
from .fake_erp import FakeAdapter, remote_receipt

# half past midnight of the first of April in China
JUST_AFTER = "2026-03-31 16:30:00"
JUST_BEFORE = "2026-03-31 15:30:00"
APRIL = date(2026, 4, 1)


@tagged("post_install", "-at_install")
class TestMonthEnd(BridgeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id.tz = "Asia/Shanghai"
        # two who sit elsewhere
        cls.manager.tz = "UTC"
        cls.clerk.tz = "America/New_York"

    def wizard(self, **vals):
        return (
            self.env["finance.switch.on"]
            .with_user(self.manager)
            .create({"connection_id": self.connection.id, "is_nothing_open": True, **vals})
        )

    def test_from_now_on_begins_with_the_company_s_day(self):
        self.connection._switch("off")
        for moment, first in ((JUST_BEFORE, date(2026, 3, 31)), (JUST_AFTER, APRIL)):
            for zone in ("UTC", "America/New_York"):
                self.manager.tz = zone
                with self.subTest(moment, zone=zone), freeze_time(moment):
                    self.assertEqual(self.wizard()._get_day(), first)
        with freeze_time(JUST_AFTER):
            self.wizard().action_confirm()
        self.assertEqual(self.connection.start_date, APRIL)
        self.assertFalse(self.rows(self.invoice(invoice_date="2026-03-31")))
        self.assertTrue(self.rows(self.invoice(invoice_date="2026-04-01")))
        # receipts are read from the first minute of that day in China
        self.assertEqual(self.connection._reads_from(), datetime(2026, 3, 31, 16, 0, tzinfo=UTC))

    def test_the_opening_is_as_of_the_company_s_evening(self):
        self.connection._switch("off")
        asked = []
        with (
            freeze_time(JUST_AFTER),
            patch.object(FakeAdapter, "read_open_items", lambda _adapter, day: asked.append(day) or []),
        ):
            self.connection.with_user(self.clerk).action_read_opening()
        self.assertEqual(asked, [date(2026, 3, 31)])
        self.assertEqual(self.connection.opening_day, APRIL)

    def test_a_month_is_compared_by_the_company_s_days(self):
        with (
            freeze_time(JUST_AFTER),
            patch.object(FakeAdapter, "read_documents", lambda *_args, **_kw: ([], None)),
            patch.object(FinanceReconciliation, "_run_commit", lambda _self: 9.0),
        ):
            runs = self.env["finance.reconciliation"]
            runs._cron_reconcile()
            run = runs.search([])
            self.assertEqual((run.date_from, run.date_to), (date(2026, 3, 1), APRIL))
            run.unlink()
            self.connection.with_user(self.clerk).action_reconcile()
            run = runs.search([])
            self.assertEqual((run.date_from, run.date_to), (date(2026, 3, 1), APRIL))

    def test_a_receipt_keeps_the_day_that_it_has_there(self):
        self.erp.receipts = [remote_receipt(customer_number="KH-1", amount=Decimal(5), date=date(2026, 3, 31))]
        with freeze_time(JUST_AFTER):
            self.poll()
        receipt = self.env["finance.receipt"].search([])
        self.assertEqual((receipt.date, receipt.payment_id.date), (date(2026, 3, 31), date(2026, 3, 31)))

    def test_windows_are_told_in_the_clock_of_the_other_side(self):
        adapter = KingdeeGalaxyAdapter(None, KingdeeSettings(organisation="100"))
        moment = datetime(2026, 3, 31, 16, 30, tzinfo=UTC)
        self.assertEqual(adapter._local(moment), datetime(2026, 4, 1, 0, 30))
        self.assertEqual(adapter._day("2026-04-01T00:00:00"), APRIL)
        self.assertEqual(adapter._moment("2026-04-01T00:30:00"), moment)

    def test_a_closed_period_waits_for_a_person(self):
        self.invoice()
        self.deliver()
        self.erp.faults = {"save": ["refused"]}
        move = self.invoice(invoice_date="2026-03-31")
        self.deliver()
        row = self.row(move)
        self.assertEqual((row.state, row.activity_ids.user_id), ("rejected", self.clerk))
        self.assertIn("会计期间已关闭", row.last_error)


@tagged("post_install", "-at_install")
class TestGoLive(BridgeCase):
    """What may happen between the day on which the open items were read and the switch."""

    def setUp(self):
        super().setUp()
        self.connection._switch("off")
        self.today = fields.Date.today()
        self.before = self.invoice(1000, invoice_date=fields.Date.subtract(self.today, days=9))
        self.env["finance.binding"]._bind(
            self.connection, "res.partner", self.partner.id, "customer", number="KH0042", by_hand=True
        )

    def read_there(self, *amounts):
        items = [
            RemoteDocument("receivable", str(n), f"AR{n}", "C", amount=Decimal(str(amount)), customer_number="KH0042",
                           currency_number="PRE001", day=self.before.date)
            for n, amount in enumerate(amounts)
        ]  # fmt: skip
        with patch.object(FakeAdapter, "read_open_items", lambda _adapter, _day: items):
            self.connection.with_user(self.clerk).action_read_opening()

    def confirm(self, day=None):
        wizard = self.env["finance.switch.on"].with_user(self.manager)
        wizard.create(
            {"connection_id": self.connection.id, "is_from_now": False, "start_date": day or self.today}
        ).action_confirm()

    def refused(self, day=None):
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.confirm(day)
        self.assertEqual(self.connection.state, "off")

    def test_read_twice_it_stands_once(self):
        for _time in range(2):
            self.read_there(self.before.amount_total)
            self.assertEqual(self.connection.opening_ids.mapped("state"), ["matched"])
        self.confirm()

    def test_a_cent_too_much_or_too_little(self):
        for cents in (-0.01, 0.01):
            self.read_there(self.before.amount_total + cents)
            self.refused()

    def test_what_was_posted_after_the_reading_counts(self):
        self.read_there(self.before.amount_total)
        late = self.invoice(50, invoice_date=fields.Date.subtract(self.today, days=1))
        self.refused()
        late.button_draft()
        self.confirm()

    def test_items_that_were_read_for_another_day_are_read_again(self):
        """Nobody would see what was entered over there in between."""
        self.read_there(self.before.amount_total)
        self.refused(fields.Date.add(self.today, days=3))
        self.connection.with_user(self.clerk).action_opening(fields.Date.add(self.today, days=3))
        self.refused(fields.Date.add(self.today, days=3))
        self.read_there(self.before.amount_total)
        self.confirm(fields.Date.add(self.today, days=3))

    def test_two_tabs_switch_on_once(self):
        self.read_there(self.before.amount_total)
        self.invoice(70)
        wizards = [
            self.env["finance.switch.on"]
            .with_user(self.manager)
            .create({"connection_id": self.connection.id, "is_from_now": False, "start_date": self.today})
            for _tab in range(2)
        ]
        self.assertEqual([wizard.move_count for wizard in wizards], [1, 1])
        for wizard in wizards:
            wizard.action_confirm()
        rows = self.outbox.search([("res_model", "=", "account.move")])
        self.assertEqual((len(rows), rows.state), (1, "pending"))
        since = self.connection.sync_from
        wizards[0].action_confirm()
        self.assertEqual(self.connection.start_date, self.today)
        self.assertGreaterEqual(self.connection.sync_from, since)
        for _time in range(2):
            self.deliver(later=5)
        self.assertEqual(len(self.erp.with_number(rows.number)), 1)
