import json
from unittest.mock import patch

from odoo import http
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import CHAIN, build_quote, build_world

REPORT = "sale.report_saleorder"
PASSWORD = "paper_customer"


@tagged("post_install", "-at_install")
class TestPaperHttp(HttpCase):
    """The addresses that print a quote, as everybody who could try them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world = build_world(cls.env)
        cls.env.company.quote_letterhead = True
        cls.partner = cls.world["partner"]
        cls.customer = cls.env["res.users"].create(
            {
                "name": "王工",
                "login": PASSWORD,
                "password": PASSWORD,
                "group_ids": [Command.set(cls.env.ref("base.group_portal").ids)],
            }
        )
        cls.customer.partner_id.parent_id = cls.partner
        cls.blocked = build_quote(cls.env, cls.world).sudo()
        cls.approved = build_quote(cls.env, cls.world).sudo()
        cls.approved.with_user(cls.world["users"]["sales_rep"]).action_approval_submit()
        for role in CHAIN:
            task = cls.approved.approval_task_ids.filtered(lambda t: t.state == "pending")
            task.with_user(cls.world["users"][role]).action_approve()
        # sent, so that the customer's pages list it
        cls.approved.with_user(cls.world["users"]["sales_rep"]).action_quotation_sent()
        for order in cls.blocked | cls.approved:
            order.message_subscribe(cls.customer.partner_id.ids)
            order._portal_ensure_token()
        # made here, because the PDF program asks for them in transactions of this test that may only read
        for bundle in ("web.report_assets_common", "web.report_assets_pdf"):
            cls.env["ir.qweb"]._get_asset_bundle(bundle, css=True, js=False, autoprefix=True).css()
            cls.env["ir.qweb"]._get_asset_bundle(bundle, css=False, js=True).js()

    def get(self, path, **params):
        return self.url_open(path, params=params, allow_redirects=False)

    def post(self, path, **data):
        return self.url_open(path, data=data, allow_redirects=False, method="POST")

    def reports(self, order, **params):
        """Answers of ``/report/<kind>`` in the order html, text, pdf."""
        return [self.get(f"/report/{kind}/{REPORT}/{order.id}", **params) for kind in ("html", "text", "pdf")]

    def portal(self, order, token=True):
        """Answers of the customer's page asked for a paper in the order html, text, pdf."""
        key = {"access_token": order.access_token} if token else {}
        return [self.get(f"/my/orders/{order.id}", report_type=kind, **key) for kind in ("html", "text", "pdf")]

    def assert_shows_nothing(self, answers, order):
        for answer in answers:
            with self.subTest(answer.url):
                self.assertNotEqual(answer.status_code, 200)
                for hidden in ("Press", "128,000", self.world["users"]["sales_supervisor"].name):
                    self.assertNotIn(hidden, answer.text)

    def test_salesperson(self):
        self.authenticate("sales_rep", "sales_rep")
        for answer in self.reports(self.blocked):
            self.assertEqual(answer.status_code, 200)
            self.assertIn("o_crm_not_effective", answer.text)
        for answer in self.reports(self.approved):
            self.assertEqual(answer.status_code, 200)
            self.assertNotIn("o_crm_not_effective", answer.text)
            self.assertIn("/quote/verify/", answer.text)

    def test_salesperson_prints_pdf(self):
        self.authenticate("sales_rep", "sales_rep")
        for ids in (f"{self.blocked.id}", f"{self.blocked.id},{self.approved.id}"):
            answer = self.get(f"/report/pdf/{REPORT}/{ids}", context=json.dumps({"force_report_rendering": True}))
            self.assertEqual(answer.status_code, 200)
            self.assertTrue(answer.content.startswith(b"%PDF"))

    def test_what_the_address_says_switches_no_mark_off(self):
        self.authenticate("sales_rep", "sales_rep")
        options = {"approval_paper": {"effective": True}, "approval_mark": "", "docs": [], "effective": True}
        context = {"crm_quote_letterhead": False, "report_pdf_no_attachment": False, "proforma": True}
        for answer in self.reports(self.blocked, options=json.dumps(options), context=json.dumps(context)):
            self.assertIn("o_crm_not_effective", answer.text)

    def test_another_salesperson(self):
        self.authenticate("sales_rep_2", "sales_rep_2")
        for order in (self.blocked, self.approved):
            self.assert_shows_nothing(self.reports(order) + self.portal(order, token=False), order)

    def test_customer(self):
        self.authenticate(PASSWORD, PASSWORD)
        self.assert_shows_nothing(self.reports(self.blocked) + self.portal(self.blocked, token=False), self.blocked)
        self.assert_shows_nothing(self.portal(self.blocked), self.blocked)
        for answer in self.portal(self.approved, token=False):
            self.assertEqual(answer.status_code, 200)
            self.assertIn("Press", answer.text)
            self.assertNotIn("o_crm_not_effective", answer.text)

    def test_anonymous(self):
        self.authenticate(None, None)
        for order in (self.blocked, self.approved):
            self.assert_shows_nothing(self.reports(order) + self.portal(order, token=False), order)
        self.assert_shows_nothing(self.portal(self.blocked), self.blocked)
        for answer in self.portal(self.approved):
            self.assertEqual(answer.status_code, 200)
            self.assertIn("128,000", answer.text)

    def test_anonymous_prints_pdf(self):
        reports = type(self.env["ir.actions.report"])
        render = reports._pre_render_qweb_pdf

        def really(report, *args, **kwargs):
            # while tests run, Odoo gives HTML unless it is told otherwise; the customer's page has no way to tell
            return render(report.with_context(force_report_rendering=True), *args, **kwargs)

        self.authenticate(None, None)
        with patch.object(reports, "_pre_render_qweb_pdf", really):
            answer = self.portal(self.approved)[2]
            self.assertTrue(answer.content.startswith(b"%PDF"))
            self.assert_shows_nothing([self.portal(self.blocked)[2]], self.blocked)

    def test_post(self):
        papers = [f"/report/{kind}/{REPORT}/{self.blocked.id}" for kind in ("html", "text", "pdf")]
        page = f"/my/orders/{self.blocked.id}"
        for login in ("sales_rep_2", PASSWORD, None):
            self.authenticate(login, login)
            with self.subTest(login):
                for token in ({}, {"csrf_token": http.Request.csrf_token(self)}):
                    self.assert_shows_nothing([self.post(path, **token) for path in papers], self.blocked)
                    for kind in ("html", "text", "pdf"):
                        answer = self.post(page, report_type=kind, access_token=self.blocked.access_token, **token)
                        if token and login == "sales_rep_2":
                            # a colleague to whom somebody gave the customer's link reads it, with the mark
                            self.assertIn("o_crm_not_effective", answer.text)
                        else:
                            self.assert_shows_nothing([answer], self.blocked)
        self.authenticate("sales_rep", "sales_rep")
        for path in papers:
            self.assertEqual(self.post(path).status_code, 400)
            answer = self.post(path, csrf_token=http.Request.csrf_token(self))
            self.assertIn("o_crm_not_effective", answer.text)

    def test_verify_page(self):
        path = "/quote" + self.approved.version_ids._verify_url().partition("/quote")[2]
        for login in ("sales_rep", "sales_rep_2", PASSWORD, None):
            self.authenticate(login, login)
            answer = self.get(path)
            self.assertEqual(answer.status_code, 200)
            self.assertIn("o_quote_valid", answer.text)
            for hidden in (self.partner.name, "Press", self.world["users"]["sales_supervisor"].name):
                self.assertNotIn(hidden, answer.text)
            self.assertIn("o_quote_unknown", self.get("/quote/verify/1-x").text)
            self.assertEqual(self.post(path).status_code, 405)
            self.assertEqual(self.post(path, csrf_token=http.Request.csrf_token(self)).status_code, 405)
