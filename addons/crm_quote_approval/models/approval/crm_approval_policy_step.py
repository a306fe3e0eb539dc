from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.crm_merchant.lib.clock import UNITS, Limit

MODES = [
    ("any", "Any One Signs"),
    ("all", "All Must Sign"),
    ("in_turn", "All, in Turn"),
    ("number", "So Many of Them"),
    ("share", "A Share of Them"),
]

LIMIT_UNITS = [
    ("hours", "Hours"),
    ("working_hours", "Working Hours"),
    ("days", "Days"),
    ("working_days", "Working Days"),
]


class ApprovalPolicyStep(models.Model):
    """One signature (or several) that papers above an amount, or with certain terms, need."""

    _name = "crm.approval.policy.step"
    _inherit = ["crm.approval.policy.part"]
    _description = "Approval Policy Step"
    _order = "policy_id, sequence, id"

    policy_id = fields.Many2one("crm.approval.policy", required=True, ondelete="cascade", index=True)
    res_model = fields.Selection(related="policy_id.res_model")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)

    # -- when ------------------------------------------------------------------------------------------

    threshold = fields.Float(
        "More Than",
        digits=(16, 2),
        help="Company currency, tax included. The step is needed when the amount is more than this, not when equal. "
        "0 beside conditions: the conditions alone decide.",
    )
    condition_ids = fields.One2many("crm.approval.policy.condition", "step_id", "Conditions", copy=True)
    match = fields.Selection(
        [("all", "All Conditions Hold"), ("any", "Any Condition Holds")], "Needed When", required=True, default="all"
    )

    # -- who -------------------------------------------------------------------------------------------

    source = fields.Selection(
        [
            ("group", "Role"),
            ("superior", "Superiors of the Requester"),
            ("nth_superior", "Superior Number …"),
            ("superior_chain", "Superiors up to a Role"),
            ("region", "Region Manager"),
            ("leader", "Team Leader"),
            ("user", "Named People"),
            ("field", "Field of the Paper"),
            ("choice", "Requester's Choice"),
        ],
        "Who Signs",
        required=True,
        default="group",
    )
    group_id = fields.Many2one(
        "res.groups", "Role", help="Who has it signs; with a chain of superiors, where the chain ends; with the "
        "requester's choice, whom he may choose."
    )  # fmt: skip
    superiors_first = fields.Boolean(
        help="The requester's nearest superior who has the role signs; only where he has none, anyone with the role.",
    )
    superior_level = fields.Integer(
        "Superiors", default=1, help="How many superiors sign, the nearest first; or which one."
    )
    user_ids = fields.Many2many("res.users", string="People", domain=[("share", "=", False)])
    field_id = fields.Many2one(
        "ir.model.fields",
        "Field of People",
        domain="[('model', '=', res_model), ('relation', '=', 'res.users'), ('ttype', 'in', ('many2one', 'many2many'))]",
        ondelete="cascade",
        help="The people whom this field of the paper names when it is submitted",
    )
    # only administrators of Odoo itself read fields as records
    field_key = fields.Selection(
        "_selection_field_key", "Field of the Paper", compute="_compute_field_key", readonly=False
    )
    mode = fields.Selection(MODES, required=True, default="any")
    needed_number = fields.Integer("Signatures", default=2)
    needed_share = fields.Float("Share (%)", digits=(5, 2), default=50, help="Rounded up to whole signatures")

    one_rejects = fields.Boolean(
        "One Rejection Rejects",
        compute="_compute_one_rejects",
        store=True,
        readonly=False,
        precompute=True,
        help="Off: the paper is rejected only when too few are left who could still sign.",
    )

    # -- how -------------------------------------------------------------------------------------------

    limit_number = fields.Float("Time Limit", digits=(8, 2), help="0: no limit. Time running out decides nothing.")
    limit_unit = fields.Selection(LIMIT_UNITS, default="working_hours")
    superior_number = fields.Float(
        "Superior After",
        digits=(8, 2),
        default=8,
        help="So long after the task was opened the signer's superior may sign in his place; 0, or without a time limit: never.",
    )
    superior_unit = fields.Selection(LIMIT_UNITS, default="working_hours", required=True)
    copy_user_ids = fields.Many2many(
        "res.users",
        "crm_approval_step_copy_rel",
        string="Copy to",
        domain=[("share", "=", False)],
        help="Told when the step has signed; they may read the request from then on.",
    )
    comment_required = fields.Boolean(help="Nobody signs this step without a word.")
    identity_above = fields.Float(
        "Password Again Above",
        digits=(16, 2),
        help="Who signs a higher amount enters his password again, at most every ten minutes; 0: never.",
    )
    hide_margin = fields.Boolean(
        help="Who only signs this step decides on the card, without margin and cost; the paper itself opens only to "
        "those whose other rights let them read it."
    )

    _threshold_positive = models.Constraint("CHECK(threshold >= 0)", "The threshold of a step cannot be negative.")
    _level_positive = models.Constraint("CHECK(superior_level > 0)", "At least one superior has to sign.")
    _number_positive = models.Constraint("CHECK(needed_number > 0)", "At least one signature is needed.")
    _share_possible = models.Constraint(
        "CHECK(needed_share > 0 AND needed_share <= 100)", "A share lies between 0 and 100 per cent."
    )

    @api.depends("mode")
    def _compute_one_rejects(self):
        for step in self:
            step.one_rejects = step.mode in ("all", "in_turn")

    @api.model
    def _selection_field_key(self):
        """``model:field`` of every field of people on papers that policies can be for, named like on the form."""
        return [
            (f"{model}:{name}", f"{label} · {field._description_string(self.env)}")
            for model, label in self.env["crm.approval.policy"]._selection_res_model()
            for name, field in sorted(self.env[model]._fields.items())
            if field.store and field.comodel_name == "res.users" and field.type in ("many2one", "many2many")
        ]

    @api.depends("field_id")
    def _compute_field_key(self):
        known = dict(self._selection_field_key())
        for step in self:
            field = step.sudo().field_id
            key = f"{field.model}:{field.name}"
            step.field_key = key if key in known else False

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_field_id(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_field_id(vals))

    def _with_field_id(self, vals):
        """``vals`` with the field itself for its key: at once, since a step is checked before inverses run."""
        if "field_key" not in vals:
            return vals
        # the list is asked for as well: a selection that is a method takes any text from a caller
        known = dict(self._selection_field_key())
        model, _colon, name = (vals["field_key"] if vals["field_key"] in known else "").partition(":")
        field = self.env["ir.model.fields"].sudo()._get(model, name) if name else self.env["ir.model.fields"]
        return {**{key: value for key, value in vals.items() if key != "field_key"}, "field_id": field.id}

    @api.constrains("source", "group_id", "user_ids", "field_id", "mode", "needed_number")
    def _check_source(self):
        for step in self:
            if not step._names_somebody():
                raise ValidationError(
                    self.env._("Step %(step)s names nobody: choose a role or people.", step=step.name)
                )
            if step.source == "user" and step.mode == "number" and step.needed_number > len(step.user_ids):
                raise ValidationError(
                    self.env._(
                        "Step %(step)s asks for %(number)s signatures of %(count)s people.",
                        step=step.name,
                        number=step.needed_number,
                        count=len(step.user_ids),
                    )
                )

    def _names_somebody(self):
        self.ensure_one()
        if self.source in ("group", "superior_chain"):
            return bool(self.group_id)
        if self.source == "user":
            return bool(self.user_ids)
        if self.source == "field":
            field = self.sudo().field_id
            return field.relation == "res.users" and field.model == self.policy_id.res_model
        if self.source == "choice":
            return bool(self.group_id or self.user_ids)
        return True

    @api.constrains("user_ids")
    def _check_people_are_here(self):
        for step in self.filtered(lambda step: step.source in ("user", "choice")):
            gone = step.with_context(active_test=False).user_ids.filtered(lambda user: not user.active or user.share)
            if gone:
                raise ValidationError(
                    self.env._(
                        "Step %(step)s names %(names)s, who cannot sign any more. Choose colleagues who are here.",
                        step=step.name,
                        names=", ".join(gone.mapped("name")),
                    )
                )

    @api.constrains("limit_number", "limit_unit", "superior_number", "superior_unit")
    def _check_limit(self):
        for step in self:
            try:
                for number, unit in (
                    (step.limit_number, step.limit_unit),
                    (step.superior_number, step.superior_unit),
                ):
                    if number and unit in UNITS:
                        Limit(number, unit)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "The time limit of step %(step)s is not possible: it must be positive, days must be whole.",
                        step=step.name,
                    )
                ) from error

    # -- is it needed? ---------------------------------------------------------------------------------

    def _catches(self, amount, currency, asked, conditions):
        """Whether a paper needs this step.

        :param asked: function ``measure -> value``
        :param conditions: the rows of the policy and its steps
        """
        self.ensure_one()
        conditions = conditions.filtered(lambda row: row.step_id == self)
        above = currency.compare_amounts(amount, self.threshold) > 0
        if not conditions:
            return above
        if self.threshold and not above:
            return False
        return (all if self.match == "all" else any)(condition._holds(asked) for condition in conditions)

    def _reasons(self, conditions):
        """Names of the measures that decide whether this step is needed.

        :param conditions: the rows of the policy and its steps
        """
        self.ensure_one()
        conditions = conditions.filtered(lambda row: row.step_id == self)
        return sorted({*conditions.mapped("measure"), *([] if conditions and not self.threshold else ["amount"])})

    def _needed(self, count):
        """How many of ``count`` people have to sign."""
        self.ensure_one()
        if self.mode == "any":
            return 1
        if self.mode == "number":
            return self.needed_number
        if self.mode == "share":
            # 2/3 of three people are two; a float a hair above would make it three
            return max(1, -int(-(round(count * self.needed_share / 100, 6)) // 1))
        return count
