from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, mute_logger

from .common import MerchantCase


@tagged("post_install", "-at_install")
class TestAssignmentRules(MerchantCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.users["region_manager"]
        cls.team = cls.env["crm.team"].create({"name": "华东区销售组", "user_id": cls.users["sales_supervisor"].id})

    def make_rule(self, *people, **vals):
        targets = [(0, 0, person if isinstance(person, dict) else {"user_id": person.id}) for person in people]
        return self.env["crm.assignment.rule"].create({"name": "Rule", "target_ids": targets, **vals})

    def assign(self, leads):
        """Assigns and tells who holds the leads, in the order they came in."""
        leads._merchant_assign()
        return [lead.user_id for lead in leads]

    # -- conditions -------------------------------------------------------------------------------

    def test_every_condition_narrows(self):
        """Each condition alone takes the lead that fits and leaves the one that does not."""

        def make(model, *names):
            return [self.env[model].create({"name": name}) for name in names]

        sources, media = make("utm.source", "官网", "展会"), make("utm.medium", "微信", "电话")
        campaigns, tags = make("utm.campaign", "春季", "秋季"), make("crm.tag", "CNC", "模具")
        industries = make("res.partner.industry", "汽车", "纺织")
        lines = make("product.category", "机床", "刀具")
        part = self.env["product.category"].create({"name": "加工中心", "parent_id": lines[0].id})
        customer = self.env["res.partner"].create({"name": "客户", "industry_id": industries[0].id})
        cases = [
            ({"source_ids": sources[0].ids}, {"source_id": sources[0].id}, {"source_id": sources[1].id}),
            ({"medium_ids": media[0].ids}, {"medium_id": media[0].id}, {"medium_id": media[1].id}),
            ({"campaign_ids": campaigns[0].ids}, {"campaign_id": campaigns[0].id}, {}),
            ({"region_ids": self.east.ids}, {}, {"state_id": self.guangdong.id}),
            ({"tag_ids": tags[0].ids}, {"tag_ids": [(6, 0, tags[0].ids)]}, {"tag_ids": [(6, 0, tags[1].ids)]}),
            (
                {"industry_ids": industries[0].ids},
                {"merchant_industry_id": industries[0].id},
                {"merchant_industry_id": industries[1].id, "partner_id": customer.id},
            ),
            ({"industry_ids": industries[0].ids}, {"partner_id": customer.id}, {}),
            (
                {"product_line_ids": lines[0].ids},
                {"merchant_product_line_id": part.id},
                {"merchant_product_line_id": lines[1].id},
            ),
            ({"lead_type": "opportunity"}, {"type": "opportunity"}, {"type": "lead"}),
            ({"amount_from": 1000}, {"expected_revenue": 1000}, {"expected_revenue": 999}),
            ({"amount_to": 1000}, {"expected_revenue": 999}, {"expected_revenue": 1000}),
        ]
        for condition, fits, other in cases:
            with self.subTest(condition):
                rule = self.make_rule(
                    self.rep, **{name: [(6, 0, v)] if isinstance(v, list) else v for name, v in condition.items()}
                )
                taken, passed = self.make_leads(**fits), self.make_leads(**other)
                (taken | passed)._merchant_assign()
                self.assertEqual((taken.user_id, taken.assignment_rule_id), (self.rep, rule))
                self.assertFalse(passed.user_id)
                self.assertFalse(rule.is_catch_all)
                rule.active = False

    def test_validity_counts_days_of_the_company(self):
        self.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        rule = self.make_rule(self.rep, date_from="2026-03-02", date_to="2026-03-02")
        for moment, holder in (
            ("2026-03-01 15:59:00", self.nobody),
            ("2026-03-01 16:01:00", self.rep),
            ("2026-03-02 15:59:00", self.rep),
            ("2026-03-02 16:01:00", self.nobody),
        ):
            with self.subTest(moment), freeze_time(moment):
                self.assertEqual(self.assign(self.make_leads()), [holder])
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            rule.write({"date_to": "2026-03-01"})
            rule.flush_recordset()

    def test_catch_all_is_last(self):
        catch_all = self.make_rule(self.rep_2, sequence=99)
        self.assertTrue(catch_all.is_catch_all)
        self.make_rule(self.rep, sequence=1, region_ids=[(6, 0, self.south.ids)])
        east, south = self.make_leads(), self.make_leads(state_id=self.guangdong.id)
        self.assertEqual(self.assign(east | south), [self.rep_2, self.rep])

    def test_a_rule_must_name_somebody(self):
        with self.assertRaises(ValidationError):
            self.make_rule()
        with self.assertRaises(ValidationError):
            self.make_rule(strategy="leader")

    # -- strategies -------------------------------------------------------------------------------

    def test_weights_are_spread_evenly_and_go_on(self):
        self.make_rule({"user_id": self.rep.id, "weight": 2}, {"user_id": self.rep_2.id}, strategy="weighted")
        first = self.assign(self.make_leads(4))
        self.assertEqual(first, [self.rep, self.rep_2, self.rep, self.rep])
        second = self.assign(self.make_leads(2))
        self.assertEqual((first + second).count(self.rep), 4, "two of three over two runs")

    def test_least_loaded_counts_open_ones_only(self):
        stage = self.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        self.make_leads(3, user_id=self.rep.id)
        won = self.make_leads(4, user_id=self.rep_2.id, type="opportunity")
        won.write({"stage_id": stage.id})
        self.make_rule(self.rep, self.rep_2, strategy="least_loaded")
        self.assertEqual(self.assign(self.make_leads(4)), [self.rep_2] * 3 + [self.rep])

    def test_leader(self):
        rule = self.make_rule(strategy="leader", team_id=self.team.id)
        self.assertEqual(self.assign(self.make_leads(2)), [self.team.user_id] * 2)
        rule.team_id.user_id.active = False
        self.assertEqual(self.assign(self.make_leads()), [self.nobody], "a leader who left gets nothing")

    def test_a_team_stands_for_its_members(self):
        for user in (self.rep, self.rep_2):
            self.env["crm.team.member"].create({"crm_team_id": self.team.id, "user_id": user.id})
        self.make_rule(team_id=self.team.id)
        leads = self.make_leads(2)
        self.assertEqual(self.assign(leads), [self.rep, self.rep_2])
        self.assertEqual(leads.team_id, self.team)
        self.team.crm_team_member_ids[0].assignment_optout = True
        self.assertEqual(self.assign(self.make_leads(2)), [self.rep_2] * 2)

    def test_pool_of_the_region_where_the_rule_names_none(self):
        self.make_rule(strategy="pool", sequence=1)
        self.make_rule(self.rep, sequence=2)
        east, south = self.make_leads(), self.make_leads(state_id=self.guangdong.id)
        self.assertEqual(self.assign(east | south), [self.nobody, self.rep], "no pool there: the next rule decides")
        self.assertEqual(east.pool_id, self.pool)

    # -- who gets nothing -------------------------------------------------------------------------

    def test_who_is_away_is_passed_over_and_keeps_his_turn(self):
        self.make_rule(self.rep, self.rep_2)
        with patch.object(type(self.env["res.users"]), "_merchant_absent", lambda users, _moment: users & self.rep):
            self.assertEqual(self.assign(self.make_leads(3)), [self.rep_2] * 3)
        self.assertEqual(self.assign(self.make_leads(2)), [self.rep, self.rep_2])

    def test_nobody_is_away_by_default(self):
        self.assertFalse((self.rep | self.rep_2)._merchant_absent(fields.Datetime.now()))

    def test_archived_and_foreign_people_get_nothing(self):
        other = self.env["res.company"].create({"name": "别的公司"})
        rule = self.make_rule(self.rep, self.rep_2)
        self.rep_2.active = False
        self.assertEqual(self.assign(self.make_leads(2)), [self.rep] * 2)
        self.rep.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        rule.invalidate_recordset()
        self.assertEqual(self.assign(self.make_leads()), [self.nobody])

    def test_limit_a_day_over_all_rules_then_overflow(self):
        self.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        first = self.make_rule(self.rep, {"user_id": self.rep_2.id, "limit_day": 1}, limit_day=2, sequence=1)
        second = self.make_rule(self.rep, self.manager, limit_day=3, sequence=2)
        with freeze_time("2026-03-02 02:00:00"):
            leads = self.make_leads(7)
            self.assertEqual(
                self.assign(leads),
                [self.rep, self.rep_2, self.rep, self.rep, self.manager, self.manager, self.manager],
                "what the first rule gave counts in the second",
            )
            self.assertEqual(leads.mapped("assignment_rule_id"), first | second)
            self.assertEqual(self.assign(self.make_leads()), [self.nobody], "a second run the same day")
        with freeze_time("2026-03-02 15:59:00"):
            self.assertEqual(self.assign(self.make_leads()), [self.nobody])
        with freeze_time("2026-03-02 16:01:00"):
            self.assertEqual(self.assign(self.make_leads()), [self.rep_2], "the day of the company, not of London")

    def test_limit_of_open_ones(self):
        self.make_rule(self.rep, self.rep_2, limit_open=2)
        self.make_leads(1, user_id=self.rep.id)
        self.assertEqual(
            self.assign(self.make_leads(4)), [self.rep, self.rep_2, self.rep_2, self.nobody], "the fourth is pooled"
        )

    # -- two runs at once -------------------------------------------------------------------------

    def test_the_turn_is_stored_even_if_it_comes_out_the_same(self):
        """A second run that began before fails on the changed row and is run again; a row that kept its version would
        let it go on with what it saw."""
        rule = self.make_rule(self.rep, self.rep_2)
        self.env.flush_all()
        query = SQL("SELECT ctid::text FROM crm_assignment_rule WHERE id = %s", rule.id)
        before = self.env.execute_query(query)
        self.make_leads(2)._merchant_assign()
        self.assertEqual(rule.next_index, 0)
        self.assertNotEqual(self.env.execute_query(query), before)

    # -- the record of it -------------------------------------------------------------------------

    def test_ledger_follower_and_one_notice(self):
        rule = self.make_rule(self.rep, self.rep_2)
        leads = self.make_leads(4).with_context(tracking_disable=False)
        messages = self.env["mail.message"].search([])
        leads._merchant_assign()
        rows = self.env["crm.pool.ledger"].search([("res_model", "=", "crm.lead"), ("res_id", "in", leads.ids)])
        self.assertEqual(set(rows.mapped("reason")), {"Rule “Rule”"})
        self.assertEqual((rows.mapped("rule_ref"), set(rows.mapped("event"))), ([rule.id] * 4, {"assign"}))
        for lead in leads:
            self.assertIn(lead.user_id.partner_id, lead.message_partner_ids)
        notices = self.env["mail.message"].search([]) - messages
        self.assertEqual(notices.notified_partner_ids, (self.rep | self.rep_2).partner_id)
        self.assertEqual(len(notices), 1, "two people with two leads each read the same sentence")
        speaker = self.env["crm.lead"].with_context(lang=self.rep.lang)
        self.assertIn(speaker._prepare_assignment_notice(2, self.env["crm.lead"])[0], notices.body)
        self.assertIn("/odoo/my-new-leads", notices.body)

    def test_a_single_lead_is_named_in_the_notice(self):
        self.make_rule(self.rep)
        lead = self.make_leads().with_context(tracking_disable=False)
        lead._merchant_assign()
        notice = self.env["mail.message"].search([("partner_ids", "in", self.rep.partner_id.ids)], limit=1)
        self.assertIn(f"/odoo/crm.lead/{lead.id}", notice.body)

    def test_days_in_each_hand(self):
        self.make_rule(self.rep)
        with freeze_time("2026-03-02 00:00:00"):
            lead = self.make_leads()
            lead._merchant_assign()
        with freeze_time("2026-03-05 12:00:00"):
            lead._pool_move("transfer", {self.rep_2: lead}, "ill")
        with freeze_time("2026-03-06 12:00:00"):
            rows = self.env["crm.pool.ledger"].search([("res_id", "=", lead.id)], order="seq")
            self.assertEqual(rows.mapped("days_held"), [3.5, 1.0])

    # -- wrong persons ----------------------------------------------------------------------------

    def test_only_administrators_change_rules(self):
        rule = self.make_rule(self.rep)
        for role in ("sales_rep", "sales_supervisor", "sales_director"):
            user = self.users[role]
            with self.subTest(role):
                with self.assertRaises(AccessError):
                    rule.with_user(user).write({"active": False})
                with self.assertRaises(AccessError):
                    rule.target_ids.with_user(user).write({"weight": 9})
        rule.with_user(self.users["suite_admin"]).write({"sequence": 5})

    def test_the_rule_of_a_lead_is_written_by_its_door_only(self):
        rule = self.make_rule(self.rep)
        lead = self.make_leads()
        with self.assertRaises(AccessError):
            lead.with_user(self.users["suite_admin"]).write({"assignment_rule_id": rule.id})
        with self.assertRaises(AccessError):
            self.make_leads(assignment_rule_id=rule.id)
        slipped = self.env["crm.lead"].with_context(default_assignment_rule_id=rule.id).create({"name": "x"})
        self.assertFalse(slipped.assignment_rule_id)
        lead._merchant_assign()
        self.assertFalse(lead.copy().assignment_rule_id)
