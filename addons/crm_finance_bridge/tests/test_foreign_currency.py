import json
from decimal import Decimal
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.crm_project_delivery.tests.common import DeliveryCase

from ..clients.kingdee_galaxy_adapter import KingdeeGalaxyAdapter
from ..clients.kingdee_galaxy_forms import KingdeeSettings
from ..clients.results import RemoteDocument
from ..models.finance_connection import FinanceConnection
from ..models.finance_reconciliation import FinanceReconciliation
from .common import BridgeCase
from .fake_erp import FakeAdapter, remote_receipt

DOLLAR = "PRE007"


@tagged("post_install", "-at_install")
class TestForeignCurrency(BridgeCase, DeliveryCase):
    """A contract in dollars: out in dollars with the rate of the books, back in dollars, compared in dollars."""

    def setUp(self):
        super().setUp()
        self.usd = self.env.ref("base.USD")
        self.usd.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": self.usd.id, "name": fields.Date.today(), "inverse_company_rate": 7.1234,
             "company_id": self.company.id}
        )  # fmt: skip
        pricelist = self.env["product.pricelist"].create({"name": "USD", "currency_id": self.usd.id})
        self.customer.property_product_pricelist = pricelist
        self.mapping = self.env["finance.mapping"].create(
            {"connection_id": self.connection.id, "kind": "currency", "currency_id": self.usd.id, "number": DOLLAR}
        )
        self.contract = self._contract()
        self.line = self.contract.plan_line_ids.sorted("sequence")[0]
        self.move = self._invoice(self.line)

    def kingdee(self, connection=None):
        settings = KingdeeSettings(**(connection or self.connection)._adapter_settings())
        return KingdeeGalaxyAdapter(None, settings)

    def receipt(self, **kw):
        number, amount = self.row(self.customer).number, Decimal(str(self.move.amount_total))
        return remote_receipt(**{"customer_number": number, "amount": amount, "currency_number": DOLLAR, **kw})

    def test_out_in_its_currency_with_the_rate_of_the_books(self):
        self.assertEqual(self.move.currency_id, self.usd)
        self.assertNotEqual(self.company.currency_id, self.usd)
        self.deliver()
        row = self.row(self.move)
        self.assertEqual(row.state, "done", row.last_error)
        wire = json.loads(row.wire_text)
        self.assertEqual((wire["currency"], wire["amount_total"]), ("USD", f"{self.move.amount_total:.2f}"))
        self.assertEqual(wire["exchange_rate"], "7.123400")
        posted = sum(
            self.move.line_ids.filtered(lambda line: line.account_type == "asset_receivable").mapped("balance")
        )
        self.assertAlmostEqual(float(wire["amount_total"]) * float(wire["exchange_rate"]), posted, delta=0.02)
        bill = json.dumps(self.kingdee().build("receivable", wire))
        self.assertIn(f'"FCURRENCYID": {{"FNumber": "{DOLLAR}"}}', bill)
        self.assertIn('"FMAINBOOKSTDCURRID": {"FNumber": "PRE001"}', bill)
        self.assertIn('"FExchangeRate": "7.123400"', bill)

    def test_a_missing_mapping_is_listed_before_anything_is_sent(self):
        self.mapping.unlink()
        with patch.object(FinanceConnection, "_adapter", lambda connection: self.kingdee(connection)):
            connection = self.connection.with_user(self.clerk)
            preview = self.env["finance.preview"].with_user(self.clerk).browse(connection.action_preview()["res_id"])
        self.assertIn(("currency", "USD"), [(row.kind, row.key) for row in preview.missing_ids])
        self.assertFalse(self.erp.calls)

    def test_a_receipt_in_dollars_pays_it(self):
        self.deliver()
        self.erp.receipts = [self.receipt()]
        self.poll()
        receipt = self.env["finance.receipt"].search([])
        self.assertEqual(receipt.state, "matched", receipt.message)
        self.assertEqual(
            (receipt.payment_id.currency_id, receipt.payment_id.amount), (self.usd, self.move.amount_total)
        )
        self.assertFalse(self.move.amount_residual)
        self.assertEqual(self.line.state, "paid")

    def test_the_same_figure_in_another_currency_pays_nothing(self):
        self.deliver()
        self.erp.receipts = [self.receipt(currency_number="PRE001")]
        self.poll()
        receipt = self.env["finance.receipt"].search([])
        self.assertEqual((receipt.state, receipt.payment_id.state), ("open", "draft"))
        self.assertEqual(self.move.amount_residual, self.move.amount_total)

    def test_a_receipt_without_a_mapping_asks_a_person_and_is_no_money_yet(self):
        self.deliver()
        self.erp.receipts = [self.receipt(currency_number="PRE099")]
        self.poll()
        receipt = self.env["finance.receipt"].search([])
        self.assertEqual((receipt.state, receipt.payment_id.id), ("review", False))

    def test_receipts_that_waited_for_a_mapping_go_on_when_it_is_there(self):
        self.erp.receipts = [
            self.receipt(currency_number="PRE099", remote_id=f"10040{n}", number=f"SKD9{n}") for n in range(3)
        ]
        self.poll()
        receipts = self.env["finance.receipt"].search([])
        self.assertEqual(set(receipts.mapped("state")), {"review"})
        euro = self.env.ref("base.EUR")
        euro.active = True
        vals = {"connection_id": self.connection.id, "kind": "currency", "currency_id": euro.id, "number": "PRE098"}
        mapping = self.env["finance.mapping"].with_user(self.clerk).create(vals)
        self.assertEqual(set(receipts.mapped("state")), {"review"})
        mapping.number = "PRE099"
        self.assertEqual((set(receipts.mapped("state")), len(receipts.activity_ids)), ({"new"}, 0))
        self.poll()
        self.assertEqual(receipts.payment_id.currency_id, euro)
        self.assertEqual(len(receipts.payment_id), 3)

    def compare(self, currency):
        """Lines of a comparison with books over there that hold the invoice in ``currency``."""
        self.deliver()
        document = self.erp.with_number(self.row(self.move).number)[0]
        theirs = RemoteDocument(
            "receivable", document["id"], document["number"], "C", amount=document["amount"], currency_number=currency,
            customer_number=self.row(self.customer).number, day=self.move.invoice_date,
        )  # fmt: skip
        with (
            patch.object(FakeAdapter, "read_documents", lambda _adapter, _since, _until, page=None: ([theirs], None)),
            patch.object(FinanceReconciliation, "_run_commit", lambda _self: 9.0),
        ):
            self.env["finance.reconciliation"]._cron_reconcile()
        return self.env["finance.reconciliation"].search([], limit=1)

    def test_the_books_are_compared_in_the_documents_currency(self):
        run = self.compare(DOLLAR)
        self.assertEqual((run.state, run.count_there, len(run.line_ids)), ("clean", 1, 0))

    def test_the_same_figure_in_another_currency_is_a_difference(self):
        line = self.compare("PRE001").line_ids
        self.assertEqual((line.kind, line.cause, line.currency_id), ("amount", "other_currency", self.usd))
