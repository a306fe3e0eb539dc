from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import MerchantCase

# a Tuesday, 10 o'clock in Shanghai; no deadline of these tests falls on a holiday
START = datetime(2026, 3, 3, 2, 0, 0)


class RecycleCase(MerchantCase):
    """Recycling is on; leads are opportunities, so that only the follow-up clock runs unless a test says so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool.write({"claim_limit_day": 0, "freeze_days": 0, "cooldown_days": 0})
        cls.pool.action_recycle_on()
        cls.manager = cls.users["region_manager"]

    def claim(self, leads, user=None):
        self.env["crm.pool.lead"].with_user(user or self.rep).browse(leads.ids).action_pool_claim()
        return leads

    def make_held(self, count=1, moment=START, grade="C", **vals):
        with freeze_time(moment):
            leads = self.make_pooled(count, type="opportunity", **vals)
            leads._grade_set(grade, "test")
            self.claim(leads)
        return leads

    def warn(self, moment, model="crm.lead"):
        with freeze_time(moment):
            for pool in self.env["crm.pool"].search([("recycle_active", "=", True), ("warn_days", ">", 0)]):
                self.env[model]._pool_warn_soon(pool, lambda _count: True)

    def recycle(self, moment, model="crm.lead"):
        """As it happens: those who hold what is due were warned in time."""
        self.warn(moment - timedelta(days=self.pool.warn_days), model)
        return self.run_recycling(moment, model)

    def run_recycling(self, moment, model="crm.lead"):
        with freeze_time(moment):
            return self.env[model]._pool_recycle_due(lambda _count: True)

    def days(self, lead):
        return (lead.recycle_deadline - START).days

    def ledger(self, lead):
        return self.env["crm.pool.ledger"].search([("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)])


@tagged("post_install", "-at_install")
class TestPoolRecycle(RecycleCase):
    def test_days_by_grade(self):
        # the 60th day is Saturday, 2 May
        for grade, days in (("A", 15), ("B", 30), ("C", 62)):
            with self.subTest(grade):
                self.assertEqual(self.days(self.make_held(grade=grade)), days)

    def test_nothing_falls_on_a_day_off(self):
        calendar = self.env.company.resource_calendar_id
        # a Friday: 15 days later is a Saturday
        lead = self.make_held(grade="A", moment=START + timedelta(days=3))
        day = fields.Datetime.context_timestamp(lead.with_context(tz="Asia/Shanghai"), lead.recycle_deadline).date()
        self.assertTrue(calendar._is_working_day(day))
        self.assertEqual(str(day), "2026-03-23")

    def test_falls_when_due_and_not_before(self):
        lead = self.make_held(grade="A")
        self.recycle(START + timedelta(days=14, hours=23))
        self.assertEqual(lead.pool_state, "owned")
        self.recycle(START + timedelta(days=19))
        self.assertEqual((lead.pool_state, lead.user_id), ("pooled", self.nobody))
        self.assertFalse(lead.recycle_deadline)
        row = self.ledger(lead).sorted("seq")[-1]
        self.assertEqual((row.event, row.from_uid), ("recycle", self.rep.id))
        self.assertIn("15", row.reason)

    def test_a_follow_up_moves_it(self):
        lead = self.make_held(grade="A")
        lead._followup_done(START + timedelta(days=10))
        self.assertGreaterEqual(self.days(lead), 25)
        self.recycle(START + timedelta(days=20))
        self.assertEqual(lead.pool_state, "owned")
        # an older one that is written later moves nothing back
        lead._followup_done(START + timedelta(days=2))
        self.assertEqual(lead.last_followup_at, START + timedelta(days=10))

    def test_no_opportunity_and_no_deal(self):
        self.pool.write({"recycle_days_c": 300})
        with freeze_time(START):
            leads = self.claim(self.make_pooled(2))
        plain, converted = leads
        self.assertGreaterEqual(self.days(plain), 60)
        self.assertLess(self.days(plain), 64)
        with freeze_time(START + timedelta(days=1)):
            converted.type = "opportunity"
        self.assertGreaterEqual(self.days(converted), 180)
        self.assertLess(self.days(converted), 184)
        # a follow-up does not help against these two
        plain._followup_done(START + timedelta(days=50))
        self.recycle(START + timedelta(days=64))
        self.assertEqual((plain.pool_state, converted.pool_state), ("pooled", "owned"))
        self.assertIn("60", self.ledger(plain).sorted("seq")[-1].reason)

    def test_due_is_reckoned_again(self):
        """What moved the deadline later in the meantime is found when it comes due."""
        lead = self.make_held(grade="A")
        self.pool.recycle_days_a = 40
        self.recycle(START + timedelta(days=20))
        self.assertEqual(lead.pool_state, "owned")
        self.assertGreaterEqual(self.days(lead), 40)

    def test_what_is_won_stays_and_does_not_count(self):
        self.pool.holding_limit = 1
        lead = self.make_held(grade="A")
        more = self.make_pooled()
        with self.assertRaises(UserError):
            self.claim(more)
        lead.action_set_won()
        self.claim(more)
        self.recycle(START + timedelta(days=30))
        self.assertEqual(lead.pool_state, "owned")
        self.assertGreater(lead.recycle_deadline, START + timedelta(days=30))

    def test_a_condition_of_the_pool_exempts(self):
        tag = self.env["crm.tag"].create({"name": "战略客户"})
        exemptions = self.env["crm.pool.exemption"]
        exemptions.create({"pool_id": self.pool.id, "subject": "tag", "value": "战略客户"})
        exemptions.create({"pool_id": self.pool.id, "subject": "amount", "operator": ">=", "value": "500000"})
        tagged_lead, big, small = self.make_held(3, grade="A")
        tagged_lead.tag_ids = tag
        big.expected_revenue = 600000
        with freeze_time(START + timedelta(days=20)):
            self.env.invalidate_all()
            self.assertEqual((tagged_lead + big + small).mapped("pool_exempt"), [True, True, False])
        self.recycle(START + timedelta(days=20))
        self.assertEqual((tagged_lead + big + small).mapped("pool_state"), ["owned", "owned", "pooled"])
        # the reason to stay ends: warned for days first, then it goes
        tagged_lead.tag_ids = False
        self.recycle(START + timedelta(days=22))
        self.assertEqual(tagged_lead.pool_state, "owned")
        self.recycle(START + timedelta(days=24))
        self.assertEqual(tagged_lead.pool_state, "pooled")

    def test_customers_with_business_are_exempt(self):
        """An open order, an unpaid invoice, a portal user of the company, whichever contact it stands on."""
        companies = self.env["res.partner"].create([{"name": f"Company {n}", "is_company": True} for n in range(4)])
        contacts = self.env["res.partner"].create([{"name": "Buyer", "parent_id": company.id} for company in companies])
        product = self.env["product.product"].create({"name": "Press", "invoice_policy": "order", "list_price": 5})
        orders = self.env["sale.order"].create(
            [
                {"partner_id": contact.id, "order_line": [(0, 0, {"product_id": product.id})]}
                for contact in (contacts[0], contacts[3])
            ]
        )
        orders[0].action_confirm()
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": contacts[1].id,
                "invoice_line_ids": [(0, 0, {"name": "x", "quantity": 1, "price_unit": 5})],
            }
        )
        invoice.action_post()
        new_test_user(self.env, "portal_of_company_2", groups="base.group_portal", partner_id=contacts[2].id)
        leads = self.make_held(4, grade="A")
        for lead, company in zip(leads, companies, strict=True):
            lead.partner_id = company
        self.recycle(START + timedelta(days=20))
        self.assertEqual(leads.mapped("pool_state"), ["owned", "owned", "owned", "pooled"])

    def test_conditions_are_checked_when_written(self):
        for vals in ({"subject": "amount", "value": "many"}, {"subject": "tag", "operator": ">=", "value": "x"}):
            with self.subTest(vals), self.assertRaises(ValidationError):
                self.env["crm.pool.exemption"].create({"pool_id": self.pool.id, **vals})

    def test_one_bad_record_stops_nobody(self):
        leads = self.make_held(3, grade="A")
        bad = leads[1]
        original = type(leads)._pool_move

        def move(records, *args, **kwargs):
            if bad in next(iter(args[1].values())):
                raise ValueError("bad record")
            return original(records, *args, **kwargs)

        with (
            patch.object(type(leads), "_pool_move", move),
            mute_logger("odoo.addons.crm_merchant.models.kernel.carefully"),
            self.assertLogs("odoo.addons.crm_merchant.models.kernel.carefully", "ERROR") as logs,
        ):
            found = self.recycle(START + timedelta(days=20))
        self.assertEqual(leads.mapped("pool_state"), ["pooled", "owned", "pooled"])
        self.assertEqual((found, len(logs.output)), (bad.ids, 1))
        self.recycle(START + timedelta(days=21))
        self.assertEqual(bad.pool_state, "pooled")

    def test_off_until_switched_on(self):
        pool = self.pool.copy({"name": "Other", "member_ids": [(0, 0, {"user_id": self.rep.id})]})
        self.assertFalse(pool.recycle_active)
        with freeze_time(START):
            lead = self.make_leads()
            lead._pool_move("enter", {self.nobody: lead}, "", pool=pool)
            self.claim(lead)
        self.assertFalse(lead.recycle_deadline)
        with self.assertRaises(AccessError):
            pool.write({"recycle_active": True})
        later = START + timedelta(days=100)
        with freeze_time(later):
            self.assertEqual(pool._recycle_effect(), {"held": 1, "due": 1, "soon": 0, "exempt": 0, "adopted": 0})
            pool.action_recycle_on()
            self.assertEqual(lead.recycle_deadline, later + timedelta(days=pool.warn_days), "warned first")
            self.assertIn("1", pool.message_ids[0].body)
        self.recycle(later + timedelta(days=2))
        self.assertEqual(lead.pool_state, "owned")
        self.recycle(later + timedelta(days=4))
        self.assertEqual(lead.pool_state, "pooled")
        pool.action_recycle_off()
        self.assertFalse(pool.recycle_active)

    def test_nothing_falls_unwarned(self):
        """A new grade and an unlocking make a lead due at once: its holder has the days of warning all the same."""
        graded, unlocked, old = self.make_held(3)
        day = START + timedelta(days=20)
        with freeze_time(day):
            graded._grade_set("A", "x")
            unlocked.with_user(self.rep).action_pool_lock()
        old.with_user(self.rep).action_pool_lock()
        with freeze_time(START + timedelta(days=70)):
            unlocked.with_user(self.rep).action_pool_unlock()
        self.run_recycling(day + timedelta(hours=1))
        self.assertEqual(graded.pool_state, "owned")
        self.assertEqual(graded.recycle_deadline, day + timedelta(days=3, hours=1))
        self.assertEqual(graded.activity_ids.user_id, self.rep)
        self.run_recycling(day + timedelta(days=3))
        self.assertEqual(graded.pool_state, "owned")
        self.run_recycling(day + timedelta(days=3, hours=2))
        self.assertEqual(graded.pool_state, "pooled")
        self.run_recycling(START + timedelta(days=70, hours=1))
        self.assertEqual((unlocked.pool_state, len(unlocked.activity_ids)), ("owned", 1))
        self.run_recycling(START + timedelta(days=74))
        self.assertEqual(unlocked.pool_state, "pooled")

    def test_the_job_of_warning_gives_the_days_too(self):
        lead = self.make_held()
        day = START + timedelta(days=20)
        with freeze_time(day):
            lead._grade_set("A", "x")
        self.warn(day + timedelta(minutes=5))
        self.run_recycling(day + timedelta(hours=1))
        self.assertEqual((lead.pool_state, len(lead.activity_ids)), ("owned", 1))

    def test_locking_and_unlocking_wins_no_time(self):
        lead = self.make_held(grade="A")
        self.warn(START + timedelta(days=14))
        for day in (15, 16, 17):
            with freeze_time(START + timedelta(days=day)):
                lead.with_user(self.rep).action_pool_lock()
                lead.with_user(self.rep).action_pool_unlock()
        self.run_recycling(START + timedelta(days=17, hours=1))
        self.assertEqual(lead.pool_state, "pooled")

    def test_a_long_lock_forgets_the_warning(self):
        lead = self.make_held(grade="A")
        self.warn(START + timedelta(days=14))
        with freeze_time(START + timedelta(days=15)):
            lead.with_user(self.rep).action_pool_lock()
        with freeze_time(START + timedelta(days=100)):
            lead.with_user(self.rep).action_pool_unlock()
        self.run_recycling(START + timedelta(days=100, hours=1))
        self.assertEqual(lead.pool_state, "owned")
        self.run_recycling(START + timedelta(days=104))
        self.assertEqual(lead.pool_state, "pooled")

    def test_jobs_stop_when_their_time_is_out(self):
        self.pool.copy({"name": "Other"}).action_recycle_on()
        called = []

        def note(records, *_args):
            called.append(records._name)

        for job, method in (("_cron_warn", "_pool_warn_soon"), ("_cron_recycle", "_pool_recycle_due")):
            with (
                patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 0),
                patch.object(type(self.env["crm.lead"]), method, note),
                patch.object(type(self.env["res.partner"]), method, note),
            ):
                getattr(self.env["crm.pool"], job)()
        self.assertEqual(called, ["crm.lead", "crm.lead"])

    def test_who_switches(self):
        for role in ("sales_rep", "sales_supervisor", "sales_director", "marketing"):
            pool = self.pool.with_user(self.users[role])
            for call in (pool.action_recycle_on, pool.action_recycle_off):
                with self.subTest(role), self.assertRaises(AccessError):
                    call()
        self.pool.with_user(self.manager).action_recycle_off()
        self.pool.with_user(self.users["suite_admin"]).action_recycle_on()
        self.assertTrue(self.pool.recycle_active)

    def test_settings_apply_to_running_clocks_by_the_button_only(self):
        lead = self.make_held(grade="A")
        self.pool.recycle_days_a = 10
        self.assertGreaterEqual(self.days(lead), 15)
        with freeze_time(START + timedelta(days=1)):
            self.pool.action_recycle_on()
        self.assertLess(self.days(lead), 14)

    def test_warned_once_with_one_message(self):
        leads = self.make_held(30, grade="A")
        kind = self.env.ref("crm_merchant.mail_activity_pool_warning")
        messages = [("message_type", "=", "user_notification"), ("partner_ids", "in", self.rep.partner_id.ids)]
        before = self.env["mail.message"].search_count(messages)
        for _run in range(2):
            with freeze_time(START + timedelta(days=14)):
                self.env["crm.lead"]._pool_warn_soon(self.pool, lambda _count: True)
        todos = self.env["mail.activity"].search([("activity_type_id", "=", kind.id), ("res_id", "in", leads.ids)])
        self.assertEqual((len(todos), todos.user_id), (30, self.rep))
        self.assertEqual(self.env["mail.message"].search_count(messages) - before, 1)
        # a follow-up takes the to-do back, and there is a new one when it is late again
        with freeze_time(START + timedelta(days=14)):
            leads[0]._followup_done(START + timedelta(days=14))
        self.assertEqual(len(todos.exists()), 29)
        with freeze_time(START + timedelta(days=27)):
            self.env["crm.lead"]._pool_warn_soon(self.pool, lambda _count: True)
        self.assertEqual(self.env["mail.activity"].search_count([("activity_type_id", "=", kind.id)]), 30)

    def test_days_to_pool(self):
        lead = self.make_held(grade="A")
        with freeze_time(lead.recycle_deadline - timedelta(days=2)):
            lead.invalidate_recordset()
            self.assertEqual(lead.with_user(self.rep).days_to_pool, 2)
        with freeze_time(lead.recycle_deadline + timedelta(days=1)):
            lead.invalidate_recordset()
            self.assertEqual(lead.with_user(self.rep).days_to_pool, -1)

    def test_swapping_restarts_nothing(self):
        """A -> B -> A: A's clock goes on from when he first had it; the others' total runs on too."""
        lead = self.make_held(grade="A")
        with freeze_time(START + timedelta(days=14)):
            lead.with_user(self.rep).action_pool_transfer(self.rep_2.id, "x")
            self.assertGreaterEqual(self.days(lead), 29, "the new holder has his days")
            lead.with_user(self.rep_2).action_pool_transfer(self.rep.id, "x")
        self.assertLess(self.days(lead), 19)
        self.recycle(START + timedelta(days=20))
        self.assertEqual(lead.pool_state, "pooled")

    def test_transfer_and_plain_writes_do_not_escape_the_clock(self):
        lead = self.make_held(grade="A")
        with freeze_time(START + timedelta(days=5)):
            lead.with_user(self.rep).write({"user_id": self.rep_2.id})
        self.assertTrue(START + timedelta(days=20) <= lead.recycle_deadline < START + timedelta(days=24))
        with freeze_time(START + timedelta(days=6)):
            lead.write({"user_id": self.rep.id})
        self.assertLess(self.days(lead), 19)

    def test_editing_restarts_nothing(self):
        lead = self.make_held(grade="A")
        before = lead.recycle_deadline
        with freeze_time(START + timedelta(days=14)):
            lead.with_user(self.rep).write({"description": "x", "expected_revenue": 5, "phone": "13900001111"})
            lead.with_user(self.rep).message_post(body="x")
        self.assertEqual(lead.recycle_deadline, before)

    def test_what_people_enter_themselves(self):
        with freeze_time(START):
            longer = self.make_leads(user_id=self.rep.id, type="opportunity")
            self.pool.created_rule = "same"
            same = self.make_leads(user_id=self.rep.id, type="opportunity")
            self.pool.created_rule = "none"
            alone = self.make_leads(user_id=self.rep.id, type="opportunity")
        self.assertEqual(longer.pool_state, "owned")
        self.assertEqual(self.ledger(longer).event, "create")
        self.pool.created_rule = "longer"
        (longer | same)._pool_plan()
        self.assertGreaterEqual(self.days(longer), 90)
        self.assertFalse(alone.pool_state)
        self.pool.created_rule = "same"
        (longer | same)._pool_plan()
        self.assertLess(self.days(same), 64)

    def test_guarded(self):
        lead = self.make_held()
        now = fields.Datetime.now()
        for vals in (
            {"recycle_deadline": now}, {"last_followup_at": now}, {"recycle_warned": True}, {"pool_locked": True},
            {"merchant_grade": "A"},
        ):  # fmt: skip
            for user in (self.rep, self.users["suite_admin"], self.env.user):
                with self.subTest(vals=vals, user=user.login), self.assertRaises(AccessError):
                    lead.with_user(user).sudo().write(vals)
                with self.subTest(vals=vals, user=user.login), self.assertRaises(AccessError):
                    self.env["crm.lead"].with_user(user).create({"name": "x", **vals})
        forged = self.env["crm.lead"].with_context(
            default_merchant_grade="A", default_pool_locked=True, default_last_followup_at=now
        )
        new = forged.create({"name": "x"})
        self.assertEqual((new.merchant_grade, new.pool_locked, new.last_followup_at), ("C", False, False))
        lead._followup_done(now)
        lead.with_user(self.rep).action_pool_lock()
        copied = lead.copy()
        self.assertFalse(copied.last_followup_at or copied.pool_locked)


@tagged("post_install", "-at_install")
class TestPoolRecycleCron(RecycleCase, CronMixinCase):
    def test_jobs(self):
        past = fields.Datetime.now() - timedelta(days=100)
        lead, soon = self.make_held(moment=past), self.make_held(moment=past)
        self.warn(fields.Datetime.now() - timedelta(days=self.pool.warn_days))
        soon._followup_done(fields.Datetime.now() - timedelta(days=59))
        with self.enter_registry_test_mode():
            self.env.ref("crm_merchant.ir_cron_pool_recycle").method_direct_trigger()
            self.env.ref("crm_merchant.ir_cron_pool_warn").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((lead.pool_state, soon.pool_state), ("pooled", "owned"))
        self.assertEqual(soon.activity_ids.user_id, self.rep)

    def test_recycling_asks_for_due_rows_only(self):
        """The same number of queries with three and with three hundred rows that are not due."""

        self.pool.holding_limit = 0

        def cost(idle):
            self.make_held(idle)
            due = self.make_held(20, moment=START - timedelta(days=90))
            self.warn(START - timedelta(days=self.pool.warn_days))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.run_recycling(START)
            self.env.flush_all()
            self.assertEqual(set(due.mapped("pool_state")), {"pooled"})
            return self.env.cr.sql_log_count - before

        cost(1)
        few, many = cost(3), cost(300)
        self.assertLessEqual(many, few + 1)

    def test_the_search_uses_the_partial_index(self):
        self.pool.holding_limit = 0
        self.make_held(300, moment=fields.Datetime.now())
        self.env.flush_all()
        self.env.cr.execute("ANALYZE crm_lead")
        query = self.env["crm.lead"]._search(
            self.env["crm.lead"]._pool_due_domain(), order="recycle_deadline, id", limit=200
        )
        plan = str(self.env.execute_query(SQL("EXPLAIN %s", query.select())))
        self.assertIn("crm_lead_recycle_idx", plan)
        self.assertIn("Index Cond: (recycle_deadline", plan)

    def test_queries_at_one_and_fifty(self):
        def cost(call):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            call()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        self.pool.holding_limit = 0
        self.make_held(2)
        costs = {}
        for name, call in (
            ("claim", lambda leads: self.claim(leads)),
            ("follow-up", lambda leads: leads._followup_done(fields.Datetime.now())),
            ("recycle", lambda leads: leads.sudo()._pool_recycle_batch()),
        ):
            for count in (1, 50):
                if name == "claim":
                    leads = self.make_pooled(count)
                else:
                    leads = self.make_held(count, moment=fields.Datetime.now() - timedelta(days=100))
                if name == "recycle":
                    leads._pool_warn()
                costs[name, count] = cost(lambda call=call, leads=leads: call(leads))
        for name in ("claim", "follow-up", "recycle"):
            self.assertLessEqual(costs[name, 50], costs[name, 1] + 8, costs)
