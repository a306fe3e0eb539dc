from datetime import timedelta

from odoo.tests import TransactionCase, tagged

from ..demo import company, customers, leads
from ..demo.offices import OFFICES
from ..demo.roles import ROLES, SALES_FORCE


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo company builds on a database without data and holds what its story promises."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.before = cls.env["crm.lead"].with_context(active_test=False).search([])
        company.build(cls.env)
        cls.leads = cls.env["crm.lead"].with_context(active_test=False).search([]) - cls.before
        cls.by_name = {lead.partner_name: lead for lead in cls.leads}
        cls.users = {user.login: user for user in cls.env["res.users"].search([])}

    def ledger(self, name):
        domain = [("res_model", "=", "crm.lead"), ("res_id", "=", self.by_name[name].id)]
        return self.env["crm.pool.ledger"].search(domain, order="seq")

    def test_people_and_offices(self):
        self.assertLessEqual({*ROLES, *SALES_FORCE}, set(self.users))
        offices = self.env["crm.region"].search([("code", "in", [row[1] for row in OFFICES])])
        self.assertEqual(len(offices), 23)
        self.assertTrue(all(office.manager_ids and office.parent_id.manager_ids for office in offices))
        self.assertEqual(self.by_name["昆山德昌精密模具有限公司"].region_id.code, "SZ")

    def test_leads_in_every_state(self):
        """Those of no rule lie in the pool of their region, some of them since two weeks and more."""
        pooled = self.leads.filtered(lambda lead: lead.pool_state == "pooled")
        self.assertGreaterEqual(len(pooled.pool_id), 5)
        self.assertGreaterEqual(len(pooled), 20)
        self.assertLess(min(pooled.mapped("create_date")), min(self.leads.mapped("write_date")))
        self.assertGreaterEqual(len(self.leads.filtered(lambda lead: lead.type == "opportunity").stage_id), 4)
        self.assertEqual(self.by_name[leads.WON].won_status, "won")
        self.assertEqual(self.by_name[leads.LOST[0]].won_status, "lost")

    def test_customers_are_held_shared_and_pooled(self):
        names = [row[0] for row in customers.CUSTOMERS]
        made = self.env["res.partner"].search([("name", "in", names)])
        by_name = {partner.name: partner for partner in made}
        self.assertEqual(len(made.filtered(lambda partner: partner.pool_state == "pooled")), 4)
        released = by_name[customers.RELEASED[0]]
        self.assertEqual((released.pool_state, released.child_ids.user_id.id), ("pooled", False))
        shared = by_name[customers.SHARED[0]]
        self.assertEqual(shared.collaborator_ids.user_id, self.users[customers.SHARED[1]])
        self.assertEqual(shared.followup_count, 1)
        self.assertIn(customers.SWAPPED[0], self.env["crm.pool.swap"].search([]).mapped("res_name"))

    def test_claims_tell_who_was_faster(self):
        rows = self.ledger(leads.LOST_CLAIM)
        self.assertEqual(rows.mapped("event"), ["enter", "claim", "grade"])
        self.assertEqual(rows[1].to_name, self.users["sales_rep"].name)
        self.assertEqual((rows[1].moment - rows[0].moment).days, 3)
        released = self.ledger(leads.RELEASED[0])
        self.assertEqual(released.mapped("event"), ["enter", "claim", "release"])
        self.assertEqual((released[2].actor_uid, released[2].reason), (self.users["sales_rep_2"].id, leads.RELEASED[2]))
        given = self.ledger(leads.HANDED_OVER[0])
        self.assertEqual(given.mapped("event"), ["enter", "claim", "transfer"])
        self.assertEqual(given[2].actor_uid, self.users["sales_supervisor"].id)
        self.assertFalse(self.env["crm.pool.ledger"]._ledger_broken())

    def test_what_is_about_to_fall_into_the_pool(self):
        """Graded A and not followed up: the holder is warned; a note that says nothing keeps nobody's lead."""
        for name in ("宁波北仑模架有限公司", "台州黄岩塑模有限公司"):
            lead = self.by_name[name]
            self.assertEqual(lead.merchant_grade, "A")
            self.assertTrue(lead.recycle_warned)
            self.assertLessEqual(lead.days_to_pool, 3)
        followups = self.env["crm.followup"].search([("lead_id", "in", self.leads.ids)])
        self.assertEqual(sorted(followups.mapped("is_effective")), [False, True, True])
        self.assertGreater(self.by_name["常州武进散热系统有限公司"].days_to_pool, 30)

    def test_clocks_and_leaves(self):
        absences = self.env["crm.absence"].search([("user_id", "in", [u.id for u in self.users.values()])])
        self.assertEqual(sorted(absences.mapped("state")), ["confirmed", "draft"])
        self.assertTrue(self.env["crm.work.exception"].search_count([]))

    def test_import_waits_for_a_decision(self):
        batch = self.env["crm.import.batch"].search([("user_id", "=", self.users["sales_supervisor"].id)])
        self.assertEqual(batch.state, "checked")
        suggestions = self.env["crm.merge.suggestion"].search([("batch_id", "=", batch.id), ("state", "=", "open")])
        self.assertGreaterEqual(len(suggestions), 2)

    def test_channels_and_what_came_in(self):
        channels = self.env["crm.intake.channel"].search([("create_uid", "=", self.users["marketing"].id)])
        self.assertEqual(
            set(channels.mapped("kind")), {"web_form", "qr", "endpoint", "mail", "phone", "referral"}
        )  # fmt: skip
        receipts = self.env["crm.intake.receipt"].search([("channel_id", "in", channels.ids)])
        self.assertEqual(set(receipts.mapped("outcome")), {"created", "held"})
        self.assertGreater(max(receipts.mapped("moment")) - min(receipts.mapped("moment")), timedelta(days=5))
        urgent = self.by_name["南通海门船舶阀门有限公司"]
        self.assertEqual(urgent.merchant_grade, "A")
        self.assertTrue(urgent.first_response_deadline)
        self.assertEqual(self.env["crm.lead"].search_count([("phone_key", "=", "+8613862600001")]), 1)

    def test_second_company(self):
        subsidiary = self.env["res.company"].search([("name", "=", company.SUBSIDIARY)])
        own = self.leads.filtered(lambda lead: lead.company_id == subsidiary)
        self.assertEqual(own.sorted("id").mapped("pool_state"), ["owned", "pooled"])
        self.assertTrue(self.env["account.journal"].search_count([("company_id", "=", subsidiary.id)]))
        self.assertIn(subsidiary, self.users["finance_clerk"].company_ids)
        self.assertNotIn(subsidiary, self.users["sales_rep"].company_ids)

    def test_building_twice_adds_nothing(self):
        count = self.env["crm.lead"].with_context(active_test=False).search_count([])
        company.build(self.env)
        self.assertEqual(self.env["crm.lead"].with_context(active_test=False).search_count([]), count)
