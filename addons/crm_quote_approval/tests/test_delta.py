import time
from types import SimpleNamespace
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import CHAIN, ApprovalCase


@tagged("post_install", "-at_install")
class TestDelta(ApprovalCase):
    def again(self, order, **line):
        """Changed after its approval, and submitted again."""
        order.order_line.write(line)
        self.commit_hooks()
        self.assertEqual(order.approval_state, "void")
        order.action_approval_submit()

    def states(self, order):
        tasks = order.sudo().approval_request_id.task_ids.sorted(lambda task: (task.step_no, task.id))
        return [task.state for task in tasks]

    def test_each_sees_what_changed_since_his_own_decision(self):
        order = self.quote(128000)
        order.action_approval_submit()
        self.assertFalse(self.task(order, "sales_supervisor").delta_html, "the first time there is nothing to compare")
        self.approve(order, *CHAIN)
        self.again(order, price_unit=120000)
        html = self.task(order, "sales_supervisor").delta_html
        self.assertIn("128,000", html)
        self.assertIn("120,000", html)
        self.assertIn("-8,000", html)
        self.assertIn("Margin", html)
        # the supervisor rejects it; the next time he compares with that, the others with what they approved
        self.task(order, "sales_supervisor").action_reject("Too cheap <b>")
        order.order_line.price_unit = 125000
        order.action_approval_submit()
        html = self.task(order, "sales_supervisor").delta_html
        self.assertIn("120,000", html)
        self.assertNotIn("128,000", html)
        self.assertIn("Too cheap &lt;b&gt;", html)
        self.approve(order, "sales_supervisor")
        self.assertIn("128,000", self.task(order, "technical_lead").delta_html)

    def test_lines_added_and_taken_out(self):
        order = self.approved()
        other = self.env["product.product"].create({"name": "Motor", "list_price": 10, "type": "service"})
        order.write({"order_line": [(0, 0, {"product_id": other.id, "price_unit": 10})]})
        self.commit_hooks()
        order.action_approval_submit()
        self.assertIn("Motor", self.task(order, "sales_supervisor").delta_html)

    def test_nothing_is_kept_unless_the_policy_says_so(self):
        order = self.approved()
        self.again(order, name="Press, red")
        self.assertEqual(self.states(order), ["pending", "waiting", "waiting", "waiting"])

    def test_untouched_steps_stay_approved(self):
        self.policy.keep_untouched = True
        step = self.policy.step_ids[1]
        self.env["crm.approval.policy.condition"].create(
            {"step_id": step.id, "measure": "discount", "operator": ">=", "number": 0}
        )
        step.threshold = 0
        order = self.approved()
        self.again(order, discount=10, price_unit=128000 / 0.9)
        self.assertEqual(order._approval_amount(), 128000)
        self.assertEqual(self.states(order), ["kept", "pending", "kept", "kept"], "only the discount was touched")
        self.assertEqual(self.events(order).count("keep"), 3)
        self.approve(order, "technical_lead")
        self.assertEqual(order.approval_state, "approved")

    def test_another_amount_asks_again(self):
        self.policy.keep_untouched = True
        order = self.approved()
        self.again(order, price_unit=128000.01)
        self.assertEqual(self.states(order), ["pending", "waiting", "waiting", "waiting"])

    def test_cheaper_within_the_tolerance(self):
        self.policy.write({"keep_untouched": True, "keep_tolerance": 5})
        self.world["product"].standard_price = 0
        for price, kept in ((128000 * 0.95, True), (128000 * 0.9499, False), (128001, False)):
            with self.subTest(price):
                order = self.approved(partner_id=self.world["partner"].copy().id)
                self.again(order, price_unit=price)
                self.assertEqual(order.approval_state, "approved" if kept else "pending")
        self.world["product"].standard_price = 600
        order = self.approved(partner_id=self.world["partner"].copy().id)
        self.again(order, price_unit=127000)
        self.assertEqual(order.approval_state, "pending", "the margin is lower than when it was signed")

    def test_the_tolerance_does_not_creep(self):
        self.policy.write({"keep_untouched": True, "keep_tolerance": 5})
        self.world["product"].standard_price = 0
        order = self.approved()
        self.again(order, price_unit=128000 * 0.96)
        self.assertEqual(order.approval_state, "approved")
        self.again(order, price_unit=128000 * 0.93)
        self.assertEqual(order.approval_state, "pending", "measured against what was signed, not against the last one")

    def test_a_rejection_is_the_last_word(self):
        self.policy.keep_untouched = True
        order = self.approved()
        self.again(order, price_unit=130000)
        self.task(order, "sales_supervisor").action_reject("No")
        order.order_line.price_unit = 128000
        order.action_approval_submit()
        self.assertEqual(self.states(order), ["pending", "kept", "kept", "kept"])

    def test_a_changed_policy_asks_again(self):
        self.policy.keep_untouched = True
        order = self.approved()
        self.policy.step_ids[0].limit_number = 2
        self.again(order, name="Press, red")
        self.assertEqual(self.states(order), ["pending", "waiting", "waiting", "waiting"])

    def test_the_margin_is_hidden_from_a_step(self):
        self.policy.step_ids[1].hide_margin = True
        order = self.approved()
        self.again(order, price_unit=120000)
        supervisor = self.task(order, "sales_supervisor")
        self.assertRegex(supervisor.snapshot_html, "Margin|毛利")
        self.approve(order, "sales_supervisor")
        task = self.task(order, "technical_lead")
        for html in (task.snapshot_html, task.delta_html, task.request_id.snapshot_html):
            self.assertNotRegex(html, "Margin|毛利")
        for record, name in ((task.request_id, "snapshot"), (task, "decided_snapshot"), (task.request_id, "measures")):
            with self.subTest(name), self.assertRaises(AccessError):
                record.read([name])


