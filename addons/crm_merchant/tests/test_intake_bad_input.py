import base64
import datetime
import io
import zipfile
from unittest.mock import patch

import xlsxwriter

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.intake import workbook_guard
from .intake_common import IntakeCase

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEADER_ROW = "<row r='1'><c r='A1' t='inlineStr'><is><t>公司名称</t></is></c></row>"


def archive(sheet_data="", more=(), after=""):
    """Bytes of a small XLSX file made by hand."""
    office = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f"<Types xmlns='{package}/content-types'><Default Extension='rels' ContentType="
        "'application/vnd.openxmlformats-package.relationships+xml'/><Default Extension='xml' ContentType='application/xml'/>"
        f"<Override PartName='/xl/workbook.xml' ContentType='{office}.sheet.main+xml'/>"
        f"<Override PartName='/xl/worksheets/sheet1.xml' ContentType='{office}.worksheet+xml'/></Types>",
        "_rels/.rels": f"<Relationships xmlns='{package}/relationships'><Relationship Id='r1' Type='{RELATIONS}/officeDocument' "
        "Target='xl/workbook.xml'/></Relationships>",
        "xl/workbook.xml": f"<workbook xmlns='{MAIN}' xmlns:r='{RELATIONS}'><sheets><sheet name='S' sheetId='1' r:id='r1'/>"
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{package}/relationships'><Relationship Id='r1' "
        f"Type='{RELATIONS}/worksheet' Target='worksheets/sheet1.xml'/></Relationships>",
        "xl/worksheets/sheet1.xml": f"<worksheet xmlns='{MAIN}'><sheetData>{sheet_data}</sheetData>{after}</worksheet>",
        **dict(more),
    }
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return output.getvalue()


