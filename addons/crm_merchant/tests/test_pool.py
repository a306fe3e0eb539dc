from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import MerchantCase


@tagged("post_install", "-at_install")
class TestPool(MerchantCase):
    def claim(self, leads, user=None):
        return self.env["crm.pool.lead"].with_user(user or self.rep).browse(leads.ids).action_pool_claim()

    def ledger(self, lead):
        return self.env["crm.pool.ledger"].search([("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)])

    def test_claim_gives_the_lead_and_writes_the_ledger(self):
        lead = self.make_pooled()
        self.claim(lead)
        self.assertEqual((lead.user_id, lead.pool_state, lead.pool_id), (self.rep, "owned", self.pool))
        rows = self.ledger(lead).sorted("seq")
        self.assertEqual(rows.mapped("event"), ["enter", "claim"])
        self.assertEqual((rows[1].to_uid, rows[1].actor_uid), (self.rep.id, self.rep.id))
        self.assertFalse(self.env["crm.pool.ledger"]._ledger_broken([("res_id", "=", lead.id)]))

    def test_members_see_only_masked_columns(self):
        lead = self.make_pooled(phone="+86 138-1200-8866", contact_name="沈立群", email_from="a@b.cn")
        row = self.env["crm.pool.lead"].with_user(self.rep).search([("id", "=", lead.id)])
        self.assertEqual((row.phone_label, row.contact_label), ("138****66", "沈**"))
        self.assertFalse(self.env["crm.lead"].with_user(self.rep).search([("id", "=", lead.id)]))
        with self.assertRaises(AccessError):
            lead.with_user(self.rep).read(["phone"])
        # nothing of the row leads to the real record or its clear text
        text = str(row.read())
        for secret in ("1200", "立群", "a@b.cn"):
            self.assertNotIn(secret, text)

    def test_a_masked_phone_is_found_by_its_whole_number_only(self):
        lead = self.make_pooled(phone="+86 138-1200-8866")
        rows = self.env["crm.pool.lead"].with_user(self.rep)
        self.assertEqual(rows.search([("whole_phone", "=", "138 1200 8866")]).ids, lead.ids)
        for part in ("138120088", "13812", "8866", "%8866", "1381200886_"):
            with self.subTest(part):
                self.assertFalse(rows.search([("whole_phone", "=", part)]))
                self.assertFalse(rows.search([("whole_phone", "ilike", part)]))
        self.assertFalse(rows.search([("phone_label", "ilike", "1200")]))

    def test_others_see_nothing_and_claim_nothing(self):
        lead = self.make_pooled()
        for role in ("regional_agent", "sales_supervisor", "marketing"):
            user = self.users[role]
            with self.subTest(role):
                self.assertFalse(self.env["crm.pool.lead"].with_user(user).search([]))
                with self.assertRaises(AccessError):
                    self.claim(lead, user)
                with self.assertRaises(AccessError):
                    lead.with_user(user).action_pool_claim()
        self.assertEqual(lead.pool_state, "pooled")

    def test_who_is_off_duty_claims_nothing(self):
        lead = self.make_pooled()
        self.pool.member_ids.filtered(lambda m: m.user_id == self.rep).on_duty = False
        self.assertFalse(self.env["crm.pool.lead"].with_user(self.rep).search([]))
        with self.assertRaises(AccessError):
            self.claim(lead)

    def test_a_taken_lead_names_its_owner_to_members_only(self):
        lead = self.make_pooled()
        self.claim(lead)
        with self.assertRaisesRegex(UserError, self.rep.name):
            self.claim(lead, self.rep_2)
        with self.assertRaises(AccessError) as refused:
            self.claim(lead, self.users["regional_agent"])
        self.assertNotIn(self.rep.name, str(refused.exception))

    def test_daily_cap_counts_over_all_pools_and_is_not_freed_by_releasing(self):
        other = self.pool.copy({"name": "Other", "member_ids": [(0, 0, {"user_id": self.rep.id})]})
        leads = self.make_pooled(2)
        self.claim(leads)
        leads[0].with_user(self.rep).action_pool_release("no budget")
        more = self.make_leads(2)
        more._pool_move("enter", {self.nobody: more}, "", pool=other)
        with self.assertRaisesRegex(UserError, "3"):
            self.claim(more)
        self.claim(more[0])
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self.claim(more[1])
        self.assertEqual(more.user_id, self.rep)

    def test_holding_cap(self):
        self.pool.write({"claim_limit_day": 0, "holding_limit": 2})
        leads = self.make_pooled(3)
        self.claim(leads[:2])
        with self.assertRaisesRegex(UserError, "2"):
            self.claim(leads[2])

    def test_cooldown_holds_for_every_former_holder(self):
        self.pool.claim_limit_day = 0
        lead = self.make_pooled()
        self.claim(lead)
        lead.with_user(self.rep).action_pool_release("no budget")
        self.claim(lead, self.rep_2)
        lead.with_user(self.rep_2).action_pool_release("no answer")
        for user in (self.rep, self.rep_2):
            with self.assertRaises(UserError):
                self.claim(lead, user)
        with freeze_time(fields.Datetime.now() + timedelta(days=7, minutes=1)):
            self.claim(lead)
        self.assertEqual(lead.user_id, self.rep)

    def test_release_needs_a_reason_and_clears_the_way(self):
        lead = self.make_pooled()
        self.claim(lead)
        lead.with_user(self.rep).activity_schedule("mail.mail_activity_data_call", summary="Call again")
        with self.assertRaises(UserError):
            lead.with_user(self.rep).action_pool_release("  ")
        lead.with_user(self.rep).action_pool_release("no budget")
        self.assertEqual((lead.pool_state, lead.user_id), ("pooled", self.nobody))
        self.assertFalse(lead.activity_ids)
        self.assertNotIn(self.rep.partner_id, lead.message_partner_ids)
        row = self.ledger(lead).filtered(lambda r: r.event == "release")
        # everybody in sales reads the ledger: day and kind there, the words in the history of the lead
        self.assertNotIn("Call again", row.dropped_todos)
        self.assertTrue(row.dropped_todos)
        self.assertIn("Call again", "".join(lead.message_ids.mapped("body")))
        self.assertEqual((row.reason, row.from_uid), ("no budget", self.rep.id))

    def test_nobody_of_the_staff_goes_on_reading_by_mail(self):
        lead = self.make_pooled()
        self.claim(lead)
        customer = self.env["res.partner"].create({"name": "customer"})
        admin = self.pool.admin_ids[:1]
        lead.message_subscribe(partner_ids=(self.users["sales_rep_2"].partner_id | admin.partner_id | customer).ids)
        lead.with_user(self.rep).action_pool_release("no budget")
        self.assertEqual(lead.message_partner_ids, admin.partner_id | customer)

    def test_who_may_give_away(self):
        lead = self.make_pooled()
        self.claim(lead)
        for role in ("sales_rep_2", "marketing", "hq_commerce"):
            for call in (
                lambda rec: rec.action_pool_release("x"),
                lambda rec: rec.action_pool_transfer(self.rep_2.id, "x"),
            ):
                with self.subTest(role), self.assertRaises(AccessError):
                    call(lead.with_user(self.users[role]))
        with self.assertRaises(UserError):
            lead.with_user(self.rep).action_pool_transfer(self.users["legal"].id, "x")
        lead.with_user(self.users["sales_supervisor"]).action_pool_transfer(self.rep_2.id, "illness")
        self.assertEqual(lead.user_id, self.rep_2)

    def test_an_owner_written_by_anyone_ends_in_the_ledger(self):
        lead = self.make_pooled()
        self.claim(lead)
        lead.with_user(self.rep).write({"user_id": self.rep_2.id})
        self.assertEqual(self.ledger(lead).sorted("seq").mapped("event"), ["enter", "claim", "transfer"])
        # people are asked for a reason, other code is not
        lead.write({"user_id": False})
        self.assertEqual(lead.pool_state, "pooled")
        self.assertEqual(self.ledger(lead).sorted("seq")[-1].event, "release")

    def test_whoever_merges_a_pooled_lead_is_kept(self):
        """Odoo's own merge deletes the tail under superuser rights."""
        survivor, tail = self.make_pooled(2, email_from="a@example.com")
        survivor.write({"type": "opportunity"})
        (survivor | tail).merge_opportunity()
        self.assertTrue(tail.exists())
        self.assertEqual((tail.active, tail.merged_into_id), (False, survivor))
        self.assertEqual(self.ledger(tail).sorted("seq")[-1].event, "merge")

    def test_the_ledger_names_no_lead_of_a_closed_region(self):
        self.east.is_scoped = True
        lead = self.make_pooled(partner_name="苏州恒锐机械有限公司")
        self.assertNotIn("恒锐", self.ledger(lead).res_name)

    def test_pool_columns_are_guarded(self):
        lead = self.make_pooled()
        self.claim(lead)
        other = self.pool.copy({"name": "Other"})
        forged = {"merchant_door": True, "default_pool_state": "owned", "default_pool_id": other.id}
        for vals in ({"pool_id": other.id}, {"pool_state": "pooled"}, {"pool_since": fields.Datetime.now()}):
            for user in (self.rep, self.users["suite_admin"], self.env.user):
                with self.subTest(vals=vals, user=user.login), self.assertRaises(AccessError):
                    lead.with_user(user).with_context(**forged).sudo().write(vals)
                with self.subTest(vals=vals, user=user.login), self.assertRaises(AccessError):
                    lead.with_user(user).create({"name": "x", **vals})
        self.assertFalse(self.env["crm.lead"].with_context(**forged).create({"name": "x"}).pool_id)
        self.assertFalse(lead.copy().pool_id)
        member = self.pool.member_ids[0]
        with self.assertRaises(AccessError):
            member.write({"claims_today": 0})
        with self.assertRaises(AccessError):
            self.pool.write({"member_ids": [(1, member.id, {"claims_today": 0})]})

    def test_nobody_writes_the_ledger(self):
        lead = self.make_pooled()
        self.claim(lead)
        row = self.ledger(lead)[0]
        for role in ("sales_rep", "suite_admin", "general_manager"):
            rows = row.with_user(self.users[role])
            for attack in (
                lambda rows: rows.write({"reason": "x"}),
                lambda rows: rows.unlink(),
                lambda rows: rows.create({"res_model": "crm.lead", "res_id": lead.id, "event": "claim", "seq": 9}),
            ):
                with self.subTest(role), self.assertRaises(AccessError):
                    attack(rows)

    def test_without_pools_nothing_changes(self):
        self.pool.active = False
        lead = self.make_leads()
        lead._merchant_assign()
        self.assertFalse(lead.pool_state)
        before = self.env["crm.pool.ledger"].search_count([])
        lead.write({"user_id": self.rep.id})
        self.assertEqual(self.env["crm.pool.ledger"].search_count([]), before)

    def test_an_unrelated_write_costs_nothing_more(self):
        leads = self.make_pooled(50)
        leads.write({"description": "a"})
        self.env.flush_all()
        with self.assertQueryCount(1):
            leads.write({"description": "b"})
            self.env.flush_all()

    def test_the_list_and_its_groups_cost_the_same_at_one_and_fifty(self):
        rows = self.env["crm.pool.lead"].with_user(self.rep)
        specification = {"company_label": {}, "phone_label": {}, "region_id": {"fields": {"display_name": {}}}}
        calls = {
            "list": lambda: rows.web_search_read([], specification, limit=80, count_limit=10001),
            "groups": lambda: rows.formatted_read_group([], ["region_id"], ["__count"]),
        }

        def costs():
            found = {}
            for name, call in calls.items():
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                call()
                found[name] = self.env.cr.sql_log_count - before
            return found

        self.make_pooled(1)
        costs()
        one = costs()
        self.make_pooled(49)
        self.assertEqual(len(calls["list"]()["records"]), 50)
        self.assertEqual(costs(), one)
        self.assertLessEqual(max(one.values()), 8)

    def test_the_list_of_a_pool_comes_from_its_index(self):
        """The first page among many is read in the order of the list, nothing is sorted."""
        self.make_pooled(400)
        self.env.flush_all()
        self.env.cr.execute("ANALYZE crm_lead")
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        query = self.env["crm.pool.lead"].with_user(self.rep)._search([], order="pool_since desc, id desc", limit=80)
        plan = str(self.env.execute_query(SQL("EXPLAIN %s", query.select())))
        self.assertIn("crm_lead_pooled", plan)
        self.assertNotIn("Sort", plan)

    def test_who_leaves_a_pool_sees_it_no_longer(self):
        """In the same transaction too: the list asks anew each time."""
        self.make_pooled(2)
        rows = self.env["crm.pool.lead"].with_user(self.rep)
        self.assertEqual(len(rows.search([])), 2)
        self.pool.member_ids.filtered(lambda member: member.user_id == self.rep).on_duty = False
        self.assertFalse(rows.search([]))
        self.pool.admin_ids = self.rep
        self.assertEqual(len(rows.search([])), 2)
        # archived by an older version, which let it
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_pool SET active = FALSE WHERE id = %s", (self.pool.id,))
        self.env.invalidate_all()
        self.assertFalse(rows.search([]))
