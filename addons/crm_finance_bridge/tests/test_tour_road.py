from unittest.mock import patch

from odoo import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_merchant.demo.roles import build_roles

from .common import KEY

APPROVERS = ("sales_supervisor", "technical_lead", "finance_manager", "sales_director")
CUSTOMER = "苏州恒锐精密机械有限公司"


class RoadTour(HttpCase):
    """From the lead of a rep to the receivable that waits for the finance system, each step by its own person.

    What lies before the road, and the settings, are made in Python; every step of it is clicked. Nothing is sent: the
    worker does not run.
    """

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict("os.environ", {"CRM_FINANCE_KEY": KEY}))
        env = self.env
        self.users = build_roles(env, [*APPROVERS, "sales_rep", "hq_commerce", "finance_clerk", "suite_admin"])
        rep = self.users["sales_rep"]
        env.ref("crm_quote_approval.policy_quote").with_user(self.users["suite_admin"]).action_turn_on()
        tax = env["account.tax"].create(
            {
                "name": "VAT 13%",
                "amount": 13,
                "type_tax_use": "sale",
                "price_include_override": "tax_excluded",
                "company_id": env.company.id,
                "country_id": env.company.account_fiscal_country_id.id,
            }
        )
        env["product.product"].create(
            {
                "name": "CNC Line",
                "type": "service",
                "list_price": 113274.34,
                "taxes_id": [Command.set(tax.ids)],
                "invoice_policy": "order",
            }
        )
        partner = env["res.partner"].create({"name": CUSTOMER, "is_company": True, "user_id": rep.id})
        env["crm.lead"].create({"name": f"{CUSTOMER} 产线", "type": "opportunity", "partner_id": partner.id,
                                "user_id": rep.id})  # fmt: skip
        self.connection = env["finance.connection"].create(
            {
                "name": "Kingdee",
                "base_url": "https://erp.example.com/k3cloud/",
                "account_set": "5f0000000000",
                "user_name": "crm",
                "app_id": "200000_test",
                "organisation": "100",
                "default_material": "M001",
                "default_unit": "Pcs",
                "responsible_id": self.users["finance_clerk"].id,
                "receipt_journal_id": env["account.journal"].search(
                    [("company_id", "=", env.company.id), ("type", "=", "bank")], limit=1
                ).id,
            }
        )  # fmt: skip
        self.connection._switch("on")
        # what other tests of the database left is not asked for here
        self.orders_before = env["sale.order"].search([]).ids

    def walk(self, url, name, login):
        self.start_tour(url, f"crm_finance_bridge_road_{name}", login=login)
        self.env.invalidate_all()

    def road(self):
        self.walk("/odoo/crm", "quote", "sales_rep")
        order = self.env["sale.order"].search([("id", "not in", self.orders_before)])
        self.assertEqual((order.amount_total, order.approval_state, order.state), (128000, "pending", "draft"))
        for role in APPROVERS:
            self.walk("/odoo/approvals", "approve", role)
        self.assertEqual(order.approval_state, "approved")
        self.walk("/odoo/sales", "confirm", "sales_rep")
        self.assertEqual(order.state, "sale")
        self.walk("/odoo/orders", "contract", "hq_commerce")
        contract = order.contract_id
        self.assertEqual((contract.state, contract.signed_by_id), ("signed", self.users["hq_commerce"]))
        deposit = contract.plan_line_ids[0]
        self.assertEqual((deposit.state, deposit.amount), ("due", 38400))
        self.walk("/odoo/payment-plan", "invoice", "finance_clerk")
        self.assertEqual((deposit.state, deposit.invoice_id.state), ("invoiced", "posted"))
        self.walk("/odoo/action-crm_finance_bridge.action_finance_outbox", "outbox", "finance_clerk")
        row = self.env["finance.outbox"].search([("res_model", "=", "account.move"),
                                                 ("res_id", "=", deposit.invoice_id.id)])  # fmt: skip
        self.assertEqual((row.state, row.attempt_count), ("pending", 0))


@tagged("post_install", "-at_install")
class TestTourRoad(RoadTour):
    def test_lead_to_outbox(self):
        self.road()


@tagged("post_install", "-at_install", "-standard", "phone")
class TestTourRoadPhone(RoadTour):
    browser_size = "390x844"
    touch_enabled = True

    def test_lead_to_outbox(self):
        self.road()