@tagged("post_install", "-at_install")
class TestSigning(ApprovalCase):
    def test_many_at_once(self):
        orders = self.env["sale.order"].union(
            *(self.submitted(partner_id=self.world["partner"].copy().id) for _n in range(3))
        )
        supervisor = self.users["sales_supervisor"]
        tasks = (
            self.env["crm.approval.task"]
            .with_user(supervisor)
            .union(*(self.task(order, "sales_supervisor") for order in orders))
        )
        action = tasks.action_approve_selected()
        wizard = self.env["crm.approval.decision"].with_user(self.users["sales_supervisor"]).browse(action["res_id"])
        wizard.comment = "Good"
        wizard.action_apply()
        self.assertEqual(set(tasks.mapped("state")), {"approved"})
        self.assertEqual(set(tasks.mapped("comment")), {"Good"})

    def test_one_wrong_refuses_the_whole_list(self):
        first, second = (self.submitted(partner_id=self.world["partner"].copy().id) for _n in range(2))
        self.approve(second, "sales_supervisor")
        mine = self.task(first, "sales_supervisor")
        other = self.task(second, "technical_lead").with_user(self.users["sales_supervisor"])
        for method in ("action_approve", "action_approve_selected"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(mine | other, method)()
        self.assertEqual(mine.state, "pending")
        portal = new_test_user(self.env, "portal_sign", groups="base.group_portal")
        for user in (portal, self.rep, self.users["service_agent"]):
            with self.assertRaises(AccessError):
                mine.with_user(user).action_approve_selected()

    def test_comment_required(self):
        self.policy.step_ids[0].comment_required = True
        order = self.submitted()
        task = self.task(order, "sales_supervisor")
        for comment in (None, "", "  "):
            with self.refused(UserError, "without a word"):
                task.action_approve(comment)
        task.action_approve("Seen")

    def session(self, **session):
        request = SimpleNamespace(session=session)
        return patch("odoo.addons.base.models.res_users.request", request)

    def test_password_again_above_an_amount(self):
        self.policy.step_ids[0].identity_above = 100000
        order = self.submitted(100000.01)
        task = self.task(order, "sales_supervisor")
        with self.refused(UserError):
            task.action_approve()
        with self.session():
            action = task.action_approve("Yes")
        self.assertEqual(action["res_model"], "res.users.identitycheck")
        self.assertEqual(task.state, "pending", "nothing is signed before")
        with self.session(**{"identity-check-last": time.time()}):
            task.action_approve("Yes")
        self.assertEqual(task.state, "approved")

    def test_the_right_is_asked_for_again_after_the_password(self):
        """Attack 22: it is taken away while the window of the password stands open."""
        self.policy.step_ids[0].identity_above = 100000
        order = self.submitted()
        task = self.task(order, "sales_supervisor")
        supervisor = self.users["sales_supervisor"]
        with self.session():
            action = task.action_approve("Yes")
        window = self.env[action["res_model"]].with_user(supervisor).browse(action["res_id"])
        self.patch(type(window), "_check_identity", lambda window: None)
        supervisor.group_ids -= task.sudo().right_group_id
        with self.session(), self.refused(AccessError, "no longer there"):
            window.run_check()
        self.assertEqual(task.state, "pending")
        supervisor.group_ids += task.sudo().right_group_id
        with self.session():
            window.run_check()
        self.assertEqual((task.state, task.comment), ("approved", "Yes"))

    def test_no_password_up_to_the_amount(self):
        self.policy.step_ids[0].identity_above = 100000
        order = self.submitted(100000)
        self.approve(order, "sales_supervisor")

    def test_decided_newest_first(self):
        for _n in range(3):
            self.approve(self.submitted(partner_id=self.world["partner"].copy().id), "sales_supervisor")
        view = self.env.ref("crm_quote_approval.crm_approval_task_view_list_done")
        self.assertIn('default_order="decided_at desc, id desc"', view.arch)
        action = self.env.ref("crm_quote_approval.action_crm_approval_task_done")
        self.assertEqual(action.view_ids.sorted("sequence").mapped("view_mode"), ["list", "kanban", "form"])
