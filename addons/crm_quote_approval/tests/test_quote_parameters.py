from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import CHAIN, ApprovalCase


@tagged("post_install", "-at_install")
class TestQuoteParameters(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.machines = cls.env["product.category"].create({"name": "Machines"})
        cls.presses = cls.env["product.category"].create({"name": "Presses", "parent_id": cls.machines.id})
        cls.world["product"].categ_id = cls.presses
        parameters = cls.env["crm.product.parameter"].with_user(cls.users["suite_admin"])
        cls.voltage = parameters.create(
            {"categ_id": cls.machines.id, "name": "Voltage", "kind": "choice", "choice_text": "380 V，220 V, 380 V"}
        )
        cls.force = parameters.create({"categ_id": cls.presses.id, "name": "Force", "kind": "number", "unit": "kN"})
        cls.colour = parameters.create({"categ_id": cls.presses.id, "name": "Colour", "is_required": False})

    def enter(self, order, values, user=None):
        action = order.with_user(user or self.rep).action_quote_parameters()
        window = self.env[action["res_model"]].with_user(user or self.rep).browse(action["res_id"])
        for row in window.line_ids:
            value = values.get(row.parameter_id.name, "")
            if row.kind == "choice":
                row.choice_id = row.parameter_id.choice_ids.filtered(lambda choice, value=value: choice.name == value)
            else:
                row.value = value
        window.action_apply()
        return window

    def test_choices_by_text(self):
        self.assertEqual(self.voltage.choice_ids.mapped("name"), ["380 V", "220 V"])
        self.voltage.choice_text = "220 V, 110 V"
        self.assertEqual(set(self.voltage.choice_ids.mapped("name")), {"220 V", "110 V"})
        with self.assertRaises(ValidationError):
            self.voltage.copy({"choice_ids": False, "choice_text": False})

    def test_children_inherit(self):
        line = self.quote(10).order_line
        self.assertEqual(line._parameters().mapped("name"), ["Voltage", "Force", "Colour"])
        self.assertEqual(line._parameters_missing().mapped("name"), ["Voltage", "Force"])
        self.assertEqual(self.presses.inherited_parameter_text, "Voltage")

    def test_gates(self):
        order = self.quote(10)
        for way in (
            order.action_confirm,
            order.action_quotation_sent,
            order.action_quotation_send,
            lambda: order.write({"state": "sent"}),
        ):
            with self.refused(UserError, "Press: Voltage, Force"):
                way()
        large = self.quote(partner_id=self.world["partner"].copy().id)
        with self.refused(UserError, "Press: Voltage, Force"):
            large.action_approval_submit()
        html = self.env["ir.actions.report"]._render_qweb_html("sale.action_report_saleorder", order.ids)[0]
        self.assertIn(b"o_crm_not_effective", html)
        self.enter(order, {"Voltage": "380 V", "Force": "1600"})
        self.assertFalse(order.parameters_missing)
        order.action_confirm()

    def test_off_until_defined(self):
        (self.voltage | self.force | self.colour).unlink()
        order = self.quote(10)
        self.assertFalse(order.has_parameters)
        with self.refused(UserError, "Product Categories"):
            order.action_quote_parameters()
        order._parameters_reason()
        with self.assertQueryCount(0):
            order._parameters_reason()
        order.action_confirm()

    def test_quotes_without_any_are_judged_as_before(self):
        order = self.quote(10)
        self.assertNotIn("parameter_values", order._approval_judged_text())
        self.enter(order, {"Voltage": "380 V", "Force": "1600"})
        self.assertIn("parameter_values", order._approval_judged_text())

    def test_values_have_to_fit(self):
        order = self.quote(10)
        with self.refused(UserError, "is not a number"):
            self.enter(order, {"Voltage": "380 V", "Force": "strong"})
        self.enter(order, {"Voltage": "380 V", "Force": "1,600.5"})
        line = order.order_line
        self.assertEqual(line.parameter_values[0][1:], ["Voltage", "380 V", ""])
        # over RPC: what does not fit counts for nothing
        line.parameter_values = [[self.voltage.id, "Voltage", "1000 V", ""], [self.force.id, "Force", "much", "kN"]]
        self.assertEqual(len(line._parameters_missing()), 2)
        for rubbish in ({"a": 1}, [1], [[1, 2, 3, 4]], [["x", "a", "b", "c"]], [[1, "a" * 300, "b", "c"]], "text"):
            with self.subTest(rubbish), self.assertRaises(ValidationError):
                line.parameter_values = rubbish

    def test_they_are_judged(self):
        order = self.quote()
        self.enter(order, {"Voltage": "380 V", "Force": "1600"})
        order.action_approval_submit()
        self.approve(order, *CHAIN)
        self.force.with_user(self.users["suite_admin"]).name = "Nominal force"
        self.commit_hooks()
        self.assertEqual(order.approval_state, "approved", "a renamed parameter changes no paper")
        self.enter(order, {"Voltage": "220 V", "Force": "1600"})
        self.commit_hooks()
        self.assertEqual(order.approval_state, "void")

    def test_a_later_parameter_binds_no_approved_quote(self):
        order = self.quote()
        self.enter(order, {"Voltage": "380 V", "Force": "1600"})
        order.action_approval_submit()
        self.approve(order, *CHAIN)
        self.colour.is_required = True
        self.assertFalse(order._approval_blocked())
        order.action_confirm()

    def test_on_the_paper_and_nothing_else_for_the_customer(self):
        order = self.quote(10)
        self.enter(order, {"Voltage": "380 V", "Force": "1600"})
        html = self.env["ir.actions.report"]._render_qweb_html("sale.action_report_saleorder", order.ids)[0].decode()
        self.assertIn("1600 kN", html)
        self.assertNotIn("Colour", html)
        portal = new_test_user(self.env, "parameter_portal", groups="base.group_portal")
        order.sudo().message_subscribe(portal.partner_id.ids)
        order.action_quotation_sent()
        for name in ("parameter_values", "parameter_text", "parameter_count"):
            with self.assertRaises(AccessError):
                order.order_line.with_user(portal).read([name])
        with self.assertRaises(AccessError):
            self.env["crm.product.parameter"].with_user(portal).search_read([])

    def test_compared(self):
        order = self.quote()
        self.enter(order, {"Voltage": "380 V", "Force": "1600"})
        order.action_approval_submit()
        order.action_approval_withdraw("x")
        self.enter(order, {"Voltage": "380 V", "Force": "2000"})
        action = order.action_compare_versions()
        difference = self.env[action["res_model"]].with_user(self.rep).browse(action["res_id"]).difference
        self.assertIn("1600 kN", difference)
        self.assertIn("2000 kN", difference)
        order.version_ids.action_take_over()
        self.assertIn(["Force", "1600", "kN"], [row[1:] for row in order.order_line.parameter_values])

    def test_copied_with_the_quote(self):
        order = self.quote(10)
        self.enter(order, {"Voltage": "380 V", "Force": "1600"})
        self.assertFalse(order.copy().parameters_missing)

    def test_who(self):
        order = self.quote(10)
        for role in ("sales_rep_2", "service_agent", "technical_lead"):
            with self.subTest(role), self.assertRaises(AccessError):
                order.with_user(self.users[role]).action_quote_parameters()
        for role in ("sales_rep", "sales_supervisor", "service_agent"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.force.with_user(self.users[role]).write({"is_required": False})
        action = order.action_quote_parameters()
        window = self.env[action["res_model"]].browse(action["res_id"])
        with self.assertRaises(AccessError):
            window.with_user(self.users["sales_rep_2"]).action_apply()

    def test_lines_of_another_quote(self):
        order, foreign = self.quote(10), self.quote(10, user="sales_rep_2")
        action = order.action_quote_parameters()
        window = self.env[action["res_model"]].with_user(self.rep).browse(action["res_id"])
        window.sudo().line_ids[0].order_line_id = foreign.order_line
        window.invalidate_recordset()
        with self.assertRaises(UserError):
            window.action_apply()
        self.assertFalse(foreign.order_line.parameter_values)
