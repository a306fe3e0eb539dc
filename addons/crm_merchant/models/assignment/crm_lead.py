from odoo import api, fields, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    assignment_rule_id = fields.Many2one(
        "crm.assignment.rule", "Assigned by Rule", readonly=True, copy=False, ondelete="set null"
    )

    @api.model
    def _merchant_pools_on(self):
        """Whether the company works with pools or rules at all; if not, nothing is assigned and leads stay as stock
        Odoo leaves them."""
        return bool(
            self.env["crm.pool"].sudo().search_count([], limit=1)
            or self.env["crm.assignment.rule"].sudo().search_count([], limit=1)
        )

    def _get_assignment_rule_domain(self):
        """Domain of the rules that may take these leads: those of their companies; who has none, the current one."""
        companies = self.company_id
        if self.filtered(lambda lead: not lead.company_id):
            companies |= self.env.company
        return fields.Domain("company_id", "in", companies.ids)

    def _merchant_assign(self):
        """Gives unowned leads to people by the first rule that fits, the rest to the pool of their region.

        Works for any number of leads: a query a rule, a write a person.

        :return: the leads that neither a rule nor a pool took (they stay unassigned)
        """
        leads = self.sudo().filtered(lambda lead: not lead.user_id and not lead.pool_state)
        if not leads or not self._merchant_pools_on():
            return leads
        left = leads
        for rule in self.env["crm.assignment.rule"].sudo().search(leads._get_assignment_rule_domain()):
            if not left:
                break
            # in the order they came in, so that turns are fair and can be told afterwards
            fitting = left.search(fields.Domain("id", "in", left.ids) & rule._get_lead_domain(), order="id")
            shares = rule._distribute(fitting) if fitting else None
            if shares is None:
                continue
            event = "enter" if rule.strategy == "pool" else "assign"
            reason = self.env._("Rule “%(rule)s”", rule=rule.name)
            fitting._pool_move(event, shares, reason, pool=rule.pool_id or None)
            # after the owner: his team would otherwise be put in place of the rule's
            fitting.write(rule._prepare_lead_vals())
            left -= fitting
        left._pool_move("enter", {self.env["res.users"]: left}, self.env._("No rule takes it"))
        return left.filtered(lambda lead: not lead.pool_state)
