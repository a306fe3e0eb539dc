from odoo import models

from .finance_mapping import NO_RECORD


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _finance_product_values(self):
        """{product id: values of a product} as ``clients/values`` describes them."""
        return {product.id: product._prepare_finance_product_vals() for product in self}

    def _prepare_finance_product_vals(self):
        """Hook: plain values of one product."""
        self.ensure_one()
        return {
            "name": self.name,
            "specification": self.default_code or "",
            "unit": self.env["finance.mapping"]._key_of(self.uom_id) or NO_RECORD,
        }
