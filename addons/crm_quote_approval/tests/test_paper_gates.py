from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.base.models import ir_actions_report

from .paper_common import REPORT, PaperCase, text_of


@tagged("post_install", "-at_install")
class TestPaperGates(PaperCase):
    """Ways of printing besides the ordinary one."""

    def test_many_at_once(self):
        """The PDF program of Debian takes one quote a call; each of them passes the gate."""
        blocked, small, approved = self.submitted(), self.quote(10, partner_id=self.other_partner()), None
        approved = self.approved(partner_id=self.other_partner())
        orders = blocked | small | approved
        pages = text_of(self.pdf(orders))
        self.assertEqual(len(pages), 3)
        for order, page in zip(orders, pages, strict=True):
            self.assertIn(order.name, page)
            self.assertEqual("未生效" in page, order == blocked)
        # the same one twice gives it twice
        reports = self.report.with_user(self.rep).with_context(force_report_rendering=True)
        with self.allow_pdf_render():
            content = reports._render_qweb_pdf(REPORT, [small.id, approved.id, small.id])[0]
        self.assertEqual([small.name in page for page in text_of(content)], [True, False, True])

    def test_a_program_that_can_prints_all_at_once(self):
        self.company.quote_letterhead = False
        orders = self.quote(10) | self.quote(20)
        able = ir_actions_report._wkhtml()._replace(is_patched_qt=True)
        calls = []

        def run(reports, bodies, **kwargs):
            calls.append(len(bodies))
            raise RuntimeError("enough")

        for patched, expected in ((able, [2]), (able._replace(is_patched_qt=False), [1])):
            calls.clear()
            with (
                patch("odoo.addons.crm_quote_approval.models.quote.ir_actions_report._wkhtml", lambda p=patched: p),
                patch.object(type(self.report), "_run_wkhtmltopdf", run),
                self.assertRaises(RuntimeError),
            ):
                self.report._render_qweb_pdf_prepare_streams(REPORT, {}, orders.ids)
            self.assertEqual(calls, expected)

    def test_sending_many(self):
        blocked = self.submitted()
        small = self.quote(10, partner_id=self.other_partner())
        approved = self.approved(partner_id=self.other_partner())
        with self.refused(UserError, "waits for the approval"):
            (small | blocked | approved).action_quotation_send()
        self.compose(small | approved).action_send_mail()
        mails = self.env["mail.mail"].sudo().search([("model", "=", "sale.order")])
        self.assertEqual(sorted(mails.mapped("res_id")), sorted((small | approved).ids))
        for mail in mails:
            paper = mail.attachment_ids.raw.decode()
            self.assertIn(self.env["sale.order"].browse(mail.res_id).name, paper)
            self.assertNotIn("o_crm_not_effective", paper)

    def compose(self, orders, **vals):
        """The window in which somebody writes to the customers of several quotes, with Odoo's own text chosen."""
        composer = self.env["mail.compose.message"].with_user(self.rep)
        composer = composer.with_context(**orders.action_quotation_send()["context"])
        template = self.env.ref("sale.email_template_edi_sale")
        return composer.create({"template_id": template.id, "auto_delete": False, "force_send": False, **vals})

    def test_composer_of_somebody_who_asks_himself(self):
        """The window opened for harmless quotes, then the list of records exchanged."""
        blocked = self.submitted()
        small = self.quote(10, partner_id=self.other_partner())
        composer = self.compose(small | small.copy(), res_ids=str((small | blocked).ids))
        with self.refused(UserError):
            composer.action_send_mail()

    def test_text_is_a_paper_too(self):
        order = self.quote()
        self.assertIn("o_crm_not_effective", self.report._render_qweb_text(REPORT, order.ids)[0].decode())
        outside = self.report.with_user(self.env.ref("base.public_user")).sudo()
        with self.refused(UserError, "ask your contact"):
            outside._render_qweb_text(REPORT, order.ids)
        self.assertTrue(outside._render_qweb_text(REPORT, self.quote(10, partner_id=self.other_partner()).ids))

    def plain_report(self, arch):
        view = self.env["ir.ui.view"].create(
            {"type": "qweb", "name": "plain", "key": "crm_quote_approval.test_paper", "arch": arch}
        )
        self.env["ir.model.data"].create(
            {"module": "crm_quote_approval", "name": "test_paper", "model": "ir.ui.view", "res_id": view.id}
        )
        return self.report.create(
            {
                "name": "Plain",
                "model": "sale.order",
                "report_name": "crm_quote_approval.test_paper",
                "report_type": "qweb-pdf",
            }
        )

    def test_words_of_a_quote_are_no_mark(self):
        report = self.plain_report(
            "<t t-name='crm_quote_approval.test_paper'><div t-foreach='docs' t-as='doc' t-out='doc.note'/></t>"
        )
        order = self.quote(note='<p class="o_crm_not_effective" data-mark="1">未生效</p>')
        for render in (self.report._render_qweb_html, self.report._render_qweb_text):
            with self.refused(UserError, "cannot say so"):
                render(report, order.ids, data={"approval_mark": "1"})

    def test_who_may_not_read_it_learns_nothing(self):
        order = self.submitted()
        portal = self.env["res.users"].create(
            {"name": "P", "login": "paper_portal", "group_ids": [Command.set(self.env.ref("base.group_portal").ids)]}
        )
        for user in (self.users["sales_rep_2"], portal):
            reports = self.report.with_user(user)
            for render in (reports._render_qweb_html, reports._render_qweb_text, reports._render_qweb_pdf):
                with self.assertRaises(AccessError):
                    render(REPORT, order.ids)
