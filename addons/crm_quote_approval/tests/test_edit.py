from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import ApprovalCase


class EditCase(ApprovalCase):
    """The third step, the finance manager's, may change payment terms, discounts and prices."""

    PATHS = ("payment_term_id", "order_line.discount", "order_line.price_unit")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.step = cls.policy.step_ids[2]
        cls.step.edit_ids = [(0, 0, {"path": f"sale.order:{path}"}) for path in cls.PATHS]
        cls.term = cls.env["account.payment.term"].create({"name": "In two years"})

    def at_finance(self, **vals):
        order = self.submitted(**vals)
        self.approve(order, "sales_supervisor", "technical_lead")
        return order, self.task(order, "finance_manager")

    def states(self, order):
        request = order.sudo().approval_request_id
        tasks = request.task_ids.filtered(lambda task: task.round == request.round)
        return [task.state for task in tasks.sorted(lambda task: (task.step_no, task.id))]


@tagged("post_install", "-at_install")
class TestEdit(EditCase):
    def test_who_signed_stays_when_his_reason_is_untouched(self):
        order, task = self.at_finance()
        versions = order.version_count
        action = task.action_edit({"payment_term_id": self.term.id}, "Credit is tight")
        self.commit_hooks()
        self.assertEqual(order.payment_term_id, self.term)
        self.assertEqual(order.approval_state, "pending", "it is not void")
        self.assertEqual(self.states(order), ["approved", "approved", "pending", "waiting"])
        self.assertEqual(action["res_id"], self.task(order, "finance_manager").id)
        order.invalidate_recordset()
        self.assertEqual(order.version_count, versions + 1, "the old paper is not the one that is signed")
        row = self.env["crm.approval.ledger"].search([("res_id", "=", order.id), ("event", "=", "edit")])
        self.assertIn("In two years", row.reason)
        self.assertIn("Credit is tight", row.reason)
        self.assertEqual(row.actor_uid, self.users["finance_manager"].id)
        self.approve(order, "finance_manager", "sales_director")
        self.assertEqual(order.approval_state, "approved")
        self.assertTrue(order._approval_is_current())
        self.assertTrue(order.version_ids[:1].is_current)
        order.action_confirm()
        self.assertFalse(self.env["crm.approval.ledger"]._ledger_broken([("res_id", "=", order.id)]))

    def test_a_lower_margin_asks_again_and_shows_what_changed(self):
        order, task = self.at_finance()
        task.action_edit({"order_line": {order.order_line.id: {"discount": 10}}}, "The customer insists")
        self.commit_hooks()
        self.assertEqual(order.amount_total, 115200)
        self.assertEqual(self.states(order), ["pending", "waiting", "waiting", "waiting"])
        self.assertFalse(self.task(order, "finance_manager"))
        again = self.task(order, "sales_supervisor")
        self.assertIn("128,000", again.delta_html)
        self.assertIn("115,200", again.delta_html)
        self.assertEqual(again.amount, 115200)
        self.assertEqual(self.events(order).count("again"), 2)
        self.approve(order, "sales_supervisor", "technical_lead", "finance_manager", "sales_director")
        self.assertEqual(order.approval_state, "approved")
        self.assertEqual(order.sudo().approval_request_id.amount, 115200)

    def test_a_higher_amount_asks_again_without_margin(self):
        order, task = self.at_finance()
        task.action_edit({"order_line": {order.order_line.id: {"price_unit": 130000}}}, "Transport")
        self.assertEqual(self.states(order), ["pending", "waiting", "waiting", "waiting"])

    def test_a_step_that_was_never_asked(self):
        order, task = self.at_finance()
        with self.refused(UserError, "General Manager"):
            task.action_edit({"order_line": {order.order_line.id: {"price_unit": 600000}}}, "More")
        self.assertEqual(order.order_line.price_unit, 128000)
        self.commit_hooks()
        self.assertEqual(order.approval_state, "pending")
        self.assertEqual(self.task(order, "finance_manager"), task)

    def test_a_card_of_the_old_values_is_expired(self):
        order, task = self.at_finance()
        waiting = order.sudo().approval_task_ids.filtered(lambda row: row.state == "waiting")
        task.action_edit({"payment_term_id": self.term.id}, "x")
        self.assertEqual((task.state, waiting.state), ("cancelled", "cancelled"))
        with self.refused(UserError, "no longer waits"):
            task.action_approve()
        self.assertEqual(len(self.env["mail.activity"].search([("res_model", "=", task._name)])), 1)

    def test_added_signers_move_along(self):
        order, task = self.at_finance()
        task.action_add_sign(self.users["service_agent"], "after")
        task.action_edit({"payment_term_id": self.term.id}, "x")
        self.approve(order, "finance_manager")
        self.assertFalse(self.task(order, "sales_director"))
        self.approve(order, "service_agent", "sales_director")
        self.assertEqual(order.approval_state, "approved")

    def test_the_requester_is_not_let_in_by_it(self):
        """While a change is made nothing is void; a change of somebody else in the same transaction still is."""
        order, task = self.at_finance()
        task.action_edit({"payment_term_id": self.term.id}, "x")
        order.order_line.price_unit = 1
        self.assertEqual(order.approval_state, "void")
        self.commit_hooks()
        self.assertEqual(order.sudo().approval_request_id.state, "void")

    def test_window(self):
        order, task = self.at_finance()
        action = task.action_edit_open()
        wizard = self.env["crm.approval.edit"].with_user(self.users["finance_manager"]).browse(action["res_id"])
        self.assertEqual(len(wizard.line_ids), 3)
        wizard.line_ids.filtered(lambda line: line.path == "payment_term_id").record_ref = self.term.id
        wizard.comment = "Tight"
        wizard.action_apply()
        self.assertEqual(order.payment_term_id, self.term)
        self.assertEqual(order.order_line.price_unit, 128000)

    def test_window_leaves_a_price_finer_than_it_shows(self):
        self.env["decimal.precision"].search([("name", "=", "Product Price")]).digits = 6
        order, task = self.at_finance(amount=128000.123456)
        action = task.action_edit_open()
        wizard = self.env["crm.approval.edit"].with_user(self.users["finance_manager"]).browse(action["res_id"])
        wizard.line_ids.filtered(lambda line: line.path == "payment_term_id").record_ref = self.term.id
        wizard.comment = "Tight"
        wizard.action_apply()
        self.assertEqual(order.order_line.price_unit, 128000.123456)


