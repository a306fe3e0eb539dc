from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .customer_common import CustomerCase

# ten in the morning in Shanghai
NOW = datetime(2026, 3, 10, 2)


@tagged("post_install", "-at_install")
class TestPoolLook(CustomerCase):
    """How many pooled records a member looks at in a day."""

    def setUp(self):
        super().setUp()
        self.startFreeze(NOW)
        self.pool.write({"view_limit_day": 2, "claim_limit_day": 0})
        self.leads = self.make_pooled(
            4,
            partner_name="恒锐机械",
            contact_name="沈立群",
            phone="+86 138-1200-8866",
            city="苏州",
            expected_revenue=70000,
        )
        self.rows = self.env["crm.pool.lead"].with_user(self.rep).browse(self.leads.ids)

    def startFreeze(self, moment):
        frozen = freeze_time(moment)
        frozen.start()
        self.addCleanup(frozen.stop)

    def look(self, records, user=None, view="crm.pool.lead"):
        self.env.invalidate_all()
        return self.env[view].with_user(user or self.rep).browse(records.ids).action_pool_look()

    def seen(self, records, user=None, view="crm.pool.lead"):
        """Ids of the rows that tell their company."""
        self.env.invalidate_all()
        rows = self.env[view].with_user(user or self.rep).browse(records.ids)
        return set(rows.filtered(lambda row: "恒锐" in row.company_label).ids)

    def member(self, user=None):
        return self.pool.member_ids.filtered(lambda row: row.user_id == (user or self.rep))

    def test_who_it_is_comes_by_looking(self):
        first, second = self.rows[0], self.rows[1]
        self.assertTrue(first.is_covered)
        self.assertEqual((first.contact_label, first.phone_label), (False, False))
        self.assertIn(str(first.id), first.company_label)
        self.assertEqual((first.city, first.expected_revenue, first.region_id), ("苏州", 70000, self.east))
        self.assertEqual(first.looks_left, 2)
        first.action_pool_look()
        self.assertFalse(first.is_covered)
        self.assertEqual(
            (first.company_label, first.contact_label, first.phone_label), ("恒锐机械", "沈**", "138****66")
        )
        self.assertTrue(second.is_covered)
        self.assertEqual((second.looks_left, self.member().looked_today), (1, 1))
        self.assertEqual(self.seen(self.leads, self.rep_2), set(), "a colleague looks himself")

    def test_the_cap_of_the_day(self):
        self.look(self.leads[:2])
        self.look(self.leads[:2])
        with self.assertRaisesRegex(UserError, "2"):
            self.look(self.leads[2])
        self.assertEqual(self.seen(self.leads), set(self.leads[:2].ids))
        # the next day of the company begins at four in the afternoon of UTC
        with freeze_time(NOW.replace(hour=15, minute=59)), self.assertRaises(UserError):
            self.look(self.leads[2])
        with freeze_time(NOW.replace(hour=16, minute=1)):
            self.assertEqual(self.seen(self.leads), set())
            self.look(self.leads[2:])
            self.assertEqual(self.seen(self.leads), set(self.leads[2:].ids))

    def test_all_or_none(self):
        with self.assertRaises(UserError):
            self.look(self.leads[:3])
        self.assertEqual(self.seen(self.leads), set())

    def test_a_second_pool_gives_no_second_quota(self):
        other = self.pool.copy({"name": "Other", "region_ids": False, "member_ids": [(0, 0, {"user_id": self.rep.id})]})
        other.view_limit_day = 3
        more = self.make_leads(2, partner_name="恒锐机械")
        more._pool_move("enter", {self.nobody: more}, "", pool=other)
        self.look(self.leads[:2])
        self.look(more[0])
        with self.assertRaises(UserError):
            self.look(more[1])
        customer = self.make_pooled_customers()
        with self.assertRaises(UserError):
            self.look(customer, view="crm.pool.partner")

    def test_claiming_and_releasing_give_nothing_back(self):
        self.look(self.leads[:2])
        self.claim(self.leads[0])
        self.leads[0].with_user(self.rep).action_pool_release("no need")
        with self.assertRaises(UserError):
            self.look(self.leads[2])

    def test_customers(self):
        customers = self.make_pooled_customers(2)
        rows = self.env["crm.pool.partner"].with_user(self.rep).browse(customers.ids)
        self.assertEqual(rows.mapped("mail_label"), [False, False])
        rows[0].action_pool_look()
        self.assertTrue(rows[0].mail_label and rows[0].phone_label)
        self.assertEqual((rows[1].mail_label, rows[1].phone_label, rows[1].merchant_grade), (False, False, "C"))

    def test_nothing_else_uncovers(self):
        """Every way of asking, as the web client and a script ask."""
        self.rep.group_ids += self.env.ref("base.group_allow_export")
        rows = self.env["crm.pool.lead"].with_user(self.rep)
        forged = {"merchant_door": True, "default_looked_ids": {"crm.lead": self.leads.ids}, "bin_size": True}

        def rpc(method, *args, **kwargs):
            self.env.invalidate_all()
            return call_kw(rows.with_context(**forged), method, list(args), kwargs)

        names = ["company_label", "contact_label", "phone_label", "display_name"]
        answers = [
            rpc("read", self.leads.ids, names),
            rpc("search_read", [], names),
            rpc("web_read", self.leads.ids, {name: {} for name in names}),
            rpc("web_search_read", [], {name: {} for name in names}),
            rpc("export_data", self.leads.ids, names),
            rpc("formatted_read_group", [], ["company_label", "contact_label"], ["company_label:array_agg"]),
            rpc("name_search", "恒锐"),
            rpc("search_read", [("company_label", "ilike", "恒锐")], names),
            rpc("search_read", [("contact_label", "=", "沈**")], names),
            rpc("search_read", [("phone_label", "=like", "138%")], names),
            rpc("search_read", [("whole_phone", "=", "13812008866")], names),
        ]
        for answer in answers:
            for secret in ("恒锐", "沈", "138"):
                self.assertNotIn(secret, str(answer))
        self.assertFalse(answers[6] or answers[7] or answers[8] or answers[9])
        # who knows a number learns that it lies here, and no name
        self.assertEqual(len(answers[10]), 4)
        # the order of the rows tells no name either
        self.leads[0].partner_name, self.leads[1].partner_name = "zz", "aa"
        self.env.flush_all()
        ordered = rpc("search_read", [], ["id"], 0, None, "company_label")
        self.assertEqual([row["id"] for row in ordered], self.leads.ids)
        for call, vals in (("write", {"is_covered": False}), ("write", {"company_label": "x"})):
            with self.assertRaises(AccessError):
                rpc(call, self.leads.ids, vals)

    def test_the_count_is_guarded(self):
        self.look(self.leads[:2])
        member = self.member()
        for user in (self.rep, self.users["region_manager"], self.users["suite_admin"], self.env.user):
            for vals in ({"looked_ids": {}}, {"looked_ids": {"crm.lead": self.leads.ids}}, {"claims_date": False}):
                with self.subTest(user=user.login, vals=vals), self.assertRaises(AccessError):
                    member.with_user(user).with_context(merchant_door=True).write(vals)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.pool.with_user(user).write({"member_ids": [(1, member.id, {"looked_ids": {}})]})
        with self.assertRaises(AccessError):
            member.with_user(self.rep).read(["looked_ids"])
        with self.assertRaises(UserError):
            self.look(self.leads[2])

    def test_a_day_cannot_be_chosen(self):
        """Everybody writes the time zone of his own user."""
        self.claim(self.leads[3])
        self.look(self.leads[:2])
        self.pool.claim_limit_day = 1
        for zone in ("Pacific/Kiritimati", "Etc/GMT+12", "Asia/Shanghai"):
            self.rep.with_user(self.rep).write({"tz": zone})
            with self.subTest(zone), self.assertRaises(UserError):
                self.look(self.leads[2])
            with self.subTest(zone), self.assertRaises(UserError):
                self.claim(self.leads[2])

    def test_the_wrong_person(self):
        for role in ("regional_agent", "sales_supervisor", "marketing", "legal"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.look(self.leads[0], self.users[role])
        self.member().on_duty = False
        with self.assertRaises(AccessError):
            self.look(self.leads[0])
        with self.assertRaises(AccessError):
            self.env["crm.pool.lead"].with_user(self.rep_2).browse().action_pool_look()
        claimed = self.leads[0]
        self.claim(claimed, self.rep_2)
        with self.assertRaises(AccessError):
            self.look(claimed, self.rep_2)

    def test_who_leads_counts_nothing(self):
        admin, director = self.users["region_manager"], self.users["sales_director"]
        self.pool.member_ids = [(0, 0, {"user_id": director.id})]
        for user in (admin, director):
            with self.subTest(user.login):
                self.assertEqual(self.seen(self.leads, user), set(self.leads.ids))
                self.look(self.leads, user)
        self.assertEqual(self.member(director).looked_today, 0)

    def test_a_pool_without_it_covers_nothing(self):
        other = self.pool.copy({"name": "Open", "region_ids": False, "view_limit_day": 0})
        other.member_ids = [(0, 0, {"user_id": self.rep.id})]
        more = self.make_leads(1, partner_name="恒锐机械")
        more._pool_move("enter", {self.nobody: more}, "", pool=other)
        self.assertEqual(self.seen(self.leads | more), set(more.ids))
        self.look(more)
        self.assertEqual(self.member().looked_today, 0)
        self.pool.view_limit_day = 0
        self.assertEqual(self.seen(self.leads), set(self.leads.ids))

    def test_a_refusal_names_nobody(self):
        self.pool.freeze_days = 2
        self.claim(self.leads[0])
        self.leads[0].with_user(self.rep).action_pool_release("no need")
        with freeze_time(NOW + timedelta(hours=1)), self.assertRaises(UserError) as refused:
            self.claim(self.leads[0], self.rep_2)
        self.assertNotIn("恒锐", str(refused.exception))

    def test_one_and_fifty_cost_the_same(self):
        self.pool.view_limit_day = 500
        spec = {"company_label": {}, "phone_label": {}, "is_covered": {}, "looks_left": {}}
        rows = self.env["crm.pool.lead"].with_user(self.rep)
        calls = {
            "list": lambda made: rows.web_search_read([("id", "in", made.ids)], spec),
            "look": lambda made: rows.browse(made.ids).action_pool_look(),
        }
        for name, call in calls.items():
            costs = {}
            for count in (1, 1, 50):
                made = self.make_pooled(count)
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                call(made)
                self.env.flush_all()
                costs[count] = self.env.cr.sql_log_count - before
            with self.subTest(name):
                self.assertEqual(costs[50], costs[1])
                self.assertLessEqual(costs[50], 20)
