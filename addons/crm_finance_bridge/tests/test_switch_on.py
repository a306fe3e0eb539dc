from odoo import fields
from odoo.tests import Form, tagged

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
            self.env["finance.switch.on"].with_user(self.manager).create({"connection_id": self.connection.id, **vals})
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
