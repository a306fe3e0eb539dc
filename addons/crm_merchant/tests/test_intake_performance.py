from odoo.tests import tagged

from .intake_common import IntakeCase


@tagged("post_install", "-at_install")
class TestIntakePerformance(IntakeCase):
    def queries(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def running(self, count, start):
        batch = self.batch_of(self.rows(count, start))
        batch._set(state="running")
        return batch

    def test_import_costs_no_query_per_row(self):
        self.running(2, 900)._import_step()  # warms caches
        one, fifty = self.running(1, 0), self.running(50, 100)
        cost_of_one = self.queries(one._import_step)
        cost_of_fifty = self.queries(fifty._import_step)
        self.assertLessEqual(cost_of_fifty, cost_of_one + 4, (cost_of_one, cost_of_fifty))

    def test_checking_costs_no_query_per_row(self):
        one, fifty = self.upload(self.rows(1)), self.upload(self.rows(50, 100))
        (one | fifty).sudo()
        for batch in (one, fifty):
            batch.action_read()
        self.upload(self.rows(1, 300)).action_read()
        cost_of_one, cost_of_fifty = self.queries(one.action_check), self.queries(fifty.action_check)
        self.assertLessEqual(cost_of_fifty, cost_of_one, (cost_of_one, cost_of_fifty))

    def test_keys_of_new_leads_cost_nothing(self):
        def make(count, start):
            phones = [f"139{10000000 + start + n}" for n in range(count)]
            return self.env["crm.lead"].create([{"name": phone, "phone": phone} for phone in phones])

        make(1, 0)
        leads = make(50, 1)
        self.env.flush_all()
        self.assertEqual(len(set(leads.mapped("phone_key"))), 50)
        self.assertLessEqual(self.queries(lambda: leads.write({"partner_name": "苏州恒锐机械有限公司"})), 12)

    def test_finding_is_two_queries(self):
        finder = self.env["crm.duplicate.finder"]
        candidates = {n: {"phone_keys": (f"+86139{10000000 + n}",), "company_key": f"某某{n}@"} for n in range(50)}
        finder._find_duplicates(candidates)
        with self.assertQueryCount(2):
            finder._find_duplicates(candidates)
