import re

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, TransactionCase, tagged

from ..controllers import share, verify
from ..controllers.throttle import Throttle
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
        self.assertEqual(versions._verify(token), version)
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
class TestStanding(ApprovalCase):
    """How a paper stands, and that at most one of a quote is valid."""

    def standings(self, order):
        self.commit_hooks()
        self.env.invalidate_all()
        return order.sudo().version_ids.sorted("number").mapped("standing")

    def test_one_live_version(self):
        order = self.submitted()
        self.assertEqual(self.standings(order), ["pending"])
        self.approve(order, *CHAIN)
        self.assertEqual(self.standings(order), ["valid"])
        order.order_line.price_unit = 150000
        self.assertEqual(self.standings(order), ["void"])
        order.action_approval_submit()
        self.assertEqual(self.standings(order), ["void", "pending"])
        self.approve(order, *CHAIN)
        self.assertEqual(self.standings(order), ["superseded", "valid"])
        order.order_line.price_unit = 128000
        self.assertEqual(self.standings(order), ["superseded", "void"], "going back revives nothing")
        order.action_cancel()
        self.assertEqual(self.standings(order), ["void", "void"])

    def test_never_two_live_versions(self):
        """Not by taking an older one over and having it signed again, not by a copy, not by the rows themselves."""
        order = self.approved()
        order.order_line.price_unit = 150000
        order.action_approval_submit()
        self.approve(order, *CHAIN)
        first = order.sudo().version_ids.sorted("number")[0]
        first.with_user(self.rep).action_take_over()
        self.assertEqual(self.standings(order), ["superseded", "void"])
        order.action_approval_submit()
        self.approve(order, *CHAIN)
        self.assertEqual(self.standings(order), ["superseded", "superseded", "valid"])
        self.assertEqual(order._last_version().fingerprint, first.fingerprint, "the very same values")
        self.assertEqual(order.sudo().version_ids.sorted("number").mapped("is_current"), [False, False, True])
        copied = order.copy()
        self.assertEqual((copied.sudo().version_ids.ids, copied.approval_state), ([], "none"))
        for user in (self.rep, self.users["sales_director"], self.users["suite_admin"]):
            version = first.with_user(user)
            for number, way in enumerate(
                (
                    lambda version=version: version.write({"number": 9}),
                    lambda version=version: version.write({"order_id": copied.id}),
                    lambda version=version: version.copy({"number": 9}),
                    lambda version=version: version.unlink(),
                    lambda user=user: copied.with_user(user).write({"version_ids": [Command.link(first.id)]}),
                    lambda user=user: order.with_user(user).write({"approval_request_id": first.request_id.id}),
                )
            ):
                with self.subTest(user.login, number=number), self.assertRaises(AccessError):
                    way()
        self.assertEqual(self.standings(order), ["superseded", "superseded", "valid"])

    def test_expired(self):
        self.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        order = self.approved(validity_date="2026-03-31")
        with freeze_time("2026-03-31 15:59:00"):
            self.assertEqual(self.standings(order), ["valid"])
        with freeze_time("2026-03-31 16:01:00"):
            self.assertEqual(self.standings(order), ["expired"])

    def test_approved_at_is_the_last_signature(self):
        order = self.submitted()
        version = order.sudo().version_ids
        self.approve(order, *CHAIN[:-1])
        self.assertFalse(version.approved_at)
        self.approve(order, CHAIN[-1])
        self.assertTrue(version.approved_at)
        with self.assertRaises(AccessError):
            version.with_user(self.rep).write({"approved_at": False})


@tagged("post_install", "-at_install")
class TestVerifyPage(HttpCase):
    def setUp(self):
        super().setUp()
        # each test begins with an empty memory of wrong addresses
        memory = Throttle(limit=20, seconds=60)
        for module in (verify, share):
            self.patch(module, "wrong_tokens", memory)
        self.world = build_world(self.env)

    def path(self, order, number=0):
        versions = order.sudo().version_ids.sorted("number")
        return "/quote/" + versions[number]._verify_url().partition("/quote/")[2]

    def approve(self, order):
        for role in CHAIN:
            task = order.sudo().approval_task_ids.filtered(lambda t: t.state == "pending")
            task.with_user(self.world["users"][role]).action_approve()

    def test_page(self):
        order = build_quote(self.env, self.world)
        order.action_approval_submit()
        self.assertIn("o_quote_pending", self.url_open(self.path(order)).text)
        self.approve(order)
        response = self.url_open(self.path(order))
        self.assertEqual(response.status_code, 200)
        self.assertIn("o_quote_valid", response.text)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        for shown in (order.name, "V1", "128,000.00", 'name="viewport"'):
            self.assertIn(shown, response.text)
        for hidden in (self.world["partner"].name, "Press", *(self.world["users"][role].name for role in CHAIN)):
            self.assertNotIn(hidden, response.text)
        order.order_line.price_unit = 150000
        order.action_approval_submit()
        self.approve(order)
        self.assertIn("o_quote_superseded", self.url_open(self.path(order)).text)
        self.assertIn("o_quote_valid", self.url_open(self.path(order, 1)).text)
        order.action_cancel()
        self.assertIn("o_quote_void", self.url_open(self.path(order, 1)).text)

    def test_wrong_tokens(self):
        order = build_quote(self.env, self.world)
        order.action_approval_submit()
        right = self.path(order)
        other = f"/quote/verify/{order.sudo().version_ids.id}-{'x' * 32}"
        for path in (other, "/quote/verify/1-nothing", "/quote/verify/x"):
            answer = self.url_open(path)
            self.assertEqual(answer.status_code, 404)
            self.assertIn("o_quote_unknown", answer.text)
            self.assertNotIn(order.name, answer.text)
        for _try in range(17):
            self.url_open("/quote/verify/1-x")
        answer = self.url_open("/quote/verify/1-x")
        self.assertEqual(answer.status_code, 429)
        self.assertIn("o_quote_many", answer.text)
        self.assertEqual(self.url_open(right).status_code, 429)

    def test_wrong_addresses_answer_alike(self):
        """Whether a paper of that number exists is told by nothing but its whole token."""
        order = build_quote(self.env, self.world)
        order.action_approval_submit()
        self.approve(order)
        order.order_line.price_unit = 150000
        order.action_approval_submit()
        first, second = order.sudo().version_ids.sorted("number")
        last = "b" if first.secret[-1] == "a" else "a"
        answers = set()
        for token in (
            f"{first.id}-{second.secret}",
            f"{first.id}-{first.secret[:-1]}",
            f"{first.id}-{first.secret[:-1]}{last}",
            f"{first.id}-{first.secret.swapcase()}",
            f"0{second.id + 900}-{second.secret}",
        ):
            answer = self.url_open(f"/quote/verify/{token}")
            answers.add((answer.status_code, *re.findall(r"<body.*</body>", answer.text, re.DOTALL)))
        self.assertEqual(len(answers), 1)
        status, text = answers.pop()
        self.assertEqual(status, 404)
        self.assertIn("o_quote_unknown", text)


@tagged("post_install", "-at_install")
class TestThrottle(TransactionCase):
    def test_counts_and_forgets(self):
        now = [0.0]
        throttle = Throttle(2, 60, size=2, clock=lambda: now[0])
        throttle.note("a")
        self.assertFalse(throttle.is_shut("a"))
        throttle.note("a")
        self.assertTrue(throttle.is_shut("a"))
        self.assertFalse(throttle.is_shut("b"))
        now[0] = 61.0
        self.assertFalse(throttle.is_shut("a"))
        for name in "abc":
            throttle.note(name)
        self.assertEqual(len(throttle._wrong), 2)
