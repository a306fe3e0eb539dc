import secrets

from odoo import api, fields, models
from odoo.tools import consteq

# how a paper stands in the eyes of somebody who holds it
STANDINGS = [
    ("valid", "In Effect"),
    ("pending", "Not in Effect Yet"),
    ("superseded", "Superseded"),
    ("void", "No Longer Valid"),
    ("expired", "Expired"),
]


class SaleOrderVersion(models.Model):
    """A quote as it was submitted: what was asked to be signed, whatever became of the quote since. Written once; the
    day of the approval is added by the approval."""

    _name = "sale.order.version"
    _description = "Submitted Quote Version"
    _order = "order_id, number desc"
    _rec_name = "number"

    order_id = fields.Many2one("sale.order", "Quote", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    number = fields.Integer("Version", required=True, readonly=True)
    request_id = fields.Many2one("crm.approval.request", "Approval", readonly=True)
    requester_id = fields.Many2one("res.users", readonly=True)
    submitted_at = fields.Datetime(readonly=True)
    approved_at = fields.Datetime("Approved on", readonly=True)
    amount_total = fields.Monetary("Total", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    snapshot = fields.Json(readonly=True, groups="base.group_system")
    content = fields.Json(
        readonly=True, groups="base.group_system", help="Values and lines, to be compared and taken over again"
    )
    judged_text = fields.Text("Judged Values", readonly=True)
    fingerprint = fields.Char(required=True, readonly=True)
    secret = fields.Char(required=True, readonly=True, groups="base.group_system")
    is_current = fields.Boolean("In Effect", compute="_compute_is_current", compute_sudo=True)
    standing = fields.Selection(STANDINGS, compute="_compute_standing", compute_sudo=True)

    _number_uniq = models.UniqueIndex("(order_id, number)", "This version was submitted at the same moment.")

    @api.depends("number", "order_id.name")
    def _compute_display_name(self):
        for version in self:
            version.display_name = version.sudo().order_id._paper_version_text(version.number)

    @api.depends("order_id.approval_state", "order_id.approval_request_id.fingerprint", "order_id.version_ids")
    def _compute_is_current(self):
        for version in self:
            order = version.order_id
            version.is_current = (
                order.state != "cancel"
                and version == order._last_version()
                and order._approval_is_current()
                and order.approval_request_id.fingerprint == version.fingerprint
            )

    @api.depends("is_current", "order_id.validity_date", "order_id.version_ids.approved_at")
    def _compute_standing(self):
        for version in self:
            version.standing = version._find_standing()

    def _find_standing(self):
        """At most one version of a quote is ``valid``, the last one; a newer one that was approved supersedes it even
        after it lost its own effect."""
        order = self.order_id
        if order.state == "cancel":
            return "void"
        if self.is_current:
            return "expired" if order._expiry_is_past() else "valid"
        if order.version_ids.filtered(lambda other: other.number > self.number and other.approved_at):
            return "superseded"
        is_running = self == order._last_version() and order.approval_state == "pending" and not self.approved_at
        return "pending" if is_running else "void"

    # -- kept at submit, stamped at approval ---------------------------------------------------------------

    @api.model
    def _freeze(self, orders, requests):
        """Keeps each of ``orders`` as it was submitted with its request."""
        return self.sudo().create(
            [self._prepare_version_vals(order, request) for order, request in zip(orders, requests, strict=True)]
        )

    def _prepare_version_vals(self, order, request):
        return {
            "order_id": order.id,
            "company_id": order.company_id.id,
            "number": max(order.version_ids.mapped("number"), default=0) + 1,
            "request_id": request.id,
            "requester_id": request.requester_id.id,
            "submitted_at": request.submitted_at,
            # before the amount, which is rounded by it
            "currency_id": order.currency_id.id,
            "amount_total": order.amount_total,
            "snapshot": request.snapshot,
            "content": order._version_content(),
            "judged_text": request.judged_text,
            "fingerprint": request.fingerprint,
            "secret": secrets.token_urlsafe(24),
        }

    @api.model
    def _stamp_approved(self, orders):
        """The last version of each of ``orders`` was approved now."""
        versions = self.sudo().union(*(order._last_version() for order in orders))
        versions.write({"approved_at": fields.Datetime.now()})

    # -- is a paper current? ----------------------------------------------------------------------------

    def _code(self):
        """Eight letters that the paper and the page of proof show; two papers that differ have different ones."""
        self.ensure_one()
        text = self.fingerprint[:8].upper()
        return f"{text[:4]}-{text[4:]}"

    def _verify_url(self):
        self.ensure_one()
        version = self.sudo()
        return f"{version.order_id.get_base_url()}/quote/verify/{version.id}-{version.secret}"

    @api.model
    def _verify(self, token):
        """The version whose paper carries ``token`` (superuser); an empty set for a token that is none."""
        head, _sep, secret = (token or "").partition("-")
        version = self.sudo().browse(int(head) if head.isdecimal() and len(head) < 10 else 0).exists()
        # compared even where there is no such version, so that the time tells nothing
        known = consteq((version.secret or secrets.token_urlsafe(24)).encode(), secret.encode())
        return version if known and version else version.browse()
