"""Odoo's export of a list, with every text written as text.

Names of leads come from forms and mails of strangers. Odoo puts an apostrophe before a formula in CSV; in XLSX it writes
a formula, which Excel runs when a colleague opens the file.
"""

from odoo.addons.web.controllers import export


class _TextWriter(export.ExportXlsxWriter):
    def write(self, row, column, cell_value, style=None):
        if isinstance(cell_value, str) and cell_value.startswith(("=", "{=")):
            return self.worksheet.write_string(row, column, cell_value, style)
        return super().write(row, column, cell_value, style)


class _GroupTextWriter(_TextWriter, export.GroupExportXlsxWriter):
    pass


class ExcelExport(export.ExcelExport):
    def from_data(self, fields, columns_headers, rows):
        with _TextWriter(fields, columns_headers, len(rows)) as writer:
            for number, row in enumerate(rows, start=1):
                for column, value in enumerate(row):
                    writer.write_cell(number, column, value)
        return writer.value

    def from_group_data(self, fields, columns_headers, groups):
        row, column = 1, 0
        with _GroupTextWriter(fields, columns_headers, groups.count) as writer:
            for name, group in groups.children.items():
                row, column = writer.write_group(row, column, name, group)
        return writer.value
