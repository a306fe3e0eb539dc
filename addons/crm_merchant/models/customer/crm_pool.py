from odoo import api, fields, models


class CrmPool(models.Model):
    """Pools hold customers beside leads."""

    _inherit = "crm.pool"

    customer_limit = fields.Integer(
        "Most Customers Held",
        default=100,
        tracking=True,
        help="Customers without an order per person, over all his pools; 0: no limit",
    )
    customer_pooled_count = fields.Integer("Customers in the Pool", compute="_compute_customer_counts")
    customer_owned_count = fields.Integer("Customers Held", compute="_compute_customer_counts")

    _customer_limit_positive = models.Constraint("CHECK(customer_limit >= 0)", "A limit cannot be below zero.")

    @api.model
    def _pool_models(self):
        return [*super()._pool_models(), "res.partner"]

    def _compute_customer_counts(self):
        groups = (
            self.env["res.partner"]
            .sudo()
            ._read_group([("pool_id", "in", self.ids)], ["pool_id", "pool_state"], ["__count"])
        )
        counts = {(pool.id, state): count for pool, state, count in groups}
        for pool in self:
            pool.customer_pooled_count = counts.get((pool.id, "pooled"), 0)
            pool.customer_owned_count = counts.get((pool.id, "owned"), 0)

    def action_open_pooled_customers(self):
        """Opens the masked list of the customers that lie in this pool."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_merchant.action_crm_pool_partner")
        return {**action, "domain": [("pool_id", "=", self.id)]}
