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
