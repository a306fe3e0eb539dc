from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ApprovalCase


class PolicyCase(ApprovalCase):
    """One policy of one step, signed by the technical lead, whose rows the tests write."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.step_ids.filtered(lambda step: step.sequence > 10).unlink()
        cls.step = cls.policy.step_ids
        cls.step.write({"name": "Check", "source": "user", "user_ids": cls.users["technical_lead"].ids, "threshold": 0})

    def row(self, measure, operator, value, step=True, **vals):
        kinds = self.env["crm.approval.policy.condition"]._measure_kinds()
        name = kinds[measure][1]
        value = [Command.set(value.ids)] if kinds[measure][0] == "records" else value
        owner = {"step_id": self.step.id} if step else {"policy_id": self.policy.id}
        return self.env["crm.approval.policy.condition"].create(
            {**owner, "measure": measure, "operator": operator, name: value, **vals}
        )

    def caught(self, order):
        return bool(order._approval_required())


@tagged("post_install", "-at_install")
class TestConditions(PolicyCase):
    def test_discount(self):
        self.row("discount", ">", 10)
        order = self.quote(1000)
        for vals, caught in (
            ({"price_unit": 1000, "discount": 10}, False),
            ({"price_unit": 1000, "discount": 10.01}, True),
            ({"price_unit": 899, "discount": 0}, True),
            ({"price_unit": 950, "discount": 6}, True),
            ({"price_unit": 1200, "discount": 10}, False),
            ({"price_unit": 0, "discount": 0}, True),
        ):
            with self.subTest(vals):
                order.order_line.write(vals)
                self.assertEqual(self.caught(order), caught)

    def test_discount_as_a_negative_line(self):
        self.row("discount", ">", 10)
        order = self.quote(1000)
        gift = self.env["product.product"].create({"name": "Discount", "list_price": 0, "type": "service"})
        line = {"product_id": gift.id, "product_uom_qty": 1, "price_unit": -50, "tax_ids": [Command.clear()]}
        order.write({"order_line": [Command.create(line)]})
        self.assertFalse(self.caught(order))
        order.order_line.filtered(lambda row: row.product_id == gift).price_unit = -101
        self.assertTrue(self.caught(order))

    def test_margin_believes_no_stored_column(self):
        self.row("margin", "<", 30)
        order = self.quote(1000)
        self.assertFalse(self.caught(order), "40 %")
        order.order_line.price_unit = 850
        self.assertTrue(self.caught(order))
        order.order_line.write({"purchase_price": 1})
        self.assertTrue(self.caught(order), "a cost typed lower is not believed")
        order.write({"margin": 10000, "margin_percent": 0.99})
        self.assertTrue(self.caught(order))

    def test_payment(self):
        term = self.env["account.payment.term"].create(
            {"name": "90 days", "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 90})]}
        )
        row = self.row("payment_days", ">", 60)
        order = self.quote(1000)
        self.assertFalse(self.caught(order))
        order.payment_term_id = term
        self.assertTrue(self.caught(order))
        row.unlink()
        self.row("payment_term", "in", term)
        self.assertTrue(self.caught(order))
        order.payment_term_id = False
        self.assertFalse(self.caught(order))

    def test_product_and_category(self):
        parent = self.env["product.category"].create({"name": "Machines"})
        child = self.env["product.category"].create({"name": "Presses", "parent_id": parent.id})
        order = self.quote(1000)
        row = self.row("category", "in", parent)
        self.assertFalse(self.caught(order))
        self.world["product"].categ_id = child
        self.assertTrue(self.caught(order), "those below it count")
        row.unlink()
        self.row("product", "in", self.world["product"])
        self.assertTrue(self.caught(order))

    def test_customer(self):
        partner = self.world["partner"]
        order = self.quote(1000)
        row = self.row("new_customer", "=", "yes")
        self.assertTrue(self.caught(order))
        row.unlink()
        self.policy.with_user(self.users["suite_admin"]).action_turn_off()
        self.quote(10).action_confirm()
        self.policy.with_user(self.users["suite_admin"]).action_turn_on()
        row = self.row("new_customer", "=", "yes")
        self.assertFalse(self.caught(order))
        row.unlink()
        region = self.env.ref("crm_merchant.region_east")
        region.action_unarchive()
        row = self.row("region", "in", region)
        self.assertFalse(self.caught(order))
        partner.state_id = self.env.ref("base.state_cn_JS")
        self.assertEqual(partner.region_id, region)
        self.assertTrue(self.caught(order))
        row.unlink()
        self.row("grade", "=", "A")
        self.assertFalse(self.caught(order))
        lead = self.env["crm.lead"].create({"name": "Line", "user_id": self.rep.id, "type": "opportunity"})
        order.opportunity_id = lead
        self.assertFalse(self.caught(order))
        lead._grade_set("A", "big")
        self.assertTrue(self.caught(order))

    def test_credit(self):
        over = self.row("credit_over", "=", "yes")
        order = self.quote(1000)
        self.assertFalse(self.caught(order), "no limit, no bridge: not tested")
        partner, company = self.world["partner"], self.env.company

        def sync(limit, balance, hours=1):
            moment = fields.Datetime.now() - timedelta(hours=hours)
            partner._credit_sync(company, {partner.id: {"limit": limit, "balance": balance, "moment": moment}})

        sync(5000, 4000)
        self.assertFalse(self.caught(order), "exactly the limit")
        sync(5000, 4000.01)
        self.assertTrue(self.caught(order))
        over.unlink()
        self.row("credit_unknown", "=", "yes")
        self.assertFalse(self.caught(order))
        sync(5000, 0, hours=49)
        self.assertTrue(self.caught(order))

    def test_all_or_any_and_the_amount_beside(self):
        self.row("discount", ">", 10)
        self.row("payment_days", ">", 60)
        order = self.quote(800)
        self.assertFalse(self.caught(order), "only one of two")
        self.step.match = "any"
        self.assertTrue(self.caught(order))
        self.step.threshold = 5000
        self.assertFalse(self.caught(order), "the amount must hold as well")

    def test_rows_of_the_policy(self):
        """A policy that is not for the paper leaves it to the next one in the list."""
        second = self.policy.copy({"name": "Second", "sequence": 50})
        second.with_user(self.users["suite_admin"]).action_turn_on()
        self.row("amount", ">", 100000, step=False)
        self.assertEqual(self.quote(200000)._approval_required().policy_id, self.policy)
        other = self.quote(500, partner_id=self.world["partner"].copy().id)
        self.assertEqual(other._approval_required().policy_id, second)

    def test_what_no_tier_catches_is_let_through_until_it_changes(self):
        self.row("discount", ">", 10)
        order = self.quote(1000)
        order.action_quotation_sent()
        order.order_line.discount = 20
        with self.refused(UserError, "needs approval"):
            order.action_confirm()

    def test_refused_when_saved(self):
        for rows in (
            [("discount", ">", 20), ("discount", "<", 10)],
            [("discount", "=", 20), ("discount", ">", 20)],
            [("new_customer", "=", "yes"), ("new_customer", "!=", "yes")],
            [("grade", "=", "A"), ("grade", "=", "B")],
            [("discount", "in", 20)],
            [("new_customer", ">", "yes")],
        ):
            with self.subTest(rows), self.assertRaises(ValidationError):
                for row in rows:
                    self.row(*row)
                self.env.flush_all()
            self.step.condition_ids.unlink()
        self.row("discount", ">=", 20)
        self.row("discount", "<=", 20)

    def test_contradiction_between_policy_and_step(self):
        self.row("discount", "<", 5, step=False)
        with self.assertRaises(ValidationError):
            self.row("discount", ">", 10)

    def test_wrong_people(self):
        values = {"measure": "discount", "operator": ">", "number": 99, "step_id": self.step.id}
        row = self.row("discount", ">", 10)
        for role in ("sales_rep", "sales_supervisor", "technical_lead", "sales_director"):
            with self.subTest(role):
                with self.assertRaises(AccessError):
                    self.env["crm.approval.policy.condition"].with_user(self.users[role]).create(values)
                with self.assertRaises(AccessError):
                    row.with_user(self.users[role]).number = 99
                with self.assertRaises(AccessError):
                    row.with_user(self.users[role]).unlink()

    def test_queries_without_conditions(self):
        order = self.quote(1000)
        # the policy of this test is as new as the quote: its version is kept as it would be at the end of a transaction
        self.env.cr.flush()
        order._approval_required()
        with self.assertQueryCount(2):
            order._approval_required()


@tagged("post_install", "-at_install")
class TestKindsOfSigners(PolicyCase):
    def people(self, order):
        return [task.principal_id.login for task in order.sudo().approval_task_ids.sorted("id")]

    def go(self, **vals):
        self.step.write({"user_ids": [Command.clear()], **vals} if vals.get("source") not in ("user",) else vals)
        return self.submitted(partner_id=self.world["partner"].copy().id)

    def test_superiors(self):
        self.assertEqual(self.people(self.go(source="nth_superior", superior_level=2)), ["region_manager"])
        self.assertEqual(self.people(self.go(source="nth_superior", superior_level=9)), ["general_manager"])
        role = self.env.ref("crm_merchant.group_sales_director")
        order = self.go(source="superior_chain", group_id=role.id, mode="in_turn")
        self.assertEqual(self.people(order), ["sales_supervisor", "region_manager", "sales_director"])

    def test_region_manager(self):
        region = self.env.ref("crm_merchant.region_east")
        region.action_unarchive()
        region.manager_ids = self.users["sales_supervisor"]
        partner = self.world["partner"].copy({"state_id": self.env.ref("base.state_cn_JS").id})
        self.step.write({"source": "region"})
        order = self.submitted(partner_id=partner.id)
        self.assertEqual(self.people(order), ["sales_supervisor"])
        self.approve(order, "sales_supervisor")
        self.assertEqual(order.approval_state, "approved")
        # no region: the flow administrator, never passed
        self.assertEqual(self.people(self.go(source="region")), ["suite_admin"])

    def test_team_leader(self):
        team = self.env["crm.team"].create({"name": "East", "user_id": self.users["sales_director"].id})
        self.step.write({"source": "leader"})
        order = self.submitted(team_id=team.id)
        self.assertEqual(self.people(order), ["sales_director"])

    def test_field_of_the_paper(self):
        field = self.env["ir.model.fields"]._get("sale.order", "user_id")
        self.step.write({"source": "field", "field_id": field.id})
        # the salesperson is the requester: his superior signs
        self.assertEqual(self.people(self.submitted()), ["sales_supervisor"])
        with self.assertRaises(ValidationError):
            self.step.field_id = self.env["ir.model.fields"]._get("sale.order", "partner_id")

    def test_field_of_the_paper_by_the_suite_administrator(self):
        """He reads no ``ir.model.fields``, so the form offers the fields of people by name."""
        admin = self.users["suite_admin"]
        with self.assertRaises(AccessError):
            self.env["ir.model.fields"].with_user(admin).search([], limit=1)
        policy = self.policy.with_user(admin)
        with Form(policy) as form:
            with form.step_ids.new() as line:
                line.name = "Salesperson"
                line.source = "field"
                line.field_key = "sale.order:user_id"
        step = policy.step_ids.filtered(lambda row: row.name == "Salesperson")
        self.assertEqual(step.sudo().field_id.name, "user_id")
        step.invalidate_recordset()
        self.assertEqual(step.read(["field_key"])[0]["field_key"], "sale.order:user_id")
        policy.web_read({"step_ids": {"fields": {"field_key": {}, "source": {}}}})
        for key in ("sale.order:partner_id", "res.users:id", "x"):
            with self.subTest(key), self.assertRaises(ValidationError):
                step.field_key = key
        with self.assertRaises(AccessError):
            step.with_user(self.rep).field_key = "sale.order:create_uid"

    def test_choice(self):
        allowed = self.users["technical_lead"] | self.users["finance_clerk"]
        self.step.write({"source": "choice", "user_ids": allowed.ids, "group_id": False})
        order = self.quote()
        action = order.action_approval_submit()
        self.assertEqual(order.approval_state, "none", "it asks first")
        wizard = self.env["crm.approval.submit"].with_user(self.rep).browse(action["res_id"])
        self.assertEqual(wizard.line_ids.allowed_ids, allowed)
        with self.refused(UserError, "Choose who signs"):
            wizard.action_apply()
        with self.refused(UserError, "cannot be chosen"):
            order.action_approval_submit({self.step.id: self.users["sales_rep_2"].ids})
        with self.refused(UserError, "Say who signs"):
            order.action_approval_submit({"x": ["y"]})
        wizard.line_ids.user_ids = self.users["finance_clerk"]
        wizard.action_apply()
        self.assertEqual(self.people(order), ["finance_clerk"])
        with self.assertRaises(AccessError):
            wizard.with_user(self.users["sales_rep_2"]).action_apply()

    def test_so_many_of_them(self):
        people = self.users["technical_lead"] | self.users["finance_clerk"] | self.users["service_agent"]
        for mode, vals, needed in (
            ("number", {"needed_number": 2}, 2),
            ("share", {"needed_share": 66.67}, 3),
            ("share", {"needed_share": 66.66}, 2),
            ("share", {"needed_share": 100}, 3),
            ("share", {"needed_share": 1}, 1),
        ):
            with self.subTest(mode, **vals):
                order = self.go(source="user", user_ids=people.ids, mode=mode, **vals)
                for role in ("technical_lead", "finance_clerk", "service_agent")[:needed]:
                    self.assertEqual(order.approval_state, "pending")
                    self.approve(order, role)
                self.assertEqual(order.approval_state, "approved")
                self.assertEqual(
                    len(order.sudo().approval_task_ids.filtered(lambda t: t.state == "cancelled")), 3 - needed
                )
        with self.assertRaises(ValidationError):
            self.step.write({"mode": "number", "needed_number": 4})

    def test_archived_people_are_refused_when_saved(self):
        gone = self.users["finance_clerk"]
        gone.active = False
        with self.assertRaises(ValidationError):
            self.step.user_ids = gone

    def test_copy(self):
        clerk = self.users["finance_clerk"]
        self.step.copy_user_ids = clerk
        order = self.submitted()
        request = order.approval_request_id
        with self.assertRaises(AccessError):
            request.with_user(clerk).read(["title"])
        self.approve(order, "technical_lead")
        self.env.invalidate_all()
        self.assertTrue(request.with_user(clerk).read(["title", "snapshot_html"]))
        message = self.env["mail.message"].search([("partner_ids", "in", clerk.partner_id.ids)], limit=1)
        self.assertIn("Copy", message.subject)
        with self.assertRaises(AccessError):
            request.sudo().task_ids.with_user(clerk).action_approve()
