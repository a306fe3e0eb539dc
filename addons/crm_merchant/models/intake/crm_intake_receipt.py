from datetime import timedelta

from psycopg2 import errors

from odoo import api, fields, models
from odoo.tools import hmac, mute_logger

KEEP_DAYS = 400
KEEP_SENDER_DAYS = 7


class IntakeReceipt(models.Model):
    """What came in by a channel, one row each, without a word of its contents.

    Its unique indexes are what refuses a replayed request and takes a repeated one only once.
    """

    _name = "crm.intake.receipt"
    _description = "Receipt of a Channel"
    _order = "id desc"
    _rec_name = "moment"
    _log_access = False

    channel_id = fields.Many2one("crm.intake.channel", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    moment = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    outcome = fields.Selection(
        [
            ("open", "Being Taken In"),
            ("created", "New Lead"),
            ("merged", "Added to a Lead"),
            ("held", "There Already"),
            ("repeat", "Sent Again"),
            ("spam", "Robot"),
        ],
        required=True,
        readonly=True,
    )
    external_id = fields.Char("Number of the Sender", readonly=True)
    nonce = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    sender = fields.Char(readonly=True, groups=fields.NO_ACCESS, help="Fingerprint of the network address, kept a week")

    _nonce_uniq = models.UniqueIndex("(channel_id, nonce) WHERE nonce IS NOT NULL")
    _external_uniq = models.UniqueIndex(
        "(channel_id, external_id) WHERE external_id IS NOT NULL AND outcome != 'repeat'"
    )
    _moment_idx = models.Index("(channel_id, moment)")
    _sender_idx = models.Index("(channel_id, sender, moment) WHERE sender IS NOT NULL")

    @api.model
    def _open(self, channel, external_id="", nonce="", sender=""):
        """Takes note of a request before anything is done about it.

        :return: (row or None, ``""``, ``replay`` if the nonce was used before, ``repeat`` if the sender's number was)
        """
        vals = {"channel_id": channel.id, "outcome": "open", "nonce": nonce or False, "sender": sender or False}
        for outcome, number in (("open", external_id or False), ("repeat", external_id)):
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    row = self.sudo().create({**vals, "outcome": outcome, "external_id": number})
                    row.flush_recordset()
                return row, "repeat" if outcome == "repeat" else ""
            except errors.UniqueViolation as error:
                if "nonce" in (error.diag.constraint_name or ""):
                    return None, "replay"
        return None, "replay"

    @api.model
    def _sender_mark(self, address):
        """Fingerprint of a network address: tells the same from another, and no more."""
        return hmac(self.env(su=True), "crm_merchant.intake_sender", address)[:24] if address else ""

    @api.autovacuum
    def _gc_receipts(self):
        now = fields.Datetime.now()
        self.sudo().search([("moment", "<", now - timedelta(days=KEEP_DAYS))], limit=10000).unlink()
        stale = [("moment", "<", now - timedelta(days=KEEP_SENDER_DAYS)), ("sender", "!=", False)]
        self.sudo().search(stale, limit=10000).write({"sender": False})
