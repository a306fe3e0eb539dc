from odoo import fields, models
from odoo.tools import is_html_empty


class ServiceTicket(models.Model):
    """Mail that makes tickets, and what a message changes: an answer stops the first clock, a customer's word goes on
    with the work."""

    _inherit = "service.ticket"

    def message_new(self, msg_dict, custom_values=None):
        """A mail to a team's address. Who is not known gets a ticket without a customer, which no portal shows."""
        values = dict(custom_values or {})
        team = self.env["service.team"].sudo().browse(values.get("team_id"))
        author = self.env["res.partner"].sudo().browse(msg_dict.get("author_id"))
        values |= {
            "subject": msg_dict.get("subject") or self.env._("(no subject)"),
            "description": msg_dict.get("body"),
            "email_from": msg_dict.get("email_from"),
            "partner_id": author.id if author.partner_share else False,
            "company_id": team.company_id.id or self.env.company.id,
            "channel": "mail",
        }
        return super().message_new(msg_dict, custom_values=values)

    def _notify_get_reply_to(self, default=None, author_id=False):
        """Answers come back through the address of the team."""
        aliases = self.sudo().team_id._notify_get_reply_to(default=default, author_id=author_id)
        found = {ticket.id: aliases[ticket.sudo().team_id.id] for ticket in self if ticket.sudo().team_id}
        others = self.filtered(lambda ticket: ticket.id not in found)
        if others:
            found |= super(ServiceTicket, others)._notify_get_reply_to(default=default, author_id=author_id)
        return found

    def message_post(self, **kwargs):
        if self.env.user.share:
            # customers speak to us and never write what stays in the house
            kwargs.pop("subtype_id", None)
            kwargs["subtype_xmlid"] = "mail.mt_comment"
        return super().message_post(**kwargs)

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        words = not is_html_empty(message.body) or message.attachment_ids
        if message.message_type in ("comment", "email") and words and self._is_public(message):
            if self._is_ours(message):
                self._on_answered()
            else:
                self._on_customer_word()
        return result

    def _is_public(self, message):
        """Whether the customer can read ``message``."""
        return message.subtype_id == self.env.ref("mail.mt_comment") and not message.is_internal

    def _is_ours(self, message):
        """Whether one of us wrote ``message``; the author of a message is taken on trust only from one of us."""
        if self.env.user.share or not message.author_id:
            return False
        return any(not user.share for user in message.author_id.sudo().with_context(active_test=False).user_ids)

    def _on_answered(self):
        """Door of the first answer: one of us wrote to the customer."""
        fresh = self.sudo().filtered(lambda ticket: not ticket.responded_at)
        fresh._through_door("responded_at").write({"responded_at": fields.Datetime.now()})

    def _on_customer_word(self):
        """The customer wrote: work goes on, and what was solved opens again while its days last."""
        for ticket in self.sudo():
            if ticket.state == "waiting_customer":
                ticket._ticket_transition("start")
            elif ticket._can_reopen():
                ticket._ticket_transition("reopen")
            elif ticket.state in ("solved", "closed", "cancelled"):
                ticket._ask_leaders(
                    lambda env: env._("The customer wrote after the ticket was ended"),
                    lambda env: env._("Customers wrote to ended tickets"),
                )

    def _send_solution(self):
        """Tells the customer the solution and asks for his rating."""
        self.ensure_one()
        if self.partner_id:
            template = self.env.ref("crm_service_ticket.mail_template_solved")
            self.sudo().rating_send_request(template, lang=self.partner_id.lang, force_send=False)
        elif self.email_from:
            self.message_post(
                body=self.solution,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                outgoing_email_to=self.email_from,
            )
