from collections import defaultdict
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError


class CrmRuleRehearsal(models.TransientModel):
    """Replays rules on the leads of the past and lists, per person, what would have moved and which deals it hits.

    A kind of rule is a model with ``_rehearsal_moves(since)``, see ``crm.assignment.rule`` and ``crm.pool``; its owner
    adds it to the selection ``kind``. It runs with the rights of the person who rehearses.
    """

    _name = "crm.rule.rehearsal"
    _description = "Rule Rehearsal"

    kind = fields.Selection(
        [("crm.assignment.rule", "Assignment rules")], "Rules", required=True, default="crm.assignment.rule"
    )
    days = fields.Integer("Days Back", required=True, default=lambda self: self.env.company.merchant_rehearsal_days)
    lead_count = fields.Integer("Leads Looked At", readonly=True)
    moved_count = fields.Integer("Would Lie in Other Hands", readonly=True)
    deal_count = fields.Integer("Open Deals Among Them", readonly=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    deal_amount = fields.Monetary("Budget of Those Deals", readonly=True)
    line_ids = fields.One2many("crm.rule.rehearsal.line", "rehearsal_id", readonly=True)

    _days_range = models.Constraint("CHECK(days BETWEEN 1 AND 366)", "Between one day and a year.")

    def _compute_display_name(self):
        self.display_name = self.env._("Rule Rehearsal")

    def _compute_currency_id(self):
        self.currency_id = self.env.company.currency_id

    def action_run(self):
        """Replays and keeps the result for the form.

        :raises AccessError: for who may not read the rules, or opens somebody else's rehearsal
        """
        self.ensure_one()
        rules = self._rehearsed()
        rules.check_access("read")
        if self.create_uid != self.env.user:
            raise AccessError(self.env._("This rehearsal belongs to somebody else. Start your own."))
        moves = rules._rehearsal_moves(fields.Datetime.now() - timedelta(days=self.days))
        groups = defaultdict(list)
        for move in moves:
            groups[move["before"], move["after"], move["rule"], move.get("pool", "")].append(move["lead"].id)
        lines = []
        for (before, after, rule_name, pool_name), ids in groups.items():
            leads = self.env["crm.lead"].sudo().browse(ids)
            deals = leads.filtered(self._is_open_deal) if before != after else leads.browse()
            lines.append(
                {
                    "from_uid": before.id,
                    "to_uid": after.id,
                    "to_pool": pool_name,
                    "rule_name": rule_name,
                    "is_moved": before != after,
                    "lead_count": len(leads),
                    "deal_count": len(deals),
                    "deal_amount": sum(deals.mapped("expected_revenue")),
                    "deal_ids": [(6, 0, deals.ids)],
                    "moved_ids": leads.ids if before != after else [],
                }
            )
        lines.sort(key=lambda line: (not line["is_moved"], -line["deal_amount"], -line["lead_count"]))
        moved = [line for line in lines if line["is_moved"]]
        self.sudo().write(
            {
                "lead_count": len(moves),
                "moved_count": sum(line["lead_count"] for line in moved),
                "deal_count": sum(line["deal_count"] for line in moved),
                "deal_amount": sum(line["deal_amount"] for line in moved),
                "line_ids": [(5,), *((0, 0, {**line, "sequence": n}) for n, line in enumerate(lines))],
            }
        )
        return True

    def _rehearsed(self):
        """The rules that are replayed: records with ``_rehearsal_moves(since)``."""
        return self.env[self.kind]

    def _is_open_deal(self, lead):
        return lead.active and lead.type == "opportunity" and lead.won_status == "pending"
