from odoo.tests import HttpCase, tagged

from odoo.addons.crm_merchant.demo.roles import build_roles

from .common import build_customer, build_team


class ServiceTour(HttpCase):
    """The agent's way through a ticket and the customer's into the portal."""

    def setUp(self):
        super().setUp()
        self.users = build_roles(self.env, ["service_agent", "service_lead"])
        self.customer, self.portal = build_customer(self.env, "苏州华芯装备有限公司", "buyer")
        build_team(self.env, self.users)
        self.asset = self.env["service.asset"].create({"name": "VMC850", "partner_id": self.customer.id})

    def agent(self):
        ticket = self.env["service.ticket"].create(
            {
                "subject": "主轴异响 tour",
                "partner_id": self.portal.partner_id.id,
                "user_id": self.users["service_agent"].id,
                "channel": "portal",
            }
        )
        self.start_tour("/odoo/my-service-tickets", "crm_service_ticket_agent", login="service_agent")
        self.env.invalidate_all()
        self.assertEqual((ticket.state, ticket.solution), ("solved", "更换主轴轴承"))

    def customer_reports(self):
        self.start_tour("/my/tickets", "crm_service_ticket_customer", login="buyer")
        ticket = self.env["service.ticket"].search([("partner_id", "=", self.portal.partner_id.id)])
        self.assertEqual((ticket.channel, ticket.asset_id), ("portal", self.asset))


@tagged("post_install", "-at_install")
class TestServiceTour(ServiceTour):
    def test_agent(self):
        self.agent()

    def test_customer(self):
        self.customer_reports()


@tagged("post_install", "-at_install", "-standard", "phone")
class TestServiceTourPhone(ServiceTour):
    browser_size = "390x844"
    touch_enabled = True

    def test_agent(self):
        self.agent()

    def test_customer(self):
        self.customer_reports()
