"""What moves at all: connections that are off, other companies, and who knows credit."""

from decimal import Decimal
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from ..clients.errors import NotSent, Rejected
from ..clients.results import RemoteDocument
from ..models.finance_connection_credit import FinanceConnection as Credit
from .common import BridgeCase
from .fake_erp import FakeAdapter


@tagged("post_install", "-at_install")
class TestScope(BridgeCase):
    def order(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [Command.create({"product_id": self.product.id, "price_unit": 10})],
            }
        )
        order.action_confirm()
        return order

    def other_connection(self, **vals):
        company = self.env["res.company"].create({"name": "另一家"})
        other = self.connection.copy({"company_id": company.id, "receipt_journal_id": False, **vals})
        other._switch("on")
        return other

    def test_nothing_is_queued_while_it_is_off(self):
        self.invoice()
        self.deliver()
        self.connection.write({"sends_orders": True, "sends_receipts": True})
        self.connection._switch("off")
        rows = self.outbox.search([])
        self.order()
        self.partner.name = "改名"
        self.env["account.payment"].create(
            {"payment_type": "inbound", "partner_type": "customer", "partner_id": self.partner.id, "amount": 5,
             "journal_id": self.journal.id}
        ).action_post()  # fmt: skip
        self.assertEqual(self.outbox.search([]), rows)

    def test_a_customer_of_two_companies_shows_each_its_own_books(self):
        self.invoice()
        self.deliver()
        other = self.other_connection()
        self.env["finance.outbox"]._enqueue(other, "customer", self.partner)
        self.deliver()
        both = self.env["finance.binding"].search([("res_model", "=", "res.partner"), ("res_id", "=", self.partner.id)])
        self.assertEqual(both.connection_id, self.connection | other)
        self.env.invalidate_all()
        self.assertNotIn(other.company_id, self.clerk.company_ids)
        shown = self.partner.with_user(self.clerk).web_read(
            {
                "finance_remote_number": {},
                "finance_remote_seen_at": {},
                "finance_attempt_ids": {"fields": {"number": {}}},
            }
        )[0]
        self.assertEqual(shown["finance_remote_number"], self.row(self.partner)[-1:].number)
        rows = self.env["finance.attempt"].browse(line["id"] for line in shown["finance_attempt_ids"])
        self.assertEqual(set(rows.mapped("company_ref")), {self.company.id})

    def test_in_two_books_the_one_that_needs_somebody_is_shown(self):
        other = self.connection.copy({"product": "yonyou_u8"})
        other._switch("on")
        for refused in (0, 1):
            move = self.invoice()
            rows = self.rows(move).sorted("id")
            self.assertEqual(rows.connection_id, self.connection | other)
            rows[refused]._outbox_stop("rejected", "会计期间已关闭", "closed")
            rows[1 - refused]._outbox_finish()
            self.env.invalidate_all()
            self.assertEqual((move.finance_bridge_state, move.finance_bridge_message), ("rejected", "会计期间已关闭"))

    def test_another_company_s_connection_sends_none_of_ours(self):
        other = self.other_connection(sends_orders=True)
        self.order()
        self.assertFalse(self.outbox.search([]))
        self.assertEqual(other.state, "on")


@tagged("post_install", "-at_install")
class TestCredit(BridgeCase):
    def setUp(self):
        super().setUp()
        self.invoice()
        self.deliver()
        self.number = self.row(self.partner).number
        self.known = self.partner.with_company(self.company).sudo()

    def night(self, items=None, limits=None):
        def open_items(_adapter, _day):
            if isinstance(items, Exception):
                raise items
            return items

        def credit_limits(_adapter):
            if isinstance(limits, Exception):
                raise limits
            return limits

        with (
            patch.object(FakeAdapter, "read_open_items", open_items),
            patch.object(FakeAdapter, "read_credit_limits", credit_limits),
            patch.object(Credit, "_credit_commit", lambda _self: None),
        ):
            self.env["finance.connection"]._cron_credit()

    def item(self, amount, number=None):
        return RemoteDocument(
            "receivable", "1", "X", "C", amount=Decimal(amount), customer_number=number or self.number,
            currency_number="PRE001",
        )  # fmt: skip

    def test_who_is_not_to_be_asked_is_not(self):
        self.connection._breaker_write({"stop_reason": "the secret is wrong"})
        self.night([self.item("7")])
        self.connection._breaker_write({"stop_reason": False})
        self.connection._switch("off")
        self.night([self.item("7")])
        self.assertFalse(self.connection.credit_read_at)
        self.connection._switch("on")
        self.night([self.item("7")])
        self.assertEqual(self.known.credit_erp_balance, 7)

    def test_silence_stops_no_connection(self):
        self.night(NotSent("unreachable", reason="connect"))
        self.assertFalse(self.connection.stop_reason)
        self.assertFalse(self.connection.credit_read_at)

    def test_without_a_form_of_limits_balances_are_read_all_the_same(self):
        self.night([self.item("7")], Rejected("no such form", code=9, reason="msgcode_9"))
        self.assertEqual(self.known.credit_erp_balance, 7)
        self.assertTrue(self.connection.credit_problem)
        self.night([self.item("7")], {})
        self.assertFalse(self.connection.credit_problem)

    def test_limits_without_balances(self):
        other = self.env["res.partner"].create({"name": "无额度公司", "is_company": True})
        self.env["finance.binding"]._bind(
            self.connection, "res.partner", other.id, "customer", number="KH7", by_hand=True
        )
        self.night([self.item("7")])
        self.night(None, {self.number: Decimal("5000")})
        self.assertEqual((self.known.credit_erp_balance, self.known.credit_limit), (7, 5000))
        # a balance that is not offered is unknown, and not nothing
        with patch.object(type(other), "_credit_sync", lambda partners, *_args: self.assertNotIn(other, partners)):
            self.night(None, {self.number: Decimal("5000")})

    def test_where_nothing_is_offered_no_time_is_noted(self):
        self.night(None, None)
        self.assertFalse(self.connection.credit_read_at)

    def test_another_connection_s_customer_is_not_meant(self):
        company = self.env["res.company"].create({"name": "另一家"})
        other = self.connection.copy({"company_id": company.id, "receipt_journal_id": False})
        stranger = self.env["res.partner"].create({"name": "别的公司", "is_company": True})
        self.env["finance.binding"]._bind(
            other, "res.partner", stranger.id, "customer", number=self.number, by_hand=True
        )
        self.night([self.item("7")])
        self.assertFalse(stranger.with_company(self.company).sudo().credit_limit_synced_at)
        self.assertEqual(self.known.credit_erp_balance, 7)
