from datetime import date, datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CHAIN, ApprovalCase


@tagged("post_install", "-at_install")
class TestQuoteExpiry(ApprovalCase):
    """Monday 2 March 2026, valid until Friday 20 March, in Shanghai."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.resource_calendar_id.tz = "Asia/Shanghai"
        cls.company.write({"quote_expiry_active": True, "quote_notice_days": 3})

    def valid_until(self, day="2026-03-20", amount=10, **vals):
        with freeze_time("2026-03-02 02:00:00"):
            self.env.cr._now = datetime(2026, 3, 2, 2)
            self.addCleanup(setattr, self.env.cr, "_now", None)
            order = self.quote(amount, validity_date=day, **vals)
            self.env.flush_all()
        return order

    def run_cron(self, moment):
        progress = patch.object(self.env.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 1.0)
        with freeze_time(moment), progress:
            self.env["sale.order"].with_user(self.env.ref("base.user_root"))._cron_expiry()
            self.env.flush_all()

    def todos(self, order):
        return self.env["mail.activity"].search([("res_model", "=", "sale.order"), ("res_id", "=", order.id)])

    def test_deadlines(self):
        order = self.valid_until()
        # three working days before Friday is Tuesday, which begins on Monday at 16:00 UTC
        self.assertEqual(order.expiry_deadline, datetime(2026, 3, 16, 16))
        self.run_cron("2026-03-16 15:59:00")
        self.assertFalse(self.todos(order))
        self.run_cron("2026-03-16 16:00:00")
        self.assertEqual(self.todos(order).user_id, self.rep)
        self.assertEqual(self.todos(order).date_deadline, date(2026, 3, 20))
        self.assertEqual(order.expiry_deadline, datetime(2026, 3, 20, 16))
        self.assertFalse(order.quote_expired)
        self.run_cron("2026-03-20 16:00:00")
        self.assertTrue(order.quote_expired)
        self.assertFalse(order.expiry_deadline)
        self.assertEqual(len(self.todos(order)), 1)

    def test_weekend_is_no_working_day(self):
        # Monday 23rd: Friday, Thursday, Wednesday
        self.assertEqual(self.valid_until("2026-03-23").expiry_deadline, datetime(2026, 3, 17, 16))

    def replan(self, moment="2026-03-02 03:00:00"):
        with freeze_time(moment), self.enter_registry_test_mode():
            self.env.ref("crm_merchant.ir_cron_clock_replan").method_direct_trigger()
        self.assertFalse(self.env["crm.clock.replan"].search([]))

    def test_holidays_and_makeup_days_move_the_notice(self):
        self.env["crm.clock.replan"].search([]).unlink()
        order, told = self.valid_until(), self.valid_until()
        self.run_cron("2026-03-16 16:00:00")
        order._through_door("expiry_noticed_date").write({"expiry_noticed_date": False})
        self.assertEqual(order.expiry_deadline, datetime(2026, 3, 16, 16))
        self.assertEqual(told.expiry_deadline, datetime(2026, 3, 20, 16))
        exceptions, calendar = self.env["crm.work.exception"], self.company.resource_calendar_id
        holiday = exceptions.create(
            {"name": "X", "date": date(2026, 3, 19), "kind": "holiday", "calendar_id": calendar.id}
        )
        self.replan()
        self.assertEqual(order.expiry_deadline, datetime(2026, 3, 15, 16), "Wednesday, Tuesday, Monday")
        self.assertEqual(told.expiry_deadline, datetime(2026, 3, 20, 16), "he has been told")
        holiday.unlink()
        self.replan()
        self.assertEqual(order.expiry_deadline, datetime(2026, 3, 16, 16))
        # a Monday: the notice lay a whole week-end before
        long = self.valid_until("2026-03-23")
        self.assertEqual(long.expiry_deadline, datetime(2026, 3, 17, 16))
        exceptions.create({"name": "X", "date": date(2026, 3, 22), "kind": "makeup", "calendar_id": calendar.id})
        self.replan()
        self.assertEqual(long.expiry_deadline, datetime(2026, 3, 18, 16), "Sunday is worked")

    def test_no_notice(self):
        self.company.quote_notice_days = 0
        self.assertEqual(self.valid_until().expiry_deadline, datetime(2026, 3, 20, 16))
        self.company.quote_notice_days = 3
        self.assertEqual(self.valid_until("2026-03-03").expiry_deadline, datetime(2026, 3, 3, 16), "valid for two days")

    def test_prolonged(self):
        order = self.valid_until()
        self.run_cron("2026-03-16 16:00:00")
        self.run_cron("2026-03-20 16:00:00")
        with freeze_time("2026-03-21 02:00:00"):
            order.validity_date = "2026-04-10"
            self.assertFalse(order.quote_expired)
            self.assertEqual(order.expiry_deadline, datetime(2026, 4, 6, 16))
            order.action_quotation_sent()

    def test_gate_does_not_wait_for_the_cron(self):
        order = self.valid_until()
        with freeze_time("2026-03-20 15:59:00"):
            self.assertFalse(order._approval_blocked())
        with freeze_time("2026-03-20 16:00:01"):
            self.assertFalse(order.quote_expired)
            for way in (
                order.action_quotation_sent,
                order.action_quotation_send,
                order.action_confirm,
                lambda: order.write({"state": "sale"}),
                lambda: order.sudo()._validate_order(),
            ):
                with self.refused(UserError, "was valid until"):
                    way()
            order.require_signature = True
            self.assertFalse(order._has_to_be_signed())
            html = self.env["ir.actions.report"]._render_qweb_html("sale.action_report_saleorder", order.ids)[0]
            self.assertIn(b"o_crm_not_effective", html)
            self.assertRegex(html.decode(), "Expired|已过期")
            public = self.env["ir.actions.report"].with_user(self.env.ref("base.public_user")).sudo()
            with self.refused(UserError, "has expired"):
                public._render_qweb_html("sale.action_report_saleorder", order.ids)

    def test_off(self):
        self.company.quote_expiry_active = False
        order = self.valid_until()
        self.run_cron("2026-03-25 00:00:00")
        self.assertFalse(order.quote_expired)
        with freeze_time("2026-03-25 00:00:00"):
            order.action_confirm()

    def test_confirmed_orders_never_expire(self):
        order = self.valid_until()
        order.validity_date = "2026-12-31"
        with freeze_time("2026-03-05 02:00:00"):
            order.action_confirm()
        self.assertFalse(order.expiry_deadline)
        with freeze_time("2027-03-25 00:00:00"):
            self.assertFalse(order._approval_blocked())

    def test_validity_is_judged(self):
        """Prolonging asks for the approval again; a policy that keeps untouched steps lets them stand."""
        order = self.valid_until(amount=128000)
        order.action_approval_submit()
        self.approve(order, *CHAIN)
        with freeze_time("2026-03-21 02:00:00"):
            with self.refused(UserError, "was valid until"):
                order.action_confirm()
            order.validity_date = "2026-04-10"
            self.commit_hooks()
            self.assertEqual(order.approval_state, "void")
            self.policy.keep_untouched = True
            order.action_approval_submit()

    def test_old_quotes_are_planned(self):
        order = self.valid_until()
        self.env.cr.execute(
            "UPDATE sale_order SET expiry_deadline = NULL, quote_expired = NULL WHERE id = %s", [order.id]
        )
        self.env.invalidate_all()
        self.run_cron("2026-03-03 00:00:00")
        self.assertEqual(order.expiry_deadline, datetime(2026, 3, 16, 16))

    def test_one_bad_quote_stops_no_other(self):
        bad, good = self.valid_until(), self.valid_until()
        orders = self.env.registry["sale.order"]
        real = orders._expiry_end
        self.patch(orders, "_expiry_end", lambda order: 1 / 0 if order == bad else real(order))
        with self.assertLogs("odoo.addons.crm_merchant.models.kernel.carefully", "ERROR"):
            self.run_cron("2026-03-16 16:00:00")
        self.assertFalse(self.todos(bad))
        self.assertTrue(self.todos(good))

    def test_guarded(self):
        order = self.valid_until()
        for name, value in (
            ("expired_date", "2026-03-20"),
            ("expiry_noticed_date", "2026-03-20"),
            ("expiry_deadline", "2030-01-01 00:00:00"),
            ("quote_expired", False),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                order.write({name: value})
            with self.subTest(name), self.assertRaises(AccessError):
                self.quote(10, **{name: value or True})
