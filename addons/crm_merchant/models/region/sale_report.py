from odoo import fields, models


class SaleReport(models.Model):
    """The stock report of sales, by region and as closed as the orders."""

    _inherit = "sale.report"

    region_id = fields.Many2one("crm.region", readonly=True)

    def _select_additional_fields(self):
        return {**super()._select_additional_fields(), "region_id": "s.region_id"}

    def _group_by_sale(self):
        return super()._group_by_sale() + ", s.region_id"
