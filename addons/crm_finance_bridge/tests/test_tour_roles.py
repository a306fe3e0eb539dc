from odoo.tests import HttpCase, tagged

from .common import BridgeCase


class RoleTours(HttpCase, BridgeCase):
    """The clerk's main act: a refused document and its reason."""

    def clerk_retries(self):
        # the customer goes first and gets through
        self.erp.faults["save"] = ["", "refused"]
        move = self.invoice()
        self.deliver()
        row = self.row(move)
        self.assertEqual(row.state, "rejected")
        self.start_tour(
            f"/odoo/action-crm_finance_bridge.action_finance_outbox/{row.id}",
            "crm_finance_bridge_role_clerk_retries",
            login="finance_clerk",
        )
        self.env.invalidate_all()
        self.assertEqual((row.state, row.attempt_count), ("pending", 0))

    def clerk_maps(self):
        self.connection.write({"product": "yonyou_u8", "name": "U8"})
        team = self.env["crm.team"].create({"name": "华东销售部", "company_id": self.company.id})
        self.start_tour(
            "/odoo/action-crm_finance_bridge.action_finance_mapping",
            "crm_finance_bridge_role_clerk_maps",
            login="finance_clerk",
        )
        mapping = self.env["finance.mapping"].search([("team_id", "=", team.id)])
        self.assertEqual((mapping.connection_id, mapping.kind, mapping.number), (self.connection, "department", "03"))


@tagged("post_install", "-at_install")
class TestTourRoles(RoleTours):
    def test_clerk(self):
        self.clerk_retries()

    def test_clerk_maps(self):
        self.clerk_maps()


@tagged("post_install", "-at_install", "-standard", "phone")
class TestTourRolesPhone(RoleTours):
    browser_size = "390x844"
    touch_enabled = True

    def test_clerk(self):
        self.clerk_retries()

    def test_clerk_maps(self):
        self.clerk_maps()
