from collections import defaultdict

from odoo import api, fields, models


class CrmPoolMember(models.Model):
    """A person in a pool. A claim updates all rows of the person, so that his caps hold with two tabs open."""

    _name = "crm.pool.member"
    _description = "Pool Member"
    _inherit = ["crm.guarded.mixin", "crm.pool.row.mixin"]
    _rec_name = "user_id"
    _order = "pool_id, id"

    pool_id = fields.Many2one("crm.pool", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="pool_id.company_id", store=True)
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade", index=True)
    on_duty = fields.Boolean(default=True, help="Off duty: may not claim and gets nothing assigned")
    claims_date = fields.Date("Day of the Count", readonly=True)
    claims_today = fields.Integer("Claims That Day", readonly=True)
    looked_ids = fields.Json(readonly=True, groups="base.group_system", help="That day: model -> ids of real records")
    looked_today = fields.Integer("Looked At That Day", compute="_compute_looked_today")

    _person_uniq = models.UniqueIndex("(pool_id, user_id)", "This person is already a member of the pool.")

    def _guarded_fields(self):
        return super()._guarded_fields() | {"claims_date", "claims_today", "looked_ids"}

    @api.depends("looked_ids")
    def _compute_looked_today(self):
        for member in self.sudo():
            member.looked_today = sum(map(len, (member.looked_ids or {}).values()))

    def write(self, vals):
        self._check_stays(vals)
        return super().write(vals)

    def _today(self):
        """The day of the counts of one person: that of the company of his first pool, which he cannot choose."""
        return self.sorted("id")[:1].company_id._merchant_today()

    @api.model
    def _looked_at(self):
        """What the current user has looked at today, over all his pools.

        :return: dict of model -> set of ids of real records
        """
        rows = self.sudo().search([("user_id", "=", self.env.uid)])
        found = defaultdict(set)
        today = rows._today() if any(rows.mapped("looked_ids")) else False
        for row in rows:
            if row.looked_ids and row.claims_date == today:
                for model, ids in row.looked_ids.items():
                    found[model].update(ids)
        return found
