"""The day of the start: what customers owe must be the same on both sides."""

from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..clients.results import RemoteDocument
from .common import BridgeCase
from .fake_erp import FakeAdapter
from .test_preview import xlsx


@tagged("post_install", "-at_install")
class TestOpening(BridgeCase):
    def setUp(self):
        super().setUp()
        self.connection._switch("off")
        self.today = fields.Date.today()
        # what the database held before is not ours to compare
        old = self.connection._opening_ours(self.today)
        self.assertFalse(old, "a test database with open items")
        self.before = self.invoice(1000, invoice_date=self.today - timedelta(days=9))
        self.env["finance.binding"]._bind(
            self.connection, "res.partner", self.partner.id, "customer", number="KH0042", by_hand=True
        )

    def wizard(self, **vals):
        wizard = self.env["finance.switch.on"].with_user(self.manager)
        return wizard.create(
            {"connection_id": self.connection.id, "is_from_now": False, "start_date": self.today, **vals}
        )

    def item(self, amount, number="AR0001", customer="KH0042"):
        return RemoteDocument(
            "receivable", "1", number, "C", amount=Decimal(str(amount)), customer_number=customer,
            currency_number="PRE001", day=self.today - timedelta(days=9),
        )  # fmt: skip

    def read_there(self, *items):
        with patch.object(FakeAdapter, "read_open_items", lambda _adapter, _day: list(items)):
            return self.connection.with_user(self.clerk).action_read_opening()

    def test_differing_books_are_not_switched_on(self):
        for vals in ({}, {"is_from_now": True}):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.wizard(**vals).action_confirm()
        self.read_there(self.item(float(self.before.amount_total) - 0.01))
        self.assertEqual(set(self.connection.opening_ids.mapped("state")), {"missing_here", "missing_there"})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.wizard().action_confirm()
        self.assertEqual(self.connection.state, "off")

    def test_what_was_never_read_is_no_balance(self):
        """Nothing is open here: that says nothing about over there, and somebody has to."""
        self.before.button_draft()
        self.assertTrue(self.wizard().is_unread)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.wizard().action_confirm()
        self.read_there()
        self.assertFalse(self.wizard().is_unread)
        self.wizard().action_confirm()
        self.assertEqual(self.connection.state, "on")

    def test_who_says_that_nothing_was_open_is_noted(self):
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.wizard(is_nothing_open=True).action_confirm()
        self.before.button_draft()
        self.wizard(is_nothing_open=True).action_confirm()
        self.assertIn(self.manager.name, "".join(self.connection.message_ids.mapped("body")))
        self.assertTrue(self.connection.opened_at)

    def test_a_word_does_not_outweigh_what_was_read(self):
        self.before.button_draft()
        self.read_there(self.item(500))
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.wizard(is_nothing_open=True).action_confirm()

    def test_same_to_the_cent_goes_live_and_nothing_old_is_sent(self):
        self.wizard().action_opening()
        self.read_there(self.item(self.before.amount_total))
        self.assertEqual(self.connection.opening_ids.mapped("state"), ["matched"])
        self.assertEqual(self.connection.opening_ids.move_id, self.before)
        self.wizard().action_confirm()
        self.assertEqual(self.connection.state, "on")
        self.assertTrue(self.connection.opened_at)
        self.assertFalse(self.row(self.before))
        # an agreed balance stays as it was agreed
        with self.assertRaises(UserError):
            self.connection.with_user(self.clerk).action_read_opening()

    def test_payments_of_later_do_not_count_and_those_of_before_do(self):
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.before.ids
        )
        register.create({"amount": 100, "payment_date": self.today - timedelta(days=2)}).action_create_payments()
        register.create({"amount": 200, "payment_date": self.today + timedelta(days=1)}).action_create_payments()
        (ours,) = self.connection._opening_ours(self.today)
        self.assertEqual(round(ours["amount"], 2), round(self.before.amount_total - 100, 2))

    def test_what_is_only_there_or_nobody_knows_is_shown(self):
        self.read_there(
            self.item(self.before.amount_total), self.item(-50, "SKD1"), self.item(7, "AR9", customer="KH9999")
        )
        self.assertEqual(
            sorted(self.connection.opening_ids.mapped("state")), ["matched", "missing_here", "no_customer"]
        )

    def test_from_a_file(self):
        wizard = self.env["finance.opening.import"].with_user(self.clerk)
        rows = [
            ("客户", "单号", "日期", "金额", "币别"),
            ("KH0042", "AR0001", "2026-01-05", self.before.amount_total, ""),
        ]
        wizard.create({"connection_id": self.connection.id, "file": xlsx(*rows)}).action_import()
        self.assertEqual(self.connection.opening_ids.mapped("state"), ["matched"])
        bad = wizard.create(
            {"connection_id": self.connection.id, "file": xlsx(*rows, ("KH0042", "x", "soon", "1", ""))}
        )
        with self.assertRaises(UserError):
            bad.action_import()

    def test_who_may(self):
        for user in (self.rep, self.users["suite_admin"]):
            for name in ("action_opening", "action_read_opening", "action_import_opening"):
                with self.subTest(user=user.login, name=name), self.assertRaises(AccessError):
                    getattr(self.connection.with_user(user), name)()
        for user in (self.clerk, self.manager, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                self.env["finance.opening"].with_user(user).create({"connection_id": self.connection.id})
            with self.assertRaises(AccessError):
                self.connection.with_user(user).write({"opened_at": fields.Datetime.now()})
