"""The known ways of getting round an approval; the letters are those of the review of other engines."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CHAIN, ApprovalCase


@tagged("post_install", "-at_install")
class TestAttacks(ApprovalCase):
    def test_a_b_forging_tasks_requests_and_rows(self):
        order = self.submitted()
        request = order.sudo().approval_request_id
        task = request.task_ids[0]
        row = self.env["crm.approval.ledger"].sudo().search([("request_ref", "=", request.id)], limit=1)
        for role in ("sales_rep", "service_agent", "sales_supervisor", "sales_director", "suite_admin"):
            for record, vals in (
                (task, {"state": "approved", "decided_by_id": self.users["sales_supervisor"].id}),
                (task, {"user_id": self.rep.id}),
                (request, {"state": "approved"}),
                (request, {"fingerprint": "x"}),
                (row, {"reason": "forged"}),
            ):
                record = record.with_user(self.users[role])
                with self.subTest(role=role, model=record._name), mute_logger("odoo.addons.base.models.ir_model"):
                    with self.assertRaises(AccessError):
                        record.write(vals)
                    with self.assertRaises(AccessError):
                        record.unlink()
                    with self.assertRaises(AccessError):
                        record.copy()
                    with self.assertRaises(AccessError):
                        record.create(vals)

    def guarded(self, order):
        return {
            "approval_state": "approved",
            "approval_fingerprint": "0" * 64,
            "approval_request_id": order.sudo().approval_request_id.id,
            "approval_confirmed_at": "2020-01-01 00:00:00",
            "approval_confirmed_fingerprint": "0" * 64,
        }

    def test_16_writing_the_columns(self):
        approved = self.approved()
        order = self.quote(partner_id=self.world["partner"].copy().id)
        for name, value in self.guarded(approved).items():
            for way in (order, order.sudo(), order.with_context(merchant_door=True)):
                with self.subTest(name), self.assertRaises(AccessError):
                    way.write({name: value})
            with self.subTest(name, way="create"), self.assertRaises(AccessError):
                self.quote(**{name: value})
            with self.subTest(name, way="default"):
                made = self.quote_with_default(name, value)
                self.assertEqual(made.approval_state, "none")
                self.assertFalse(made.approval_request_id)
                self.assertFalse(made.approval_confirmed_at)
        with self.assertRaises(AccessError):
            order.write({"approval_task_ids": [Command.create({"state": "approved"})]})
        with self.assertRaises(AccessError):
            order.write({"version_ids": [Command.create({"number": 9})]})

    def quote_with_default(self, name, value):
        orders = self.env["sale.order"].with_user(self.rep).with_context(**{f"default_{name}": value})
        return orders.create({"partner_id": self.world["partner"].copy().id})

    def test_16_copy_and_import(self):
        order = self.approved().copy()
        self.assertEqual(order.approval_state, "none")
        self.assertFalse(order.approval_request_id)
        with self.refused(UserError):
            order.action_confirm()
        result = (
            self.env["sale.order"]
            .with_user(self.rep)
            .load(["partner_id", "approval_state"], [[self.world["partner"].name, "approved"]])
        )
        self.assertFalse(result["ids"])
        self.assertTrue(result["messages"])

    def test_no_quote_on_a_lead_that_one_may_not_read(self):
        region = self.env.ref("crm_merchant.region_east")
        region.action_unarchive()
        region.is_scoped = True
        state = self.env.ref("base.state_cn_JS")
        lead = self.env["crm.lead"].create({"name": "Closed", "state_id": state.id, "user_id": self.rep.id})
        self.assertEqual(lead.region_id, region)
        self.env.flush_all()
        vals = {"partner_id": self.world["partner"].id, "opportunity_id": lead.id}
        orders = self.env["sale.order"].with_user(self.users["sales_supervisor"])
        with self.assertRaises(AccessError):
            orders.create(vals)
        with self.assertRaises(AccessError):
            orders.create({"partner_id": self.world["partner"].id}).write({"opportunity_id": lead.id})
        with self.assertRaises(AccessError):
            orders.with_context(default_opportunity_id=lead.id).create({"partner_id": self.world["partner"].id})
        self.assertTrue(self.env["sale.order"].with_user(self.rep).create(vals))

    def test_c_23_context(self):
        keys = {
            "skip_validation_check": True,
            "skip_approval": 1,
            "tracking_disable": 1,
            "mail_notrack": 1,
            "merchant_door": True,
            "crm_approval_switch": True,
            "allowed_company_ids": self.env.company.ids,
        }
        order = self.submitted()
        self.approve(order, *CHAIN)
        order.with_context(**keys).order_line.price_unit = 5750000
        self.commit_hooks()
        self.assertEqual(order.approval_state, "void")
        self.assertEqual(self.events(order)[-1], "void")
        with self.refused(UserError):
            order.with_context(**keys).action_confirm()

    def test_g_rows_survive(self):
        order = self.submitted()
        self.task(order, "sales_supervisor").action_reject("No")
        order.action_approval_submit()
        order.action_approval_withdraw("Later")
        self.assertEqual(self.events(order), ["submit", "reject", "submit", "withdraw"])
        order.sudo().unlink()
        rows = self.env["crm.approval.ledger"].search([("res_model", "=", "sale.order"), ("res_id", "=", order.id)])
        self.assertEqual(len(rows), 4)

    def test_k_states_are_compared_whole(self):
        order = self.quote()
        for state in ("sal", "s", "approved"):
            with self.assertRaises(ValueError):
                order.write({"state": state})

    def test_14_own_paper(self):
        """Not as requester, not as salesperson, not as writer, not after swapping the salesperson, not by
        delegation."""
        supervisor = self.users["sales_supervisor"]
        order = self.quote(60000, user="sales_supervisor")
        order.user_id = self.rep
        order.with_user(self.rep).action_approval_submit()
        # his own superior stands in
        self.assertNotIn(supervisor, order.sudo().approval_task_ids.user_id)
        self.assertEqual(order.sudo().approval_task_ids[0].user_id.login, "region_manager")
        other = self.submitted(60000, partner_id=self.world["partner"].copy().id)
        task = self.task(other, "sales_supervisor")
        other.sudo().user_id = supervisor
        with self.refused(AccessError, "own paper"):
            task.action_approve()

    def test_14_delegate_of_himself(self):
        self.env["crm.approval.delegation"].with_user(self.users["sales_supervisor"]).create(
            {"delegate_id": self.rep.id, "date_from": "2020-01-01", "date_to": "2099-01-01"}
        )
        order = self.submitted()
        self.assertNotIn(self.rep, order.sudo().approval_task_ids.user_id)
        self.assertTrue(self.task(order, "sales_supervisor"))

    def test_15_two_steps_by_a_new_role(self):
        """The role of a later step, given after the submit, does not let one person sign twice."""
        order = self.submitted()
        lead = self.users["technical_lead"]
        self.approve(order, "sales_supervisor", "technical_lead")
        task = self.task(order, "finance_manager")
        lead.group_ids += self.env.ref("crm_merchant.group_finance_manager")
        with self.refused(UserError, "already"):
            task.action_transfer(lead)
        with self.assertRaises(AccessError):
            task.with_user(lead).action_approve()

    def test_17_foreign_and_mixed_lists(self):
        mine = self.submitted(partner_id=self.world["partner"].copy().id)
        other = self.submitted(partner_id=self.world["partner"].copy().id)
        self.approve(other, "sales_supervisor")
        own = self.task(mine, "sales_supervisor")
        foreign = self.task(other, "technical_lead").with_user(self.users["sales_supervisor"])
        for method, args in (
            ("action_approve", ()),
            ("action_reject", ("No",)),
            ("action_return", (0, "No")),
            ("action_transfer", (self.users["finance_clerk"].id,)),
            ("action_add_sign", ([self.users["finance_clerk"].id], "before")),
        ):
            for tasks in (foreign, own | foreign):
                with self.subTest(method, count=len(tasks)), self.assertRaises(AccessError):
                    getattr(tasks, method)(*args)
                self.assertEqual(own.state, "pending")
        for role in ("sales_rep", "service_agent", "general_manager", "suite_admin"):
            with self.subTest(role), self.assertRaises(AccessError):
                own.with_user(self.users[role]).action_approve()

    def test_17_waiting_task(self):
        order = self.submitted()
        waiting = order.sudo().approval_task_ids.filtered(lambda t: t.user_id == self.users["finance_manager"])
        with self.refused(UserError, "no longer waits"):
            waiting.with_user(self.users["finance_manager"]).action_approve()

    def test_transition_is_no_public_method(self):
        from odoo.service.model import get_public_method

        for model, name in (
            ("crm.approval.request", "_transition"),
            ("crm.approval.request", "_on_approve"),
            ("sale.order", "_through_door"),
            ("crm.approval.policy", "_switch"),
            ("res.partner", "_credit_sync"),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                get_public_method(self.env[model], name)

    def test_18_currency_rate(self):
        order = self.submitted()
        order.currency_rate = 1000
        self.commit_hooks()
        self.assertEqual(order._approval_amount(), 128000)

    def test_22_role_removed_while_the_card_is_open(self):
        order = self.submitted()
        self.approve(order, "sales_supervisor")
        task = self.task(order, "technical_lead")
        lead = self.users["technical_lead"]
        lead.group_ids -= self.env.ref("crm_merchant.group_technical_lead")
        with self.refused(AccessError, "no longer there"):
            task.action_approve()
        # an administrator hands it to somebody who has the right
        other = self.users["service_agent"]
        with self.refused(UserError, "does not have the role"):
            task.with_user(self.users["suite_admin"]).action_transfer(other.id)
        other.group_ids += self.env.ref("crm_merchant.group_technical_lead")
        task.with_user(self.users["suite_admin"]).action_transfer(other.id)
        self.approve(order, "service_agent")

    def test_24_ledger_is_whole(self):
        order = self.approved()
        broken = self.env["crm.approval.ledger"]._ledger_broken([("res_id", "=", order.id)])
        self.assertFalse(broken)

    def test_withdraw_by_the_wrong_people(self):
        order = self.submitted()
        for role in ("sales_rep_2", "sales_director", "sales_supervisor", "service_agent", "technical_lead"):
            with self.subTest(role), self.assertRaises(UserError):
                order.with_user(self.users[role]).action_approval_withdraw("x")
        self.assertEqual(order.approval_state, "pending")

    def test_submit_by_the_wrong_people(self):
        order = self.quote()
        for role in ("sales_rep_2", "service_agent", "technical_lead"):
            with self.subTest(role), self.assertRaises(AccessError):
                order.with_user(self.users[role]).action_approval_submit()

    def test_twice(self):
        order = self.submitted()
        with self.refused(UserError, "already waiting"):
            order.action_approval_submit()
        self.approve(order, *CHAIN)
        with self.refused(UserError, "already approved"):
            order.action_approval_submit()

    def test_wizard_checks_like_the_methods(self):
        order = self.submitted()
        task = self.task(order, "sales_supervisor")
        for role, kind in (("sales_rep", "reject"), ("service_agent", "transfer"), ("technical_lead", "withdraw")):
            wizard = self.env["crm.approval.decision"].with_user(self.users[role])
            vals = {
                "task_id": task.id,
                "request_id": task.sudo().request_id.id,
                "kind": kind,
                "comment": "x",
                "user_id": self.users["finance_clerk"].id,
            }
            with self.subTest(role), self.assertRaises(UserError):
                wizard.create(vals).action_apply()
        self.assertEqual(task.state, "pending")
        wizard = self.env["crm.approval.decision"].with_user(self.users["sales_supervisor"])
        wizard.create({"task_id": task.id, "kind": "reject", "comment": "Too cheap"}).action_apply()
        self.assertEqual(order.approval_state, "rejected")
