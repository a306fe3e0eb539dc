from odoo import api, fields, models
from odoo.exceptions import UserError

from .crm_followup import KINDS


class PoolMixin(models.AbstractModel):
    """Writing follow-ups on a record."""

    _inherit = "crm.pool.mixin"

    followup_count = fields.Integer(compute="_compute_followup_count", groups="base.group_user")

    def _followup_field(self):
        """Name of the link in ``crm.followup`` to records of this model."""
        return "lead_id"

    def _compute_followup_count(self):
        name = self._followup_field()
        counts = dict(self.env["crm.followup"]._read_group([(name, "in", self.ids)], [name], ["__count"]))
        for record in self:
            record.followup_count = counts.get(record, 0)

    def action_followup_write(self, kind, content, next_step="", next_date=False):
        """写跟进: one note by the current user, judged at once.

        :param kind: one of ``crm.followup``'s ways
        :param content: what was said and agreed
        :param next_step: what comes next, and
        :param next_date: when; a to-do reminds of it
        :return: dict with ``id``, ``is_effective`` and the reason in words
        """
        self.ensure_one()
        self.check_access("write")
        if kind not in dict(KINDS):
            raise UserError(self.env._("Say in which way: call, visit, meeting, mail, WeChat or quotation."))
        if not (content or "").strip():
            raise UserError(self.env._("Say in a few words what was done."))
        followups = self.env["crm.followup"]
        vals = followups._prepare_note_vals(content, next_step, next_date)
        followup = followups.sudo().create({**self._prepare_followup_vals(kind), **self._followup_weigh(kind, vals)})
        self._followup_plan_next(followup)
        return self._followup_answer(followup)

    def _followup_weigh(self, kind, vals):
        """The verdict on a follow-up, once the pool of this record is asked whether its way counts."""
        if vals["is_effective"] and not self._followup_counts(kind):
            return {**vals, "is_effective": False, "verdict": "way"}
        return vals

    def _followup_counts(self, kind):
        """Whether this way counts in the pool of this record; without a pool each does."""
        pool = self.sudo().pool_id
        return not pool or pool[f"counts_{kind}"]

    def _followup_answer(self, followup):
        reason = dict(followup._fields["verdict"]._description_selection(self.env))[followup.verdict]
        return {"id": followup.id, "is_effective": followup.is_effective, "reason": reason}

    def _prepare_followup_vals(self, kind):
        self.ensure_one()
        return {
            self._followup_field(): self.id,
            "company_id": self.sudo().company_id.id or self.env.company.id,
            "user_id": self.env.uid,
            "kind": kind,
            "moment": fields.Datetime.now(),
        }

    def _followup_plan_next(self, followup):
        """The next step becomes a to-do; the one that this follow-up did is gone."""
        kind = self._reminder_kind("mail_activity_next_step")
        todos = self.env["mail.activity"].sudo()
        todos.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("activity_type_id", "=", kind.id),
                ("user_id", "=", self.env.uid),
            ]
        ).unlink()
        if followup.next_step and followup.next_date:
            todos.with_context(mail_activity_quick_update=True).create(
                {
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": self.id,
                    "activity_type_id": kind.id,
                    "user_id": self.env.uid,
                    "date_deadline": followup.next_date,
                    "summary": followup.next_step,
                }
            )

    def _followup_fact(self, kind, content, evidence, user=None, moment=None):
        """Follow-ups with a linked fact, which count without further checks; each fact once a record.

        :param kind: one of ``crm.followup``'s ways
        :param content: what it was, in words
        :param evidence: the record that proves it
        :param user: who did it, by default the current user
        :param moment: when, by default now
        :return: the new follow-ups (superuser)
        """
        followups = self.env["crm.followup"].sudo()
        name = self._followup_field()
        known = followups.search(
            [(name, "in", self.ids), ("evidence_model", "=", evidence._name), ("evidence_id", "=", evidence.id)]
        )
        return followups.create(
            [
                {
                    **record._prepare_followup_vals(kind),
                    "user_id": (user or self.env.user).id,
                    "moment": moment or fields.Datetime.now(),
                    "content": content,
                    "evidence_model": evidence._name,
                    "evidence_id": evidence.id,
                    **record._followup_weigh(kind, {"verdict": "fact", "is_effective": True}),
                }
                for record in self.sudo() - known[name]
            ]
        )

    def action_open_followups(self):
        """Opens the follow-ups of the record, the newest first."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_merchant.action_crm_followup")
        return {**action, "domain": [(self._followup_field(), "=", self.id)]}

    @api.model
    def _reminder_kinds(self):
        return super()._reminder_kinds() | self._reminder_kind("mail_activity_late")

    # -- mails ----------------------------------------------------------------------------------------

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        """A mail that really goes to the customer, or comes from him, is a follow-up."""
        recipients = super()._notify_thread(message, msg_vals=msg_vals, **kwargs)
        if len(self) == 1 and message.message_type in ("comment", "email", "email_outgoing"):
            self.sudo()._followup_of_mail(message.sudo(), recipients or [])
        return recipients

    @api.model
    def _is_person(self, user):
        return user.active and not user.share and user.id != api.SUPERUSER_ID

    def _followup_of_mail(self, message, recipients):
        """:param recipients: of ``_notify_get_recipients``"""
        author = message.author_id
        if self._is_person(self.env.user) and author == self.env.user.partner_id:
            mailed = self.env["res.partner"].browse([r["id"] for r in recipients if r["id"] and r["notif"] == "email"])
            if self._followup_is_customer(mailed, ""):
                self._followup_fact("mail", message.subject or message.preview or "", message)
        elif message.message_type == "email" and not self._is_person(self.env.user):
            # only the mail gateway comes here as nobody in particular; a user who forges the type does not
            if self._followup_is_customer(author, message.email_from or "") and self.user_id:
                self._followup_fact("mail", message.subject or message.preview or "", message, user=self.user_id)

    def _followup_is_customer(self, partners, email):
        """Whether one of ``partners`` (superuser), or who writes from ``email``, belongs to this record's customer."""
        return False
