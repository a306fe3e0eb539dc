import base64

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .workbook import UnreadableWorkbook, find_table, header_key, read_workbook, write_workbook

IMPORTER_GROUP = "crm_merchant.group_lead_importer"
MAX_ROWS = 50000
MAX_BYTES = 40 * 1024 * 1024
GUARDED = frozenset(("state", "user_id", "notice", "started_at", "finished_at"))


class ImportBatch(models.Model):
    """One file of leads on its way in: upload, columns, check, import.

    The file is read once, into rows that keep what was written. ``crm_import_batch_check.py`` understands the rows
    and finds duplicates, ``crm_import_batch_run.py`` makes leads of them.
    """

    _name = "crm.import.batch"
    _description = "Lead Import"
    _inherit = ["mail.thread", "crm.watch.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True, readonly=False)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    user_id = fields.Many2one(
        "res.users", "Imported By", default=lambda self: self.env.user, readonly=True, required=True, copy=False
    )
    file = fields.Binary(attachment=True, copy=False)
    filename = fields.Char(copy=False)
    source_id = fields.Many2one("utm.source", help="Of rows that name none themselves")
    with_weak = fields.Boolean("Suggest Weak Matches Too", help="Same name, but only one of the two names a place")
    state = fields.Selection(
        [
            ("draft", "Upload"),
            ("mapping", "Columns"),
            ("checked", "Checked"),
            ("running", "Importing"),
            ("done", "Done"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    notice = fields.Text("To Know", readonly=True, copy=False)
    started_at = fields.Datetime(readonly=True, copy=False)
    finished_at = fields.Datetime(readonly=True, copy=False)
    mapping_ids = fields.One2many("crm.import.mapping", "batch_id", "Columns", copy=False)
    line_ids = fields.One2many("crm.import.line", "batch_id", "Rows of the File", readonly=True, copy=False)
    suggestion_ids = fields.One2many("crm.merge.suggestion", "batch_id", "Suggestions", readonly=True, copy=False)
    total_count = fields.Integer("Rows", compute="_compute_counts")
    ready_count = fields.Integer("Ready", compute="_compute_counts")
    problem_count = fields.Integer("To Mend", compute="_compute_counts")
    duplicate_count = fields.Integer("Duplicates", compute="_compute_counts")
    imported_count = fields.Integer("Imported", compute="_compute_counts")
    merged_count = fields.Integer("Merged", compute="_compute_counts")
    hint_count = fields.Integer("With a Note", compute="_compute_counts")
    open_suggestion_count = fields.Integer("Open Suggestions", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts", help="Percent of the rows without problem that are imported")

    _running_idx = models.Index("(id) WHERE state = 'running'")

    @api.depends("filename")
    def _compute_name(self):
        for batch in self:
            batch.name = batch.name or batch.filename or self.env._("New Import")

    @api.depends("line_ids.state", "line_ids.hint", "suggestion_ids.state")
    def _compute_counts(self):
        counts = {
            (batch.id, state): count
            for batch, state, count in self.env["crm.import.line"]
            .sudo()
            ._read_group([("batch_id", "in", self.ids)], ["batch_id", "state"], ["__count"])
        }
        hints = dict(
            self.env["crm.import.line"]
            .sudo()
            ._read_group([("batch_id", "in", self.ids), ("hint", "!=", False)], ["batch_id"], ["__count"])
        )
        suggestions = dict(
            self.env["crm.merge.suggestion"]
            .sudo()
            ._read_group([("batch_id", "in", self.ids), ("state", "=", "open")], ["batch_id"], ["__count"])
        )
        for batch in self:
            of = {state: counts.get((batch.id, state), 0) for state, _label in self._line_states()}
            batch.total_count = sum(of.values())
            batch.ready_count = of["ready"]
            batch.problem_count = of["problem"]
            batch.duplicate_count = of["duplicate"]
            batch.imported_count = of["imported"]
            batch.merged_count = of["merged"]
            batch.hint_count = hints.get(batch, 0)
            batch.open_suggestion_count = suggestions.get(batch, 0)
            todo = of["ready"] + of["imported"]
            batch.progress = 100.0 * of["imported"] / todo if todo else 0.0

    def _line_states(self):
        return self.env["crm.import.line"]._fields["state"].selection

    # -- guards ----------------------------------------------------------------------------------

    def _guarded_fields(self):
        return super()._guarded_fields() | GUARDED

    @api.model_create_multi
    def create(self, vals_list):
        batches = self._guard_defaults()
        return batches._watched_create(super(ImportBatch, batches).create, vals_list).with_env(self.env)

    def write(self, vals):
        self._guard_check(self._guarded_fields() & vals.keys())
        frozen = {"file", "filename", "company_id"} & vals.keys()
        if frozen and any(batch.state != "draft" for batch in self):
            raise UserError(self.env._("The file is already read. Go back to the upload, or start a new import."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_before_import(self):
        if any(batch.state in ("running", "done") for batch in self):
            raise UserError(self.env._("An import that has made leads stays as the proof of where they come from."))

    def _set(self, **vals):
        """Door of the guarded fields."""
        self.sudo()._through_door(*GUARDED).write(vals)

    def _check_importer(self, *states):
        """Refuses who may not import, and steps out of turn.

        :raises AccessError: no importer, or not his batch
        """
        self.ensure_one()
        self._check_importer_role()
        self.check_access("write")
        if states and self.state not in states:
            label = dict(self._fields["state"]._description_selection(self.env))[self.state]
            raise UserError(
                self.env._("This step is not possible while the import stands at “%(state)s”.", state=label)
            )

    @api.model
    def _check_importer_role(self):
        if not self.env.user.has_group(IMPORTER_GROUP):
            raise AccessError(
                self.env._(
                    "Leads are imported by supervisors, region managers, marketing and HQ commerce. Ask one of them."
                )
            )

    # -- upload ----------------------------------------------------------------------------------

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
        vals_list = [
            {
                "batch_id": self.id,
                "sheet": table.sheet,
                "row_no": number,
                "raw": [[header, text] for header, text in zip(table.headers, row, strict=True) if text],
            }
            for table in tables
            for number, row in table.rows
            if any(row)
        ]
        Line = self.env["crm.import.line"].sudo()
        for start in range(0, len(vals_list), 1000):
            Line.create(vals_list[start : start + 1000])

    def _propose_mapping(self, tables, known):
        """One row a header, however many sheets have it; what the spelling table does not know goes to the notes."""
        samples = {}
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
                    "target": known.get(header_key(header))
                    or known.get(header_key(header.rsplit(" (", 1)[0]))
                    or "note",
                }
                for number, (header, texts) in enumerate(samples.items(), 1)
            ]
        )

    def action_back(self):
        """Back to the upload; the rows that were read are forgotten, nothing was imported yet."""
        self._check_importer("mapping", "checked")
        self.env["crm.merge.suggestion"].sudo().search([("batch_id", "=", self.id)]).unlink()
        self.sudo().line_ids.unlink()
        self.sudo().mapping_ids.unlink()
        self._set(state="draft", notice=False)
        return True

    # -- out -------------------------------------------------------------------------------------

    def action_download_problems(self):
        """The rows that could not be taken, with the reason, as an Excel file that can be mended and uploaded."""
        self._check_importer()
        lines = self.env["crm.import.line"].search([("batch_id", "=", self.id), ("state", "=", "problem")])
        if not lines:
            raise UserError(self.env._("No row has a problem."))
        headers = self.mapping_ids.sorted("sequence").mapped("header")
        rows = []
        for line in lines:
            cells = dict(line.raw or [])
            rows.append([cells.get(header, "") for header in headers] + [line.place, line.problem or ""])
        columns = [*headers, self.env._("Row of the File"), self.env._("What Is Wrong")]
        attachment = self.env["ir.attachment"].create(
            {
                "name": self.env._("To mend - %(name)s.xlsx", name=(self.name or "").rsplit(".", 1)[0]),
                "res_model": self._name,
                "res_id": self.id,
                "raw": write_workbook(self.env._("To Mend"), columns, rows),
                "mimetype": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            }
        )
        return {"type": "ir.actions.act_url", "url": f"/web/content/{attachment.id}?download=true", "target": "self"}
