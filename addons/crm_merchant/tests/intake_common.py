import base64
import io

import xlsxwriter

from odoo.tests import TransactionCase

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ..demo.roles import build_roles

HEADER = ["公司名称", "联系人", "手机", "省份", "线索来源", "预算", "备注"]


class IntakeCase(TransactionCase, CronMixinCase):
    """Users of each role and builders of small workbooks; no pool, no rule, no region is on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.users = build_roles(cls.env)
        cls.rep, cls.supervisor = cls.users["sales_rep"], cls.users["sales_supervisor"]

    @classmethod
    def workbook(cls, *sheets):
        """Bytes of an XLSX file; a sheet is (name, rows)."""
        output = io.BytesIO()
        book = xlsxwriter.Workbook(output, {"in_memory": True, "strings_to_formulas": False})
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        book.close()
        return output.getvalue()

    @classmethod
    def batch_of(cls, rows, header=HEADER, user=None, filename="leads.xlsx", data=None):
        """An uploaded file that is read and checked by a supervisor."""
        batch = cls.upload(rows, header, user, filename, data)
        batch.action_read()
        batch.action_check()
        return batch

    @classmethod
    def upload(cls, rows=(), header=HEADER, user=None, filename="leads.xlsx", data=None):
        data = data if data is not None else cls.workbook(("Sheet1", [header, *rows]))
        batches = cls.env["crm.import.batch"].with_user(user or cls.supervisor)
        return batches.create({"file": base64.b64encode(data), "filename": filename})

    @classmethod
    def rows(cls, count, start=0):
        """Rows of companies that have nothing in common."""
        words = "恒锐捷铭钜昊铂腾骏硕睿翔凯诚佳博创精宏盛"
        return [
            [
                f"苏州{words[n // 400 % 20]}{words[n // 20 % 20]}{words[n % 20]}机械有限公司",
                "王伟",
                f"138{10000000 + n}",
                "江苏",
                "官网",
                "5万",
                "",
            ]
            for n in range(start, start + count)
        ]

    def leads(self, batch):
        return self.env["crm.lead"].search([("import_line_id.batch_id", "=", batch.id)], order="import_line_id")
