import re
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..controllers import share, verify
from ..controllers.throttle import Throttle
from .common import CHAIN, ApprovalCase, build_quote, build_world


@tagged("post_install", "-at_install")
class TestQuoteShare(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.resource_calendar_id.tz = "Asia/Shanghai"

    def shared(self, order, days=7, recipient="苏州精密"):
        day = fields.Date.context_today(order) + timedelta(days=days)
        return order._quote_share(recipient, day)

    def test_only_valid_quotes(self):
        for order in (self.quote(), self.submitted(partner_id=self.world["partner"].copy().id)):
            for method in (order.action_quote_share, lambda order=order: self.shared(order)):
                with self.refused(UserError):
                    method()
        order = self.approved()
        link = self.shared(order)
        self.assertEqual((link.state, order.state, link.user_id), ("open", "sent", self.rep))
        order.action_cancel()
        link.invalidate_recordset()
        self.assertEqual(link.state, "changed")
        with self.refused(UserError, "cancelled"):
            self.shared(order)

    def test_window(self):
        order = self.quote(10, validity_date=fields.Date.today() + timedelta(days=5))
        action = order.action_quote_share()
        window = self.env["sale.quote.share.window"].with_user(self.rep).with_context(**action["context"]).create({})
        self.assertEqual(window.recipient, self.world["partner"].name)
        self.assertEqual(window.expires_on, order.validity_date, "no longer than the quote")
        result = window.action_share()
        self.assertIn("/quote/share/", self.env[result["res_model"]].browse(result["res_id"]).url)

    def test_ends(self):
        order = self.approved()
        link = self.shared(order)
        with freeze_time(fields.Datetime.now() + timedelta(days=9)):
            link.invalidate_recordset()
            self.assertEqual(link.state, "expired")
        order.order_line.price_unit = 1
        self.commit_hooks()
        link.invalidate_recordset()
        self.assertEqual(link.state, "changed")
        link.action_revoke()
        self.assertEqual(link.state, "revoked")
        for days in (-1, -30):
            with self.refused(UserError, "still to come"):
                self.shared(self.quote(10, partner_id=self.world["partner"].copy().id), days)
        with self.refused(UserError, "for whom"):
            self.shared(self.quote(10, partner_id=self.world["partner"].copy().id), recipient=" ")

    def test_tokens(self):
        links = self.env["sale.quote.share"]
        link = self.shared(self.approved()).sudo()
        self.assertEqual(links._of_token(f"{link.id}-{link.secret}"), link)
        for wrong in ("", "x", f"{link.id}-", f"{link.id}-x", f"{link.id + 1}-{link.secret}", "9" * 40 + "-x", "²-x"):
            with self.subTest(wrong):
                self.assertFalse(links._of_token(wrong))

    def test_who(self):
        order = self.approved()
        link = self.shared(order)
        portal = new_test_user(self.env, "share_portal", groups="base.group_portal")
        order.sudo().message_subscribe(portal.partner_id.ids)
        strangers = [self.users[role] for role in ("sales_rep_2", "service_agent", "technical_lead")] + [portal]
        for user in strangers:
            with self.subTest(user.login), self.assertRaises(AccessError):
                order.with_user(user).action_quote_share()
            with self.subTest(user.login), self.assertRaises(AccessError):
                link.with_user(user).action_revoke()
            with self.subTest(user.login), self.assertRaises(AccessError):
                link.with_user(user).read(["url"])
        for user in (self.rep, self.users["suite_admin"]):
            for vals in ({"expires_on": "2099-01-01"}, {"revoked_at": False}, {"opened_count": 0}):
                with self.assertRaises(AccessError):
                    link.with_user(user).write(vals)
            with self.assertRaises(AccessError):
                link.with_user(user).unlink()
            with self.assertRaises(AccessError):
                link.with_user(user).read(["secret"])
            with self.assertRaises(AccessError):
                order.with_user(user).write({"share_ids": [(0, 0, {"recipient": "x"})]})
        self.assertEqual(link.state, "open")

    def test_openings_are_counted(self):
        link = self.shared(self.approved()).sudo()
        for _time in range(2):
            link._note_opening()
        self.assertEqual(link.opened_count, 2)
        self.assertTrue(link.opened_at)


@tagged("post_install", "-at_install")
class TestQuoteShareHttp(HttpCase):
    def setUp(self):
        super().setUp()
        memory = Throttle(limit=20, seconds=60)
        for module in (verify, share):
            self.patch(module, "wrong_tokens", memory)
        self.world = build_world(self.env)
        self.env.company.quote_letterhead = True
        self.order = build_quote(self.env, self.world)
        self.order.action_approval_submit()
        for role in CHAIN:
            task = self.order.sudo().approval_task_ids.filtered(lambda t: t.state == "pending")
            task.with_user(self.world["users"][role]).action_approve()
        day = fields.Date.context_today(self.order) + timedelta(days=7)
        self.link = self.order._quote_share("王<b>工", day)
        self.path = "/quote/share/" + self.link.url.partition("/quote/share/")[2]
        for bundle in ("web.report_assets_common", "web.report_assets_pdf"):
            self.env["ir.qweb"]._get_asset_bundle(bundle, css=True, js=False, autoprefix=True).css()
            self.env["ir.qweb"]._get_asset_bundle(bundle, css=False, js=True).js()

    def test_customer(self):
        page = self.url_open(self.path)
        self.assertEqual(page.status_code, 200)
        self.assertIn("o_quote_shared", page.text)
        self.assertIn('name="viewport"', page.text)
        self.assertNotIn("<b>工", page.text)
        paper = self.url_open(self.path + "/paper")
        self.assertIn("128,000.00", paper.text)
        # the name over the paper, as text and not as markup
        self.assertIn("%E7%8E%8B%26lt%3Bb%26gt%3B%E5%B7%A5", paper.text)
        self.assertNotIn(self.order.access_token or "no token", page.text + paper.text)
        self.assertNotIn("o_crm_not_effective", paper.text)
        self.assertEqual(self.url_open(self.path + "/pdf").status_code, 200)
        self.link.invalidate_recordset()
        self.assertEqual(self.link.sudo().opened_count, 1)

    def test_the_sender_is_not_counted(self):
        self.authenticate("sales_rep", "sales_rep")
        self.assertEqual(self.url_open(self.path).status_code, 200)
        self.link.invalidate_recordset()
        self.assertEqual(self.link.sudo().opened_count, 0)

    def ended(self, mark):
        for path in (self.path, self.path + "/paper", self.path + "/pdf"):
            answer = self.url_open(path)
            self.assertEqual(answer.status_code, 410)
            self.assertIn(f"o_quote_share_{mark}", answer.text)
            for hidden in ("128,000", "Press", self.order.name):
                self.assertNotIn(hidden, answer.text)

    def test_revoked(self):
        self.link.action_revoke()
        self.ended("revoked")

    def test_a_wrong_secret_does_not_learn_that_a_link_ended(self):
        answers = set()
        token = self.path.partition("/quote/share/")[2]
        for moment in ("open", "revoked"):
            if moment == "revoked":
                self.link.action_revoke()
            for wrong in (token[:-1], f"{self.link.id}-{'x' * 32}", f"{self.link.id + 900}-{'x' * 32}"):
                for path in ("", "/paper", "/pdf"):
                    answer = self.url_open(f"/quote/share/{wrong}{path}")
                    answers.add((answer.status_code, *re.findall(r"<body.*</body>", answer.text, re.DOTALL)))
        self.assertEqual(len(answers), 1)
        status, text = answers.pop()
        self.assertEqual(status, 404)
        self.assertIn("o_quote_share_unknown", text)

    def test_expired(self):
        self.link.sudo().expires_on = fields.Date.today() - timedelta(days=2)
        self.ended("expired")

    def test_changed(self):
        self.order.order_line.price_unit = 150000
        self.env.cr.flush()
        self.ended("changed")

    def test_strangers(self):
        wrong = f"/quote/share/{self.link.id}-{'x' * 32}"
        for login in (None, "sales_rep_2"):
            self.authenticate(login, login)
            for path in (wrong, wrong + "/paper", wrong + "/pdf", "/quote/share/x"):
                answer = self.url_open(path)
                self.assertEqual(answer.status_code, 404)
                self.assertNotIn(self.order.name, answer.text)
        for _try in range(12):
            self.url_open(wrong)
        self.assertEqual(self.url_open(wrong).status_code, 429)
        # the link opens neither the customer's page nor another paper
        self.authenticate(None, None)
        answer = self.url_open(
            f"/my/orders/{self.order.id}?access_token={self.link.sudo().secret}", allow_redirects=False
        )
        self.assertNotEqual(answer.status_code, 200)
