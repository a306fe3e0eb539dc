from odoo import models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

# files of one new ticket
MOST_FILES = 5
MOST_BYTES = 10 * 1024 * 1024


class ServiceTicket(models.Model):
    """What customers do in the portal. The controller has checked who they are; these methods run as superuser."""

    _inherit = "service.ticket"

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for ticket in self:
            ticket.access_url = f"/my/tickets/{ticket.id}"
        return result

    def _portal_assets(self, partner):
        """Equipment that a portal user of ``partner`` may name."""
        return self.env["service.asset"].sudo().search(
            [("partner_id", "=", partner.commercial_partner_id.id)], order="name, id"
        )  # fmt: skip

    def _portal_types(self, company):
        """Types that customers of ``company`` may choose."""
        return self.env["service.ticket.type"].sudo().search(
            [("is_portal", "=", True), ("company_id", "in", (False, company.id))]
        )  # fmt: skip

    def _portal_file_note(self):
        """How many files of what size one ticket takes, for customers."""
        return self.env._("At most %(count)s files of %(size)s MB each.", count=MOST_FILES, size=MOST_BYTES >> 20)

    def _portal_create(self, partner, values, files):
        """A ticket from the form of the portal. Whatever else the form carried is not looked at.

        :param partner: the portal user's ``res.partner``
        :param values: dict with the texts ``subject`` and ``description`` and the ids ``type_id`` and ``asset_id``
        :param files: list of (name, bytes)
        :raises UserError: in words for the customer
        """
        subject = (values.get("subject") or "").strip()[:200]
        description = (values.get("description") or "").strip()[:20000]
        if not subject or not description:
            raise UserError(self.env._("Please say in a few words what it is about, and describe it."))
        if len(files) > MOST_FILES or any(len(content) > MOST_BYTES for _name, content in files):
            raise UserError(self._portal_file_note())
        asset = self._portal_assets(partner).filtered(lambda asset: asset.id == values.get("asset_id"))
        company = asset.company_id or self.env.company
        kind = self._portal_types(company).filtered(lambda kind: kind.id == values.get("type_id"))
        if (values.get("asset_id") and not asset) or (values.get("type_id") and not kind):
            raise UserError(self.env._("Please choose from the list."))
        ticket = self.sudo().with_company(company).create(
            [self._prepare_portal_vals(partner, subject, description, asset, kind, company)]
        )  # fmt: skip
        if files:
            ticket.message_post(
                author_id=partner.id,
                body=self.env._("Files of the ticket"),
                attachments=files,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        return ticket

    def _prepare_portal_vals(self, partner, subject, description, asset, kind, company):
        """Values of a ticket that a customer opens in the portal."""
        return {
            "subject": subject,
            "description": plaintext2html(description),
            "partner_id": partner.id,
            "asset_id": asset.id,
            "type_id": kind.id,
            "company_id": company.id,
            "channel": "portal",
        }

    def _portal_close(self):
        """The customer is content."""
        self._ticket_transition("close")

    def _portal_reopen(self, author, words=None):
        """The customer is not content.

        :param author: his ``res.partner``
        :param words: what is still wrong, plain text
        """
        self._check_reopen()
        if (words or "").strip():
            # his word opens the ticket again, as it does by mail
            self.message_post(
                author_id=author.id,
                body=words.strip()[:20000],
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        else:
            self._ticket_transition("reopen")
