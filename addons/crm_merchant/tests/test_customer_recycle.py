from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .customer_common import CustomerCase
from .test_pool_recycle import START


@tagged("post_install", "-at_install")
class TestCustomerRecycle(CustomerCase):
    """What keeps a customer with its holder and what takes it away, in common with his leads."""

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
