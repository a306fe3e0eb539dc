from collections import defaultdict

from odoo import fields, models


class CrmPoolLedger(models.Model):
    """Which rule gave a record away, and how long it stayed in each hand."""

    _inherit = "crm.pool.ledger"
    _log_access = False

    rule_ref = fields.Integer("Rule ID", readonly=True)
    rule_name = fields.Char("Rule", readonly=True)
    days_held = fields.Float(
        "Days in This Hand",
        compute="_compute_days_held",
        digits=(16, 1),
        help="From this row until the record went to somebody else, or until now; only on rows that change the hand",
    )

    _given_by_rule_idx = models.Index("(to_uid, moment) WHERE rule_ref IS NOT NULL")

    def _compute_days_held(self):
        self.days_held = 0.0
        chains = defaultdict(set)
        for row in self:
            chains[row.res_model].add(row.res_id)
        now = fields.Datetime.now()
        for model, ids in chains.items():
            rows = self.sudo().search([("res_model", "=", model), ("res_id", "in", list(ids))], order="res_id, seq")
            for chain in rows.grouped("res_id").values():
                # the first row of each hand, then the moment the next hand begins
                hands = [row for i, row in enumerate(chain) if i == 0 or row.to_uid != chain[i - 1].to_uid]
                ends = [row.moment for row in hands[1:]] + [now]
                for row, end in zip(hands, ends, strict=True):
                    if row.to_uid and row in self:
                        self.browse(row.id).days_held = (end - row.moment).total_seconds() / 86400
