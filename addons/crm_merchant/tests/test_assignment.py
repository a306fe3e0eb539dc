from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import MerchantCase


@tagged("post_install", "-at_install")
class TestAssignment(MerchantCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["utm.source"].create({"name": "官网"})
        cls.team = cls.env["crm.team"].create({"name": "华东区销售组"})
        cls.rule = cls.env["crm.assignment.rule"].create(
            {
                "name": "Website East",
                "source_ids": [(6, 0, cls.website.ids)],
                "region_ids": [(6, 0, cls.east.ids)],
                "team_id": cls.team.id,
                "target_ids": [(0, 0, {"user_id": cls.rep.id}), (0, 0, {"user_id": cls.rep_2.id})],
            }
        )

    def test_rule_then_pool(self):
        website = self.make_leads(source_id=self.website.id)
        exhibition = self.make_leads()
        south = self.make_leads(source_id=self.website.id, state_id=self.guangdong.id)
        left = (website | exhibition | south)._merchant_assign()
        self.assertEqual((website.user_id, website.team_id, website.pool_id), (self.rep, self.team, self.pool))
        self.assertEqual(website.assignment_rule_id, self.rule)
        self.assertEqual((exhibition.pool_state, exhibition.user_id), ("pooled", self.nobody))
        self.assertEqual(left, south, "no rule and no pool takes it")

    def test_a_region_below_belongs_to_the_rule(self):
        self.env["crm.region"].create({"name": "Suzhou", "code": "SZ", "parent_id": self.east.id, "city_names": "苏州"})
        lead = self.make_leads(source_id=self.website.id, city="苏州")
        lead._merchant_assign()
        self.assertEqual((lead.user_id, lead.pool_id), (self.rep, self.pool))

    def test_turns_go_on_over_runs(self):
        first = self.make_leads(3, source_id=self.website.id)
        first._merchant_assign()
        second = self.make_leads(1, source_id=self.website.id)
        second._merchant_assign()
        self.assertEqual((first + second).mapped("user_id.login"), ["sales_rep", "sales_rep_2"])
        self.assertEqual([lead.user_id for lead in first + second], [self.rep, self.rep_2, self.rep, self.rep_2])

    def test_nobody_on_duty_leaves_it_to_the_next(self):
        self.rule.target_ids.on_duty = False
        lead = self.make_leads(source_id=self.website.id)
        lead._merchant_assign()
        self.assertEqual(lead.pool_state, "pooled")

    def test_first_rule_decides(self):
        self.env["crm.assignment.rule"].create(
            {"name": "All to the pool", "sequence": 1, "strategy": "pool", "pool_id": self.pool.id}
        )
        lead = self.make_leads(source_id=self.website.id)
        lead._merchant_assign()
        self.assertEqual((lead.pool_state, lead.assignment_rule_id.name), ("pooled", "All to the pool"))

    def test_owned_leads_stay(self):
        lead = self.make_leads(user_id=self.rep_2.id, source_id=self.website.id)
        lead._merchant_assign()
        self.assertEqual(lead.user_id, self.rep_2)

    def test_rules_are_changed_by_administrators(self):
        for role in ("sales_rep", "sales_supervisor", "sales_director"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.rule.with_user(self.users[role]).write({"active": False})
        self.rule.with_user(self.users["suite_admin"]).write({"sequence": 5})
