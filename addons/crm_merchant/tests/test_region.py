from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..lib.divisions import DIVISIONS
from .common import MerchantCase


@tagged("post_install", "-at_install")
class TestRegion(MerchantCase):
    def test_shipped_regions_cover_every_division_once(self):
        states = self.env["crm.region"]._shipped().mapped("state_ids")
        expected = [self.env.ref(division.xml_id) for division in DIVISIONS]
        self.assertEqual(len(DIVISIONS), 34)
        self.assertEqual(set(states), set(expected))
        links = sum(len(region.state_ids) for region in self.env["crm.region"]._shipped())
        self.assertEqual(links, 34)

    def test_found_from_province_city_and_area_code(self):
        cases = [
            ({"state_id": self.guangdong.id}, self.south),
            ({"state_id": False, "city": "苏州市"}, self.east),
            ({"state_id": False, "city": False, "phone": "0755-8888 6666"}, self.south),
            ({"state_id": False, "city": False, "phone": False, "credit_code": "91440300708461136T"}, self.south),
            ({"state_id": False, "city": False, "credit_code": "91440300708461136X"}, self.env["crm.region"]),
            ({"state_id": self.jiangsu.id, "credit_code": "91440300708461136T"}, self.east),
            ({"state_id": self.jiangsu.id, "phone": "0755-8888 6666"}, self.east),
            ({"state_id": False, "city": False, "phone": False}, self.env["crm.region"]),
        ]
        for vals, region in cases:
            with self.subTest(vals):
                self.assertEqual(self.make_leads(**vals).region_id, region)

    def test_a_customer_by_its_tax_number(self):
        customer = self.env["res.partner"].create({"name": "x", "is_company": True})
        self.assertFalse(customer.region_id)
        customer.vat = "91440300708461136T"
        self.assertEqual(customer.region_id, self.south)

    def test_city_wins_over_its_province_and_follows_a_change(self):
        suzhou = self.env["crm.region"].create(
            {"name": "Suzhou", "code": "SZ", "parent_id": self.east.id, "city_names": "苏州，昆山"}
        )
        lead = self.make_leads(city="苏州市")
        self.assertEqual(lead.region_id, suzhou)
        lead.write({"city": "南京"})
        self.assertEqual(lead.region_id, self.east)

    def test_managers_above_are_readers(self):
        manager, above = self.users["region_manager"], self.users["sales_director"]
        self.east.manager_ids = above
        child = self.env["crm.region"].create(
            {"name": "Suzhou", "code": "SZ", "parent_id": self.east.id, "manager_ids": [(6, 0, manager.ids)]}
        )
        self.assertEqual(child.reader_ids, manager | above)

    def test_closed_region(self):
        self.east.write({"is_scoped": True, "manager_ids": [(6, 0, self.users["region_manager"].ids)]})
        lead = self.make_leads(user_id=self.rep.id)
        self.env.flush_all()
        readers = ("sales_rep", "region_manager", "hq_commerce", "sales_director", "general_manager")
        for role in (*readers, "sales_rep_2", "sales_supervisor", "marketing", "regional_agent"):
            with self.subTest(role):
                found = self.env["crm.lead"].with_user(self.users[role]).search_count([("id", "=", lead.id)])
                self.assertEqual(bool(found), role in readers)

    def test_closed_region_hides_names_and_meetings(self):
        """A quote or a meeting of a hidden lead shall not tell its name; see the abuse cases 9 and 13."""
        self.east.is_scoped = True
        lead = self.make_leads(user_id=self.rep.id)
        pooled = self.make_pooled()
        values = {"start": "2030-01-01 01:00:00", "stop": "2030-01-01 02:00:00"}
        meetings = self.env["calendar.event"]
        meetings |= meetings.create({"name": "secret", "opportunity_id": lead.id, "user_id": self.rep.id, **values})
        meetings |= meetings.create({"name": "pooled", "opportunity_id": pooled.id, "user_id": self.rep.id, **values})
        self.env.flush_all()
        for role, sees in (
            ("sales_rep", True), ("sales_rep_2", False), ("sales_supervisor", False), ("service_agent", False),
            ("sales_director", True),
        ):  # fmt: skip
            with self.subTest(role):
                user = self.users[role]
                self.env.invalidate_all()
                name = lead.with_user(user).sudo().display_name
                self.assertEqual(name == lead.name, sees)
                found = self.env["calendar.event"].with_user(user).search([("id", "in", meetings.ids)])
                self.assertEqual(meetings[0] in found, sees)
                self.assertEqual(meetings[1] in found, role == "sales_rep")
        self.assertNotEqual(pooled.with_user(self.rep).sudo().display_name, pooled.name)
        # the system itself keeps the name
        self.assertEqual(lead.sudo().display_name, lead.name)

    def test_who_may_not_read_follows_no_more(self):
        owner, stranger = self.users["sales_rep"], self.users["sales_rep_2"]
        lead = self.make_leads(state_id=self.jiangsu.id, user_id=owner.id)
        customer = self.env["res.partner"].create({"name": "customer"})
        wanted = owner.partner_id | self.users["hq_commerce"].partner_id | customer
        lead.message_subscribe(partner_ids=(wanted | stranger.partner_id).ids)
        self.east.is_scoped = True
        self.assertEqual(lead.message_partner_ids, wanted)

    def test_region_is_guarded(self):
        lead = self.make_leads(user_id=self.rep.id)
        for user in (self.rep, self.users["suite_admin"], self.env.user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                lead.with_user(user).write({"region_id": self.south.id})
        with self.assertRaises(AccessError):
            self.make_leads(region_id=self.south.id)
        forged = self.env["crm.lead"].with_context(default_region_id=self.south.id, merchant_door=True)
        self.assertEqual(forged.create({"name": "x", "state_id": self.jiangsu.id}).region_id, self.east)

    def test_switch_is_for_sales_administrators(self):
        with self.assertRaises(AccessError):
            self.env["crm.region"].with_user(self.users["region_manager"]).action_switch_on()
        with self.assertRaises(AccessError):
            self.env["crm.region.switch"].with_user(self.users["sales_director"]).create({})

    def test_switch_fills_what_is_there(self):
        shipped = self.env["crm.region"]._shipped()
        shipped.action_archive()
        lead = self.make_leads()
        company = self.env["res.partner"].create({"name": "X", "is_company": True, "state_id": self.guangdong.id})
        self.assertFalse(lead.region_id | company.region_id)
        switch = self.env["crm.region.switch"].with_user(self.users["suite_admin"]).create({})
        self.assertEqual(switch.region_count, 8)
        self.assertGreaterEqual(switch.lead_count, 1)
        switch.action_switch_on()
        self.assertEqual((lead.region_id, company.region_id), (self.east, self.south))

    def test_queries_do_not_grow_with_the_leads(self):
        leads = self.make_leads(50)
        leads._through_door("region_id").write({"region_id": False})
        counts = []
        for batch in (leads[:1], leads[1:]):
            self.env.flush_all()
            self.env.invalidate_all()
            self.env["crm.region"]._region_map(self.env.company.id)
            before = self.env.cr.sql_log_count
            batch._region_assign()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)
