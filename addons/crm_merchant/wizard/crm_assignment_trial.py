from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..models.assignment.planner import Planner


class CrmAssignmentTrial(models.TransientModel):
    """Shows who would get which leads by the rules as they are now, and writes nothing."""

    _name = "crm.assignment.trial"
    _description = "Dry Run of the Assignment"

    scope = fields.Selection(
        [("open", "Leads that nobody holds"), ("pooled", "Leads that lie in a pool"), ("chosen", "The chosen leads")],
        required=True,
        default="open",
    )
    lead_ids = fields.Many2many("crm.lead", string="Leads", readonly=True)
    lead_count = fields.Integer("Leads Looked At", readonly=True)
    left_count = fields.Integer("Taken by No Rule and No Pool", readonly=True)
    has_catch_all = fields.Boolean(readonly=True)
    line_ids = fields.One2many("crm.assignment.trial.line", "trial_id", readonly=True)

    @api.model
    def _open(self, leads):
        """Runs over ``leads``, or where there are none over all that nobody holds, and opens the result."""
        trial = self.create({"scope": "chosen" if leads else "open", "lead_ids": [(6, 0, leads.ids)]})
        if not leads and not trial._get_leads():
            # where pools are at work nothing is left lying about: what they hold tells more
            trial.scope = "pooled"
        return trial.action_run()

    def _get_leads(self):
        """The leads to look at: those the user may read; of a pool, which hides them, an administrator sees counts."""
        if self.scope == "chosen":
            return self.lead_ids._filtered_access("read").filtered(lambda lead: not lead.user_id and lead.active)
        domain = Domain("active", "=", True) & Domain("user_id", "=", False)
        domain &= Domain("pool_state", "=", "pooled" if self.scope == "pooled" else False)
        return self.env["crm.lead"]._rehearsal_records(domain)

    def action_run(self):
        """Reckons anew over the chosen scope.

        :raises AccessError: for who may not read the rules
        """
        self.ensure_one()
        self.env["crm.assignment.rule"].check_access("read")
        if self.create_uid != self.env.user:
            raise AccessError(self.env._("This dry run belongs to somebody else. Start your own."))
        leads = self._get_leads().sudo()
        rules = self.env["crm.assignment.rule"].sudo().search(leads._get_assignment_rule_domain())
        homes = leads._pool_find()
        steps, left = Planner(rules, homes).plan(leads)
        lines = []
        for step in steps:
            for user, share in step.shares.items():
                by_pool = share.grouped(lambda lead, rule=step.rule: rule.pool_id or homes[lead.id])
                for pool, taken in ({step.rule.pool_id: share} if user else by_pool).items():
                    lines.append(self._prepare_line(step.rule.name, user, pool, taken))
        by_home = left.grouped(lambda lead: homes[lead.id])
        lost = by_home.pop(self.env["crm.pool"], left.browse())
        for pool, taken in by_home.items():
            lines.append(self._prepare_line(self.env._("No rule: the pool of the region"), left.user_id, pool, taken))
        self.sudo().write(
            {
                "lead_count": len(leads),
                "left_count": len(lost),
                "has_catch_all": any(rule.is_catch_all for rule in self.env["crm.assignment.rule"].search([])),
                "line_ids": [(5,), *((0, 0, {**line, "sequence": n}) for n, line in enumerate(lines))],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dry Run of the Assignment"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _prepare_line(self, rule_name, user, pool, leads):
        return {
            "rule_name": rule_name,
            "user_id": user.id,
            "pool_id": False if user else pool.id,
            "lead_count": len(leads),
            "amount": sum(leads.mapped("expected_revenue")),
        }
