from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_merchant.demo.roles import build_roles

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestQuotePublic(ApprovalCase):
    """Public methods and columns of the quote and of credit, tried by everybody whom they are not for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users.update(build_roles(cls.env, ["sales_supervisor_2"]))
        cls.users["portal"] = new_test_user(cls.env, "portal_quote", groups="base.group_portal")
        cls.strangers = ("service_agent", "sales_rep_2", "portal")

    def refuse(self, record, method, roles, *args):
        for role in roles:
            with self.subTest(method=method, role=role), self.assertRaises(UserError):
                getattr(record.with_user(self.users[role]), method)(*args)

    def test_methods_of_a_quote(self):
        order = self.approved()
        version = order.sudo().version_ids[:1]
        for method in ("action_quote_share", "action_quote_parameters"):
            self.refuse(order, method, self.strangers)
        self.refuse(order, "_quote_share", self.strangers, "x", "2999-01-01")
        self.refuse(order, "action_quotation_sent", self.strangers)
        self.refuse(order, "action_compare_versions", self.strangers)
        self.refuse(version, "action_compare", self.strangers)
        # an approver reads the quote, but its lines are the salesperson's
        self.refuse(version, "action_take_over", (*self.strangers, "technical_lead"))
        share = order.with_user(self.rep)._quote_share("Customer", "2999-01-01")
        self.refuse(share, "action_revoke", self.strangers)
        self.assertEqual(share.sudo().state, "open")

    def test_methods_of_settings(self):
        wrong = (*self.strangers, "sales_rep", "technical_lead")
        rule = self.env["sale.quote.numbering"].create(
            {
                "reset": "never",
                "part_ids": [Command.create({"kind": "text", "text": "Q"}), Command.create({"kind": "counter"})],
            }
        )
        for method in ("action_turn_on", "action_turn_off"):
            self.refuse(rule, method, wrong)
        self.assertFalse(rule.active)
        self.refuse(self.env["crm.approval.policy"], "action_switch_quotes", wrong)
        self.refuse(self.env["crm.suite.settings"], "action_approval_switch", wrong)

    def test_rows_of_settings(self):
        item = self.env["crm.go.no.go"].with_context(active_test=False).search([], limit=1)
        stage = self.env["crm.stage"].create({"name": "Offer Out"})
        parameter = self.env["crm.product.parameter"].create(
            {"categ_id": self.env["product.category"].create({"name": "x"}).id, "name": "Force", "kind": "number"}
        )
        for role in (*self.strangers, "sales_rep", "technical_lead"):
            for record, vals in (
                (item, {"effect": "inform"}),
                (self.policy, {"quoted_stage_id": stage.id}),
                (parameter, {"is_required": False}),
                (self.env.company, {"quote_expiry_active": False}),
                (self.env.company, {"approval_quoted_stage_id": stage.id}),
                (self.world["partner"], {"credit_limit": 1e9, "use_partner_credit_limit": True}),
            ):
                with self.subTest(role=role, model=record._name), self.assertRaises(AccessError):
                    record.with_user(self.users[role]).write(vals)

    def test_columns_that_only_their_door_writes(self):
        """By nobody: neither the salesperson himself nor the administrator of the suite."""
        order = self.approved()
        version = order.sudo().version_ids[:1]
        now = "2026-01-01 00:00:00"
        for role in ("sales_rep", "suite_admin"):
            user = self.users[role]
            for vals in (
                {"version_ids": [Command.clear()]},
                {"share_ids": [Command.create({"recipient": "x"})]},
                {"approval_confirmed_at": now},
                {"approval_confirmed_fingerprint": "x"},
                {"expired_date": "2999-01-01"},
                {"quote_expired": False},
                {"expiry_noticed_date": "2999-01-01"},
                {"expiry_deadline": False},
            ):
                with self.subTest(role=role, vals=vals), self.assertRaises(AccessError):
                    order.with_user(user).write(vals)
            for vals in ({"approved_at": now}, {"fingerprint": "x"}):
                with self.subTest(role=role, vals=vals), self.assertRaises(AccessError):
                    version.with_user(user).write(vals)
            for act in (lambda rows: rows.unlink(), lambda rows: rows.copy()):
                with self.subTest(role=role), self.assertRaises(AccessError):
                    act(version.with_user(user))
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.world["partner"].with_user(user).write({"credit_limit_synced_at": now, "credit_erp_balance": 0})
