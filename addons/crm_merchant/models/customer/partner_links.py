"""Links to customers that one may not read: whoever names the id of a hidden customer on a lead or quotation of his own
would be given its phone and mail by Odoo, which fills them in as superuser."""

from odoo import api, models
from odoo.exceptions import AccessError


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.constrains("parent_id")
    def _check_parent_readable(self):
        self.parent_id._check_linkable()

    def _check_linkable(self):
        """Odoo runs constraints as superuser, so that only the user tells who links.

        :raises AccessError: one of these partners is hidden from the current user, who works in sales
        """
        user = self.env.user
        if not self or user.share or not user.has_group("sales_team.group_sale_salesman"):
            return
        hidden = self.sudo().filtered(
            lambda partner: partner.commercial_partner_id.pool_state == "pooled"
            or partner.commercial_partner_id.region_id.is_scoped
        )
        if hidden and len(hidden.with_env(self.env(su=False))._filtered_access("read")) < len(hidden):
            raise AccessError(
                self.env._("This customer lies in a pool or belongs to another region. Claim it, or ask its owner.")
            )


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.constrains("partner_id")
    def _check_partner_readable(self):
        self.partner_id._check_linkable()


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.constrains("partner_id", "partner_invoice_id", "partner_shipping_id")
    def _check_partner_readable(self):
        (self.partner_id | self.partner_invoice_id | self.partner_shipping_id)._check_linkable()
