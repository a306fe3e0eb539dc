from odoo import models


class ResPartner(models.Model):
    """Follow-ups on held customers; what is done about a contact is done about its company."""

    _inherit = "res.partner"

    def _followup_field(self):
        return "partner_id"

    def _followup_counts(self, kind):
        return super(ResPartner, self.sudo().commercial_partner_id)._followup_counts(kind)

    def _followup_of_mail(self, message, recipients):
        customer = self._pool_subjects()
        return super(ResPartner, customer)._followup_of_mail(message, recipients) if customer else None

    def _followup_is_customer(self, partners, email):
        address = self.email_normalized
        return any(partner.commercial_partner_id == self for partner in partners if partner.partner_share) or bool(
            address and not partners and address in email.lower()
        )
