from odoo import fields, models
from odoo.tools import html2plaintext

WAYS = {"phonecall": "call", "meeting": "meeting", "upload_file": "other"}


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """A to-do done on a lead or customer is a follow-up, judged by what was written when it was ticked off.

        Our own reminders are none: ticking one off would be the cheapest follow-up of all.
        """
        models_with_clock = self.env["crm.pool"]._pool_models()
        done = [
            (activity, self.env[activity.res_model].browse(activity.res_id)._pool_subjects())
            for activity in self
            if activity.res_model in models_with_clock and activity.active and not activity._is_reminder_of_ours()
        ]
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        for activity, record in done:
            if record.exists() and self.env["crm.pool.mixin"]._is_person(self.env.user):
                activity._followup_of_todo(record, feedback or "")
        return result

    def _is_reminder_of_ours(self):
        self.ensure_one()
        return self.activity_type_id in self.env["crm.pool.mixin"]._reminder_kinds()

    def _followup_of_todo(self, record, feedback):
        self.ensure_one()
        event = self.sudo().calendar_event_id
        if event and event._is_held():
            record._followup_fact("meeting", event.name, event, user=self.env.user)
            return
        planned = self.sudo().search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("user_id", "in", (self.env.uid, False)),
                ("date_deadline", ">=", fields.Date.context_today(self)),
                ("activity_type_id", "not in", record._reminder_kinds().ids),
            ],
            order="date_deadline",
            limit=1,
        )
        followups = self.env["crm.followup"]
        text = html2plaintext(feedback)
        next_step = planned.summary or planned.activity_type_id.name or ""
        vals = followups._prepare_note_vals(text, next_step, planned.date_deadline)
        title = self.summary or self.activity_type_id.name or ""
        vals["content"] = ": ".join(filter(None, (title, text)))
        kind = WAYS.get(self.activity_type_id.category, "other")
        followups.sudo().create({**record._prepare_followup_vals(kind), **vals})
