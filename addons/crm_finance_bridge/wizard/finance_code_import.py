import base64
import io
import zipfile

from openpyxl import load_workbook

from odoo import fields, models
from odoo.exceptions import UserError

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 50 * 1024 * 1024
MAX_ROWS = 100_000


def read_rows(content, columns, env, first=2):
    """Rows of the first sheet of an XLSX file, as tuples of stripped text.

    :param content: base64 of the file
    :param columns: how many columns are read
    :param first: 2, the rows below the heading without blank ones; 1, all rows
    :raises UserError: no such file, or too large
    """
    data = base64.b64decode(content or b"")
    if len(data) > MAX_BYTES:
        raise UserError(env._("The file is too large; 5 MB at most."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(item.file_size for item in archive.infolist()) > MAX_UNPACKED:
                raise UserError(env._("The file is too large; 5 MB at most."))
        sheet = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
        rows = []
        for row in sheet.iter_rows(min_row=first, max_col=columns, values_only=True):
            texts = tuple("" if cell is None else str(cell).strip() for cell in row)
            texts += ("",) * (columns - len(texts))
            if any(texts) or first == 1:
                rows.append(texts)
            if len(rows) > MAX_ROWS:
                raise UserError(env._("The file has too many rows; %(limit)s at most.", limit=MAX_ROWS))
    except UserError:
        raise
    except Exception:
        # whatever the parser stumbles over, it is no file that we can read
        raise UserError(env._("This is no XLSX file that can be read.")) from None
    return rows


class FinanceCodeImport(models.TransientModel):
    """Codes of the far side from a file, where it cannot be asked."""

    _name = "finance.code.import"
    _description = "Import Codes of the Finance System"

    connection_id = fields.Many2one("finance.connection", required=True, ondelete="cascade")
    kind = fields.Selection(lambda self: self.env["finance.code"]._selection_kind(), required=True, default="product")
    file = fields.Binary("XLSX File", required=True, attachment=False)
    file_name = fields.Char()

    def action_import(self):
        """Takes over number and name from the first two columns, of customers the credit code from the third."""
        self.ensure_one()
        self.connection_id._check_operator(clerk=True)
        rows = read_rows(self.with_context(bin_size=False).file, 3, self.env)
        is_customer = self.kind == "customer"
        codes = [
            (self.kind, number[:100], name[:250], *([code] if is_customer and code else []))
            for number, name, code in rows
            if number
        ]
        changed = self.env["finance.code"]._store(self.connection_id, codes)
        if is_customer:
            # checked above: who may operate the bridge
            self.env["finance.code"]._match_customers(self.connection_id.sudo())
        return self.connection_id._notice(
            "success", self.env._("%(count)s codes were read, %(changed)s are new.", count=len(codes), changed=changed)
        )
