from odoo import models

from odoo.addons.crm_merchant.lib.credit_code import check_credit_code


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _finance_customer_values(self):
        """{partner id: values of a customer} as ``clients/kingdee_payloads`` describes them."""
        return {partner.id: partner._prepare_finance_customer_vals() for partner in self}

    def _prepare_finance_customer_vals(self):
        """Hook: plain values of one customer; what is empty is left out."""
        self.ensure_one()
        address = " ".join(filter(None, [self.state_id.name, self.city, self.street, self.street2]))
        code = check_credit_code(self.vat) if self.vat else None
        vals = {
            "name": self.name,
            # a code that is none would be refused there, or worse, taken
            "credit_code": code.normalised if code and code.valid else "",
            "phone": self.phone,
            "address": address,
        }
        return {name: value for name, value in vals.items() if value}
