import logging

from odoo import api, fields, models

_logger = logging.getLogger(__name__)


class CrmPool(models.Model):
    _name = "crm.pool"
    _description = "Lead Pool"
    _inherit = ["crm.guarded.mixin", "mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self._default_company_id(), index=True
    )
    region_ids = fields.Many2many("crm.region", string="Regions", help="Leads of these regions come here")
    member_ids = fields.One2many("crm.pool.member", "pool_id", "Members")
    admin_ids = fields.Many2many("res.users", "crm_pool_admin_rel", string="Administrators", tracking=True)
    claim_limit_day = fields.Integer(
        "Claims a Day", default=10, tracking=True, help="Per person, over all his pools; 0: no limit"
    )
    view_limit_day = fields.Integer(
        "Looked At a Day",
        tracking=True,
        help="Per person, over all his pools: who it is stays covered until a member looks at it; 0: nothing is covered",
    )
    holding_limit = fields.Integer(
        "Most Leads Held", default=200, tracking=True, help="Open leads per person, over all his pools; 0: no limit"
    )
    cooldown_days = fields.Integer(
        "Days Before Claiming Again",
        default=7,
        tracking=True,
        help="Who held a lead cannot claim it back for so many days after it went to the pool",
    )
    pooled_count = fields.Integer("In the Pool", compute="_compute_counts")
    owned_count = fields.Integer("Held by Members", compute="_compute_counts")

    _limits_positive = models.Constraint(
        "CHECK(claim_limit_day >= 0 AND view_limit_day >= 0 AND holding_limit >= 0 AND cooldown_days >= 0)",
        "A limit cannot be below zero.",
    )

    def _default_company_id(self):
        return self.env.company

    def _compute_counts(self):
        groups = (
            self.env["crm.lead"]
            .sudo()
            ._read_group([("pool_id", "in", self.ids)], ["pool_id", "pool_state"], ["__count"])
        )
        counts = {(pool.id, state): count for pool, state, count in groups}
        for pool in self:
            pool.pooled_count = counts.get((pool.id, "pooled"), 0)
            pool.owned_count = counts.get((pool.id, "owned"), 0)

    @api.model_create_multi
    def create(self, vals_list):
        pools = super().create(vals_list)
        self._switch_leads_on()
        return pools

    def _switch_leads_on(self):
        """Leads are off in stock Odoo; a pool holds them, so the first pool shows the menu to sales people."""
        group = self.env.ref("crm.group_use_lead").sudo()
        salesman = self.env.ref("sales_team.group_sale_salesman").sudo()
        if group not in salesman.all_implied_ids:
            salesman.implied_ids += group
            _logger.info("The first pool was made: the menu of leads is now shown to sales people.")

    @api.model
    def _pool_of_region(self, region, company):
        """The pool that takes leads of a region: the one of the nearest region upwards, the first in the list.

        :return: one pool (superuser) or none
        """
        pools = self.sudo().search([("company_id", "=", company.id)])
        while region:
            for pool in pools:
                if region in pool.region_ids:
                    return pool
            region = region.sudo().parent_id
        return pools.filtered(lambda pool: not pool.region_ids)[:1]

    def action_open_pooled(self):
        """Opens the masked list of what lies in this pool."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_merchant.action_crm_pool_lead")
        action["domain"] = [("pool_id", "=", self.id)]
        return action
