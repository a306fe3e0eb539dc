from odoo import api, fields, models
from odoo.exceptions import UserError

from .crm_approval_policy_step import MODES

# nobody signs these any more: who is named signs at a higher step, or signed the same before
DONE_STATES = ("approved", "covered", "kept")
OPEN_STATES = ("waiting", "pending")


class ApprovalTask(models.Model):
    """One signature asked of one person. Written only by ``crm.approval.request._transition``.

    Title, amount and requester stand on the row, so that the list of a busy approver is one query and needs no right
    to read the paper.
    """

    _name = "crm.approval.task"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Approval Task"
    _order = "deadline, id"
    _rec_name = "title"

    request_id = fields.Many2one("crm.approval.request", required=True, readonly=True, index=True, ondelete="restrict")
    res_model = fields.Char("Record Model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True, readonly=True)
    title = fields.Char(required=True, readonly=True)
    partner_name = fields.Char("Customer", readonly=True)
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    requester_id = fields.Many2one("res.users", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    round = fields.Integer(readonly=True)
    step_no = fields.Integer("No.", readonly=True)
    step_name = fields.Char("Step as Submitted", readonly=True)
    step_label = fields.Char("Step", compute="_compute_step_label", help="In the reader's language")
    step_ref = fields.Integer("Policy Step ID", readonly=True)
    mode = fields.Selection(MODES, required=True, readonly=True)
    needed = fields.Integer("Signatures Needed", readonly=True, default=1, help="Of those who are asked in this step")
    one_rejects = fields.Boolean(readonly=True, default=True)
    turn = fields.Integer(readonly=True)
    user_id = fields.Many2one("res.users", "Approver", required=True, readonly=True, index=True)
    principal_id = fields.Many2one(
        "res.users", "On Behalf of", required=True, readonly=True, index=True, help="Whose right it is to sign"
    )
    right_kind = fields.Selection(
        [
            ("group", "Role"),
            ("superior", "Superior"),
            ("region", "Region Manager"),
            ("leader", "Team Leader"),
            ("user", "Named"),
            ("field", "Named by the Paper"),
            ("choice", "Chosen by the Requester"),
            ("stand_in", "Superior of Who Would Sign"),
            ("admin", "Flow Administrator"),
            ("added", "Added Signer"),
        ],
        required=True,
        readonly=True,
    )
    right_group_id = fields.Many2one("res.groups", "Role", readonly=True)
    parent_id = fields.Many2one("crm.approval.task", "Added by", readonly=True, index="btree_not_null")
    position = fields.Selection([("before", "Before Him"), ("after", "After Him")], readonly=True)
    child_ids = fields.One2many("crm.approval.task", "parent_id", readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Not Yet"),
            ("pending", "To Decide"),
            ("approved", "Approved"),
            ("covered", "Covered by a Higher Step"),
            ("kept", "Still Approved"),
            ("rejected", "Rejected"),
            ("returned", "Returned"),
            ("cancelled", "Cancelled"),
            ("transferred", "Transferred"),
        ],
        required=True,
        default="waiting",
        readonly=True,
    )
    stand_in = fields.Selection(
        [("delegate", "Delegate"), ("superior", "Superior"), ("admin", "Flow Administrator")],
        readonly=True,
        help="Why somebody else than who has the right is asked",
    )
    comment_required = fields.Boolean(readonly=True)
    identity_above = fields.Float(readonly=True)
    hide_margin = fields.Boolean(readonly=True)
    limit_number = fields.Float(readonly=True)
    limit_unit = fields.Char(readonly=True)
    opened_at = fields.Datetime(readonly=True)
    deadline = fields.Datetime(readonly=True)
    decided_at = fields.Datetime(readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    comment = fields.Text(readonly=True)
    fingerprint = fields.Char(readonly=True)
    working_hours = fields.Float(readonly=True, aggregator="avg", help="From opening to decision")
    was_late = fields.Boolean("Late", readonly=True, help="Decided after its deadline")
    request_state = fields.Selection(related="request_id.state", string="Request State")
    sibling_ids = fields.One2many(related="request_id.task_ids", string="All Steps")
    can_decide = fields.Boolean(compute="_compute_can_decide")
    can_open = fields.Boolean(compute="_compute_can_open", help="Whether the reader may open the paper itself")
    is_late = fields.Boolean(compute="_compute_is_late")

    _mine = models.Index("(user_id, state)")
    _document_idx = models.Index("(res_model, res_id)")

    @api.depends_context("uid")
    @api.depends("state", "user_id", "principal_id")
    def _compute_can_decide(self):
        for task in self:
            task.can_decide = task.state == "pending" and self.env.user in task.user_id | task.principal_id

    @api.depends_context("uid")
    @api.depends("res_id")
    def _compute_can_open(self):
        for task in self:
            document = self.env[task.res_model].browse(task.res_id).exists()
            task.can_open = bool(document) and document.has_access("read")

    @api.depends("deadline", "state")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for task in self:
            task.is_late = bool(task.deadline and task.state == "pending" and task.deadline < now)

    @api.depends("step_name", "step_ref")
    @api.depends_context("lang")
    def _compute_step_label(self):
        """The frozen name; in the reader's language while the step still bears it."""
        steps = self.env["crm.approval.policy"]._step_names()
        for task in self:
            names = steps.get(task.step_ref, {})
            bears_it = task.step_name in names.values()
            task.step_label = names.get(self.env.lang or "en_US", task.step_name) if bears_it else task.step_name

    # -- decisions ------------------------------------------------------------------------------------

    def action_reject(self, comment=None):
        """Rejects the papers of these tasks.

        :param comment: required, told to the requester
        """
        self._check_actor()
        comment = self._need_comment(comment)
        for task in self:
            task._request_door()._transition("reject", task=task.sudo(), comment=comment)
        return True

    def action_return(self, step=0, comment=None):
        """Sends the papers back for mending.

        :param step: number of an earlier step that signs again, 0 for the requester
        :param comment: required
        """
        self._check_actor()
        comment = self._need_comment(comment)
        for task in self:
            task._request_door()._transition("return", task=task.sudo(), step=step or 0, comment=comment)
        return True

    def action_transfer(self, user, comment=None):
        """Hands the tasks to somebody who has the same right.

        :param user: ``res.users`` or its id
        :raises AccessError: unless the caller may decide, or is a suite administrator
        """
        user = self._user_argument(user)
        self.check_access("read")
        if not self.env.user.has_group("crm_merchant.group_suite_admin"):
            self._check_actor()
        for task in self:
            task.sudo()._check_open()
            task.sudo()._check_receiver(user)
            task._request_door()._transition("transfer", task=task.sudo(), user=user, comment=comment)
        return True

    def action_add_sign(self, users, position="before", comment=None):
        """Asks more people to sign, jointly, before or after the caller.

        :param users: ``res.users`` or ids
        :param position: ``before`` or ``after``
        """
        users = self._user_argument(users)
        self._check_actor()
        if position not in ("before", "after") or not users:
            raise UserError(self.env._("Say who signs besides you, and whether before or after you."))
        for task in self:
            if task.sudo().parent_id:
                raise UserError(self.env._("An added signer cannot add others."))
            for user in users:
                task.sudo()._check_receiver(user, added=True)
            task._request_door()._transition(
                "add_sign", task=task.sudo(), users=users, position=position, comment=comment
            )
        return True

    def action_open_document(self):
        """Opens the paper, for those who may read it."""
        self.ensure_one()
        return self.request_id.action_open_document()

    def _request_door(self):
        return self.sudo().request_id

    def _need_comment(self, comment):
        comment = (comment or "").strip()
        if not comment:
            raise UserError(self.env._("Say why; the requester is told."))
        return comment

    def _user_argument(self, users):
        # callers over the network give ids
        if not isinstance(users, models.BaseModel):
            users = self.env["res.users"].browse([users] if isinstance(users, int) else [int(user) for user in users])
        if users._name != "res.users":
            raise UserError(self.env._("Say to whom."))
        return users.sudo().exists()
