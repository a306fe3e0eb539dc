from odoo import models

from odoo.addons.crm_merchant.lib.credit_code import check_credit_code

# what a customer is over there; a change of one of these is sent
SENT_FIELDS = ("name", "vat", "phone", "street", "street2", "city", "state_id")


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _watched_fields(self):
        watched = super()._watched_fields()
        return dict.fromkeys(SENT_FIELDS, "_on_finance_customer_changed") | watched

    def _region_written(self, before):
        # the handler of province, city and phone, which are ours too
        result = super()._region_written(before)
        self._on_finance_customer_changed(before)
        return result

    def _on_finance_customer_changed(self, before):
        """Handler: customers that went out already are sent again with what changed."""
        changed = self.browse([
            partner.id
            for partner in self
            if partner.id in before and any(partner[name] != value for name, value in before[partner.id].items()
                                            if name in SENT_FIELDS)
        ])  # fmt: skip
        if changed:
            self.env["finance.outbox"].sudo()._enqueue_customer_changes(changed.sudo())

    def _finance_customer_values(self):
        """{partner id: values of a customer} as ``clients/values`` describes them."""
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
