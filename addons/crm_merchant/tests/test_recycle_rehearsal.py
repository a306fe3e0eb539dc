import random
from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from .test_followup import FollowupCase
from .test_pool_recycle import START

NOW = START + timedelta(days=90)


@tagged("post_install", "-at_install")
class TestRecycleRehearsal(FollowupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.users["suite_admin"]
        # the same rules twice: in one pool they run, in the other they are rehearsed
        rules = {
            "recycle_days_a": 11, "recycle_days_b": 22, "recycle_days_c": 33, "recycle_days_opportunity": 44,
            "recycle_days_deal": 66, "created_rule": "longer", "created_days": 7,
        }  # fmt: skip
        cls.pool.write(rules)
        cls.dry = cls.pool.copy({"name": "Dry", "region_ids": False, "admin_ids": [(6, 0, cls.manager.ids)]})
        cls.env["crm.pool.member"].create(
            [{"pool_id": cls.dry.id, "user_id": user.id} for user in (cls.rep, cls.rep_2)]
        )

    def born(self, leads, moment=START):
        """The database's clock is not frozen."""
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE crm_lead SET create_date = %s WHERE id = ANY(%s)", moment, leads.ids))
        leads.invalidate_recordset(["create_date"])
        return leads

    def held(self, pool, count=1, moment=START, user=None, **vals):
        with freeze_time(moment):
            leads = self.born(self.make_leads(count, **vals), moment)
            leads._pool_move("enter", {self.nobody: leads}, "", pool=pool)
            leads._pool_move("claim", {user or self.rep: leads}, "")
        return leads

    def rehearse(self, user=None, pool=None, days=90):
        with freeze_time(NOW):
            rehearsals = self.env["crm.rule.rehearsal"].with_user(user or self.admin)
            rehearsal = rehearsals.create({"kind": "crm.pool", "pool_id": (pool or self.dry).id, "days": days})
            rehearsal.action_run()
        return rehearsal

    def told(self, pool):
        """Lead -> (who would have lost it, why) by the rehearsal."""
        with freeze_time(NOW):
            moves = pool.with_user(self.admin)._rehearsal_moves(START)
        return {
            move["record"].id: (move["before"], move["rule"]) for move in moves if move["record"]._name == "crm.lead"
        }

    def test_agrees_with_what_the_rules_do(self):
        dice = random.Random(20260303)
        twins = []
        for grade in "ABCABC" * 2:
            user, kind = dice.choice([self.rep, self.rep_2]), dice.choice(["lead", "opportunity"])
            moment = START + timedelta(days=dice.choice([0, 0, 30, 75]))
            pair = [self.held(pool, moment=moment, user=user, type=kind) for pool in (self.pool, self.dry)]
            for lead in pair:
                lead._through_door("merchant_grade").write({"merchant_grade": grade})
            with freeze_time(moment):
                pair[0]._pool_plan()
            twins.append(pair)
        gone = {}

        def run(moment):
            self.recycle(moment)
            for live, dry in twins:
                if live.pool_state == "pooled" and dry.id not in gone:
                    row = self.ledger(live)[0]
                    gone[dry.id] = (self.env["res.users"].browse(row.from_uid), row.reason)

        events = sorted((dice.randrange(1, 90 * 24), dice.randrange(len(twins)), dice.random()) for _n in range(50))
        for hours, number, chance in events:
            moment = START + timedelta(hours=hours)
            run(moment)
            for lead in twins[number]:
                if lead.pool_since > moment or twins[number][1].id in gone:
                    continue
                with freeze_time(moment):
                    if chance < 0.6:
                        lead._followup_fact("call", "x", self.env["res.partner"].create({"name": "x"}), lead.user_id)
                    else:
                        other = self.rep_2 if lead.user_id == self.rep else self.rep
                        lead._pool_move("transfer", {other: lead}, "")
        run(NOW)
        told = self.told(self.dry)
        self.assertEqual(len(told), len(twins))
        self.assertTrue(5 < len(gone) < len(twins), "the story has leads that go and leads that stay")
        self.assertEqual({lead_id: move for lead_id, move in told.items() if move[1]}, gone)
        self.assertGreaterEqual(len({move[1] for move in gone.values()}), 4, "several rules decide")

    def test_lists_persons_pool_and_deals(self):
        deal = self.held(self.dry, type="opportunity", expected_revenue=500)
        self.held(self.dry, 2, user=self.rep_2)
        kept = self.held(self.dry, user=self.rep_2, moment=NOW - timedelta(days=2))
        rehearsal = self.rehearse()
        self.assertEqual((rehearsal.lead_count, rehearsal.moved_count, rehearsal.deal_count), (4, 3, 1))
        self.assertEqual(rehearsal.deal_amount, 500)
        moved = {line.from_uid: line for line in rehearsal.line_ids.filtered("is_moved")}
        self.assertEqual({user: line.lead_count for user, line in moved.items()}, {self.rep: 1, self.rep_2: 2})
        self.assertEqual(moved[self.rep].deal_ids, deal)
        self.assertEqual(moved[self.rep].to_label, "Dry")
        self.assertIn("33", moved[self.rep].rule_name)
        self.assertEqual(moved[self.rep].action_open_moved()["domain"], [("id", "in", deal.ids)])
        self.assertNotIn(kept.id, moved[self.rep_2].moved_ids)
        self.assertFalse(self.dry.recycle_active, "nothing is changed")
        self.assertEqual(deal.user_id, self.rep)

    def test_what_stays(self):
        locked, won, lost = (self.held(self.dry, type="opportunity") for _n in range(3))
        locked._through_door("pool_locked").write({"pool_locked": True})
        won.action_set_won()
        lost.action_set_lost()
        told = self.told(self.dry)
        self.assertEqual((told[locked.id][1], told[won.id][1]), ("", ""))
        self.assertNotIn(lost.id, told)

    def test_what_was_overdue_is_warned_first(self):
        lead = self.held(self.dry, moment=START - timedelta(days=200))
        with freeze_time(START + timedelta(days=1)):
            lead._followup_fact("call", "x", self.env["res.partner"].create({"name": "x"}), self.rep)
        self.assertIn("44", self.told(self.dry)[lead.id][1])
        self.dry.write({"recycle_days_opportunity": 0, "recycle_days_deal": 0, "recycle_days_c": 100})
        self.assertEqual(self.told(self.dry)[lead.id][1], "", "a follow-up came while he was warned")

    def test_what_no_pool_has_taken_counts_from_the_beginning(self):
        self.env["crm.pool"].search([]).action_archive()
        self.dry.action_unarchive()
        lead = self.born(self.make_leads(user_id=self.rep.id), START - timedelta(days=300))
        self.assertFalse(lead.pool_state)
        user, rule = self.told(self.dry)[lead.id]
        self.assertEqual(user, self.rep)
        self.assertIn("33", rule)

    def test_button_and_who_presses_it(self):
        self.held(self.dry)
        with freeze_time(NOW):
            action = self.dry.with_user(self.manager).action_rehearse_recycling()
        rehearsal = self.env["crm.rule.rehearsal"].browse(action["res_id"])
        self.assertEqual((rehearsal.pool_id, rehearsal.moved_count), (self.dry, 1))
        stranger = self.manager.copy({"login": "stranger"})
        for user in (*(self.users[role] for role in ("sales_rep", "sales_supervisor", "marketing")), stranger):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    self.dry.with_user(user).action_rehearse_recycling()
                with self.assertRaises(AccessError):
                    self.rehearse(user)

    def test_queries_do_not_grow_with_leads(self):
        self.held(self.dry)
        self.told(self.dry)
        costs = []
        for count in (1, 50):
            self.held(self.dry, count)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.told(self.dry)
            costs.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(costs[1], costs[0] + 2)
