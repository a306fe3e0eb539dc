from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from .common import build_quote, build_world


@tagged("post_install", "-at_install")
class TestClosedRegion(TransactionCase):
    """What the pools and closed regions of crm_merchant ask of quotes under approval."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world = build_world(cls.env)
        cls.users = cls.world["users"]
        cls.partner = cls.world["partner"]
        cls.env["crm.region"]._shipped().action_unarchive()
        cls.east = cls.env.ref("crm_merchant.region_east")
        cls.partner.state_id = cls.env.ref("base.state_cn_JS")

    def test_approvers_read_what_they_decide(self):
        self.east.is_scoped = True
        self.partner.user_id = self.users["sales_rep"]
        asked, other = build_quote(self.env, self.world), build_quote(self.env, self.world)
        asked.action_approval_submit()
        supervisor = self.users["sales_supervisor"]
        self.assertIn(supervisor, asked.sudo().approval_task_ids.user_id)
        self.env.invalidate_all()
        both = (asked | other).with_user(supervisor)
        self.assertEqual(both.search([("id", "in", both.ids)]).ids, asked.ids)
        self.assertEqual(both._filtered_access("read").ids, asked.ids)
        self.assertEqual(
            self.env["sale.order.line"].with_user(supervisor).search([("order_id", "in", both.ids)]).order_id.ids,
            asked.ids,
        )
        self.assertFalse((asked | other).with_user(self.users["sales_rep_2"])._filtered_access("read"))

    def test_a_customer_whose_quote_is_decided_stays(self):
        pool = self.env["crm.pool"].create(
            {"name": "East", "region_ids": [Command.set(self.east.ids)], "freeze_days": 0, "recycle_days_c": 10}
        )
        pool.action_recycle_on()
        rep = self.users["sales_rep"]
        self.partner.user_id = rep
        self.partner.with_user(self.users["suite_admin"]).action_pool_enter()
        quote = build_quote(self.env, self.world)
        quote.action_approval_submit()
        self.assertEqual(self.partner._pool_exempt_now(), self.partner)
        quote.action_approval_withdraw("x")
        self.assertFalse(self.partner._pool_exempt_now())
