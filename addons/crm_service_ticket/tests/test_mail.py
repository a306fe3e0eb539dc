from odoo.tests import freeze_time, tagged

from .common import ServiceCase

MAIL = """Return-Path: <{sender}>
From: {sender}
To: {to}
Subject: {subject}
Message-Id: <{number}@mail.example.com>
{more}Content-Type: text/plain; charset=utf-8

{body}
"""


@tagged("post_install", "-at_install")
class TestMail(ServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].create({"name": "our.example.com"})
        cls.env.company.alias_domain_id = domain
        cls.team.write({"alias_name": "help", "alias_domain_id": domain.id})
        cls.number = 0

    def _mail(self, sender, body="设备停机", subject="停机", to="help@our.example.com", more=""):
        type(self).number += 1
        text = MAIL.format(sender=sender, to=to, subject=subject, number=self.number, body=body, more=more)
        ticket_id = self.env["mail.thread"].message_process(False, text)
        return self.env["service.ticket"].browse(ticket_id)

    def test_a_mail_makes_a_ticket(self):
        ticket = self._mail("buyer <buyer@example.com>")
        self.assertEqual((ticket.partner_id, ticket.channel), (self.portal.partner_id, "mail"))
        self.assertEqual((ticket.subject, ticket.team_id, ticket.user_id), ("停机", self.team, self.agent))
        self.assertIn("设备停机", ticket.description)
        self.assertFalse(ticket.responded_at)
        self.assertTrue(ticket.with_user(self.portal).has_access("read"))
        self.assertFalse(ticket.with_user(self.stranger).has_access("read"))

    def test_who_is_not_known_has_no_customer(self):
        ticket = self._mail("nobody@nowhere.example.com")
        self.assertFalse(ticket.partner_id)
        self.assertEqual(ticket.email_from, "nobody@nowhere.example.com")
        for user in (self.portal, self.stranger):
            self.assertFalse(ticket.with_user(user).search([("id", "=", ticket.id)]))
        # he still hears of the solution
        ticket.with_user(self.agent).action_solve("请重启")
        message = ticket.message_ids.filtered("outgoing_email_to")
        self.assertEqual(message.outgoing_email_to, "nobody@nowhere.example.com")

    def test_a_colleague_is_no_customer(self):
        ticket = self._mail(self.users["sales_rep"].email)
        self.assertFalse(ticket.partner_id)

    def _reply(self, ticket, sender):
        message = self._answer(ticket, "请问报警号?")
        return self._mail(sender, "E104", more=f"In-Reply-To: {message.message_id}\n")

    def test_an_answer_goes_on_with_the_work(self):
        ticket = self._mail("buyer@example.com")
        mine = ticket.with_user(self.agent)
        self._answer(ticket)
        mine.action_wait()
        self.assertEqual(self._reply(ticket, "buyer@example.com"), ticket)
        self.assertEqual(ticket.state, "in_progress")
        mine.action_solve("清除报警")
        self._reply(ticket, "buyer@example.com")
        self.assertEqual((ticket.state, ticket.reopen_count), ("in_progress", 1))

    def test_an_answer_after_its_days_asks_the_leader(self):
        with freeze_time("2026-03-02 02:00:00"):
            ticket = self._solved()
        with freeze_time("2026-04-02 02:00:00"):
            self._customer_says(ticket, "又响了")
        self.assertEqual(ticket.state, "solved")
        self.assertEqual(ticket.activity_ids.user_id, self.lead)

    def test_what_counts_as_the_first_answer(self):
        ticket = self._ticket()
        self._customer_says(ticket)
        self._answer(ticket, "先看图纸", subtype="mail.mt_note")
        ticket.with_user(self.agent).message_post(body="", message_type="comment", subtype_xmlid="mail.mt_comment")
        ticket.with_user(self.agent).message_post(body="x", subtype_xmlid="mail.mt_comment")
        # somebody who only claims to be one of us
        ticket.with_user(self.portal).sudo().message_post(
            body="x", message_type="comment", subtype_xmlid="mail.mt_comment", author_id=self.agent.partner_id.id
        )
        self.assertFalse(ticket.responded_at)
        self._answer(ticket)
        self.assertTrue(ticket.responded_at)
        first = ticket.responded_at
        with freeze_time("2030-01-01"):
            self._answer(ticket, "再次")
        self.assertEqual(ticket.responded_at, first)

    def test_a_mail_of_ours_is_an_answer(self):
        ticket = self._mail("buyer@example.com")
        message = ticket.message_ids.filtered(lambda message: message.message_type == "email")
        self._mail(self.agent.email, "马上处理", more=f"In-Reply-To: {message.message_id}\n")
        self.assertTrue(ticket.responded_at)

    def test_a_call_is_answered_by_itself(self):
        self.assertTrue(self._ticket(channel="phone").responded_at)

    def test_answers_come_back_through_the_team(self):
        message = self._answer(self._ticket())
        self.assertIn("help@our.example.com", message.reply_to)

    def test_customers_write_no_notes(self):
        ticket = self._ticket()
        message = ticket.with_user(self.portal).message_post(
            body="x", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))

    def test_notes_stay_in_the_house(self):
        ticket = self._ticket()
        note = self._answer(ticket, "客户欠款，先别派人", subtype="mail.mt_note")
        word = self._answer(ticket, "工程师明天到")
        messages = self.env["mail.message"].with_user(self.portal)
        found = messages.search([("model", "=", ticket._name), ("res_id", "=", ticket.id)])
        self.assertIn(word, found)
        self.assertNotIn(note, found)
        self.assertNotIn(self.portal.partner_id, note.notified_partner_ids)
        self.assertIn(self.portal.partner_id, word.notified_partner_ids)
        # nor what is tracked
        self.assertFalse(found.sudo().tracking_value_ids)
