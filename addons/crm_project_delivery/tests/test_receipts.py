from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestReceipts(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._contract()
        cls.deposit, cls.progress, cls.rest = cls.contract.plan_line_ids
        cls.lines = cls.env["crm.payment.plan.line"]

    def _receipt(self, amount, partner=None, **vals):
        return self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "amount": amount,
                "partner_id": (self.customer if partner is None else partner).id,
                "journal_id": self.env["account.journal"].search(
                    [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
                ).id,
                **vals,
            }
        )  # fmt: skip

    def test_claim_pays_the_row(self):
        invoice = self._invoice(self.deposit)
        payment = self._receipt(38400)
        payment._claim_open()
        self.assertEqual(payment.claim_state, "open")
        payment._claim_apply(self.deposit)
        self.assertEqual((payment.claim_state, payment.plan_line_id), ("claimed", self.deposit))
        self.assertEqual(self.deposit.state, "paid")
        self.assertIn(payment, invoice.reconciled_payment_ids)
        self.assertEqual(payment.state, "paid")
        self.assertEqual(self.contract.state, "running")

    def test_sales_opens_an_invoice_that_was_paid(self):
        """Stock counts payments as the reader, who in sales may not read them."""
        invoice = self._invoice(self.deposit)
        self._receipt(38400)._claim_apply(self.deposit)
        seller = self.contract.user_id or self.users["sales_rep"]
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.env["account.payment"].with_user(seller).has_access("read"))
        self.assertEqual(invoice.with_user(seller).payment_count, 1)

    def test_partial_posted_and_too_much(self):
        self._invoice(self.deposit)
        first = self._receipt(8400)
        first.action_post()
        first._claim_apply(self.deposit)
        self.assertEqual((self.deposit.state, self.deposit.paid_amount), ("partial", 8400))
        self.assertEqual(self.contract.state, "running")
        second = self._receipt(50000)
        second._claim_apply(self.deposit)
        self.assertEqual((self.deposit.state, self.deposit.paid_amount), ("paid", 38400))
        receivable = second.move_id.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        self.assertEqual(receivable.amount_residual, -20000)

    def test_one_receipt_for_two_rows(self):
        self._invoice(self.deposit)
        self._accept(self.contract.milestone_ids[0])
        self._invoice(self.progress)
        self._receipt(40000)._claim_apply(self.progress | self.deposit)
        self.assertEqual((self.deposit.state, self.progress.paid_amount), ("paid", 1600))

    def test_claim_refuses_what_does_not_fit(self):
        with self.assertRaises(UserError):
            self._receipt(38400)._claim_apply(self.deposit)
        self._invoice(self.deposit)
        stranger = self.env["res.partner"].create({"name": "别家公司", "is_company": True})
        with self.assertRaises(UserError):
            self._receipt(38400, partner=stranger)._claim_apply(self.deposit)
        with self.assertRaises(UserError):
            self._receipt(38400, payment_type="outbound")._claim_apply(self.deposit)
        nobody = self._receipt(38400, partner=self.env["res.partner"])
        nobody._claim_apply(self.deposit)
        self.assertEqual(nobody.partner_id, self.customer)
        with self.assertRaises(UserError):
            nobody._claim_open()

    def test_found_by_number(self):
        invoice = self._invoice(self.deposit)
        for text in (
            f"付款 {invoice.name}", f"付{self.contract.name}定金", f"订单{self.contract.order_id.name}",
            self.contract.name.lower(),
        ):  # fmt: skip
            with self.subTest(text=text):
                self.assertEqual(self.lines._find_for_receipt(self.customer, 5000, [text]), self.deposit)
                # the payer need not be known
                self.assertEqual(self.lines._find_for_receipt(self.env["res.partner"], 5000, [text]), self.deposit)

    def test_numbers_that_decide_nothing(self):
        other = self._contract()
        texts = [f"{self.contract.name} {other.name}"]
        self.assertFalse(self.lines._find_for_receipt(self.customer, 38400, texts))
        stranger = self.env["res.partner"].create({"name": "别家公司", "is_company": True})
        self.assertFalse(self.lines._find_for_receipt(stranger, 38400, [self.contract.name]))
        self.assertFalse(self.lines._find_for_receipt(self.customer, 38400, []), "two rows of this amount are due")

    def test_found_by_exact_amount(self):
        contact = self.env["res.partner"].create({"name": "张工", "parent_id": self.customer.id})
        self.assertEqual(self.lines._find_for_receipt(contact, 38400, ["货款 202611"]), self.deposit)
        self.assertFalse(self.lines._find_for_receipt(contact, 38399.99, ["货款"]))
        self.assertFalse(self.lines._find_for_receipt(self.env["res.partner"], 38400, ["货款"]))
        self.assertFalse(self.lines._find_for_receipt(contact, 76800, []), "planned rows wait for nothing")

    def test_found_by_contract_prefers_the_exact_row(self):
        self._accept(self.contract.milestone_ids[0])
        self.assertEqual(self.lines._find_for_receipt(self.customer, 76800, [self.contract.name]), self.progress)
        self.assertEqual(self.lines._find_for_receipt(self.customer, 1, [self.contract.name]), self.deposit)

    def test_more_than_the_row_waits_for_is_for_a_person(self):
        self._accept(self.contract.milestone_ids[0])
        for amount in (38400.01, 115200, 9_999_999):
            with self.subTest(amount):
                self.assertFalse(self.lines._find_for_receipt(self.customer, amount, [self.contract.name]))

    def test_other_company_is_not_searched(self):
        second = self.env["res.company"].create({"name": "苏州二厂"})
        self.assertFalse(self.lines._find_for_receipt(self.customer, 38400, [self.contract.name], company=second))
