import base64
import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import hmac
from odoo.tools.urls import urljoin

FORM_KINDS = ("web_form", "qr")
KINDS = [
    ("web_form", "Web Form"),
    ("qr", "QR Form of an Exhibition"),
    ("endpoint", "Signed Endpoint"),
    ("mail", "Mail Alias"),
    ("phone", "Phone"),
    ("referral", "Referral"),
    ("import", "Import"),
]
MANAGERS = ("crm_merchant.group_marketing", "crm_merchant.group_suite_admin")


class IntakeChannel(models.Model):
    """A way by which leads come in: where they are counted, and what happens to one that is there already.

    The key of a signed endpoint is stored nowhere. It is derived from ``database.secret``, which only the server
    administrator reads, and a salt that no user reads; a copy of the database made for tests gets another secret from
    Odoo and so other keys. A new salt is a new key, and the old one is dead at once.
    """

    _name = "crm.intake.channel"
    _description = "Lead Channel"
    _inherit = ["crm.remembered.mixin", "mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    kind = fields.Selection(KINDS, required=True, default="web_form", tracking=True)
    source_id = fields.Many2one("utm.source", help="Set on each lead that names none itself")
    medium_id = fields.Many2one("utm.medium")
    campaign_id = fields.Many2one("utm.campaign")
    duplicate_policy = fields.Selection(
        [
            ("warn", "Take it in and suggest a merge"),
            ("merge", "Add it to the lead that is there"),
            ("block", "Make no second lead, tell who holds the first"),
        ],
        "If It Is There Already",
        required=True,
        default="warn",
        tracking=True,
        help="There already: an open lead with the same credit code or phone number. Same names are only suggested.",
    )
    team_id = fields.Many2one("crm.team", "Sales Team", check_company=True, help="Mails to its alias come in here")
    catch_created = fields.Boolean(
        "Leads Made Elsewhere",
        tracking=True,
        help="Leads that Odoo's website or another app makes with this medium (and source) take the same way",
    )
    minute_limit = fields.Integer("Most per Minute", default=60, help="What comes faster is refused for the moment")
    sender_limit = fields.Integer(
        "Most per Sender and Hour", default=20, help="Of forms: per network address. At an exhibition many share one"
    )
    token = fields.Char(
        "Address Code", default=lambda self: secrets.token_urlsafe(18), readonly=True, required=True, copy=False
    )
    key_salt = fields.Char(default=lambda self: secrets.token_hex(16), copy=False, groups=fields.NO_ACCESS)
    key_date = fields.Datetime("Key Since", default=fields.Datetime.now, readonly=True, copy=False)
    intro = fields.Text("Text above the Form", translate=True)
    thanks = fields.Text("Text after Sending", translate=True)
    privacy = fields.Text("Privacy Notice", translate=True, help="The visitor must agree to it before he can send")
    with_photo = fields.Boolean("Photo of the Business Card")
    url = fields.Char("Address", compute="_compute_url")
    qr_image = fields.Binary("QR Code", compute="_compute_qr_image")
    lead_count = fields.Integer("Leads", compute="_compute_counts")
    created_count = fields.Integer("New", compute="_compute_counts")
    known_count = fields.Integer("There Already", compute="_compute_counts")
    spam_count = fields.Integer("Robots", compute="_compute_counts")

    _token_uniq = models.UniqueIndex("(token)", "This address is already in use.")
    _limits_positive = models.Constraint(
        "CHECK(minute_limit > 0 AND sender_limit > 0)", "A limit must be above zero; to stop a channel, archive it."
    )

    @api.depends("kind", "token")
    def _compute_url(self):
        for channel in self:
            path = "/inquiry/" if channel.kind in FORM_KINDS else "/crm/intake/" if channel.kind == "endpoint" else ""
            channel.url = urljoin(channel.get_base_url(), path + channel.token) if path and channel.token else False

    @api.depends("kind", "url")
    def _compute_qr_image(self):
        for channel in self:
            image = False
            if channel.kind in FORM_KINDS and channel.url:
                report = self.env["ir.actions.report"]
                image = base64.b64encode(report.barcode("QR", channel.url, width=400, height=400, barLevel="M"))
            channel.qr_image = image

    def _compute_counts(self):
        counts = {
            (channel.id, outcome): count
            for channel, outcome, count in self.env["crm.intake.receipt"]
            .sudo()
            ._read_group([("channel_id", "in", self.ids)], ["channel_id", "outcome"], ["__count"])
        }
        leads = dict(
            self.env["crm.lead"]
            .with_context(active_test=False)
            ._read_group([("intake_channel_id", "in", self.ids)], ["intake_channel_id"], ["__count"])
        )
        for channel in self:
            channel.lead_count = leads.get(channel, 0)
            channel.created_count = counts.get((channel.id, "created"), 0)
            channel.known_count = sum(counts.get((channel.id, outcome), 0) for outcome in ("merged", "held", "repeat"))
            channel.spam_count = counts.get((channel.id, "spam"), 0)

    @api.constrains("catch_created", "medium_id", "team_id", "kind")
    def _check_what_it_catches(self):
        for channel in self:
            if channel.catch_created and not channel.medium_id:
                raise UserError(self.env._("Choose the medium by which leads made elsewhere are known."))
            if channel.kind == "mail" and not channel.team_id:
                raise UserError(self.env._("Choose the sales team whose mail alias this channel is."))

    # -- the key ---------------------------------------------------------------------------------

    def _endpoint_key(self):
        """The clear key of one channel; never stored, never logged."""
        self.ensure_one()
        channel = self.sudo()
        return hmac(channel.env, "crm_merchant.intake_channel", (channel.id, channel.token, channel.key_salt))

    def _check_manager(self):
        """:raises AccessError: for whoever may not manage channels"""
        if not any(self.env.user.has_group(group) for group in MANAGERS):
            raise AccessError(self.env._("Channels are looked after by marketing. Ask them, or the administrator."))
        self.check_access("write")

    def action_show_key(self):
        """Shows the key once; it goes to this browser and is stored nowhere. Who saw it stands in the history."""
        self._check_manager()
        self.ensure_one()
        if self.kind != "endpoint":
            raise UserError(self.env._("Only a signed endpoint has a key."))
        self.message_post(body=self.env._("The key was shown."), subtype_xmlid="mail.mt_note")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Key of %(name)s: copy it now", name=self.name),
                "message": self._endpoint_key(),
                "sticky": True,
                "type": "warning",
            },
        }

    def action_new_key(self):
        """Makes a new key; the old one is refused from now on."""
        self._check_manager()
        for channel in self:
            channel.sudo().write({"key_salt": secrets.token_hex(16), "key_date": fields.Datetime.now()})
            channel.message_post(body=self.env._("A new key was made."), subtype_xmlid="mail.mt_note")
        return True

    def action_open_leads(self):
        """Opens the leads that came in here, as far as the user may read them."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "crm.lead",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("intake_channel_id", "=", self.id)],
            "context": {"active_test": False},
        }
