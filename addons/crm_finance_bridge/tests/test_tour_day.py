from decimal import Decimal
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from ..clients.results import RemoteDocument
from ..models.finance_reconciliation import FinanceReconciliation
from .common import BridgeCase
from .fake_erp import FakeAdapter


class DayTours(HttpCase, BridgeCase):
    """The clerk's day and the administrator's five steps; the far side is one in memory."""

    def walk(self, url, name, login="finance_clerk"):
        self.env.flush_all()
        self.start_tour(url, f"crm_finance_bridge_{name}", login=login)
        self.env.invalidate_all()

    def five_steps(self):
        new_test_user(self.env, "setup_tour", groups="base.group_system,base.group_user")
        self.connection.unlink()
        self.walk("/odoo/action-crm_finance_bridge.action_finance_setup", "setup", "setup_tour")
        made = self.env["finance.connection"].search([("account_set", "=", "5f0000000001")])
        self.assertEqual((made.state, made.default_material, made.default_unit), ("off", "M001", "Pcs"))
        self.assertEqual(made._secret_clear(), "s3cret-0123456789-tour")

    def queue(self):
        # the customer goes first and gets through
        self.erp.faults["save"] = ["", "refused"]
        move = self.invoice()
        self.deliver()
        row = self.row(move)
        self.walk("/odoo/action-crm_finance_bridge.action_finance_health", "day_refused")
        self.assertEqual(row.state, "pending")
        self.erp.faults.clear()
        self.deliver()
        self.assertEqual(row.state, "done")
        self.walk(f"/odoo/action-crm_finance_bridge.action_finance_outbox/{row.id}", "day_done")

    def reconciliation(self):
        move = self.invoice()
        self.deliver()
        self.erp.with_number(self.row(move).number)[0]["amount"] += Decimal("100")
        self.startPatcher(patch.object(FakeAdapter, "read_documents", self.read_documents))
        self.startPatcher(patch.object(FinanceReconciliation, "_run_commit", lambda _self: 9.0))
        runs = self.env["finance.reconciliation"]
        runs._cron_reconcile()
        found = runs.search([], limit=1)
        self.assertIn("changed_there", found.line_ids.mapped("cause"))
        self.walk("/odoo/action-crm_finance_bridge.action_finance_reconciliation", "day_reconciliation")

    def read_documents(self, since, until, *, page=None):
        return [
            RemoteDocument(
                document["kind"], document["id"], document["number"], document["status"], amount=document["amount"],
                currency_number="PRE001", customer_number=self.row(self.partner).number, day=fields.Date.today(),
            )
            for document in self.erp.documents
            if document["kind"] == "receivable"
        ], None  # fmt: skip


@tagged("post_install", "-at_install")
class TestTourDay(DayTours):
    def test_five_steps(self):
        self.five_steps()

    def test_queue(self):
        self.queue()

    def test_reconciliation(self):
        self.reconciliation()


@tagged("post_install", "-at_install", "-standard", "phone")
class TestTourDayPhone(DayTours):
    browser_size = "390x844"
    touch_enabled = True

    def test_five_steps(self):
        self.five_steps()

    def test_queue(self):
        self.queue()

    def test_reconciliation(self):
        self.reconciliation()
