from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_merchant.demo.roles import build_roles

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestPublicMethods(ApprovalCase):
    """Each public method, called by everybody whom it is not for; nothing changes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users.update(build_roles(cls.env, ["sales_supervisor_2"]))
        cls.users["portal"] = new_test_user(cls.env, "portal_public", groups="base.group_portal")
        cls.wrong = ("service_agent", "sales_rep", "sales_rep_2", "portal", "technical_lead", "sales_supervisor_2")

    def attack(self, record, method, args, roles):
        before = self.everything()
        for role in roles:
            with self.subTest(method=method, role=role), self.assertRaises(UserError):
                getattr(record.with_user(self.users[role]), method)(*args)
            self.assertEqual(self.everything(), before)

    def everything(self):
        self.env.flush_all()
        self.env.invalidate_all()
        tasks = self.env["crm.approval.task"].sudo().search([])
        return (
            [(task.state, task.user_id.id, task.comment) for task in tasks],
            self.env["crm.approval.request"].sudo().search([]).mapped("state"),
            self.env["crm.approval.ledger"].sudo().search_count([]),
            self.policy.version,
        )

    def test_windows_that_a_colleague_has_open(self):
        """What he is about to sign or submit is neither read nor changed by others."""
        order = self.submitted()
        task = order.sudo().approval_task_ids.filtered(lambda row: row.state == "pending")
        decision = (
            self.env["crm.approval.decision"].with_user(task.user_id).create({"task_id": task.id, "kind": "approve"})
        )
        submit = self.env["crm.approval.submit"].with_user(self.rep)
        submit = submit.create({"res_model": order._name, "res_id": order.id})
        step = self.policy.step_ids[0]
        row = (
            self.env["crm.approval.submit.line"]
            .with_user(self.rep)
            .create({"wizard_id": submit.id, "step_id": step.id})
        )
        self.env.flush_all()
        for window, vals in ((decision, {"comment": "x"}), (submit, {"res_id": 1}), (row, {"user_ids": [(5,)]})):
            other = window.with_user(self.users["service_agent"])
            self.assertFalse(other.search([("id", "=", window.id)]))
            with self.assertRaises(AccessError):
                other.write(vals)

    def test_decisions(self):
        task = self.submitted().sudo().approval_task_ids.filtered(lambda row: row.state == "pending")
        clerk = self.users["finance_clerk"]
        for method, args in (
            ("action_approve", ("x",)),
            ("action_approve_selected", ()),
            ("action_reject", ("x",)),
            ("action_return", (0, "x")),
            ("action_transfer", (clerk.id,)),
            ("action_add_sign", ([clerk.id], "before")),
        ):
            self.attack(task, method, args, self.wrong)

    def test_requests_and_papers(self):
        order = self.submitted()
        others = [role for role in self.wrong if role != "sales_rep"]
        self.attack(order.sudo().approval_request_id, "action_remind", (), others)
        self.attack(order, "action_approval_withdraw", ("x",), others)
        self.attack(order, "action_approval_remind", (), others)
        self.attack(order, "action_approval_submit", (), others)
        self.attack(order, "action_approval_preview", (), ("service_agent", "sales_rep_2", "portal"))

    def test_settings(self):
        for method in ("action_simulate", "action_switch", "action_turn_on", "action_turn_off"):
            self.attack(self.policy, method, (), self.wrong)
        self.attack(self.env["res.users"], "action_approval_without_superior", (), self.wrong)
        simulation = self.env["crm.approval.simulation"].sudo().create({"policy_id": self.policy.id})
        self.attack(simulation, "action_run", (), self.wrong)

    def test_rows_by_rpc(self):
        self.commit_hooks()
        step, version = self.policy.step_ids[0], self.policy.version_ids[0]
        for role in self.wrong:
            user = self.users[role]
            for record, vals in (
                (self.policy, {"sequence": 1, "condition_ids": [(0, 0, {"measure": "amount", "number": 9e9})]}),
                (step, {"threshold": 9e9}),
                (step, {"condition_ids": [(0, 0, {"measure": "amount", "number": 9e9})]}),
                (version, {"number": 99}),
            ):
                with self.subTest(role=role, model=record._name), self.assertRaises(AccessError):
                    record.with_user(user).write(vals)
                with self.subTest(role=role, model=record._name), self.assertRaises(AccessError):
                    record.with_user(user).unlink()
