import json

from markupsafe import Markup

from odoo import api, fields, models

from .crm_approval_mixin import FROZEN_STATES, STATES, VOIDED


class ApprovalRequest(models.Model):
    """One submit of one paper: the values frozen then, and where it stands.

    Nobody has a right to write it. ``_transition`` (in ``crm_approval_request_transition``) is its only door.
    """

    _name = "crm.approval.request"
    _inherit = ["mail.thread"]
    _description = "Approval Request"
    _order = "submitted_at desc, id desc"
    _rec_name = "title"
    # whoever may read a request may take part in its talk
    _mail_post_access = "read"

    res_model = fields.Char("Record Model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True, readonly=True)
    title = fields.Char(required=True, readonly=True)
    partner_name = fields.Char("Customer", readonly=True)
    amount = fields.Monetary(readonly=True, help="What the policies judged: tax included, summed against splitting")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    requester_id = fields.Many2one("res.users", required=True, readonly=True, index=True)
    own_user_ids = fields.Many2many(
        "res.users", "crm_approval_request_own_rel", readonly=True, help="People who never sign this request"
    )
    superior_ids = fields.Many2many(
        "res.users", "crm_approval_request_superior_rel", readonly=True, help="Superiors of the requester, who read it"
    )
    policy_id = fields.Many2one("crm.approval.policy", readonly=True, ondelete="set null")
    policy_version = fields.Integer("Version of the Policy", readonly=True)
    copies = fields.Json(readonly=True, help="Number of the step -> users who are told when it has signed")
    copy_user_ids = fields.Many2many(
        "res.users", "crm_approval_request_copy_rel", string="Copied to", readonly=True, help="They read the request"
    )
    own_amount = fields.Float(
        readonly=True, digits=(16, 2), help="Total of the paper itself in its own currency, computed at submit"
    )
    state = fields.Selection(
        [row for row in STATES if row[0] != "none"], required=True, default="draft", readonly=True, index=True
    )
    round = fields.Integer(readonly=True, default=0, help="How often it was submitted")
    step_no = fields.Integer("Step", readonly=True)
    beat = fields.Integer(readonly=True, help="Grows with each decision, so that two at once meet in the database")
    fingerprint = fields.Char(readonly=True)
    judged_text = fields.Text("Judged Values", readonly=True)
    # people read it by snapshot_html, which leaves out what their step does not show
    snapshot = fields.Json(readonly=True, groups="base.group_system")
    submitted_at = fields.Datetime(readonly=True)
    working_hours = fields.Float(readonly=True, aggregator="avg", help="From submit to the last step")
    closed_at = fields.Datetime(readonly=True)
    reason = fields.Text(readonly=True, help="Why it was rejected, returned or withdrawn")
    task_ids = fields.One2many("crm.approval.task", "request_id", "Steps", readonly=True)
    ledger_ids = fields.One2many("crm.approval.ledger", "request_ref", readonly=True)
    waiting_for = fields.Char(compute="_compute_waiting_for", compute_sudo=True)
    snapshot_html = fields.Html("Frozen Values", compute="_compute_snapshot_html", compute_sudo=True, sanitize=False)
    is_mine = fields.Boolean(compute="_compute_is_mine")
    can_withdraw = fields.Boolean(compute="_compute_is_mine")

    _document_idx = models.Index("(res_model, res_id)")

    @api.depends("task_ids.state", "task_ids.user_id")
    def _compute_waiting_for(self):
        for request in self:
            tasks = request.task_ids.filtered(lambda task: task.state == "pending")
            request.waiting_for = ", ".join(tasks.user_id.mapped("name"))

    @api.depends_context("uid")
    @api.depends("requester_id", "state")
    def _compute_is_mine(self):
        for request in self:
            request.is_mine = request.requester_id == self.env.user
            request.can_withdraw = request.state == "pending" and request._may_withdraw()

    def _render_snapshot(self, hidden=()):
        """The frozen values as tables; every text in them is escaped.

        :param hidden: codes of values (their third element) that are left out
        """
        snapshot = self.snapshot or {}
        if isinstance(snapshot, str):
            snapshot = json.loads(snapshot)
        rows = Markup().join(
            Markup("<tr><th class='text-muted fw-normal pe-3'>%s</th><td>%s</td></tr>") % (row[0], row[1])
            for row in snapshot.get("values", [])
            if not set(row[2:]) & set(hidden)
        )
        head = Markup().join(Markup("<th>%s</th>") % label for label in snapshot.get("columns", []))
        lines = Markup().join(
            Markup("<tr>%s</tr>") % Markup().join(Markup("<td>%s</td>") % text for text in line)
            for line in snapshot.get("lines", [])
        )
        table = (
            Markup(
                "<div class='table-responsive'><table class='table table-sm'><thead><tr>%s</tr></thead>"
                "<tbody>%s</tbody></table></div>"
            )
            % (head, lines)
            if lines
            else ""
        )
        return Markup("<table class='table table-sm table-borderless w-auto mb-2'>%s</table>%s") % (rows, table)

    def _document_browsed(self):
        """The paper itself (superuser), where it is known to be there."""
        self.ensure_one()
        return self.env[self.res_model].sudo().browse(self.res_id)

    def _document(self):
        """The paper itself (superuser), an empty set when it was deleted."""
        return self._document_browsed().exists()

    def _is_current(self):
        """Whether the paper still has the values that were frozen and this is its current request."""
        self.ensure_one()
        document = self._document()
        return bool(
            document
            and document.approval_request_id.id == self.id
            and self.sudo().fingerprint == document._approval_hash()
        )

    # -- void ------------------------------------------------------------------------------------

    def _void_before_commit(self):
        """Marks these requests; they are closed for good before the transaction ends."""
        precommit = self.env.cr.precommit
        if VOIDED not in precommit.data:
            precommit.data[VOIDED] = set()
            precommit.add(self.env["crm.approval.request"].sudo()._close_voided)
        precommit.data[VOIDED].update(self._ids)

    @api.model
    def _close_voided(self):
        """Precommit hook: what was void for a moment stays void."""
        ids = self.env.cr.precommit.data.pop(VOIDED, set())
        requests = self.browse(sorted(ids)).exists().filtered(lambda request: request.state in FROZEN_STATES)
        for request in requests:
            request._void_or_keep()
        self.env.flush_all()

    # -- buttons ------------------------------------------------------------------------------------

    def action_open_document(self):
        """Opens the paper, for those who may read it."""
        self.ensure_one()
        self.check_access("read")
        document = self.env[self.res_model].browse(self.res_id)
        document.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
