from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .test_followup import FollowupCase
from .test_pool_recycle import START

OPEN = "总工程师出差，周三回来再谈夹具方案"


@tagged("post_install", "-at_install")
class TestClosing(FollowupCase):
    """Stale opportunities are closed as lost, after a warning."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # what goes back to the pool first is never closed
        cls.pool.write({"recycle_days_c": 0, "recycle_days_opportunity": 0, "recycle_days_deal": 0})
        cls.kind = cls.env.ref("crm_merchant.mail_activity_closing")
        cls.reason = cls.env.ref("crm_merchant.lost_reason_stale")
        cls.rule = cls.env["crm.followup.rule"].create(
            {
                "name": "Stale",
                "sequence": 1,
                "lead_type": "opportunity",
                "lost_reason_id": cls.reason.id,
                "close_warn_days": 7,
                "step_ids": [
                    (0, 0, {"sequence": 1, "number": 30, "unit": "days", "action": "owner"}),
                    (0, 0, {"sequence": 2, "number": 60, "unit": "days", "action": "close"}),
                ],
            }
        )
        with freeze_time(START):
            cls.rule.with_user(cls.users["suite_admin"]).action_switch_on()

    def make(self, count=1, **vals):
        leads = self.make_held(count, **vals)
        # the database's own clock is not frozen
        leads.write({"date_last_stage_update": START, "date_open": START})
        with freeze_time(START):
            leads._ladder_plan()
        self.env.flush_all()
        return leads

    def run_ladder(self, days):
        with freeze_time(START + timedelta(days=days)):
            return self.env["crm.lead"]._ladder_run(lambda _count: True)

    def told(self, lead):
        return (
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search([("res_id", "=", lead.id), ("res_model", "=", "crm.lead"), ("activity_type_id", "=", self.kind.id)])
        )

    def test_warned_then_closed(self):
        lead, other = self.make(2)
        self.run_ladder(31)
        self.assertFalse(self.told(lead))
        self.run_ladder(52)
        self.assertFalse(self.told(lead))
        self.run_ladder(54)
        warning = self.told(lead)
        self.assertEqual((warning.user_id, len(warning)), (self.rep, 1))
        self.assertIn("2026-05-03", warning.summary)
        self.run_ladder(59)
        self.assertEqual((lead.won_status, self.told(lead)), ("pending", warning))
        self.note(other, OPEN, moment=START + timedelta(days=59), next_date="2026-05-20")
        self.assertFalse(self.told(other))
        self.run_ladder(62)
        self.assertEqual((lead.won_status, lead.active, lead.lost_reason_id), ("lost", False, self.reason))
        self.assertEqual((lead.user_id, other.won_status), (self.rep, "pending"))
        row = self.ledger(lead).sorted("seq")[-1]
        self.assertEqual((row.event, row.to_uid), ("close", self.rep.id))
        self.assertIn("60", row.reason)
        self.assertEqual((self.told(lead).user_id, len(self.told(lead) - warning)), (self.rep, 1))
        # restored, it is left alone until somebody works on it
        with freeze_time(START + timedelta(days=63)):
            lead.with_user(self.rep).action_unarchive()
        self.run_ladder(70)
        self.assertTrue(lead.active)

    def test_nothing_is_closed_without_its_days_of_warning(self):
        lead = self.make()
        self.run_ladder(90)
        self.assertEqual((lead.won_status, len(self.told(lead))), ("pending", 1))
        self.run_ladder(96)
        self.assertEqual(lead.won_status, "pending")
        self.run_ladder(97.1)
        self.assertEqual(lead.won_status, "lost")

    def test_an_absence_makes_the_warning_void(self):
        lead = self.make()
        self.run_ladder(54)
        with freeze_time(START + timedelta(days=55)):
            absence = self.env["crm.absence"].create(
                {
                    "user_id": self.rep.id,
                    "name": "x",
                    "date_from": START + timedelta(days=55),
                    "date_to": START + timedelta(days=85),
                }
            )
            absence.with_user(self.users["sales_supervisor"]).action_confirm()
        self.run_ladder(61)
        self.assertEqual(lead.won_status, "pending")
        self.run_ladder(91)
        self.assertEqual(lead.won_status, "pending")
        self.run_ladder(99)
        self.assertEqual(lead.won_status, "lost")

    def test_what_stays_open(self):
        won, locked, quoted, expired, ordered, plain = self.make(6)
        won.action_set_won()
        locked.with_user(self.rep).action_pool_lock()
        partner = self.env["res.partner"].create({"name": "Buyer", "is_company": True})
        orders = self.env["sale.order"].create(
            [
                {"partner_id": partner.id, "opportunity_id": quoted.id},
                {"partner_id": partner.id, "opportunity_id": expired.id, "validity_date": "2026-03-20"},
                {"partner_id": partner.id, "opportunity_id": ordered.id},
            ]
        )
        orders[0].validity_date = False
        orders[:2].write({"state": "sent"})
        orders[2].write({"state": "sale"})
        for days in (54, 62, 70):
            self.run_ladder(days)
        leads = won | locked | quoted | ordered
        self.assertEqual(set(leads.mapped("active")), {True})
        self.assertFalse(self.told(leads[1]) | self.told(quoted))
        self.assertEqual((expired | plain).mapped("won_status"), ["lost", "lost"])
        # the reason to stay ends: warned first
        orders[0].state = "cancel"
        self.run_ladder(80)
        self.assertEqual((quoted.won_status, len(self.told(quoted))), ("pending", 1))
        self.run_ladder(88)
        self.assertEqual(quoted.won_status, "lost")

    def test_leads_and_other_teams_are_not_closed(self):
        ours, theirs = self.env["crm.team"].create([{"name": "Ours"}, {"name": "Others"}])
        lead, other = self.make(2, team_id=ours.id)
        leads = lead | other
        leads.team_id = ours
        lead.type = "lead"
        self.rule.write({"lead_type": False, "team_ids": [(6, 0, ours.ids)]})
        other.team_id = theirs
        self.assertFalse(other.followup_deadline)
        for days in (54, 62, 70):
            self.run_ladder(days)
        self.assertEqual(leads.mapped("active"), [True, True])
        with freeze_time(START):
            other.team_id = ours
        self.assertTrue(other.followup_deadline)

    def test_bad_ladders(self):
        steps = self.rule.step_ids
        for attack in (
            lambda: steps[1].write({"sequence": 0}),
            lambda: steps[0].write({"action": "close"}),
            lambda: steps[1].write({"unit": "hours"}),
            lambda: steps[1].write({"number": 7}),
            lambda: self.rule.write({"close_warn_days": 60}),
            lambda: self.rule.write({"lost_reason_id": False}),
        ):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                attack()
            self.env.invalidate_all()

    def test_wrong_persons(self):
        lead = self.make()
        for name, value in (("close_warned_at", START), ("followup_deadline", False)):
            with self.assertRaises(AccessError):
                lead.with_user(self.rep).write({name: value})
        for role in ("sales_rep", "sales_supervisor", "region_manager"):
            rule = self.rule.with_user(self.users[role])
            for attack in (
                lambda rule: rule.write({"close_warn_days": 300}),
                lambda rule: rule.action_rehearse_closing(),
                lambda rule: (
                    rule.env["crm.rule.rehearsal"]
                    .create({"kind": "crm.followup.rule", "followup_rule_id": rule.id})
                    .action_run()
                ),
            ):
                with self.subTest(role), self.assertRaises(AccessError):
                    attack(rule)

    def test_rehearsal_tells_what_the_rule_does(self):
        lost, kept, quoted = self.make(3)
        self.note(kept, OPEN, moment=START + timedelta(days=50), next_date="2026-05-20")
        quote = self.env["sale.order"].create(
            {"partner_id": self.env["res.partner"].create({"name": "Buyer"}).id, "opportunity_id": quoted.id}
        )
        quote.write({"state": "sent", "validity_date": False})
        with freeze_time(START + timedelta(days=80)):
            action = self.rule.with_user(self.users["suite_admin"]).action_rehearse_closing()
            moves = {move["record"]: move for move in self.rule._rehearsal_moves(START)}
        rehearsal = self.env["crm.rule.rehearsal"].browse(action["res_id"])
        self.assertGreaterEqual(rehearsal.moved_count, 1)
        self.assertEqual((moves[lost]["before"], moves[lost]["after"]), (self.rep, self.nobody))
        for lead in (kept, quoted):
            self.assertEqual(moves[lead]["after"], self.rep, lead == kept)
        for days in (54, 62, 80):
            self.run_ladder(days)
        self.assertEqual((lost | kept | quoted).mapped("active"), [False, True, True])

    def test_queries_at_one_and_fifty(self):
        self.pool.write({"holding_limit": 0})
        costs = {}
        for count in (1, 50):
            leads = self.make(count)
            for days in (31, 54, 62):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.run_ladder(days)
                self.env.flush_all()
                costs[days, count] = self.env.cr.sql_log_count - before
            self.assertEqual(set(leads.mapped("won_status")), {"lost"})
        for days in (54, 62):
            self.assertLessEqual(costs[days, 50], costs[days, 1] + 60, costs)
