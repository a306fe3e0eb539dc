from collections import defaultdict

from markupsafe import Markup

from odoo import api, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    @api.model
    def _merchant_schedule_quietly(self, vals_list, subject):
        """Creates many to-dos and tells each person once.

        Odoo mails each to-do by itself: 500 of them take 12 s. Here they appear in the people's lists, and one
        message a person names them.

        :param vals_list: values of ``mail.activity``; each with ``res_model_id``, ``res_id``, ``user_id``, ``summary``
        :param subject: subject of the message, already in words for people
        :return: the new activities
        """
        activities = self.sudo().with_context(mail_activity_quick_update=True).create(vals_list)
        activities = activities.with_env(self.env)
        summaries = defaultdict(list)
        for activity in activities.sudo():
            if activity.user_id != self.env.user:
                summaries[activity.user_id.partner_id].append(activity.summary or activity.res_name or "")
        for partner, lines in summaries.items():
            items = Markup().join(Markup("<li>%s</li>") % line for line in lines[:20])
            more = self.env._("… and %(count)s more", count=len(lines) - 20) if len(lines) > 20 else ""
            self.env["mail.thread"].message_notify(
                partner_ids=partner.ids,
                subject=subject,
                body=Markup("<ul>%s</ul>%s") % (items, more),
            )
        return activities
