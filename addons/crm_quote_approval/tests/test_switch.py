from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestSwitch(ApprovalCase):
    def test_shipped_tiers(self):
        rows = [
            (step.name, step.threshold, step.group_id)
            for step in self.policy.with_context(lang="en_US").step_ids.sorted("sequence")
        ]
        self.assertEqual(
            [(name, threshold) for name, threshold, _group in rows],
            [
                ("Sales Supervisor", 50000),
                ("Technical Lead", 50000),
                ("Finance Manager", 50000),
                ("Sales Director", 100000),
                ("General Manager", 500000),
                ("Credit Release", 0),
            ],
        )
        # asked for only where a row of the go/no-go items is turned on
        self.assertEqual(self.policy.step_ids[-1].condition_ids.measure, "go_no_go")
        self.assertFalse(self.env["crm.go.no.go"].search([]))
        self.assertTrue(all(group for _name, _threshold, group in rows))

    def test_switch_shows_its_effect_and_is_recorded(self):
        self.policy.with_user(self.users["suite_admin"]).action_turn_off()
        self.quote(60000)
        self.quote(10, partner_id=self.world["partner"].copy().id)
        policy = self.policy.with_user(self.users["suite_admin"])
        others = policy._open_documents_caught()
        action = policy.action_switch()
        wizard = self.env[action["res_model"]].with_user(self.users["suite_admin"]).browse(action["res_id"])
        self.assertEqual(wizard.open_count, others)
        self.assertGreaterEqual(wizard.open_count, 1)
        wizard.action_apply()
        self.assertTrue(self.policy.active)
        rows = self.env["crm.approval.ledger"].search([("res_model", "=", self.policy._name)], order="seq")
        self.assertEqual(rows.mapped("event"), ["policy_on", "policy_off", "policy_on"])
        self.assertEqual(rows[-1].actor_uid, self.users["suite_admin"].id)

    def test_off_asks_nothing(self):
        self.policy.with_user(self.users["suite_admin"]).action_turn_off()
        order = self.quote(9000000)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_orders_confirmed_before_stay_in_effect(self):
        self.policy.with_user(self.users["suite_admin"]).action_turn_off()
        order = self.quote(9000000)
        order.action_confirm()
        self.policy.with_user(self.users["suite_admin"]).action_turn_on()
        self.assertFalse(order._approval_blocked())
        self.assertTrue(order._approval_paper()["effective"])

    def test_wrong_people(self):
        for role in ("sales_rep", "finance_manager", "sales_director", "service_agent"):
            with self.subTest(role):
                policy = self.policy.with_user(self.users[role])
                for method in ("action_turn_on", "action_turn_off", "action_switch"):
                    with self.assertRaises(AccessError):
                        getattr(policy, method)()
                with self.assertRaises(AccessError):
                    policy.write({"name": "x"})
                with self.assertRaises(AccessError):
                    policy.step_ids[:1].write({"threshold": 9e9})

    def test_no_way_round_the_switch(self):
        admin = self.policy.with_user(self.users["suite_admin"])
        for context in ({}, {"crm_approval_switch": True}):
            with self.assertRaises(AccessError):
                admin.with_context(**context).write({"active": False})
        with self.assertRaises(AccessError):
            admin.action_archive()
        self.assertFalse(admin.create({"name": "New", "active": True}).active)
        self.assertFalse(admin.with_context(default_active=True).create({"name": "New"}).active)
        self.assertTrue(self.policy.active)

    def test_quoted_stage(self):
        stage = self.env.company.approval_quoted_stage_id
        if self.env["res.lang"]._get_data(code="en_US"):
            self.assertEqual(stage.with_context(lang="en_US").name, "Quoted")
        if self.env["res.lang"]._get_data(code="zh_CN"):
            self.assertEqual(stage.with_context(lang="zh_CN").name, "已报价")

    def test_settings_button(self):
        settings = self.env["res.config.settings"].with_user(self.users["suite_admin"]).sudo(False)
        action = settings.new({}).action_approval_switch()
        self.assertEqual(action["res_model"], "crm.approval.switch")
        with self.assertRaises(AccessError):
            self.env["res.config.settings"].with_user(self.rep).new({}).action_approval_switch()

    def test_settings_by_the_wrong_people(self):
        company = self.env.company
        before = company.quote_letterhead, company.approval_sum_days, company.approval_quoted_stage_id
        portal = new_test_user(self.env, "portal_switch", groups="base.group_portal")
        roles = ("sales_rep", "sales_supervisor", "finance_manager", "sales_director", "service_agent")
        for user in [*(self.users[role] for role in roles), portal]:
            settings = self.env["res.config.settings"].with_user(user)
            vals = {"quote_letterhead": not company.quote_letterhead, "approval_sum_days": 77}
            for name, way in (
                ("create", lambda settings=settings, vals=vals: settings.create(vals).execute()),
                ("switch", lambda settings=settings: settings.new({}).action_approval_switch()),
                ("write", lambda user=user, vals=vals: company.with_user(user).write(vals)),
            ):
                with self.subTest(user.login, way=name), self.assertRaises(AccessError):
                    way()
            # the window itself is no secret; who opens it changes nothing in it
            action = settings.new({}).action_approval_policies()
            policies = self.env[action["res_model"]].with_user(user)
            with self.subTest(user.login), self.assertRaises(AccessError):
                policies.create({"name": "Mine"})
        company.invalidate_recordset()
        self.assertEqual(
            (company.quote_letterhead, company.approval_sum_days, company.approval_quoted_stage_id), before
        )
