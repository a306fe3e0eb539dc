from odoo.tests import Form, tagged

from .common import ServiceCase

ACTIONS = ["action_service_ticket", "action_service_ticket_all", "action_service_asset"]
SETTINGS = [
    "action_service_team",
    "action_service_ticket_type",
    "action_service_sla_policy",
    "action_service_team_member",
]


@tagged("post_install", "-at_install")
class TestViews(ServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["service.sla.policy"].with_context(active_test=False).search([])._switch(True)
        cls.ticket = cls._ticket()

    def _open(self, action, user):
        """What the web client asks for when the user opens the action: its views, and the fields of these."""
        model = self.env[action.res_model].with_user(user)
        views = [(view[0] or False, view[1]) for view in action._get_action_dict()["views"]] + [(False, "search")]
        answer = model.get_views(views)
        for kind in answer["views"]:
            if kind != "search":
                names = set(answer["models"][model._name]["fields"])
                self.assertIn("length", model.web_search_read([], {name: {} for name in names}, limit=80))

    def test_each_reader_opens_each_list(self):
        for role in ("service_agent", "service_lead", "field_engineer", "sales_rep", "project_manager", "hq_commerce"):
            for name in ACTIONS:
                with self.subTest(role=role, action=name):
                    self._open(self.env.ref(f"crm_service_ticket.{name}"), self.users[role])
        for name in SETTINGS:
            with self.subTest(action=name):
                self._open(self.env.ref(f"crm_service_ticket.{name}"), self.lead)

    def test_a_call_is_entered(self):
        form = Form(self.env["service.ticket"].with_user(self.agent))
        form.subject = "急停"
        form.asset_id = self.asset
        self.assertEqual(form.partner_id, self.customer)
        form.type_id = self.breakdown
        self.assertEqual(form.priority, "p1")
        ticket = form.save()
        self.assertEqual((ticket.channel, ticket.state), ("phone", "assigned"))

    def test_forms_of_the_neighbours_open(self):
        for role in ("service_agent", "sales_rep", "finance_manager", "hq_commerce"):
            with self.subTest(role=role):
                self.assertTrue(Form(self.customer.with_user(self.users[role])).id)
        for role in ("service_agent", "field_engineer"):
            self.ticket.user_id = self.users[role]
            with self.subTest(role=role):
                self.assertTrue(Form(self.ticket.with_user(self.users[role])).id)
                self.assertTrue(Form(self.asset.with_user(self.users[role])).id)

    def test_buttons_lead_to_the_neighbours(self):
        ticket = self.ticket.with_user(self.agent)
        self.assertEqual(ticket.action_view_asset()["res_id"], self.asset.id)
        self.assertEqual(self.asset.with_user(self.agent).action_view_tickets()["res_id"], ticket.id)
        found = self.env["service.ticket"].search(ticket.action_view_customer_tickets()["domain"])
        self.assertEqual(found.commercial_partner_id, self.customer)
        customer = self.portal.partner_id.with_user(self.agent)
        self.assertEqual((customer.service_ticket_count, customer.service_asset_count), (1, 1))
        self.assertEqual(customer.action_view_service_tickets()["res_id"], ticket.id)
        self.assertEqual(customer.action_view_service_assets()["res_id"], self.asset.id)
        self.assertEqual(self.team.open_ticket_count, 1)
        self.assertEqual(self.team.action_view_tickets()["domain"], [("team_id", "=", self.team.id)])
        self.assertEqual((ticket.customer_ticket_count, self.asset.ticket_count), (1, 1))
