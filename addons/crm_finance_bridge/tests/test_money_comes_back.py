from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.crm_project_delivery.tests.common import DeliveryCase

from .common import BridgeCase
from .fake_erp import remote_receipt


@tagged("post_install", "-at_install")
class TestMoneyComesBack(BridgeCase, DeliveryCase):
    """From the deposit's invoice to the plan row that its receipt pays, with the real plan."""

    def setUp(self):
        super().setUp()
        self.contract = self._contract()
        self.line = self.contract.plan_line_ids.sorted("sequence")[0]
        self.move = self._invoice(self.line)
        self.deliver()

    def receipt(self, **kw):
        number, amount = self.row(self.customer).number, Decimal(str(self.move.amount_total))
        return remote_receipt(**{"customer_number": number, "amount": amount, **kw})

    def test_deposit(self):
        self.assertExactlyOnce(self.move)
        self.erp.receipts = [self.receipt()]
        self.poll()
        self.poll()
        receipt = self.env["finance.receipt"].search([])
        self.assertEqual(receipt.state, "matched", receipt.message)
        self.assertEqual(self.line.state, "paid")
        self.assertFalse(self.move.amount_residual)
        self.assertEqual(self.env["account.payment"].search_count([("partner_id", "=", self.customer.id)]), 1)
        told = self.env["mail.notification"].search([("res_partner_id", "=", self.contract.user_id.partner_id.id)])
        self.assertTrue(any(self.customer.name in (m.subject or "") for m in told.mail_message_id))

    def test_two_of_one_poll_do_not_pay_the_same_row(self):
        self.erp.receipts = [self.receipt(), self.receipt(remote_id="100302", number="SKD000002")]
        self.poll()
        receipts = self.env["finance.receipt"].search([], order="id")
        self.assertEqual(receipts.mapped("state"), ["matched", "open"], receipts.mapped("message"))
        self.assertEqual(self.line.paid_amount, self.line.amount)

    def test_unknown_purpose_is_claimed_by_a_person(self):
        self.erp.receipts = [self.receipt(amount=Decimal("12.34"), customer_number="KH-UNKNOWN")]
        self.poll()
        receipt = self.env["finance.receipt"].search([])
        self.assertEqual((receipt.state, receipt.payment_id.state), ("open", "draft"))
        self.assertEqual(receipt.payment_id.claim_state, "open")
        receipt.payment_id._claim_apply(self.line)
        self.poll()
        self.assertEqual(receipt.state, "matched")
        self.assertEqual(receipt.payment_id.partner_id, self.customer)
