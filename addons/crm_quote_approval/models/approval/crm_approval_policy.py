from odoo import api, fields, models, tools
from odoo.exceptions import AccessError
from odoo.fields import Domain

MODELS = "crm.approval.mixin"
GUARDED = {"active", "version"}
# a Python object: no caller of the server can put it into a context
SWITCH = object()


class ApprovalPolicy(models.Model):
    """Who has to sign papers of one kind, by their amount.

    The first active policy in the list that has a step for the amount decides; what no step catches needs no approval.
    Requests keep the people and limits found when they were submitted: a changed policy applies to later ones.
    """

    _name = "crm.approval.policy"
    _inherit = ["mail.thread"]
    _description = "Approval Policy"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    version = fields.Integer(readonly=True, copy=False, help="Grows with each change of the policy or of its steps")
    version_ids = fields.One2many("crm.approval.policy.version", "policy_id", "Changes", readonly=True, copy=False)
    warning_text = fields.Text("Please Check", compute="_compute_warning_text")
    active = fields.Boolean(default=False, readonly=True, help="Switched with the button; every switch is recorded.")
    sequence = fields.Integer(default=10, help="Where two policies fit, the first in the list decides.")
    res_model = fields.Selection(
        selection="_selection_res_model", string="Applies to", required=True, default="sale.order"
    )
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    step_ids = fields.One2many("crm.approval.policy.step", "policy_id", "Steps", copy=True)
    condition_ids = fields.One2many(
        "crm.approval.policy.condition",
        "policy_id",
        "Only for Papers Where",
        domain=[("step_id", "=", False)],
        copy=True,
        help="All of these must hold; where one does not, the next policy in the list is asked.",
    )
    merge_adjacent = fields.Boolean(
        "Merge Neighbouring Steps of One Person",
        help="Somebody who is the only one with the role for two steps in a row signs once. Otherwise his superior "
        "signs the second one, because one person never signs two steps.",
    )
    keep_untouched = fields.Boolean(
        "Keep Untouched Approvals",
        help="When a paper is submitted again, a step stays approved if what it was asked for (its amount and its "
        "conditions) is the same as when its people signed.",
    )
    keep_tolerance = fields.Float(
        "Cheaper Stays Approved up to (%)",
        digits=(5, 2),
        help="An amount that is lower by not more than this counts as the same, as long as the margin holds.",
    )

    @api.model
    def _selection_res_model(self):
        """Kinds of papers that a policy can be for: every model that uses the approval mixin."""
        names = self.env.registry.descendants([MODELS], "_inherit")
        models_ = [self.env[name] for name in names if name in self.env and not self.env[name]._abstract]
        return sorted((model._name, self.env["ir.model"]._get(model._name).name) for model in models_)

    # -- which policy decides ----------------------------------------------------------------

    @api.model
    @tools.ormcache("res_model", "company_id")
    def _active_policy_ids(self, res_model, company_id):
        """Ids of the active policies for papers of ``res_model`` in a company, the deciding order first."""
        domain = Domain("res_model", "=", res_model) & Domain("company_id", "in", [False, company_id])
        return tuple(self.sudo().search(domain)._ids)

    @api.model
    def _active_policies(self, res_model, company):
        self._recall()
        return self.sudo().browse(self._active_policy_ids(res_model, company.id))

    @api.model
    @tools.ormcache()
    def _condition_ids(self):
        """policy id -> ids of its rows and those of its steps, so that asking fifty papers costs no query for them."""
        rows = self.env["crm.approval.policy.condition"].sudo().search([("policy_id", "!=", False)])
        return {policy.id: found._ids for policy, found in rows.grouped("policy_id").items()}

    def _conditions(self):
        """The rows of this policy and of its steps (superuser)."""
        self.ensure_one()
        self._recall()
        return self.env["crm.approval.policy.condition"].sudo().browse(self._condition_ids().get(self.id, ()))

    def _required_steps(self, document, amount):
        """Steps of the first of these policies that has any for ``document``, in signing order; empty: none is needed.

        :param document: the paper (superuser)
        :param amount: its ``_approval_amount()``, in the currency of its company; a step catches what is *more than*
            its threshold
        """
        currency = document._approval_company().currency_id
        asked = document._approval_asked(amount)
        for policy in self:
            conditions = policy._conditions()
            if not all(row._holds(asked) for row in conditions if not row.step_id):
                continue
            steps = policy.step_ids.filtered(lambda step, rows=conditions: step._catches(amount, currency, asked, rows))
            if steps:
                return steps.sorted(lambda step: (step.sequence, step.id))
        return self.env["crm.approval.policy.step"].sudo()

    # -- keeping the cache and the record of switches ----------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # nobody makes a policy that is already on: the switch shows its effect and is recorded
        policies = super().create([{**vals, "active": False, "version": 0} for vals in vals_list])
        policies._changed()
        return policies

    def write(self, vals):
        if not GUARDED.isdisjoint(vals) and self.env.context.get("crm_approval_switch") is not SWITCH:
            raise AccessError(self.env._("A policy is turned on and off with its button, which shows the effect."))
        result = super().write(vals)
        if set(vals) == {"version"}:
            # the number is remembered with the rest
            self.env.registry.clear_cache()
        else:
            self._changed()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _switch_check_actor(self):
        """Only sales managers and suite administrators switch policies.

        :raises AccessError: for everyone else
        """
        user = self.env.user
        if not (user.has_group("sales_team.group_sale_manager") or user.has_group("crm_merchant.group_suite_admin")):
            raise AccessError(self.env._("Only a sales manager or a suite administrator turns approval on or off."))

    def _switch(self, active):
        """Door of ``active``: switches the policies and records it in the ledger."""
        policies = self.sudo().with_context(crm_approval_switch=SWITCH)
        policies.write({"active": active})
        self.env["crm.approval.ledger"]._ledger_append(
            [
                {
                    "res_model": self._name,
                    "res_id": policy.id,
                    "res_name": policy.name,
                    "event": "policy_on" if active else "policy_off",
                }
                for policy in policies
            ]
        )
