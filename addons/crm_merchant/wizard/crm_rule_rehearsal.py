from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError


class CrmRuleRehearsal(models.TransientModel):
    """Replays rules on the leads and customers of the past and lists, per person, what would have moved and which deals it hits.

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
    customer_count = fields.Integer("Customers Looked At", readonly=True)
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
        lines, counted = self._prepare_lines(moves), self._count_moves(moves)
        moved = [line for line in lines if line["is_moved"]]
        self.sudo().write(
            {
                **counted,
                "moved_count": sum(line["lead_count"] + line["customer_count"] for line in moved),
                "deal_count": sum(line["deal_count"] for line in moved),
                "deal_amount": sum(line["deal_amount"] for line in moved),
                "line_ids": [(5,), *((0, 0, {**line, "sequence": n}) for n, line in enumerate(lines))],
            }
        )
        return True

    def _count_moves(self, moves):
        leads = sum(move["record"]._name == "crm.lead" for move in moves)
        return {"lead_count": leads, "customer_count": len(moves) - leads}

    def _prepare_lines(self, moves):
        """Values of the lines, the most costly first. A deal that goes with its customer and by itself counts once."""
        hit = self._find_deals([move for move in moves if move["before"] != move["after"]])
        groups = defaultdict(list)
        for move in moves:
            groups[move["before"], move["after"], move["rule"], move.get("pool", "")].append(move["record"])
        lines = []
        for (before, after, rule_name, pool_name), records in groups.items():
            leads = [record.id for record in records if record._name == "crm.lead"]
            customers = [record.id for record in records if record._name == "res.partner"]
            deals = self.env["crm.lead"].sudo()
            if before != after:
                deals = deals.concat(*(hit.get((record._name, record.id), deals) for record in records))
            lines.append(
                {
                    "from_uid": before.id,
                    "to_uid": after.id,
                    "to_pool": pool_name,
                    "rule_name": rule_name,
                    "is_moved": before != after,
                    "lead_count": len(leads),
                    "customer_count": len(customers),
                    "deal_count": len(deals),
                    "deal_amount": sum(deals.mapped("expected_revenue")),
                    "deal_ids": [(6, 0, deals.ids)],
                    "moved_ids": leads if before != after else [],
                    "moved_customer_ids": customers if before != after else [],
                }
            )
        lines.sort(key=lambda line: (not line["is_moved"], -line["deal_amount"], -line["lead_count"]))
        return lines

    @api.model
    def _find_deals(self, moves):
        """Open deals that each of these moves hits: dict of (model, record id) -> leads (superuser)."""
        found, seen = {}, set()
        for model in dict.fromkeys(move["record"]._name for move in moves):
            holders = {move["record"].id: move["before"] for move in moves if move["record"]._name == model}
            for record_id, deals in self.env[model].sudo().browse(holders)._rehearsal_deals(holders).items():
                found[model, record_id] = deals.browse([deal_id for deal_id in deals._ids if deal_id not in seen])
                seen.update(deals._ids)
        return found

    def _rehearsed(self):
        """The rules that are replayed: records with ``_rehearsal_moves(since)``."""
        return self.env[self.kind]
