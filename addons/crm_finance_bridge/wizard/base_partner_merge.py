from odoo import models


class PartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_reference_fields(self, src_partners, dst_partner):
        src_partners._finance_merge_into(dst_partner.commercial_partner_id)
        return super()._update_reference_fields(src_partners, dst_partner)
