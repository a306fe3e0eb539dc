"""The dry run, the missing codes and where their numbers come from."""

import base64
import io
from datetime import timedelta
from unittest.mock import patch

from openpyxl import Workbook

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..clients.kingdee_galaxy_adapter import KingdeeGalaxyAdapter
from ..clients.results import RemoteCode
from ..models.finance_connection import FinanceConnection
from .common import BridgeCase
from .fake_erp import FakeAdapter


def xlsx(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return base64.b64encode(data.getvalue())


@tagged("post_install", "-at_install")
class TestPreview(BridgeCase):
    """Puts documents together with the real adapter of Kingdee; nothing can be called."""

    def setUp(self):
        super().setUp()
        self.connection.write({"default_material": False, "default_unit": False})

        def adapter(connection):
            class NoTransport:
                def __getattr__(self, name):
                    raise AssertionError("a dry run called the far side")

            settings = connection._adapter_settings()
            from ..clients.kingdee_galaxy import KingdeeGalaxyClient
            from ..clients.kingdee_galaxy_forms import KingdeeSettings

            client = KingdeeGalaxyClient(NoTransport(), None)
            return KingdeeGalaxyAdapter(client, KingdeeSettings(**settings))

        self.startPatcher(patch.object(FinanceConnection, "_adapter", adapter))

    def preview(self, user=None, **vals):
        connection = self.connection.with_user(user or self.clerk)
        preview = self.env["finance.preview"].with_user(user or self.clerk)
        preview = preview.browse(connection.action_preview()["res_id"])
        if vals:
            preview.write(vals)
            preview.action_run()
        return preview

    def test_says_what_would_happen_and_sends_nothing(self):
        self.invoice(count=3)
        preview = self.preview()
        self.assertEqual((preview.create_count, preview.change_count, preview.blocked_count), (1, 0, 3))
        self.assertEqual(
            {(row.kind, row.name, row.document_count) for row in preview.missing_ids},
            {("product", "Gearbox", 3), ("unit", self.product.uom_id.name, 3)},
        )
        self.assertIn("Gearbox", preview.line_ids.filtered(lambda line: line.verdict == "blocked")[0].reason)
        self.assertEqual(set(self.outbox.search([]).mapped("state")), {"pending"})
        self.assertFalse(self.outbox.search([("payload", "!=", False)]))

    def test_one_click_takes_a_number_over(self):
        self.invoice()
        preview = self.preview()
        for kind, number in (("product", "M077"), ("unit", "Tai")):
            row = preview.missing_ids.filtered(lambda row, kind=kind: row.kind == kind)
            row.number = number
            row.action_save()
        self.assertEqual((preview.missing_count, preview.create_count, preview.blocked_count), (0, 2, 0))
        mapping = self.env["finance.mapping"].search([("number", "=", "M077")])
        self.assertEqual(mapping.product_id, self.product)

    def test_documents_of_before_it_was_on_are_tried_too(self):
        self.connection._switch("off")
        today = fields.Date.today()
        self.invoice(invoice_date=today - timedelta(days=3))
        self.invoice(invoice_date=today - timedelta(days=30))
        preview = self.preview()
        self.assertFalse(preview.line_ids)
        preview.start_date = today - timedelta(days=10)
        preview.action_run()
        self.assertEqual(set(preview.line_ids.mapped("kind")), {"receivable", "customer"})
        self.assertFalse(self.outbox.search([]))

    def test_codes_are_read_and_offered(self):
        self.invoice()
        codes = [
            RemoteCode("product", "01.02", "Gearbox"),
            RemoteCode("unit", "Pcs", "x"),
            RemoteCode("unit", "Pcs2", "x"),
        ]
        read = lambda _adapter, kind: [code for code in codes if code.kind == kind]  # noqa: E731
        with patch.object(KingdeeGalaxyAdapter, "read_codes", read):
            self.connection.with_user(self.clerk).action_read_codes()
            self.connection.with_user(self.clerk).action_read_codes()
        self.assertEqual(self.env["finance.code"].search_count([]), 3)
        preview = self.preview()
        row = preview.missing_ids.filtered(lambda row: row.kind == "product")
        self.assertEqual((row.number, row.is_offered), ("01.02", True))
        self.assertFalse(preview.missing_ids.filtered(lambda row: row.kind == "unit").number)
        preview.action_save_missing()
        self.assertEqual(self.env["finance.mapping"].search([]).mapped("number"), ["01.02"])

    def test_customer_who_is_there_already_is_not_made_twice(self):
        self.env["finance.code"]._store(self.connection, [("customer", "KH0042", self.partner.name)])
        move = self.invoice()
        preview = self.preview()
        self.assertIn("KH0042", preview.line_ids.filtered(lambda line: line.kind == "customer").reason)
        preview.missing_ids.filtered(lambda row: row.kind == "customer").action_save()
        numbers = self.env["finance.binding"]._numbers(self.connection, "res.partner", self.partner.ids, "customer")
        self.assertEqual(numbers, {self.partner.id: "KH0042"})
        self.assertEqual(self.row(self.partner).state, "done")
        # and the receivable names that number
        with patch.object(FinanceConnection, "_adapter", lambda _self: FakeAdapter(self.erp)):
            self.deliver()
        self.assertEqual(self.erp.with_number(self.row(move).number)[0]["payload"]["customer_number"], "KH0042")

    def test_codes_come_from_a_file(self):
        wizard = self.env["finance.code.import"].with_user(self.clerk)
        wizard = wizard.create(
            {"connection_id": self.connection.id, "kind": "product", "file": xlsx(("编码", "名称"), (1001, "Gearbox"))}
        )
        wizard.action_import()
        code = self.env["finance.code"].search([])
        self.assertEqual((code.kind, code.number, code.name), ("product", "1001", "Gearbox"))
        for bad in (base64.b64encode(b"PK\x03\x04 nothing"), base64.b64encode(b"<html>")):
            wizard.file = bad
            with self.assertRaises(UserError):
                wizard.action_import()

    def test_mended_documents_are_sent_by_one_button(self):
        move = self.invoice()
        self.deliver_with_missing(move)
        preview = self.preview()
        for row in preview.missing_ids:
            row.number = "X"
        preview.action_save_missing()
        self.assertEqual(self.row(move).state, "rejected")
        preview.action_retry()
        self.assertEqual(self.row(move).state, "pending")

    def deliver_with_missing(self, move):
        with patch.object(FinanceConnection, "_adapter", lambda _self: FakeAdapter(self.erp)):
            self.erp.materials = set()
            self.deliver()
        self.assertEqual(self.row(move).error_code, "mapping_missing")

    def test_who_may(self):
        self.invoice()
        preview = self.preview()
        for user in (self.rep, self.users["suite_admin"]):
            for attack in (
                lambda u=user: self.connection.with_user(u).action_preview(),
                lambda u=user: self.connection.with_user(u).action_read_codes(),
                lambda u=user: self.connection.with_user(u).action_import_codes(),
                lambda u=user: preview.with_user(u).action_run(),
                lambda u=user: preview.with_user(u).action_save_missing(),
                lambda u=user: preview.missing_ids[:1].with_user(u).action_save(),
                lambda u=user: self.row(self.partner).with_user(u).action_settle_customer("KH1"),
                lambda u=user: self.env["finance.code"].with_user(u).create({"number": "1"}),
            ):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    attack()
        with self.assertRaises(AccessError):
            self.env["finance.code"].with_user(self.manager).create({"number": "1"})

    def test_context_of_a_caller_records_nothing(self):
        self.connection = self.connection.with_context(finance_recording={"wrap": 1})
        self.assertIsInstance(self.env["finance.mapping"]._tables(self.connection)["product"], dict)

    def test_a_dry_run_that_is_cut_says_so(self):
        self.invoice(count=3)
        preview = self.env["finance.preview"].with_user(self.clerk).create({"connection_id": self.connection.id})
        for limit, is_cut in ((2, True), (4, False)):
            with patch("odoo.addons.crm_finance_bridge.wizard.finance_preview.LIMIT", limit):
                preview._fill()
            self.assertEqual(preview.is_cut, is_cut)
