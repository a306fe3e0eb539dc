from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged

from .customer_common import CustomerCase
from .test_pool_recycle import START


@tagged("post_install", "-at_install")
class TestPoolRuleQueries(CustomerCase):
    """What the rules of a pool ask the database for one record and for fifty; a record more may not cost a query more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool.write({"holding_limit": 0, "customer_limit": 0, "extension_limit": 30})

    def assertFlat(self, prepare, call, slack=0):
        """``slack``: what fifty may cost more in all."""
        costs = {}
        for count in (1, 1, 50):
            # the first round fills the caches of the registry
            records = prepare(count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            call(records)
            self.env.flush_all()
            costs[count] = self.env.cr.sql_log_count - before
        self.assertLessEqual(costs[50], costs[1] + slack, costs)

    def test_columns_seen_before_claiming(self):
        self.pool.write({"shows_phone": False, "shows_company": False, "shows_mail": False})
        for make, view in ((self.make_pooled, "crm.pool.lead"), (self.make_pooled_customers, "crm.pool.partner")):
            rows = self.env[view].with_user(self.rep)
            spec = {"company_label": {}, "phone_label": {}, "city": {}, "region_id": {"fields": {"display_name": {}}}}
            with self.subTest(view):
                self.assertFlat(
                    make, lambda made, rows=rows, spec=spec: rows.web_search_read([("id", "in", made.ids)], spec)
                )

    def test_what_does_not_count_as_held(self):
        self.pool.write({"holding_limit": 1000, "customer_limit": 1000})
        for subject, value in (("city", "苏州"), ("tag", "战略客户"), ("grade", "A")):
            self.env["crm.pool.exemption"].create(
                {"pool_id": self.pool.id, "effect": "uncounted", "subject": subject, "value": value}
            )
        # the cap looks at what is held already
        for make, held in ((self.make_pooled, self.make_held), (self.make_pooled_customers, self.make_held_customers)):
            claim = self.claim if make == self.make_pooled else self.claim_customers

            def prepare(count, make=make, held=held):
                held(count, city="苏州")
                return make(1)

            with self.subTest(held.__name__):
                self.assertFlat(prepare, claim)

    def test_next_step(self):
        self.pool.reminds_next = True
        for held in (self.make_held, self.make_held_customers):

            def remind(records):
                with freeze_time(START + timedelta(days=1)):
                    records._next_step_remind(self.pool, lambda _count: True)

            with self.subTest(held.__name__):
                self.assertFlat(held, remind, slack=3)

    def test_days_after_the_last_deal(self):
        self.pool.recycle_days_won = 30

        def prepare(count):
            customers = self.make_held_customers(count)
            for customer in customers:
                self.buy(customer.child_ids, START)
            return customers

        self.assertFlat(prepare, lambda customers: customers._pool_plan())

    def test_idle_lists(self):
        for held, moment in ((self.make_held, START), (self.make_held_customers, START)):
            for whose in ([("user_id", "=", self.rep.id)], [("of_my_people", "=", True)]):

                def look(records, whose=whose, moment=moment):
                    model = records.with_user(self.users["sales_supervisor"] if "of_my" in whose[0][0] else self.rep)
                    with freeze_time(moment + timedelta(days=20)):
                        model.browse().web_search_read(
                            [("user_id", "!=", False), ("idle_days", ">=", 15), *whose, ("id", "in", records.ids)],
                            {"display_name": {}, "idle_days": {}, "last_followup_at": {}},
                        )

                with self.subTest(held.__name__, whose=whose):
                    self.assertFlat(held, look)

    def test_extension_requests(self):
        for held in (self.make_held, self.make_held_customers):

            def ask(records):
                with freeze_time(START):
                    records.with_user(self.rep).action_pool_extension_ask(5, "客户在走内部流程")

            def grant(records):
                with freeze_time(START):
                    records.with_user(self.users["region_manager"]).action_pool_extend(5, "同意")

            for call in (ask, grant):
                with self.subTest(held.__name__, call=call.__name__):
                    self.assertFlat(held, call, slack=3)

    def test_members_of_departments(self):
        department = self.env["hr.department"].create({"name": "Sales"})
        self.pool.department_ids = department
        number = iter(range(1000))

        def hire(count):
            for _hired in range(count):
                user = new_test_user(self.env, f"hired_{next(number)}", groups="crm_merchant.group_sales_rep")
                self.env["hr.employee"].create({"name": user.name, "user_id": user.id, "department_id": department.id})
            return self.pool

        self.assertFlat(hire, lambda pool: pool._cron_departments())
        self.assertEqual(len(self.pool.member_ids), 54)
        self.pool.member_ids.filtered("department_id").user_id.employee_ids.write({"department_id": False})
        before = self.env.cr.sql_log_count
        self.pool._cron_departments()
        self.env.flush_all()
        self.assertEqual(len(self.pool.member_ids), 2)
        self.assertLessEqual(self.env.cr.sql_log_count - before, 60, "fifty-two leave together")
