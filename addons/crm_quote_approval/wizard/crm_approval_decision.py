from odoo import api, fields, models
from odoo.exceptions import UserError


class ApprovalDecision(models.TransientModel):
    """Asks for the words or people that a decision needs; the decision itself checks who may make it."""

    _name = "crm.approval.decision"
    _description = "Approval Decision"

    task_id = fields.Many2one("crm.approval.task", readonly=True, ondelete="cascade")
    task_ids = fields.Many2many("crm.approval.task", string="Papers", readonly=True)
    request_id = fields.Many2one("crm.approval.request", readonly=True, ondelete="cascade")
    kind = fields.Selection(
        [
            ("approve", "Approve"),
            ("reject", "Reject"),
            ("return", "Return"),
            ("transfer", "Transfer"),
            ("add_sign", "Add Signer"),
            ("withdraw", "Withdraw"),
        ],
        required=True,
        readonly=True,
    )
    comment = fields.Text()
    comment_required = fields.Boolean(compute="_compute_comment_required")
    step_choice = fields.Selection("_selection_step_choice", "Back to", default="0")
    # a choice, not a right: the decision itself checks who may get the task
    receiver_ids = fields.Many2many("res.users", compute="_compute_receiver_ids")
    receivers_note = fields.Text(compute="_compute_receivers_note")
    user_id = fields.Many2one("res.users", "To", domain="[('id', 'in', receiver_ids)]")
    user_ids = fields.Many2many("res.users", string="People", domain="[('id', 'in', receiver_ids)]")
    position = fields.Selection([("before", "Before Me"), ("after", "After Me")], default="before")

    @api.depends("kind", "task_id", "task_ids")
    def _compute_comment_required(self):
        """Earlier than the decision itself, which asks for it as well."""
        for decision in self:
            tasks = decision.task_ids | decision.task_id
            decision.comment_required = decision.kind in ("reject", "return", "withdraw") or (
                decision.kind == "approve" and any(tasks.mapped("comment_required"))
            )

    @api.depends("kind", "task_id")
    def _compute_receiver_ids(self):
        for decision in self:
            task = decision.task_id
            if decision.kind in ("transfer", "add_sign") and task.has_access("read"):
                decision.receiver_ids = task.sudo()._receivers(added=decision.kind == "add_sign").sudo(False)
            else:
                decision.receiver_ids = False

    @api.depends("kind", "task_id", "receiver_ids")
    def _compute_receivers_note(self):
        """Who is offered and why, so that whoever misses somebody knows whom to ask."""
        for decision in self:
            task = decision.task_id
            if decision.kind in ("transfer", "add_sign") and task.has_access("read"):
                decision.receivers_note = decision._receivers_sentence(task.sudo())
            else:
                decision.receivers_note = False

    def _receivers_sentence(self, task):
        if self.kind == "add_sign":
            return self.env._("Offered are colleagues who neither made this paper nor sign it already.")
        if not self.receiver_ids:
            return self.env._(
                "There is nobody who could sign step %(step)s in your place: it takes %(whom)s who neither made this paper "
                "nor signs it already. Ask a suite administrator to give a colleague that right, or send the paper back.",
                step=task.step_name,
                whom=self._receivers_right(task),
            )
        return self.env._(
            "Offered is %(whom)s who neither made this paper nor signs it already.", whom=self._receivers_right(task)
        )

    def _receivers_right(self, task):
        """The right by which a step is signed, as ``crm.approval.task._holders`` asks for it."""
        if task.right_kind == "group":
            return self.env._("somebody with the role %(role)s", role=task.right_group_id.name)
        if task.right_kind == "superior":
            return self.env._("a superior of %(requester)s", requester=task.requester_id.name)
        if task.right_kind == "admin":
            return self.env._("a flow administrator")
        return self.env._("a colleague of this company")

    @api.model
    def _selection_step_choice(self):
        """The requester, and the steps before that of the task."""
        choices = [("0", self.env._("The requester"))]
        task = self.env["crm.approval.task"].browse(self.env.context.get("default_task_id") or self.task_id.id).exists()
        if task and task.has_access("read"):
            earlier = {
                row.step_no: row.step_name
                for row in task.sudo().request_id.task_ids
                if row.round == task.round and row.step_no < task.step_no
            }
            choices += [
                (str(number), self.env._("Step %(number)s: %(name)s", number=number, name=name))
                for number, name in sorted(earlier.items())
            ]
        return choices

    def action_apply(self):
        """Makes the decision."""
        self.ensure_one()
        task = self.task_id
        if self.kind == "withdraw":
            document = self.env[self.request_id.res_model].browse(self.request_id.res_id)
            document.action_approval_withdraw(self.comment)
        elif self.kind == "approve":
            done = (self.task_ids | task).action_approve(self.comment)
            if isinstance(done, dict):
                return done
        elif self.kind == "reject":
            task.action_reject(self.comment)
        elif self.kind == "return":
            task.action_return(int(self.step_choice or 0), self.comment)
        elif self.kind == "transfer":
            if not self.user_id:
                raise UserError(self.env._("Say to whom."))
            task.action_transfer(self.user_id, self.comment)
        else:
            task.action_add_sign(self.user_ids, self.position, self.comment)
        return {"type": "ir.actions.act_window_close"}
