"""To-dos reach somebody when the person who is responsible has left or lost the rights."""

from odoo import Command
from odoo.tests import tagged

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestStandIn(BridgeCase):
    def refused(self):
        self.erp.faults = {"save": ["refused"]}
        self.invoice()
        self.deliver()
        return self.row(self.partner)

    def night(self):
        self.connection._pass_on_todos()

    def test_who_has_left_gets_none(self):
        self.clerk.active = False
        row = self.refused()
        self.assertEqual(row.activity_ids.user_id, self.manager)
        self.assertIn(self.manager.name, self.connection.with_user(self.manager).stand_in_note)
        self.assertIn(self.clerk.name, self.connection.with_user(self.manager).stand_in_note)

    def test_who_lost_the_rights_gets_none(self):
        self.clerk.group_ids -= self.env.ref("crm_merchant.group_finance_clerk")
        self.assertEqual(self.refused().activity_ids.user_id, self.manager)

    def test_who_left_the_company_gets_none(self):
        other = self.env["res.company"].create({"name": "别的公司"})
        self.clerk.write({"company_id": other.id, "company_ids": [Command.set(other.ids)]})
        self.assertEqual(self.refused().activity_ids.user_id, self.manager)

    def test_without_anybody_in_finance_an_administrator_does(self):
        finance = self.env.ref("crm_merchant.group_finance_manager") + self.env.ref("crm_merchant.group_finance_clerk")
        finance.all_user_ids.active = False
        self.assertEqual(self.refused().activity_ids.user_id, self.users["suite_admin"])

    def test_as_long_as_he_is_there_nothing_is_said(self):
        self.assertEqual(self.refused().activity_ids.user_id, self.clerk)
        self.assertFalse(self.connection.with_user(self.manager).stand_in_note)
        self.night()
        self.assertEqual(len(self.row(self.partner).activity_ids), 1)

    def test_todos_that_vanished_with_him_come_again_at_night(self):
        row = self.refused()
        self.clerk.action_archive()
        self.assertFalse(row.activity_ids)
        self.night()
        self.assertEqual(row.activity_ids.user_id, self.manager)
        self.night()
        self.assertEqual(len(row.activity_ids), 1)

    def test_todos_that_nobody_sees_are_passed_on(self):
        row = self.refused()
        self.connection._pause("The secret is wrong.")
        note = row.activity_ids.note
        # without the button: they stay, and nobody sees them
        self.clerk.write({"active": False})
        self.assertEqual(row.activity_ids.user_id, self.clerk)
        self.night()
        self.assertEqual((row.activity_ids.user_id, row.activity_ids.note), (self.manager, note))
        self.assertEqual(self.connection.activity_ids.user_id, self.manager)

    def test_the_next_one_hears_of_what_is_stopped(self):
        row = self.refused()
        self.clerk.action_archive()
        self.connection.responsible_id = self.users["suite_admin"]
        self.assertEqual(row.activity_ids.user_id, self.users["suite_admin"])
