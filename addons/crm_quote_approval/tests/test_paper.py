import re

from odoo.fields import Command
from odoo.tests import tagged

from .common import CHAIN
from .paper_common import REPORT, PaperCase, text_of


@tagged("post_install", "-at_install")
class TestPaper(PaperCase):
    """What stands on the paper."""

    def test_pdf_before_and_after_the_approval(self):
        order = self.submitted(128000.5)
        before = "".join(text_of(self.pdf(order)))
        for part in ("苏州启程智能装备有限公司", "91320594MATEST0001", "苏州精密机械有限公司", "未生效", "128,000.50"):
            self.assertIn(part, before)
        self.assertNotIn("/quote/verify/", before)
        self.approve(order, *CHAIN)
        after = "".join(text_of(self.pdf(order)))
        self.assertNotIn("未生效", after)
        for part in (
            "苏州启程智能装备有限公司",
            "0512-62880000",
            "苏州精密机械有限公司",
            "128,000.50",
            "人民币壹拾贰万捌仟元零伍角整",
            "版本1",
            f"/quote/verify/{order.sudo().version_ids.id}-",
        ):
            self.assertIn(part, after)

    def test_every_page_is_marked(self):
        order = self.quote()
        html = self.html(order)
        self.assertEqual(html.count('class="o_crm_not_effective"'), 1)
        # behind the whole text, so on each page of the PDF
        self.assertRegex(html, r'<div class="page" style="background-image: url\(data:image/svg')
        self.assertNotIn("data:image/svg", self.html(self.approved()))

    def test_the_mark_speaks_the_customers_language(self):
        for lang, words in (("zh_CN", "未生效"), ("en_US", "Not in effect")):
            self.world["partner"].lang = lang
            self.assertIn(words, self.html(self.quote()))

    def test_capitals_only_for_yuan(self):
        order = self.quote(10)
        self.assertEqual(order._paper_capitals(), "人民币壹拾元整")
        self.assertIn("人民币壹拾元整", self.html(order))
        dollar = self.env.ref("base.USD")
        dollar.active = True
        pricelist = self.env["product.pricelist"].create({"name": "Dollar", "currency_id": dollar.id})
        order = self.quote(10, pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, dollar)
        self.assertEqual(order._paper_capitals(), "")
        self.assertNotIn("人民币", self.html(order))
        self.assertEqual(self.quote(10.0**16)._paper_capitals(), "")

    def test_payment_terms_sum_to_the_total(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "3-6-1",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": share, "nb_days": days})
                    for share, days in ((33.33, 0), (56.67, 30), (10, 365))
                ],
            }
        )
        order = self.quote(100.01, payment_term_id=term.id)
        rows = order._prepare_paper_terms()["rows"]
        self.assertEqual([row[0] for row in rows], ["33.33 %", "56.67 %", "10 %"])
        amounts = [float(re.sub(r"[^\d.]", "", row[1])) for row in rows]
        self.assertEqual(order.currency_id.compare_amounts(sum(amounts), 100.01), 0)
        html = self.html(order)
        self.assertIn("3-6-1", html)
        self.assertIn("开票后 30 天", html)
        self.assertEqual(self.quote(10)._prepare_paper_terms(), {})

    def test_payment_terms_by_the_end_of_a_month(self):
        line = {"value": "percent", "value_amount": 100, "nb_days": 60, "days_next_month": "15"}
        line["delay_type"] = "days_end_of_month_on_the"
        term = self.env["account.payment.term"].create({"name": "60", "line_ids": [Command.create(line)]})
        moment = self.quote(10, payment_term_id=term.id)._prepare_paper_terms()["rows"][0][2]
        self.assertRegex(moment, r"^60 .+ 15$")

    def test_bank_account_is_that_of_accounting(self):
        order = self.quote(10)
        self.env["account.journal"].search([("type", "=", "bank")]).bank_account_id = False
        # anybody who edits contacts may add one to the company's
        self.env["res.partner.bank"].create({"acc_number": "6222 9999", "partner_id": self.company.partner_id.id})
        self.assertEqual(order._prepare_paper_bank(), [])
        self.assertNotIn("6222 9999", self.html(order))
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.bank_journal(dollar, "10550102")
        self.bank_journal(self.company.currency_id, "10550101")
        self.assertIn("10550101", str(order._prepare_paper_bank()))
        self.assertNotIn("10550102", self.html(order))
        self.assertEqual(self.company._quote_bank_account(dollar).acc_number, "10550102")

    def test_logo_and_footer(self):
        order = self.quote(10)
        self.company.report_footer = "<p>Sold as seen</p>"
        self.assertEqual(order._prepare_paper_company()["logo"], "")
        self.company.logo = order._paper_qr("x").partition(",")[2]
        self.assertTrue(order._prepare_paper_company()["logo"].startswith("data:image/png"))
        html = self.html(order)
        self.assertIn('alt="公司标志"', html)
        self.assertIn("Sold as seen", html)

    def test_customer(self):
        contact = self.env["res.partner"].create(
            {
                "name": "王工",
                "parent_id": self.world["partner"].id,
                "city": "苏州",
                "street": "长江路 1 号",
                "lang": "zh_CN",
            }
        )
        html = self.html(self.quote(10, partner_id=contact.id))
        for part in ("苏州精密机械有限公司", "王工", "苏州 长江路 1 号"):
            self.assertIn(part, html)
        abroad = self.world["partner"].copy({"name": "Press GmbH", "country_id": self.env.ref("base.de").id})
        order = self.quote(10, partner_id=abroad.id)
        self.assertEqual(order._prepare_paper_customer(), [])
        self.assertIn("Press GmbH", self.html(order))

    def test_format_of_the_paper(self):
        report = self.env.ref(REPORT)
        ours = self.env.ref("crm_quote_approval.paperformat_quote")
        self.assertNotEqual(report.get_paperformat(), ours)
        self.assertEqual(report.with_context(crm_quote_letterhead=True).get_paperformat(), ours)
        # a form of his own that somebody gave the report stays
        own = ours.copy({"name": "Own"})
        report.paperformat_id = own
        self.assertEqual(report.with_context(crm_quote_letterhead=True).get_paperformat(), own)


