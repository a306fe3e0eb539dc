import json
import time

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..lib.signature import WINDOW, sign
from .channel_common import ChannelCase


@tagged("post_install", "-at_install")
class TestIntakeEndpoint(HttpCase, ChannelCase):
    """The signed endpoint as a stranger meets it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.platform = cls.channel("endpoint")

    def deliver(self, payload, nonce="nonce-0001", channel=None, **change):
        """Sends a signed request; ``change`` replaces ``body``, ``timestamp``, ``key`` or ``token`` after signing."""
        channel = channel or self.platform
        body = change.pop("raw", None) or json.dumps(payload).encode()
        moment = str(change.pop("time", int(time.time())))
        signature = sign(change.pop("key", channel._endpoint_key()), moment, nonce, body)
        headers = {
            "X-Timestamp": moment,
            "X-Nonce": nonce,
            "X-Signature": f"sha256={signature}",
            "Content-Type": "application/json",
        }
        headers |= change.pop("headers", {})
        self.env.flush_all()
        url = self.base_url() + f"/crm/intake/{change.pop('token', channel.token)}"
        return self.opener.post(url, data=change.pop("body", body), headers=headers, timeout=60)

    def payload(self, **vals):
        return {
            "external_id": "ad-1",
            "company": "无锡启明阀门有限公司",
            "contact": "王伟",
            "phone": "13900001111",
            **vals,
        }

    def assertRefused(self, response, status):
        self.assertEqual(response.status_code, status, response.text[:200])
        self.assertFalse(self.leads(self.platform))

    def test_worked_example_of_the_manual(self):
        """docs/developer.md: whoever follows it gets this signature."""
        body = '{"external_id":"A-1001","company":"苏州恒锐机械有限公司","phone":"13812008866"}'.encode()
        signature = sign("0123456789abcdef", "1767225600", "n-0000000001", body)
        self.assertEqual(signature, "575b0239d67c64a1dcc085ec2c07b3e19ec5952fd28d6f95f8a7595f5e628ea6")

    def test_a_lead_is_delivered(self):
        response = self.deliver(self.payload(province="江苏", need="两台五轴", clue_tag={"a": ["b"]}, age=5))
        self.assertEqual((response.status_code, response.json()), (200, {"ok": True}))
        lead = self.leads(self.platform)
        self.assertEqual(
            (lead.partner_name, lead.phone, lead.state_id),
            ("无锡启明阀门有限公司", "13900001111", self.env.ref("base.state_cn_JS")),
        )
        self.assertEqual((lead.source_id, lead.campaign_id, lead.pool_state), (self.source, self.campaign, "pooled"))
        for text in ("两台五轴", "clue_tag", "age: 5"):
            self.assertIn(text, lead.description)
        self.assertEqual(self.platform.created_count, 1)

    def test_what_is_sent_again_is_taken_once(self):
        first = self.deliver(self.payload())
        again = self.deliver(self.payload(contact="另一个"), nonce="nonce-0002")
        self.assertEqual((first.status_code, first.text), (again.status_code, again.text))
        self.assertEqual(len(self.leads(self.platform)), 1)
        # another channel has numbers of its own
        other = self.channel("endpoint", name="other")
        self.assertEqual(self.deliver(self.payload(), channel=other).status_code, 200)
        self.assertEqual(len(self.leads(other)), 1)

    def test_replay_is_refused(self):
        payload = self.payload(external_id="")
        self.assertEqual(self.deliver(payload).status_code, 200)
        replay = self.deliver(payload)
        self.assertEqual((replay.status_code, replay.json()), (409, {"ok": False, "error": "replay"}))
        self.assertEqual(len(self.leads(self.platform)), 1)

    def test_whoever_does_not_sign_is_refused(self):
        now = int(time.time())
        answers = set()
        for change in (
            {"key": "0" * 64},
            {"body": b'{"company": "x", "phone": "13900001111"}'},
            {"time": now - WINDOW - 5},
            {"time": now + WINDOW + 5},
            {"time": "1e9"},
            {"headers": {"X-Signature": ""}},
            {"headers": {"X-Nonce": "nonce-0009"}},
            {"headers": {"X-Timestamp": str(now - 1)}},
            {"headers": {"X-Signature": "sha256=\xe4".encode("latin-1")}},
            {"nonce": "short"},
            {"token": "nothing-here"},
            {"token": self.channel("web_form", name="form").token},
        ):
            with self.subTest(change):
                response = self.deliver(self.payload(), **change)
                self.assertRefused(response, 401)
                answers.add(response.text)
        self.assertEqual(answers, {'{"ok": false, "error": "unauthorized"}'})
        self.assertFalse(self.env["crm.intake.receipt"].search([("channel_id", "=", self.platform.id)]))

    def test_a_stopped_channel_and_an_old_key(self):
        key = self.platform._endpoint_key()
        self.platform.with_user(self.marketing).action_new_key()
        self.assertRefused(self.deliver(self.payload(), key=key), 401)
        self.platform.active = False
        self.assertRefused(self.deliver(self.payload()), 401)

    def test_get_is_not_for_this_address(self):
        response = self.opener.get(self.base_url() + f"/crm/intake/{self.platform.token}", timeout=60)
        self.assertRefused(response, 405)

    def test_flood(self):
        self.platform.minute_limit = 2
        for number in range(2):
            self.assertEqual(
                self.deliver(
                    self.payload(external_id=str(number), phone=f"1390000111{number}"), nonce=f"nonce-000{number}"
                ).status_code,
                200,
            )
        response = self.deliver(self.payload(external_id="3"), nonce="nonce-0003")
        self.assertEqual((response.status_code, response.headers["Retry-After"]), (429, "60"))
        # a stranger's requests count against nobody
        other = self.channel("endpoint", name="other", minute_limit=1)
        for number in range(3):
            self.assertEqual(
                self.deliver(self.payload(), channel=other, key="x", nonce=f"nonce-001{number}").status_code, 401
            )
        self.assertEqual(self.deliver(self.payload(), channel=other).status_code, 200)

    def test_what_is_too_large_is_not_read(self):
        with mute_logger("odoo.http"):
            response = self.deliver({}, raw=b'{"need": "' + b"x" * 70000 + b'"}')
            self.assertRefused(response, 413)
            # which addresses exist is not told either
            response = self.deliver({}, raw=b'{"need": "' + b"x" * 70000 + b'"}', token="none")
        self.assertRefused(response, 413)

    def test_nonsense_in_a_lawful_envelope(self):
        for number, raw in enumerate((b"", b"[]", b"5", b"{", b"\xff\xfe", b'{"a":' * 30000 + b"1" + b"}" * 30000)):
            with self.subTest(raw[:10]):
                if raw:
                    self.assertRefused(
                        self.deliver({}, raw=raw, nonce=f"nonce-01{number:02}"), 413 if len(raw) > 65536 else 400
                    )
        for number, payload in enumerate(
            ({}, {"company": "x"}, {"phone": "1" * 300}, {"company": "x" * 300, "phone": "13900001111"})
        ):
            with self.subTest(payload):
                response = self.deliver(payload, nonce=f"nonce-02{number:02}")
                self.assertRefused(response, 422)
                self.assertEqual(response.json(), {"ok": False, "error": "incomplete"})

    def test_hostile_values_stay_text(self):
        evil = '"><svg onload=alert(1)>'
        self.deliver(
            self.payload(contact=evil, need=evil, **{evil: evil, "user_id": 2, "stage_id": 4, "company_id": 1})
        )
        lead = self.leads(self.platform)
        self.assertEqual(lead.contact_name, evil)
        self.assertNotIn("<svg", lead.description)
        self.assertFalse(lead.user_id)
        self.assertIn("user_id: 2", lead.description)

    def test_the_answer_says_nothing_of_what_is_there(self):
        fresh = self.deliver(self.payload())
        self.known()
        for number, policy in enumerate(("warn", "merge", "block")):
            channel = self.channel("endpoint", name=policy, duplicate_policy=policy)
            known = self.deliver(self.payload(phone="13812008866"), nonce=f"nonce-03{number:02}", channel=channel)
            self.assertEqual((known.status_code, known.text), (fresh.status_code, fresh.text))
