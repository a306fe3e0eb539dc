import base64
import json

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .workbook import find_table, header_key, read_workbook
from .workbook_guard import MAX_COLUMNS, UnreadableWorkbook

MAX_ROWS = 200000
STAGE_STEP = 5000
MAX_BYTES = 40 * 1024 * 1024


class ImportBatch(models.Model):
    """Upload: the file as rows, and what its columns mean."""

    _inherit = "crm.import.batch"

    def action_read(self):
        """Reads the file and proposes what its columns mean."""
        self._check_importer("draft")
        if not self.file:
            raise UserError(self.env._("Choose a file first: Excel (xlsx, xls) or CSV."))
        data = base64.b64decode(self.with_context(bin_size=False).file)
        if len(data) > MAX_BYTES:
            raise UserError(self.env._("The file is larger than 40 MB. Split it."))
        try:
            sheets = read_workbook(data, self.filename, MAX_ROWS)
        except UnreadableWorkbook as error:
            raise UserError(self._unreadable_text(error.code)) from error
        known = self.env["crm.import.column"]._target_by_key()
        tables = [find_table(sheet, known.keys()) for sheet in sheets]
        self._stage(tables)
        self._propose_mapping(tables, known)
        self._set(state="mapping", notice=self._reading_notice(tables))
        return True

    def _unreadable_text(self, code):
        return {
            "format": self.env._("This file cannot be read. Open it in Excel or WPS, save it as xlsx and upload that."),
            "password": self.env._("The file is protected by a password. Save it without one and upload that."),
            "encoding": self.env._(
                "The characters of this CSV file cannot be read. Save it as “CSV UTF-8” or as xlsx."
            ),
            "empty": self.env._("There is nothing in the file."),
            "macros": self.env._(
                "The file holds macros. Save it as a workbook without macros (xlsx) and upload that; nothing was read."
            ),
            "columns": self.env._(
                "A sheet has more than %(columns)s columns. Delete those that hold nothing about leads, and those far "
                "to the right.",
                columns=MAX_COLUMNS,
            ),
            "size": self.env._(
                "Unpacked, this file is larger than any list of leads. Copy the rows into a new workbook and upload that."
            ),
            "rows": self.env._("The file has more than %(rows)s rows. Split it.", rows=MAX_ROWS),
        }[code]

    def _reading_notice(self, tables):
        """What people should know about the reading, in words."""
        lines = []
        for table in tables:
            if table.header_row == 0:
                lines.append(
                    self.env._(
                        "Sheet “%(sheet)s”: no known header was found, so its first row was taken. Check the columns.",
                        sheet=table.sheet,
                    )
                )
            elif table.header_row > 1:
                lines.append(
                    self.env._(
                        "Sheet “%(sheet)s”: the header stands in row %(row)s.", sheet=table.sheet, row=table.header_row
                    )
                )
            if table.skipped:
                lines.append(
                    self.env._(
                        "Sheet “%(sheet)s”: %(count)s repeated headers or lines of sums were left out.",
                        sheet=table.sheet,
                        count=table.skipped,
                    )
                )
        return "\n".join(lines)

    def _stage(self, tables):
        """Keeps every row as it was written."""
        self.env.flush_all()
        for table in tables:
            for start in range(0, len(table.rows), STAGE_STEP):
                part = [(number, row) for number, row in table.rows[start : start + STAGE_STEP] if any(row)]
                if part:
                    self._stage_part(table, part)
        self.env.invalidate_all()

    def _stage_part(self, table, part):
        """Rows of one sheet by one statement, every stored column of a line."""
        raws = [
            json.dumps([[header, text] for header, text in zip(table.headers, row, strict=True) if text])
            for _number, row in part
        ]
        self.env.execute_query(
            SQL(
                "INSERT INTO crm_import_line "
                "(batch_id, company_id, sheet, row_no, raw, state, create_uid, create_date, write_uid, write_date) "
                "SELECT %(batch)s, %(company)s, %(sheet)s, v.row_no, v.raw::jsonb, 'new', %(uid)s, %(now)s, %(uid)s, %(now)s "
                "FROM unnest(%(numbers)s::int[], %(raws)s::text[]) WITH ORDINALITY AS v(row_no, raw, place) "
                "ORDER BY v.place RETURNING batch_id",
                batch=self.id,
                company=self.company_id.id,
                sheet=table.sheet,
                uid=self.env.uid,
                now=self.env.cr.now(),
                numbers=[number for number, _row in part],
                raws=raws,
            )
        )

    def _propose_mapping(self, tables, known):
        """One row a header, however many sheets have it; what the spelling table does not know goes to the notes."""
        samples = {}
        remembered = self._remembered_targets([header for table in tables for header in table.headers])
        for table in tables:
            for index, header in enumerate(table.headers):
                texts = samples.setdefault(header, [])
                texts += [row[index] for _number, row in table.rows[:8] if row[index] and row[index] not in texts]
        self.env["crm.import.mapping"].sudo().create(
            [
                {
                    "batch_id": self.id,
                    "sequence": number,
                    "header": header,
                    "sample": " | ".join(text[:30] for text in texts[:3]),
                    # a header that stands twice in a sheet means the same both times
                    "target": remembered.get(header)
                    or known.get(header_key(header))
                    or known.get(header_key(header.rsplit(" (", 1)[0]))
                    or "note",
                }
                for number, (header, texts) in enumerate(samples.items(), 1)
            ]
        )

    def _remembered_targets(self, headers):
        """Header -> what it was last taken for in a checked import of this company. The notes are what unknown headers
        go to by themselves, so they are no choice worth remembering."""
        self.env["crm.import.mapping"].flush_model()
        self.env["crm.import.batch"].flush_model(["company_id", "state"])
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (m.header) m.header, m.target FROM crm_import_mapping m "
                "JOIN crm_import_batch b ON b.id = m.batch_id "
                "WHERE b.company_id = %s AND b.id != %s AND b.state NOT IN ('draft', 'mapping') AND m.header = ANY(%s) "
                "ORDER BY m.header, m.id DESC",
                self.company_id.id,
                self.id,
                headers,
            )
        )
        return {header: target for header, target in rows if target != "note"}

    def action_back(self):
        """Back to the upload; the rows that were read are forgotten, nothing was imported yet."""
        self._check_importer("mapping", "checked")
        self.env["crm.merge.suggestion"].sudo().search([("batch_id", "=", self.id)]).unlink()
        self.sudo().line_ids.unlink()
        self.sudo().mapping_ids.unlink()
        self._set(state="draft", notice=False)
        return True
