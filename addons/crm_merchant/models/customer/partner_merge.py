from odoo import models


class PartnerMerge(models.TransientModel):
    """Odoo's merge of contacts: nobody merges what he may not write, and the ledger tells where a customer went."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        self.env["res.partner"].browse(partner_ids).exists().check_access("write")
        return super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)

    def _update_values(self, src_partners, dst_partner):
        """What a door guards comes along with the merge; who stays keeps his holder and pool if he had a pool."""
        tails, stays = src_partners.sudo(), dst_partner.sudo()
        kept = stays._pool_merge_columns() if stays.pool_state else None
        opened = dst_partner._through_door(*dst_partner._guarded_fields())
        result = super()._update_values(src_partners, opened)
        if kept is None:
            heirs = tails.filtered("pool_state").sorted("id")
            kept = heirs[:1]._pool_merge_columns() if heirs else None
        if kept:
            stays._through_door(*stays._guarded_fields()).write(kept)
        tails._pool_note_merge(self.env._("Merged into %(name)s", name=stays._pool_public_name()))
        return result


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _pool_merge_columns(self):
        """Who holds this customer, as values of a write."""
        names = ["user_id", "pool_id", "pool_state", "pool_since", "pool_locked", "pool_extra_days",
                 "recycle_deadline"]  # fmt: skip
        return {name: self[name].id if name.endswith("_id") else self[name] for name in names}
