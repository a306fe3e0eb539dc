import base64
import io

import python_calamine

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.intake.row_reader import city_in, read_amount, read_row
from ..models.intake.workbook import defuse, read_workbook
from .intake_common import HEADER, IntakeCase


@tagged("post_install", "-at_install")
class TestIntakeReading(IntakeCase):
    def line(self, **cells):
        """The one checked row of a file with these cells."""
        batch = self.batch_of([list(cells.values())], header=list(cells))
        return batch.sudo().line_ids

    # -- headers ---------------------------------------------------------------------------------

    def test_header_below_a_title(self):
        rows = [["客户询盘登记表（内部资料）"], [], ["客户名称*", "联 系 电 话", "所在省市"]]
        data = self.workbook(("询盘", [*rows, ["苏州恒锐机械有限公司", "13800138000", "江苏省苏州"]]))
        batch = self.upload(data=data)
        batch.action_read()
        targets = {mapping.header: mapping.target for mapping in batch.mapping_ids}
        self.assertEqual(targets, {"客户名称*": "company", "联 系 电 话": "phone", "所在省市": "region"})
        self.assertEqual(batch.sudo().line_ids.row_no, 4)
        self.assertIn("3", batch.notice)

    def test_every_sheet_with_its_own_header(self):
        data = self.workbook(
            ("A", [["公司名称", "手机"], ["苏州恒锐机械有限公司", 13800138000.0]]),
            ("B", [["单位", "座机", "意外的列"], ["上海捷铭阀门有限公司", "021-58881234", "甲"]]),
        )
        batch = self.batch_of((), data=data)
        self.assertEqual(batch.sudo().line_ids.mapped("phone"), ["13800138000", "021-58881234"])
        self.assertEqual(batch.mapping_ids.filtered(lambda m: m.header == "意外的列").target, "note")

    def test_repeated_header_and_sums_are_left_out(self):
        batch = self.batch_of([*self.rows(1), HEADER, *self.rows(1, 1), ["合计", "", "", "", "", "10万", ""]])
        self.assertEqual(batch.total_count, 2)
        self.assertIn("2", batch.notice)

    def test_unknown_headers_can_be_mapped_by_hand(self):
        batch = self.upload([["苏州恒锐机械有限公司", "13800138000"]], header=["甲", "乙"])
        batch.action_read()
        self.assertTrue(batch.notice)
        batch.mapping_ids[0].target, batch.mapping_ids[1].target = "company", "phone"
        batch.action_check()
        self.assertEqual(batch.ready_count, 1)
        with self.assertRaises(UserError):
            batch.mapping_ids[0].target = "note"

    def test_same_header_twice(self):
        batch = self.batch_of([["恒锐机械厂", "无", "13800138000"]], header=["公司", "电话", "电话"])
        self.assertEqual(batch.sudo().line_ids.phone, "13800138000")

    # -- files -----------------------------------------------------------------------------------

    def test_csv_in_gb18030_and_utf8(self):
        text = '公司名称,手机,备注\r\n苏州恒锐机械有限公司,13800138000,"要样本,急"\r\n'
        for encoding in ("gb18030", "utf-8-sig", "utf-8", "utf-16"):
            with self.subTest(encoding):
                batch = self.batch_of((), data=text.encode(encoding), filename="线索.csv")
                line = batch.sudo().line_ids
                self.assertEqual(line.company_name, "苏州恒锐机械有限公司")
                self.assertEqual(line.values["notes"], [["备注", "要样本,急"]])

    def test_csv_lines_end_in_any_way(self):
        """A line break inside of quotes belongs to the cell."""
        (sheet,) = read_workbook(b'a,"b\nc"\rd,e\r\n\nf,"g\r\nh"', "x.csv", 100)
        self.assertEqual([row for _number, row in sheet.rows], [["a", "b\nc"], ["d", "e"], ["f", "g\r\nh"]])

    def test_unreadable_files_are_refused_in_words(self):
        for data, name in ((b"not a workbook", "x.xlsx"), (b"", "x.xlsx"), (b"\x81\x20", "x.csv")):
            with self.subTest(name=name, data=data), self.assertRaises(UserError):
                batch = self.env["crm.import.batch"].with_user(self.supervisor).create({"filename": name})
                batch.file = base64.b64encode(data)
                batch.action_read()

    # -- values ----------------------------------------------------------------------------------

    def test_problems_send_the_row_back(self):
        cases = {
            "no_name": {"公司名称": "无", "联系人": "", "手机": "13800138000"},
            "no_reach": {"公司名称": "恒锐机械厂", "联系人": "王伟", "手机": ""},
            "phone_length": {"公司名称": "恒锐机械厂", "手机": "136034777"},
            "phone_lost_digits": {"公司名称": "恒锐机械厂", "手机": "1.38E+10"},
            "phone_text": {"公司名称": "恒锐机械厂", "手机": "138****2255"},
            "cell_error": {"公司名称": "#REF!", "手机": "13800138000"},
            "garbled": {"公司名称": "????????", "手机": "13800138000"},
            "formula": {"公司名称": '=HYPERLINK("http://x")', "手机": "13800138000"},
        }
        for code, cells in cases.items():
            with self.subTest(code):
                line = self.line(**cells)
                self.assertEqual(line.state, "problem")
                self.assertTrue(line.problem)
                row = read_row(
                    [
                        (header, t, text)
                        for (header, text), t in zip(
                            cells.items(),
                            ["company", "contact", "phone"] if len(cells) == 3 else ["company", "phone"],
                            strict=True,
                        )
                    ]
                )
                self.assertEqual([problem[1] for problem in row.problems], [code])

    def test_hints_do_not_hold_a_row_up(self):
        cases = [
            ("统一社会信用代码", "91350211M000100Y44", "credit_code"),
            ("预算", "看情况", "budget"),
            ("省份", "火星", "province"),
            ("邮箱", "someone", "email"),
        ]
        for header, text, code in cases:
            with self.subTest(header):
                line = self.line(**{"公司名称": "恒锐机械厂", "手机": "13800138000", header: text})
                self.assertEqual(line.state, "ready")
                self.assertIn(header, line.hint)
                self.assertTrue(code)

    def test_unreadable_phone_is_a_hint_where_there_is_a_mail(self):
        line = self.line(**{"公司名称": "恒锐机械厂", "手机": "138", "邮箱": "A@Example.com"})
        self.assertEqual((line.state, line.values["email"]), ("ready", "a@example.com"))
        self.assertTrue(line.hint)

    def test_every_code_has_words(self):
        texts = self.env["crm.import.line"]._finding_texts()
        for code in (
            "no_name no_reach cell_error garbled formula phone_text phone_empty phone_lost_digits phone_no_area_code "
            "phone_area_code phone_length email credit_code_suggestion credit_code_length credit_code_lost_digits "
            "credit_code_alphabet credit_code_division credit_code_check credit_code_body_check budget province"
        ).split():
            self.assertIn(code, texts)

    def test_amounts_and_cities(self):
        for text, amount in (
            ("50万", 500000), ("30-50万", 300000), ("约12.8万", 128000), ("100万以上", 1000000), ("¥128,000.00", 128000),
            ("880000", 880000), ("50万+", 500000),
        ):  # fmt: skip
            with self.subTest(text):
                self.assertEqual(read_amount(text), amount)
        self.assertIsNone(read_amount("看情况"))
        self.assertEqual(
            [city_in(t) for t in ("江苏省苏州市工业园区", "安徽-马鞍山市", "上海市", "Jiangsu 无锡市")][:3],
            ["苏州", "马鞍山", ""],
        )

    # -- the way back ----------------------------------------------------------------------------

    def test_problem_file_is_defused_and_comes_back_whole(self):
        evil = '=HYPERLINK("http://evil","x")'
        batch = self.batch_of([["@SUM(1)", evil, "13800138000", "", "", "", "+cmd|' /C calc'!A0"]])
        action = batch.action_download_problems()
        attachment = self.env["ir.attachment"].browse(int(action["url"].split("/")[3].split("?")[0]))
        self.assertEqual((attachment.res_model, attachment.res_id), ("crm.import.batch", batch.id))
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(attachment.raw))
        header, row = book.get_sheet_by_index(0).to_python()[:2]
        self.assertEqual(header[: len(HEADER)], HEADER)
        self.assertEqual(row[:2], ["'@SUM(1)", f"'{evil}"])
        self.assertEqual(row[6], "'+cmd|' /C calc'!A0")
        self.assertTrue(row[-1])
        again = read_workbook(attachment.raw, "back.xlsx", 100)[0].rows[1][1]
        self.assertEqual(again[1], evil)

    def test_defuse_leaves_numbers_alone(self):
        self.assertEqual(defuse("+86 138 0013 8000"), "+86 138 0013 8000")
        self.assertEqual(defuse("-12.5"), "-12.5")
        self.assertEqual(defuse("-2+3+cmd|x"), "'-2+3+cmd|x")
