from odoo.exceptions import UserError
from odoo.tests import tagged

from .customer_common import CustomerCase


@tagged("post_install", "-at_install")
class TestPoolUncounted(CustomerCase):
    """A pool leaves what fits its conditions out of the number that a person may hold."""

    def exempt(self, effect, **vals):
        self.env["crm.pool.exemption"].create({"pool_id": self.pool.id, "effect": effect, **vals})

    def test_what_fits_is_not_counted(self):
        self.pool.write({"claim_limit_day": 0, "holding_limit": 1})
        self.exempt("uncounted", subject="city", value="苏州")
        self.make_held(city="苏州")
        # an empty value is no such city
        self.make_held()
        with self.assertRaises(UserError):
            self.make_held()
        # the cap is full, and still takes what does not count
        self.make_held(city="苏州")

    def test_the_other_effects(self):
        self.pool.write({"claim_limit_day": 0, "holding_limit": 1})
        for effect, counts, stays in (("stays", True, True), ("uncounted", False, False), ("both", False, True)):
            with self.subTest(effect), self.env.cr.savepoint() as savepoint:
                self.exempt(effect, subject="city", value="苏州")
                lead = self.make_held(city="苏州")
                self.assertEqual(lead.pool_exempt, stays)
                if counts:
                    with self.assertRaises(UserError):
                        self.make_held()
                else:
                    self.make_held()
                savepoint.rollback()
                self.env.invalidate_all()

    def test_customers_and_a_condition_turned_round(self):
        self.pool.write({"claim_limit_day": 0, "customer_limit": 1})
        self.exempt("uncounted", subject="city", operator="!=", value="苏州")
        self.make_held_customers()
        self.make_held_customers(city="苏州")
        with self.assertRaises(UserError):
            self.make_held_customers(city="苏州")
