from datetime import timedelta

from odoo.tests import tagged

from .test_credit import CreditCase


@tagged("post_install", "-at_install")
class TestShare(CreditCase):
    """What this addon says of a person who leaves and of a customer, through the hooks of crm_merchant."""

    def test_handover(self):
        self.assertFalse({"approval_tasks", "approval_requests"} & set(self.rep._merchant_handover_items()))
        order = self.submitted()
        request = order.sudo().approval_request_id
        self.assertEqual(self.rep._merchant_handover_items()["approval_requests"], request)
        supervisor, director = self.users["sales_supervisor"], self.users["sales_director"]
        self.assertEqual(supervisor._merchant_handover_items()["approval_tasks"].principal_id, supervisor)
        self.assertEqual(director._merchant_handover_items()["approval_tasks"].state, "waiting")
        today = self.env.company._merchant_today()
        rows = self.env["crm.approval.delegation"].create(
            [
                {
                    "user_id": supervisor.id,
                    "delegate_id": director.id,
                    "date_from": today,
                    "date_to": today + timedelta(n),
                }
                for n in (0, 5)
            ]
        )
        rows[0].write({"date_from": today - timedelta(9), "date_to": today - timedelta(1)})
        for user in (supervisor, director):
            self.assertEqual(user._merchant_handover_items()["approval_delegations"], rows[1])
        order.action_approval_withdraw("Later")
        self.assertNotIn("approval_tasks", supervisor._merchant_handover_items())

    def signals(self, role):
        partner = self.world["partner"].with_user(self.users[role])
        return [signal["code"] for signal in partner._merchant_risk_signals() if signal["partner_id"] == partner.id]

    def test_signals(self):
        order = self.submitted()
        self.assertFalse(self.signals("sales_rep"))
        self.task(order, "sales_supervisor").action_reject("Too cheap")
        self.assertIn("approval_rejected", self.signals("sales_rep"))
        self.assertNotIn("approval_rejected", self.signals("sales_rep_2"), "he does not read that quote")
        self.synced(limit=1000, balance=5000)
        self.assertIn("credit_over", self.signals("finance_manager"))
        self.assertNotIn("credit_over", self.signals("sales_rep"))

    def test_360(self):
        order = self.submitted()
        (section,) = (
            row
            for row in self.world["partner"].with_user(self.rep)._merchant_360_sections()
            if row["code"] == "approvals"
        )
        self.assertEqual(section["rows"][0]["res_ids"], order.ids)
        codes = [
            row["code"] for row in self.world["partner"].with_user(self.users["sales_rep_2"])._merchant_360_sections()
        ]
        self.assertNotIn("approvals", codes)
