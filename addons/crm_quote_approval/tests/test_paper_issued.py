from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import CHAIN
from .paper_common import PaperCase

INTERNAL = "crm_quote_approval.action_report_quote_internal"


@tagged("post_install", "-at_install")
class TestPaperIssued(PaperCase):
    """The approval on the paper, two languages, the internal copy, a template's quote."""

    def signed(self, **vals):
        order = self.submitted(**vals)
        for role in CHAIN:
            self.task(order, role).action_approve("秘密意见")
        return order

    def test_approved_with_version_and_code(self):
        order = self.signed()
        version = order._last_version()
        html = self.html(order)
        self.assertIn('name="quote_approved"', html)
        for part in (version._code(), "V1", 'name="quote_seal"'):
            self.assertIn(part, html)
        self.assertRegex(version._code(), r"^[0-9A-F]{4}-[0-9A-F]{4}$")
        order.order_line.price_unit += 1
        self.commit_hooks()
        self.assertEqual(order._paper_approval(), {})
        self.assertNotIn(version._code(), self.html(order))

    def test_trace_only_on_the_internal_copy(self):
        order = self.signed()
        names = [self.users[role].name for role in CHAIN]
        ordinary, internal = self.html(order), self.html(order, INTERNAL)
        for name in names:
            self.assertIn(name, internal)
            self.assertNotIn(name, ordinary)
        self.assertIn("秘密意见", internal)
        self.assertNotIn("秘密意见", ordinary)
        order.order_line.purchase_price = 76543
        for html in (ordinary, internal, self.html(order), self.html(order, INTERNAL)):
            for hidden in ("76,543", "51,457", "127,400", "毛利", "Margin"):
                self.assertNotIn(hidden, html)

    def test_internal_copy_is_marked_too(self):
        self.assertIn("o_crm_not_effective", self.html(self.submitted(), INTERNAL))

    def test_internal_copy_is_for_employees(self):
        order = self.signed()
        order.action_quotation_sent()
        portal = new_test_user(self.env, "internal_portal", groups="base.group_portal")
        order.sudo().message_subscribe(portal.partner_id.ids)
        for user in (portal, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                order.with_user(user).sudo()._paper_trace()
            with self.assertRaises(Exception) as caught:
                self.report.with_user(user).sudo()._render_qweb_html(INTERNAL, order.ids)
            self.assertIn("employees", str(caught.exception))
        with self.assertRaises(AccessError):
            order.with_user(self.users["sales_rep_2"])._paper_trace()

    def test_two_languages(self):
        self.world["product"].with_context(lang="zh_CN").name = "压力机"
        order = self.quote(123.45)
        self.assertNotIn("Unit price", self.html(order))
        order.paper_bilingual = True
        html = self.html(order)
        for part in ("Unit price", "描述", "压力机", "One Hundred And Twenty-Three", "壹佰贰拾叁元肆角伍分"):
            self.assertIn(part, html)
        self.world["partner"].lang = "en_US"
        self.assertNotIn("quote_english_amount", self.html(order))

    def test_name_over_a_shared_paper(self):
        order = self.signed().with_context(crm_quote_shared="A<script>'\"&")
        mark = order._paper_shared_watermark()
        self.assertNotIn("<script", mark)
        self.assertIn("%26lt%3Bscript", mark)
        self.assertEqual(order.with_context(crm_quote_shared={"a": 1})._paper_shared_watermark(), "")
        # it takes nothing off a paper that is not in effect
        blocked = self.quote(partner_id=self.other_partner())
        shared = self.report.with_context(crm_quote_shared="x")._render_qweb_html(
            "sale.action_report_saleorder", blocked.ids
        )
        self.assertIn(b"o_crm_not_effective", shared[0])

    def test_templates_pass_the_same_gates(self):
        template = self.env["sale.order.template"].create(
            {
                "name": "Press line",
                "number_of_days": 10,
                "sale_order_template_line_ids": [
                    Command.create({"product_id": self.world["product"].id, "product_uom_qty": 200})
                ],
            }
        )
        order = self.env["sale.order"].with_user(self.rep).create({"partner_id": self.other_partner()})
        order.sale_order_template_id = template
        order._onchange_sale_order_template_id()
        self.assertEqual(order.amount_total, 200000)
        self.assertTrue(order.expiry_deadline)
        with self.assertRaises(UserError):
            order.action_confirm()
        order.action_approval_submit()
        self.approve(order, *CHAIN)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_rejected(self):
        """The owner has a to-do with the reason, once; the opportunity stays where it is."""
        lead = self.env["crm.lead"].create(
            {"name": "Line 3", "type": "opportunity", "partner_id": self.world["partner"].id, "user_id": self.rep.id}
        )
        stage = lead.stage_id
        order = self.submitted(opportunity_id=lead.id)
        self.task(order, "sales_supervisor").action_reject("毛利不足")
        todo = self.env["mail.activity"].search([("res_model", "=", "sale.order"), ("res_id", "=", order.id)])
        self.assertEqual((len(todo), todo.user_id), (1, self.rep))
        self.assertIn("毛利不足", todo.note)
        self.assertEqual(lead.stage_id, stage)
