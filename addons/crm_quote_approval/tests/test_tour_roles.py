from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_merchant.demo.roles import build_roles

from .common import build_quote, build_world


class RoleTours(HttpCase):
    """One tour for the main act of each role that signs, of who sets the rules, and of the customer."""

    def setUp(self):
        super().setUp()
        self.world = build_world(self.env)
        self.users = {**self.world["users"], **build_roles(self.env, ["legal"])}

    def walk(self, url, name, login):
        self.start_tour(url, f"crm_quote_approval_role_{name}", login=login)
        self.env.invalidate_all()

    def sign(self, order, *roles):
        for role in roles:
            task = order.sudo().approval_task_ids.filtered(lambda t: t.state == "pending")
            task.with_user(self.users[role]).action_approve()

    def signers(self):
        order = build_quote(self.env, self.world, 600000)
        order.action_approval_submit()
        self.sign(order, "sales_supervisor")
        self.walk("/odoo/approvals", "technical_lead_returns", "technical_lead")
        self.assertEqual(
            (order.approval_state, order.sudo().approval_request_id.reason), ("returned", "请补充节拍测算")
        )
        order.action_approval_submit()
        self.sign(order, "sales_supervisor", "technical_lead")
        self.walk("/odoo/approvals", "finance_manager_adds_legal", "finance_manager")
        self.walk("/odoo/approvals", "legal_approves", "legal")
        self.sign(order, "finance_manager")
        self.walk("/odoo/approvals", "director_approves", "sales_director")
        self.walk("/odoo/approvals", "general_manager_rejects", "general_manager")
        tasks = order.sudo().approval_request_id.task_ids.sorted("step_no")
        self.assertEqual(tasks.filtered("parent_id").decided_by_id, self.users["legal"])
        self.assertEqual(tasks[-1].state, "rejected")
        self.assertEqual(order.approval_state, "rejected")

    def day(self):
        step = self.world["policy"].step_ids.sorted("sequence")[0]
        step.edit_ids = [Command.create({"path": "sale.order:order_line.discount"})]
        self.world["partner"].write({"use_partner_credit_limit": True, "credit_limit": 1000000})
        order = build_quote(self.env, self.world, 60000)
        self.walk(f"/odoo/sales/{order.id}", "sales_rep_submits", "sales_rep")
        self.assertEqual(order.approval_state, "pending")
        self.walk("/odoo/approvals", "supervisor_changes", "sales_supervisor")
        self.assertEqual((order.amount_total, order.approval_state), (58200, "pending"))
        self.walk("/odoo/approvals", "supervisor_approves_with_words", "sales_supervisor")
        task = order.sudo().approval_task_ids.filtered(lambda t: t.state == "approved")
        self.assertEqual((task.decided_by_id.login, task.comment), ("sales_supervisor", "同意，按三个点执行"))
        self.sign(order, "technical_lead", "finance_manager")
        self.assertEqual(order.approval_state, "approved")
        self.walk(f"/odoo/sales/{order.id}", "sales_rep_sees", "sales_rep")

    def admin(self):
        policy = self.env["crm.approval.policy"].create(
            {
                "name": "Tour Policy",
                "sequence": 5,
                "step_ids": [
                    Command.create(
                        {
                            "name": "Director",
                            "threshold": 500000,
                            "group_id": self.env.ref("crm_merchant.group_sales_director").id,
                            "limit_number": 4,
                        }
                    )
                ],
            }
        )
        policy.with_user(self.users["suite_admin"]).action_turn_on()
        self.walk("/odoo/action-crm_quote_approval.action_crm_approval_policy", "suite_admin_edits_step", "suite_admin")
        self.assertEqual(policy.step_ids.limit_number, 2)

    def customer(self):
        contact = self.env["res.partner"].create(
            {"name": "魏采购", "parent_id": self.world["partner"].id, "email": "customer@example.com"}
        )
        self.env["res.users"].with_context(no_reset_password=True).create(
            {
                "partner_id": contact.id,
                "login": "customer",
                "password": "customer",
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        order = build_quote(self.env, self.world, 600, partner_id=contact.id, require_payment=False)
        order.action_quotation_sent()
        self.walk("/my/quotes", "customer_signs", "customer")
        self.assertEqual((order.state, order.signed_by), ("sale", "魏采购"))


@tagged("post_install", "-at_install")
class TestTourRoles(RoleTours):
    def test_signers(self):
        self.signers()

    def test_day(self):
        self.day()

    def test_admin(self):
        self.admin()

    def test_customer(self):
        self.customer()


@tagged("post_install", "-at_install", "-standard", "phone")
class TestTourRolesPhone(RoleTours):
    browser_size = "390x844"
    touch_enabled = True

    def test_signers(self):
        self.signers()

    def test_day(self):
        self.day()

    def test_admin(self):
        self.admin()

    def test_customer(self):
        self.customer()
