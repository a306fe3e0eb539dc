import json
import time
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_merchant.lib.signature import WINDOW, sign

from .common import BridgeCase

SECRET = "h00k-secret-0123456789-0123456789-abcd"
OTHER = "other-secret-0123456789-0123456789-abcd"


@tagged("post_install", "-at_install")
class TestHook(HttpCase, BridgeCase):
    """The address for announcements as a stranger meets it, and what an announcement makes us do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection.hook_input = SECRET
        cls.notices = cls.env["finance.notice"].sudo()
        cls.path = cls.connection.hook_url[cls.connection.hook_url.index("/finance/hook/") :]

    def announce(self, payload=None, nonce="nonce-0001", **change):
        """Sends a signed call; ``change`` replaces ``key``, ``time``, ``body``, ``path``, ``headers`` after signing."""
        body = change.pop("raw", None) or json.dumps(payload or {"event_id": "e-1"}).encode()
        moment = str(change.pop("time", int(time.time())))
        headers = {
            "X-Timestamp": moment,
            "X-Nonce": nonce,
            "X-Signature": f"sha256={sign(change.pop('key', SECRET), moment, nonce, body)}",
            "Content-Type": "application/json",
        }
        headers |= change.pop("headers", {})
        self.env.flush_all()
        url = self.base_url() + change.pop("path", self.path)
        response = self.opener.post(url, data=change.pop("body", body), headers=headers, timeout=60)
        self.assertFalse(change)
        self.env.invalidate_all()
        return response

    def outcomes(self):
        return sorted(self.notices.search([]).mapped("outcome"))

    def triggers(self):
        cron = self.env.ref("crm_finance_bridge.cron_poll")
        return self.env["ir.cron.trigger"].sudo().search_count([("cron_id", "=", cron.id)])

    # -- what is let in ---------------------------------------------------------------------

    def test_it_wakes_the_poller_and_nothing_else(self):
        before = self.triggers()
        response = self.announce({"event_id": "e-1", "number": "CRM-AR-1", "amount": "99999", "state": "on"})
        self.assertEqual((response.status_code, response.json()), (200, {"ok": True}))
        notice = self.notices.search([])
        self.assertEqual((notice.outcome, notice.event, notice.number), ("waiting", "e-1", "CRM-AR-1"))
        self.assertEqual(notice.connection_id, self.connection)
        self.assertEqual(self.triggers(), before + 1)

    def test_an_event_counts_once_however_often_it_comes(self):
        before = self.triggers()
        for number in range(100):
            response = self.announce({"event_id": "e-1"}, nonce=f"nonce-{number:04}")
            self.assertEqual(response.status_code, 200)
        self.assertEqual(self.outcomes(), ["repeat"] * 99 + ["waiting"])
        self.assertEqual(self.triggers(), before + 1)

    def test_what_was_announced_is_read_and_the_body_is_not_believed(self):
        move = self.invoice()
        self.deliver()
        binding = self.env["finance.binding"].search([("res_model", "=", "account.move"), ("res_id", "=", move.id)])
        self.erp.with_number(binding.number)[0]["status"] = "D"
        self.erp.calls.clear()
        self.announce({"event_id": "e-1", "number": binding.number, "state": "C"})
        self.announce({"event_id": "e-2", "number": "nobody's"}, nonce="nonce-0002")
        self.poll()
        self.assertEqual(binding.remote_stage, "rejected")
        self.assertEqual(self.outcomes(), ["done", "done"])
        self.assertEqual(self.erp.calls, [("receipts", ""), ("find", binding.number)])
        # once read it is not read for that again
        self.poll()
        self.assertEqual(self.erp.calls[2:], [("receipts", "")])

    def test_what_cannot_be_reached_now_waits(self):
        move = self.invoice()
        self.deliver()
        self.announce({"event_id": "e-1", "number": self.row(move).number})
        self.erp.faults = {"find": ["unsent"]}
        self.poll()
        self.assertEqual(self.outcomes(), ["waiting"])
        self.poll()
        self.assertEqual(self.outcomes(), ["done"])

    # -- what is refused --------------------------------------------------------------------

    def test_whoever_does_not_sign_is_refused(self):
        self.connection.flush_recordset()
        other = self.connection.copy({"company_id": self.env["res.company"].create({"name": "另一家"}).id,
                                      "receipt_journal_id": False})  # fmt: skip
        other.hook_input = OTHER
        other._switch("on")
        now = int(time.time())
        body = b'{"event_id": "e-1"}'
        signature = sign(SECRET, str(now), "nonce-0001", body)
        flipped = signature[:-1] + ("0" if signature[-1] != "0" else "1")
        cases = (
            {"key": OTHER},
            {"key": ""},
            {"raw": body, "body": b'{"event_id": "e-3"}'},
            {"raw": body, "time": now, "headers": {"X-Signature": f"sha256={flipped}"}},
            {"time": now - WINDOW - 1},
            {"time": now + WINDOW + 5},
            {"time": "1e9"},
            {"headers": {"X-Signature": ""}},
            {"headers": {"X-Nonce": "nonce-0009"}},
            {"headers": {"X-Timestamp": str(now - 1)}},
            {"nonce": "short"},
            {"path": "/finance/hook/nothing-here"},
            {"path": other.hook_url[other.hook_url.index("/finance/hook/") :]},
        )
        answers = set()
        for count, case in enumerate(cases, 1):
            with self.subTest(case):
                response = self.announce(**case)
                answers.add((response.status_code, response.text))
                self.assertEqual(len(self.notices.search([("outcome", "=", "unauthorized")])), count)
        self.assertEqual(answers, {(401, '{"ok": false, "error": "unauthorized"}')})
        self.assertEqual(set(self.outcomes()), {"unauthorized"})
        self.assertEqual(self.opener.post(self.base_url() + self.path, timeout=60).status_code, 401)
        self.assertEqual(self.opener.get(self.base_url() + self.path, timeout=60).status_code, 405)

    def test_a_connection_that_is_off_answers_like_none(self):
        self.connection._switch("off")
        self.assertEqual(self.announce().status_code, 401)
        self.connection._switch("on")
        with patch.dict("os.environ", {"CRM_FINANCE_KEY": ""}):
            self.assertEqual(self.announce().status_code, 401)
        self.assertEqual(self.announce().status_code, 200)

    def test_a_copied_database_answers_like_none(self):
        self.connection._through_door("home").write({"home": "the original"})
        self.assertEqual(self.announce().status_code, 401)
        self.assertEqual(self.outcomes(), ["unauthorized"])
        self.connection._through_door("home").write({"home": self.env.cr.dbname})
        self.assertEqual(self.announce().status_code, 200)

    def test_the_secret_before_is_good_for_a_day(self):
        self.assertFalse(self.connection.hook_is_changing)
        self.connection.hook_input = OTHER
        self.assertTrue(self.connection.hook_is_changing)
        self.assertEqual(self.announce().status_code, 200)
        self.assertEqual(self.announce(key=OTHER, nonce="nonce-0002").status_code, 200)
        vals = {"hook_former_until": fields.Datetime.now()}
        self.connection._through_door(*vals).write(vals)
        self.assertEqual(self.announce(nonce="nonce-0003").status_code, 401)
        self.assertFalse(self.connection.hook_is_changing)
        self.assertEqual(self.announce(key=OTHER, nonce="nonce-0004").status_code, 200)

    def test_a_nonce_is_good_once(self):
        self.assertEqual(self.announce().status_code, 200)
        for payload in ({"event_id": "e-1"}, {"event_id": "e-2"}):
            response = self.announce(payload)
            self.assertEqual((response.status_code, response.json()["error"]), (409, "replay"))
        self.assertEqual(self.outcomes(), ["replay", "replay", "waiting"])

    def test_nonsense_in_a_lawful_envelope(self):
        bodies = (b"{", b"[]", b"5", b"\xff\xfe", b"{}", b'{"event_id": ""}', b'{"event_id": {"a": 1}}',
                  b'{"event_id": true}', b'{"event_id": "1", "number": 5}', b'{"event_id": "a\\u0000b"}',
                  b'{"event_id": "' + b"x" * 200 + b'"}', b'{"a":' * 2500 + b"1" + b"}" * 2500)  # fmt: skip
        for number, raw in enumerate(bodies):
            with self.subTest(raw[:20]):
                self.assertEqual(self.announce(raw=raw, nonce=f"nonce-01{number:02}").status_code, 400)
        self.assertEqual(set(self.outcomes()), {"bad_request"})
        with mute_logger("odoo.http"):
            self.assertEqual(self.announce(raw=b'{"event_id": "' + b"x" * 20000 + b'"}').status_code, 413)

    def test_flood(self):
        self.connection.hook_limit = 2
        for number in range(4):
            response = self.announce({"event_id": f"e-{number}"}, nonce=f"nonce-000{number}")
            self.assertEqual(response.status_code, 200 if number < 2 else 429)
        self.assertEqual(response.headers["Retry-After"], "60")
        for _number in range(4):
            self.announce(key=OTHER)
        self.assertEqual(self.outcomes(), ["unauthorized"] * 2 + ["waiting"] * 2)

    # -- the secret -------------------------------------------------------------------------

    def test_the_secret_is_written_and_never_read(self):
        system = new_test_user(self.env, "hook_system", groups="base.group_system,base.group_user")
        mine = self.connection.with_user(system)
        self.assertFalse(mine.read(["hook_input"])[0]["hook_input"])
        with self.assertRaises(UserError):
            mine.hook_input = "too short"
        # entered twice, because the one before is known to others
        mine.write({"hook_input": OTHER})
        mine.write({"hook_input": OTHER})
        self.assertEqual(self.announce().status_code, 401)
        self.assertEqual(self.announce(key=OTHER).status_code, 200)
        for user, names in (
            (system, ["hook_token", "hook_former_token", "hook_code"]),
            (self.manager, ["hook_url", "hook_input"]),
        ):
            for name in names:
                with self.subTest(name), self.assertRaises(AccessError):
                    self.connection.with_user(user).read([name])
        with self.assertRaises(AccessError):
            mine.write({"hook_token": "x"})
        self.env.cr.execute("SELECT hook_token FROM finance_connection WHERE id = %s", [self.connection.id])
        self.assertNotIn(OTHER, self.env.cr.fetchone()[0])
        self.assertFalse(self.connection.copy({"product": "yonyou_u8"}).hook_url)

    def test_nobody_writes_notes(self):
        self.announce()
        notice = self.notices.search([])
        system = new_test_user(self.env, "hook_system", groups="base.group_system,base.group_user")
        for user in (self.clerk, self.manager, system):
            mine = notice.with_user(user)
            for attack in (
                lambda m=mine: m.write({"outcome": "done"}),
                lambda m=mine: m.create({"outcome": "done"}),
                lambda m=mine: m.unlink(),
                lambda m=mine: m.read(["nonce"]),
            ):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    attack()
        with self.assertRaises(AccessError):
            notice.with_user(self.rep).read(["outcome"])
