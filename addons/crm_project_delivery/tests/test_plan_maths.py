from datetime import date
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..lib import plan
from ..lib.references import document_numbers


@tagged("post_install", "-at_install")
class TestPlanMaths(BaseCase):
    def test_build(self):
        for total, percents, digits, expected in [
            ("128000.00", [30, 60, 10], 2, ["38400.00", "76800.00", "12800.00"]),
            ("100.01", [30, 60, 10], 2, ["30.00", "60.01", "10.00"]),
            ("0.01", [30, 60, 10], 2, ["0.00", "0.01", "0.00"]),
            ("0.02", [33.33, 33.33, 33.34], 2, ["0.01", "0.01", "0.00"]),
            ("100.00", [33.33, 33.33, 33.34], 2, ["33.33", "33.33", "33.34"]),
            ("99999999999.99", [33.33, 33.33, 33.34], 2, ["33330000000.00", "33330000000.00", "33339999999.99"]),
            ("1001", [30, 60, 10], 0, ["300", "601", "100"]),
            ("10.00", [50, 50, 0], 2, ["5.00", "5.00", "0.00"]),
            (12.3, [100.0], 2, ["12.30"]),
        ]:
            with self.subTest(total=total, percents=percents):
                amounts = plan.build(total, percents, digits)
                self.assertEqual(amounts, [Decimal(amount) for amount in expected])
                self.assertEqual(sum(amounts), plan.exact(total))

    def test_build_refuses(self):
        for total, percents, code in [
            ("100.00", [30, 60], "percent_sum"),
            ("100.00", [30, 60, 10.01], "percent_sum"),
            ("100.00", [], "empty"),
            ("100.00", [110, -10], "percent_negative"),
            ("0", [100], "total"),
            ("-5", [100], "total"),
            ("1.005", [100], "digits"),
            ("NaN", [100], "not_a_number"),
            ("a", [100], "not_a_number"),
            (True, [100], "not_a_number"),
        ]:
            with self.subTest(total=total, percents=percents), self.assertRaises(plan.PlanError) as caught:
                plan.build(total, percents)
            self.assertEqual(caught.exception.code, code)

    def test_percents_of_the_orm_are_exact(self):
        # 0.1 + 0.2 != 0.3 as floats
        self.assertEqual(plan.percent_sum([33.3, 33.3, 33.4]), 100)
        self.assertEqual(plan.percent_sum([10.1] * 9 + [9.1]), 100)

    def test_replan_keeps_what_is_fixed(self):
        share = plan.Share
        for total, shares, expected in [
            # the contract grew by 12 000 after the deposit was invoiced
            ("140000", [share(30, "38400"), share(60, None), share(10, None)], ["38400", "87085.71", "14514.29"]),
            ("128000", [share(30, "38400"), share(60, "76800"), share(10, None)], ["38400", "76800", "12800"]),
            ("38400", [share(30, "38400"), share(60, None)], ["38400", "0"]),
            ("100", [share(0, None), share(5, None)], ["0", "100"]),
            ("100", [share(50, "50"), share(50, "50")], ["50", "50"]),
        ]:
            with self.subTest(total=total):
                amounts = plan.replan(total, shares)
                self.assertEqual(amounts, [Decimal(amount) for amount in expected])
                self.assertEqual(sum(amounts), Decimal(total))
        for total, shares, code in [
            ("10", [share(30, "38400"), share(70, None)], "overdrawn"),
            ("100", [share(50, "50"), share(0, None)], "no_open_row"),
            ("100", [share(50, "50")], "no_open_row"),
        ]:
            with self.subTest(code=code), self.assertRaises(plan.PlanError) as caught:
                plan.replan(total, shares)
            self.assertEqual(caught.exception.code, code)

    def test_allocate_oldest_first(self):
        rows = [
            plan.Open(date(2026, 3, 1), "100"),
            plan.Open(None, "50"),
            plan.Open(date(2026, 1, 1), "30.50"),
            plan.Open(date(2026, 2, 1), "0"),
        ]
        for receipt, expected, rest in [
            ("10", ["0", "0", "10", "0"], "0"),
            ("30.50", ["0", "0", "30.50", "0"], "0"),
            ("100", ["69.50", "0", "30.50", "0"], "0"),
            ("180.51", ["100", "50", "30.50", "0"], "0.01"),
        ]:
            with self.subTest(receipt=receipt):
                parts, left = plan.allocate(receipt, rows)
                self.assertEqual(parts, [Decimal(part) for part in expected])
                self.assertEqual(left, Decimal(rest))
        with self.assertRaises(plan.PlanError):
            plan.allocate("0", rows)

    def test_document_numbers(self):
        for text, expected in [
            ("付HT2026-0001定金", ["HT2026-0001"]),
            ("ＨＴ２０２６－０００１", ["HT2026-0001"]),
            ("货款 inv/2026/00012, S00045", ["INV/2026/00012", "S00045"]),
            ("合同HT2026—0001。", ["HT2026-0001"]),
            ("货款 12 万元 ABC", []),
            (None, []),
        ]:
            with self.subTest(text=text):
                self.assertEqual(document_numbers([text]), expected)
