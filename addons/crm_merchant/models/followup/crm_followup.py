"""Follow-ups: what was done about a lead or customer, by whom, and what comes next.

Nobody has a right to write them: people use ``action_followup_write`` of the record, everything else ``_followup_fact``.
Only those that count (``is_effective``) move the clocks.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

KINDS = [
    ("call", "Call"),
    ("visit", "Visit"),
    ("meeting", "Meeting"),
    ("mail", "Mail"),
    ("message", "WeChat"),
    ("quote", "Quotation"),
    ("other", "Other"),
]
HOURS_TO_CORRECT = 24


class CrmFollowup(models.Model):
    _name = "crm.followup"
    _description = "Follow-up"
    _order = "moment desc, id desc"
    _rec_name = "content"
    _check_company_auto = True

    lead_id = fields.Many2one("crm.lead", readonly=True, index="btree_not_null", ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    user_id = fields.Many2one("res.users", "By", required=True, readonly=True, index=True, ondelete="restrict")
    kind = fields.Selection(KINDS, "Way", required=True, readonly=True)
    content = fields.Text(readonly=True)
    moment = fields.Datetime(required=True, readonly=True)
    next_step = fields.Char(readonly=True)
    next_date = fields.Date("On", readonly=True)
    evidence_model = fields.Char(readonly=True)
    evidence_id = fields.Many2oneReference(model_field="evidence_model", readonly=True)
    is_effective = fields.Boolean("Counts", readonly=True, help="Keeps the record with its holder")
    verdict = fields.Selection(
        [
            ("fact", "A fact is linked"),
            ("checked", "Says what was done and what comes next"),
            ("short", "Says too little"),
            ("repeated", "Nearly the same as one of your last notes"),
            ("no_next", "Next step or its date is missing"),
            ("way", "This way does not count in its pool"),
        ],
        "Reason",
        required=True,
        readonly=True,
    )
    correctable = fields.Boolean(compute="_compute_correctable")

    _person_idx = models.Index("(user_id, moment)")
    # a meeting or mail is counted once, whoever comes upon it first
    _evidence_uniq = models.UniqueIndex(
        "(evidence_model, evidence_id, COALESCE(lead_id, 0)) WHERE evidence_id IS NOT NULL",
        "This is already counted as a follow-up.",
    )

    @api.depends_context("uid")
    def _compute_correctable(self):
        for followup in self:
            followup.correctable = followup._may_correct()

    @api.model_create_multi
    def create(self, vals_list):
        followups = super().create(vals_list)
        followups._tell_records()
        return followups

    def _tell_records(self):
        """Moves the clocks of the records of those that count. By a way that the pool leaves out nothing is kept, but who
        waits for an answer has got one."""
        for moment, batch in self.filtered("is_effective").grouped("moment").items():
            batch.lead_id._followup_done(moment)
        for moment, batch in self.filtered(lambda f: f.verdict == "way").grouped("moment").items():
            batch.lead_id._response_answered(moment)

    # -- correcting -------------------------------------------------------------------------------

    def _may_correct(self):
        self.ensure_one()
        fresh = self.create_date and self.create_date > fields.Datetime.now() - timedelta(hours=HOURS_TO_CORRECT)
        return bool(fresh and self.user_id == self.env.user and not self.evidence_id)

    def action_correct(self, content, next_step="", next_date=False):
        """Rewrites one's own note within a day; afterwards nobody changes it.

        :raises AccessError: somebody else's
        :raises UserError: too late
        """
        self.ensure_one()
        self.check_access("read")
        if self.user_id != self.env.user:
            raise AccessError(self.env._("Only its writer can correct a follow-up."))
        if not self._may_correct():
            raise UserError(self.env._("A follow-up can be corrected for a day. Write a new one instead."))
        vals = self._prepare_note_vals(content, next_step, next_date, skip=self)
        self.sudo().write(self._record()._followup_weigh(self.kind, vals))
        self.sudo()._tell_records()
        self._record()._followup_plan_next(self)
        return True

    def _record(self):
        """The lead, or what else it was about."""
        return self.lead_id
