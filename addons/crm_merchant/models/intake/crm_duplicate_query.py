from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...lib.phone import mask, parse_phone

LIMIT_PARAMETER = "crm_merchant.duplicate_checks_per_hour"
DEFAULT_LIMIT = 60


class DuplicateQuery(models.Model):
    """Who checked what for duplicates, and how often. Whoever tries numbers one after the other is seen here."""

    _name = "crm.duplicate.query"
    _description = "Duplicate Check on Record"
    _order = "id desc"
    _rec_name = "query"
    _log_access = False

    moment = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now, index=True)
    user_id = fields.Many2one("res.users", "Checked By", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    query = fields.Char("Looked For", readonly=True, help="A phone number with its middle hidden, else the name")
    hit_count = fields.Integer("Found", readonly=True)

    _user_moment_idx = models.Index("(user_id, moment)")

    @api.model
    def _check_rate(self):
        """Refuses whoever has checked more often within an hour than the company allows.

        :raises UserError: with the limit
        """
        limit = int(self.env["ir.config_parameter"].sudo().get_param(LIMIT_PARAMETER) or DEFAULT_LIMIT)
        since = fields.Datetime.now() - timedelta(hours=1)
        if self.sudo().search_count([("user_id", "=", self.env.uid), ("moment", ">", since)]) >= limit:
            raise UserError(
                self.env._(
                    "%(limit)s checks an hour are allowed. For a whole list, ask a supervisor to import it.",
                    limit=limit,
                )
            )

    @api.model
    def _record(self, text, hit_count):
        is_phone = bool(parse_phone(text).e164)
        self.sudo().create(
            {
                "user_id": self.env.uid,
                "company_id": self.env.company.id,
                "query": mask(text) if is_phone else text[:100],
                "hit_count": hit_count,
            }
        )
