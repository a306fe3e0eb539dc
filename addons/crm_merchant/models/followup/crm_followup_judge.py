from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...lib.followup_text import judge

RECENT_NOTES = 20
RECENT_DAYS = 60
FARTHEST_DAYS = 366


class CrmFollowup(models.Model):
    """有效跟进: which notes keep a record with its holder."""

    _inherit = "crm.followup"

    @api.model
    def _prepare_note_vals(self, content, next_step, next_date, skip=None):
        """Values of a note by the current user and the verdict on it.

        :param next_date: date, text in ISO form, or empty
        :param skip: a follow-up that it replaces, which it is not compared with
        """
        try:
            next_date = fields.Date.to_date(next_date or False)
        except ValueError:
            raise UserError(self.env._("“%(value)s” is not a date.", value=next_date)) from None
        verdict = self._judge(content, next_step, next_date, skip)
        return {
            "content": (content or "").strip(),
            "next_step": (next_step or "").strip(),
            "next_date": next_date,
            "verdict": verdict,
            "is_effective": verdict == "checked",
        }

    @api.model
    def _judge(self, content, next_step, next_date, skip=None):
        """Code of ``verdict`` for a note without a linked fact."""
        company = self.env.company.sudo()
        verdict = judge(
            content or "",
            self._recent_notes(skip),
            least=company.followup_least_letters,
            alike=company.followup_alike_percent / 100,
        )
        if verdict:
            return verdict
        today = fields.Date.context_today(self)
        soon = next_date and today <= next_date <= today + timedelta(days=FARTHEST_DAYS)
        return "checked" if soon and len((next_step or "").strip()) >= 2 else "no_next"

    @api.model
    def _recent_notes(self, skip=None):
        """The current user's last notes, whatever they were about."""
        domain = fields.Domain(
            [
                ("user_id", "=", self.env.uid),
                ("moment", ">", fields.Datetime.now() - timedelta(days=RECENT_DAYS)),
                ("evidence_id", "=", False),
            ]
        )
        if skip:
            domain &= fields.Domain("id", "not in", skip.ids)
        return self.sudo().search(domain, limit=RECENT_NOTES).mapped("content")
