from odoo.tests import HttpCase, tagged

from .common import DeliveryCase


class RoleTours(HttpCase, DeliveryCase):
    """One tour for the main act of each role between the signature and the money; the contract itself is made and
    signed in the tour of the whole road (crm_finance_bridge)."""

    def walk(self, url, name, login):
        self.start_tour(url, f"crm_project_delivery_role_{name}", login=login)
        self.env.invalidate_all()

    def milestone(self):
        """Production is handed in by the engineer and accepted by the manager; then the second row is due."""
        contract = self._contract()
        production = contract.milestone_ids[0]
        production.with_user(self.manager).delivery_owner_id = self.users["field_engineer"]
        self._attach(production)
        url = f"/odoo/contract-milestones/{production.id}"
        self.walk(url, "engineer_hands_in", "field_engineer")
        self.assertEqual(production.delivery_state, "submitted")
        self.walk(url, "manager_accepts", "project_manager")
        self.assertEqual((production.delivery_state, production.delivery_accepted_by_id), ("accepted", self.manager))
        self.assertEqual(contract.plan_line_ids.mapped("state"), ["due", "due", "planned"])

    def receipt(self):
        contract = self._contract()
        deposit = contract.plan_line_ids[0]
        move = self._invoice(deposit)
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "amount": deposit.amount,
                "journal_id": journal.id,
                "memo": f"RCPT-TOUR {move.name}",
            }
        )
        payment._claim_open()
        self.env["account.payment"].search([("claim_state", "=", "open"), ("id", "!=", payment.id)]).unlink()
        self.walk(
            "/odoo/action-crm_project_delivery.action_account_payment_claim", "clerk_claims_receipt", "finance_clerk"
        )
        self.assertEqual((payment.claim_state, deposit.state), ("claimed", "paid"))


@tagged("post_install", "-at_install")
class TestTourRoles(RoleTours):
    def test_milestone(self):
        self.milestone()

    def test_receipt(self):
        self.receipt()


@tagged("post_install", "-at_install", "-standard", "phone")
class TestTourRolesPhone(RoleTours):
    browser_size = "390x844"
    touch_enabled = True

    def test_milestone(self):
        self.milestone()

    def test_receipt(self):
        self.receipt()
