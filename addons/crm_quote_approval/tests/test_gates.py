import json
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import CHAIN, ApprovalCase, build_quote, build_world


@tagged("post_install", "-at_install")
class TestGates(ApprovalCase):
    """Every way by which a quote takes effect or reaches the customer."""

    def blocked_orders(self):
        none = self.quote(partner_id=self.world["partner"].copy().id)
        pending = self.submitted(partner_id=self.world["partner"].copy().id)
        rejected = self.submitted(partner_id=self.world["partner"].copy().id)
        self.task(rejected, "sales_supervisor").action_reject("No")
        void = self.submitted(partner_id=self.world["partner"].copy().id)
        self.approve(void, *CHAIN)
        void.order_line.price_unit += 1
        return {"none": none, "pending": pending, "rejected": rejected, "void": void}

    def test_change_of_state(self):
        for state, order in self.blocked_orders().items():
            self.assertEqual(order.approval_state, state)
            ways = (
                lambda order=order: order.write({"state": "sent"}),
                lambda order=order: order.write({"state": "sale"}),
                lambda order=order: order.sudo().write({"state": "sale"}),
                lambda order=order: order.action_confirm(),
                lambda order=order: order.action_quotation_sent(),
                lambda order=order: order.action_quotation_send(),
                lambda order=order: order.with_context(proforma=True).action_quotation_send(),
                lambda order=order: order.sudo()._validate_order(),
                lambda order=order: order.with_context(mark_so_as_sent=True).message_post(body="Here it is"),
            )
            for number, way in enumerate(ways):
                with self.subTest(state, way=number), self.refused(UserError):
                    way()
                self.assertEqual(order.state, "draft")

    def test_created_as_confirmed(self):
        for state in ("sent", "sale"):
            with self.refused(UserError, "needs approval"):
                self.quote(state=state)
            with self.refused(UserError, "needs approval"):
                build_quote(self.env(context={"default_state": state}), self.world)

    def test_state_and_lines_in_one_write(self):
        order = self.quote(40000)
        with self.refused(UserError):
            order.write({"state": "sale", "order_line": [Command.update(order.order_line.id, {"price_unit": 400000})]})
        self.assertEqual(order.state, "draft")

    def test_many_at_once(self):
        small = self.quote(10, partner_id=self.world["partner"].copy().id)
        large = self.quote(partner_id=self.world["partner"].copy().id)
        with self.refused(UserError):
            (small | large).action_confirm()
        self.assertEqual(small.state, "draft")

    def test_mail_template(self):
        template = self.env.ref("sale.email_template_edi_sale")
        order = self.quote()
        with self.refused(UserError):
            template.send_mail(order.id)
        with self.refused(UserError):
            template._generate_template([order.id], ["report_template_ids"])
        self.assertTrue(template._generate_template([self.quote(10).id], ["subject"]))

    def test_sent_quote_that_was_changed_is_not_sent_again(self):
        order = self.approved()
        order.action_quotation_sent()
        order.order_line.price_unit = 1000000
        with self.refused(UserError):
            order.with_context(mark_so_as_sent=True).message_post(body="The new one")
        with self.refused(UserError):
            order.action_confirm()

    def test_paper_says_so(self):
        report = self.env["ir.actions.report"]
        for state, order in self.blocked_orders().items():
            with self.subTest(state):
                html = report._render_qweb_html("sale.action_report_saleorder", order.ids)[0]
                self.assertIn(b"o_crm_not_effective", html)
                html = report._render_qweb_html("sale.action_report_pro_forma_invoice", order.ids)[0]
                self.assertIn(b"o_crm_not_effective", html)
        html = report._render_qweb_html("sale.action_report_saleorder", self.approved().ids)[0]
        self.assertNotIn(b"o_crm_not_effective", html)
        self.assertIn(b"/quote/verify/", html)
        small = self.quote(10, partner_id=self.world["partner"].copy().id)
        html = report._render_qweb_html("sale.action_report_saleorder", small.ids)[0]
        self.assertNotIn(b"o_crm_not_effective", html)

    def test_nobody_outside_prints_it(self):
        portal = self.env.ref("base.public_user")
        order = self.quote()
        report = self.env["ir.actions.report"].with_user(portal).sudo()
        for method in (report._render_qweb_html, report._render_qweb_pdf):
            with self.refused(UserError, "ask your contact"):
                method("sale.action_report_saleorder", order.ids)

    def test_a_form_without_the_mark_prints_no_open_quote(self):
        view = self.env["ir.ui.view"].create(
            {
                "type": "qweb",
                "name": "plain",
                "key": "crm_quote_approval.test_plain",
                "arch": "<t t-name='crm_quote_approval.test_plain'><div t-foreach='docs' t-as='doc' t-out='doc.name'/></t>",
            }
        )
        self.env["ir.model.data"].create(
            {"module": "crm_quote_approval", "name": "test_plain", "model": "ir.ui.view", "res_id": view.id}
        )
        report = self.env["ir.actions.report"].create(
            {
                "name": "Plain",
                "model": "sale.order",
                "report_name": "crm_quote_approval.test_plain",
                "report_type": "qweb-pdf",
            }
        )
        with self.refused(UserError, "cannot say so"):
            report._render_qweb_html(report, self.quote().ids)
        self.assertTrue(report._render_qweb_html(report, self.approved().ids))

    def test_signing_and_paying(self):
        vals = {"require_signature": True, "require_payment": True}
        order = self.quote(**vals)
        self.assertFalse(order._has_to_be_signed())
        self.assertFalse(order._has_to_be_paid())
        order = self.approved(**vals)
        self.assertTrue(order._has_to_be_signed())
        self.assertTrue(order._has_to_be_paid())

    def payment(self, order, state):
        provider = self.env["payment.provider"].create({"name": "Bank", "company_id": order.company_id.id})
        method = self.env["payment.method"].create({"name": "Bank", "code": "test_bank"})
        return self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "amount": order.amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "reference": f"T{order.id}",
                "operation": "online_direct",
                "state": state,
                "sale_order_ids": [Command.set(order.ids)],
            }
        )

    def test_money_for_a_quote_that_is_not_in_effect(self):
        """Never an exception: the money is there. Not confirmed, and the salesperson has a to-do."""
        order = self.quote().sudo()
        transaction = self.payment(order, "done")
        with patch.object(type(order), "_is_confirmation_amount_reached", return_value=True):
            self.assertFalse(transaction._check_amount_and_confirm_order())
        self.assertEqual(order.state, "draft")
        todo = order.activity_ids
        self.assertEqual(todo.user_id, self.rep)
        self.assertIn("not in effect", todo.summary)
        transaction._check_amount_and_confirm_order()
        self.assertEqual(len(order.activity_ids), 1)

    def test_pending_payment_does_not_send(self):
        order = self.quote().sudo()
        self.payment(order, "pending")._post_process()
        self.assertEqual(order.state, "draft")
        self.assertTrue(order.activity_ids)

    def test_payment_of_an_approved_quote_confirms(self):
        order = self.approved().sudo()
        transaction = self.payment(order, "done")
        with patch.object(type(order), "_is_confirmation_amount_reached", return_value=True):
            self.assertEqual(transaction._check_amount_and_confirm_order(), order)
        self.assertEqual(order.state, "sale")

    def test_mail_of_a_quote_in_effect_goes_on_as_it_came(self):
        """Other modules replace the method below ours and look at what they are given."""
        order = self.quote(1000)
        template = self.env.ref("sale.mail_template_sale_payment_executed")
        original = "odoo.addons.sale.models.sale_order.SaleOrder._send_order_notification_mail"
        with patch(original) as below:
            order._send_order_notification_mail(template)
            below.assert_called_once_with(template)

    def test_context_of_a_caller_pays_nothing(self):
        order = self.quote()
        with self.refused(UserError):
            order.with_context(crm_approval_payment=True).action_quotation_sent()


