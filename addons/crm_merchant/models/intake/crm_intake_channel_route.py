import json
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import consteq, ormcache

# key of a delivered lead -> target as in crm.import.column
PAYLOAD = {
    "company": "company",
    "contact": "contact",
    "phone": "phone",
    "email": "email",
    "job": "function",
    "province": "state",
    "city": "city",
    "address": "street",
    "industry": "industry",
    "product": "product",
    "budget": "budget",
    "credit_code": "credit_code",
    "website": "website",
    "need": "note",
}
MAX_UNKNOWN = 30
MAX_VALUE = 2000


class IntakeChannel(models.Model):
    """Which channel something comes in by, and what the channel writes on it."""

    _inherit = "crm.intake.channel"

    @api.model
    def _of_token(self, token, kinds):
        """The active channel of an address (superuser), none if there is none of these kinds."""
        channel = self.sudo().search([("token", "=", token), ("kind", "in", kinds)], limit=1)
        return channel if channel and consteq(channel.token, token) else channel.browse()

    @api.model
    @ormcache()
    def _catching_rows(self):
        """(id, company, medium, source or False) of the channels that take leads made elsewhere; asked at each new
        lead, so kept in memory."""
        channels = self.sudo().search([("catch_created", "=", True)])
        return tuple((c.id, c.company_id.id, c.medium_id.id, c.source_id.id) for c in channels)

    @api.model
    def _of_created(self, lead):
        """The channel that takes a lead made elsewhere: first the one of its source, then one that names none; a lead
        that names no source fits each."""
        company = (lead.company_id or self.env.company).id
        fitting = [
            (source != lead.source_id.id, channel_id)
            for channel_id, company_id, medium, source in self._catching_rows()
            if company_id == company
            and medium == lead.medium_id.id
            and (not source or source == lead.source_id.id or not lead.source_id)
        ]
        return self.sudo().browse(min(fitting)[1] if fitting else ())

    @api.model
    def _of_team_alias(self, team_id):
        """The channel of a team's mail alias."""
        if not team_id:
            return self.browse()
        return self.sudo().search([("kind", "=", "mail"), ("team_id", "=", team_id)], limit=1)

    def _prepare_origin_vals(self):
        """Where a lead of this channel comes from; written only where it says nothing itself."""
        self.ensure_one()
        return {
            "source_id": self.source_id.id,
            "medium_id": self.medium_id.id,
            "campaign_id": self.campaign_id.id,
        }

    def _prepare_lead_vals(self, vals):
        """Values of a lead of this channel.

        :param vals: what is known of it; its own source, medium and campaign win
        """
        origin = {name: value for name, value in self._prepare_origin_vals().items() if value and not vals.get(name)}
        return {
            "type": "lead",
            "user_id": False,
            "team_id": False,
            **vals,
            **origin,
            "company_id": self.company_id.id,
            "intake_channel_id": self.id,
        }

    @api.model
    def _form_number(self):
        """A number for one opened form."""
        return secrets.token_urlsafe(12)

    def _read_payload(self, payload):
        """What a delivered lead says. A module for one platform extends this to read that platform's own form.

        :param payload: dict as it came
        :return: (number of the sender or "", cells as of ``crm.lead._intake_read``); keys that are not known become notes
        """
        self.ensure_one()
        number = payload.get("external_id")
        number = str(number)[:120] if isinstance(number, str | int) and not isinstance(number, bool) else ""
        cells, unknown = [], []
        for key, value in payload.items():
            if value in (None, "", [], {}) or key == "external_id":
                continue
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
            if key in PAYLOAD:
                cells.append((key, PAYLOAD[key], text[:MAX_VALUE]))
            elif len(unknown) < MAX_UNKNOWN:
                unknown.append((str(key)[:60], "note", text[:MAX_VALUE]))
        return number, cells + unknown

    def _refusal(self, sender=""):
        """Why nothing more is taken for the moment: ``minute``, ``sender``, or "" if it is.

        Counts what was accepted, in two queries of an index. Requests at the same moment may go beyond the limit by the
        number of the server's processes.
        """
        self.ensure_one()
        Receipt = self.env["crm.intake.receipt"].sudo()
        now = fields.Datetime.now()
        recent = [("channel_id", "=", self.id), ("moment", ">", now - timedelta(minutes=1))]
        if Receipt.search_count(recent, limit=self.minute_limit) >= self.minute_limit:
            return "minute"
        if sender:
            own = [("channel_id", "=", self.id), ("sender", "=", sender), ("moment", ">", now - timedelta(hours=1))]
            if Receipt.search_count(own, limit=self.sender_limit) >= self.sender_limit:
                return "sender"
        return ""
