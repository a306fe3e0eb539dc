from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestResolve(ApprovalCase):
    def signers(self, order):
        return [task.user_id.login for task in order.sudo().approval_task_ids.sorted("id")]

    def test_nobody_goes_to_the_flow_administrator(self):
        self.users["technical_lead"].active = False
        order = self.submitted()
        self.assertEqual(self.signers(order)[1], "suite_admin")
        self.approve(order, "sales_supervisor", "suite_admin", "finance_manager", "sales_director")
        self.assertEqual(order.approval_state, "approved")

    def test_nobody_at_all_stops_the_submit(self):
        self.users["technical_lead"].active = False
        self.without_administrators()
        order = self.quote()
        with self.refused(UserError, "Technical Lead finds nobody"):
            order.action_approval_submit()
        self.assertEqual(order.approval_state, "none")

    def without_administrators(self):
        group = self.env.ref("crm_merchant.group_suite_admin")
        group.all_user_ids.filtered(lambda user: group in user.group_ids).write({"group_ids": [(3, group.id)]})
        self.env["res.users"].invalidate_model()

    def test_chain_of_superiors_comes_first(self):
        other = self.users["sales_supervisor"].copy({"login": "supervisor_2", "name": "Z"})
        order = self.submitted()
        self.assertEqual(self.signers(order)[0], "sales_supervisor")
        self.assertNotIn(other, order.sudo().approval_task_ids.user_id)
        # whose superiors do not have the role asks anyone who has it
        self.users["sales_rep_2"].employee_ids.parent_id = self.users["sales_director"].employee_ids
        order = self.submitted(user="sales_rep_2", partner_id=self.world["partner"].copy().id)
        first = order.sudo().approval_task_ids.filtered(lambda t: t.step_no == 1)
        self.assertEqual(first.user_id, self.users["sales_supervisor"] | other)

    def test_supervisor_asks_his_own_superior(self):
        order = self.submitted(60000, user="sales_supervisor")
        self.assertEqual(self.signers(order)[0], "region_manager")
        task = order.sudo().approval_task_ids[0]
        task.with_user(task.user_id).action_approve()
        self.assertEqual(task.state, "approved")

    def test_one_person_on_two_steps(self):
        """Somebody with two roles does not sign twice: without a second person his superior signs the other one."""
        lead = self.users["technical_lead"]
        lead.group_ids += self.env.ref("crm_merchant.group_finance_manager")
        self.users["finance_manager"].active = False
        order = self.submitted()
        self.assertEqual(
            self.signers(order), ["sales_supervisor", "technical_lead", "general_manager", "sales_director"]
        )
        order.action_approval_withdraw("once more")
        self.users["finance_manager"].active = True
        order = self.submitted(partner_id=self.world["partner"].copy().id)
        # the only one for the technical step is taken off the financial one
        self.assertEqual(
            self.signers(order), ["sales_supervisor", "technical_lead", "finance_manager", "sales_director"]
        )

    def test_neighbouring_steps_merge_when_the_policy_says_so(self):
        self.policy.merge_adjacent = True
        self.users["technical_lead"].group_ids += self.env.ref("crm_merchant.group_finance_manager")
        self.users["finance_manager"].active = False
        order = self.submitted()
        self.assertEqual(self.signers(order), ["sales_supervisor", "technical_lead", "sales_director"])
        row = self.env["crm.approval.ledger"].search([("res_id", "=", order.id), ("event", "=", "submit")])
        self.assertIn("Finance Manager", row.reason)

    def test_superiors_as_source(self):
        self.policy.step_ids.filtered(lambda s: s.sequence > 10).unlink()
        self.policy.step_ids.write({"source": "superior", "superior_level": 2, "mode": "in_turn"})
        order = self.submitted()
        self.assertEqual(self.signers(order), ["sales_supervisor", "region_manager"])
        self.rep.employee_ids.parent_id = False
        order = self.submitted(partner_id=self.world["partner"].copy().id)
        self.assertEqual(self.signers(order), ["suite_admin"])
        self.without_administrators()
        order = self.quote(partner_id=self.world["partner"].copy().id)
        with self.refused(UserError, "employee card"):
            order.action_approval_submit()

    def test_policy_changed_later_leaves_running_requests(self):
        order = self.submitted()
        before = self.signers(order)
        self.policy.step_ids[:1].write({"source": "user", "user_ids": self.users["service_agent"].ids})
        self.assertEqual(self.signers(order), before)

    def test_first_policy_in_the_list_decides(self):
        first = self.policy.copy({"name": "First", "sequence": 1})
        self.assertFalse(first.active)
        first.step_ids.filtered(lambda s: s.sequence > 10).unlink()
        first.with_user(self.users["suite_admin"]).action_turn_on()
        self.assertEqual(len(self.submitted().sudo().approval_task_ids), 1)

    def test_policy_of_another_company(self):
        other = self.env["res.company"].create({"name": "Second"})
        self.policy.company_id = other
        self.assertFalse(self.quote()._approval_required())
