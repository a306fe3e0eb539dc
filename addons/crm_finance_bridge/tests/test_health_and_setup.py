"""The health page, the five steps, the story on the document, balances read at night."""

from decimal import Decimal
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..clients.errors import EndpointRefused, LoginFailed, NotSent, Rejected, Unknown
from ..clients.results import RemoteDocument
from ..models.finance_connection_credit import FinanceConnection as Credit
from .common import BridgeCase
from .fake_erp import FakeAdapter

SECRET = "s3cret-0123456789-abcd"


@tagged("post_install", "-at_install")
class TestHealthAndSetup(BridgeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.system = new_test_user(cls.env, "setup_system", groups="base.group_system,base.group_user")

    # -- health -----------------------------------------------------------------------------

    def test_health_counts_each_kind_and_opens_its_rows(self):
        self.assertEqual(self.connection.health, "good")
        waiting = self.invoice()
        self.erp.faults = {"save": ["", "dropped"]}
        self.deliver()
        refused = self.invoice()
        self.erp.faults = {"find": ["", "wrong"], "save": ["refused"]}
        self.deliver()
        self.connection.invalidate_recordset()
        self.assertEqual((self.connection.uncertain_count, self.connection.refused_count), (1, 1))
        self.assertEqual(self.connection.health, "bad")
        self.assertTrue(self.connection.oldest_waiting_at)
        for name, move in (("uncertain", waiting), ("refused", refused)):
            action = getattr(self.connection.with_user(self.clerk), f"action_open_{name}")()
            self.assertEqual(self.outbox.search(action["domain"]), self.row(move))
        for name in ("waiting", "dead"):
            action = getattr(self.connection.with_user(self.clerk), f"action_open_{name}")()
            self.assertFalse(self.outbox.search(action["domain"]))

    def test_stopped_connection_needs_a_person(self):
        self.connection._pause("why")
        self.assertEqual(self.connection.health, "bad")

    # -- the document -----------------------------------------------------------------------

    def test_everything_done_to_an_invoice_can_be_read_on_it(self):
        move = self.invoice()
        self.erp.faults = {"save": ["", "dropped"]}
        self.deliver()
        self.deliver(later=130)
        told = move.with_user(self.clerk).finance_attempt_ids.sorted("seq")
        self.assertEqual(told.mapped("step"), ["find", "save", "find", "submit", "audit"])
        self.assertEqual(told.mapped("outcome"), ["ok", "Unknown", "ok", "ok", "ok"])
        self.assertTrue(all(told.mapped("step_label")))
        self.assertEqual(
            self.env["account.move"]._fields["finance_attempt_ids"].groups, "crm_finance_bridge.group_bridge_reader"
        )

    def test_a_row_says_what_it_waits_for(self):
        row = self.row(self.invoice())
        first = self.row(self.partner)
        self.assertIn(first.number, row.message_shown)
        self.assertEqual(row.ahead_id, first)
        self.assertFalse(first.message_shown or first.ahead_id)
        self.deliver()
        self.assertFalse(row.message_shown or row.ahead_id)

    def test_the_journal_of_calls_names_the_books(self):
        move = self.invoice()
        self.deliver()
        told = move.with_user(self.clerk).finance_attempt_ids
        self.assertEqual(set(told.mapped("connection_name")), {self.connection.name})

    def test_a_row_shows_its_amount_and_what_went_over_the_wire(self):
        row = self.row(self.invoice(amount=1000.0)).with_user(self.clerk)
        self.assertEqual((row.amount, row.currency_id), (1130, self.company.currency_id))
        self.assertFalse(row.payload_shown)
        self.assertIn('\n  "amount_total": "1130.00"', row.values_shown)
        self.deliver()
        row.invalidate_recordset()
        self.assertTrue(row.payload_shown)
        self.assertTrue(all(row.attempt_ids.mapped("actor_shown")))
        self.assertNotIn("OdooBot", row.attempt_ids.mapped("actor_shown"))

    def test_what_was_done_to_a_customer_can_be_read_on_it(self):
        self.invoice()
        self.deliver()
        self.assertTrue(self.partner.with_user(self.clerk).finance_attempt_ids)

    def test_a_second_connection_of_the_same_product_is_refused_at_the_first_step(self):
        wizard = self.env["finance.setup"].with_user(self.system).create({"company_id": self.company.id})
        with self.assertRaisesRegex(UserError, self.connection.name):
            wizard.action_next()

    # -- five steps -------------------------------------------------------------------------

    def setup(self):
        company = self.env["res.company"].create({"name": "第二家公司"})
        self.system.company_ids |= company
        return (
            self.env["finance.setup"]
            .with_user(self.system)
            .with_context(allowed_company_ids=[company.id])
            .create({"company_id": company.id, "responsible_id": self.system.id})
        )

    def test_the_last_step_asks_what_documents_of_the_product_name(self):
        wizard = self.setup()
        self.assertNotIn("u8_department", self.connection._writing_fields("kingdee_galaxy"))
        wizard.write({"product": "yonyou_u8", "base_url": "https://u8.example.com/", "account_set": "erp",
                      "user_name": "crm", "app_id": "opa", "organisation": "1"})  # fmt: skip
        wizard.action_next()
        wizard.action_next()
        wizard.write({"step": "mapping", "u8_customer_class": "01", "u8_department": "03", "default_unit": "01"})
        wizard._finish_mapping()
        connection = wizard.connection_id
        said = (connection.u8_customer_class, connection.u8_department, connection.default_unit)
        self.assertEqual(said, ("01", "03", "01"))

    def test_five_steps_make_a_connection_that_is_off(self):
        wizard = self.setup()
        wizard.action_next()
        with self.assertRaises(UserError):
            wizard.action_next()
        wizard.write(
            {"base_url": "https://erp.example.com/k3cloud/", "account_set": "5f01", "user_name": "crm",
             "app_id": "200000_x", "organisation": "100"}
        )  # fmt: skip
        wizard.action_next()
        with self.assertRaises(UserError):
            wizard.action_next()
        result = wizard.web_save({"secret_input": SECRET}, {"secret_input": {}, "has_secret": {}})
        self.assertEqual((result[0]["secret_input"], result[0]["has_secret"]), (False, True))
        wizard.action_next()
        with self.assertRaises(UserError):
            wizard.action_next()
        with patch.object(FakeAdapter, "test_connection", side_effect=NotSent("away", reason="dns")):
            wizard.action_test()
        self.assertTrue(wizard.test_result)
        with self.assertRaises(UserError):
            wizard.action_next()
        wizard.action_test()
        wizard.action_next()
        wizard.default_material = "M001"
        self.assertEqual(wizard.step, "mapping")
        action = wizard.action_next()
        connection = wizard.connection_id.sudo()
        self.assertEqual(action["res_model"], "finance.preview")
        self.assertEqual((connection.state, connection.default_material), ("off", "M001"))
        self.assertEqual(connection._secret_clear(), SECRET)
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM finance_setup WHERE id = %s", [wizard.id])
        self.assertNotIn(SECRET, str(self.env.cr.fetchall()))

    def test_a_server_without_a_key_is_told_before_anything_is_typed(self):
        wizard = self.setup()
        with patch.dict("os.environ", {"CRM_FINANCE_KEY": ""}), self.assertRaisesRegex(UserError, "CRM_FINANCE_KEY"):
            wizard.action_next()
        self.assertEqual(wizard.step, "product")

    def test_a_test_says_what_to_look_at(self):
        """Nothing is tried again by itself there, so it is not promised."""
        for error, word in (
            (NotSent("away", reason="dns"), "address and port"),
            (NotSent("no", reason="tls"), "certificate"),
            (NotSent("login: a page", reason="login"), "Kingdee"),
            (Unknown("a page", reason="json"), "Kingdee"),
            (Rejected("not found", reason="http_404"), "Kingdee"),
            (LoginFailed("no", reason="login_refused"), "user, application and secret"),
            (EndpointRefused("no", reason="private_address"), "CRM_FINANCE_ONPREM_CIDR"),
            (EndpointRefused("no", reason="scheme"), "https://"),
            (EndpointRefused("no", reason="url"), "question mark"),
        ):
            with self.subTest(error), patch.object(FakeAdapter, "test_connection", side_effect=error):
                action = self.connection.with_user(self.clerk).action_test_connection()
                self.assertIn(word, action["params"]["message"])
                self.assertNotIn("by itself", action["params"]["message"])

    def test_each_product_is_asked_for_its_own_login(self):
        wizard = self.setup()
        wizard.write(
            {"step": "address", "product": "kingdee_eas", "name": "EAS", "base_url": "https://erp.example.com/",
             "account_set": "01", "user_name": "crm", "organisation": "100"}
        )  # fmt: skip
        with self.assertRaises(UserError):
            wizard.action_next()
        wizard.eas_db_type = "oracle"
        wizard.action_next()
        self.assertEqual(wizard.connection_id.eas_db_type, "oracle")

    def test_going_back_corrects_the_same_connection(self):
        wizard = self.setup()
        wizard.write(
            {"step": "address", "name": "X", "base_url": "https://erp.example.com/", "account_set": "5f01",
             "user_name": "crm", "app_id": "200000_x", "organisation": "100"}
        )  # fmt: skip
        wizard.action_next()
        first = wizard.connection_id
        wizard.action_back()
        wizard.base_url = "https://other.example.com/"
        wizard.action_next()
        self.assertEqual((wizard.connection_id, first.base_url), (first, "https://other.example.com/"))

    def test_only_system_administrators_set_up(self):
        for user in (self.manager, self.clerk, self.rep, self.users["suite_admin"]):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.env["finance.setup"].with_user(user).create({})
        wizard = self.setup()
        for name in ("action_next", "action_back", "action_test"):
            with self.assertRaises(AccessError):
                getattr(wizard.with_user(self.manager), name)()

    # -- balances ---------------------------------------------------------------------------

    def read_credit(self, items, limits=None):
        with (
            patch.object(FakeAdapter, "read_open_items", lambda _adapter, _day: items),
            patch.object(FakeAdapter, "read_credit_limits", lambda _adapter: limits),
            patch.object(Credit, "_credit_commit", lambda _self: None),
        ):
            self.env["finance.connection"]._cron_credit()

    def item(self, amount, currency="PRE001"):
        return RemoteDocument(
            "receivable", "1", "X", "C", amount=Decimal(amount), customer_number=self.row(self.partner).number,
            currency_number=currency, day=fields.Date.today(),
        )  # fmt: skip

    def test_balances_and_limits_come_with_their_time(self):
        self.invoice()
        self.deliver()
        partner = self.partner.with_company(self.company).sudo()
        self.read_credit([self.item("700.10"), self.item("-200")], {self.row(self.partner).number: Decimal("5000")})
        self.assertEqual((partner.credit_erp_balance, partner.credit_limit), (500.10, 5000))
        self.assertEqual(partner.credit_limit_synced_at, self.connection.credit_read_at)
        # who owes nothing any more is told so, and a limit that is not offered stays
        self.read_credit([])
        self.assertEqual((partner.credit_erp_balance, partner.credit_limit), (0, 5000))

    def test_balances_in_two_currencies_are_no_figure(self):
        self.invoice()
        self.deliver()
        self.read_credit([self.item("700"), self.item("5", "PRE007")])
        self.assertFalse(self.partner.with_company(self.company).sudo().credit_limit_synced_at)

    def test_where_we_keep_credit_nothing_is_read(self):
        self.invoice()
        self.deliver()
        self.connection.credit_source = "here"
        self.read_credit([self.item("700")])
        self.assertFalse(self.partner.with_company(self.company).sudo().credit_limit_synced_at)

    def test_refused_login_stops_the_connection(self):
        def refuse(_adapter, _day):
            raise LoginFailed("no")

        with (
            patch.object(FakeAdapter, "read_open_items", refuse),
            patch.object(Credit, "_credit_commit", lambda _s: None),
        ):
            self.env["finance.connection"]._cron_credit()
        self.assertTrue(self.connection.stop_reason)
