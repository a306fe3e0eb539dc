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
        counters = self.env.ref("crm_service_ticket.sequence_service_ticket").date_range_ids
        self.assertTrue(counters)
        uninstall_hook(self.env)
        self.assertFalse(counters.exists())
