from odoo import api, fields, models


class PoolMixin(models.AbstractModel):
    """The whole life of a record in one screen: its rows in the ledger, with the days in each hand."""

    _inherit = "crm.pool.mixin"

    pool_ledger_count = fields.Integer("Holders", compute="_compute_pool_ledger_count", groups="base.group_user")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_pool_ledger_count(self):
        """As many as the list has that the button opens: a sales person reads the rows that name him."""
        ledger = self.env["crm.pool.ledger"].with_env(self.env(su=False))
        counts = {}
        if ledger.has_access("read"):
            domain = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
            counts = dict(ledger._read_group(domain, ["res_id"], ["__count"]))
        for record in self:
            record.pool_ledger_count = counts.get(record.id, 0)

    def _pool_note_merge(self, reason):
        """Writes into the ledger that these records (superuser) were merged or split; their hands do not change."""
        rows = []
        for (home, user), batch in self.filtered("pool_id").grouped(lambda row: (row.pool_id, row.user_id)).items():
            rows += batch._pool_rows("merge", user, home, dict.fromkeys(batch.ids, user), reason, {})
        self.env["crm.pool.ledger"]._ledger_append(rows)

    def action_open_pool_ledger(self):
        """Opens who held this record, from when, for how long, and why."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_merchant.action_crm_pool_ledger")
        action["domain"] = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        return action