@tagged("post_install", "-at_install")
class TestPaperGuest(PaperCase):
    """What a company sees that switched nothing on."""

    def test_installing_changes_no_paper(self):
        self.policy.with_user(self.users["suite_admin"]).action_turn_off()
        fresh = self.env["res.company"].create({"name": "Fresh"})
        self.assertFalse(fresh.quote_letterhead)
        self.company.quote_letterhead = False
        order = self.quote()
        ours = self.env.ref("crm_quote_approval.report_saleorder_document")
        with_us = self.html(order)
        ours.active = False
        self.assertEqual(re.sub(r"\s+", " ", with_us), re.sub(r"\s+", " ", self.html(order)))

    def test_approvals_without_letterhead(self):
        self.company.quote_letterhead = False
        order = self.submitted()
        self.assertIn("o_crm_not_effective", self.html(order))
        self.approve(order, *CHAIN)
        html = self.html(order)
        self.assertIn('name="approval_version"', html)
        for part in ("o_crm_not_effective", "o_crm_quote_paper", "quote_capitals"):
            self.assertNotIn(part, html)

    def test_letterhead_without_approvals(self):
        self.policy.with_user(self.users["suite_admin"]).action_turn_off()
        html = self.html(self.quote())
        self.assertIn("o_crm_quote_paper", html)
        for part in ("o_crm_not_effective", "approval_version"):
            self.assertNotIn(part, html)

    def test_setting_is_of_one_company(self):
        second = self.env["res.company"].create({"name": "Second"})
        settings = self.env["res.config.settings"].with_company(second).create({"quote_letterhead": True})
        settings.execute()
        self.assertTrue(second.quote_letterhead)
        self.company.quote_letterhead = False
        self.assertFalse(self.quote(10)._paper_letterhead())
