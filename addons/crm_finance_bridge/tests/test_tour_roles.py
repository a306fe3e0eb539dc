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


@tagged("post_install", "-at_install")
class TestTourRoles(RoleTours):
    def test_clerk(self):
        self.clerk_retries()


@tagged("post_install", "-at_install", "-standard", "phone")
class TestTourRolesPhone(RoleTours):
    browser_size = "390x844"
    touch_enabled = True

    def test_clerk(self):
        self.clerk_retries()
