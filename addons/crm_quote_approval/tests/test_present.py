from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CHAIN, ApprovalCase


@tagged("post_install", "-at_install")
class TestPresent(ApprovalCase):
    """Delegate, superior, flow administrator; never passed."""

    def away(self, role, confirmed=True, start=-1, end=1):
        now = fields.Datetime.now()
        absence = self.env["crm.absence"].create(
            {
                "name": "Leave",
                "user_id": self.users[role].id,
                "date_from": now + timedelta(days=start),
                "date_to": now + timedelta(days=end),
            }
        )
        if confirmed:
            absence.with_user(self.users["general_manager"]).action_confirm()
        return absence

    def pending(self, order):
        return order.sudo().approval_task_ids.filtered(lambda task: task.state == "pending")

    def cron(self):
        self.env["crm.approval.task"]._pass_on_of_absent()

    def test_absent_at_opening(self):
        self.away("sales_supervisor")
        order = self.submitted()
        task = self.pending(order)
        self.assertEqual(task.principal_id, self.users["sales_supervisor"])
        self.assertEqual((task.user_id.login, task.stand_in), ("region_manager", "superior"))
        self.assertIn("absent", self.events(order))
        task.with_user(task.user_id).action_approve()
        self.assertEqual(self.pending(order).user_id, self.users["technical_lead"])
        row = self.env["crm.approval.ledger"].search([("res_id", "=", order.id), ("event", "=", "approve")])
        self.assertEqual(row.target_uid, self.users["sales_supervisor"].id, "on behalf of")

    def test_unconfirmed_or_past_absence_changes_nothing(self):
        self.away("sales_supervisor", confirmed=False)
        self.away("sales_supervisor", start=-5, end=-3)
        self.assertEqual(self.pending(self.submitted()).user_id, self.users["sales_supervisor"])

    def test_the_delegate_comes_first_unless_he_is_away_too(self):
        self.away("sales_supervisor")
        today = fields.Date.today()
        self.env["crm.approval.delegation"].create(
            {
                "user_id": self.users["sales_supervisor"].id,
                "delegate_id": self.users["service_agent"].id,
                "date_from": today - timedelta(1),
                "date_to": today + timedelta(1),
            }
        )
        task = self.pending(self.submitted())
        self.assertEqual((task.user_id, task.stand_in), (self.users["service_agent"], "delegate"))
        self.away("service_agent")
        task = self.pending(self.submitted(partner_id=self.world["partner"].copy().id))
        self.assertEqual((task.user_id.login, task.stand_in), ("region_manager", "superior"))

    def test_absence_that_begins_while_it_waits(self):
        order = self.submitted()
        self.away("sales_supervisor")
        self.cron()
        task = self.pending(order)
        self.assertEqual(task.user_id.login, "region_manager")
        self.assertEqual(task.activity_ids.user_id.login, "region_manager")
        self.cron()
        self.assertEqual(self.events(order).count("absent"), 1)
        # back early, he may still sign himself
        self.approve(order, "sales_supervisor")

    def test_archived_while_it_waits(self):
        order = self.submitted()
        self.users["sales_supervisor"].active = False
        task = self.pending(order)
        self.assertEqual((task.user_id.login, task.stand_in), ("region_manager", "superior"))
        task.with_user(task.user_id).action_approve()

    def test_archived_before_his_step_opens(self):
        order = self.submitted()
        self.users["technical_lead"].active = False
        self.approve(order, "sales_supervisor")
        task = self.pending(order)
        self.assertEqual(task.user_id, self.users["general_manager"])
        task.with_user(task.user_id).action_approve()
        self.approve(order, "finance_manager", "sales_director")
        self.assertEqual(order.approval_state, "approved")

    def test_at_the_top_the_flow_administrator(self):
        self.policy.step_ids.filtered(lambda step: step.sequence > 10).unlink()
        self.policy.step_ids.write({"source": "user", "user_ids": self.users["general_manager"].ids})
        order = self.submitted()
        self.users["general_manager"].active = False
        task = self.pending(order)
        self.assertEqual((task.user_id, task.stand_in), (self.users["suite_admin"], "admin"))
        group = self.env.ref("crm_merchant.group_suite_admin")
        admin = self.users["suite_admin"]
        admin.group_ids -= group
        with self.refused(AccessError, "no longer there"):
            task.with_user(admin).action_approve()
        admin.group_ids += group
        task.with_user(admin).action_approve()
        self.assertEqual(order.approval_state, "approved")

    def test_own_request_at_the_top(self):
        """The general manager's own quote, which his own role signs: nobody above him, so the administrator."""
        boss = self.users["general_manager"]
        self.policy.step_ids.filtered(lambda step: step.sequence > 10).unlink()
        self.policy.step_ids.write({"source": "user", "user_ids": boss.ids})
        order = self.quote(user="general_manager")
        order.action_approval_submit()
        self.assertEqual(self.pending(order).user_id, self.users["suite_admin"])
        with self.assertRaises(AccessError):
            self.pending(order).with_user(boss).action_approve()

    def test_named_twice_decides_once_at_the_higher_step(self):
        lead = self.users["technical_lead"]
        first, second = self.policy.step_ids[:2]
        first.write({"source": "user", "user_ids": lead.ids})
        second.write({"source": "user", "user_ids": self.users["service_agent"].ids})
        self.policy.step_ids[2].write({"source": "user", "user_ids": lead.ids})
        order = self.submitted()
        covered = order.sudo().approval_task_ids.filtered(lambda task: task.state == "covered")
        self.assertEqual((covered.step_no, covered.user_id), (1, lead))
        self.assertIn("decides once", covered.comment)
        self.assertIn("cover", self.events(order))
        self.assertEqual(self.pending(order).user_id, self.users["service_agent"], "the lower step waits for nobody")
        self.approve(order, "service_agent", "technical_lead", "sales_director")
        self.assertEqual(order.approval_state, "approved")
        with self.assertRaises(UserError):
            covered.with_user(lead).action_approve()

    def test_named_twice_among_others(self):
        lead, agent = self.users["technical_lead"], self.users["service_agent"]
        self.policy.step_ids[0].write({"source": "user", "user_ids": (lead | agent).ids, "mode": "all"})
        order = self.submitted()
        # he holds the role of step 2 alone: there he must sign, so his name in step 1 is covered
        self.assertEqual(self.pending(order).user_id, agent)
        self.approve(order, "service_agent", "technical_lead", "finance_manager", "sales_director")
        self.assertEqual(order.approval_state, "approved")

    def test_everybody_signs_once(self):
        order = self.approved()
        signers = order.sudo().approval_task_ids.filtered(lambda task: task.state == "approved").decided_by_id
        self.assertEqual(len(signers), len(CHAIN))

    def test_users_without_a_superior(self):
        users = self.env["res.users"].with_user(self.users["suite_admin"])
        action = users.action_approval_without_superior()
        found = self.env["res.users"].search(action["domain"])
        self.assertIn(self.users["general_manager"], found)
        self.assertNotIn(self.rep, found)
        self.rep.employee_ids.parent_id = False
        self.assertIn(self.rep, self.env["res.users"].search(users.action_approval_without_superior()["domain"]))
        for role in ("sales_rep", "technical_lead"):
            with self.assertRaises(AccessError):
                users.with_user(self.users[role]).action_approval_without_superior()
