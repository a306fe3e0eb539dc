from odoo.tests import HttpCase, tagged

from .common import build_quote, build_world


@tagged("post_install", "-at_install")
class TestTour(HttpCase):
    def test_supervisor_approves(self):
        world = build_world(self.env)
        order = build_quote(self.env, world)
        order.action_approval_submit()
        self.start_tour("/odoo", "crm_quote_approval_supervisor", login="sales_supervisor")
        self.env.invalidate_all()
        self.assertEqual(
            order.sudo().approval_task_ids.sorted("step_no").mapped("state"),
            ["approved", "pending", "waiting", "waiting"],
        )

    def test_salesperson_completes_and_submits(self):
        world = build_world(self.env)
        category = self.env["product.category"].create({"name": "Presses"})
        world["product"].categ_id = category
        self.env["crm.product.parameter"].create(
            {"categ_id": category.id, "name": "Force", "kind": "number", "unit": "kN"}
        )
        order = build_quote(self.env, world)
        self.start_tour(f"/odoo/sales/{order.id}", "crm_quote_approval_quote", login="sales_rep")
        self.env.invalidate_all()
        self.assertEqual(order.approval_state, "pending")
        self.assertEqual(order.order_line.sudo().parameter_values[0][1:], ["Force", "1600", "kN"])