@tagged("post_install", "-at_install")
class TestIntakeBadInput(IntakeCase):
    """Files and cells that break readers: a sentence for people each time, nothing half imported."""

    def refused(self, data, filename="leads.xlsx", words=""):
        batch = self.env["crm.import.batch"].with_user(self.supervisor).create({"filename": filename})
        if data:
            batch.file = base64.b64encode(data)
        with self.assertRaises(UserError) as caught:
            batch.action_read()
        self.assertIn(words, str(caught.exception))
        self.assertEqual((batch.state, batch.total_count, len(batch.mapping_ids)), ("draft", 0, 0))

    # -- files -----------------------------------------------------------------------------------

    def test_empty_file(self):
        self.refused(b"")
        self.refused(archive(), words="nothing in the file")
        self.refused(b"\r\n \r\n", "a.csv", "nothing in the file")

    def test_garbage_named_xlsx(self):
        self.refused(b"\x13\x37garbage!" * 1_000_000, words="cannot be read")
        self.refused(b"PK\3\4" + b"\x13\x37" * 1000, words="cannot be read")
        self.refused(archive()[:-40], words="cannot be read")
        self.refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5000, "a.xls", "cannot be read")

    def test_two_cells_in_opposite_corners(self):
        """700 bytes that ask the reader for half a terabyte, which ends the process without an exception."""
        far = "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"
        self.refused(archive(HEADER_ROW + far), words="columns")
        self.refused(archive(HEADER_ROW + far.replace("XFD", "CV")), words="rows")
        self.refused(archive(HEADER_ROW + far.replace("'", '"').replace("r=", "r =\n")), words="columns")

    def test_a_bomb_of_merged_cells(self):
        merged = "".join(f"<mergeCell ref='A{n}:AA{n}'/>" for n in range(1, 100000))
        data = archive(HEADER_ROW, after=f"<mergeCells count='1'><mergeCell ref='A1:XFD1048576'/>{merged}</mergeCells>")
        batch = self.upload(data=data)
        batch.action_read()
        self.assertEqual((batch.total_count, len(batch.mapping_ids)), (0, 1))

    def test_a_file_that_grows_beyond_measure(self):
        bomb = archive(
            more={"xl/sharedStrings.xml": b"<sst>" + b" " * (workbook_guard.MAX_INFLATED + 10) + b"</sst>"}.items()
        )
        self.assertLess(len(bomb), 1 << 20)
        self.refused(bomb, words="larger than any list")
        # a lying size in the table of contents does not help
        lying = bomb.replace((workbook_guard.MAX_INFLATED + 21).to_bytes(4, "little"), (100).to_bytes(4, "little"))
        self.assertNotEqual(lying, bomb)
        self.refused(lying, words="cannot be read")
        with patch.object(workbook_guard, "MAX_PARTS", 3):
            self.refused(archive(HEADER_ROW), words="larger than any list")

    def test_two_thousand_columns(self):
        self.refused(self.workbook(("S", [[f"列{n}" for n in range(2000)], ["x"] * 2000])), words="columns")
        self.refused(",".join(f"列{n}" for n in range(2000)).encode(), "a.csv", "columns")

    def test_macros(self):
        self.refused(archive(HEADER_ROW, more={"xl/vbaProject.bin": b"x"}.items()), "a.xlsm", "macros")
        ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
        self.refused(ole + "_VBA_PROJECT".encode("utf-16-le") + b"\0" * 600, "a.xls", "macros")
        self.refused(ole + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600, words="password")

    def test_other_archives_are_no_workbooks(self):
        output = io.BytesIO()
        with zipfile.ZipFile(output, "w") as file:
            file.writestr("content.xml", "<x/>")
        self.refused(output.getvalue(), "a.ods", "save it as xlsx")

    def test_encodings(self):
        text = "公司名称,手机\r\n苏州恒锐机械有限公司,13800138000\r\n"
        for encoding in ("gbk", "gb18030", "utf-8", "utf-8-sig", "utf-16"):
            with self.subTest(encoding):
                self.assertEqual(self.batch_of((), data=text.encode(encoding), filename="a.csv").ready_count, 1)
        self.refused(bytes(range(256)) * 50, "a.csv", "characters")
        self.refused(text.encode("utf-16-le") + b"\0", "a.csv", "characters")

    def test_old_excel(self):
        """XLS is read by a reader in plain Python."""
        xlwt = self.env.registry and __import__("xlwt")
        book = xlwt.Workbook()
        sheet = book.add_sheet("S")
        for row, cells in enumerate((["公司名称", "手机"], ["苏州恒锐机械有限公司", 13800138000.0])):
            for column, value in enumerate(cells):
                sheet.write(row, column, value)
        output = io.BytesIO()
        book.save(output)
        self.assertEqual(
            self.batch_of((), data=output.getvalue(), filename="a.xls").sudo().line_ids.phone, "13800138000"
        )

    def test_too_many_rows(self):
        with patch("odoo.addons.crm_merchant.models.intake.crm_import_batch_read.MAX_ROWS", 5):
            self.refused(self.workbook(("S", [["公司名称"]] + [["恒锐机械厂"]] * 50)), words="more than")

    # -- cells -----------------------------------------------------------------------------------

    def test_formulas(self):
        output = io.BytesIO()
        book = xlsxwriter.Workbook(output)
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["公司名称", "手机", "备注"])
        sheet.write_row(1, 0, ["苏州恒锐机械有限公司", "13800138000"])
        sheet.write_formula(1, 2, '=CMD|"/C calc"!A0', None, "结果")
        sheet.write_string(2, 0, '=HYPERLINK("http://x")')
        sheet.write_string(2, 1, "13800138001")
        book.close()
        batch = self.batch_of((), data=output.getvalue())
        good, bad = batch.sudo().line_ids
        # what the formula gave counts, the formula itself is never read
        self.assertEqual((good.state, good.values["notes"]), ("ready", [["备注", "结果"]]))
        self.assertEqual(bad.state, "problem")
        self.assertIn("HYPERLINK", bad.problem)

    def test_cells_that_break_readers(self):
        good, phone = "苏州恒锐%s机械有限公司", "138001380%s"
        cases = [
            ({"公司名称": good, "手机": "1" * 300}, "problem"),
            ({"公司名称": "😀🎉", "手机": "13800138000"}, "problem"),
            ({"公司名称": "😀🎉", "联系人": "王伟", "手机": phone}, "ready"),
            ({"公司名称": "长" * 5000, "手机": "13800138000"}, "problem"),
            ({"公司名称": good, "手机": phone, "城市": "x" * 5000}, "ready"),
            ({"公司名称": good, "手机": phone, "省份": "火星省"}, "ready"),
            ({"公司名称": good, "手机": phone, "预算": "9" * 400}, "ready"),
            ({"公司名称": good, "手机": phone, "预算": "-5万"}, "ready"),
            ({"公司名称": good, "手机": phone, "标签": "x" * 5000}, "ready"),
            ({"公司名称": good, "手机": phone, "统一社会信用代码": "9" * 5000}, "ready"),
        ]
        for number, (cells, state) in enumerate(cases):
            with self.subTest(number):
                if cells["公司名称"] == good:
                    cells["公司名称"] = good % "甲乙丙丁戊己庚辛壬癸"[number]
                if cells["手机"] == phone:
                    cells["手机"] = phone % (10 + number)
                batch = self.batch_of([list(cells.values())], header=list(cells))
                line = batch.sudo().line_ids
                self.assertEqual(line.state, state, line.problem)
                self.assertTrue(line.problem or line.hint or state == "ready")
                if state == "ready":
                    batch.action_import()
                    self.assertEqual((batch.imported_count, batch.problem_count), (1, 0), line.problem)

    def test_dates_of_1900_and_2999(self):
        output = io.BytesIO()
        book = xlsxwriter.Workbook(output)
        sheet, style = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["公司名称", "手机", "登记日期"])
        days = (datetime.date(1900, 1, 1), datetime.date(2999, 12, 31))
        for row, (line, day) in enumerate(zip(self.rows(2), days, strict=True), 1):
            sheet.write_row(row, 0, [line[0], line[2]])
            sheet.write_datetime(row, 2, day, style)
        sheet.write_row(3, 0, ["杭州别家机械有限公司", "13900139000"])
        sheet.write_number(3, 2, -5, style)
        book.close()
        batch = self.batch_of((), data=output.getvalue())
        batch.action_import()
        self.assertEqual(batch.imported_count, 3)
        notes = [line.values["notes"][0][1] for line in batch.sudo().line_ids]
        self.assertEqual(notes[1], "2999-12-31")
        self.assertTrue(notes[0].startswith("1900-01-0") or notes[0].startswith("1899"), notes)

    def test_duplicate_headers(self):
        batch = self.batch_of(
            [["恒锐机械厂", "无", "13800138000", "a", "b"]], header=["公司", "电话", "电话", "备注", "备注"]
        )
        line = batch.sudo().line_ids
        self.assertEqual((line.phone, [text for _header, text in line.values["notes"]]), ("13800138000", ["a", "b"]))

    def test_no_row_of_a_bad_file_stays(self):
        """The second sheet is too wide: the first one is not kept either."""
        wide = ("B", [[f"列{n}" for n in range(300)]])
        self.refused(self.workbook(("A", [["公司名称", "手机"], ["恒锐机械厂", "13800138000"]]), wide), words="columns")
        self.assertFalse(self.env["crm.import.line"].sudo().search([("raw", "!=", False)]))
