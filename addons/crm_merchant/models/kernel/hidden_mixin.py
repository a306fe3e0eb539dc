from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import ormcache
from odoo.tools.safe_eval import safe_eval


class HiddenMixin(models.AbstractModel):
    """Tells, by a field that rules of other models can ask, which records rules of ours hide from the current user.

    Odoo evaluates the rules of a model as superuser: a path in them is not narrowed by the rules of the model it leads
    to. A model that tells of such records (followers, attendees, bank accounts) asks this field in a rule of its own.
    """

    _name = "crm.hidden.mixin"
    _description = "Hidden from Me"

    merchant_hidden = fields.Boolean(
        "Hidden from Me",
        compute="_compute_merchant_hidden",
        search="_search_merchant_hidden",
        groups="base.group_user",
        help="Lies in a pool or a closed region that the current user has no part in",
    )

    @api.model
    def _merchant_hiding_rules(self):
        """External ids of the rules that hide records of this model."""
        return ()

    @api.model
    @ormcache("self._name", "self.env.uid", "tuple(self.env.context.get('allowed_company_ids') or ())")
    def _merchant_visible_domain(self):
        """Domain of the records that those rules leave to the current user; kept as Odoo keeps the domains of rules."""
        found = (self.env.ref(name, raise_if_not_found=False) for name in self._merchant_hiding_rules())
        rules = self.env["ir.rule"].sudo().concat(*(rule for rule in found if rule)).filtered("active")
        context = rules._eval_context()
        return Domain.AND(safe_eval(rule.domain_force, context) for rule in rules)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_merchant_hidden(self):
        visible = self.sudo().filtered_domain(self._merchant_visible_domain())
        for record in self:
            record.merchant_hidden = record not in visible

    def _search_merchant_hidden(self, operator, value):
        if operator != "in":
            return NotImplemented
        return ~self._merchant_visible_domain()