@tagged("post_install", "-at_install")
class TestPortalGates(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world = build_world(cls.env)
        cls.order = build_quote(cls.env, cls.world, require_signature=True, require_payment=True).sudo()
        cls.order._portal_ensure_token()

    def rpc(self, path, **params):
        response = self.url_open(
            path, data=json.dumps({"params": params}), headers={"Content-Type": "application/json"}
        )
        return response.json()

    def test_customer(self):
        token = self.order.access_token
        base = f"/my/orders/{self.order.id}"
        page = self.url_open(f"{base}?access_token={token}").text
        self.assertIn("o_crm_not_effective", page)
        for kind in ("html", "pdf"):
            response = self.url_open(f"{base}?access_token={token}&report_type={kind}")
            self.assertNotEqual(response.status_code, 200)
        pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        answer = self.rpc(f"{base}/accept", access_token=token, name="王", signature=pixel)
        self.assertIn("error", answer["result"])
        answer = self.rpc(
            f"{base}/transaction",
            access_token=token,
            provider_id=1,
            payment_method_id=1,
            token_id=None,
            amount=self.order.amount_total,
            flow="direct",
            tokenization_requested=False,
            landing_route="/my",
        )
        # in the customer's language, and nothing of who signs
        self.assertEqual(answer["error"]["data"]["name"], "odoo.exceptions.ValidationError")
        self.assertNotIn(self.world["users"]["sales_supervisor"].name, answer["error"]["data"]["message"])
        self.assertFalse(self.order.transaction_ids)
        self.env.invalidate_all()
        self.assertEqual(self.order.state, "draft")
        self.assertFalse(self.order.signature)
