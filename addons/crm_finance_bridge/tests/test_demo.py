from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_merchant.demo import company as merchant
from odoo.addons.crm_project_delivery.demo import company as delivery
from odoo.addons.crm_quote_approval.demo import company as approval

from ..demo import company
from .common import KEY


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """What the demo company has on its way to Kingdee where no simulated one runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.dict("os.environ", {"CRM_FINANCE_KEY": KEY}))
        for name in ("CRM_SUITE_SIMULATOR_URL", "CRM_SUITE_SIMULATOR_ACCOUNT"):
            company.os.environ.pop(name, None)
        # connections of other tests in this database are not the demo's
        cls.env["finance.connection"].search([]).action_archive()
        for addon in (merchant, approval, delivery, company):
            addon.build(cls.env)
        cls.connection = cls.env["finance.connection"].search([("base_url", "=", company.NOWHERE)])
        cls.rows = cls.env["finance.outbox"].search([("connection_id", "=", cls.connection.id)])
        cls.clerk = cls.env["res.users"].search([("login", "=", "finance_clerk")])

    def row(self, key, kind):
        name = company.CONTRACTS[key][0]
        partner = self.env["res.partner"].search([("name", "=", name)])
        contract = self.env["crm.contract"].search([("partner_id", "=", partner.id)])
        record = partner if kind == "customer" else contract.plan_line_ids.invoice_id
        return self.rows.filtered(lambda row: row.res_model == record._name and row.res_id == record.id)

    def test_nothing_can_leave(self):
        self.assertEqual(self.connection.state, "off")

    def test_refused_with_its_reason(self):
        row = self.row("refused_receivable", "receivable")
        self.assertEqual((row.state, row.owner_id), ("rejected", self.clerk))
        self.assertIn(company.PERIOD_CLOSED[1], row.last_error)
        self.assertEqual(row.activity_ids.user_id, self.clerk)
        row.with_user(self.clerk).action_retry()
        self.assertEqual(row.state, "pending")

    def test_waiting_for_its_customer(self):
        customer = self.row("refused_customer", "customer")
        self.assertEqual(customer.state, "rejected")
        self.assertIn(company.NAME_TAKEN[1], customer.last_error)
        waiting = self.row("refused_customer", "receivable")
        self.assertEqual((waiting.state, waiting.requires_id), ("pending", customer))

    def test_earlier_invoices_are_sent(self):
        self.assertGreaterEqual(len(self.rows.filtered(lambda row: row.kind == "receivable")), 5)
