from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import DeliveryCase

CLAIMERS = ("finance_clerk", "finance_manager")
OTHERS = ("sales_rep", "hq_commerce", "project_manager", "sales_supervisor", "suite_admin", "technical_lead")


@tagged("post_install", "-at_install")
class TestReasons(DeliveryCase):
    """The form that asks for a reason decides nothing itself."""

    def _ask(self, role, kind, **record):
        wizard = self.env["crm.delivery.reason"].with_user(self.users[role]).create(
            {"kind": kind, "reason": "客户要求", **{name: value.id for name, value in record.items()}}
        )  # fmt: skip
        return wizard.action_apply()

    def test_cancel(self):
        contract = self._contract(signed=False)
        with self.assertRaises(AccessError):
            self._ask("finance_clerk", "cancel", contract_id=contract)
        with self.assertRaises(AccessError):
            self._ask("project_manager", "cancel", contract_id=contract)
        self.assertEqual(contract.state, "draft")
        self._ask("sales_rep", "cancel", contract_id=contract)
        self.assertEqual((contract.state, contract.cancel_reason), ("cancelled", "客户要求"))
        signed = self._contract()
        with self.assertRaises(AccessError):
            self._ask("sales_rep", "cancel", contract_id=signed)

    def test_refuse(self):
        line = self._contract().plan_line_ids[0]
        line.with_user(self.rep).action_request_invoice()
        request = self.env["crm.invoice.request"].search([("plan_line_id", "=", line.id)])
        with self.assertRaises(AccessError):
            self._ask("sales_rep", "refuse", request_id=request)
        self._ask("finance_clerk", "refuse", request_id=request)
        self.assertEqual((request.state, request.refusal), ("refused", "客户要求"))

    def test_give_back(self):
        milestone = self._contract().milestone_ids[0]
        self._attach(milestone)
        milestone.with_user(self.manager).action_submit()
        for role in ("sales_rep", "hq_commerce"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._ask(role, "return", milestone_id=milestone)
        self._ask("project_manager", "return", milestone_id=milestone)
        self.assertEqual(milestone.delivery_state, "open")
        self.assertIn("客户要求", milestone.message_ids[:1].body)

    def test_nothing_without_a_reason_or_record(self):
        with self.assertRaises(ValueError):
            self._ask("hq_commerce", "cancel")
        contract = self._contract(signed=False)
        with self.assertRaises(AssertionError):
            Form(self.env["crm.delivery.reason"].with_context(
                default_kind="cancel", default_contract_id=contract.id)).save()  # fmt: skip


@tagged("post_install", "-at_install")
class TestClaimButton(DeliveryCase):
    """Finance chooses the row that an unknown receipt pays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._contract()
        cls.deposit, cls.progress, cls.rest = cls.contract.plan_line_ids
        cls._invoice(cls.deposit)

    def _receipt(self, amount=38400, wait=True, **vals):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "amount": amount,
                "journal_id": self.env["account.journal"].search(
                    [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
                ).id,
                **vals,
            }
        )  # fmt: skip
        if wait:
            payment._claim_open()
        return payment

    def _form(self, payment, role="finance_clerk"):
        action = payment.with_user(self.users[role]).action_open_claim()
        return Form(self.env[action["res_model"]].with_user(self.users[role]).with_context(**action["context"]))

    def test_finance_claims(self):
        for role in CLAIMERS:
            with self.subTest(role=role):
                payment = self._receipt(100)
                form = self._form(payment, role)
                self.assertFalse(form.plan_line_ids.ids)
                form.plan_line_ids.add(self.deposit)
                form.save().action_claim()
                self.assertEqual((payment.claim_state, payment.plan_line_id), ("claimed", self.deposit))
        self.assertEqual((self.deposit.state, self.deposit.paid_amount), ("partial", 200))

    def test_the_certain_row_is_proposed(self):
        payment = self._receipt(memo=f"货款 {self.contract.name}")
        form = self._form(payment)
        self.assertEqual(form.plan_line_ids.ids, self.deposit.ids)
        self.assertEqual(form.open_amount, 38400)
        form.save().action_claim()
        self.assertEqual(self.deposit.state, "paid")

    def test_confirmed_without_an_entry(self):
        """Odoo forgets the outstanding account when the payer of a draft changes; such a receipt pays nothing."""
        payment = self._receipt()
        payment.partner_id = self.customer
        payment.action_post()
        self.assertFalse(payment.move_id)
        with self.assertRaises(UserError):
            payment.with_user(self.clerk).action_claim(self.deposit.ids)
        payment.action_draft()
        payment.with_user(self.clerk).action_claim(self.deposit.ids)
        self.assertEqual((payment.state, self.deposit.state), ("paid", "paid"))

    def test_nobody_else_claims(self):
        payment = self._receipt()
        for role in OTHERS:
            user = self.users[role]
            with self.subTest(role=role):
                with self.assertRaises(AccessError):
                    payment.with_user(user).action_claim(self.deposit.ids)
                with self.assertRaises(AccessError):
                    payment.with_user(user).action_open_claim()
                with self.assertRaises(AccessError):
                    self.env["crm.receipt.claim"].with_user(user).create({"payment_id": payment.id})
        self.assertEqual((payment.claim_state, self.deposit.state), ("open", "invoiced"))

    def test_what_cannot_be_claimed(self):
        payment = self._receipt().with_user(self.clerk)
        for rows in ([], [0]):
            with self.subTest(rows=rows), self.assertRaises(UserError):
                payment.action_claim(rows)
        with self.assertRaises(UserError):
            payment.action_claim(self.progress.ids)
        other = self._contract()
        self._invoice(other.plan_line_ids[0])
        with self.assertRaises(UserError):
            payment.action_claim((self.deposit | other.plan_line_ids[0]).ids)
        with self.assertRaises(UserError):
            self._receipt(wait=False).with_user(self.clerk).action_claim(self.deposit.ids)
        payment.action_claim(self.deposit.ids)
        with self.assertRaises(UserError):
            payment.action_claim(other.plan_line_ids[0].ids)

    def test_other_companies_stay_closed(self):
        company = self.env["res.company"].create({"name": "苏州二厂"})
        stranger = self.users["finance_manager"]
        payment = self._receipt()
        stranger.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        with self.assertRaises(AccessError):
            payment.with_user(stranger).with_company(company).action_claim(self.deposit.ids)
