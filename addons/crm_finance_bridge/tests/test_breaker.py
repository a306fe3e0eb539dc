"""The breaker by its moments, what "slow down" does to it, and the brake that only a person releases."""

import contextlib
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..clients.errors import Rejected
from ..models.finance_pace import _Pace
from .common import BridgeCase

NOW = datetime(2026, 11, 22, 8, 0)


def after(seconds):
    return NOW + timedelta(seconds=seconds)


@tagged("post_install", "-at_install")
class TestBreaker(BridgeCase):
    def no_answer(self, *moments):
        for seconds in moments:
            self.connection._breaker_failure(after(seconds))

    def succeed(self, *moments):
        for seconds in moments:
            self.connection._breaker_success(after(seconds))

    def open(self):
        self.no_answer(0, 1, 2, 3, 4)
        self.assertTrue(self.connection.breaker_opened_at)

    # -- when it opens and closes -----------------------------------------------------------

    def test_five_failures_within_a_minute_open_it(self):
        self.no_answer(0, 1, 2, 3)
        self.assertFalse(self.connection.breaker_opened_at)
        self.no_answer(60)
        self.assertEqual(self.connection.breaker_opened_at, after(60))
        self.assertEqual(self.connection.breaker_retry_at, after(120))

    def test_failures_of_more_than_a_minute_do_not(self):
        self.no_answer(0, 1, 2, 3, 61)
        self.assertFalse(self.connection.breaker_opened_at)
        self.assertEqual(self.connection.breaker_failures, 1)

    def test_an_answer_between_counts_from_the_start(self):
        self.no_answer(0, 1, 2, 3)
        self.succeed(4)
        self.no_answer(5)
        self.assertFalse(self.connection.breaker_opened_at)

    def test_two_answers_in_a_row_close_it(self):
        self.open()
        self.succeed(70)
        self.assertTrue(self.connection.breaker_opened_at)
        self.no_answer(71)
        self.assertEqual(self.connection.breaker_retry_at, after(131))
        self.succeed(140)
        self.assertTrue(self.connection.breaker_opened_at)
        self.succeed(141)
        self.assertFalse(self.connection.breaker_opened_at)
        self.assertFalse(self.connection.breaker_retry_at)

    def test_what_the_form_shows(self):
        now = fields.Datetime.now()
        for expected, vals in (
            ("closed", {}),
            ("open", {"breaker_opened_at": now, "breaker_retry_at": now + timedelta(minutes=5)}),
            ("half", {"breaker_retry_at": now - timedelta(minutes=5)}),
            ("stopped", {"stop_reason": "the secret is wrong"}),
        ):
            self.connection._breaker_write(vals)
            self.connection.invalidate_recordset(["breaker_state"])
            self.assertEqual(self.connection.breaker_state, expected)

    def test_an_answer_like_the_last_writes_nothing(self):
        self.succeed(0)
        self.env.flush_all()
        with self.assertQueryCount(0):
            self.succeed(30)
            self.env.flush_all()
        self.assertEqual(self.connection.last_success_at, NOW)
        self.succeed(60)
        self.assertEqual(self.connection.last_success_at, after(60))

    # -- "too many calls" -------------------------------------------------------------------

    def slow_down(self, seconds, wait):
        self.connection._slow_down(
            after(seconds), Rejected("slow", reason="http_429", retryable=True, retry_after=wait)
        )

    def test_who_asks_again_is_asked_once_a_minute(self):
        self.slow_down(0, 5)
        self.assertEqual(self.connection.breaker_retry_at, after(5))
        self.slow_down(6, 5)
        self.assertEqual(self.connection.breaker_retry_at, after(66))
        self.assertEqual(self.connection.breaker_opened_at, NOW)

    def test_a_shorter_silence_does_not_shorten_a_longer_one(self):
        self.slow_down(0, 300)
        self.slow_down(1, 45)
        self.assertEqual(self.connection.breaker_retry_at, after(300))

    def test_it_counts_as_no_answer(self):
        self.open()
        self.succeed(70)
        self.slow_down(71, 5)
        self.succeed(140)
        self.assertTrue(self.connection.breaker_opened_at)

    def test_the_quota_of_kingdee_is_a_number_of_kingdee(self):
        quota = Rejected("x", code=14, reason="x", retryable=True)
        self.assertTrue(self.connection._is_throttle(quota))
        self.assertFalse(self.connection.new({"product": "yonyou_u8"})._is_throttle(quota))

    # -- the brake --------------------------------------------------------------------------

    def test_one_to_do_however_often_it_stops(self):
        self.connection._pause("The secret is wrong.")
        self.assertEqual(self.connection.activity_ids.user_id, self.clerk)
        self.connection._pause("The secret is still wrong.")
        self.assertEqual(len(self.connection.activity_ids), 1)
        # somebody has seen it and has not mended it yet
        self.connection.activity_ids.unlink()
        self.connection._pause("The secret is wrong again.")
        self.assertFalse(self.connection.activity_ids)

    def test_who_has_left_is_not_asked(self):
        self.assertEqual(self.clerk._merchant_handover_items()["finance_connections"], self.connection)
        self.assertNotIn("finance_connections", self.rep._merchant_handover_items())
        self.clerk.active = False
        self.connection._pause("the secret is wrong")
        self.assertTrue(self.connection.activity_ids.user_id.active)
        self.assertTrue(self.connection.activity_ids.user_id.has_group("crm_merchant.group_finance_manager"))

    def test_a_record_has_one_to_do(self):
        for text in ("one", "two"):
            self.connection._ask_person(self.connection, self.clerk, lambda _env, t=text: t, text)
        self.assertEqual(self.connection.activity_ids.mapped("summary"), ["one"])

    def test_what_cannot_be_told_stops_nothing(self):
        fault = patch.object(type(self.env["mail.activity"]), "_merchant_schedule_quietly", side_effect=ValueError)
        with fault, mute_logger("odoo.addons.crm_finance_bridge.models.finance_connection_breaker"):
            self.connection._pause("The secret is wrong.")
        self.assertEqual(self.connection.stop_reason, "The secret is wrong.")

    def test_a_test_that_goes_through_releases_all_and_wakes_the_lane(self):
        self.open()
        self.connection._pause("The secret is wrong.")
        cron = self.outbox._lane_cron(0)
        domain = [("cron_id", "=", cron.id)]
        before = self.env["ir.cron.trigger"].search_count(domain)
        self.connection._resume()
        self.assertEqual(self.connection.breaker_state, "closed")
        self.assertEqual(self.connection.breaker_failures, 0)
        self.assertFalse(self.connection.breaker_first_failure_at)
        self.assertEqual(self.env["ir.cron.trigger"].search_count(domain), before + 1)

    def test_nobody_writes_it(self):
        names = ("breaker_failures", "breaker_first_failure_at", "breaker_opened_at", "breaker_retry_at",
                 "breaker_successes", "stop_reason", "fapiao_problem", "start_date", "credit_read_at",
                 "credit_problem", "opening_day")  # fmt: skip
        for name in names:
            kind = self.connection._fields[name].type
            value = {"integer": 3, "text": "x", "date": fields.Date.today()}.get(kind, NOW)
            for user in (self.manager, self.env.ref("base.user_admin")):
                with self.subTest(name, user=user.login), self.assertRaises(AccessError):
                    self.connection.with_user(user).write({name: value})


@tagged("post_install", "-at_install")
class TestPlaces(BridgeCase):
    """Places in the pace on a real cursor."""

    def test_each_lane_sees_what_the_one_before_has_made_of_the_row(self):
        with contextlib.closing(self.env.registry._db.cursor()) as cursor:
            # a connection that is not committed yet
            nobody = api.Environment(cursor, SUPERUSER_ID, {})["finance.connection"].browse(2**31 - 1)
            slept = []
            _Pace(lambda: contextlib.nullcontext(cursor), nobody.id, 60, sleep=slept.append)()
            self.assertFalse(slept)
            cursor.execute("SHOW transaction_isolation")
            self.assertEqual(cursor.fetchone(), ("read committed",))
            cursor.rollback()

    def test_a_connection_that_is_not_saved_has_none(self):
        self.assertIsNone(self.env["finance.pace"]._of(self.env["finance.connection"].new({"calls_per_minute": 60})))
