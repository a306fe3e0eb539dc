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
