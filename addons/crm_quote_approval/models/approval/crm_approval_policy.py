from odoo import api, fields, models, tools
from odoo.exceptions import AccessError
from odoo.fields import Domain

MODELS = "crm.approval.mixin"


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
    active = fields.Boolean(default=False, readonly=True, help="Switched with the button; every switch is recorded.")
    sequence = fields.Integer(default=10, help="Where two policies fit, the first in the list decides.")
    res_model = fields.Selection(
        selection="_selection_res_model", string="Applies to", required=True, default="sale.order"
    )
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    step_ids = fields.One2many("crm.approval.policy.step", "policy_id", "Steps", copy=True)
    merge_adjacent = fields.Boolean(
        "Merge Neighbouring Steps of One Person",
        help="Somebody who is the only one for two steps in a row signs once. Otherwise such a request is refused, "
        "because one person never signs two steps.",
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
        return self.sudo().browse(self._active_policy_ids(res_model, company.id))

    def _required_steps(self, amount, company):
        """Steps of the first of these policies that has any for ``amount``, in signing order; empty: none is needed.

        :param amount: in the currency of ``company``; a step catches what is *more than* its threshold
        """
        for policy in self:
            steps = policy.step_ids.filtered(
                lambda step: company.currency_id.compare_amounts(amount, step.threshold) > 0
            )
            if steps:
                return steps.sorted(lambda step: (step.sequence, step.id))
        return self.env["crm.approval.policy.step"].sudo()

    # -- keeping the cache and the record of switches ----------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # nobody makes a policy that is already on: the switch shows its effect and is recorded
        policies = super().create([{**vals, "active": False} for vals in vals_list])
        self.env.registry.clear_cache()
        return policies

    def write(self, vals):
        if "active" in vals and self.env.context.get("crm_approval_switch") is not _SWITCH:
            raise AccessError(self.env._("A policy is turned on and off with its button, which shows the effect."))
        result = super().write(vals)
        self.env.registry.clear_cache()
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
        policies = self.sudo().with_context(crm_approval_switch=_SWITCH)
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


# a Python object: no caller of the server can put it into a context
_SWITCH = object()
