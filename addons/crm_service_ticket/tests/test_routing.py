from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ServiceCase


@tagged("post_install", "-at_install")
class TestRouting(ServiceCase):
    def test_who_has_least_gets_the_next(self):
        first, second, third = (self._ticket() for _index in range(3))
        self.assertEqual((first | second).user_id, self.agent | self.second)
        self.assertEqual(third.user_id, self.agent)
        third.with_user(self.agent).action_solve("x")
        first.with_user(self.agent).action_solve("x")
        self.assertEqual(self._ticket().user_id, self.agent)

    def test_among_equals_who_waited_longest(self):
        tickets = self._ticket() + self._ticket()
        for ticket in tickets:
            ticket.with_user(ticket.user_id).action_solve("x")
        self.assertEqual((self._ticket() + self._ticket()).user_id, self.agent | self.second)

    def test_off_duty(self):
        member = self.team.member_ids[0]
        member.with_user(self.agent).action_toggle_duty()
        self.assertFalse(member.is_on_duty)
        self.assertEqual((self._ticket() + self._ticket()).user_id, self.second)
        member.with_user(self.lead).action_toggle_duty()
        self.assertEqual(self._ticket().user_id, self.agent)
        for user in (self.second, self.users["sales_rep"], self.users["field_engineer"]):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                member.with_user(user).action_toggle_duty()
        for user in (self.portal, self.users["finance_manager"]):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                member.with_user(user).action_toggle_duty()
        with self.assertRaises(AccessError):
            member.with_user(self.agent).write({"is_on_duty": False})

    def test_who_left_gets_nothing(self):
        self.agent.active = False
        self.assertEqual(self._ticket().user_id, self.second)

    def test_nobody_is_there(self):
        self.team.member_ids.is_on_duty = False
        ticket = self._ticket()
        self.assertEqual((ticket.state, ticket.user_id), ("new", self.env["res.users"]))
        self.assertEqual(ticket.activity_ids.user_id, self.lead)
        ticket.with_user(self.second).action_take()
        self.assertEqual(ticket.state, "assigned")

    def test_without_any_team_it_is_kept(self):
        self.team.active = False
        ticket = self._ticket()
        self.assertEqual((ticket.state, ticket.team_id), ("new", self.env["service.team"]))
        self.assertFalse(ticket.activity_ids)

    def test_a_team_of_another_company_is_not_asked(self):
        second = self.env["res.company"].create({"name": "二厂"})
        self.breakdown.team_id = self.env["service.team"].create({"name": "二厂", "company_id": second.id})
        self.assertEqual(self._ticket(type_id=self.breakdown.id).team_id, self.team)
        self.breakdown.team_id.sequence = 0
        self.assertEqual(self._ticket().team_id, self.team)

    def test_named_people_keep_it(self):
        ticket = self._ticket(user_id=self.second.id)
        self.assertEqual((ticket.user_id, ticket.state, self.team.turn), (self.second, "assigned", 0))

    def test_every_turn_updates_the_row_of_the_team(self):
        """Two tickets at the same moment meet at this row: with an older snapshot the second is run again."""
        before = self.team.turn
        self._ticket()
        self.env.cr.execute("SELECT turn FROM service_team WHERE id = %s", [self.team.id])
        self.assertEqual(self.env.cr.fetchone(), (before + 1,))

    def test_one_person_once_in_a_team(self):
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.team.member_ids = [Command.create({"user_id": self.agent.id})]