@tagged("post_install", "-at_install")
class TestEditAttacks(EditCase):
    def test_wrong_people(self):
        order, task = self.at_finance()
        portal = new_test_user(self.env, "portal_edit", groups="base.group_portal")
        people = [self.users[name] for name in ("sales_rep", "sales_supervisor", "service_agent", "suite_admin")]
        for user in [*people, portal]:
            for name, args in (("action_edit", ({"payment_term_id": self.term.id}, "x")), ("action_edit_open", ())):
                with self.subTest(user.login, name=name), self.assertRaises(AccessError):
                    getattr(task.with_user(user), name)(*args)
        self.assertNotEqual(order.payment_term_id, self.term)

    def test_fields_that_the_step_may_not_change(self):
        order, task = self.at_finance()
        line = order.order_line
        other = self.quote(partner_id=self.world["partner"].copy().id).order_line
        for values in (
            {"partner_id": self.world["partner"].copy().id},
            {"state": "sale"},
            {"approval_state": "approved"},
            {"note": "x"},
            {"user_id": self.users["sales_rep_2"].id},
            {"order_line": {line.id: {"product_uom_qty": 5}}},
            {"order_line": {line.id: {"purchase_price": 5}}},
            {"order_line": {other.id: {"discount": 5}}},
            {"order_line": [(0, 0, {"name": "x"})]},
            {"order_line": [(2, line.id, 0)]},
            {"no_such_field": 1},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                task.action_edit(values, "x")
        for values in (
            {},
            [],
            {"order_line": {line.id: {"discount": "9"}}},
            {"order_line": {line.id: {"discount": float("nan")}}},
            {"order_line": {line.id: {"discount": True}}},
            {"payment_term_id": 99999999},
            {"payment_term_id": order.payment_term_id.id},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                task.action_edit(values, "x")
        with self.refused(UserError, "Say why"):
            task.action_edit({"payment_term_id": self.term.id}, " ")
        self.assertEqual(self.events(order), ["submit", "approve", "approve"])
        self.assertEqual(self.states(order), ["approved", "approved", "pending", "waiting"])

    def test_what_the_change_brings_along_is_refused_with_it(self):
        """A customization that answers the allowed change by another one does not carry it past the approvers."""
        order, task = self.at_finance()
        judged = order._approval_judged_text()
        orders = self.env.registry["sale.order"]
        write = orders.write

        def write_both(records, vals):
            also = {"note": "Half is paid back"} if "payment_term_id" in vals else {}
            return write(records, {**vals, **also})

        self.patch(orders, "write", write_both)
        with self.refused(UserError, "more than the step may: note"):
            task.action_edit({"payment_term_id": self.term.id}, "x")
        self.commit_hooks()
        self.assertEqual(order._approval_judged_text(), judged)
        self.assertEqual((order.approval_state, task.state), ("pending", "pending"))
        self.assertEqual(self.events(order), ["submit", "approve", "approve"])

    def test_a_step_without_the_setting(self):
        order = self.submitted()
        task = self.task(order, "sales_supervisor")
        self.assertFalse(task.can_edit)
        with self.assertRaises(AccessError):
            task.action_edit({"payment_term_id": self.term.id}, "x")

    def test_the_setting_is_frozen(self):
        order, task = self.at_finance()
        self.step.edit_ids = False
        task.action_edit({"payment_term_id": self.term.id}, "x")
        other = self.submitted(partner_id=self.world["partner"].copy().id)
        self.approve(other, "sales_supervisor", "technical_lead")
        with self.assertRaises(AccessError):
            self.task(other, "finance_manager").action_edit({"payment_term_id": self.term.id}, "x")

    def test_terms_of_another_company(self):
        order, task = self.at_finance()
        other = self.env["res.company"].create({"name": "Second"})
        self.term.company_id = other
        with self.assertRaises(UserError):
            task.action_edit({"payment_term_id": self.term.id}, "x")

    def test_what_a_step_can_never_be_allowed(self):
        for path in ("sale.order:state", "sale.order:approval_state", "sale.order:partner_id", "res.users:login"):
            with self.subTest(path), self.assertRaises(ValidationError):
                self.step.edit_ids = [(0, 0, {"path": path})]
        made = self.env["crm.approval.policy.edit"].create({"step_id": self.step.id, "path": "sale.order:note"})
        for role in ("sales_rep", "finance_manager", "sales_director"):
            with self.subTest(role), self.assertRaises(AccessError):
                made.with_user(self.users[role]).unlink()

    def test_after_the_request_has_ended(self):
        order, task = self.at_finance()
        order.action_approval_withdraw("Later")
        with self.assertRaises(UserError):
            task.action_edit({"payment_term_id": self.term.id}, "x")


@tagged("post_install", "-at_install")
class TestHiddenMargin(ApprovalCase):
    def test_the_paper_itself_is_closed_to_who_may_not_see_the_margin(self):
        """Hidden on the card alone it would stand one click away, on the paper and over the network."""
        self.policy.step_ids[1].hide_margin = True
        order = self.submitted()
        self.approve(order, "sales_supervisor")
        lead = self.users["technical_lead"]
        task = self.task(order, "technical_lead")
        self.assertFalse(task.can_open)
        for record, names in (
            (order, ["margin"]),
            (order, ["name"]),
            (order.order_line, ["margin"]),
            (order.order_line, ["purchase_price"]),
        ):
            with self.subTest(names), self.assertRaises(AccessError):
                record.with_user(lead).read(names)
        self.assertFalse(self.env["sale.order"].with_user(lead).search([("id", "=", order.id)]))
        with self.assertRaises(AccessError):
            task.action_open_document()
        task.action_approve()
        # the next step shows it
        self.assertTrue(self.task(order, "finance_manager").can_open)

    def test_other_steps_open_the_paper(self):
        order = self.submitted()
        self.approve(order, "sales_supervisor")
        self.assertTrue(self.task(order, "technical_lead").can_open)
        self.assertTrue(order.with_user(self.users["technical_lead"]).read(["margin"]))
