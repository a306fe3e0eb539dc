from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestDelegation(ApprovalCase):
    def delegate(self, role, to, days=(-1, 1)):
        # the suite may run while it is tomorrow already at the place of the company
        today = self.env.company._merchant_today()
        return (
            self.env["crm.approval.delegation"]
            .with_user(self.users[role])
            .create(
                {
                    "delegate_id": self.users[to].id,
                    "date_from": today + timedelta(days[0]),
                    "date_to": today + timedelta(days[1]),
                }
            )
        )

    def test_delegate_signs_on_behalf(self):
        self.delegate("sales_supervisor", "service_agent")
        order = self.submitted()
        task = self.task(order, "service_agent")
        self.assertEqual(task.principal_id, self.users["sales_supervisor"])
        task.action_approve("For Wang")
        row = self.env["crm.approval.ledger"].search([("res_id", "=", order.id), ("event", "=", "approve")])
        self.assertEqual(row.actor_uid, self.users["service_agent"].id)
        self.assertEqual(row.target_uid, self.users["sales_supervisor"].id)

    def test_the_absent_may_still_sign(self):
        self.delegate("sales_supervisor", "service_agent")
        order = self.submitted()
        self.approve(order, "sales_supervisor")

    def test_dates(self):
        self.delegate("sales_supervisor", "service_agent", (1, 5))
        self.delegate("sales_supervisor", "service_agent", (-5, -1))
        order = self.submitted()
        self.assertFalse(self.task(order, "service_agent"))

    def test_ended_before_the_click(self):
        delegation = self.delegate("sales_supervisor", "service_agent")
        order = self.submitted()
        delegation.active = False
        with self.refused(AccessError, "no longer there"):
            self.task(order, "service_agent").action_approve()

    def test_scope(self):
        delegation = self.delegate("sales_supervisor", "service_agent")
        delegation.amount_up_to = 100000
        large = self.submitted(100000.01)
        self.assertFalse(self.task(large, "service_agent"))
        small = self.submitted(100000, partner_id=self.world["partner"].copy().id)
        task = self.task(small, "service_agent")
        self.assertTrue(task)
        delegation.amount_up_to = 60000
        with self.refused(AccessError, "no longer there"):
            task.action_approve()
        delegation.amount_up_to = 0
        task.action_approve()
        delegation.res_model = "sale.order"
        self.assertTrue(self.task(self.submitted(partner_id=self.world["partner"].copy().id), "service_agent"))

    def test_not_handed_on(self):
        self.delegate("sales_supervisor", "service_agent")
        self.delegate("service_agent", "finance_clerk")
        order = self.submitted()
        self.assertTrue(self.task(order, "service_agent"))
        self.assertFalse(self.task(order, "finance_clerk"))

    def test_delegate_who_signs_another_step(self):
        self.delegate("sales_supervisor", "technical_lead")
        order = self.submitted()
        first = order.sudo().approval_task_ids.filtered(lambda t: t.step_no == 1)
        self.assertEqual(first.user_id, self.users["sales_supervisor"])

    def test_self_service_only(self):
        own = self.delegate("sales_supervisor", "service_agent")
        with self.assertRaises(AccessError):
            self.env["crm.approval.delegation"].with_user(self.rep).create(
                {
                    "user_id": self.users["sales_supervisor"].id,
                    "delegate_id": self.rep.id,
                    "date_from": "2020-01-01",
                    "date_to": "2099-01-01",
                }
            )
        for role in ("sales_rep", "service_agent"):
            with self.assertRaises(AccessError):
                own.with_user(self.users[role]).write({"date_to": "2099-01-01"})
        self.assertTrue(own.with_user(self.users["service_agent"]).read(["date_to"]))
        with self.assertRaises(AccessError):
            own.with_user(self.rep).read(["date_to"])

    def test_only_employees(self):
        portal = new_test_user(self.env, "portal_x", groups="base.group_portal")
        with self.assertRaises(ValidationError):
            self.env["crm.approval.delegation"].create(
                {"user_id": self.rep.id, "delegate_id": portal.id, "date_from": "2020-01-01", "date_to": "2099-01-01"}
            )
