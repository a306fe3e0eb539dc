"""What counts as open on the day of the start, and what matches what."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..clients.errors import NotSent
from .fake_erp import FakeAdapter
from .test_opening import TestOpening
from .test_preview import xlsx


@tagged("post_install", "-at_install")
class TestOpeningRules(TestOpening):
    def items(self):
        return [(item.state, item.number, item.move_id.id) for item in self.connection.opening_ids.sorted("id")]

    def other(self, amount, **vals):
        return self.invoice(amount, invoice_date=self.today - timedelta(days=5), **vals)

    # -- what is open here ------------------------------------------------------------------

    def test_only_posted_items_of_the_company_before_the_day_count(self):
        self.other(10, post=False)
        self.invoice(20, invoice_date=self.today)
        elsewhere = self.other(30)
        company = self.env["res.company"].create({"name": "另一家"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET company_id = %s WHERE move_id = %s", [company.id, elsewhere.id]
        )
        self.env.invalidate_all()
        found = self.connection._opening_ours(self.today)
        self.assertEqual([item["move_id"] for item in found], [self.before.id])

    def test_a_contact_owes_as_his_company(self):
        contact = self.env["res.partner"].create({"name": "王会计", "parent_id": self.partner.id})
        move = self.other(10, partner=contact)
        found = {item["move_id"]: item["partner_id"] for item in self.connection._opening_ours(self.today)}
        self.assertEqual(found[move.id], self.partner.id)

    # -- what matches what ------------------------------------------------------------------

    def test_the_same_number_with_another_amount_is_the_same_document(self):
        self.read_there(self.item(1, number=self.before.name))
        self.assertEqual(self.items(), [("amount", self.before.name, self.before.id)])

    def test_a_document_matches_once(self):
        total = self.before.amount_total
        self.read_there(self.item(total, "AR1"), self.item(total, "AR2"))
        self.assertEqual(self.items(), [("matched", "AR1", self.before.id), ("missing_here", "AR2", False)])

    def test_more_digits_than_the_currency_has_are_rounded(self):
        self.read_there(self.item(self.before.amount_total + 0.001))
        self.assertEqual(self.items(), [("matched", "AR0001", self.before.id)])

    def test_comparing_again_compares_the_same(self):
        self.read_there(self.item(7, "AR9"))
        expected = [("missing_here", "AR9", False), ("missing_there", False, self.before.id)]
        self.assertEqual(self.items(), expected)
        self.connection.with_user(self.clerk).action_opening()
        self.assertEqual(self.items(), expected)

    def test_it_is_read_as_of_the_evening_before(self):
        asked = []
        with patch.object(FakeAdapter, "read_open_items", lambda _adapter, day: asked.append(day) or []):
            self.connection.with_user(self.clerk).action_opening(self.today)
            self.connection.with_user(self.clerk).action_read_opening()
        self.assertEqual(asked, [self.today - timedelta(days=1)])

    def test_a_file_names_currencies(self):
        day = (self.today - timedelta(days=9)).isoformat()
        wizard = self.env["finance.opening.import"].with_user(self.clerk)
        rows = [("客户", "单号", "日期", "金额", "币别"), ("KH0042", "AR1", day, "5", "usd")]
        wizard.create({"connection_id": self.connection.id, "file": xlsx(*rows)}).action_import()
        item = self.connection.opening_ids.filtered("number")
        self.assertEqual(item.currency_id, self.env.ref("base.USD"))

    # -- what lets it start -----------------------------------------------------------------

    def refused(self):
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.wizard().action_confirm()

    def test_a_customer_s_sum_decides(self):
        self.other(50)
        first, second = (item["amount"] for item in self.connection._opening_ours(self.today))
        self.read_there(self.item(first + 5, "AR1"), self.item(second - 5, "AR2"))
        self.assertIn("missing_here", self.connection.opening_ids.mapped("state"))
        self.wizard().action_confirm()
        self.assertEqual(self.connection.state, "on")

    def test_unknown_customers_whose_items_come_to_nothing_are_still_unknown(self):
        self.read_there(self.item(self.before.amount_total), self.item(5, "AR8", "KH9"), self.item(-5, "AR9", "KH9"))
        self.refused()

    def test_it_is_agreed_once(self):
        self.read_there(self.item(self.before.amount_total))
        self.wizard().action_confirm()
        agreed, rows = self.connection.opened_at, self.connection.opening_ids
        self.connection._switch("off")
        self.other(99)
        self.connection.with_user(self.clerk).action_opening()
        self.wizard().action_confirm()
        self.assertEqual((self.connection.state, self.connection.opened_at), ("on", agreed))
        self.assertEqual(self.connection.opening_ids, rows)

    def test_who_is_not_reached_is_said_to(self):
        with patch.object(FakeAdapter, "read_open_items", side_effect=NotSent("unreachable", reason="connect")):
            action = self.connection.with_user(self.clerk).action_read_opening()
        self.assertEqual(action["params"]["type"], "danger")
        self.assertTrue(action["params"]["message"])
        with patch.object(FakeAdapter, "read_open_items", lambda *_args: None):
            action = self.connection.with_user(self.clerk).action_read_opening()
        self.assertEqual(action["params"]["type"], "warning")
