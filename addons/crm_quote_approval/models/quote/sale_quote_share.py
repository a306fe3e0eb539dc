import secrets

from odoo import api, fields, models
from odoo.tools import SQL, consteq


class SaleQuoteShare(models.Model):
    """A link by which a customer opens one quote as it was when it was shared, for a while and with his name over the
    paper. It ends by its day, by revoking, and by every change of the quote. Made and revoked by methods only."""

    _name = "sale.quote.share"
    _description = "Shared Quote"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _rec_name = "recipient"
    _check_company_auto = True

    order_id = fields.Many2one(
        "sale.order", "Quote", required=True, readonly=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    recipient = fields.Char("For", required=True, readonly=True, help="Printed over the paper")
    user_id = fields.Many2one("res.users", "Shared by", required=True, readonly=True)
    expires_on = fields.Date("Open until", required=True, readonly=True)
    revoked_at = fields.Datetime("Revoked on", readonly=True)
    opened_count = fields.Integer("Opened (times)", readonly=True)
    opened_at = fields.Datetime("Last Opened on", readonly=True)
    fingerprint = fields.Char(required=True, readonly=True)
    secret = fields.Char(required=True, readonly=True, groups="base.group_system")
    url = fields.Char("Link", compute="_compute_url", compute_sudo=True)
    state = fields.Selection(
        [("open", "Open"), ("changed", "Quote Changed"), ("expired", "Expired"), ("revoked", "Revoked")],
        compute="_compute_state",
        compute_sudo=True,
    )

    @api.depends("secret", "order_id")
    def _compute_url(self):
        for share in self:
            share.url = f"{share.order_id.get_base_url()}/quote/share/{share.id}-{share.secret}" if share.id else False

    @api.depends("revoked_at", "expires_on", "fingerprint")
    def _compute_state(self):
        for share in self:
            share.state = share._find_state()

    def _find_state(self):
        if self.revoked_at:
            return "revoked"
        if self.expires_on < self._today():
            return "expired"
        order = self.order_id
        if order.state == "cancel" or order._approval_hash() != self.fingerprint or order._approval_blocked():
            return "changed"
        return "open"

    def _today(self):
        return self.company_id._merchant_today()

    # -- making and ending ------------------------------------------------------------------------------------

    @api.model
    def _share(self, order, recipient, expires_on):
        """A new link to ``order`` (superuser), whose sender the caller has asked for his rights."""
        share = self.sudo().create(
            {
                "order_id": order.id,
                "company_id": order.company_id.id,
                "recipient": recipient,
                "user_id": self.env.uid,
                "expires_on": expires_on,
                "fingerprint": order.sudo()._approval_hash(),
                "secret": secrets.token_urlsafe(24),
            }
        )
        return share.with_env(self.env)

    def action_revoke(self):
        """Ends these links at once.

        :raises AccessError: for somebody who may not write the quote
        """
        self.check_access("read")
        self.order_id.check_access("write")
        for share in self.sudo().filtered(lambda share: not share.revoked_at):
            share.revoked_at = fields.Datetime.now()
            share.message_post(
                body=self.env._("Revoked by %(name)s.", name=self.env.user.name), author_id=self.env.user.partner_id.id
            )
        return True

    # -- opening ------------------------------------------------------------------------------------------------

    @api.model
    def _of_token(self, token):
        """The link of ``token`` (superuser), whatever its state; an empty set for a token that is none."""
        head, _sep, secret = (token or "").partition("-")
        share = self.sudo().browse(int(head) if head.isdecimal() and len(head) < 10 else 0).exists()
        known = consteq((share.secret or secrets.token_urlsafe(24)).encode(), secret.encode())
        return share if known and share else share.browse()

    def _note_opening(self):
        """Counts one opening; by a statement of its own, so that two at once are both counted."""
        self.ensure_one()
        self.env.cr.execute(
            SQL(
                "UPDATE sale_quote_share SET opened_count = COALESCE(opened_count, 0) + 1, opened_at = %s WHERE id = %s",
                fields.Datetime.now(),
                self.id,
            )
        )
        self.invalidate_recordset(["opened_count", "opened_at"])
