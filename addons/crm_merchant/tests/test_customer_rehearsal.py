import random
from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from .customer_common import CustomerCase
from .test_pool_recycle import START

NOW = START + timedelta(days=90)


@tagged("post_install", "-at_install")
class TestCustomerRehearsal(CustomerCase):
    """The same rules twice: in one pool they run over customers, in the other they are rehearsed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.users["suite_admin"]
        cls.pool.write({"recycle_days_c": 33, "recycle_days_opportunity": 44, "recycle_days_deal": 66})
        cls.dry = cls.pool.copy({"name": "Dry", "region_ids": False, "admin_ids": [(6, 0, cls.manager.ids)]})

    def held(self, pool, moment=START, user=None):
        with freeze_time(moment):
            customer = self.make_customers()
            self.born(customer, moment)
            customer._pool_move("enter", {self.nobody: customer}, "", pool=pool)
            customer._pool_move("claim", {user or self.rep: customer}, "")
        return customer

    def born(self, records, moment):
        """The database's clock is not frozen."""
        self.env.flush_all()
        table = SQL.identifier(records._table)
        self.env.cr.execute(SQL("UPDATE %s SET create_date = %s WHERE id = ANY(%s)", table, moment, records.ids))
        records.invalidate_recordset(["create_date"])
        return records

    def opportunity(self, customer, moment, **vals):
        with freeze_time(moment):
            lead = self.make_leads(
                **{"type": "opportunity", "user_id": customer.user_id.id, "partner_id": customer.id, **vals}
            )
            return self.born(lead, moment)

    def told(self, user=None):
        """Customer id -> (who would have lost it, why) by the rehearsal."""
        with freeze_time(NOW):
            moves = self.dry.with_user(user or self.admin)._rehearsal_moves(START)
        return {
            move["record"].id: (move["before"], move["rule"]) for move in moves if move["record"]._name == "res.partner"
        }

    def rehearse(self, user=None):
        with freeze_time(NOW):
            rehearsals = self.env["crm.rule.rehearsal"].with_user(user or self.admin)
            rehearsal = rehearsals.create({"kind": "crm.pool", "pool_id": self.dry.id, "days": 90})
            rehearsal.action_run()
        return rehearsal

    def test_agrees_with_what_the_rules_do(self):
        self.assertGreaterEqual(len(self.play()), 2, "several rules decide")

    def test_agrees_with_the_days_after_the_last_deal(self):
        (self.pool | self.dry).recycle_days_won = 20
        # orders that are done; an open one keeps its customer
        self.patch(type(self.env["res.partner"]), "_get_open_order_domain", lambda _self: Domain.FALSE)
        self.assertIn(self.env["res.partner"]._pool_recycle_reason("after_deal", 20), self.play(buys=True))

    def play(self, buys=False):
        """A story in both pools, told alike.

        :return: the reasons for which customers went
        """
        dice = random.Random(20260304)
        twins = []
        for _number in range(10):
            user, moment = dice.choice([self.rep, self.rep_2]), START + timedelta(days=dice.choice([0, 0, 30, 75]))
            twins.append([self.held(pool, moment, user) for pool in (self.pool, self.dry)])
        gone = {}

        def run(moment):
            self.recycle_customers(moment)
            for live, dry in twins:
                if live.pool_state == "pooled" and dry.id not in gone:
                    row = self.rows(live)[-1]
                    gone[dry.id] = (self.env["res.users"].browse(row.from_uid), row.reason)

        events = sorted((dice.randrange(1, 90 * 24), dice.randrange(len(twins)), dice.random()) for _n in range(40))
        for hours, number, chance in events:
            moment = START + timedelta(hours=hours)
            run(moment)
            for customer in twins[number]:
                if customer.pool_since > moment or twins[number][1].id in gone:
                    continue
                with freeze_time(moment):
                    if buys and chance > 0.5:
                        self.buy(customer, moment)
                    elif chance < 0.4:
                        customer._followup_fact("call", "x", customer.child_ids, customer.user_id)
                        evidence = self.env["res.partner"].create({"name": "x"})
                        customer._followup_fact("call", "x", evidence, customer.user_id)
                    elif chance < 0.7:
                        lead = self.opportunity(customer, moment)
                        lead._followup_fact("visit", "x", lead, customer.user_id)
                    else:
                        other = self.rep_2 if customer.user_id == self.rep else self.rep
                        customer._pool_move("transfer", {other: customer}, "")
        run(NOW)
        told = self.told()
        self.assertEqual(len(told), len(twins))
        self.assertTrue(2 < len(gone) < len(twins), "the story has customers that go and customers that stay")
        self.assertEqual({partner_id: move for partner_id, move in told.items() if move[1]}, gone)
        return {reason for _user, reason in gone.values()}

    def test_lists_persons_and_the_deals_that_go_along(self):
        mine, theirs = self.held(self.dry), self.held(self.dry, user=self.rep_2)
        kept = self.held(self.dry, NOW - timedelta(days=2))
        deal = self.opportunity(mine, START, expected_revenue=500)
        self.opportunity(mine, START, user_id=self.rep_2.id, expected_revenue=70)
        self.opportunity(mine, START, type="lead")
        won = self.opportunity(theirs, START)
        won.action_set_won()
        rehearsal = self.rehearse()
        self.assertEqual((rehearsal.customer_count, rehearsal.moved_count), (3, 2))
        self.assertEqual((rehearsal.deal_count, rehearsal.deal_amount), (1, 500), "in the same hands, open, no lead")
        moved = {line.from_uid: line for line in rehearsal.line_ids.filtered("is_moved")}
        self.assertEqual({user: line.customer_count for user, line in moved.items()}, {self.rep: 1, self.rep_2: 1})
        self.assertEqual(moved[self.rep].deal_ids, deal)
        action = moved[self.rep].action_open_moved_customers()
        self.assertEqual((action["res_model"], action["domain"]), ("res.partner", [("id", "in", mine.ids)]))
        self.assertNotIn(kept.id, moved[self.rep].moved_customer_ids)
        self.assertEqual((mine.user_id, deal.user_id), (self.rep, self.rep), "nothing is changed")

    def test_a_deal_counts_once(self):
        """With its customer, and by its own clock in the same pool."""
        customer = self.held(self.dry)
        deal = self.opportunity(customer, START, expected_revenue=500, user_id=False)
        with freeze_time(START):
            deal._pool_move("assign", {self.rep: deal}, "", pool=self.dry)
        rehearsal = self.rehearse()
        self.assertEqual((rehearsal.lead_count, rehearsal.customer_count, rehearsal.moved_count), (1, 1, 2))
        self.assertEqual((rehearsal.deal_count, rehearsal.deal_amount), (1, 500))

    def test_what_is_not_counted(self):
        """A closed region: its customers are not for who administers the rules and nothing else."""
        # the suite administrator manages projects as well once there are some, and reads every customer then
        admin = new_test_user(self.env, "rules_only", groups="sales_team.group_sale_manager")
        customer = self.held(self.dry)
        self.assertIn(customer.id, self.told(admin))
        self.east.is_scoped = True
        customer._pool_move("release", {self.nobody: customer}, "x")
        self.assertNotIn(customer.id, self.told(admin))
        with self.assertRaises(AccessError):
            self.rehearse(self.users["sales_supervisor"])

    def test_queries_do_not_grow_with_customers(self):
        self.held(self.dry)
        self.told()
        costs = []
        for count in (1, 50):
            with freeze_time(START):
                customers = self.make_customers(count)
                customers._pool_move("enter", {self.nobody: customers}, "", pool=self.dry)
                customers._pool_move("claim", {self.rep: customers}, "")
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.told()
            costs.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(costs[1], costs[0] + 2)
