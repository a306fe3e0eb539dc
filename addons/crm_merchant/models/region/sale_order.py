from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.sql import column_exists, create_column


class SaleOrder(models.Model):
    """Orders lie in the region of their customer, without one in that of their opportunity."""

    _inherit = "sale.order"

    region_id = fields.Many2one(
        "crm.region",
        compute="_compute_region_id",
        store=True,
        index="btree_not_null",
        copy=False,
        groups="base.group_user",
    )
    is_granted = fields.Boolean(
        "Open to Me",
        compute="_compute_is_granted",
        search="_search_is_granted",
        groups="base.group_user",
        help="Of a closed region, but there is something for me to do about it",
    )

    def _auto_init(self):
        # empty at first: regions are given to old orders when regions are switched on
        if not column_exists(self.env.cr, self._table, "region_id"):
            create_column(self.env.cr, self._table, "region_id", "int4")
        return super()._auto_init()

    @api.depends("partner_id.commercial_partner_id.region_id", "opportunity_id.region_id")
    def _compute_region_id(self):
        for order in self:
            order.region_id = order._find_region()

    def _find_region(self):
        self.ensure_one()
        return self.partner_id.commercial_partner_id.region_id or self.opportunity_id.region_id

    @api.constrains("region_id")
    def _check_region_id(self):
        """A computed column can be written over RPC; a region written by hand would open or close the order."""
        for order in self.sudo():
            if order.region_id != order._find_region():
                raise ValidationError(self.env._("The region of an order is that of its customer."))

    @api.model
    def _get_granted_domain(self):
        """Domain of orders of closed regions that the current user reads although he is neither their salesperson nor
        a reader of the region; later addons add theirs (approvers)."""
        return Domain.FALSE

    @api.depends_context("uid")
    @api.depends("region_id")
    def _compute_is_granted(self):
        domain = self._get_granted_domain()
        # the rule that asks this takes the others anyway
        closed = self.sudo().filtered("region_id.is_scoped")
        granted = closed.filtered_domain(domain) if closed and not domain.is_false() else self.browse()
        for order in self:
            order.is_granted = order in granted

    def _search_is_granted(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_granted_domain()

    def _region_fill(self):
        """Gives orders that are older than the column their region, in batches."""
        last = 0
        while True:
            batch = self.search([("id", ">", last), ("region_id", "=", False)], order="id", limit=5000)
            if not batch:
                return
            batch._compute_region_id()
            self.env.flush_all()
            last = batch[-1].id
            batch.invalidate_recordset(flush=False)
