from collections import defaultdict

from markupsafe import Markup

from odoo import api, models

from .mail_thread import QUIET, QUIET_KEY

MOST_LINES = 20


class MailActivity(models.Model):
    _inherit = "mail.activity"

    @api.model
    def _merchant_schedule_quietly(self, vals_list, subject):
        """Creates many to-dos and tells each person once.

        Odoo mails each to-do by itself: 500 of them take 12 s. Here they appear in the people's lists, and one
        message a person names them.

        Nobody begins to follow a record because he is reminded of it.

        :param vals_list: values of ``mail.activity``; each with ``res_model_id``, ``res_id``, ``user_id``, ``summary``
            (and ``res_name``, or it is read record by record)
        :param subject: subject of the message
        :return: the new activities

        Summaries and the subject are texts, or functions that give the text for an environment: a job has no language,
        each person reads his own.
        """
        if not vals_list:
            return self.browse()
        # Odoo takes the name of the model from its record; who says it here saves the reading
        named = {vals["res_model_id"]: vals["res_model"] for vals in vals_list if vals.get("res_model")}
        kinds = self.env["ir.model"].browse(named)
        kinds._fields["model"]._insert_cache(kinds, named.values())
        quiet = self.sudo().with_context(mail_activity_quick_update=True, **{QUIET_KEY: QUIET})
        # Odoo would find the zone afterwards and write each row once more
        users = {user.id: user for user in self.env["res.users"].sudo().browse({vals["user_id"] for vals in vals_list})}
        activities = quiet.create(
            [
                {
                    **vals,
                    "user_tz": users[vals["user_id"]].tz,
                    "summary": self._merchant_words(vals["summary"], users[vals["user_id"]]),
                }
                for vals in vals_list
            ]
        )
        activities = activities.with_env(self.env)
        summaries = defaultdict(list)
        for activity in activities.sudo():
            if activity.user_id != self.env.user:
                summaries[activity.user_id].append(activity.summary or activity.res_name or "")
        bodies = {user: self._merchant_digest(lines, user) for user, lines in summaries.items()}
        self._merchant_send_digests(bodies, subject)
        return activities

    @api.model
    def _merchant_words(self, words, user):
        """A text, or what a function says in the language of a user."""
        return words(self.with_context(lang=user.lang or self.env.lang).env) if callable(words) else words

    @api.model
    def _merchant_digest(self, lines, user):
        items = Markup().join(Markup("<li>%s</li>") % line for line in lines[:MOST_LINES])
        rest = len(lines) - MOST_LINES
        more = self._merchant_words(lambda env: env._("… and %(count)s more", count=rest), user) if rest > 0 else ""
        return Markup("<ul>%s</ul>%s") % (items, more)

    @api.model
    def _merchant_send_digests(self, bodies, subject):
        """One message a person, to his inbox or by mail as he has chosen, all written together.

        :param bodies: dict of user -> html
        :param subject: text or function, as for :meth:`_merchant_schedule_quietly`
        """
        if not bodies:
            return
        author = self.env.user.sudo().partner_id
        messages = (
            self.env["mail.message"]
            .sudo()
            .create(
                [
                    {
                        "message_type": "user_notification",
                        "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
                        "subject": self._merchant_words(subject, user),
                        "body": body,
                        "author_id": author.id,
                        "email_from": author.email_formatted,
                        "partner_ids": [(6, 0, user.partner_id.ids)],
                        "email_add_signature": False,
                    }
                    for user, body in bodies.items()
                ]
            )
        )
        mailed = {
            user: message
            for user, message in zip(bodies, messages, strict=True)
            if user.notification_type == "email" and user.email
        }
        mails = (
            self.env["mail.mail"]
            .sudo()
            .create(
                [
                    {
                        "mail_message_id": message.id,
                        "body_html": message.body,
                        "recipient_ids": [(6, 0, user.partner_id.ids)],
                        "is_notification": True,
                        "auto_delete": True,
                        "state": "outgoing",
                    }
                    for user, message in mailed.items()
                ]
            )
        )
        mail_of = dict(zip(mailed, mails, strict=True))
        self.env["mail.notification"].sudo().create(
            [
                {
                    "mail_message_id": message.id,
                    "res_partner_id": user.partner_id.id,
                    "author_id": author.id,
                    "notification_type": "email" if user in mail_of else "inbox",
                    "notification_status": "ready" if user in mail_of else "sent",
                    "mail_mail_id": mail_of[user].id if user in mail_of else False,
                    "is_read": user in mail_of,
                }
                for user, message in zip(bodies, messages, strict=True)
            ]
        )
