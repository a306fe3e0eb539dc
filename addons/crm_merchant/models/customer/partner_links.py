"""Links to customers that one may not read: whoever names the id of a hidden customer on a lead, quotation or meeting of
his own, or lets him follow it, would be given its phone and mail by Odoo, which fills them in as superuser.

What was named before stays named: one's own old order shows its customer, as the paper that was sent did. So a name that
comes with a record that one may read is no leak, and partners keep their ``display_name``; leads of others have none.
"""

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Command

from ..kernel.mail_thread import QUIET, QUIET_KEY


class Base(models.AbstractModel):
    _inherit = "base"

    def onchange(self, values, field_names, fields_spec):
        """A form that was never saved computes as superuser as well, and shows what it computed."""
        partners = self.env["res.partner"]
        if partners._links_are_checked():
            partners.browse(self._merchant_named_partners(values) | self._merchant_default_partners())._check_linkable()
        return super().onchange(values, field_names, fields_spec)

    def _merchant_named_partners(self, values):
        """Ids of partners that the values of a form name, in lines of it too."""
        found = set()
        for name, value in values.items():
            field = self._fields.get(name)
            if field is None or not value:
                continue
            if field.type == "many2one" and field.comodel_name == "res.partner" and isinstance(value, int):
                found.add(value)
            elif field.type in ("one2many", "many2many"):
                for command in value:
                    if command[0] in (Command.CREATE, Command.UPDATE) and isinstance(command[2], dict):
                        found |= self.env[field.comodel_name]._merchant_named_partners(command[2])
        return found

    def _merchant_default_partners(self):
        """Ids of partners that the context's ``default_…`` keys name; those count for lines too."""
        found = set()
        for key, value in self.env.context.items():
            if key.startswith("default_") and isinstance(value, int) and value and not isinstance(value, bool):
                field = self._fields.get(key.removeprefix("default_"))
                if field.comodel_name == "res.partner" if field is not None else key.endswith("partner_id"):
                    found.add(value)
        return found


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.constrains("parent_id")
    def _check_parent_readable(self):
        self.parent_id._check_linkable()

    def _links_are_checked(self):
        """Whether customers may be hidden from the current user."""
        user = self.env.user
        return not user.share and user.has_group("sales_team.group_sale_salesman")

    def _check_linkable(self):
        """Odoo runs constraints as superuser, so that only the user tells who links.

        :raises AccessError: one of these partners is hidden from the current user, who works in sales
        """
        if not self or not self._links_are_checked():
            return
        hidden = (
            self.sudo()
            .exists()
            .filtered(
                lambda partner: partner.commercial_partner_id.pool_state == "pooled"
                or partner.commercial_partner_id.region_id.is_scoped
            )
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


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """A follower shows his mail to whoever reads the record; whom the record names anyway may follow it.

        Code that subscribes as superuser does so for the user who set it going, so only the user is asked.
        """
        partners = self.env["res.partner"].browse(partner_ids or ()) - self.env.user.partner_id
        # a quiet to-do lets nobody follow
        is_quiet = self.env.context.get(QUIET_KEY) is QUIET
        if partners and not is_quiet and partners._links_are_checked():
            for named in self.sudo()._mail_get_partners().values():
                partners -= named.with_env(self.env)
            partners._check_linkable()
        return super().message_subscribe(partner_ids=partner_ids, subtype_ids=subtype_ids)
