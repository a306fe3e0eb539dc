from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .customer_common import CustomerCase
from .test_pool_recycle import START


@tagged("post_install", "-at_install")
class TestPoolColumns(CustomerCase):
    """Each pool chooses what its members see before they claim."""

    def setUp(self):
        super().setUp()
        self.source = self.env["utm.source"].create({"name": "Alibaba"})
        self.lead = self.make_pooled(
            phone="+86 138-1200-8866",
            contact_name="沈立群",
            partner_name="恒锐机械",
            city="苏州",
            source_id=self.source.id,
            expected_revenue=70000,
        )
        self.rows = self.env["crm.pool.lead"].with_user(self.rep)

    def row(self):
        self.env.invalidate_all()
        return self.rows.search([("id", "=", self.lead.id)])

    def test_a_column_that_is_not_shown_is_nowhere(self):
        for field, column, value in (
            ("shows_contact", "contact_label", "沈**"),
            ("shows_phone", "phone_label", "138****66"),
            ("shows_state", "state_id", self.jiangsu.id),
            ("shows_city", "city", "苏州"),
            ("shows_source", "source_id", self.source.id),
            ("shows_amount", "expected_revenue", 70000),
        ):
            with self.subTest(field):
                self.assertTrue(self.row()[column])
                self.assertEqual(self.rows.search([(column, "=", value)]).ids, self.lead.ids)
                self.pool[field] = False
                self.assertFalse(self.row()[column])
                self.assertFalse(self.rows.search([(column, "=", value)]))
                if column != "expected_revenue":
                    self.assertFalse(self.rows._read_group([("id", "=", self.lead.id)], [column], ["__count"])[0][0])

    def test_a_hidden_company_has_a_number_for_a_name(self):
        self.pool.write({"shows_company": False, "freeze_days": 2})
        row = self.row()
        self.assertNotIn("恒锐", f"{row.read()} {row.display_name}")
        self.assertIn(str(self.lead.id), row.display_name)
        self.assertFalse(self.rows.name_search("恒锐"))
        # nor does a refusal name it
        held = self.make_held(partner_name="恒锐电机")
        with freeze_time(START):
            held.with_user(self.rep).action_pool_release("no need")
        with freeze_time(START), self.assertRaises(UserError) as refused:
            self.rows.with_user(self.rep_2).browse(held.ids).action_pool_claim()
        self.assertNotIn("恒锐", str(refused.exception))

    def test_a_hidden_phone_is_found_by_nothing(self):
        number = [("whole_phone", "=", "13812008866")]
        self.assertEqual(self.rows.search(number).ids, self.lead.ids)
        self.pool.shows_phone = False
        self.assertFalse(self.rows.search(number))

    def test_one_pool_says_nothing_about_another(self):
        other = self.pool.copy({"name": "South", "region_ids": [(6, 0, self.south.ids)], "shows_city": False})
        other.member_ids = [(0, 0, {"user_id": self.rep.id})]
        hidden = self.make_leads(city="深圳", state_id=self.guangdong.id)
        hidden._pool_move("enter", {self.nobody: hidden}, "new")
        self.assertEqual(hidden.pool_id, other)
        rows = self.rows.search([("id", "in", (self.lead | hidden).ids)])
        self.assertEqual({row.id: row.city for row in rows}, {self.lead.id: "苏州", hidden.id: False})

    def test_customers_too(self):
        customer = self.make_pooled_customers(city="苏州")
        rows = self.env["crm.pool.partner"].with_user(self.rep)
        row = rows.search([("id", "=", customer.id)])
        self.assertEqual((row.phone_label, row.mail_label[:1], row.merchant_grade), ("138****00", "i", "C"))
        self.pool.write(dict.fromkeys(["shows_company", "shows_phone", "shows_mail", "shows_grade"], False))
        self.env.invalidate_all()
        row = rows.search([("id", "=", customer.id)])
        self.assertEqual((row.phone_label, row.mail_label, row.merchant_grade), (False, False, False))
        self.assertNotIn("恒锐", row.display_name)
        self.assertFalse(rows.search([("whole_phone", "=", customer.phone)]))
        self.assertEqual(row.city, "苏州")

    @mute_logger("odoo.sql_db")
    def test_at_least_two_columns_stay(self):
        shown = [name for name in self.pool._fields if name.startswith("shows_")]
        for kept in (["shows_city"], ["shows_contact", "shows_source"], ["shows_mail", "shows_grade"]):
            with self.subTest(kept), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.pool.write({**dict.fromkeys(shown, False), **dict.fromkeys(kept, True)})
                self.env.flush_all()
        self.pool.write({**dict.fromkeys(shown, False), "shows_city": True, "shows_region": True})
        self.env.flush_all()
