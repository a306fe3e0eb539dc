from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .customer_common import CustomerCase
from .test_followup import FollowupCase
from .test_pool_recycle import START


@tagged("post_install", "-at_install")
class TestIdle(FollowupCase, CustomerCase):
    """久未跟进: what lies for long in the hands of people."""

    def found(self, xmlid, days, user=None, moment=START + timedelta(days=20), people=False):
        action = self.env["ir.actions.act_window"]._for_xml_id(f"crm_merchant.{xmlid}")
        model = self.env[action["res_model"]].with_user(user or self.rep)
        whose = ("of_my_people", "=", True) if people else ("user_id", "=", model.env.uid)
        with freeze_time(moment):
            self.env.invalidate_all()
            return model.search([("user_id", "!=", False), ("idle_days", ">=", days), whose])

    def test_days_run_from_the_last_follow_up_or_the_claim(self):
        lead = self.make_held()
        self.assertIn(lead, self.found("action_crm_lead_idle", 15))
        self.assertNotIn(lead, self.found("action_crm_lead_idle", 30))
        self.note(lead, moment=START + timedelta(days=10))
        self.assertNotIn(lead, self.found("action_crm_lead_idle", 15))
        self.assertIn(lead, self.found("action_crm_lead_idle", 7))
        with freeze_time(START + timedelta(days=20)):
            self.assertEqual(lead.idle_days, 10)

    def test_what_no_pool_took_counts_from_its_entry(self):
        with freeze_time(START):
            lead = self.make_leads(user_id=self.rep.id, state_id=self.guangdong.id)
        self.env.cr.execute("UPDATE crm_lead SET create_date = %s WHERE id = %s", [START, lead.id])
        self.assertFalse(lead.pool_since)
        self.assertIn(lead, self.found("action_crm_lead_idle", 15))
        self.assertNotIn(lead, self.found("action_crm_lead_idle", 30))

    def test_customers_too(self):
        customer = self.make_held_customers()
        self.assertIn(customer, self.found("action_res_partner_idle", 15))
        self.assertFalse(self.found("action_res_partner_idle", 30))
        pooled = self.make_pooled_customers()
        self.assertNotIn(pooled, self.found("action_res_partner_idle", 0))

    def test_a_supervisor_finds_those_of_his_people(self):
        lead = self.make_held()
        supervisor = self.users["sales_supervisor"]
        self.assertEqual(self.rep._merchant_superiors()[:1], supervisor)
        self.assertIn(self.rep, supervisor._merchant_people())
        self.assertIn(lead, self.found("action_crm_lead_idle", 15, supervisor, people=True))
        # a colleague has no people, and nobody is his own superior
        self.assertFalse(self.found("action_crm_lead_idle", 15, people=True))
        self.assertFalse(self.rep._merchant_people())

    def test_the_screens_open(self):
        for xmlid in ("action_crm_lead_idle", "action_res_partner_idle"):
            action = self.env["ir.actions.act_window"]._for_xml_id(f"crm_merchant.{xmlid}")
            model = self.env[action["res_model"]].with_user(self.rep)
            views = model.get_views([*action["views"], (action["search_view_id"][0], "search")])["views"]
            self.assertIn("idle_7", views["search"]["arch"])
            self.assertIn("idle_days", views["list"]["arch"])
