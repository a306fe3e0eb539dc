from odoo.tests import HttpCase, tagged

from .common import CHAIN, ApprovalCase, build_quote, build_world


@tagged("post_install", "-at_install")
class TestVersion(ApprovalCase):
    def test_each_submit_is_kept(self):
        order = self.submitted()
        order.action_approval_withdraw("Later")
        order.order_line.price_unit = 140000
        order.action_approval_submit()
        versions = order.sudo().version_ids.sorted("number")
        self.assertEqual(versions.mapped("number"), [1, 2])
        self.assertEqual(versions.mapped("amount_total"), [128000, 140000])
        self.assertEqual(versions.requester_id, self.rep)
        self.assertNotEqual(*versions.mapped("fingerprint"))
        self.assertIn("Press", str(versions[0].sudo().snapshot["lines"]))

    def test_is_current(self):
        order = self.submitted()
        version = order.sudo().version_ids
        self.assertFalse(version.is_current)
        self.approve(order, *CHAIN)
        version.invalidate_recordset()
        self.assertTrue(version.is_current)
        order.order_line.price_unit = 1
        self.commit_hooks()
        version.invalidate_recordset()
        self.assertFalse(version.is_current)

    def test_tokens(self):
        versions = self.env["sale.order.version"]
        version = self.approved().sudo().version_ids
        token = f"{version.id}-{version.secret}"
        self.assertGreaterEqual(len(version.secret), 32)
        self.assertTrue(versions._verify(token))
        for wrong in (
            "",
            "x",
            str(version.id),
            f"{version.id}-",
            f"{version.id}-x",
            f"{version.id}-{version.secret}x",
            f"{version.id + 1}-{version.secret}",
            f"-{version.secret}",
            "9" * 40 + "-x",
            "²-x",
            "1-ü",
        ):
            with self.subTest(wrong):
                self.assertFalse(versions._verify(wrong))


@tagged("post_install", "-at_install")
class TestVerifyPage(HttpCase):
    def test_page(self):
        world = build_world(self.env)
        order = build_quote(self.env, world)
        order.action_approval_submit()
        url = order.sudo().version_ids._verify_url().partition("/quote/")[2]
        response = self.url_open(f"/quote/{url}")
        self.assertIn("o_quote_not_current", response.text)
        for role in CHAIN:
            task = order.sudo().approval_task_ids.filtered(lambda t: t.state == "pending")
            task.with_user(world["users"][role]).action_approve()
        response = self.url_open(f"/quote/{url}")
        self.assertIn("o_quote_current", response.text)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        for hidden in (order.name, world["partner"].name, "128"):
            self.assertNotIn(hidden, response.text)
        unknown = self.url_open("/quote/verify/1-nothing")
        self.assertIn("o_quote_not_current", unknown.text)
        self.assertEqual(unknown.status_code, 200)
