import io
import json
import zipfile

from odoo import http
from odoo.tests import HttpCase, tagged

from ..demo.roles import build_roles

FORMULAS = ('=HYPERLINK("http://x.example","y")', "=1+1", "{=1+1}", "@SUM(A1)")


@tagged("post_install", "-at_install")
class TestExport(HttpCase):
    """What a stranger wrote stays text in the workbook of a colleague (attack 29)."""

    def exported(self, **changes):
        rep = build_roles(self.env, ["sales_rep"])["sales_rep"]
        rep.group_ids += self.env.ref("base.group_allow_export")
        leads = self.env["crm.lead"].create(
            [{"name": text, "partner_name": text, "user_id": rep.id, "type": "opportunity"} for text in FORMULAS]
        )
        self.authenticate("sales_rep", "sales_rep")
        data = {
            "model": "crm.lead", "ids": leads.ids, "domain": [["id", "in", leads.ids]], "groupby": [], "context": {},
            "fields": [{"name": "name", "label": "=1+2", "type": "char"},
                       {"name": "partner_name", "label": "Company", "type": "char"}],
            "import_compat": False, **changes,
        }  # fmt: skip
        answer = self.url_open(
            "/web/export/xlsx", data={"data": json.dumps(data), "csrf_token": http.Request.csrf_token(self)}
        )
        self.assertEqual(answer.status_code, 200)
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            return book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/sharedStrings.xml").decode()

    def test_a_list(self):
        sheet, texts = self.exported()
        self.assertNotIn("<f", sheet)
        self.assertIn("=HYPERLINK", texts)
        self.assertIn("=1+2", texts)

    def test_a_grouped_list(self):
        sheet, texts = self.exported(groupby=["partner_name"])
        self.assertNotIn("<f", sheet)
        self.assertIn("=HYPERLINK", texts)
