from odoo import fields, models
from odoo.tools import SQL


class CrmPoolSwap(models.Model):
    """A → B → A: who gave a record away and had it again within the cool-down, with somebody in between.

    The cool-down refuses that to the two of them once the record was in the pool; what stands here was handed straight
    back, or was allowed by a superior, by a rule, or by a pool whose cool-down was shorter at the time. Read from
    ``crm.pool.ledger``, so that nobody takes a row out.
    """

    _name = "crm.pool.swap"
    _description = "Swap Within the Cool-down"
    _auto = False
    _log_access = False
    _order = "back_at desc, id desc"
    _rec_name = "res_name"

    res_model = fields.Char("Record Model", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    res_name = fields.Char("Record Name", readonly=True)
    pool_ref = fields.Integer("Pool ID", readonly=True)
    pool_name = fields.Char("Pool", readonly=True)
    company_ref = fields.Integer("Company ID", readonly=True)
    holder_uid = fields.Integer("User ID", readonly=True)
    holder_name = fields.Char("Had It Twice", readonly=True)
    between_name = fields.Char("In Between", readonly=True)
    gone_at = fields.Datetime("Given Away", readonly=True)
    back_at = fields.Datetime("Back", readonly=True)
    days = fields.Float("Days Between", digits=(16, 1), readonly=True, aggregator="avg")
    cooldown_days = fields.Integer("Cool-down", readonly=True, aggregator=None)
    actor_name = fields.Char("Given Back By", readonly=True)
    reason = fields.Text(readonly=True)

    _depends = {"crm.pool.ledger": ["res_model", "res_id", "event", "from_uid", "to_uid", "moment"]}

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT back.id, back.res_model, back.res_id, back.res_name, back.pool_ref, back.pool_name, back.company_ref,
                   back.to_uid AS holder_uid, back.to_name AS holder_name, mid.to_name AS between_name,
                   gone.moment AS gone_at, back.moment AS back_at, p.cooldown_days, back.actor_name, back.reason,
                   extract(epoch FROM back.moment - gone.moment) / 86400 AS days
              FROM crm_pool_ledger back
              JOIN crm_pool p ON p.id = back.pool_ref
              JOIN LATERAL (SELECT g.seq, g.moment FROM crm_pool_ledger g
                             WHERE g.res_model = back.res_model AND g.from_uid = back.to_uid AND g.res_id = back.res_id
                               AND g.seq < back.seq AND g.event IN ('release', 'recycle', 'transfer')
                               AND g.to_uid IS DISTINCT FROM g.from_uid
                             ORDER BY g.seq DESC LIMIT 1) gone ON TRUE
              JOIN LATERAL (SELECT m.to_name FROM crm_pool_ledger m
                             WHERE m.res_model = back.res_model AND m.res_id = back.res_id
                               AND m.seq >= gone.seq AND m.seq < back.seq
                               AND m.to_uid > 0 AND m.to_uid != back.to_uid
                             ORDER BY m.seq DESC LIMIT 1) mid ON TRUE
             WHERE back.event IN ('claim', 'assign', 'transfer') AND back.to_uid > 0
               AND back.moment < gone.moment + p.cooldown_days * interval '1 day'
            """
        )

    def action_open_life(self):
        """Opens the whole life of the record in the ledger, as far as the reader may see it."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_merchant.action_crm_pool_ledger")
        return {**action, "domain": [("res_model", "=", self.res_model), ("res_id", "=", self.res_id)]}
