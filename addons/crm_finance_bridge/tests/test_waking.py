"""When a lane starts, stops and is woken: what nobody sees while all goes well."""

import time
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..models.finance_outbox_worker import FinanceOutbox as Worker
from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestWaking(BridgeCase):
    def setUp(self):
        super().setUp()
        self.triggers = self.env["ir.cron.trigger"]
        self.now = fields.Datetime.now()

    def rows_of(self, count):
        """Rows of customers of their own, so that none waits for another; nobody is awake for them."""
        partners = self.env["res.partner"].create([{"name": f"客户{n}", "is_company": True} for n in range(count)])
        for partner in partners:
            self.invoice(partner=partner)
        self.env.flush_all()
        self.env.cr.execute("UPDATE finance_outbox SET state = 'done' WHERE kind != 'customer'")
        self.env.invalidate_all()
        self.triggers.search([]).unlink()
        return self.outbox.search([("state", "=", "pending")])

    def postpone(self, rows, seconds):
        moment = self.now + timedelta(seconds=seconds)
        self.env.cr.execute("UPDATE finance_outbox SET next_attempt_at = %s WHERE id = ANY(%s)", [moment, rows.ids])
        self.env.invalidate_all()
        return moment

    def stand(self, **columns):
        """The connection as another process left it; its jobs stay as they are."""
        for name, value in columns.items():
            self.env.cr.execute(
                f"UPDATE finance_connection SET {name} = %s WHERE id = %s",
                [value, self.connection.id],
            )
        self.env.invalidate_all()

    def woken(self):
        """{lane: moments at which it was told to start}"""
        lanes = {self.outbox._lane_cron(lane): lane for lane in range(4)}
        found = {}
        for trigger in self.triggers.search([("cron_id", "in", [cron.id for cron in lanes])]):
            found.setdefault(lanes[trigger.cron_id], []).append(trigger.call_at)
        return found

    # -- a job whose time is up -------------------------------------------------------------

    def test_a_job_that_starts_too_late_sends_nothing_and_comes_again(self):
        self.rows_of(1)
        with self.worker():
            self.outbox.with_context(cron_end_time=time.monotonic() - 1)._cron_deliver()
        self.assertFalse(self.erp.calls)
        self.assertEqual(list(self.woken()), [0])

    def test_a_job_whose_time_is_up_leaves_the_rest_and_comes_again(self):
        rows = self.rows_of(3)
        with self.worker(), patch.object(Worker, "_progress", lambda *_args, **_kw: 0):
            self.outbox._cron_deliver()
        self.assertEqual(sorted(rows.mapped("state")), ["done", "pending", "pending"])
        self.assertEqual(list(self.woken()), [0])

    def test_it_does_not_come_again_for_what_is_due_later(self):
        rows = self.rows_of(2)
        self.postpone(rows[1], 600)
        with self.worker(), patch.object(Worker, "_progress", lambda *_args, **_kw: 0):
            self.outbox._cron_deliver()
        self.assertEqual(rows.mapped("state").count("done"), 1)
        self.assertFalse(self.woken())

    def test_a_row_is_carried_in_its_own_company(self):
        self.rows_of(1)
        other = self.env["res.company"].create({"name": "另一家"})
        seen = []
        with self.worker(), patch.object(Worker, "_carry", lambda row, _token: seen.append(row.env.company)):
            self.outbox.with_company(other)._cron_deliver()
        self.assertEqual(seen, [self.company])

    # -- the other lanes --------------------------------------------------------------------

    def wake_others(self, lane=0):
        with self.worker():
            self.outbox.with_context(finance_lane=lane)._wake_other_lanes()
        return set(self.woken())

    def test_a_lane_wakes_the_others_and_not_itself(self):
        self.rows_of(1)
        self.connection.lane_count = 3
        self.assertEqual(self.wake_others(lane=1), {0, 2})

    def test_a_lane_with_more_to_do_wakes_the_others(self):
        self.rows_of(2)
        self.connection.lane_count = 2
        self.run_once()
        self.assertIn(1, self.woken())

    def test_nobody_is_woken_for_a_connection_that_does_not_send(self):
        rows = self.rows_of(1)
        self.connection.lane_count = 3
        self.env.flush_all()
        for columns in ({"state": "off"}, {"state": "on", "stop_reason": "the secret is wrong"}):
            self.stand(**columns)
            with self.subTest(columns):
                self.assertFalse(self.wake_others())
        self.stand(stop_reason=None)
        self.postpone(rows, 600)
        self.assertFalse(self.wake_others())
        self.postpone(rows, 0)
        self.assertEqual(self.wake_others(), {1, 2})

    def test_a_lane_that_starts_much_later_is_woken_now(self):
        self.rows_of(1)
        self.connection.lane_count = 2
        self.outbox._lane_cron(1)._trigger(self.now + timedelta(hours=1))
        self.wake_others()
        self.assertEqual(len(self.woken()[1]), 2)

    # -- the next row -----------------------------------------------------------------------

    def run_once(self):
        with self.worker():
            self.outbox._cron_deliver()
        return self.woken().get(0, [])

    def test_woken_once_for_the_next_row(self):
        moment = self.postpone(self.rows_of(1), 600)
        self.assertEqual(self.run_once(), [moment])
        self.assertEqual(self.run_once(), [moment])

    def test_a_start_long_after_does_not_count(self):
        moment = self.postpone(self.rows_of(1), 600)
        late = self.now + timedelta(hours=9)
        self.outbox._lane_cron(0)._trigger(late)
        self.assertEqual(sorted(self.run_once()), [moment, late])

    def test_woken_when_the_other_side_may_be_asked_again(self):
        self.rows_of(1)
        moment = self.now + timedelta(seconds=50)
        self.stand(breaker_opened_at=self.now, breaker_retry_at=moment)
        self.assertEqual(self.run_once(), [moment])
        self.assertFalse(self.erp.calls)

    def test_nobody_is_woken_for_rows_that_wait_for_a_person(self):
        self.postpone(self.rows_of(1), 600)
        for columns in ({"state": "off"}, {"state": "on", "stop_reason": "the secret is wrong"}):
            self.stand(**columns)
            with self.subTest(columns):
                self.assertFalse(self.run_once())
