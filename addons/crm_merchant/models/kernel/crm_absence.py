from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class Absence(models.Model):
    """A person's time away. Confirmed by a superior it stops his pool countdown and his follow-up clocks.

    ``state`` has one door, ``_absence_transition``; what was decided is not changed any more, only cancelled.
    """

    _name = "crm.absence"
    _description = "Absence"
    _inherit = ["crm.guarded.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char("Reason", required=True)
    user_id = fields.Many2one(
        "res.users", "Who", required=True, index=True, default=lambda self: self.env.user, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    deputy_id = fields.Many2one(
        "res.users",
        domain="[('share', '=', False), ('id', '!=', user_id)]",
        help="Answers new leads meanwhile. Empty: a colleague on duty in the pool, then the superior",
    )
    date_from = fields.Datetime("Begins", required=True, tracking=True)
    date_to = fields.Datetime("Ends", required=True, tracking=True)
    state = fields.Selection(
        [
            ("draft", "To Confirm"),
            ("confirmed", "Confirmed"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    approver_ids = fields.Many2many(
        "res.users",
        "crm_absence_approver_rel",
        string="Confirmed by One of",
        compute="_compute_approver_ids",
        store=True,
        help="The superiors of the person",
    )
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True, copy=False)
    decided_at = fields.Datetime("Decided at", readonly=True, copy=False)
    can_decide = fields.Boolean(compute="_compute_can_decide")
    is_own = fields.Boolean(compute="_compute_can_decide")

    _other_deputy = models.Constraint("CHECK (deputy_id != user_id)", "Nobody is his own deputy.")
    _in_order = models.Constraint("CHECK (date_to > date_from)", "The absence must end after it begins.")

    @api.depends("user_id", "user_id.employee_ids.parent_id.user_id")
    def _compute_approver_ids(self):
        for absence in self:
            absence.approver_ids = absence.user_id._merchant_superiors() if absence.user_id else False

    @api.depends_context("uid")
    @api.depends("state", "user_id")
    def _compute_can_decide(self):
        for absence in self:
            absence.is_own = absence.user_id == self.env.user
            absence.can_decide = absence.state == "draft" and absence._may_decide()

    # -- guards --------------------------------------------------------------------------------

    def _guarded_fields(self):
        return super()._guarded_fields() | {"state", "decided_by_id", "decided_at", "approver_ids"}

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._ask_superiors()
        return records

    def write(self, vals):
        if {"user_id", "company_id"} & vals.keys():
            raise UserError(self.env._("Whose absence it is cannot be changed. Cancel it and enter a new one."))
        if {"date_from", "date_to", "deputy_id"} & vals.keys() and self.filtered(
            lambda absence: absence.state != "draft"
        ):
            raise UserError(self.env._("This absence has been decided. Cancel it and enter a new one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        if self.filtered(lambda absence: absence.state in ("confirmed", "refused")):
            raise UserError(self.env._("A decided absence is cancelled, not deleted."))

    # -- decisions -----------------------------------------------------------------------------

    def _may_decide(self):
        """Superiors decide, never the person himself; who has none is decided by a suite administrator."""
        self.ensure_one()
        superiors = self.user_id._merchant_superiors()
        user = self.env.user
        if user == self.user_id:
            return False
        return user in superiors or (not superiors and user.has_group("crm_merchant.group_suite_admin"))

    def _check_decider(self):
        self.check_access("read")
        for absence in self:
            if not absence._may_decide():
                raise AccessError(
                    self.env._(
                        "%(person)s's absence is confirmed by a superior, never by the person: %(superiors)s.",
                        person=absence.user_id.name,
                        superiors=", ".join(absence.user_id._merchant_superiors().mapped("name"))
                        or self.env._("a suite administrator"),
                    )
                )

    def action_confirm(self):
        """Confirms these absences; their people's clocks stop for that time.

        :raises AccessError: for anyone but a superior
        """
        self._check_decider()
        return self._absence_transition("confirmed")

    def action_refuse(self):
        """Refuses these absences.

        :raises AccessError: for anyone but a superior
        """
        self._check_decider()
        return self._absence_transition("refused")

    def action_cancel(self):
        """Takes absences back, confirmed ones too; the clocks run on as if they had never been.

        :raises AccessError: for anyone but the person and the superiors
        """
        self.check_access("read")
        for absence in self:
            if absence.user_id != self.env.user and not absence._may_decide():
                raise AccessError(self.env._("Only the person or a superior can cancel an absence."))
        return self._absence_transition("cancelled")

    def _absence_transition(self, state):
        """The one door of ``state``; who may open it was checked by its callers."""
        allowed = {"confirmed": ("draft",), "refused": ("draft",), "cancelled": ("draft", "confirmed")}[state]
        if self.filtered(lambda absence: absence.state not in allowed):
            raise UserError(self.env._("This absence has been decided already."))
        absences = self.sudo()
        were_confirmed = absences.filtered(lambda absence: absence.state == "confirmed")
        absences._through_door("state", "decided_by_id", "decided_at").write(
            {"state": state, "decided_by_id": self.env.uid, "decided_at": fields.Datetime.now()}
        )
        absences.activity_unlink(["mail.mail_activity_data_todo"], only_automated=False)
        moved = absences if state == "confirmed" else were_confirmed
        for absence in moved:
            self.env["resource.calendar"]._clock_replan(
                [(absence.date_from.date(), absence.date_to.date())], absence.user_id, later=state == "confirmed"
            )
        return True

    # -- to-dos --------------------------------------------------------------------------------

    def _ask_superiors(self):
        """A to-do for the nearest superior, or a suite administrator where there is none."""
        vals_list = []
        for absence in self.sudo():
            superior = absence.user_id._merchant_superiors().filtered("active")[:1]
            if not superior:
                admins = self.env.ref("crm_merchant.group_suite_admin").sudo().all_user_ids
                superior = (admins - absence.user_id).filtered(
                    lambda user, company=absence.company_id: user.active and company in user.company_ids
                )[:1]
            if superior and superior != self.env.user:
                vals_list.append(absence._prepare_todo_vals(superior))
        if vals_list:
            self.env["mail.activity"]._merchant_schedule_quietly(
                vals_list, self.env._("Absence to confirm: %(person)s", person=self.env.user.name)
            )

    def _prepare_todo_vals(self, superior):
        self.ensure_one()
        return {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "user_id": superior.id,
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "date_deadline": self.company_id._merchant_today(),
            "summary": self.env._(
                "Absence to confirm: %(person)s (%(reason)s)", person=self.user_id.name, reason=self.name
            ),
        }
