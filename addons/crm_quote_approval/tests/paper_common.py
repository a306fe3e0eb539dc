import io
import re
import unicodedata

from pypdf import PdfReader

from odoo.tests import HttpCase

from .common import ApprovalCase

REPORT = "sale.action_report_saleorder"
# shapes of the font's radicals that Unicode's own normal forms leave alone
RADICALS = str.maketrans("⺠⻆", "民角")


def text_of(pdf):
    """The words of a PDF without any white space, page by page."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return [re.sub(r"\s+", "", unicodedata.normalize("NFKC", page).translate(RADICALS)) for page in pages]


class PaperCase(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.write(
            {
                "name": "苏州启程智能装备有限公司",
                "street": "星湖街 328 号",
                "city": "苏州",
                "phone": "0512-62880000",
                "vat": "91320594MATEST0001",
                "quote_letterhead": True,
            }
        )
        cls.world["partner"].lang = "zh_CN"
        cls.report = cls.env["ir.actions.report"]
        # where the PDF program finds the style sheets
        cls.env["ir.config_parameter"].set_param("report.url", HttpCase.base_url())

    def other_partner(self):
        return self.world["partner"].copy({"name": "宁波海曙液压机械有限公司"}).id

    def html(self, order, report=REPORT):
        return self.report._render_qweb_html(report, order.ids)[0].decode()

    def pdf(self, orders, user=None, report=REPORT):
        reports = self.report.with_user(user or self.rep).with_context(force_report_rendering=True)
        with self.allow_pdf_render():
            content, kind = reports._render_qweb_pdf(report, orders.ids)
        self.assertEqual(kind, "pdf")
        return content

    def bank_journal(self, currency, number):
        account = self.env["res.partner.bank"].create(
            {
                "acc_number": number,
                "partner_id": self.company.partner_id.id,
                "bank_id": self.env["res.bank"].create({"name": f"中国银行 {number}"}).id,
            }
        )
        return self.env["account.journal"].create(
            {
                "name": number,
                "code": number[-5:],
                "type": "bank",
                "company_id": self.company.id,
                "currency_id": currency.id,
                "bank_account_id": account.id,
            }
        )
