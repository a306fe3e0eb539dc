from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .customer_common import CustomerCase
from .test_pool_recycle import START


@tagged("post_install", "-at_install")
class TestCustomerFacts(CustomerCase):
    """What the core says of a customer and of a person."""

    def signals(self, customers, days, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        with freeze_time(START + timedelta(days=days)):
            found = customers.with_user(user or self.rep)._merchant_risk_signals()
        return {(signal["partner_id"], signal["code"]): signal for signal in found}

    def test_signals(self):
        customer, busy = self.make_held_customers(2, grade="A")
        with freeze_time(START + timedelta(days=7)):
            busy._followup_fact("call", "x", busy)
        self.assertFalse(self.signals(customer | busy, 7))
        found = self.signals(customer | busy, 8)
        self.assertEqual(set(found), {(customer.id, "silent")})
        self.assertEqual(
            (found[customer.id, "silent"]["level"], found[customer.id, "silent"]["at"]), ("warning", START)
        )
        self.assertIn("8", found[customer.id, "silent"]["text"])
        found = self.signals(customer.child_ids, 14)
        self.assertEqual(found[customer.id, "pool_soon"]["level"], "warning", "a contact stands for its company")
        self.assertEqual(self.signals(customer, 30)[customer.id, "pool_soon"]["level"], "danger")
        customer._pool_set_lock(True)
        self.assertNotIn((customer.id, "pool_soon"), self.signals(customer, 14))
        self.east.is_scoped = True
        self.assertFalse(self.signals(customer, 14, self.rep_2), "hidden from him")

    def test_signals_of_many_in_few_queries(self):
        costs = []
        for count in (1, 50):
            customers = self.make_held_customers(count)
            self.signals(customers, 50)
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            with freeze_time(START + timedelta(days=50)):
                self.assertEqual(len(customers.with_user(self.rep)._merchant_risk_signals()), count)
            costs.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(costs[1], costs[0] + 2)

    def test_the_section_of_the_core(self):
        customer = self.make_held_customers(grade="A")
        lead = self.make_leads(user_id=self.rep.id, partner_id=customer.child_ids.id)
        self.make_leads(user_id=self.rep_2.id, partner_id=customer.id)
        with freeze_time(START + timedelta(days=1)):
            section = customer.with_user(self.rep)._merchant_360_sections()[-1]
        values = {row["label"]: row for row in section["rows"]}
        self.assertEqual(section["code"], "holding")
        self.assertEqual(values[self.env._("Held By")]["value"], self.rep.name)
        self.assertTrue(any(row.get("res_ids") == lead.ids for row in section["rows"]), "his own leads only")
        customer._pool_move("release", {self.nobody: customer}, "x")
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            customer.with_user(self.rep)._merchant_360_sections()

    def test_what_is_in_a_persons_hands(self):
        customer = self.make_held_customers()
        lead = self.make_leads(user_id=self.rep.id)
        todo = lead.activity_schedule("mail.mail_activity_data_call", user_id=self.rep.id)
        coming, past = self.env["calendar.event"].create(
            [
                {"name": "x", "user_id": self.rep.id, "start": day, "stop": day + timedelta(hours=1)}
                for day in (START + timedelta(days=9), START - timedelta(days=9))
            ]
        )
        self.env.company.merchant_leaver_mode = False
        with freeze_time(START):
            items = self.rep._merchant_handover_items()
        self.assertLessEqual(customer, items["res.partner"])
        self.assertLessEqual(lead, items["crm.lead"])
        self.assertIn(todo, items["mail.activity"])
        self.assertIn(coming, items["calendar.event"])
        self.assertNotIn(past, items["calendar.event"])
        self.assertEqual(items["crm.pool.member"], self.pool.member_ids.filtered(lambda m: m.user_id == self.rep))
        self.assertFalse(items["crm.pool"])
        with freeze_time(START):
            self.assertEqual(self.manager._merchant_handover_items()["crm.pool"], self.pool)
