from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import CHAIN, ApprovalCase

PARTS = [("text", "QT-"), ("region", "00"), ("user", "XX"), ("text", "-"), ("year", ""), ("month", ""), ("counter", "")]


@tagged("post_install", "-at_install")
class TestQuoteNumbering(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.users["suite_admin"]

    def rule(self, parts=PARTS, reset="month", turn_on=True, **vals):
        rule = (
            self.env["sale.quote.numbering"]
            .with_user(self.admin)
            .create(
                {
                    "reset": reset,
                    "part_ids": [
                        Command.create({"sequence": number, "kind": kind, "text": text})
                        for number, (kind, text) in enumerate(parts)
                    ],
                    **vals,
                }
            )
        )
        if turn_on:
            rule.action_turn_on()
        return rule

    def test_off_until_turned_on(self):
        before = self.quote(10)
        rule = self.rule(turn_on=False)
        self.assertFalse(rule.active)
        self.assertFalse(self.quote(10).name.startswith("QT-"))
        name = before.name
        rule.action_turn_on()
        self.assertTrue(self.quote(10).name.startswith("QT-"))
        self.assertEqual(before.name, name)
        rule.action_turn_off()
        self.assertFalse(self.quote(10).name.startswith("QT-"))

    def test_parts(self):
        self.rule(code_ids=[Command.create({"user_id": self.rep.id, "code": "ZW"})])
        region = self.env["crm.region"].create({"name": "Test East", "code": "EC"})
        self.world["partner"]._through_door("region_id").write({"region_id": region.id})
        with freeze_time("2026-03-05 02:00:00"):
            self.assertEqual(self.quote(10).name, "QT-ECZW-2026030001")
            other = self.world["partner"].copy({"name": "Other"})
            order = self.quote(10, user="sales_rep_2", partner_id=other.id)
            self.assertRegex(order.name, r"^QT-\w*XX-2026030002$")

    def test_month_begins_anew_where_the_company_is(self):
        self.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        rule = self.rule([("text", "Q"), ("year2", ""), ("month", ""), ("counter", "")])
        with freeze_time("2026-03-31 15:00:00"):
            self.assertEqual([self.quote(10).name for _n in range(2)], ["Q26030001", "Q26030002"])
        with freeze_time("2026-03-31 16:30:00"):
            self.assertEqual(self.quote(10).name, "Q26040001")
            rule.invalidate_recordset()
            self.assertIn("Q26040002", rule.preview)
        # a backdated quote takes no number of a month that is over
        with freeze_time("2026-04-02 02:00:00"):
            self.assertEqual(self.quote(10, date_order="2026-03-01 02:00:00").name, "Q26040002")

    def test_year_and_never(self):
        rule = self.rule([("year", ""), ("text", "-"), ("counter", "")], reset="year")
        with freeze_time("2026-11-01 02:00:00"):
            self.assertEqual(self.quote(10).name, "2026-0001")
        with freeze_time("2027-01-01 02:00:00"):
            self.assertEqual(self.quote(10).name, "2027-0001")
        rule.action_turn_off()
        self.rule([("text", "N"), ("counter", "")], reset="never")
        with freeze_time("2026-11-01 02:00:00"):
            self.assertEqual(self.quote(10).name, "N0001")
        with freeze_time("2027-11-01 02:00:00"):
            self.assertEqual(self.quote(10).name, "N0002")

    def test_preview_takes_no_number(self):
        rule = self.rule([("text", "P"), ("counter", "")], reset="never")
        for _look in range(3):
            rule.invalidate_recordset()
            self.assertEqual(rule.preview, "P0001 · P0001 V2")
        self.assertEqual(self.quote(10).name, "P0001")
        rule.invalidate_recordset()
        self.assertIn("P0002", rule.preview)

    def test_taken_numbers_are_passed_over(self):
        self.rule([("text", "P"), ("counter", "")], reset="never")
        self.quote(10, name="P0001")
        self.assertEqual(self.quote(10).name, "P0002")

    def test_given_names_and_copies(self):
        self.rule([("text", "P"), ("counter", "")], reset="never")
        self.assertEqual(self.quote(10, name="OLD-7").name, "OLD-7")
        order = self.quote(10)
        self.assertEqual((order.name, order.copy().name), ("P0001", "P0002"))
        orders = self.env["sale.order"].create([{"partner_id": self.world["partner"].id} for _n in range(3)])
        self.assertEqual(orders.mapped("name"), ["P0003", "P0004", "P0005"])

    def test_odoo_counts_no_further(self):
        sequence = self.env["ir.sequence"].search([("code", "=", "sale.order")], limit=1)
        self.rule([("text", "P"), ("counter", "")], reset="never")
        before = sequence.number_next_actual
        self.quote(10)
        sequence.invalidate_recordset()
        self.assertEqual(sequence.number_next_actual, before)

    def test_each_company_counts_for_itself(self):
        self.rule([("text", "P"), ("counter", "")], reset="never")
        second = self.env["res.company"].create({"name": "Second"})
        self.admin.company_ids += second
        self.rep.company_ids += second
        self.rule([("text", "S"), ("counter", "")], reset="never", company_id=second.id)
        self.assertEqual(self.quote(10).name, "P0001")
        order = self.env["sale.order"].with_company(second).create({"partner_id": self.world["partner"].id})
        self.assertEqual(order.name, "S0001")
        with self.refused(UserError, "is on for this company"):
            self.rule([("text", "T"), ("counter", "")], reset="never")

    def test_rules_that_make_no_sense(self):
        for parts, reset in (
            ([("text", "A")], "never"),
            ([("counter", ""), ("counter", "")], "never"),
            ([("text", "A"), ("counter", "")], "year"),
            ([("year", ""), ("counter", "")], "month"),
            ([("text", "A" * 30), ("counter", "")], "never"),
        ):
            with self.subTest(parts), self.assertRaises(ValidationError):
                self.rule(parts, reset, turn_on=False)

    def test_version_is_part_of_the_rule(self):
        rule = self.rule([("text", "P"), ("counter", "")], reset="never", version_prefix="R", version_from="second")
        order = self.approved()
        self.assertEqual(order._paper_version_text(), "P0001")
        order.order_line.price_unit = 140000
        order.action_approval_submit()
        self.approve(order, *CHAIN)
        self.assertEqual(order._paper_version_text(), "P0001 R2")
        html = self.env["ir.actions.report"]._render_qweb_html("sale.action_report_saleorder", order.ids)[0].decode()
        self.assertRegex(html, r'o_crm_paper_version"> R2<')
        rule.version_from = "first"
        self.assertEqual(order._paper_version_text(1), "P0001 R1")

    def test_who(self):
        rule = self.rule(turn_on=False)
        for role in ("sales_rep", "sales_supervisor", "service_agent", "finance_manager"):
            mine = rule.with_user(self.users[role])
            for method in (mine.action_turn_on, mine.action_turn_off, lambda mine=mine: mine.write({"active": True})):
                with self.subTest(role), self.assertRaises(AccessError):
                    method()
        self.assertFalse(rule.active)
        rule.action_turn_on()
        with self.refused(UserError, "Turn it off"):
            rule.unlink()
