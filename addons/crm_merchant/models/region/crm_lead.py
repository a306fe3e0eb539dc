from odoo import models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.region.mixin", "crm.lead"]

    def _watched_fields(self):
        return {**super()._watched_fields(), "partner_id": "_region_customer_written"}

    def _region_customer_written(self, _before):
        self._region_tell_customers()

    def _region_assign(self, is_new=False):
        before = {lead.id: lead.region_id for lead in self.sudo()} if not is_new else {}
        result = super()._region_assign(is_new=is_new)
        # new leads are told of by their customer
        self.filtered(lambda lead: lead.id in before and lead.region_id != before[lead.id])._region_tell_customers()
        return result

    def _region_tell_customers(self):
        """Customers of these leads whose place nobody knows go where their leads are."""
        self.sudo().filtered("region_id").partner_id.commercial_partner_id._region_placeless()._region_assign()
