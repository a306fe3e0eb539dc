from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestSwitchOn(BridgeCase):
    def setUp(self):
        super().setUp()
        self.connection._switch("off")
        # a day of the manager's zone: what is dated earlier would be an opening item
        day = fields.Date.context_today(self.connection.with_user(self.manager))
        self.moves = self.invoice(count=3, invoice_date=day)
        self.env["finance.mapping"].flush_model()

    def wizard(self, **vals):
        return (
            self.env["finance.switch.on"]
            .with_user(self.manager)
            .create({"connection_id": self.connection.id, "is_nothing_open": True, **vals})
        )

    def test_from_now_on_sends_nothing_old(self):
        wizard = self.wizard()
        self.assertEqual(wizard.move_count, 0)
        wizard.action_confirm()
        self.assertEqual(self.connection.state, "on")
        self.assertFalse(self.outbox.search([]))
        today = self.moves[:1].invoice_date
        self.assertEqual(self.connection.start_date, today)
        self.assertTrue(self.row(self.invoice(invoice_date=today)))
        self.assertFalse(self.row(self.invoice(invoice_date=fields.Date.subtract(today, days=1))))

    def test_from_a_day_on_shows_and_sends_once(self):
        wizard = self.wizard(is_from_now=False, start_date=fields.Date.today())
        mine = self.env["account.move"].search_count(wizard._get_moves_domain())
        self.assertEqual(wizard.move_count, mine)
        wizard.action_confirm()
        self.assertEqual(len(self.outbox.search([("kind", "=", "receivable"), ("res_id", "in", self.moves.ids)])), 3)
        again = self.wizard(is_from_now=False, start_date=fields.Date.today())
        self.assertEqual(again.move_count, 0)
        self.deliver()
        for move in self.moves:
            self.assertExactlyOnce(move)

    def test_button_opens_the_form(self):
        action = self.connection.with_user(self.manager).action_switch_on()
        form = Form(self.env[action["res_model"]].with_user(self.manager).with_context(**action["context"]))
        self.assertTrue(form.is_from_now)
        self.assertEqual(self.connection.state, "off")

    def test_what_was_posted_while_it_was_off_is_sent_when_it_is_on_again(self):
        today = self.moves[:1].invoice_date
        self.wizard().action_confirm()
        waiting = self.invoice(invoice_date=today)
        sent = self.invoice(
            invoice_date=today, partner=self.env["res.partner"].create({"name": "甲", "is_company": True})
        )
        self.connection._switch("off")
        # taken back, corrected and posted again: the row of the first time is no longer any
        waiting.button_draft()
        waiting.action_post()
        meanwhile = self.invoice(invoice_date=today)
        free = self.invoice(amount=0, invoice_date=today)
        action = self.connection.with_user(self.manager).action_switch_on()
        form = Form(self.env["finance.switch.on"].with_user(self.manager).with_context(**action["context"]))
        self.assertEqual((form.is_from_now, form.start_date), (False, today))
        self.assertFalse(form.is_unread)
        wizard = form.save()
        self.assertIn(waiting, wizard._get_moves())
        self.assertNotIn(free, wizard._get_moves())
        wizard.action_confirm()
        self.deliver()
        for move in (waiting, sent, meanwhile):
            self.assertExactlyOnce(move)
        self.assertFalse(self.row(free))

    def test_who_changed_while_it_was_off_is_changed_over_there(self):
        self.wizard().action_confirm()
        self.invoice(invoice_date=self.moves[:1].invoice_date)
        self.deliver()
        self.connection._switch("off")
        self.partner.name = "苏州华芯智能装备有限公司"
        self.wizard(is_from_now=True).action_confirm()
        self.deliver()
        self.assertEqual(self.erp.with_number(self.row(self.partner).number)[0]["payload"]["name"], self.partner.name)

    def test_who_is_on_is_not_archived(self):
        self.wizard().action_confirm()
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.connection.action_archive()
            self.env.flush_all()
        self.connection._switch("off")
        self.connection.action_archive()
        self.env.flush_all()
