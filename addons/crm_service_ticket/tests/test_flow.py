from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import ServiceCase

NOW = "2026-03-02 02:00:00"


@tagged("post_install", "-at_install")
class TestFlow(ServiceCase):
    def test_road(self):
        ticket = self._ticket()
        self.assertRegex(ticket.name, r"^GD\d{4}-\d{5}$")
        self.assertEqual((ticket.state, ticket.user_id), ("assigned", self.agent))
        self.assertEqual(ticket.commercial_partner_id, self.customer)
        self.assertIn(self.portal.partner_id, ticket.message_partner_ids)
        mine = ticket.with_user(self.agent)
        mine.action_start()
        self._answer(ticket)
        mine.action_wait()
        self.assertEqual(ticket.state, "waiting_customer")
        self._customer_says(ticket)
        self.assertEqual(ticket.state, "in_progress")
        mine.action_solve(" 更换轴承 ")
        self.assertEqual((ticket.state, ticket.solution), ("solved", "更换轴承"))
        ticket._portal_close()
        self.assertEqual(ticket.state, "closed")

    def test_type_gives_urgency_and_team(self):
        team = self.env["service.team"].create({"name": "Parts", "sequence": 99})
        self.breakdown.team_id = team
        ticket = self._ticket(type_id=self.breakdown.id)
        self.assertEqual((ticket.priority, ticket.team_id), ("p1", team))
        self.assertEqual(self._ticket(type_id=self.breakdown.id, priority="p0").priority, "p0")

    def test_solution_is_required(self):
        mine = self._ticket().with_user(self.agent)
        for words in ("", "  \n"):
            with self.assertRaises(UserError):
                mine.action_solve(words)
        action = mine.action_solve()
        wizard = self.env[action["res_model"]].with_user(self.agent).with_context(**action["context"])
        wizard.create([{"solution": "重新校准"}]).action_apply()
        self.assertEqual((mine.state, mine.solution), ("solved", "重新校准"))

    def test_wrong_moves(self):
        ticket = self._ticket()
        mine = ticket.with_user(self.agent)
        for method in ("action_close", "action_reopen"):
            with self.subTest(method=method), self.assertRaises(UserError):
                getattr(mine, method)()
        mine.action_cancel()
        for method, args in (
            ("action_start", ()),
            ("action_wait", ()),
            ("action_solve", ("x",)),
            ("action_cancel", ()),
        ):
            with self.subTest(method=method), self.assertRaises(UserError):
                getattr(mine, method)(*args)

    def test_who_may_move_a_ticket(self):
        ticket = self._ticket()
        engineer = self.users["field_engineer"]
        moves = [("action_take", ()), ("action_start", ()), ("action_wait", ()), ("action_solve", ("x",)),
                 ("action_reopen", ()), ("action_close", ()), ("action_cancel", ())]  # fmt: skip
        for user in (self.portal, self.stranger, engineer, self.users["sales_rep"], self.users["sales_supervisor"],
                     self.users["finance_manager"]):  # fmt: skip
            for method, args in moves:
                with self.subTest(user=user.login, method=method), self.assertRaises(AccessError):
                    getattr(ticket.with_user(user), method)(*args)
        # the engineer works on his own
        ticket.user_id = engineer
        ticket.with_user(engineer).action_start()
        ticket.with_user(engineer).action_solve("现场更换")
        self.assertEqual(ticket.state, "solved")

    def test_take(self):
        ticket = self._ticket()
        ticket.with_user(self.second).action_take()
        self.assertEqual((ticket.user_id, ticket.state), (self.second, "assigned"))

    def test_reopening_lasts_some_days(self):
        self.env.company.service_reopen_days = 5
        with freeze_time(NOW):
            ticket = self._solved()
        self.assertEqual(ticket.reopen_until, datetime(2026, 3, 7, 2))
        with freeze_time("2026-03-07 01:59:00"):
            ticket.with_user(self.agent).action_reopen()
            self.assertEqual((ticket.state, ticket.reopen_count, ticket.reopen_until), ("in_progress", 1, False))
            ticket.with_user(self.agent).action_solve("再次调整")
        with freeze_time("2026-03-12 02:00:00"), self.assertRaises(UserError):
            ticket.with_user(self.agent).action_reopen()
        with freeze_time("2026-03-12 02:00:00"), self.assertRaises(UserError):
            ticket._portal_reopen(self.portal.partner_id, "还是不行")

    def test_the_job_ends_tickets_for_good(self):
        with freeze_time(NOW):
            ended, closed, fresh = self._solved(), self._solved(), self._ticket()
            closed._portal_close()
            for ticket in (ended, closed):
                ticket._portal_ensure_token()
        with freeze_time("2026-03-03 02:00:00"):
            young = self._solved()
        with freeze_time("2026-03-09 02:00:01"), self.enter_registry_test_mode():
            self.env.ref("crm_service_ticket.cron_end").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((ended | closed | fresh | young).mapped("state"), ["closed", "closed", "assigned", "solved"])
        self.assertFalse(any((ended | closed).mapped("access_token")))
        self.assertFalse(any((ended | closed).mapped("reopen_until")))
        self.assertEqual(young.reopen_until - young.solved_at, timedelta(days=7))

    def test_a_machine_of_somebody_else(self):
        foreign = self.env["service.asset"].create({"name": "X", "partner_id": self.other.id})
        with self.assertRaises(ValidationError):
            self._ticket(asset_id=foreign.id)

    def test_another_customer(self):
        ticket = self._ticket(asset_id=False)
        token = ticket._portal_ensure_token()
        ticket.with_user(self.agent).partner_id = self.stranger.partner_id
        self.assertNotEqual(ticket.access_token, token)
        self.assertEqual(
            ticket.message_partner_ids & (self.portal | self.stranger).partner_id, self.stranger.partner_id
        )

    def test_rating(self):
        ticket = self._solved()
        rating = ticket.rating_ids
        self.assertEqual((rating.partner_id, rating.consumed), (self.portal.partner_id, False))
        mail = self.env["mail.mail"].sudo().search([("model", "=", ticket._name), ("res_id", "=", ticket.id)])
        mail = mail.filtered(lambda mail: rating.access_token in (mail.body_html or ""))
        self.assertEqual(mail.recipient_ids, self.portal.partner_id)
        self.assertIn("更换主轴轴承", mail.body_html)
        ticket.rating_apply(5, token=rating.access_token, feedback="很快")
        self.assertEqual((ticket.rating_last_value, ticket.rating_last_feedback), (5, "很快"))
        # rating is no word that opens the ticket again
        self.assertEqual(ticket.state, "solved")

    def test_not_deleted(self):
        ticket = self._ticket()
        with self.assertRaises(AccessError):
            ticket.with_user(self.users["suite_admin"]).unlink()
        with self.assertRaises(UserError):
            ticket.unlink()
