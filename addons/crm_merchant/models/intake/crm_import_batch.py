from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

IMPORTER_GROUP = "crm_merchant.group_lead_importer"
GUARDED = frozenset(("state", "user_id", "notice", "started_at", "finished_at"))


class ImportBatch(models.Model):
    """One file of leads on its way in: upload, columns, check, import.

    The file is read once, into rows that keep what was written. ``crm_import_batch_check.py`` understands the rows
    and finds duplicates, ``crm_import_batch_run.py`` makes leads of them.
    """

    _name = "crm.import.batch"
    _description = "Lead Import"
    _inherit = ["crm.guarded.mixin", "mail.thread"]
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
    channel_id = fields.Many2one(
        "crm.intake.channel",
        domain="[('kind', '=', 'import')]",
        check_company=True,
        help="Gives the leads its source, medium and campaign",
    )
    pool_id = fields.Many2one(
        "crm.pool", "Straight into the Pool", check_company=True, help="Empty: by the assignment rules"
    )
    update_existing = fields.Boolean(
        "Update What Is There",
        help="Rows with the credit code or phone of a lead write over its fields instead of waiting for a decision",
    )
    with_weak = fields.Boolean("Suggest Weak Matches Too", help="Same name, but only one of the two names a place")
    state = fields.Selection(
        [
            ("draft", "Upload"),
            ("mapping", "Columns"),
            ("checking", "Being Checked"),
            ("checked", "Checked"),
            ("running", "Importing"),
            ("done", "Done"),
            ("undoing", "Being Undone"),
            ("undone", "Undone"),
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
    update_count = fields.Integer("To Update", compute="_compute_counts")
    imported_count = fields.Integer("Imported", compute="_compute_counts")
    merged_count = fields.Integer("Merged", compute="_compute_counts")
    hint_count = fields.Integer("With a Note", compute="_compute_counts")
    open_suggestion_count = fields.Integer("Open Suggestions", compute="_compute_counts")
    progress = fields.Float(
        compute="_compute_counts", help="Percent of the rows checked, then of those without problem imported"
    )

    _running_idx = models.Index("(id) WHERE state IN ('checking', 'running', 'undoing')")

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
            batch.update_count = of["update"]
            batch.imported_count = of["imported"]
            batch.merged_count = of["merged"]
            batch.hint_count = hints.get(batch, 0)
            batch.open_suggestion_count = suggestions.get(batch, 0)
            todo = of["ready"] + of["update"] + of["imported"]
            batch.progress = 100.0 * of["imported"] / todo if todo else 0.0
            if batch.state == "checking":
                batch.progress = 100.0 * (1 - of["new"] / batch.total_count) if batch.total_count else 0.0

    def _line_states(self):
        return self.env["crm.import.line"]._fields["state"].selection

    # -- guards ----------------------------------------------------------------------------------

    def _guarded_fields(self):
        return super()._guarded_fields() | GUARDED

    def write(self, vals):
        frozen = {"file", "filename", "company_id"} & vals.keys()
        if {"channel_id", "pool_id", "update_existing", "source_id"} & vals.keys() and any(
            batch.state in ("running", "done", "undoing", "undone") for batch in self
        ):
            raise UserError(self.env._("The import has begun; this can be chosen only before."))
        if frozen and any(batch.state != "draft" for batch in self):
            raise UserError(self.env._("The file is already read. Go back to the upload, or start a new import."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_before_import(self):
        if any(batch.state in ("running", "done", "undoing") for batch in self):
            raise UserError(self.env._("An import that has made leads stays as the proof of where they come from."))

    def _set(self, **vals):
        """Door of the guarded fields."""
        self.sudo()._through_door(*GUARDED).write(vals)

    def _as_importer(self):
        """The batch as the person who imports, in his language and company; superuser, because he may not read all of
        its leads later."""
        user = self.user_id
        return self.with_user(user).with_company(self.company_id).with_context(lang=user.lang, tz=user.tz).sudo()

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
