import re

from odoo.tests import HttpCase, freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_merchant.demo.roles import build_roles

from ..models.ticket import service_ticket_portal
from .common import build_customer, build_team


@tagged("post_install", "-at_install")
class TestPortal(HttpCase):
    """Each route as nobody, as another customer, as the owner, with GET and with POST."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = build_roles(cls.env, ["service_agent", "service_lead", "sales_rep"])
        cls.agent = cls.users["service_agent"]
        cls.team = build_team(cls.env, cls.users)
        cls.customer, cls.portal = build_customer(cls.env, "苏州华芯装备有限公司", "buyer")
        cls.other, cls.stranger = build_customer(cls.env, "无锡天工机械有限公司", "stranger")
        cls.asset = cls.env["service.asset"].create({"name": "VMC850-A", "partner_id": cls.customer.id})
        cls.foreign_asset = cls.env["service.asset"].create({"name": "VMC850-B", "partner_id": cls.other.id})
        cls.type = cls.env.ref("crm_service_ticket.type_breakdown")
        cls.ticket = cls.env["service.ticket"].create(
            {
                "subject": "主轴异响",
                "description": "<p>spindle noise</p>",
                "partner_id": cls.portal.partner_id.id,
                "asset_id": cls.asset.id,
                "channel": "portal",
            }
        )
        cls.page = f"/my/tickets/{cls.ticket.id}"

    def _login(self, user):
        self.authenticate(user.login, f"{user.login}-password")

    def _get(self, url, **kwargs):
        return self.url_open(url, allow_redirects=False, **kwargs)

    def _csrf(self):
        page = self.url_open("/my/tickets/new").text
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        return found[1] if found else re.search(r'csrf_token: "([^"]+)"', self.url_open("/web/login").text)[1]

    def _post(self, url, data=None, csrf=True, **kwargs):
        data = dict(data or {})
        if csrf:
            data["csrf_token"] = self._csrf()
        return self.url_open(url, data=data or {"x": "x"}, allow_redirects=False, **kwargs)

    def _to_login(self, response):
        return response.status_code in (302, 303) and "/web/login" in response.headers["Location"]

    def _to_my(self, response):
        return response.status_code in (302, 303) and response.headers["Location"].rstrip("/").endswith("/my")

    def _solve(self):
        self.ticket.with_user(self.agent).action_solve("更换主轴轴承")

    # -- reading ----------------------------------------------------------------------------

    def test_list(self):
        self.assertTrue(self._to_login(self._get("/my/tickets")))
        self._login(self.stranger)
        self.assertNotIn("主轴异响", self._get("/my/tickets").text)
        self._login(self.portal)
        page = self._get("/my/tickets").text
        self.assertIn("主轴异响", page)
        self.assertIn(self.page, page)
        for sortby in ("date", "priority", "state", "subject", "sla_deadline desc; DROP TABLE x"):
            self.assertEqual(self._get("/my/tickets", params={"sortby": sortby}).status_code, 200)
        self.assertEqual(self._post("/my/tickets").status_code, 405)

    def test_list_has_pages(self):
        self.env["service.ticket"].create(
            [{"subject": f"page {number:03d}", "partner_id": self.portal.partner_id.id} for number in range(100)]
        )
        self._login(self.portal)
        first = self._get("/my/tickets").text
        second = self._get("/my/tickets/page/2").text
        self.assertIn("page 099", first)
        self.assertNotIn("page 000", first)
        self.assertNotIn("page 099", second)

    def test_home_counts(self):
        self._login(self.portal)
        answer = self.make_jsonrpc_request("/my/counters", {"counters": ["ticket_count"]})
        self.assertEqual(answer["ticket_count"], 1)
        self.assertIn("/my/tickets", self._get("/my").text)

    def test_page(self):
        self.assertTrue(self._to_my(self._get(self.page)))
        self._login(self.stranger)
        self.assertTrue(self._to_my(self._get(self.page)))
        self.assertTrue(self._to_my(self._get("/my/tickets/999999999")))
        self._login(self.portal)
        page = self._get(self.page)
        self.assertEqual(page.status_code, 200)
        self.assertIn("spindle noise", page.text)
        self.assertIn("VMC850-A", page.text)
        self.assertEqual(self._post(self.page).status_code, 405)

    def test_page_by_link(self):
        token = self.ticket._portal_ensure_token()
        self.assertTrue(self._to_my(self._get(f"{self.page}?access_token=wrong")))
        page = self._get(f"{self.page}?access_token={token}")
        self.assertEqual(page.status_code, 200)
        self.assertIn("spindle noise", page.text)
        # a link opens its own ticket only
        second = self.ticket.copy()
        self.assertTrue(self._to_my(self._get(f"/my/tickets/{second.id}?access_token={token}")))

    @mute_logger("odoo.http")
    def test_links_die(self):
        with freeze_time("2026-03-02 02:00:00"):
            self._solve()
            token = self.ticket._portal_ensure_token()
        self.ticket._ticket_end()
        self.assertTrue(self._to_my(self._get(f"{self.page}?access_token={token}")))
        answer = self._fetch(token=token)
        self.assertIn("error", answer)
        # the owner still reads it
        self._login(self.portal)
        self.assertEqual(self._get(self.page).status_code, 200)

    def _fetch(self, **params):
        body = {"params": {"thread_model": "service.ticket", "thread_id": self.ticket.id, **params}}
        return self.url_open("/mail/chatter_fetch", json=body).json()

    def _bodies(self, answer):
        return str(answer.get("result", ""))

    @mute_logger("odoo.http")
    def test_notes_never_leave(self):
        mine = self.ticket.with_user(self.agent)
        mine.message_post(body="debtor, take care", message_type="comment", subtype_xmlid="mail.mt_note")
        mine.message_post(body="engineer comes", message_type="comment", subtype_xmlid="mail.mt_comment")
        mine.priority = "p0"
        self.env.flush_all()
        token = self.ticket._portal_ensure_token()
        by_link = self._bodies(self._fetch(token=token))
        self.assertIn("engineer comes", by_link)
        self.assertNotIn("debtor", by_link)
        self.assertNotIn("engineer comes", self._bodies(self._fetch()))
        self._login(self.portal)
        by_owner = self._bodies(self._fetch())
        self.assertIn("engineer comes", by_owner)
        self.assertNotIn("debtor", by_owner)
        body = {"params": {"thread_model": "service.ticket", "thread_id": self.ticket.id}}
        thread = self.url_open("/mail/thread/messages", json=body).text
        self.assertNotIn("debtor", thread)
        self.assertNotIn("debtor", self._get(self.page).text)
        self._login(self.stranger)
        self.assertNotIn("engineer comes", self._bodies(self._fetch()))
        self.assertNotIn("engineer comes", self.url_open("/mail/thread/messages", json=body).text)

    # -- opening ----------------------------------------------------------------------------

    def _new(self):
        return self.env["service.ticket"].search([("subject", "=", "new one")])

    def _form(self, **more):
        return {"subject": "new one", "description": "it <b>smokes</b>", **more}

    @mute_logger("odoo.http")
    def test_new(self):
        self.assertTrue(self._to_login(self._get("/my/tickets/new")))
        self.assertTrue(self._to_login(self._post("/my/tickets/new", self._form())))
        self._login(self.portal)
        page = self._get("/my/tickets/new").text
        self.assertIn("VMC850-A", page)
        self.assertNotIn("VMC850-B", page)
        # reading makes nothing, and without the token of the form nothing is made
        self._get("/my/tickets/new", params=self._form())
        self.assertEqual(self._post("/my/tickets/new", self._form(), csrf=False).status_code, 400)
        self.assertFalse(self._new())
        sent = self._form(type_id=str(self.type.id), asset_id=str(self.asset.id))
        # a crafted form changes nothing else
        sent |= {
            "priority": "p0", "user_id": str(self.portal.id), "state": "closed", "partner_id": "1",
            "commercial_partner_id": "1", "team_id": "1", "company_id": "99", "channel": "phone", "name": "GD-X",
            "solution": "x", "responded_at": "2020-01-01 00:00:00",
        }  # fmt: skip
        answer = self._post("/my/tickets/new", sent)
        ticket = self._new()
        self.assertTrue(answer.headers["Location"].endswith(f"/my/tickets/{ticket.id}"))
        self.assertEqual(ticket.partner_id, self.portal.partner_id)
        self.assertEqual((ticket.asset_id, ticket.type_id, ticket.priority), (self.asset, self.type, "p1"))
        self.assertEqual((ticket.state, ticket.team_id), ("assigned", self.team))
        self.assertIn(ticket.user_id, self.team.member_ids.user_id)
        self.assertEqual((ticket.channel, ticket.company_id), ("portal", self.env.company))
        self.assertFalse(ticket.responded_at or ticket.solution)
        self.assertIn("&lt;b&gt;smokes", ticket.description)

    def test_new_with_wrong_choices(self):
        self._login(self.portal)
        hidden = self.env["service.ticket.type"].create({"name": "hidden", "is_portal": False})
        for more in ({"asset_id": str(self.foreign_asset.id)}, {"type_id": str(hidden.id)}, {"subject": " "},
                     {"description": ""}):  # fmt: skip
            with self.subTest(more=more):
                answer = self._post("/my/tickets/new", self._form(**more))
                self.assertEqual(answer.status_code, 200)
                self.assertIn("alert-danger", answer.text)
        for more in ({"asset_id": "1 OR 1=1"}, {"type_id": "²"}):
            self.assertIn(self._post("/my/tickets/new", self._form(**more)).status_code, (200, 303))
        self.assertNotIn(self.foreign_asset, self._new().asset_id)

    def test_colleagues_have_their_app(self):
        self.authenticate("service_agent", "service_agent")
        self.assertTrue(self._to_my(self._get("/my/tickets/new")))
        self._solve()
        self.assertTrue(self._to_my(self._post(f"{self.page}/close")))
        self.assertEqual(self.ticket.state, "solved")

    def test_files(self):
        self._login(self.portal)
        files = [
            ("attachments", ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"))
        ]
        self._post("/my/tickets/new", self._form(), files=files)
        file = self.env["ir.attachment"].search([("res_model", "=", "service.ticket"), ("res_id", "=", self._new().id)])
        self.assertEqual(file.name, "a.svg")
        self.assertEqual(file.mimetype, "text/plain")
        self.assertFalse(file.public)
        self._login(self.stranger)
        self.assertIn(self._get(f"/web/content/{file.id}").status_code, (403, 404))
        self._login(self.portal)
        # customers open files through the messages, which carry a token for each
        body = {"params": {"thread_model": "service.ticket", "thread_id": self._new().id}}
        messages = self.url_open("/mail/chatter_fetch", json=body).json()["result"]["data"]["mail.message"]
        (shown,) = (shown for message in messages for shown in message["attachment_ids"])
        self.assertEqual(shown["id"], file.id)
        token = shown["raw_access_token"]
        answer = self._get(f"/web/content/{file.id}?download=true&access_token={token}")
        self.assertEqual((answer.status_code, answer.content[:4]), (200, b"<svg"))
        self.assertIn("attachment", answer.headers["Content-Disposition"])

    def test_files_are_limited(self):
        self._login(self.portal)
        big = [("attachments", ("big.bin", b"x" * 2000, "application/octet-stream"))]
        many = [("attachments", (f"{n}.txt", b"x", "text/plain")) for n in range(service_ticket_portal.MOST_FILES + 1)]
        self.patch(service_ticket_portal, "MOST_BYTES", 1000)
        for files in (big, many):
            answer = self._post("/my/tickets/new", self._form(), files=files)
            self.assertIn("alert-danger", answer.text)
        self.assertFalse(self._new())

    # -- acting -----------------------------------------------------------------------------

    @mute_logger("odoo.http")
    def test_close(self):
        url = f"{self.page}/close"
        self._solve()
        self.assertEqual(self._get(url).status_code, 405)
        self.assertTrue(self._to_my(self._post(url)))
        self._login(self.stranger)
        self.assertTrue(self._to_my(self._post(url)))
        self._login(self.portal)
        self.assertEqual(self._get(url).status_code, 405)
        self.assertEqual(self._post(url, csrf=False).status_code, 400)
        self.assertEqual(self.ticket.state, "solved")
        self._post(url)
        self.assertEqual(self.ticket.state, "closed")
        # again: said, not broken
        self.assertIn("problem=state", self._post(url).headers["Location"])

    def test_close_by_link(self):
        self._solve()
        token = self.ticket._portal_ensure_token()
        self.assertTrue(self._to_my(self._post(f"{self.page}/close?access_token=wrong")))
        self._post(f"{self.page}/close?access_token={token}")
        self.assertEqual(self.ticket.state, "closed")

    @mute_logger("odoo.http")
    def test_reopen(self):
        url = f"{self.page}/reopen"
        self._solve()
        self.assertEqual(self._get(url).status_code, 405)
        self.assertTrue(self._to_my(self._post(url, {"words": "x"})))
        self._login(self.stranger)
        self.assertTrue(self._to_my(self._post(url, {"words": "x"})))
        self._login(self.portal)
        self.assertEqual(self._post(url, {"words": "x"}, csrf=False).status_code, 400)
        self.assertEqual(self.ticket.state, "solved")
        self._post(url, {"words": "<i>still</i> noisy"})
        self.assertEqual((self.ticket.state, self.ticket.reopen_count), ("in_progress", 1))
        message = self.ticket.message_ids.filtered(lambda message: "noisy" in (message.body or ""))
        self.assertEqual(message.author_id, self.portal.partner_id)
        self.assertIn("&lt;i&gt;", message.body)
        self._solve()
        self._post(url)
        self.assertEqual((self.ticket.state, self.ticket.reopen_count), ("in_progress", 2))
        self.ticket._through_door("reopen_until").reopen_until = False

    def test_reopen_too_late(self):
        with freeze_time("2026-03-02 02:00:00"):
            self._solve()
        self._login(self.portal)
        answer = self._post(f"{self.page}/reopen", {"words": "x"})
        self.assertIn("problem=reopen", answer.headers["Location"])
        self.assertIn("alert-warning", self.url_open(answer.headers["Location"]).text)
        self.assertEqual(self.ticket.state, "solved")

    def _say(self, **params):
        body = {"params": {"thread_model": "service.ticket", "thread_id": self.ticket.id,
                           "post_data": {"body": "sent a video", **params.pop("data", {})}, **params}}  # fmt: skip
        return self.url_open("/mail/message/post", json=body).json()

    @mute_logger("odoo.http")
    def test_the_chatter(self):
        self.ticket.with_user(self.agent).action_wait()
        self.assertIn("error", self._say())
        self._login(self.stranger)
        self.assertIn("error", self._say())
        self.assertEqual(self.ticket.state, "waiting_customer")
        self._login(self.portal)
        self._say(data={"subtype_xmlid": "mail.mt_note", "message_type": "comment"})
        self.assertEqual(self.ticket.state, "in_progress")
        message = (
            self.ticket.message_ids[:1] if "video" in self.ticket.message_ids[:1].body else self.ticket.message_ids[1]
        )
        self.assertEqual(message.author_id, self.portal.partner_id)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))

    def test_the_chatter_by_link(self):
        self.ticket.with_user(self.agent).action_wait()
        token = self.ticket._portal_ensure_token()
        self._say(token=token, data={"message_type": "comment", "subtype_xmlid": "mail.mt_comment"})
        self.assertEqual(self.ticket.state, "in_progress")
        self.assertFalse(self.ticket.responded_at)

    @mute_logger("odoo.http")
    def test_rate(self):
        self._solve()
        rating = self.ticket.rating_ids
        url = f"/rate/{rating.access_token}/5"
        self._login(self.portal)
        self.assertIn(url, self._get(self.page).text)
        self._login(self.stranger)
        self.assertNotIn("submit_feedback", self._get(url).text)
        self._login(self.portal)
        self.assertIn("submit_feedback", self._get(url).text)
        self.assertFalse(rating.consumed)
        self._post(f"/rate/{rating.access_token}/submit_feedback", {"rate": "5", "feedback": "fast"})
        self.env.invalidate_all()
        self.assertEqual((rating.rating, rating.feedback, rating.consumed), (5, "fast", True))
        self.assertEqual(self.ticket.state, "solved")
        self.assertNotIn(url, self._get(self.page).text)

    @mute_logger("odoo.http")
    def test_public_methods_refuse_customers(self):
        self._login(self.portal)
        for method in ("action_take", "action_start", "action_wait", "action_solve", "action_close", "action_reopen",
                       "action_cancel", "_portal_close", "_ticket_transition"):  # fmt: skip
            body = {"params": {"model": "service.ticket", "method": method, "args": [self.ticket.ids], "kwargs": {}}}
            with self.subTest(method=method):
                self.assertIn("error", self.url_open(f"/web/dataset/call_kw/service.ticket/{method}", json=body).json())
        self.assertEqual(self.ticket.state, "assigned")
