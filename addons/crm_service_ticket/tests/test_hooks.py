from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_service_ticket.hooks import uninstall_hook

from .common import ServiceCase


@tagged("post_install", "-at_install")
class TestHooks(ServiceCase):
    def test_urgent_tickets_are_told_on_the_quote(self):
        order = self.env["sale.order"].create({"partner_id": self.portal.partner_id.id})
        self.assertNotIn("service_tickets", [item["code"] for item in order._go_no_go_items()])
        self._ticket(priority="p2")
        ticket = self._ticket(priority="p0")
        self._ticket(priority="p0", partner_id=self.stranger.partner_id.id, asset_id=False)
        (item,) = (item for item in order._go_no_go_items() if item["code"] == "service_tickets")
        self.assertEqual((item["level"], item["moment"]), ("warn", ticket.opened_at))
        self.assertIn("1", item["text"])
        self.assertIn(item["code"], order._go_no_go_codes(), "its effect can be set")
        self.env["crm.go.no.go"].create({"code": item["code"], "effect": "block"})
        self.assertIn(item["text"], order._approval_blocked())
        ticket._ticket_transition("cancel")
        self.assertNotIn("service_tickets", [item["code"] for item in order._go_no_go_items()])

    def test_urgent_tickets_do_what_is_set(self):
        """As shipped they inform; a key user has them add a step, or block."""
        item = self.env.ref("crm_service_ticket.go_no_go_service_tickets").with_user(self.users["suite_admin"])
        self.assertIn("service_tickets", dict(self.env["crm.go.no.go"]._selection_code()))
        self.env.ref("crm_quote_approval.policy_quote").with_user(self.users["suite_admin"]).action_turn_on()
        order = self.env["sale.order"].create(
            {
                "partner_id": self.portal.partner_id.id,
                "order_line": [Command.create({"name": "x", "product_id": self._product().id, "price_unit": 100})],
            }
        )
        self._ticket(priority="p0")
        self.assertFalse(order._approval_required(), "it informs")
        item.write({"active": True, "effect": "step"})
        self.assertEqual(
            order._approval_required(), self.env.ref("crm_quote_approval.policy_quote_credit"), "it adds the step"
        )
        item.effect = "block"
        with self.assertRaisesRegex(UserError, "urgent service tickets"):
            order.action_confirm()

    def _product(self):
        return self.env["product.product"].create({"name": "Pump", "type": "service"})

    def test_customers_with_an_open_ticket_are_not_recycled(self):
        # without a portal user, who keeps his company by himself
        companies = self.env["res.partner"].create([{"name": name, "is_company": True} for name in ("甲厂", "乙厂")])
        leads = self.env["crm.lead"].create([{"name": "x", "partner_id": partner.id} for partner in companies])
        ticket = self._ticket(partner_id=companies[0].id, asset_id=False)

        def exempt():
            return leads & leads.search(leads._pool_exempt_domain())

        self.assertEqual(exempt(), leads[:1])
        ticket._ticket_transition("cancel")
        self.assertFalse(exempt())

    def test_uninstalling_takes_the_counters_along(self):
        self._ticket()
        items = self.env["crm.go.no.go"].with_context(active_test=False)
        self.assertTrue(items.search([("code", "=", "service_tickets")]))
        counters = self.env.ref("crm_service_ticket.sequence_service_ticket").date_range_ids
        self.assertTrue(counters)
        uninstall_hook(self.env)
        self.assertFalse(counters.exists())
        self.assertFalse(items.search([("code", "=", "service_tickets")]))
