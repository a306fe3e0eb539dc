from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .crm_delivery_template_line import DELIVERY_KINDS

# event: (states it may start from, state it ends in)
TRANSITIONS = {
    "submit": (("open",), "submitted"),
    "return": (("submitted",), "open"),
    "accept": (("open", "submitted"), "accepted"),
    "reopen": (("accepted",), "open"),
}


class ProjectMilestone(models.Model):
    """Milestones that deliver a contract: somebody owns them, files prove them, the project manager accepts them."""

    _inherit = "project.milestone"

    delivery_contract_id = fields.Many2one(
        "crm.contract", "Contract", readonly=True, copy=False, index="btree_not_null", ondelete="restrict",
        groups="base.group_user",
    )  # fmt: skip
    delivery_kind = fields.Selection(DELIVERY_KINDS, "Kind", groups="base.group_user")
    delivery_owner_id = fields.Many2one("res.users", "Owner", tracking=True, groups="base.group_user")
    delivery_planned_date = fields.Date(
        "Planned At Signing", readonly=True, copy=False, groups="base.group_user",
        help="What the delay is measured against; the deadline may be moved, this date not",
    )  # fmt: skip
    delivery_deliverable_required = fields.Boolean("Deliverables Required", readonly=True, groups="base.group_user")
    delivery_attachment_ids = fields.Many2many(
        "ir.attachment", "project_milestone_deliverable_rel", string="Deliverables", copy=False,
        groups="base.group_user",
    )  # fmt: skip
    delivery_state = fields.Selection(
        [("open", "Open"), ("submitted", "Submitted"), ("accepted", "Accepted")],
        readonly=True, copy=False, tracking=True, groups="base.group_user",
    )  # fmt: skip
    delivery_accepted_date = fields.Date("Accepted On", readonly=True, copy=False, groups="base.group_user")
    delivery_accepted_by_id = fields.Many2one(
        "res.users", "Accepted By", readonly=True, copy=False, groups="base.group_user"
    )
    delivery_delay_cause = fields.Text("Cause of Delay", copy=False, tracking=True, groups="base.group_user")
    delivery_delay_side = fields.Selection(
        [("us", "Us"), ("customer", "Customer"), ("supplier", "Supplier"), ("force_majeure", "Force Majeure")],
        "Side of Delay", copy=False, tracking=True, groups="base.group_user",
    )  # fmt: skip
    delivery_is_late = fields.Boolean(
        "Behind Plan", compute="_compute_delivery_is_late", groups="base.group_user",
        help="Accepted, or still open, after the date planned at signing",
    )  # fmt: skip

    _delivery_kind_idx = models.Index("(delivery_contract_id, delivery_kind) WHERE delivery_contract_id IS NOT NULL")

    def _compute_delivery_is_late(self):
        today = fields.Date.context_today(self)
        for milestone in self:
            planned = milestone.delivery_planned_date
            milestone.delivery_is_late = bool(planned and (milestone.delivery_accepted_date or today) > planned)

    # -- guards -----------------------------------------------------------------------------

    def _guarded_fields(self):
        return super()._guarded_fields() | {
            "delivery_contract_id", "delivery_state", "delivery_planned_date", "delivery_accepted_date",
            "delivery_accepted_by_id", "delivery_deliverable_required",
        }  # fmt: skip

    @api.ondelete(at_uninstall=False)
    def _unlink_of_ended_contracts_only(self):
        if self.sudo().filtered(lambda m: m.delivery_contract_id.state not in (False, "cancelled")):
            raise UserError(self.env._("A milestone of a contract stands as long as the contract does."))

    # -- buttons ----------------------------------------------------------------------------

    def action_submit(self):
        """The owner hands the milestone in with its deliverables; the project manager is asked to accept it."""
        self.check_access("write")
        for milestone in self:
            if self.env.user not in milestone.delivery_owner_id | milestone.project_id.user_id:
                raise AccessError(
                    self.env._(
                        "%(milestone)s is handed in by its owner or the project manager.", milestone=milestone.name
                    )
                )
        self._check_deliverables()
        self._delivery_transition("submit")
        for milestone in self.filtered(lambda m: m.project_id.user_id and m.project_id.user_id != self.env.user):
            milestone.message_notify(
                partner_ids=milestone.project_id.user_id.partner_id.ids,
                subject=self.env._("Milestone to accept"),
                body=self.env._("%(milestone)s has been handed in and waits for acceptance.", milestone=milestone.name),
            )
        return True

    def action_accept(self):
        """Accepts milestones: they are reached, and the rows of the payment plan that hang on them become due.

        By the project manager of their project.
        """
        self._check_acceptor()
        self._check_deliverables()
        late = self.filtered(lambda m: m.delivery_is_late and not (m.delivery_delay_cause and m.delivery_delay_side))
        if late:
            raise UserError(
                self.env._(
                    "These milestones are behind the plan; write down cause and side of the delay first: %(names)s.",
                    names=", ".join(late.mapped("name")),
                )
            )
        self._delivery_transition("accept")
        self._on_accepted()
        return True

    def action_return(self, reason=None):
        """Gives handed-in milestones back to their owners. By the project manager."""
        self._check_acceptor()
        self._delivery_transition("return")
        for milestone in self:
            milestone.message_post(
                body=reason or self.env._("Given back; please complete the deliverables."),
                partner_ids=milestone.delivery_owner_id.partner_id.ids,
            )
        return True

    def action_reopen(self):
        """Takes an acceptance back; rows that wait only for it and are not invoiced close again. By the manager."""
        self._check_acceptor()
        self._delivery_transition("reopen")
        return True

    # -- rules ------------------------------------------------------------------------------

    def _check_acceptor(self):
        """Refuses everyone but the manager of the project; where none is named, any project manager may act.

        :raises AccessError: in words
        """
        self.check_access("write")
        is_manager = self.env.user.has_group("crm_merchant.group_project_manager")
        for milestone in self:
            manager = milestone.project_id.user_id
            if not is_manager or (manager and manager != self.env.user):
                raise AccessError(
                    self.env._(
                        "%(milestone)s is accepted by the project manager: %(manager)s.",
                        milestone=milestone.name,
                        manager=manager.name or self.env._("nobody is named yet"),
                    )
                )

    def _check_deliverables(self):
        missing = self.filtered(lambda m: m.delivery_deliverable_required and not m.delivery_attachment_ids)
        if missing:
            raise UserError(
                self.env._("Attach the deliverables first: %(names)s.", names=", ".join(missing.mapped("name")))
            )

    # -- the door ---------------------------------------------------------------------------

    def _delivery_create(self, vals):
        """Door for a new milestone of a contract.

        :return: the milestone (superuser)
        """
        vals = {**vals, "delivery_state": "open"}
        names = self._guarded_fields() & vals.keys()
        return self.sudo()._through_door(*names, "project_id").create([vals]).with_env(self.sudo().env)

    def _delivery_transition(self, event):
        """Door of the delivery state and of ``is_reached`` of contracts' milestones.

        :param event: key of ``TRANSITIONS``
        :raises UserError: where the event does not fit the state, or the contract does not run
        """
        allowed, target = TRANSITIONS[event]
        for milestone in self.sudo():
            if not milestone.delivery_contract_id or milestone.delivery_state not in allowed:
                raise UserError(
                    self.env._("%(milestone)s is not in a state in which this can be done.", milestone=milestone.name)
                )
            if milestone.delivery_contract_id.state not in ("signed", "running"):
                raise UserError(
                    self.env._("Contract %(contract)s does not run.", contract=milestone.delivery_contract_id.name)
                )
        vals = {"delivery_state": target}
        today = fields.Date.context_today(self)
        if event == "accept":
            vals |= {"is_reached": True, "delivery_accepted_date": today, "delivery_accepted_by_id": self.env.uid}
        elif event == "reopen":
            vals |= {"is_reached": False, "delivery_accepted_date": False, "delivery_accepted_by_id": False}
        milestones = self.sudo()
        milestones._through_door(*vals).write(vals)
        lines = milestones.delivery_contract_id.plan_line_ids
        if event == "accept":
            lines._plan_apply({"event": "reached", "date": today, "milestones": milestones})
        elif event == "reopen":
            lines._plan_apply({"event": "reopened", "milestones": milestones})

    def _on_accepted(self):
        """Runs once after milestones were accepted, on the accepted records.

        Extend it for what follows an acceptance: the service addon registers the delivered equipment here. Call
        ``super()``. Runs with the rights of the project manager; by default the contracts move on.
        """
        self.sudo().delivery_contract_id._settle()
