"""Who may do what, and every way around it."""

import base64
import os
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..lib import vault
from .common import BridgeCase

SECRET = "s3cret-0123456789-abcd"


@tagged("post_install", "-at_install")
class TestRights(BridgeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.system = new_test_user(cls.env, "bridge_system", groups="base.group_system,base.group_user")
        cls.plain = new_test_user(cls.env, "bridge_plain", groups="base.group_user")
        cls.other_company = cls.env["res.company"].create({"name": "另一家公司"})

    def refused_row(self):
        self.erp.faults = {"save": ["refused"]}
        self.invoice()
        self.deliver()
        return self.row(self.partner)

    # -- rows -------------------------------------------------------------------------------

    def test_nobody_writes_rows(self):
        row = self.refused_row()
        for user in (self.clerk, self.manager, self.system, self.users["suite_admin"], self.rep):
            mine = row.with_user(user)
            for attack in (
                lambda m=mine: m.write({"state": "pending"}),
                lambda m=mine: m.with_context(merchant_door=True, skip_approval=1).write({"payload": "{}"}),
                lambda m=mine: m.write({"number": "CRM-AR-1"}),
                lambda m=mine: m.unlink(),
                lambda m=mine: m.copy(),
                lambda m=mine: m.create({"state": "done", "number": "x"}),
            ):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    attack()

    def test_not_even_superuser_code_writes_around_the_door(self):
        row = self.refused_row()
        for vals in ({"state": "done"}, {"values_text": "{}"}, {"number": "X"}, {"remote_possible": False}):
            with self.subTest(vals), self.assertRaises(AccessError):
                row.write(vals)
        with self.assertRaises(AccessError):
            self.connection.write({"outbox_ids": [(1, row.id, {"state": "done"})]})
        binding = self.env["finance.binding"].search([], limit=1)
        with self.assertRaises(AccessError):
            self.env["finance.binding"].create({"connection_id": self.connection.id, "number": "1"})
        with self.assertRaises(AccessError):
            self.env["finance.receipt"].create({"connection_id": self.connection.id, "remote_id": "1"})
        with self.assertRaises(AccessError):
            self.env["finance.cursor"].create({"connection_id": self.connection.id, "position": "{}"})
        self.assertFalse(binding)

    def test_state_comes_from_no_context_and_no_import(self):
        row = (
            self.env["finance.connection"]
            .with_context(default_state="on", default_stop_reason="x")
            .create(
                {**self.connection.copy_data()[0], "company_id": self.other_company.id, "receipt_journal_id": False}
            )
        )
        self.assertEqual((row.state, row.stop_reason), ("off", False))
        with self.assertRaises(AccessError):
            self.connection.with_user(self.system).write({"state": "off"})
        result = (
            self.env["finance.connection"]
            .with_user(self.system)
            .load(["id", "name", "state"], [[f"__export__.c{self.connection.id}", "x", "on"]])
        )
        self.assertFalse(result["ids"])

    def test_actions_ask_who_it_is(self):
        row = self.refused_row()
        for user in (self.rep, self.plain, self.users["suite_admin"], self.system):
            for name, args in (
                ("action_retry", ()),
                ("action_check_now", ()),
                ("action_mark_done", ("seen there", "1")),
            ):
                with self.subTest(user=user.login, name=name), self.assertRaises(AccessError):
                    getattr(row.with_user(user), name)(*args)

    def test_actions_ask_for_the_company(self):
        row = self.refused_row()
        foreign = new_test_user(
            self.env,
            "clerk_of_other",
            groups="base.group_user,crm_merchant.group_finance_clerk",
            company_id=self.other_company.id,
            company_ids=[(6, 0, self.other_company.ids)],
        )
        with self.assertRaises(AccessError):
            row.with_user(foreign).action_retry()
        self.assertFalse(self.outbox.with_user(foreign).search([]))
        self.assertFalse(self.env["finance.attempt"].with_user(foreign).search([]))
        self.assertFalse(self.env["finance.connection"].with_user(foreign).search([]))

    def test_retry_only_from_stopped(self):
        move = self.invoice()
        self.deliver()
        with self.assertRaises(UserError):
            self.row(move).with_user(self.clerk).action_retry()
        with self.assertRaises(UserError):
            self.row(move).with_user(self.clerk).action_check_now()
        with self.assertRaises(UserError):
            self.row(move).with_user(self.clerk).action_mark_done("seen it there")

    def test_pressing_twice_sends_once(self):
        row = self.refused_row()
        row.with_user(self.clerk).action_retry()
        with self.assertRaises(UserError):
            row.with_user(self.manager).action_retry()
        self.deliver()
        self.assertExactlyOnce(self.partner)

    def test_mark_done_needs_evidence_and_binds(self):
        row = self.refused_row()
        with self.assertRaises(UserError):
            row.with_user(self.clerk).action_mark_done("  ")
        with self.assertRaises(UserError):
            row.with_user(self.clerk).action_mark_done("entered by hand")
        row.with_user(self.clerk).action_mark_done("entered by hand, voucher 12", "KH0042")
        self.assertEqual((row.state, row.evidence), ("done", "entered by hand, voucher 12"))
        self.assertEqual(row.attempt_ids.sorted("seq")[-1].actor_uid, self.clerk.id)
        self.deliver()
        document = self.erp.documents[-1]
        self.assertEqual(document["payload"]["customer_number"], "KH0042")

    def test_wizard_cannot_lend_rights(self):
        row = self.refused_row()
        wizard = self.env["finance.mark.done"].create({"outbox_id": row.id, "evidence": "seen there", "number": "1"})
        with self.assertRaises(AccessError):
            wizard.with_user(self.rep).action_confirm()
        wizard = self.env["finance.switch.on"].create({"connection_id": self.connection.id})
        with self.assertRaises(AccessError):
            wizard.with_user(self.clerk).action_confirm()

    # -- connection -------------------------------------------------------------------------

    def test_only_system_writes_connections(self):
        for user in (self.clerk, self.manager, self.users["suite_admin"]):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.connection.with_user(user).write({"base_url": "https://evil.example.com/"})
        for name in ("action_test_connection", "action_switch_on", "action_switch_off"):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(self.connection.with_user(self.rep), name)()
        with self.assertRaises(AccessError):
            self.connection.with_user(self.clerk).action_switch_off()

    def test_identity_stays_after_the_first_document(self):
        self.connection.with_user(self.system).write({"number_prefix": "CRM"})
        self.invoice()
        with self.assertRaises(UserError):
            self.connection.with_user(self.system).write({"number_prefix": "NEW"})

    def test_secret_is_never_shown(self):
        connection = self.connection.with_user(self.system)
        result = connection.web_save({"secret_input": SECRET}, {"secret_input": {}, "secret_hint": {}})
        self.assertEqual(result[0]["secret_input"], False)
        self.assertEqual(result[0]["secret_hint"], "••••abcd")
        self.env.invalidate_all()
        names = [name for name in connection.fields_get()]
        self.assertNotIn("secret_token", names)
        self.assertNotIn(SECRET, str(connection.read(names)))
        self.assertNotIn(SECRET, str(connection.export_data(["name", "secret_hint"])))
        with self.assertRaises(AccessError):
            connection.read(["secret_token"])
        with self.assertRaises(AccessError):
            connection.search([("secret_token", "like", "a")])
        self.assertNotIn(SECRET, connection.sudo().secret_token)
        self.assertEqual(connection.sudo()._secret_clear(), SECRET)
        copy = connection.sudo().copy({"company_id": self.other_company.id, "receipt_journal_id": False})
        self.assertFalse(copy.secret_token)
        with self.assertRaises(AccessError):
            self.connection.with_user(self.manager).read(["secret_hint"])
        with self.assertRaises(AccessError):
            self.connection.sudo().write({"secret_token": "x"})
        tracked = self.env["mail.tracking.value"].sudo().search([])
        self.assertNotIn(SECRET, str(tracked.read()))

    def test_new_connection_takes_its_secret(self):
        vals = {**self.connection.copy_data()[0], "company_id": self.other_company.id, "receipt_journal_id": False}
        connection = (
            self.env["finance.connection"]
            .with_user(self.system)
            .with_company(self.other_company)
            .sudo()
            .create({**vals, "secret_input": SECRET})
        )
        self.assertFalse(connection.secret_input)
        self.assertEqual(connection._secret_clear(), SECRET)

    def test_no_key_no_secret(self):
        with patch.dict(os.environ, {"CRM_FINANCE_KEY": ""}), self.assertRaises(UserError):
            self.connection.with_user(self.system).write({"secret_input": SECRET})
        with patch.dict(os.environ, {"CRM_FINANCE_KEY": "short"}), self.assertRaises(UserError):
            self.connection.with_user(self.system).write({"secret_input": SECRET})

    def test_no_key_no_connection(self):
        vals = {**self.connection.copy_data()[0], "company_id": self.other_company.id, "receipt_journal_id": False}
        for key in ("", "short"):
            with patch.dict(os.environ, {"CRM_FINANCE_KEY": key}), self.assertRaises(UserError) as error:
                self.env["finance.connection"].with_company(self.other_company).create(vals)
            self.assertIn("CRM_FINANCE_KEY", str(error.exception))

    def test_keys_rotate(self):
        token = vault.encrypt(SECRET)
        new = base64.urlsafe_b64encode(b"n" * 32).decode()
        with patch.dict(os.environ, {"CRM_FINANCE_KEY": f"{new},{os.environ['CRM_FINANCE_KEY']}"}):
            self.assertEqual(vault.decrypt(token), SECRET)
        with patch.dict(os.environ, {"CRM_FINANCE_KEY": new}), self.assertRaises(vault.VaultError):
            vault.decrypt(token)

    def test_the_key_may_stand_in_a_file(self):
        token = vault.encrypt(SECRET)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "key"
            path.write_text(os.environ["CRM_FINANCE_KEY"] + "\n")
            with patch.dict(os.environ, {"CRM_FINANCE_KEY": str(path)}):
                self.assertEqual(vault.decrypt(token), SECRET)
                path.unlink()
                with self.assertRaises(vault.VaultError):
                    vault.decrypt(token)

    def test_short_secrets_have_no_hint(self):
        self.assertEqual(vault.hint("abcd1234"), "••••")

    def test_addresses(self):
        connection = self.connection.with_user(self.system)
        for url in (
            "file:///etc/passwd",
            "https://u:p@erp.example.com/",
            "https://erp.example.com/?a=1",
            "x",
            "ftp://a",
        ):
            with self.subTest(url), self.assertRaises(ValidationError):
                connection.base_url = url

    def test_networks_come_from_the_server_alone(self):
        with patch.dict(os.environ, {"CRM_FINANCE_ONPREM_CIDR": "127.0.0.0/8, nonsense,10.0.0.0/8"}):
            self.assertEqual(vault.allowed_networks(), ("127.0.0.0/8", "10.0.0.0/8"))
        with patch.dict(os.environ, {"CRM_FINANCE_ONPREM_CIDR": ""}):
            self.assertEqual(vault.allowed_networks(), ())

    def test_ledger_has_no_rights(self):
        row = self.refused_row()
        entry = row.attempt_ids[0]
        for user in (self.clerk, self.manager, self.system):
            with self.subTest(user.login), self.assertRaises(AccessError), mute_logger("odoo.sql_db"):
                entry.with_user(user).write({"outcome": "ok"})

    def test_sales_people_do_not_see_the_bridge(self):
        self.refused_row()
        for model in ("finance.outbox", "finance.connection", "finance.receipt", "finance.binding", "finance.attempt"):
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(self.rep).search([])

    def test_fields_on_invoices_are_closed_to_others(self):
        for name in ("finance_bridge_state", "finance_bridge_number", "finance_bridge_message"):
            self.assertTrue(self.env["account.move"]._fields[name].groups)
