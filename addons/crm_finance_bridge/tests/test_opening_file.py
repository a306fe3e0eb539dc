"""Open items from a sheet as accountants have it: whatever product, titles, totals and all."""

from datetime import date, timedelta
from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, tagged

from ..lib.open_items import amount_of, day_of, read_items
from .test_opening import TestOpening
from .test_preview import xlsx

EXPORT = (
    ("应收明细账", "", "", "", "", "", ""),
    ("核算单位: 示例公司", "", "", "", "", "", ""),
    ("", "", "", "", "", "", ""),
    ("客户名称", "客户编码", "单据类型", "单据号", "单据日期", "原币余额（元）", "币种"),
    ("苏州华芯", "KH0042", "应收单", "AR0001", "2026/1/5", "1,130.00", "CNY"),
    ("苏州华芯", "KH0042", "收款单", "SK0001", "20260106", "(30.00)", ""),
    ("苏州华芯 小计", "", "", "", "", "1,100.00", ""),
    ("合计", "", "", "", "", "1,100.00", ""),
)


@tagged("post_install", "-at_install")
class TestOpenItems(BaseCase):
    def test_an_export_with_a_title_and_totals(self):
        items, unread = read_items(EXPORT)
        self.assertFalse(unread)
        self.assertEqual(
            [(item.row, item.customer, item.number, item.day, item.amount, item.currency) for item in items],
            [
                (5, "KH0042", "AR0001", date(2026, 1, 5), Decimal("1130.00"), "CNY"),
                (6, "KH0042", "SK0001", date(2026, 1, 6), Decimal("-30.00"), ""),
            ],
        )

    def test_without_headings_that_tell_the_order_counts(self):
        items, unread = read_items((("a", "b", "c", "d", "e"), ("KH1", "AR1", "2026-01-05", "5", "cny")))
        self.assertEqual((items[0].customer, items[0].amount, items[0].currency, unread), ("KH1", 5, "CNY", []))

    def test_what_cannot_be_read_is_named_and_nothing_is_guessed(self):
        heading = ("客户编码", "单号", "日期", "余额")
        good = ("KH1", "AR1", "2026-01-05", "5")
        bad = (("KH1", "AR2", "soon", "5"), ("KH1", "AR3", "2026-02-30", "5"), ("KH1", "AR4", "2026-01-05", "x"),
               ("KH1", "AR5", "2026-01-05", ""), ("", "AR6", "2026-01-05", "5"), ("KH1", "", "", "NaN"))  # fmt: skip
        items, unread = read_items((heading, good, *bad, ("",) * 4, (*good[:3], "1.1368e-13")))
        self.assertEqual([item.number for item in items], ["AR1"])
        self.assertEqual(unread, [3, 4, 5, 6, 7, 8])

    def test_a_customer_called_total_is_a_customer(self):
        items, _unread = read_items((("客户编码", "单号", "日期", "余额"), ("TOTAL-1", "AR1", "2026-01-05", "5")))
        self.assertEqual([item.customer for item in items], ["TOTAL-1"])

    def test_amounts(self):
        for text, amount in (("1,234.50", "1234.50"), ("￥5", "5"), ("（5.00）", "-5"), ("5.00-", "-5"), ("-5", "-5")):
            self.assertEqual(amount_of(text), Decimal(amount))
        for text in ("", "-", "()", "(-5)", "--5", "1e400000000", "Infinity", "五"):
            with self.subTest(text), self.assertRaises(ValueError):
                amount_of(text)

    def test_days(self):
        for text in ("2026-01-31", "2026/1/31", "2026.1.31", "20260131", "2026年1月31日", "2026-01-31 00:00:00"):
            self.assertEqual(day_of(text), date(2026, 1, 31))
        for text in ("", "31.1.2026", "2026111", "2026-13-01", "46053", "2026-01-31 25:00:00"):
            with self.subTest(text), self.assertRaises(ValueError):
                day_of(text)


@tagged("post_install", "-at_install")
class TestOpeningFile(TestOpening):
    def load(self, *rows):
        wizard = self.env["finance.opening.import"].with_user(self.clerk)
        return wizard.create({"connection_id": self.connection.id, "file": xlsx(*rows)})

    def rows(self, amount, customer="KH0042"):
        day = (self.today - timedelta(days=9)).isoformat()
        return *EXPORT[:4], ("苏州华芯", customer, "应收单", "AR0001", day, amount, "CNY"), ("合计",)

    def test_the_file_is_shown_before_it_is_taken(self):
        total = self.before.amount_total
        preview = self.load(*self.rows(total + 5, "KH9")).preview
        self.assertFalse(self.connection.opening_ids)
        for text in ("1 open items of 1 customers", "difference 5.00", f"{total:,.2f} here", "1 (KH9)"):
            self.assertIn(text, preview)
        self.assertIn("difference 0.00", self.load(*self.rows(total)).preview)

    def test_a_browser_saves_the_file_and_reads_what_it_says(self):
        """The form is saved before its button is pressed, and reads sizes in the place of files."""
        wizard = self.env["finance.opening.import"].with_user(self.clerk)
        values = {"connection_id": self.connection.id, "file": xlsx(*self.rows(self.before.amount_total))}
        saved = wizard.web_save(values, {"file": {}, "preview": {}})
        self.assertIn("difference 0.00", saved[0]["preview"])
        wizard.browse(saved[0]["id"]).action_import()
        self.assertEqual(self.connection.opening_ids.mapped("state"), ["matched"])

    def test_a_sheet_whose_headings_say_nothing_is_told_which_are_needed(self):
        wizard = self.load(("往来", "名称", "编号", "时间", "数"), ("KH1", "华芯", "AR1", "2026-01-05", "5"))
        self.assertIn("headings", wizard.preview)
        with self.assertRaises(UserError):
            wizard.action_import()

    def test_a_file_that_agrees_to_the_cent_lets_any_product_start(self):
        self.load(*self.rows(self.before.amount_total - 0.01)).action_import()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.wizard().action_confirm()
        self.load(*self.rows(self.before.amount_total)).action_import()
        self.assertEqual(self.connection.opening_ids.mapped("state"), ["matched"])
        self.wizard().action_confirm()
        self.assertEqual(self.connection.state, "on")
        # what was agreed is not replaced by another file
        with self.assertRaises(UserError):
            self.load(*self.rows(1)).action_import()

    def test_nothing_is_taken_from_a_file_with_a_bad_row(self):
        rows = self.rows(self.before.amount_total)
        for why, bad in (
            ("date", ("x", "KH1", "", "AR2", "soon", "5", "")),
            ("currency", ("x", "KH1", "", "AR2", "2026-01-05", "5", "XXX")),
            ("amount", ("x", "KH1", "", "AR2", "2026-01-05", "five", "")),
            ("customer", ("x", "", "", "AR2", "2026-01-05", "5", "")),
        ):
            wizard = self.load(*rows, bad)
            self.assertIn("row 7", wizard.preview)
            self.assertIn(why, wizard.preview.partition("row 7")[2].partition(":")[0])
            with self.assertRaises(UserError):
                wizard.action_import()
        with self.assertRaises(UserError):
            self.load(*EXPORT[:4]).action_import()
        self.assertFalse(self.connection.opening_ids)

    def test_only_who_keeps_the_books_may(self):
        wizard = self.load(*self.rows(1))
        with self.assertRaises(AccessError):
            wizard.with_user(self.rep).action_import()
