"""The worker with the real adapter of Yonyou U8+, and what a connection to U8+ has of its own."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..clients.errors import LoginFailed
from ..clients.u8_adapter import YonyouU8Adapter
from ..clients.u8_client import U8Client, U8Credentials
from ..clients.u8_mapping import U8Settings
from ..clients.u8_token import TokenCache
from .common import BridgeCase
from .fake_u8 import FakeU8
from .product_case import ExactlyOnceCase, ProductCase

U8_VALS = {
    "product": "yonyou_u8",
    "account_set": "erp_acc",
    "user_name": "crm_acc",
    "app_id": "opaDEMO",
    "organisation": "1",
    "u8_customer_class": "01",
    "u8_department": "03",
    "u8_person": "0007",
    "u8_operator": "demo",
    "u8_revenue_account": "6001",
    "u8_auditor_person": "0007",
}


class U8Case(ProductCase):
    VALS = U8_VALS
    AUDITED = BOUND = "审核"

    def make_far_side(self):
        self.tokens = TokenCache()
        return FakeU8()

    def make_adapter(self, connection):
        credentials = U8Credentials(**connection._adapter_credentials())
        client = U8Client(self.far, credentials, tokens=self.tokens, sleep=lambda _seconds: None)
        return YonyouU8Adapter(client, U8Settings(**connection._adapter_settings()))

    def bills(self, number):
        return [(number, bill["state"]) for bill in self.far.documents("oughtreceive") if bill["code"] == number]


@tagged("post_install", "-at_install")
class TestU8ExactlyOnce(U8Case, ExactlyOnceCase):
    SAVE = "add"
    CALLS = ("add", "verify", "get")
    FAULTS = ("dropped", "lost", "late", "killed_before", "killed_after", "running", "html", "unsent")
    DOUBTS = ("dropped", "killed_after", "running", "html")
    REFUSAL = "该业务员不合法"

    def test_the_road(self):
        move = self.invoice(1000)
        self.deliver()
        self.assertOnceOverThere(move)
        number = self.row(move).number
        road = [(operation, sent) for operation, _resource, sent in self.far.calls]
        self.assertEqual(road, [(step, number) for step in ("get", "add", "get", "verify", "get")])
        self.assertEqual(self.far.documents("oughtreceive")[-1]["amount"], f"{move.amount_total:.2f}")
        self.assertEqual(self.far.tokens, 1)

    def test_mapped_account_of_a_line(self):
        line = self.invoice(post=False).invoice_line_ids[0]
        self.env["finance.mapping"].create(
            {"connection_id": self.connection.id, "kind": "account", "account_id": line.account_id.id, "number": "6051"}
        )
        move = self.invoice(1000)
        self.deliver()
        self.assertOnceOverThere(move)
        self.assertEqual(self.far.documents("oughtreceive")[-1]["entry"][0]["subjectcode"], "6051")

    def test_a_commit_after_the_second_send_is_adopted(self):
        """The number is taken by the first send: ask, adopt, never a second number."""
        move = self.invoice()
        self.far.faults = {"add": ["late"]}
        self.deliver()
        answer = self.far._add
        with patch.object(self.far, "_add", lambda *call: (self.far.arrive(), answer(*call))[1]):
            self.deliver(later=130)
        self.assertEqual(self.row(move).state, "uncertain")
        self.run_until_settled(move)
        self.assertEqual(self.saved(), 2)

    def test_an_expired_token_is_renewed_within_the_same_send(self):
        move = self.invoice()
        self.far.faults = {"add": ["expired"]}
        self.deliver()
        self.assertOnceOverThere(move)
        self.assertEqual(self.far.tokens, 2)

    def test_without_the_revenue_account_nothing_is_sent(self):
        self.connection.u8_revenue_account = False
        move = self.invoice()
        self.deliver()
        self.assertEqual(self.row(move).state, "rejected")
        words = self.connection._in_words()
        label = words._fields["u8_revenue_account"]._description_string(words.env)
        self.assertIn(label, self.row(move).last_error)
        self.assertEqual(self.far.calls, [])


@tagged("post_install", "-at_install")
class TestU8Connection(U8Case):
    def signed_contract(self, partner=None):
        order = self.env["sale.order"].create(
            {
                "partner_id": (partner or self.partner).id,
                "user_id": self.rep.id,
                "order_line": [Command.create({"product_id": self.product.id, "price_unit": 1000})],
            }
        )
        order.action_confirm()
        contract = self.env["crm.contract"].browse(order.with_user(self.rep).action_create_contract()["res_id"])
        contract._sign()
        return contract

    def test_who_sold_it_goes_with_the_invoice(self):
        team = self.env["crm.team"].create({"name": "华东"})
        self.env["finance.mapping"].create(
            [
                {"connection_id": self.connection.id, "kind": "salesperson", "user_id": self.rep.id, "number": "0008"},
                {"connection_id": self.connection.id, "kind": "department", "team_id": team.id, "number": "05"},
            ]
        )
        move = self.invoice(post=False, invoice_user_id=self.rep.id, team_id=team.id)
        values = move.with_context(lang=None)._prepare_finance_receivable_vals()
        settings = self.connection._adapter().settings
        self.assertEqual(settings.salespersons[values["salesperson"]], "0008")
        self.assertEqual(settings.departments[values["department"]], "05")

    def test_settings_reach_the_adapter(self):
        adapter = self.connection._adapter()
        self.assertEqual(adapter.settings.currencies["CNY"], "人民币")
        self.assertEqual(adapter.settings.materials["product.product,1"], "M001")
        self.assertEqual(adapter.client.account, "erp_acc/1")
        self.assertEqual(adapter.steps("receivable"), ("save", "audit"))
        china = self.connection.sync_from + timedelta(hours=8)
        self.assertEqual(adapter.settings.receipts_from, china.date())
        self.connection.is_audited_by_us = False
        self.assertEqual(self.connection._adapter().steps("receivable"), ("save",))
        self.connection.product = "kingdee_galaxy"
        self.assertEqual(self.connection._adapter_settings()["currencies"]["CNY"], "PRE001")
        self.assertIn("acct_id", self.connection._adapter_credentials())

    def test_a_signed_customer_goes_out_once(self):
        self.connection.sends_signed_customers = True
        self.signed_contract()
        row = self.row(self.partner)
        self.assertEqual((row.operation, row.state), ("customer", "pending"))
        self.deliver()
        self.assertEqual(row.state, "done", row.last_error)
        (customer,) = self.far.documents("customer")
        self.assertEqual((customer["code"], customer["name"]), (row.number, self.partner.name))
        # another contract, and the first invoice, find it there; what changed meanwhile follows
        self.partner.phone = "0512-1"
        self.signed_contract()
        move = self.invoice()
        self.deliver()
        self.assertEqual(len(self.row(self.partner).filtered(lambda one: one.operation == "customer")), 1)
        self.assertOnceOverThere(move)
        (customer,) = self.far.documents("customer")
        self.assertEqual(customer["phone"], "0512-1")

    def test_signing_sends_nobody_unless_the_connection_says_so(self):
        self.signed_contract()
        self.assertFalse(self.row(self.partner))
        self.connection.write({"sends_signed_customers": True})
        self.connection._switch("off")
        self.signed_contract()
        self.assertFalse(self.row(self.partner))


@tagged("post_install", "-at_install")
class TestU8Token(BridgeCase):
    """One token for all processes of the server; a cache of its own stands for a process."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection.write({**U8_VALS, "secret_input": "geheim-0123"})

    def setUp(self):
        super().setUp()
        self.registry_enter_test_mode()
        self.fetched = []

    def process(self):
        return self.env["finance.token"]._shared(self.connection, TokenCache())

    def fetch(self):
        self.fetched.append(1)
        return f"token-{len(self.fetched)}", 7200

    def test_a_second_process_takes_the_first_one_s_token(self):
        self.assertEqual(self.process().get("k", self.fetch), "token-1")
        self.assertEqual(self.process().get("k", self.fetch), "token-1")

    def test_a_refused_token_is_fetched_once_for_all(self):
        one, two = self.process(), self.process()
        self.assertEqual([tokens.get("k", self.fetch) for tokens in (one, two)], ["token-1"] * 2)
        renewed = [tokens.get("k", self.fetch, failed="token-1") for tokens in (one, two)]
        self.assertEqual(renewed, ["token-2"] * 2)
        self.assertEqual(len(self.fetched), 2)

    def test_other_credentials_and_an_old_token_are_fetched_anew(self):
        self.process().get("k", self.fetch)
        self.assertEqual(self.process().get("other", self.fetch), "token-2")
        self.env.cr.execute("UPDATE finance_token SET ends_at = now() AT TIME ZONE 'UTC' + interval '5 minutes'")
        self.assertEqual(self.process().get("other", self.fetch), "token-3")

    def test_it_is_stored_encrypted_and_read_by_nobody(self):
        self.process().get("k", self.fetch)
        self.env.cr.execute("SELECT token FROM finance_token")
        self.assertNotIn("token-1", self.env.cr.fetchone()[0])
        row = self.env["finance.token"].search([])
        self.assertEqual(row.connection_id, self.connection)
        with self.assertRaises(AccessError):
            row.with_user(self.env.ref("base.user_admin")).read(["token"])
        for user in (self.clerk, self.manager, self.rep):
            with self.assertRaises(AccessError):
                row.with_user(user).read(["ends_at"])

    def test_a_refused_login_keeps_nothing(self):
        def refuse():
            raise LoginFailed("no", reason="login_refused")

        with self.assertRaises(LoginFailed):
            self.process().get("k", refuse)
        self.assertEqual(self.process().get("k", self.fetch), "token-1")

    def test_the_adapter_uses_it(self):
        self.assertEqual(self.connection._adapter_options()["tokens"]._connection_id, self.connection.id)
        self.connection.product = "kingdee_galaxy"
        self.assertNotIn("tokens", self.connection._adapter_options())
