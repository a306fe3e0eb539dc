from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .customer_common import CustomerCase
from .test_pool_recycle import START


@tagged("post_install", "-at_install")
class TestCustomerPool(CustomerCase):
    """Customers are held and pooled by the same door as leads."""

    def test_claim_and_release_take_contacts_and_leads_along(self):
        customer = self.make_held_customers()
        contact = customer.child_ids
        self.assertEqual((customer.pool_state, customer.user_id, contact.user_id), ("owned", self.rep, self.rep))
        lead = self.make_leads(user_id=self.rep.id, partner_id=contact.id)
        won = self.make_leads(user_id=self.rep.id, partner_id=customer.id, type="opportunity")
        won.action_set_won()
        other = self.make_leads(user_id=self.rep_2.id, partner_id=customer.id)
        todo = contact.activity_schedule("mail.mail_activity_data_call", user_id=self.rep.id, summary="回电")
        dunning = customer.activity_schedule("mail.mail_activity_data_todo", user_id=self.users["finance_clerk"].id)
        customer.message_subscribe(self.rep.partner_id.ids)
        customer.with_user(self.rep).action_pool_release("no budget")
        self.assertEqual((customer.pool_state, customer.user_id), ("pooled", self.nobody))
        self.assertFalse(contact.user_id)
        self.assertFalse(todo.exists())
        self.assertTrue(dunning.exists(), "the accountant's business goes on")
        self.assertNotIn(self.rep.partner_id, customer.message_partner_ids)
        self.assertEqual((lead.pool_state, lead.user_id, lead.pool_id), ("pooled", self.nobody, self.pool))
        self.assertEqual(won.user_id, self.rep, "what is won is history")
        self.assertEqual(other.user_id, self.rep_2, "a colleague keeps what he works on")
        row = self.rows(lead)[-1]
        self.assertEqual(row.event, "release")
        self.assertIn("no budget", row.reason)
        self.claim_customers(customer, self.rep_2)
        self.assertEqual((customer | contact).user_id, self.rep_2)
        self.assertEqual((lead.user_id, lead.pool_state), (self.rep_2, "owned"))
        self.assertEqual(self.rows(customer).mapped("event"), ["enter", "claim", "release", "claim"])
        self.assertFalse(self.env["crm.pool.ledger"]._ledger_broken([("res_id", "in", customer.ids + lead.ids)]))

    def test_a_plain_write_of_the_owner_ends_at_the_door(self):
        customer = self.make_held_customers()
        lead = self.make_leads(user_id=self.rep.id, partner_id=customer.id, state_id=self.guangdong.id)
        self.assertFalse(lead.pool_id)
        customer.with_user(self.rep).write({"user_id": self.rep_2.id})
        self.assertEqual(customer.child_ids.user_id, self.rep_2)
        self.assertEqual((lead.user_id, lead.pool_state), (self.rep_2, False), "what no pool took stays out of them")
        self.assertEqual(self.rows(customer)[-1].event, "transfer")
        customer.user_id = False
        self.assertEqual(customer.pool_state, "pooled")

    def test_who_holds_nothing_takes_nothing(self):
        """Odoo lets every salesperson write every customer; not its holder."""
        customer = self.make_held_customers()
        for role in ("sales_rep_2", "marketing", "hq_commerce", "regional_agent"):
            for value in (self.users[role].id, False):
                with self.subTest(role=role, value=value), self.assertRaises(AccessError), self.env.cr.savepoint():
                    customer.with_user(self.users[role]).write({"user_id": value})
        for call in (
            lambda c: c.action_pool_release("x"), lambda c: c.action_pool_transfer(self.rep_2.id, "x"),
            lambda c: c.action_pool_lock(), lambda c: c.action_grade_set("A", "x"), lambda c: c.action_pool_enter(),
            lambda c: c.action_collaborator_set(self.rep_2.id, "2026-03-05"),
        ):  # fmt: skip
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                call(customer.with_user(self.rep_2))
        self.env.invalidate_all()
        self.assertEqual(customer.user_id, self.rep)

    def test_guarded_columns(self):
        customer = self.make_held_customers()
        columns = {
            "pool_id": self.pool.id, "pool_state": "owned", "recycle_deadline": "2030-01-01", "merchant_grade": "A",
            "pool_locked": True, "last_followup_at": "2026-03-01", "region_id": self.south.id,
        }  # fmt: skip
        for user in (self.rep, self.users["sales_director"], self.users["suite_admin"]):
            for name, value in columns.items():
                with self.subTest(name), self.assertRaises(AccessError), self.env.cr.savepoint():
                    customer.with_user(user).write({name: value})
                with self.subTest(name), self.assertRaises(AccessError), self.env.cr.savepoint():
                    self.env["res.partner"].with_user(user).create({"name": "x", "is_company": True, name: value})
        forged = {f"default_{name}": value for name, value in columns.items()}
        fresh = (
            self.env["res.partner"]
            .with_user(self.rep)
            .with_context(**forged)
            .create({"name": "甲", "is_company": True})
        )
        self.assertFalse(fresh.pool_id or fresh.pool_state or fresh.region_id)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            fresh.write({"child_ids": [(0, 0, {"name": "b", "pool_state": "owned"})]})
        copied = customer.with_user(self.rep).copy()
        self.assertEqual(self.rows(copied).event, "create", "a customer of its own, entered by its holder")

    def test_only_companies_lie_in_pools(self):
        contact = self.make_customers().child_ids
        own = self.env.company.partner_id
        person = self.env["res.partner"].create({"name": "张三", "state_id": self.jiangsu.id})
        everybody = contact | own | person | self.rep.partner_id
        everybody._pool_move("enter", {self.nobody: everybody}, "", pool=self.pool)
        self.assertFalse(any(everybody.mapped("pool_state")))
        with self.assertRaises(UserError):
            person.with_user(self.users["suite_admin"]).action_pool_enter()
        held = self.make_held_customers()
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            held.with_user(self.rep).write({"parent_id": own.id, "is_company": False})

    def test_unrelated_writes_cost_nothing(self):
        customer = self.make_held_customers()
        # later addons watch more: the bridge sends names and addresses
        self.assertFalse(customer._is_watched({"comment": "x", "website": "x", "color": 1}))
        self.assertTrue(customer._is_watched({"user_id": 1}))

    def test_entered_by_a_sales_administrator(self):
        free, held = self.make_customers(2)
        held.user_id = self.rep
        with self.assertRaises(AccessError):
            free.with_user(self.users["sales_supervisor"]).action_pool_enter()
        (free | held).with_user(self.users["suite_admin"]).action_pool_enter()
        self.assertEqual((free | held).mapped("pool_state"), ["pooled", "owned"])
        self.assertTrue(held.recycle_deadline)

    def test_a_customer_entered_by_its_holder_follows_the_rule_of_the_pool(self):
        with freeze_time(START):
            customer = self.make_customers(user_id=self.rep.id)
        self.assertEqual((customer.pool_state, customer.pool_id), ("owned", self.pool))
        self.assertEqual(self.rows(customer).event, "create")
        self.assertEqual((customer.recycle_deadline - START).days // 10, 9, "60 + 30 days")
        self.pool.created_rule = "none"
        self.assertFalse(self.make_customers(user_id=self.rep.id).pool_state)

    # -- the clock --------------------------------------------------------------------------------

    def test_recycled_and_kept_by_a_follow_up(self):
        lazy, busy = self.make_held_customers(2, grade="A")
        with freeze_time(START + timedelta(days=10)):
            answer = busy.with_user(self.rep).action_followup_write(
                "call", "和采购经理确认了两台设备的交期和付款方式，对方要求本周给正式报价", "发送正式报价", "2026-03-20"
            )
            self.assertTrue(answer["is_effective"], answer)
        self.recycle_customers(START + timedelta(days=20))
        self.assertEqual((lazy | busy).mapped("pool_state"), ["pooled", "owned"])
        self.assertEqual(self.rows(lazy)[-1].event, "recycle")
        self.assertEqual(busy.followup_count, 1)
        row = self.env["crm.followup"].search([("partner_id", "=", busy.id)])
        with freeze_time(START + timedelta(days=10, hours=1)):
            row.with_user(self.rep).action_correct(
                "改了一下内容，交期确认为四月十日，付款方式三七开", "发报价", "2026-03-21"
            )
        self.assertEqual(row._record(), busy)

    def test_todos_and_leads_keep_it_too(self):
        customer = self.make_held_customers(grade="A")
        moment = START + timedelta(days=5)
        with freeze_time(moment):
            todo = customer.child_ids.activity_schedule("mail.mail_activity_data_call", user_id=self.rep.id)
            later = customer.activity_schedule(
                "mail.mail_activity_data_todo", user_id=self.rep.id, summary="发样品", date_deadline="2026-03-20"
            )
            todo.with_user(self.rep).action_feedback("和对方工程师确认了图纸版本，下周寄两件样品给他们试装")
        self.assertTrue(later)
        self.assertEqual(customer.last_followup_at, moment, "done on a contact")
        moment = START + timedelta(days=8)
        with freeze_time(moment):
            lead = self.make_leads(user_id=self.rep.id, partner_id=customer.id)
            foreign = self.make_leads(user_id=self.rep_2.id, partner_id=customer.id)
            lead._followup_fact("visit", "拜访", lead)
        self.assertEqual(customer.last_followup_at, moment)
        with freeze_time(moment + timedelta(days=1)):
            foreign._followup_fact("visit", "拜访", foreign)
        self.assertEqual(customer.last_followup_at, moment, "a colleague's lead is his")

    def test_partners_of_no_pool_get_no_follow_ups(self):
        vendor = self.env["res.partner"].create({"name": "供应商", "is_company": True})
        todo = vendor.activity_schedule("mail.mail_activity_data_call", user_id=self.rep.id)
        todo.with_user(self.rep).action_feedback("called about the bill of last month, they will resend it")
        self.assertFalse(self.env["crm.followup"].search([("partner_id", "=", vendor.id)]))

    def test_a_mail_to_a_contact_is_a_follow_up(self):
        customer = self.make_held_customers(grade="A")
        customer.child_ids.email = "buyer@hengrui.example"
        with freeze_time(START + timedelta(days=3)):
            customer.with_user(self.rep).message_post(
                body="报价见附件", subject="报价", message_type="comment", subtype_xmlid="mail.mt_comment",
                partner_ids=customer.child_ids.ids,
            )  # fmt: skip
        self.assertEqual(customer.last_followup_at, START + timedelta(days=3))

    def meet(self, partners, user=None, days=2, moment=START, **vals):
        """A meeting that this person called at ``moment`` with these people, after some days."""
        start = START + timedelta(days=days)
        event = (
            self.env["calendar.event"]
            .with_user(user or self.rep)
            .create({
                "name": f"Visit {days}", "start": start, "stop": start + timedelta(hours=1),
                "partner_ids": [(6, 0, (partners | (user or self.rep).partner_id).ids)], **vals,
            })
        )  # fmt: skip
        self.env.flush_all()
        self.env.cr.execute("UPDATE calendar_event SET create_date = %s WHERE id = %s", (moment, event.id))
        event.invalidate_recordset(["create_date"])
        return event.sudo()

    def test_future_meetings_stay_with_the_former_holder(self):
        customer = self.make_held_customers()
        contact = customer.child_ids
        model_id = self.env["ir.model"]._get_id("res.partner")
        with freeze_time(START):
            first = self.meet(contact, res_model_id=model_id, res_id=customer.id)
            second = self.meet(customer, days=3)
            colleague = self.meet(contact, user=self.rep_2, days=4)
            past = self.meet(contact, days=-2)
            todo = contact.activity_schedule("mail.mail_activity_data_call", user_id=self.rep.id, summary="Call back")
            sent = self.env["mail.mail"].search_count([])
            customer.with_user(self.rep).action_pool_release("no budget")
        self.assertEqual((first | second).partner_ids, self.rep.partner_id)
        self.assertEqual((first | second).attendee_ids.partner_id, self.rep.partner_id)
        self.assertFalse(first.res_id or first.res_model)
        self.assertEqual((first | second).user_id, self.rep, "they are still in his calendar")
        self.assertIn(contact, colleague.partner_ids, "a colleague's meeting is his")
        self.assertIn(contact, past.partner_ids, "what was held is history")
        self.assertFalse(todo.exists())
        self.assertEqual(self.env["mail.mail"].search_count([]), sent, "the customer gets no mail")
        dropped = self.rows(customer)[-1].dropped_todos
        # 01:00 UTC is nine o'clock in China
        self.assertIn(f"{first.start + timedelta(hours=8):%Y-%m-%d %H:%M}", dropped)
        # the first stands as a to-do on the customer as well
        self.assertEqual(len(dropped.splitlines()), 4, dropped)
        told = "".join((customer | contact).message_ids.mapped("body"))
        for text, times in (("Visit 2", 2), ("Visit 3", 1), ("Call back", 1)):
            self.assertNotIn(text, dropped)
            self.assertEqual(told.count(text), times, told)
        self.assertNotIn("Visit 4", told)

    def test_a_held_meeting_is_a_follow_up(self):
        customer, other = self.make_held_customers(2, grade="A")
        with freeze_time(START):
            held = self.meet(customer.child_ids)
            foreign = self.meet(other.child_ids, user=self.rep_2)
            lead = self.make_leads(user_id=self.rep.id, partner_id=other.id)
            joined = self.meet(other, days=3, opportunity_id=lead.id)
        with freeze_time(START + timedelta(days=4)):
            self.meet(customer, days=3, moment=START + timedelta(days=4))  # entered afterwards: proves nothing
            for _run in range(2):
                self.env["calendar.event"]._cron_followup_meetings()
        followup = self.env["crm.followup"].search([("partner_id", "in", (customer | other).ids)])
        self.assertEqual((followup.partner_id, followup.evidence_id, followup.verdict), (customer, held.id, "fact"))
        self.assertEqual(customer.last_followup_at, held.stop)
        self.assertTrue(foreign)
        self.assertEqual(other.last_followup_at, joined.stop, "through the lead in the same hands, once")

    def test_customers_with_business_stay(self):
        companies = self.make_held_customers(3, grade="A")
        ordering, portal, plain = companies
        product = self.env["product.product"].create({"name": "设备", "type": "service"})
        order = self.env["sale.order"].create(
            {"partner_id": ordering.child_ids.id, "order_line": [(0, 0, {"product_id": product.id, "price_unit": 9})]}
        )
        order.action_confirm()
        self.env["res.users"].with_context(no_reset_password=True).create(
            {
                "name": "客户", "login": "kehu", "partner_id": portal.child_ids.id,
                "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)],
            }
        )  # fmt: skip
        self.recycle_customers(START + timedelta(days=30))
        self.assertEqual((ordering | portal | plain).mapped("pool_state"), ["owned", "owned", "pooled"])

    def test_a_lead_that_stays_keeps_its_customer(self):
        locked, exempt, foreign, plain = customers = self.make_held_customers(4, grade="A")
        leads = [self.make_held(partner_id=customer.id) for customer in (locked, exempt, foreign)]
        leads[0].with_user(self.rep).action_pool_lock()
        tag = self.env["crm.tag"].create({"name": "战略客户"})
        self.env["crm.pool.exemption"].create({"pool_id": self.pool.id, "subject": "tag", "value": tag.name})
        leads[1].tag_ids = leads[2].tag_ids = tag
        leads[2].with_user(self.rep).action_pool_transfer(self.rep_2.id, "x")
        self.recycle_customers(START + timedelta(days=30))
        self.assertEqual(customers.mapped("pool_state"), ["owned", "owned", "pooled", "pooled"])
        self.assertEqual([lead.pool_state for lead in leads], ["owned"] * 3)
        # released on purpose, all of it goes
        locked.with_user(self.rep).action_pool_release("x")
        self.assertEqual(leads[0].pool_state, "pooled")

    # -- caps, locks, waiting -------------------------------------------------------------------------

    def test_caps_are_one_over_leads_and_customers(self):
        self.pool.write({"claim_limit_day": 2, "customer_limit": 0})
        with freeze_time(START):
            lead, customers = self.make_pooled(), self.make_pooled_customers(2)
            self.claim(lead)
            self.claim_customers(customers[0])
            with self.assertRaisesRegex(UserError, "2"):
                self.claim_customers(customers[1])

    def test_most_customers_held(self):
        self.pool.customer_limit = 1
        first = self.make_held_customers()
        with self.assertRaises(UserError):
            self.make_held_customers()
        product = self.env["product.product"].create({"name": "设备", "type": "service"})
        order = self.env["sale.order"].create(
            {"partner_id": first.child_ids.id, "order_line": [(0, 0, {"product_id": product.id})]}
        )
        order.action_confirm()
        self.make_held_customers()

    def test_locks_are_one_over_leads_and_customers(self):
        self.pool.lock_limit = 1
        lead, customer = self.make_held(), self.make_held_customers(grade="A")
        customer.with_user(self.rep).action_pool_lock()
        with self.assertRaisesRegex(UserError, "1"):
            lead.with_user(self.rep).action_pool_lock()
        self.recycle_customers(START + timedelta(days=40))
        self.assertEqual(customer.pool_state, "owned")

    def test_cooldown_and_rest(self):
        self.pool.write({"cooldown_days": 7, "freeze_days": 1})
        customer = self.make_held_customers()
        with freeze_time(START + timedelta(days=1)):
            customer.with_user(self.rep).action_pool_release("x")
        with freeze_time(START + timedelta(days=1, hours=2)), self.assertRaises(UserError):
            self.claim_customers(customer, self.rep_2)
        with freeze_time(START + timedelta(days=3)):
            with self.assertRaises(UserError):
                self.claim_customers(customer, self.rep)
            self.claim_customers(customer, self.rep_2)
            with self.assertRaises(UserError):
                customer.with_user(self.rep_2).action_pool_transfer(self.rep.id, "back")

    def test_a_condition_of_the_pool(self):
        industry = self.env["res.partner.industry"].create({"name": "汽车模具"})
        self.env["crm.pool.exemption"].create({"pool_id": self.pool.id, "subject": "industry", "value": "汽车模具"})
        kept, gone = self.make_held_customers(2, grade="A")
        kept.industry_id = industry
        self.recycle_customers(START + timedelta(days=30))
        self.assertEqual((kept | gone).mapped("pool_state"), ["owned", "pooled"])

    def test_warned_before(self):
        customer = self.make_held_customers(grade="A")
        with freeze_time(customer.recycle_deadline - timedelta(days=2)):
            self.env["res.partner"]._pool_warn_soon(self.pool, lambda _count: True)
        self.assertTrue(customer.recycle_warned)
        self.assertEqual(customer.activity_ids.user_id, self.rep)

    # -- leaving, merging, the whole life ---------------------------------------------------------------

    def test_who_leaves_leaves_his_customers(self):
        held, busy, free = self.make_held_customers(3)
        free._pool_move("release", {self.nobody: free}, "x")
        free._pool_move("claim", {self.rep: free}, "")
        outside = self.env["res.partner"].create({"name": "无池客户", "is_company": True, "user_id": self.rep.id})
        lead = self.make_leads(user_id=self.rep.id, partner_id=held.id)
        self.env["crm.pool.exemption"].create({"pool_id": self.pool.id, "subject": "city", "value": "昆山"})
        busy.city = "昆山"
        self.env.company.merchant_leaver_mode = "pool"
        self.rep.active = False
        supervisor = self.users["sales_supervisor"]
        self.assertEqual((held | free).mapped("pool_state"), ["pooled", "pooled"])
        self.assertEqual((lead.pool_state, lead.user_id), ("pooled", self.nobody))
        self.assertEqual(busy.user_id, supervisor, "something goes on with them")
        self.assertEqual(outside.user_id, supervisor, "no pool takes the region")
        self.assertEqual(self.env["res.users"]._cron_merchant_stragglers(), {})

    def test_whole_life(self):
        customer = self.make_held_customers()
        with freeze_time(START + timedelta(days=10)):
            customer.with_user(self.rep).action_pool_transfer(self.rep_2.id, "x")
        action = customer.with_user(self.rep_2).action_open_pool_ledger()
        rows = self.env["crm.pool.ledger"].search(action["domain"], order="seq")
        with freeze_time(START + timedelta(days=14)):
            self.assertEqual([round(row.days_held, 1) for row in rows if row.to_uid], [10.0, 4.0])
        self.assertEqual(customer.pool_ledger_count, len(rows))
        # the button counts what its list shows
        counts = {}
        for role in ("sales_rep_2", "sales_supervisor", "hq_commerce"):
            mine = customer.with_user(self.users[role])
            mine.invalidate_recordset()
            listed = self.env["crm.pool.ledger"].with_user(self.users[role]).search_count(action["domain"])
            counts[role] = listed
            self.assertEqual(mine.pool_ledger_count, listed, role)
        self.assertLess(counts["sales_rep_2"], counts["sales_supervisor"])
        clerk = customer.with_user(self.users["finance_clerk"])
        clerk.invalidate_recordset()
        self.assertEqual(clerk.pool_ledger_count, 0, "who may not read the ledger opens nothing")
        self.assertNotIn("1381200", "".join(rows.mapped(lambda row: f"{row.res_name}{row.reason}{row.dropped_todos}")))

    def test_merging_keeps_who_stays_with_his_holder(self):
        wizard = self.env["base.partner.merge.automatic.wizard"]
        mine = self.make_held_customers()
        theirs = self.make_held_customers(user=self.rep_2)
        lying = self.make_pooled_customers()
        plain = self.make_customers()
        wizard._merge((mine | theirs).ids, mine)
        self.assertEqual((mine.user_id, mine.pool_state, mine.region_id), (self.rep, "owned", self.east))
        self.assertEqual(self.rows(self.env["res.partner"].browse(theirs.id))[-1].event, "merge")
        wizard._merge((lying | plain).ids, plain)
        self.assertEqual((plain.pool_state, plain.pool_id, plain.user_id), ("pooled", self.pool, self.nobody))
        self.rep.group_ids += self.env.ref("base.group_partner_manager")
        other = self.make_customers(email="info0@hengrui.example")
        with self.assertRaises(AccessError):
            wizard.with_user(self.rep)._merge((plain | other).ids, other)

    # -- pool to pool -----------------------------------------------------------------------------------

    def test_from_pool_to_pool(self):
        target = self.pool.copy({"name": "Target", "region_ids": False, "member_ids": [], "admin_ids": False})
        self.pool.freeze_days = target.freeze_days = 3
        customers, leads = self.make_pooled_customers(2), self.make_pooled(12)
        held = self.make_held_customers()
        manager = self.users["region_manager"]
        for records in (customers, leads):
            for role in ("sales_rep", "sales_supervisor", "marketing", "hq_commerce"):
                with self.subTest(role), self.assertRaises(AccessError), self.env.cr.savepoint():
                    records.with_user(self.users[role]).action_pool_change(target.id, "x")
            with self.assertRaises(UserError), self.env.cr.savepoint():
                records.with_user(manager).action_pool_change(target.id, " ")
            records.with_user(manager).action_pool_change(target.id, "new office")
            self.assertEqual(records.pool_id, target)
            self.assertEqual(set(records.mapped("pool_state")), {"pooled"})
            row = self.rows(records[0])[-1]
            self.assertEqual((row.event, row.pool_ref), ("move", target.id))
            self.assertIn("new office", row.reason)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            held.with_user(manager).action_pool_change(target.id, "x")
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            customers.with_user(manager).action_pool_change(self.pool.id, "back: not his pool any more")
        wizard = self.env["crm.pool.change"].with_user(self.users["suite_admin"])
        wizard = wizard.with_context(active_model="crm.pool", active_ids=target.ids)
        wizard = wizard.create({"pool_id": self.pool.id, "reason": "closed"})
        self.assertEqual(wizard.record_count, 14)
        wizard.action_move()
        self.assertEqual((customers.pool_id, leads.pool_id), (self.pool, self.pool))

    def test_a_pool_that_holds_something_is_not_archived(self):
        target = self.pool.copy({"name": "Target", "region_ids": False})
        lying, held, customer = self.make_pooled(2), self.make_held(), self.make_held_customers()
        lost = self.make_held()
        lost.action_set_lost()
        held.with_user(self.rep).action_pool_lock()
        admin = self.users["suite_admin"]
        pool = self.pool.with_user(admin)
        for call in (pool.action_archive, lambda: pool.write({"active": False})):
            with self.assertRaisesRegex(UserError, "2 .*3 "), self.env.cr.savepoint():
                call()
        for role in ("sales_rep", "sales_supervisor", "hq_commerce"):
            with self.subTest(role), self.assertRaises(AccessError), self.env.cr.savepoint():
                self.pool.with_user(self.users[role]).action_pool_empty(target.id, "x")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            pool.action_pool_empty(target.id, " ")
        wizard = self.env["crm.pool.change"].with_user(admin).with_context(active_model="crm.pool", active_ids=pool.ids)
        wizard = wizard.create({"pool_id": target.id, "reason": "closed"})
        self.assertEqual(wizard.record_count, 5)
        wizard.action_move()
        self.assertEqual((lying | held | lost).pool_id | customer.pool_id, target)
        self.assertEqual((held.user_id, held.pool_state, held.pool_locked), (self.rep, "owned", True))
        self.assertEqual((customer.user_id, customer.pool_state), (self.rep, "owned"))
        pool.action_archive()
        self.assertFalse(self.pool.active)
        self.assertFalse(target.copy({"name": "Empty", "active": False}).active)

    def test_rows_of_a_pool_stay_in_it(self):
        """A region manager administers one pool; with its rows he must not reach into another."""
        manager = self.users["region_manager"]
        other = self.pool.copy({"name": "Other", "admin_ids": False, "member_ids": []})
        member = self.pool.member_ids[0]
        exemption = self.env["crm.pool.exemption"].create({"pool_id": self.pool.id, "subject": "grade", "value": "A"})
        for row in (member, exemption):
            for user in (manager, self.users["suite_admin"]):
                with self.subTest(row._name), self.assertRaises(UserError), self.env.cr.savepoint():
                    row.with_user(user).write({"pool_id": other.id})
        foreign = self.env["crm.pool.exemption"].create({"pool_id": other.id, "subject": "grade", "value": "B"})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.pool.with_user(manager).write({"exemption_ids": [(4, foreign.id)]})
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.env["crm.pool.exemption"].with_user(manager).create(
                {"pool_id": other.id, "subject": "grade", "value": "A"}
            )
        exemption.with_user(manager).write({"value": "B", "pool_id": self.pool.id})

    def test_swaps_are_reported(self):
        self.pool.cooldown_days = 7
        customer, honest = self.make_held_customers(2)
        supervisor = self.users["sales_supervisor"]
        with freeze_time(START + timedelta(days=1)):
            (customer | honest).with_user(self.rep).action_pool_release("x")
            self.claim_customers(customer | honest, self.rep_2)
        with freeze_time(START + timedelta(days=2)):
            customer.with_user(supervisor).action_pool_transfer(self.rep.id, "his again")
        with freeze_time(START + timedelta(days=12)):
            honest.with_user(supervisor).action_pool_transfer(self.rep.id, "much later")
        swaps = self.env["crm.pool.swap"]
        swap = swaps.with_user(supervisor).search([])
        self.assertEqual(
            (swap.res_id, swap.holder_name, swap.between_name), (customer.id, self.rep.name, self.rep_2.name)
        )
        self.assertEqual((round(swap.days), swap.cooldown_days, swap.actor_name), (1, 7, supervisor.name))
        self.assertEqual(swap.with_user(supervisor).action_open_life()["res_model"], "crm.pool.ledger")
        with self.assertRaises(AccessError):
            swaps.with_user(self.rep).search([])
        with self.assertRaises(AccessError):
            swap.with_user(supervisor).write({"reason": "x"})
