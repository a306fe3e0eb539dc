from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tests import tagged

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestApproval(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.users["suite_admin"]

    def _turn_on(self, model, role, threshold=50000):
        policy = self.env["crm.approval.policy"].create(
            {
                "name": model,
                "res_model": model,
                "sequence": 1,
                "step_ids": [
                    Command.create(
                        {
                            "name": "复核",
                            "threshold": threshold,
                            "source": "group",
                            "group_id": self.env.ref(f"crm_merchant.group_{role}").id,
                        }
                    )
                ],
            }
        )
        policy.with_user(self.admin).action_turn_on()
        return policy

    def _approve(self, record, role):
        task = record.approval_task_ids.filtered(lambda task: task.state == "pending")
        task.with_user(self.users[role]).action_approve("同意")

    def test_no_policy_no_approval(self):
        contract = self._contract(signed=False)
        self.assertFalse(contract.approval_needed)
        with self.assertRaises(UserError):
            contract.with_user(self.rep).action_approval_submit()
        contract.with_user(self.rep).action_sign()

    def test_signing_waits_for_approval(self):
        self._turn_on("crm.contract", "technical_lead")
        contract = self._contract(signed=False).with_user(self.rep)
        self.assertTrue(contract.approval_needed)
        with self.assertRaises(UserError):
            contract.action_sign()
        contract.action_approval_submit()
        self.assertEqual(contract.approval_state, "pending")
        with self.assertRaises(UserError):
            contract.action_sign()
        self._approve(contract, "technical_lead")
        self.assertEqual(contract.approval_state, "approved")
        contract.action_sign()
        self.assertEqual(contract.state, "signed")
        self.assertEqual(contract.approval_state, "approved", "signing changes nothing that was judged")

    def test_changed_plan_voids(self):
        self._turn_on("crm.contract", "technical_lead")
        contract = self._contract(signed=False).with_user(self.rep)
        contract.action_approval_submit()
        self._approve(contract, "technical_lead")
        first, second, _third = contract.plan_line_ids
        contract.plan_line_ids = [Command.update(first.id, {"percent": 10}), Command.update(second.id, {"percent": 80})]
        self.assertEqual(contract.approval_state, "void")
        with self.assertRaises(UserError):
            contract.action_sign()

    def test_small_contract_needs_none(self):
        self._turn_on("crm.contract", "technical_lead")
        contract = self._contract(self._order(price=1000), signed=False)
        self.assertFalse(contract.approval_needed)
        contract.with_user(self.rep).action_sign()

    def test_down_payments_do_not_void_the_order(self):
        """The lines that Odoo adds to the order for an invoice are nothing that its approvers judged."""
        self._turn_on("sale.order", "technical_lead")
        order = self._order(confirm=False)
        order.with_user(self.rep).action_approval_submit()
        self._approve(order, "technical_lead")
        order.with_user(self.rep).action_confirm()
        contract = self._contract(order)
        invoice = self._invoice(contract.plan_line_ids[0])
        self.assertEqual(invoice.amount_total, 38400)
        self.assertEqual(order.approval_state, "approved")

    def test_customers_with_a_running_contract_stay_with_their_owner(self):
        # the order under the contract keeps the customer by itself; here the contract alone is asked
        leads = type(self.env["crm.lead"])
        self.patch(leads, "_get_open_order_domain", lambda _self: Domain.FALSE)
        lead = self.env["crm.lead"].create({"name": "二期", "partner_id": self.customer.id})
        exempt = Domain("id", "=", lead.id) & self.env["crm.lead"]._pool_exempt_domain()
        contract = self._contract(signed=False)
        self.assertFalse(lead.search(exempt))
        contract.with_user(self.commerce).action_sign()
        self.assertEqual(lead.search(exempt), lead)
        contract.with_user(self.commerce).action_cancel("x")
        self.env.flush_all()
        self.assertFalse(lead.search(exempt))
