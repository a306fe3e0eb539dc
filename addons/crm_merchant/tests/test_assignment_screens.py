from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from .common import MerchantCase


@tagged("post_install", "-at_install")
class TestAssignmentScreens(MerchantCase):
    """Dry run, rehearsal and fairness report: they tell and write nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin, cls.supervisor = cls.users["suite_admin"], cls.users["sales_supervisor"]
        cls.rule = cls.env["crm.assignment.rule"].create(
            {
                "name": "East",
                "region_ids": [(6, 0, cls.east.ids)],
                "target_ids": [(0, 0, {"user_id": cls.rep.id}), (0, 0, {"user_id": cls.rep_2.id})],
            }
        )

    def try_out(self, user, leads=None):
        rules = self.env["crm.assignment.rule"].with_user(user)
        action = leads.with_user(user).action_try_out_assignment() if leads else rules.action_try_out()
        return self.env["crm.assignment.trial"].with_user(user).browse(action["res_id"])

    # -- dry run ------------------------------------------------------------------------------------

    def test_dry_run_tells_what_then_happens(self):
        leads = self.make_leads(3, expected_revenue=100) | self.make_leads(2, state_id=self.guangdong.id)
        trial = self.try_out(self.admin, leads)
        told = {(line.rule_name, line.user_id): (line.lead_count, line.amount) for line in trial.line_ids}
        self.assertEqual(told, {("East", self.rep): (2, 200), ("East", self.rep_2): (1, 100)})
        self.assertEqual((trial.lead_count, trial.left_count, trial.has_catch_all), (5, 2, False))
        self.assertFalse(leads.user_id, "nothing is written")
        self.assertEqual(self.rule.next_index, 0)
        leads._merchant_assign()
        self.assertEqual(len(leads.filtered(lambda lead: lead.user_id == self.rep)), 2)

    def test_dry_run_over_what_nobody_holds_and_what_is_pooled(self):
        self.env["crm.lead"].search([("user_id", "=", False)]).active = False
        self.make_leads(2)
        self.make_pooled(3)
        trial = self.try_out(self.admin)
        self.assertEqual(trial.lead_count, 2)
        trial.scope = "pooled"
        trial.action_run()
        self.assertEqual((trial.lead_count, sum(trial.line_ids.mapped("lead_count"))), (3, 3))

    def test_dry_run_shows_the_pool_of_what_no_rule_takes(self):
        self.rule.active = False
        trial = self.try_out(self.admin, self.make_leads(2))
        self.assertEqual((trial.line_ids.pool_id, trial.line_ids.lead_count), (self.pool, 2))

    def test_dry_run_counts_only_what_one_may_read(self):
        self.east.is_scoped = True
        hidden = self.make_leads(2)
        trials = self.env["crm.assignment.trial"].with_user(self.supervisor)
        with self.assertRaises(AccessError):
            trials.create({"scope": "chosen", "lead_ids": [(6, 0, hidden.ids)]})
        with self.assertRaises(AccessError):
            hidden.with_user(self.supervisor).action_try_out_assignment()
        self.env["crm.lead"].search([("user_id", "=", False), ("id", "not in", hidden.ids)]).active = False
        self.assertFalse(self.try_out(self.supervisor).lead_count)
        self.assertEqual(self.try_out(self.users["sales_director"]).lead_count, 2)

    # -- rehearsal ----------------------------------------------------------------------------------

    def born(self, moment, count=1, **vals):
        """Leads that came in at that moment; the database's clock is not frozen."""
        leads = self.make_leads(count, **vals)
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE crm_lead SET create_date = %s WHERE id = ANY(%s)", moment, leads.ids))
        leads.invalidate_recordset(["create_date"])
        return leads

    def rehearse(self, user, **vals):
        rehearsal = self.env["crm.rule.rehearsal"].with_user(user).create(vals)
        rehearsal.action_run()
        return rehearsal

    def test_rehearsal_compares_with_what_happened(self):
        self.env["crm.lead"].search([]).unlink()
        old = self.born("2026-01-05 02:00:00", 4)
        mine = self.born("2026-03-02 02:00:00", 3, type="opportunity", user_id=self.rep.id, expected_revenue=500)
        lost = self.born("2026-03-02 02:00:00", 1, type="opportunity", user_id=self.rep.id)
        lost.action_set_lost()
        with freeze_time("2026-04-20 02:00:00"):
            rehearsal = self.rehearse(self.admin)
            self.assertEqual(rehearsal.days, 90)
            self.assertEqual((rehearsal.lead_count, rehearsal.moved_count), (4, 2))
            self.assertEqual((rehearsal.deal_count, rehearsal.deal_amount), (1, 500), "the lost one is no open deal")
            moved = rehearsal.line_ids.filtered("is_moved")
            self.assertEqual((moved.from_uid, moved.to_uid, moved.rule_name), (self.rep, self.rep_2, "East"))
            self.assertEqual((moved.from_label, moved.to_label), (self.rep.name, self.rep_2.name))
            self.assertEqual(moved.deal_ids, mine[1])
            self.assertEqual(moved.action_open_deals()["domain"], [("id", "in", mine[1].ids)])
            self.assertEqual(self.rehearse(self.admin, days=120).lead_count, 8)
        self.assertFalse(old.user_id)
        self.assertEqual(mine.user_id, self.rep)
        self.assertEqual(self.rule.next_index, 0)

    def test_rehearsal_keeps_the_limit_of_each_day(self):
        self.env["crm.lead"].search([]).unlink()
        self.rule.limit_day = 1
        self.rule.target_ids[1].unlink()
        for moment in ("2026-03-02 02:00:00", "2026-03-03 02:00:00"):
            self.born(moment, 2)
        with freeze_time("2026-03-20 02:00:00"):
            lines = self.rehearse(self.admin).line_ids
        self.assertEqual({line.to_uid: line.lead_count for line in lines}, {self.rep: 2, self.nobody: 2})

    def test_rehearsal_asks_the_ledger_who_was_first(self):
        self.env["crm.lead"].search([]).unlink()
        lead = self.make_leads()
        lead._pool_move("assign", {self.rep: lead}, "")
        lead._pool_move("transfer", {self.rep_2: lead}, "")
        self.assertFalse(self.rehearse(self.admin).moved_count, "he got it first, as the rule says")

    def test_wrong_persons(self):
        for role in ("sales_rep", "technical_lead"):
            user = self.users[role]
            with self.subTest(role):
                with self.assertRaises(AccessError):
                    self.rehearse(user)
                with self.assertRaises(AccessError):
                    self.try_out(user)
        self.make_leads()
        trial, rehearsal = self.try_out(self.admin), self.rehearse(self.admin)
        self.assertTrue(trial.line_ids and rehearsal.line_ids)
        self.env.flush_all()
        self.env.invalidate_all()
        for record in (trial, rehearsal):
            with self.assertRaises(AccessError):
                record.with_user(self.supervisor).action_run()
            with self.assertRaises(AccessError):
                record.with_user(self.supervisor).read(["lead_count"])
            with self.assertRaises(AccessError):
                record.line_ids.with_user(self.supervisor).read(["lead_count"])
        with self.assertRaises(AccessError):
            rehearsal.line_ids.with_user(self.supervisor).read(["deal_amount"])

    # -- fairness -----------------------------------------------------------------------------------

    def report(self, user, **domain):
        self.env.flush_all()
        report = self.env["crm.assignment.report"].with_user(user)
        rows = report.search([("rule_id", "=", self.rule.id)])
        return {row.user_id: (row.got, round(row.fair, 2), row.kept) for row in rows}

    def test_fairness_compares_with_the_weight(self):
        self.rule.write({"strategy": "weighted"})
        self.rule.target_ids[0].weight = 3
        leads = self.make_leads(4)
        leads._merchant_assign()
        self.rule.target_ids[1].on_duty = False
        self.make_leads(4)._merchant_assign()
        leads[0]._pool_move("transfer", {self.rep_2: leads[0]}, "")
        self.assertEqual(self.report(self.admin), {self.rep: (7, 6.0, 6), self.rep_2: (1, 2.0, 1)})

    def test_fairness_counts_the_day_of_the_company(self):
        self.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        with freeze_time("2026-03-02 16:30:00"):
            self.make_leads()._merchant_assign()
        row = self.env["crm.assignment.report"].search([("rule_id", "=", self.rule.id), ("got", ">", 0)])
        self.assertEqual(row.day, fields.Date.to_date("2026-03-03"))

    def test_fairness_shows_how_fast_people_answer(self):
        with freeze_time("2026-03-02 02:00:00"):
            lead = self.make_leads()
            lead._merchant_assign()
        lead._through_door("first_response_at").write({"first_response_at": "2026-03-02 04:30:00"})
        self.env.flush_all()
        row = self.env["crm.assignment.report"].search([("rule_id", "=", self.rule.id), ("got", ">", 0)])
        self.assertEqual(row.response_hours, 2.5)

    def test_fairness_hides_closed_regions_and_other_companies(self):
        self.make_leads(2)._merchant_assign()
        self.assertTrue(self.report(self.supervisor))
        self.east.is_scoped = True
        self.assertFalse(self.report(self.supervisor))
        self.assertTrue(self.report(self.users["sales_director"]))
        other = self.env["res.company"].create({"name": "别的公司"})
        director = self.users["sales_director"]
        director.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.assertFalse(self.report(director))
        with self.assertRaises(AccessError):
            self.report(self.rep)
